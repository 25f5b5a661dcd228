package provider_test

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

func dataShare(account string) string {
	return fmt.Sprintf("data \"swr_repository_share\" \"one\" {\n  namespace = \"platform\"\n  repository = \"team/app\"\n  access_domain = %q\n}\n", account)
}

const dataShares = `
data "swr_repository_shares" "all" {
  namespace  = "platform"
  repository = "team/app"
}
`

func TestShareDataSource(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	byHand(server, "team/app", "ACME", "2020-03-31T16:00:00.000Z")
	one := func(attribute string, value knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("data.swr_repository_share.one", tfjsonpath.New(attribute), value)
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories,
		Steps: []resource.TestStep{
			{
				Config: providerBlock(server) + dataShare("ACME"),
				ConfigStateChecks: []statecheck.StateCheck{
					one("deadline", knownvalue.StringExact("2020-03-31")),
					one("expires_at", knownvalue.StringExact("2020-04-01T00:00:00Z")),
					one("status", knownvalue.Bool(false)),
					one("permit", knownvalue.StringExact("read")),
					one("description", knownvalue.StringExact("by hand")),
				},
			},
			{Config: providerBlock(server) + dataShare("NOBODY"), ExpectError: regexp.MustCompile(loose(`"platform/team/app" is not shared with "NOBODY". Check the three names and the endpoint`))},
		},
	})
}

func TestSharesDataSource(t *testing.T) {
	t.Parallel()
	for name, world := range map[string]struct {
		count    int
		paging   swrtest.Paging
		shown    int
		complete bool
	}{
		"none":                        {0, swrtest.PagingHonored, 0, true},
		"two":                         {2, swrtest.PagingHonored, 2, true},
		"99 without paging":           {99, swrtest.PagingIgnored, 99, true},
		"100 with paging":             {100, swrtest.PagingHonored, 100, true},
		"100 without paging":          {100, swrtest.PagingIgnored, 100, false},
		"250 with paging":             {250, swrtest.PagingHonored, 250, true},
		"250 where paging is refused": {250, swrtest.PagingRejected, 100, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := swrtest.Start(t, swrtest.WithVariants(func(v *swrtest.Variants) { v.Paging = world.paging }))
			server.AddRepository("platform", "team/app")
			for i := range world.count {
				byHand(server, "team/app", fmt.Sprintf("ACME-%03d", i), "forever")
			}
			tf := newWorkspace(t, server, dataShares+`
output "names" { value = data.swr_repository_shares.all.shares[*].access_domain }
output "sorted" { value = data.swr_repository_shares.all.shares[*].access_domain == sort(data.swr_repository_shares.all.shares[*].access_domain) }
output "count" { value = length(data.swr_repository_shares.all.shares) }
output "complete" { value = data.swr_repository_shares.all.complete }
`)
			said := tf.apply()
			wants(t, said, fmt.Sprintf("count = %d", world.shown), fmt.Sprintf("complete = %t", world.complete), "sorted = true")
			if warned := regexp.MustCompile("Incomplete list of shares of platform/team/app").MatchString(said); warned == world.complete {
				t.Errorf("a warning: %t, complete: %t", warned, world.complete)
			}
		})
	}
}

// A share that moves from the second page to the first while they are read is
// listed, and a list that never comes to rest is not called complete.
func TestSharesDataSourceWhilePagesShift(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	for i := range 120 {
		byHand(server, "team/app", fmt.Sprintf("ACME-%03d", i), "forever")
	}
	onSecondPage := func(do func()) {
		server.OnRequest(func(info swrtest.RequestInfo) {
			if info.Operation == swrtest.OpList && info.Query.Get("offset") == "100" {
				do()
			}
		})
	}
	tf := newWorkspace(t, server, dataShares+`
output "hundredth" { value = contains(data.swr_repository_shares.all.shares[*].access_domain, "ACME-100") }
output "complete" { value = data.swr_repository_shares.all.complete }
`)
	var once sync.Once
	onSecondPage(func() { once.Do(func() { server.DeleteShare("platform", "team/app", "ACME-000") }) })
	wants(t, tf.apply(), "hundredth = true", "complete = true")

	var n atomic.Int64
	onSecondPage(func() { byHand(server, "team/app", fmt.Sprintf("LATER-%d", n.Add(1)), "forever") })
	wants(t, tf.apply(), "complete = false", "The list of accounts changed on each of 5 consecutive reads")
}

func TestSharesDataSourceErrors(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	server.AddNamespace("platform")
	tf := newWorkspace(t, server, dataShares)
	wants(t, tf.plan(failed), "Unable to list shares of platform/team/app", `The repository "platform/team/app" does not exist`)
	server.RemoveNamespace("platform")
	said := tf.plan(failed)
	wants(t, said, `The organization "platform" does not exist`)
	if strings.Contains(said, "removed {") || strings.Contains(said, "state was not changed") {
		t.Errorf("there is no state to keep or to forget:\n%s", said)
	}
	server.SetVariants(func(v *swrtest.Variants) { v.Routes = swrtest.NoRoutes() })
	wants(t, tf.plan(failed), "The server does not implement this API path")
}

// A data source that waits for a write of the same run sees what was written.
func TestSharesDataSourceAfterWrite(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	byHand(server, "team/app", "FIRST", "forever")
	config := `
data "swr_repository_shares" "before" {
  namespace  = "platform"
  repository = "team/app"
}
resource "swr_repository_share" "partner" {
  namespace     = "platform"
  repository    = "team/app"
  access_domain = length(data.swr_repository_shares.before.shares) > 0 ? "ACME" : "NOBODY"
  deadline      = "forever"
}
data "swr_repository_shares" "after" {
  namespace  = swr_repository_share.partner.namespace
  repository = "team/app"
  depends_on = [swr_repository_share.partner]
}
output "after" { value = join(",", data.swr_repository_shares.after.shares[*].access_domain) }
`
	tf := newWorkspace(t, server, config)
	wants(t, tf.apply(), `after = "ACME,FIRST"`)
}
