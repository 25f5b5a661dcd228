// Package protoserver serves the provider to Terraform, and works around defects
// of the libraries that the provider is built on.
//
// Each workaround is one file, with a link to the upstream code and what can be
// removed once that is fixed: context_releaser.go, set_attributes.go,
// silence_logs.go, stop_handler.go and unchanged_shortcut.go. The tests log a notice when a
// workaround is no longer needed. The package depends on no other package of the
// provider.
package protoserver

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

// frameworkServer is the framework's protocol server. In terraform-plugin-go
// v0.31.0 the last three interfaces are optional; a wrapper that did not implement
// one of them would hide it from Terraform.
type frameworkServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
	tfprotov6.StateStoreServer
}

// method is a method of the protocol.
type method[Req, Resp any] func(context.Context, Req) (Resp, error)

// Serve serves the provider under its registry address until Terraform
// disconnects. In debug mode it prints how Terraform can attach, and logs to the
// terminal.
func Serve(address string, newProvider func() provider.Provider, debug bool) error {
	var options []tf6server.ServeOpt
	if debug {
		options = append(options, tf6server.WithManagedDebug())
	} else if err := silenceLogs(address); err != nil {
		return err
	}
	server, err := Server(newProvider())
	if err != nil {
		return err
	}
	return tf6server.Serve(address, func() tfprotov6.ProviderServer { return server }, options...)
}

// Server returns the provider's protocol server, with all workarounds.
func Server(p provider.Provider) (tfprotov6.ProviderServer, error) {
	framework := providerserver.NewProtocol6(p)()
	server, ok := framework.(frameworkServer)
	if !ok {
		return nil, fmt.Errorf("the framework's server %T no longer implements all of the protocol", framework)
	}
	server = newStopHandler(newContextReleaser(server))
	if p, ok := p.(ProviderWithSets); ok {
		server = setAttributes{frameworkServer: server, sets: p.SetAttributes()}
	}
	if planner, ok := p.(UnchangedPlanner); ok {
		server = unchangedShortcut{frameworkServer: server, planner: planner}
	}
	return server, nil
}
