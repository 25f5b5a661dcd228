package provider_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// exclusiveValues is the configuration of an exclusive resource of
// platform/team/app that allows these accounts.
func exclusiveValues(accounts ...string) values {
	return repositoryNames.with("access_domains", list(accounts...))
}

func list(texts ...string) []any {
	elements := []any{}
	for _, text := range texts {
		elements = append(elements, text)
	}
	return elements
}

// appliedExclusive returns an exclusive resource that allows ACME, with which the
// repository is shared.
func appliedExclusive(t *testing.T, options ...swrtest.Option) (*instance, *swrtest.Server) {
	t.Helper()
	server := startServer(t, options...)
	h := newHarness(t, server)
	h.newShare().apply(shareConfig).silent(t)
	e := h.newExclusive()
	e.apply(exclusiveValues("ACME")).silent(t)
	server.ResetRequests()
	return e, server
}

// assertAccounts fails the test unless the state has just these accounts.
func (i *instance) assertAccounts(want ...string) {
	i.t.Helper()
	if got := accountsIn(i.attributes()); !slices.Equal(got, want) {
		i.t.Errorf("the state has %q instead of %q", got, want)
	}
}

func accountsIn(attributes values) (accounts []string) {
	elements, _ := attributes["access_domains"].([]any)
	for _, element := range elements {
		accounts = append(accounts, fmt.Sprint(element))
	}
	slices.Sort(accounts)
	return accounts
}

// The difference between state and plan is what is revoked. An account that
// appeared since the plan is left alone, and named.
func TestExclusiveRevokesWhatThePlanShowed(t *testing.T) {
	t.Parallel()
	e, server := appliedExclusive(t)
	only := exclusiveValues("ACME")
	e.assertUnchanged(only)
	putShare(server, "team/app", "EVIL", "forever")
	p := e.plan(only)
	p.silent(t)
	e.assertAccounts("ACME", "EVIL")
	if planned := accountsIn(p.values); p.action != updateAction || !slices.Equal(planned, []string{"ACME"}) {
		t.Errorf("the plan is to %s: %v", p.action, planned)
	}
	assertRequests(t, server, nil)

	putShare(server, "team/app", "LATER", "forever")
	e.applyPlan(p).assertWarning(t, "Undeclared share platform/team/app/LATER, created since the plan", "Plan again")
	assertShares(t, server, "ACME", "LATER")
	assertRequests(t, server, map[swrtest.Operation]int{swrtest.OpDelete: 1})
	p = e.plan(only)
	e.assertAccounts("ACME", "LATER")
	e.applyPlan(p).silent(t)
	assertShares(t, server, "ACME")
	e.assertUnchanged(only)

	server.ResetRequests()
	e.apply(only.with("timeouts", values{"update": "2m"})).silent(t)
	putShare(server, "team/app", "EVIL", "forever")
	e.refresh().silent(t)
	e.planDestroy().assertWarning(t, "Destroying swr_repository_shares_exclusive of platform/team/app revokes nothing")
	e.destroy().silent(t)
	assertRequests(t, server, nil)
	assertShares(t, server, "ACME", "EVIL")
}

// At creation there is no plan yet that showed any account: each is named, at
// plan and at apply, and none is revoked. The next plan shows it.
func TestExclusiveCreationRevokesNothing(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	putShare(server, "team/app", "EVIL-1", "forever")
	putShare(server, "team/app", "EVIL-2", "forever")
	e := newHarness(t, server).newExclusive()
	nobody := exclusiveValues()
	p := e.plan(nobody)
	for _, d := range []diagnostics{p.diagnostics, e.applyPlan(p)} {
		d.assertWarning(t, "Undeclared share platform/team/app/EVIL-1", "Undeclared share platform/team/app/EVIL-2")
	}
	assertShares(t, server, "EVIL-1", "EVIL-2")
	assertRequests(t, server, nil)
	p = e.plan(nobody)
	e.assertAccounts("EVIL-1", "EVIL-2")
	e.applyPlan(p).silent(t)
	assertShares(t, server)
	e.assertUnchanged(nobody)

	// One that is replaced, of this or another repository, begins again.
	for _, prior := range []string{"team/app", "other"} {
		server.AddRepository("platform", "other")
		e := newHarness(t, server).newExclusive()
		e.apply(nobody.with("repository", prior)).silent(t)
		putShare(server, "team/app", "EVIL-1", "forever")
		server.ResetRequests()
		e.tainted = prior == "team/app"
		t.Logf("prior repository: %s", prior)
		p := e.plan(nobody)
		p.assertAction(t, replace)
		e.applyPlan(p).assertWarning(t, "Undeclared share platform/team/app/EVIL-1")
		assertShares(t, server, "EVIL-1")
		assertRequests(t, server, nil)
		e.apply(nobody).silent(t)
		assertShares(t, server)
	}
}

// Without a refresh the plan shows what the state has, and that alone is revoked.
func TestExclusiveWithoutRefresh(t *testing.T) {
	t.Parallel()
	e, server := appliedExclusive(t)
	only := exclusiveValues("ACME")
	putShare(server, "team/app", "EVIL", "forever")
	e.refresh().silent(t)
	putShare(server, "team/app", "UNSEEN", "forever")
	e.applyWithoutRefresh(only).assertWarning(t, "Undeclared share platform/team/app/UNSEEN, created since the plan")
	assertShares(t, server, "ACME", "UNSEEN")
	p := e.plan(only)
	server.DeleteShare("platform", "team/app", "UNSEEN")
	e.applyPlan(p).silent(t)
	e.assertUnchanged(only)
}

// What somebody wrote into the state is not believed.
func TestExclusiveWithEditedState(t *testing.T) {
	t.Parallel()
	e, server := appliedExclusive(t)
	putShare(server, "team/app", "EVIL", "forever")
	for _, accounts := range []any{list("ACME", "EVIL", "NEVER"), nil} {
		e.state = e.object(e.schema(), e.attributes().with("access_domains", accounts))
		e.refresh().silent(t)
		e.assertAccounts("ACME", "EVIL")
	}
	assertRequests(t, server, nil)
}

// An account in another case is the same account.
func TestExclusiveIgnoresCase(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"accounts-upper", "accounts-lower", "stored-upper-case-sensitive"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startServer(t, withVariant(t, name))
			h := newHarness(t, server)
			h.newShare().apply(shareConfig.with("access_domain", "AcMe")).silent(t)
			e := h.newExclusive()
			e.apply(exclusiveValues("AcMe")).silent(t)
			e.assertUnchanged(exclusiveValues("AcMe"))
			e.assertUnchanged(exclusiveValues("acme"))
			e.validate(exclusiveValues("acme", "ACME")).assertError(t, `access_domains contains the account "`, "more than once")
			putShare(server, "team/app", "Evil", "forever")
			e.apply(exclusiveValues("acme")).silent(t)
			if n := len(server.AllShares()); n != 1 {
				t.Errorf("%d shares are left", n)
			}
			e.assertUnchanged(exclusiveValues("acme"))
		})
	}
}

// Look-alikes are other accounts.
func TestExclusiveTellsLookAlikesApart(t *testing.T) {
	t.Parallel()
	e, server := appliedExclusive(t)
	for _, name := range []string{"\u0410CME", "ACME ", "ACME\u200b", "\uff21CME", "ACM\u0395"} {
		putShare(server, "team/app", name, "forever")
	}
	p := e.plan(exclusiveValues("ACME"))
	if n := len(accountsIn(e.attributes())); n != 6 {
		t.Errorf("the state has %d of 6 accounts", n)
	}
	e.applyPlan(p).silent(t)
	assertShares(t, server, "ACME")

	// Terraform makes one of two spellings that are composed differently, so the
	// state has the other one escaped.
	putShare(server, "team/app", "ACME\u0301", "forever")
	p = e.plan(exclusiveValues("ACME"))
	e.assertAccounts("ACME", `ACME\u0301`)
	e.applyPlan(p).silent(t)
	assertShares(t, server, "ACME")
}

// It shares nothing: what is not shared is an error that says what to declare.
func TestExclusiveNamesWhatIsNotShared(t *testing.T) {
	t.Parallel()
	e, server := appliedExclusive(t)
	putShare(server, "team/app", "EVIL", "forever")
	e.apply(exclusiveValues("ACME", "NOBODY")).assertError(t,
		`Missing share platform/team/app/NOBODY`, `resource "swr_repository_share" "NAME"`, `access_domain = "NOBODY"`)
	assertShares(t, server, "ACME") // what the plan showed was revoked all the same
	assertRequests(t, server, map[swrtest.Operation]int{swrtest.OpDelete: 1})
	e.assertAccounts("ACME")

	created := newHarness(t, server).newExclusive()
	created.apply(exclusiveValues("NOBODY")).assertError(t, `Missing share platform/team/app/NOBODY`)
	created.assertExists(false)
	assertShares(t, server, "ACME")
}

// An account that a list does not show is asked for by name: lists may lag, or
// leave expired shares out.
func TestExclusiveAsksByName(t *testing.T) {
	t.Parallel()
	_, server := appliedExclusive(t, swrtest.WithVariants(func(v *swrtest.Variants) { v.ListDelay.Create.Reads = 3 }))
	assertShares(t, server, "ACME")

	server = startServer(t, swrtest.WithVariants(func(v *swrtest.Variants) { v.HideExpired = true }))
	h := newHarness(t, server)
	h.newShare().apply(shareConfig.with("deadline", "2020-01-01")).ok(t)
	e := h.newExclusive()
	e.apply(exclusiveValues("ACME")).silent(t)
	e.assertUnchanged(exclusiveValues("ACME"))
}

// Whatever fails amid the revocations, the others are still tried, the state has
// who still has access, and the next apply goes on.
func TestExclusiveFailsAmidRevocations(t *testing.T) {
	t.Parallel()
	forbidden := swrtest.Status(http.StatusForbidden, "SVCSTG.SWR.4030000")
	for name, test := range map[string]struct {
		fault swrtest.Fault
		left  []string
		words []string
	}{
		"one revocation": {swrtest.Fault{Operation: swrtest.OpDelete, Account: "EVIL-2", Behavior: forbidden}, []string{"ACME", "EVIL-2"},
			[]string{"Unable to revoke share platform/team/app/EVIL-2", "403 Forbidden"}},
		"all after the first": {swrtest.Fault{Operation: swrtest.OpDelete, Skip: 1, Behavior: forbidden}, nil,
			[]string{"Unable to revoke share platform/team/app/EVIL-"}},
		"the listing after them": {swrtest.Fault{Operation: swrtest.OpList, Skip: 2, Behavior: forbidden}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, server := appliedExclusive(t)
			for _, account := range []string{"EVIL-1", "EVIL-2", "EVIL-3"} {
				putShare(server, "team/app", account, "forever")
			}
			server.Inject(test.fault)
			e.apply(exclusiveValues("ACME")).assertError(t, test.words...)
			if test.left != nil {
				assertShares(t, server, test.left...)
			}
			known := accountsIn(e.attributes())
			for _, share := range server.Shares("platform", "team/app") {
				if !slices.Contains(known, share.AccessDomain) {
					t.Errorf("the state does not have %s, who has access: %v", share.AccessDomain, known)
				}
			}
			server.RemoveFaults()
			e.apply(exclusiveValues("ACME")).silent(t)
			assertShares(t, server, "ACME")
			e.assertUnchanged(exclusiveValues("ACME"))
		})
	}
}

// Concurrent revocations share the listings that verify them. One that fails does
// not keep the others from being made.
func TestExclusiveRevokesConcurrently(t *testing.T) {
	t.Parallel()
	const n = 100
	e, server := appliedExclusive(t)
	for i := range n {
		putShare(server, "team/app", fmt.Sprintf("EVIL-%03d", i), "forever")
	}
	server.Inject(swrtest.Fault{Operation: swrtest.OpDelete, Account: "EVIL-007",
		Behavior: swrtest.Status(http.StatusForbidden, "SVCSTG.SWR.4030000")})
	p := e.plan(exclusiveValues("ACME"))
	server.ResetRequests()
	e.applyPlan(p).assertError(t, "Unable to revoke share platform/team/app/EVIL-007")
	assertShares(t, server, "ACME", "EVIL-007")
	e.assertAccounts("ACME", "EVIL-007")
	if requests := server.Count(); requests > n+n/2 {
		t.Errorf("%d requests to revoke %d accounts: %v", requests, n, server.Counts())
	}
}

// Terraform stops the provider amid revocations: no more are started, and the state
// has all accounts that still have access.
func TestExclusiveStopsAmidRevocations(t *testing.T) {
	t.Parallel()
	e, server := appliedExclusive(t)
	for i := range 200 {
		putShare(server, "team/app", fmt.Sprintf("EVIL-%03d", i), "forever")
	}
	p := e.plan(exclusiveValues("ACME"))
	e.harness = newHarness(t, server).inOneRun()
	server.ResetRequests()
	e.stopAt(swrtest.OpDelete)
	e.applyPlan(p).assertError(t, "The account was not revoked and remains in the state")
	if n := server.Count(swrtest.OpDelete); n > 16 {
		t.Errorf("%d revocations were started", n)
	}
	known := accountsIn(e.attributes())
	for _, share := range server.Shares("platform", "team/app") {
		if !slices.Contains(known, share.AccessDomain) {
			t.Errorf("the state does not have %s, who has access", share.AccessDomain)
		}
	}
}

// stopAt makes Terraform stop the provider at the first request of an operation.
func (h *harness) stopAt(operation swrtest.Operation) {
	var stop sync.Once
	h.server.OnRequest(func(request swrtest.RequestInfo) {
		if request.Operation == operation {
			stop.Do(func() {
				if _, err := h.StopProvider(context.Background(), &tfprotov6.StopProviderRequest{}); err != nil {
					h.t.Error(err)
				}
			})
		}
	})
}

// Terraform stops the provider while it looks up accounts that may be the same: that
// is the error, and no others are looked up.
func TestExclusiveStopsComparing(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	for _, account := range []string{"müller", "köln"} {
		putShare(server, "team/app", account, "forever")
	}
	e := newHarness(t, server).newExclusive()
	e.apply(exclusiveValues("müller", "köln")).silent(t)
	e.harness = newHarness(t, server).inOneRun()
	server.ResetRequests()
	e.stopAt(swrtest.OpGet)
	p := e.plan(exclusiveValues("MÜLLER", "KÖLN"))
	p.assertError(t, "Unable to read share platform/team/app/")
	if n := server.Count(swrtest.OpGet); n != 1 || len(p.errors) != 1 {
		t.Errorf("%d lookups, errors %q", n, p.errors)
	}
}

// An exclusive resource is created in the run that deletes a share. The plan does not
// warn of the account if the delete was planned before; apply lists again.
func TestExclusiveCreationWithDelete(t *testing.T) {
	t.Parallel()
	for _, deleteFirst := range []bool{false, true} {
		server := startServer(t)
		share := newHarness(t, server).newShare()
		share.apply(shareConfig).silent(t)

		h := newHarness(t, server).inOneRun()
		share.harness = h
		e := h.newExclusive()
		share.read().silent(t)
		if deleteFirst {
			share.planDestroy().silent(t)
		}
		p := e.plan(exclusiveValues())
		if deleteFirst {
			p.silent(t)
		} else {
			p.assertWarning(t, "Undeclared share platform/team/app/ACME", "unless it also destroys its swr_repository_share")
			share.planDestroy().silent(t)
		}
		share.delete().silent(t)
		e.applyPlan(p).silent(t)
	}
}

// Two exclusive resources of one repository would revoke each other's accounts.
func TestExclusiveTwice(t *testing.T) {
	t.Parallel()
	e, server := appliedExclusive(t)
	h := newHarness(t, server).inOneRun()
	e.harness = h
	e.plan(exclusiveValues("ACME")).silent(t)
	h.newExclusive().plan(exclusiveValues("OTHER")).assertError(t, "Duplicate swr_repository_shares_exclusive for platform/team/app", "one allows", "ACME", "OTHER")
	// Through an alias of the provider they don't know of each other; each one's
	// revocations are in its plan all the same.
	newHarness(t, server).newExclusive().apply(exclusiveValues()).assertWarning(t, "Undeclared share platform/team/app/ACME")
	assertRequests(t, server, nil)

	// Where the repository is unknown at plan, it is found out at apply.
	h = newHarness(t, server).inOneRun()
	for range 2 {
		h.newExclusive().planWithoutRefresh(exclusiveValues("OTHER").with("repository", unknown)).silent(t)
	}
	h.newExclusive().plan(exclusiveValues("ACME")).silent(t)
	h.newExclusive().plan(exclusiveValues()).assertError(t, "Duplicate swr_repository_shares_exclusive for platform/team/app")
}

// Where not all accounts can be seen, refresh warns and keeps the state, and
// nothing is revoked.
func TestExclusiveWithIncompleteListing(t *testing.T) {
	t.Parallel()
	e, server := appliedExclusive(t)
	putShare(server, "team/app", "EVIL", "forever")
	e.refresh().silent(t)
	for i := range 120 {
		putShare(server, "team/app", fmt.Sprintf("MORE-%03d", i), "forever")
	}
	server.SetVariants(func(v *swrtest.Variants) { v.Paging = swrtest.PagingIgnored })
	p := e.plan(exclusiveValues("ACME"))
	p.assertError(t, "Unable to revoke shares of platform/team/app", "ignores paging")
	assertContains(t, p.String(), "Incomplete list of shares of platform/team/app")
	e.assertAccounts("ACME", "EVIL")
	if n := len(server.AllShares()); n != 122 {
		t.Errorf("%d shares are left of 122", n)
	}
	assertRequests(t, server, nil)
}

// A plan of a resource that was not read says so, unless there is something to do:
// then apply says it, or core refreshes and plans again.
func TestExclusiveUnread(t *testing.T) {
	t.Parallel()
	e, server := appliedExclusive(t)
	only := exclusiveValues("ACME")
	putShare(server, "team/app", "EVIL", "forever")
	for _, config := range []values{only, exclusiveValues("acme")} {
		p := e.planWithoutRefresh(config)
		p.assertAction(t, noAction)
		p.assertWarning(t, "Accounts of 1 repository were not read", "for platform/team/app.", "plan without -refresh=false and -minimal-refresh")
		if n := len(p.warnings); n != 1 {
			t.Errorf("%d warnings: %v", n, p.warnings)
		}
	}
	assertNoRequests(t, server)
	// As core plans again in an apply, whose plan may have been refreshed.
	e.planWithoutRefresh(only.with("timeouts", values{"update": "2m"})).silent(t)
	e.apply(only).silent(t)
	e.plan(only).silent(t)
	e.planDestroy().assertWarning(t, "revokes nothing")
}

// What a refresh cures is no error before the refresh: Terraform 1.17 with
// -minimal-refresh plans, refreshes if there is something to do, and plans again.
func TestExclusiveRefusesOnlyWhatWasRead(t *testing.T) {
	t.Parallel()
	e, server := appliedExclusive(t)
	partly := exclusiveValues().with("access_domains", []any{"ACME", unknown})
	putShare(server, "team/app", "EVIL", "forever")
	e.refresh().silent(t)
	e.planWithoutRefresh(partly).assertError(t, "Accounts to revoke from platform/team/app not yet known")
	server.DeleteShare("platform", "team/app", "EVIL")
	h := newHarness(t, server).inOneRun()
	e.harness = h
	e.planWithoutRefresh(partly).assertWarning(t, "Accounts of platform/team/app have changed since the last refresh", "no longer have access: EVIL.")
	e.plan(partly).silent(t)

	other := startServer(t)
	putShare(other, "team/app", "ACME", "forever")
	putShare(other, "team/app", "EVIL", "forever")
	e.harness = newHarness(t, other).inOneRun()
	nobody := exclusiveValues()
	for _, config := range []values{nobody, nobody.with("access_domains", []any{unknown})} {
		e.planWithoutRefresh(config).assertWarning(t, "Accounts of platform/team/app were last read at another endpoint", server.URL, other.URL)
	}
	p := e.plan(nobody)
	p.assertAction(t, createAction)
	p.assertWarning(t, "Undeclared share platform/team/app/EVIL")
}

// Whose access a plan revokes must be known at plan.
func TestExclusiveWithUnknownAccounts(t *testing.T) {
	t.Parallel()
	e, server := appliedExclusive(t)
	with := func(accounts ...any) values { return exclusiveValues().with("access_domains", accounts) }
	e.plan(with("ACME", unknown)).silent(t) // what is known covers all who have access
	e.plan(with(unknown)).assertError(t, "Accounts to revoke from platform/team/app not yet known", "-target")
	assertRequests(t, server, nil)
}

// A plan is for the endpoint at which it was made.
func TestExclusiveAtAnotherEndpoint(t *testing.T) {
	t.Parallel()
	e, server := appliedExclusive(t)
	putShare(server, "team/app", "EVIL", "forever")
	p := e.plan(exclusiveValues("ACME"))
	other := startServer(t)
	putShare(other, "team/app", "ACME", "forever")
	putShare(other, "team/app", "EVIL", "forever")
	e.harness = newHarness(t, other)
	e.applyPlan(p).assertError(t, "Unable to revoke shares of platform/team/app", server.URL, other.URL, "Plan again")
	stale := e.planWithoutRefresh(exclusiveValues("ACME"))
	stale.assertWarning(t, "Accounts of platform/team/app were last read at another endpoint", server.URL, other.URL)
	e.applyPlan(stale).assertError(t, "Unable to revoke shares of platform/team/app", server.URL, other.URL)
	assertShares(t, other, "ACME", "EVIL")
	assertRequests(t, other, nil)
	// The first plan at the other endpoint is a creation, which names and revokes
	// nothing; the second one shows whose access it revokes.
	p = e.plan(exclusiveValues("ACME"))
	p.assertAction(t, createAction)
	p.assertWarning(t, "Accounts of platform/team/app were last read at another endpoint", server.URL, other.URL, "Undeclared share platform/team/app/EVIL")
	e.applyPlan(p).assertWarning(t, "Undeclared share platform/team/app/EVIL")
	assertShares(t, other, "ACME", "EVIL")
	e.refresh().silent(t)
	e.assertAccounts("ACME", "EVIL")
	assertRequests(t, other, nil)
	e.apply(exclusiveValues("ACME")).silent(t)
	assertShares(t, other, "ACME")
	assertShares(t, server, "ACME", "EVIL")
}

// What can't be decoded, or says nothing of the repository, is an error, and the
// state is kept.
func TestExclusiveKeepsStateOnErrors(t *testing.T) {
	t.Parallel()
	e, server := appliedExclusive(t)
	putShare(server, "team/app", "EVIL", "forever")
	e.harness = newHarness(t, server, values{"token": server.Token(), "max_retries": 0})
	for _, behavior := range []swrtest.Behavior{
		swrtest.NullList(), swrtest.WrongShape(), swrtest.WrongTypes(), swrtest.OtherShare(), swrtest.HTMLPage(http.StatusOK),
		swrtest.Respond(http.StatusOK, nil, ""), swrtest.Respond(http.StatusNoContent, nil, ""), swrtest.Respond(http.StatusOK, nil, "[{}]"),
		swrtest.CloseMidResponse(), swrtest.SuccessWithError("SVCSTG.SWR.4000014"),
	} {
		server.Inject(swrtest.Fault{Operation: swrtest.OpList, Behavior: behavior})
		e.plan(exclusiveValues("ACME")).assertError(t, "platform/team/app")
		server.RemoveFaults()
	}
	server.RemoveNamespace("platform")
	e.refresh().assertError(t, `The organization "platform" does not exist`, "The state was not changed", "from = swr_repository_shares_exclusive.NAME")
	server.SetVariants(func(v *swrtest.Variants) { v.Routes = swrtest.NoRoutes() })
	e.refresh().assertError(t, "The server does not implement this API path")
	e.assertAccounts("ACME")
	assertRequests(t, server, nil)
}

// An import would opt people into revocations by accident.
func TestExclusiveHasNoImport(t *testing.T) {
	t.Parallel()
	h := unconfigured(t, nil)
	resp, err := h.ImportResourceState(context.Background(), &tfprotov6.ImportResourceStateRequest{TypeName: exclusiveType, ID: "platform/team/app"})
	h.must(err)
	if len(resp.Diagnostics) == 0 {
		t.Error("it was imported")
	}
}
