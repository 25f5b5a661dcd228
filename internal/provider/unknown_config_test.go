package provider_test

import (
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// The endpoint comes from another resource, which is about to change.
func TestProviderConfigurationUnknownAtPlan(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	server.AddRepository("platform", "team/app")
	world := func(version string) string {
		return `
resource "terraform_data" "cloud" {
  input            = "` + server.URL + `"
  triggers_replace = "` + version + `"
}
provider "swr" {
  endpoint = terraform_data.cloud.output
}
`
	}
	tf := newWorkspace(t, server, world("1")+partner(`deadline = "forever"`))

	wants(t, tf.plan(changes), "2 to add") // new shares plan normally
	tf.apply()
	server.ResetRequests()

	// Existing ones keep their state, with one warning that they were not checked.
	server.DeleteShare("platform", "team/app", "ACME")
	tf.write(world("2") + partner(`deadline = "forever"`))
	wants(t, tf.plan(changes), "Existing shares were not checked", `"endpoint"`, "1 to add, 0 to change, 1 to destroy")
	if n := len(server.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
	tf.apply()
	wants(t, tf.plan(changes), "1 to add") // now it was asked, and is gone

	// What needs an answer now is an error.
	tf.write(world("3") + dataShares)
	wants(t, tf.plan(failed), "Provider configuration not yet known", `"endpoint"`)
	tf.write(world("3") + dataShare("ACME"))
	wants(t, tf.plan(failed), "Provider configuration not yet known")
	tf.write(world("3") + share("imported", `namespace = "platform"`, `repository = "team/app"`, `access_domain = "BETA"`, `deadline = "forever"`) +
		"import {\n  to = swr_repository_share.imported\n  id = \"platform/team/app/BETA\"\n}\n")
	wants(t, tf.plan(failed), "Provider configuration not yet known", `"endpoint"`)
}
