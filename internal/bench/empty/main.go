// Command empty is a provider with the schema of swr and nothing behind it: what
// the framework costs when it is served as its documentation says, with all of
// its defaults. The benchmark measures the real provider against it.
//
// It keeps the state as it is, sends nothing, and does no more than the framework
// insists on: a create must give every value, so it makes up those that are not
// known.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
)

func main() {
	err := providerserver.Serve(context.Background(), newProvider, providerserver.ServeOpts{
		Address:         "registry.terraform.io/terraform-provider-swr/swr",
		ProtocolVersion: 6,
	})
	if err != nil {
		log.Fatal(err)
	}
}
