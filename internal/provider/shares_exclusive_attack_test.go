package provider_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// The tests of this file try to make a guard revoke whom no plan has shown, or
// overlook who has access.

// guardOf is a guard of any repository, with lines of its own.
func guardOf(name, repository string, lines ...string) string {
	return fmt.Sprintf("resource \"swr_repository_shares_exclusive\" %q {\n  namespace = \"platform\"\n  repository = %s\n  %s\n}\n",
		name, repository, strings.Join(lines, "\n  "))
}

// Replaced, tainted, moved, forgotten and made again: a guard that begins anew
// revokes nothing.
func TestGuardThatBeginsAnewRevokesNothing(t *testing.T) {
	t.Parallel()
	own := partner(`deadline = "forever"`)
	only := `access_domains = [swr_repository_share.partner.access_domain]`
	for name, begin := range map[string]func(tf *workspace){
		"replaced": func(tf *workspace) {
			tf.run(0, "apply", "-auto-approve", "-replace=swr_repository_shares_exclusive.only")
		},
		"replaced without a refresh": func(tf *workspace) {
			tf.run(0, "apply", "-auto-approve", "-refresh=false", "-replace=swr_repository_shares_exclusive.only")
		},
		"tainted": func(tf *workspace) {
			tf.run(0, "taint", "swr_repository_shares_exclusive.only")
			tf.apply()
		},
		"forgotten": func(tf *workspace) {
			tf.run(0, "state", "rm", "swr_repository_shares_exclusive.only")
			tf.apply()
		},
		"from another repository": func(tf *workspace) {
			tf.write(own + guardOf("only", `"other"`, "access_domains = []"))
			tf.apply()
			tf.write(own + guardOf("only", `"team/app"`, only))
			tf.apply()
		},
		"created before destroyed": func(tf *workspace) {
			lifecycle := "lifecycle {\n create_before_destroy = true\n }"
			tf.write(own + guardOf("only", `"other"`, "access_domains = []", lifecycle))
			tf.apply()
			tf.write(own + guardOf("only", `"team/app"`, only, lifecycle))
			tf.apply()
		},
		"moved from another repository's guard": func(tf *workspace) {
			tf.write(own + guardOf("other", `"other"`, "access_domains = []"))
			tf.apply()
			tf.write(own + guardOf("only", `"team/app"`, only) +
				"moved {\n  from = swr_repository_shares_exclusive.other\n  to = swr_repository_shares_exclusive.only\n}\n")
			tf.apply()
		},
		"with a repository known at apply": func(tf *workspace) {
			tf.write(own + guardOf("only", "terraform_data.name.output", only) + "resource \"terraform_data\" \"name\" { input = \"team/app\" }\n")
			tf.apply()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tf, server := guarded(t)
			server.AddRepository("platform", "other")
			byHand(server, "team/app", "EVIL", "forever")
			begin(tf)
			holds(t, server, "ACME", "EVIL")
			requests(t, server, nil)
			wants(t, tf.plan(changes), `- "EVIL"`)
			tf.apply()
			holds(t, server, "ACME")
		})
	}
}

// Without a refresh the plan shows what the state knows, and that alone goes.
func TestGuardWithoutRefresh(t *testing.T) {
	t.Parallel()
	tf, server := guarded(t)
	byHand(server, "team/app", "EVIL", "forever")
	tf.run(0, "apply", "-refresh-only", "-auto-approve")
	byHand(server, "team/app", "UNSEEN", "forever")
	wants(t, tf.plan(changes, "-refresh=false", "-out=plan"), `- "EVIL"`)
	wants(t, tf.run(0, "apply", "plan"), `Undeclared share platform/team/app/UNSEEN, created since the plan`)
	holds(t, server, "ACME", "UNSEEN")
	// Gone meanwhile, and back again: it still is what the plan showed.
	tf.plan(changes, "-out=plan")
	server.DeleteShare("platform", "team/app", "UNSEEN")
	tf.run(0, "apply", "plan")
	tf.plan(noChange)
}

// A state that somebody edited is what the plan shows.
func TestGuardWithAnEditedState(t *testing.T) {
	t.Parallel()
	tf, server := guarded(t)
	byHand(server, "team/app", "EVIL", "forever")
	edit := func(from, to string) {
		state := strings.Replace(tf.stateFile(), from, to, 1)
		if err := os.WriteFile(filepath.Join(tf.Dir, "terraform.tfstate"), []byte(state), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	edit("\"access_domains\": [\n              \"ACME\"\n            ]", `"access_domains": ["ACME", "EVIL", "NEVER"]`)
	said := tf.plan(changes)
	wants(t, said, `- "EVIL"`)
	if strings.Contains(said, "NEVER") {
		t.Errorf("an account is shown that has no access:\n%s", said)
	}
	edit(`["ACME", "EVIL", "NEVER"]`, "null")
	wants(t, tf.plan(changes), `- "EVIL"`)
	requests(t, server, nil)
}

// The guard alone is targeted: its shares come along, and nothing else goes.
func TestGuardAsTarget(t *testing.T) {
	t.Parallel()
	tf, server := guarded(t)
	byHand(server, "team/app", "EVIL", "forever")
	byHand(server, "other", "EVIL", "forever")
	tf.write(partner(`deadline = "forever"`) + guard("only", "swr_repository_share.partner.access_domain") +
		guardOf("other", `"other"`, "access_domains = []"))
	tf.run(0, "apply", "-auto-approve", "-target=swr_repository_shares_exclusive.only")
	holds(t, server, "ACME")
	if n := len(server.AllShares()); n != 2 {
		t.Errorf("%d shares are left instead of 2", n)
	}
}

// Two aliases of the provider don't know of each other: each guard's revocations
// still stand in the plan by name.
func TestTwoGuardsThroughTwoProviders(t *testing.T) {
	t.Parallel()
	tf, server := guarded(t)
	tf.write(partner(`deadline = "forever"`) + guard("only", `"ACME"`) + "provider \"swr\" { alias = \"second\" }\n" +
		guardOf("second", `"team/app"`, "provider = swr.second", "access_domains = []"))
	wants(t, tf.apply(), `Undeclared share platform/team/app/ACME`)
	holds(t, server, "ACME")
	requests(t, server, nil)
	wants(t, tf.plan(changes), `- "ACME"`)
}

// Guards whose repositories are not known yet are not guards of one repository.
func TestGuardsOfUnknownRepositories(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	byHand(server, "one", "A", "forever")
	byHand(server, "two", "B", "forever")
	tf := newWorkspace(t, server, `
resource "terraform_data" "name" {
  for_each = toset(["one", "two"])
  input    = each.key
}
`+guardOf("one", `terraform_data.name["one"].output`, `access_domains = ["A"]`)+
		guardOf("two", `terraform_data.name["two"].output`, `access_domains = ["B"]`))
	tf.plan(changes)
	tf.apply()
	tf.plan(noChange)

	// That two guard one repository is found out at apply.
	tf.write(`
resource "terraform_data" "other" { input = "one" }
` + guardOf("one", `terraform_data.other.output`, `access_domains = ["A"]`) + guardOf("two", `"one"`, `access_domains = []`))
	tf.plan(changes)
	wants(t, tf.run(failed, "apply", "-auto-approve"), "Duplicate swr_repository_shares_exclusive for platform/one")
	if n := len(server.AllShares()); n != 2 {
		t.Errorf("%d shares are left instead of 2", n)
	}
}

// Terraform makes one of two spellings that are composed differently; an account
// must not hide behind that.
func TestGuardSeesDecomposedNames(t *testing.T) {
	t.Parallel()
	const composed, decomposed = "ACM\u00c9", "ACME\u0301"
	server := swrtest.Start(t)
	server.AddRepository("platform", "team/app")
	tf := newWorkspace(t, server, share("partner", `namespace = "platform"`, `repository = "team/app"`, `access_domain = "`+composed+`"`, `deadline = "forever"`)+
		guard("only", "swr_repository_share.partner.access_domain"))
	tf.apply()
	byHand(server, "team/app", decomposed, "forever")
	byHand(server, "team/app", "I\u0307", "forever")
	wants(t, tf.plan(changes), `- "ACME\\u0301"`, `- "I\\u0307"`)
	tf.apply()
	holds(t, server, composed)
	tf.plan(noChange)
}

// Look-alikes are other accounts.
func TestGuardTellsLookAlikesApart(t *testing.T) {
	t.Parallel()
	tf, server := guarded(t)
	alikes := []string{"\u0410CME", "ACME ", "ACME\u200b", "\uff21CME", "ACM\u0395"}
	for _, name := range alikes {
		byHand(server, "team/app", name, "forever")
	}
	tf.plan(changes, "-out=plan")
	if n := strings.Count(tf.run(0, "show", "plan"), "- \""); n != len(alikes) {
		t.Errorf("%d of %d look-alikes stand in the plan", n, len(alikes))
	}
	tf.run(0, "apply", "plan")
	holds(t, server, "ACME")
	tf.plan(noChange)
}

// A plan is for the endpoint at which it was made.
func TestGuardPlanAtAnotherEndpoint(t *testing.T) {
	t.Parallel()
	tf, server := guarded(t)
	byHand(server, "team/app", "EVIL", "forever")
	tf.plan(changes, "-out=plan")
	other := swrtest.Start(t)
	byHand(other, "team/app", "ACME", "forever")
	byHand(other, "team/app", "EVIL", "forever") // who may well be a friend here
	tf.use(other)
	wants(t, tf.run(failed, "apply", "plan"), "Unable to revoke shares of platform/team/app", "Plan again")
	holds(t, other, "ACME", "EVIL")
	requests(t, other, nil)

	wants(t, tf.plan(changes), `- "EVIL"`)
	tf.apply()
	holds(t, other, "ACME")
	tf.use(server)
	wants(t, tf.plan(changes), `- "EVIL"`)
	tf.apply()
	holds(t, server, "ACME")
}

// While a long list is read page by page, records may move from the second page
// to the first, where nobody looks any more.
func TestGuardWhilePagesShift(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	var names []string
	for i := range 120 {
		names = append(names, fmt.Sprintf("%q", fmt.Sprintf("FRIEND-%03d", i)))
		byHand(server, "team/app", fmt.Sprintf("FRIEND-%03d", i), "forever")
	}
	tf := newWorkspace(t, server, guard("only", names...))
	tf.apply()
	// In order EVIL is the hundred and first, and the hundredth once FRIEND-000 is gone.
	const evil = "FRIEND-099-EVIL"
	byHand(server, "team/app", evil, "forever")
	var once sync.Once
	server.OnRequest(func(info swrtest.RequestInfo) {
		if info.Operation == swrtest.OpList && info.Query.Get("offset") == "100" {
			once.Do(func() { server.DeleteShare("platform", "team/app", "FRIEND-000") })
		}
	})
	wants(t, tf.plan(changes), `- "`+evil+`"`)

	// Where it never comes to rest, that is no proof of anything.
	var n atomic.Int64
	server.OnRequest(func(info swrtest.RequestInfo) {
		if info.Operation == swrtest.OpList && info.Query.Get("offset") == "100" {
			byHand(server, "team/app", fmt.Sprintf("LATER-%d", n.Add(1)), "forever")
		}
	})
	wants(t, tf.plan(noChange), "Incomplete list of shares of platform/team/app", "The list of accounts changed on each of 5 consecutive reads")
}

// What can't be understood is an error, and the state is kept.
func TestGuardWhereListingsAreNonsense(t *testing.T) {
	t.Parallel()
	tf, server := guarded(t)
	byHand(server, "team/app", "EVIL", "forever")
	before := tf.stateFile()
	tf.Env = append(tf.Env, "SWR_MAX_RETRIES=0")
	for _, effect := range []swrtest.Behavior{
		swrtest.NullList(), swrtest.WrongShape(), swrtest.WrongTypes(), swrtest.OtherShare(), swrtest.HTMLPage(http.StatusOK),
		swrtest.Respond(http.StatusOK, nil, ""), swrtest.Respond(http.StatusNoContent, nil, ""), swrtest.Respond(http.StatusOK, nil, "[{}]"),
		swrtest.CloseMidResponse(), swrtest.SuccessWithError("SVCSTG.SWR.4000014"),
	} {
		server.Inject(swrtest.Fault{Operation: swrtest.OpList, Behavior: effect})
		tf.plan(failed)
		server.RemoveFaults()
	}
	if after := tf.stateFile(); after != before {
		t.Errorf("the state was changed:\n%s", after)
	}
	requests(t, server, nil)
}

// Whatever ends an apply amid its revocations, the state holds who still has
// access, and the next plan names them.
func TestGuardInterruptedAmidRevocations(t *testing.T) {
	t.Parallel()
	for name, interrupt := range map[string]func(server *swrtest.Server, info swrtest.RequestInfo, signal func()){
		"by a signal": func(_ *swrtest.Server, info swrtest.RequestInfo, signal func()) {
			if info.Operation == swrtest.OpDelete && info.Account == "EVIL-2" {
				signal()
			}
		},
		"by a listing that fails": func(server *swrtest.Server, info swrtest.RequestInfo, _ func()) {
			if info.Operation == swrtest.OpDelete && info.Account == "EVIL-2" {
				server.Inject(swrtest.Fault{Operation: swrtest.OpList, Behavior: swrtest.Status(http.StatusForbidden, "SVCSTG.SWR.4030000")})
			}
		},
		"by a lost permission": func(server *swrtest.Server, info swrtest.RequestInfo, _ func()) {
			if info.Operation == swrtest.OpDelete && info.Account == "EVIL-1" {
				server.Inject(swrtest.Fault{Operation: swrtest.OpDelete, Behavior: swrtest.Status(http.StatusForbidden, "SVCSTG.SWR.4030000")})
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tf, server := guarded(t)
			for _, account := range []string{"EVIL-1", "EVIL-2", "EVIL-3"} {
				byHand(server, "team/app", account, "forever")
			}
			cmd := tf.Command(t.Context(), "apply", "-auto-approve")
			var output bytes.Buffer
			cmd.Stdout, cmd.Stderr = &output, &output
			started := make(chan struct{})
			var once sync.Once
			server.OnRequest(func(info swrtest.RequestInfo) {
				interrupt(server, info, func() {
					once.Do(func() {
						server.Inject(swrtest.Fault{Operation: swrtest.OpDelete, Account: "EVIL-2", Behavior: swrtest.HangBefore()})
						<-started
						if err := cmd.Process.Signal(os.Interrupt); err != nil {
							t.Error(err)
						}
					})
				})
			})
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			close(started)
			if err := cmd.Wait(); err == nil {
				t.Errorf("the apply succeeded:\n%s", output.String())
			}
			server.OnRequest(nil)
			server.RemoveFaults()
			for _, share := range server.Shares("platform", "team/app") {
				if !slices.Contains(inGuard(t, tf), share.AccessDomain) {
					t.Errorf("the state does not have %s, who has access:\n%s", share.AccessDomain, output.String())
				}
			}
			tf.apply()
			holds(t, server, "ACME")
			tf.plan(noChange)
		})
	}
}

// inGuard gives the accounts in the state of the guard.
func inGuard(t *testing.T, tf *workspace) []string {
	t.Helper()
	state, err := tf.State()
	if err != nil {
		t.Fatal(err)
	}
	var accounts []string
	for _, resource := range state.Resources {
		if resource.Type != "swr_repository_shares_exclusive" {
			continue
		}
		listed, _ := resource.Instances[0].Attributes["access_domains"].([]any)
		for _, account := range listed {
			accounts = append(accounts, fmt.Sprint(account))
		}
	}
	return accounts
}
