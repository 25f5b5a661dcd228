// Package protoserver serves the provider to Terraform, and keeps the process lean where
// the libraries that it is made with do not.
//
// Each of its other files, but for stream.go, works round one fault of somebody
// else's, and says whose; its test fails when the workaround no longer works, or is
// no longer needed. The package knows how a provider is served, and nothing of what
// this one does.
package protoserver

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

// Serve serves the provider at its place in the registry until Terraform lets go
// of it. In debug mode it waits for a Terraform that is told how to attach, and
// logs everything to the terminal.
func Serve(address string, newProvider func() provider.Provider, debug bool) error {
	var options []tf6server.ServeOpt
	if debug {
		options = append(options, tf6server.WithManagedDebug())
	} else if err := silenceLogs(address); err != nil {
		return err
	}
	served, err := Server(newProvider())
	if err != nil {
		return err
	}
	return tf6server.Serve(address, func() tfprotov6.ProviderServer { return served }, options...)
}

// Server gives the provider's protocol server.
func Server(p provider.Provider) (tfprotov6.ProviderServer, error) {
	served, ok := providerserver.NewProtocol6(p)().(frameworkServer)
	if !ok {
		return nil, fmt.Errorf("the framework's server is a %T, which lacks some of the calls that it had", served)
	}
	served = newStopHandler(newContextReleaser(served))
	if planner, ok := p.(UnchangedPlanner); ok {
		served = unchangedShortcut{frameworkServer: served, planner: planner}
	}
	return served, nil
}
