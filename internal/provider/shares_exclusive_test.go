package provider_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// guard is a guard of platform/team/app that lets these expressions in.
func guard(name string, expressions ...string) string {
	return fmt.Sprintf(`
resource "swr_repository_shares_exclusive" %q {
  namespace      = "platform"
  repository     = "team/app"
  access_domains = [%s]
}
`, name, strings.Join(expressions, ", "))
}

// guarded gives a workspace in which ACME was shared with and is guarded.
func guarded(t *testing.T, change ...func(*swrtest.Variants)) (*workspace, *swrtest.Server) {
	t.Helper()
	server := swrtest.Start(t)
	for _, change := range change {
		server.SetVariants(change)
	}
	server.AddRepository("platform", "team/app")
	tf := newWorkspace(t, server, partner(`deadline = "forever"`)+guard("only", "swr_repository_share.partner.access_domain"))
	tf.apply()
	server.ResetRequests()
	return tf, server
}

// holds fails unless the service shares platform/team/app with just these.
func holds(t *testing.T, server *swrtest.Server, want ...string) {
	t.Helper()
	got := []string{}
	for _, share := range server.Shares("platform", "team/app") {
		got = append(got, share.AccessDomain)
	}
	if !slices.Equal(got, append([]string{}, want...)) {
		t.Errorf("the service shares with %q instead of %q", got, want)
	}
}

func TestGuardRevokesWhatThePlanShowed(t *testing.T) {
	t.Parallel()
	tf, server := guarded(t)
	tf.plan(noChange)
	byHand(server, "team/app", "EVIL", "forever")

	said := tf.plan(changes, "-out=plan")
	wants(t, said, `- "EVIL"`, "0 to add, 1 to change, 0 to destroy")
	wants(t, tf.run(0, "show", "-json", "plan"), `"after":{"access_domains":["ACME"],`, `"before":{"access_domains":["ACME","EVIL"],`)
	requests(t, server, nil)

	tf.apply()
	holds(t, server, "ACME")
	requests(t, server, map[swrtest.Operation]int{swrtest.OpDelete: 1})
	tf.plan(noChange)

	server.ResetRequests()
	tf.destroy()
	holds(t, server)
	requests(t, server, map[swrtest.Operation]int{swrtest.OpDelete: 1}) // the share's own
}

// What appeared since the plan stands in no plan: it is left alone, and named.
func TestGuardLeavesWhatNoPlanShowed(t *testing.T) {
	t.Parallel()
	tf, server := guarded(t)
	byHand(server, "team/app", "EVIL", "forever")
	tf.plan(changes, "-out=saved")
	byHand(server, "team/app", "LATER", "forever")
	wants(t, tf.run(0, "apply", "saved"), `Undeclared share platform/team/app/LATER, created since the plan`, "Plan again")
	holds(t, server, "ACME", "LATER")
	wants(t, tf.plan(changes), `- "LATER"`)
	tf.apply()
	holds(t, server, "ACME")
}

// 40 guards in one plan: every account is named, in the plan's text and later in
// its JSON, and none is revoked by the creation.
func TestGuardsOverManyRepositories(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	const count = 40
	for i := range count {
		byHand(server, fmt.Sprintf("app-%02d", i), fmt.Sprintf("EVIL-%02d", i), "forever")
	}
	tf := newWorkspace(t, server, fmt.Sprintf(`
resource "swr_repository_shares_exclusive" "only" {
  count          = %d
  namespace      = "platform"
  repository     = format("app-%%02d", count.index)
  access_domains = []
}`, count))
	named := func(format string) []string {
		var parts []string
		for i := range count {
			parts = append(parts, fmt.Sprintf(format, i))
		}
		return parts
	}
	wants(t, tf.plan(changes), named(`Undeclared share platform/app-%02[1]d/EVIL-%02[1]d`)...)
	wants(t, tf.apply(), named(`Undeclared share platform/app-%02[1]d/EVIL-%02[1]d`)...)
	if n := len(server.AllShares()); n != count {
		t.Errorf("%d shares are left of %d: a creation revokes nothing", n, count)
	}
	wants(t, tf.plan(changes, "-out=plan"), named(`- "EVIL-%02d"`)...)
	wants(t, tf.run(0, "show", "-json", "plan"), named(`"before":{"access_domains":["EVIL-%02d"]`)...)
	tf.run(0, "apply", "plan")
	if left := server.AllShares(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	tf.plan(noChange)
}

// An account in another case is the same account.
func TestGuardIgnoresCase(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"accounts-upper", "accounts-lower", "stored-upper-case-sensitive"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			variant, _ := swrtest.VariantByName(name)
			server := swrtest.Start(t, swrtest.WithVariants(variant.Apply))
			server.AddRepository("platform", "team/app")
			own := share("partner", `namespace = "platform"`, `repository = "team/app"`, `access_domain = "AcMe"`, `deadline = "forever"`)
			tf := newWorkspace(t, server, own+guard("only", "swr_repository_share.partner.access_domain"))
			tf.apply()
			tf.plan(noChange)
			tf.write(own + guard("only", `"acme"`))
			tf.plan(noChange)
			tf.write(own + guard("only", `"acme"`, `"ACME"`))
			wants(t, tf.plan(failed), `access_domains contains the account "`, "more than once")
			tf.write(own + guard("only", `"acme"`))
			byHand(server, "team/app", "Evil", "forever")
			tf.apply()
			if n := len(server.AllShares()); n != 1 {
				t.Errorf("%d shares are left", n)
			}
			tf.plan(noChange)
		})
	}
}

// Partner removed, partner added, in the same apply as their guard: in any order
// it comes out right.
func TestGuardBesideItsShares(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	server.AddRepository("platform", "team/app")
	world := func(names ...string) string {
		return `
resource "swr_repository_share" "partner" {
  for_each      = toset(["` + strings.Join(names, `", "`) + `"])
  namespace     = "platform"
  repository    = "team/app"
  access_domain = each.key
  deadline      = "forever"
}
` + guard("only", `for share in swr_repository_share.partner : share.access_domain`)
	}
	tf := newWorkspace(t, server, "")
	for _, names := range [][]string{{"A", "B", "C"}, {"C", "D", "E"}, {"F"}, {"A", "F", "G"}} {
		tf.write(world(names...))
		tf.apply()
		holds(t, server, names...)
		tf.plan(noChange)
	}
	tf.destroy()
	holds(t, server)
}

// A guard shares nothing: what is not shared is an error that says what to declare.
func TestGuardNamesWhatIsNotShared(t *testing.T) {
	t.Parallel()
	tf, server := guarded(t)
	tf.write(partner(`deadline = "forever"`) + guard("only", "swr_repository_share.partner.access_domain", `"NOBODY"`))
	wants(t, tf.plan(changes), `+ "NOBODY"`)
	byHand(server, "team/app", "EVIL", "forever")
	wants(t, tf.run(failed, "apply", "-auto-approve"),
		`Missing share platform/team/app/NOBODY`, `resource "swr_repository_share" "NAME"`, `access_domain = "NOBODY"`)
	holds(t, server, "ACME") // what the plan showed was revoked all the same
	requests(t, server, map[swrtest.Operation]int{swrtest.OpDelete: 1})
	wants(t, tf.plan(changes), `+ "NOBODY"`)

	// At creation, too; then nothing is guarded.
	tf.write(partner(`deadline = "forever"`) + guard("other", `"NOBODY"`))
	wants(t, tf.run(failed, "apply", "-auto-approve"), "Missing share platform/team/app/NOBODY")
	holds(t, server, "ACME")
}

// A list that lags does not make a share of the same apply an error.
func TestGuardAsksByNameWhereListsLag(t *testing.T) {
	t.Parallel()
	_, server := guarded(t, func(v *swrtest.Variants) { v.ListDelay.Create.Reads = 3 })
	holds(t, server, "ACME")
}

// Expired shares that are not listed count as shared.
func TestGuardCountsHiddenExpiredShares(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t, swrtest.WithVariants(func(v *swrtest.Variants) { v.HideExpired = true }))
	server.AddRepository("platform", "team/app")
	tf := newWorkspace(t, server, partner(`deadline = "2020-01-01"`)+guard("only", "swr_repository_share.partner.access_domain"))
	tf.apply()
	tf.plan(noChange)
	holds(t, server, "ACME")
}

// If one revocation fails the others are still tried, and the state holds what
// is true.
func TestGuardGoesOnAfterAFailure(t *testing.T) {
	t.Parallel()
	tf, server := guarded(t)
	for _, account := range []string{"EVIL-1", "EVIL-2", "EVIL-3"} {
		byHand(server, "team/app", account, "forever")
	}
	server.Inject(swrtest.Fault{Operation: swrtest.OpDelete, Account: "EVIL-2", Behavior: swrtest.Status(http.StatusForbidden, "SVCSTG.SWR.4030000")})
	wants(t, tf.run(failed, "apply", "-auto-approve"), "Unable to revoke share platform/team/app/EVIL-2", "403 Forbidden")
	holds(t, server, "ACME", "EVIL-2")
	server.RemoveFaults()
	wants(t, tf.plan(changes, "-refresh=false"), `- "EVIL-2"`)
	tf.apply()
	holds(t, server, "ACME")
}

// An empty set lets nobody in. A guard that goes revokes nothing.
func TestGuardOfNobody(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	byHand(server, "team/app", "EVIL", "forever")
	tf := newWorkspace(t, server, guard("only"))
	tf.apply()
	holds(t, server, "EVIL")
	server.ResetRequests()
	tf.run(0, "destroy", "-auto-approve")
	holds(t, server, "EVIL")
	requests(t, server, nil)

	tf.apply()
	tf.apply()
	holds(t, server)
	tf.plan(noChange)
}

// Two guards of one repository would revoke each other's accounts.
func TestTwoGuardsOfOneRepository(t *testing.T) {
	t.Parallel()
	tf, server := guarded(t)
	tf.write(partner(`deadline = "forever"`) + guard("only", `"ACME"`) + guard("second", `"OTHER"`))
	wants(t, tf.plan(failed), "Duplicate swr_repository_shares_exclusive for platform/team/app", "one allows ", "ACME", "OTHER")
	requests(t, server, nil)
}

// Another configuration's share is undeclared here: the plan shows it by name.
func TestGuardAgainstAnotherConfiguration(t *testing.T) {
	t.Parallel()
	tf, server := guarded(t)
	other := newWorkspace(t, server, share("other", `namespace = "platform"`, `repository = "team/app"`, `access_domain = "OTHER"`, `deadline = "forever"`))
	other.apply()
	wants(t, tf.plan(changes), `- "OTHER"`)
	tf.write(partner(`deadline = "forever"`) + guard("only", "swr_repository_share.partner.access_domain", `"OTHER"`))
	tf.plan(noChange)
}

// Where not all accounts can be seen, refresh warns and keeps the state, and
// nothing is revoked.
func TestGuardWhereTheListingIsIncomplete(t *testing.T) {
	t.Parallel()
	tf, server := guarded(t)
	byHand(server, "team/app", "EVIL", "forever")
	tf.run(0, "apply", "-refresh-only", "-auto-approve")
	for i := range 120 {
		byHand(server, "team/app", fmt.Sprintf("MORE-%03d", i), "forever")
	}
	server.SetVariants(func(v *swrtest.Variants) { v.Paging = swrtest.PagingIgnored })
	before := tf.stateFile()
	wants(t, tf.plan(failed), "Incomplete list of shares of platform/team/app", "Unable to revoke shares of platform/team/app", "ignores paging")
	wants(t, tf.run(failed, "apply", "-auto-approve"), "Unable to revoke shares of platform/team/app")
	if after := tf.stateFile(); after != before {
		t.Errorf("the state was changed:\n%s", after)
	}
	if n := len(server.AllShares()); n != 122 {
		t.Errorf("%d shares are left of 122", n)
	}
	requests(t, server, nil)
}

// Whom a plan revokes must be known at plan.
func TestGuardWithUnknownAccounts(t *testing.T) {
	t.Parallel()
	tf, server := guarded(t)
	fresh := "resource \"terraform_data\" \"name\" { input = \"FRESH\" }\n" +
		share("fresh", `namespace = "platform"`, `repository = "team/app"`, `access_domain = terraform_data.name.output`, `deadline = "forever"`)
	// What is known covers all who have access: nothing can be revoked.
	tf.write(partner(`deadline = "forever"`) + fresh + guard("only", `"ACME"`, "swr_repository_share.fresh.access_domain"))
	tf.plan(changes)
	// Somebody would be revoked, but the plan could not say who.
	tf.write(partner(`deadline = "forever"`) + fresh + guard("only", "swr_repository_share.fresh.access_domain"))
	wants(t, tf.plan(failed), "Accounts to revoke from platform/team/app not yet known", "-target")
	requests(t, server, nil)

	tf.write(partner(`deadline = "forever"`) + fresh + guard("only", `"ACME"`, "swr_repository_share.fresh.access_domain"))
	tf.apply()
	holds(t, server, "ACME", "FRESH")
	tf.plan(noChange)
}

// The guard needs an answer at plan.
func TestGuardNeedsAConfiguredProvider(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	server.AddRepository("platform", "team/app")
	tf := newWorkspace(t, server, `
resource "terraform_data" "cloud" { input = "`+server.URL+`" }
provider "swr" { endpoint = terraform_data.cloud.output }
`+guard("only"))
	wants(t, tf.plan(failed), "Provider configuration not yet known", `"endpoint"`)
}

// The block that lets Terraform forget a guard names a guard.
func TestGuardWithoutItsOrganization(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	server.AddRepository("platform", "team/app")
	tf := newWorkspace(t, server, guard("only"))
	tf.apply()
	server.RemoveNamespace("platform")
	wants(t, tf.plan(failed), `The organization "platform" does not exist`, "The state was not changed", "from = swr_repository_shares_exclusive.NAME")
}

func TestGuardElsewhere(t *testing.T) {
	t.Parallel()
	tf, server := guarded(t)
	before := tf.stateFile()
	server.RemoveNamespace("platform")
	wants(t, tf.plan(failed), `The organization "platform" does not exist`)
	server.SetVariants(func(v *swrtest.Variants) { v.Routes = swrtest.NoRoutes() })
	wants(t, tf.plan(failed), "The server does not implement this API path")
	if after := tf.stateFile(); after != before {
		t.Errorf("the state was changed:\n%s", after)
	}
	if _, err := os.Stat(filepath.Join(tf.Dir, "terraform.tfstate")); err != nil {
		t.Error(err)
	}
	wants(t, tf.run(failed, "import", "swr_repository_shares_exclusive.only", "platform/team/app"), "mport")
}
