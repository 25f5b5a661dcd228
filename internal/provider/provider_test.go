package provider_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/provider"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// factories serve the provider to the Terraform CLI.
var factories = map[string]func() (tfprotov6.ProviderServer, error){
	"swr": providerserver.NewProtocol6WithError(provider.New("test")()),
}

// providerBlock points the provider at a simulator.
func providerBlock(server *swrtest.Server) string {
	return fmt.Sprintf("provider \"swr\" {\n  endpoint = %q\n  token = %q\n}\n", server.URL, server.Token())
}

func TestSmoke(t *testing.T) {
	server := swrtest.Start(t)
	server.AddRepository("platform", "team/app")
	config := providerBlock(server) + `
resource "swr_repository_share" "partner" {
  namespace     = "platform"
  repository    = "team/app"
  access_domain = "ACME"
  deadline      = "2031-03-31"
}`
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories,
		Steps: []resource.TestStep{{Config: config}, {ResourceName: "swr_repository_share.partner", ImportState: true, ImportStateVerify: true}},
	})
}
