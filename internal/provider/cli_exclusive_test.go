package provider_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// newCLIWithExclusive has applied a share with ACME, and an exclusive resource
// that allows it.
func newCLIWithExclusive(t *testing.T) (*cli, *swrtest.Server) {
	t.Helper()
	server := startServer(t)
	tf := newCLI(t, server, partner(`deadline = "forever"`)+exclusive("only", "swr_repository_share.partner.access_domain"))
	tf.apply()
	server.ResetRequests()
	return tf, server
}

func TestCLIExclusive(t *testing.T) {
	t.Parallel()
	tf, server := newCLIWithExclusive(t)
	for _, account := range []string{"EVIL", "\u0410CME", "ACME\u0301"} { // one in Cyrillic, one decomposed
		putShare(server, "team/app", account, "forever")
	}
	assertContains(t, tf.plan(changes, "-out=saved"), `- "EVIL"`, `- "`+"\u0410"+`CME"`, `- "ACME\\u0301"`, "0 to add, 1 to change, 0 to destroy")
	assertContains(t, tf.run(success, "show", "-json", "saved"), `"after":{"access_domains":["ACME"],`, `"EVIL"`)
	assertRequests(t, server, nil)
	putShare(server, "team/app", "LATER", "forever")
	assertContains(t, tf.run(success, "apply", "saved"), "Undeclared share platform/team/app/LATER, created since the plan", "Plan again")
	assertShares(t, server, "ACME", "LATER")
	tf.apply()
	assertShares(t, server, "ACME")
	tf.plan(noChange)

	tf.config(partner(`deadline = "forever"`) + exclusive("only", `"ACME"`) + exclusive("second", `"OTHER"`))
	assertContains(t, tf.plan(failed), "Duplicate swr_repository_shares_exclusive for platform/team/app")
	tf.config(partner(`deadline = "forever"`) + exclusive("only", `"ACME"`))
	server.ResetRequests()
	tf.destroy()
	assertShares(t, server)
	assertRequests(t, server, map[swrtest.Operation]int{swrtest.OpDelete: 1}) // the share's own
}

// However Terraform comes to create it, an exclusive resource that begins revokes
// nothing.
func TestCLIExclusiveCreationRevokesNothing(t *testing.T) {
	t.Parallel()
	own := partner(`deadline = "forever"`)
	const only = `access_domains = [swr_repository_share.partner.access_domain]`
	for name, begin := range map[string]func(tf *cli){
		"replaced without a refresh": func(tf *cli) {
			tf.apply("-refresh=false", "-replace=swr_repository_shares_exclusive.only")
		},
		"created before destroyed": func(tf *cli) {
			const lifecycle = "lifecycle {\n create_before_destroy = true\n }"
			tf.config(own + exclusiveOf("only", `"other"`, "access_domains = []", lifecycle))
			tf.apply()
			tf.config(own + exclusiveOf("only", `"team/app"`, only, lifecycle))
			tf.apply()
		},
		"moved from another repository's": func(tf *cli) {
			tf.config(own + exclusiveOf("other", `"other"`, "access_domains = []"))
			tf.apply()
			tf.config(own + exclusiveOf("only", `"team/app"`, only) +
				"moved {\n  from = swr_repository_shares_exclusive.other\n  to = swr_repository_shares_exclusive.only\n}\n")
			tf.apply()
		},
		"with a repository known at apply": func(tf *cli) {
			tf.config(own + exclusiveOf("only", "terraform_data.name.output", only) + "resource \"terraform_data\" \"name\" { input = \"team/app\" }\n")
			tf.apply()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tf, server := newCLIWithExclusive(t)
			server.AddRepository("platform", "other")
			putShare(server, "team/app", "EVIL", "forever")
			begin(tf)
			assertShares(t, server, "ACME", "EVIL")
			assertRequests(t, server, nil)
			assertContains(t, tf.plan(changes, "-out=saved"), `- "EVIL"`)
			tf.run(success, "apply", "saved")
			assertShares(t, server, "ACME")
		})
	}
}

// Accounts are removed and added in one apply with their exclusive resource.
func TestCLIExclusiveBesideItsShares(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	tf := newCLI(t, server, "")
	for _, accounts := range [][]string{{"A", "B", "C"}, {"C", "D"}, {"A", "F"}} {
		tf.config(share("partner", fmt.Sprintf(`for_each = toset(["%s"])`, strings.Join(accounts, `", "`)), `namespace = "platform"`, `repository = "team/app"`,
			`access_domain = each.key`, `deadline = "forever"`) + exclusive("only", `for share in swr_repository_share.partner : share.access_domain`))
		tf.apply()
		assertShares(t, server, accounts...)
		tf.plan(noChange)
	}
}

// An account that is written instead of referred to is looked for before its share
// shows. The error says to refer to it, which works.
func TestCLIExclusiveOfAccountByName(t *testing.T) {
	t.Parallel()
	server := startServer(t, withVariant(t, "late-create"))
	tf := newCLI(t, server, partner(`deadline = "forever"`)+exclusive("only", `"ACME"`))
	// Both at the same time, whatever TEST_PARALLELISM is.
	assertContains(t, tf.run(failed, "apply", "-auto-approve", "-parallelism=2"), "Missing share platform/team/app/ACME",
		"If the share is declared, refer to it in access_domains", "access_domains = [swr_repository_share.NAME.access_domain]")
	tf.destroy()
	tf.config(partner(`deadline = "forever"`) + exclusive("only", partnerAddress+".access_domain"))
	tf.apply()
	assertShares(t, server, "ACME")
}

// Interrupted amid revocations, the state has who still has access.
func TestCLIExclusiveInterrupted(t *testing.T) {
	t.Parallel()
	tf, server := newCLIWithExclusive(t)
	for _, account := range []string{"EVIL-1", "EVIL-2", "EVIL-3"} {
		putShare(server, "team/app", account, "forever")
	}
	server.Inject(swrtest.Fault{Operation: swrtest.OpDelete, Account: "EVIL-2", Behavior: swrtest.HangBefore()})
	now := make(chan struct{})
	var once sync.Once
	server.OnRequest(func(info swrtest.RequestInfo) {
		if info.Operation == swrtest.OpDelete && info.Account == "EVIL-2" {
			once.Do(func() { close(now) })
		}
	})
	if printed, code, _ := tf.interrupt(now, false, "apply", "-auto-approve"); code == success {
		t.Errorf("the apply succeeded:\n%s", printed)
	}
	server.OnRequest(nil)
	server.RemoveFaults()
	state := tf.stateFile()
	for _, share := range server.Shares("platform", "team/app") {
		assertContains(t, state, `"`+share.AccessDomain+`"`)
	}
	tf.apply()
	assertShares(t, server, "ACME")
	tf.plan(noChange)
}

// assertUnread fails the test unless warnings say of that many repositories that
// they were not read. That is one warning, or several on a machine that is slow.
func assertUnread(t *testing.T, printed string, want int) {
	t.Helper()
	sum := 0
	for _, match := range regexp.MustCompile(`Accounts of (\d+) repositor(?:y|ies) were not read`).FindAllStringSubmatch(printed, -1) {
		n, err := strconv.Atoi(match[1])
		if err != nil {
			t.Fatal(err)
		}
		sum += n
	}
	if sum != want {
		t.Errorf("%d repositories were not read instead of %d:\n%s", sum, want, printed)
	}
}

// A plan that does not read accounts says of which repositories. A saved plan that read them has no warning, nor its apply.
func TestCLIExclusiveUnread(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	var names []string
	for i := range 12 {
		names = append(names, fmt.Sprintf("app-%02d", i))
		server.AddRepository("platform", names[i])
	}
	const accounts = `access_domains = []`
	forEach := fmt.Sprintf(`for_each = toset(["%s"])`, strings.Join(names, `", "`))
	config := exclusiveOf("all", "each.key", forEach, accounts)
	tf := newCLI(t, server, config)
	tf.apply()
	putShare(server, "app-07", "EVIL", "forever")
	for _, option := range []string{"-refresh=false", "-minimal-refresh"} {
		t.Run(option, func(t *testing.T) {
			tf := *tf
			tf.t = t
			if option == "-minimal-refresh" {
				tf.skipUnless(option, "plan")
			}
			server.ResetRequests()
			// With -parallelism=1, each resource is planned after the warning of the one before.
			option := []string{option, "-parallelism=10"}
			printed := tf.plan(noChange, option...)
			assertContains(t, printed, "No changes.", "platform/app-00")
			assertUnread(t, printed, len(names))
			assertNoRequests(t, server)
			if option[0] == "-minimal-refresh" { // a resource that is replaced is read
				assertUnread(t, tf.plan(changes, append(option, `-replace=swr_repository_shares_exclusive.all["app-08"]`)...), len(names)-1)
			}
		})
	}
	assertNotContains(t, tf.plan(changes, "-out=saved"), "were not read")
	assertNotContains(t, tf.run(success, "apply", "saved"), "were not read")
	assertNotContains(t, tf.plan(noChange), "were not read")
}

// Where there is something to do, -minimal-refresh refreshes after its first plan,
// which must not fail for what the refresh cures.
func TestCLIExclusiveMinimalRefresh(t *testing.T) {
	t.Parallel()
	tf, server := newCLIWithExclusive(t)
	tf.skipUnless("-minimal-refresh", "plan")
	putShare(server, "team/app", "EVIL", "forever")
	tf.run(success, "apply", "-refresh-only", "-auto-approve")
	tf.config(partner(`deadline = "forever"`) + exclusive("only", "swr_repository_share.partner.access_domain", "terraform_data.new.output") +
		"resource \"terraform_data\" \"new\" { input = \"NEW\" }\n")
	assertContains(t, tf.plan(failed, "-minimal-refresh"), "Accounts to revoke from platform/team/app not yet known")
	server.DeleteShare("platform", "team/app", "EVIL")
	assertNotContains(t, tf.plan(changes, "-minimal-refresh"), "Warning: Accounts")

	other := startServer(t)
	putShare(other, "team/app", "ACME", "forever")
	putShare(other, "team/app", "EVIL", "forever")
	tf.Env = []string{"SWR_ENDPOINT=" + other.URL, "OS_TOKEN=" + other.Token()}
	tf.config(exclusive("only") + "removed {\n  from = swr_repository_share.partner\n  lifecycle {\n    destroy = false\n  }\n}\n")
	assertContains(t, tf.plan(changes, "-minimal-refresh"), "1 to add, 0 to change", "Undeclared share platform/team/app/EVIL")
}
