package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// account returns the configuration of a share with the account.
func account(name string) values { return shareConfig.with("access_domain", name) }

// A plan names each new share that exists already, with the block that imports it. It
// requests the list of a repository once.
func TestPlanOfExistingShares(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	putShare(server, "team/app", "Acme-07", "forever")
	h := newHarness(t, server).inOneRun()
	reported := make([]planned, 20)
	concurrently(len(reported), 10, func(n int) {
		reported[n] = h.newShare().plan(account(fmt.Sprintf("ACME-%02d", n)))
	})
	for n, p := range reported {
		if n == 7 {
			p.assertWarning(t, "Share platform/team/app/ACME-07 already exists", `id = "platform/team/app/ACME-07"`, "moved {")
		} else {
			p.silent(t)
		}
	}
	assertRequests(t, server, map[swrtest.Operation]int{swrtest.OpList: 1, swrtest.OpGet: 0})
}

// A share that is in the state is not reported as existing: another resource keeps or
// deletes it, which is reported, or it is tainted.
func TestPlanOfSharesInState(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		before func(old *instance) // the new share is planned
		want   string
	}{
		"tainted": {func(old *instance) { old.read() }, ""},
		"deleted": {func(old *instance) { old.read(); old.planDestroy() }, "is revoked and created again"},
		"kept":    {func(old *instance) { old.read(); old.planChange(shareConfig) }, "Duplicate swr_repository_share"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startServer(t)
			old := newHarness(t, server).newShare()
			old.apply(shareConfig).silent(t)
			h := newHarness(t, server).inOneRun()
			old.harness = h
			test.before(old)
			p := h.newShare().plan(shareConfig)
			if test.want == "" {
				p.silent(t)
				return
			}
			p.assertWarning(t, test.want)
			if len(p.warnings) != 1 {
				t.Errorf("more is reported: %s", p)
			}
		})
	}
}

// A share that is planned to be deleted is kept by another resource, even if nothing
// else changes.
func TestPlanOfShareInStateTwice(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	kept := newHarness(t, server).newShare()
	kept.apply(shareConfig).silent(t)
	h := newHarness(t, server).inOneRun()
	kept = kept.in(h)
	kept.in(h).planDestroy().silent(t)
	kept.read().silent(t) // Terraform 1.11 reads an orphan after it has planned to destroy it
	kept.planChange(shareConfig).assertError(t, "Share platform/team/app/ACME is in the state twice", "terraform state rm ADDRESS")
}

// A message about a share has the account in the spelling of the configuration.
func TestPlanSpelling(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	s := newHarness(t, server).newShare()
	s.apply(account("ACME")).silent(t)
	h := newHarness(t, server).inOneRun()
	s.in(h).plan(account("aCMe")).assertAction(t, noAction)
	h.newExclusive().plan(exclusiveValues("OTHER")).assertError(t, "Share platform/team/app/aCMe is declared, but not in access_domains")
}

// A share that is gone is planned as a new one, with its private state.
func TestPlanOfGoneShare(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	s := newHarness(t, server).newShare()
	s.apply(shareConfig).silent(t)
	server.DeleteShare("platform", "team/app", "ACME")
	h := newHarness(t, server).inOneRun()
	s = s.in(h)
	p := s.plan(shareConfig)
	p.silent(t)
	p.assertAction(t, createAction)
	h.newShare().plan(shareConfig).assertWarning(t, "Duplicate swr_repository_share for platform/team/app/ACME")
	h.newExclusive().plan(exclusiveValues()).assertError(t, "Share platform/team/app/ACME is declared, but not in access_domains")
}

// A replacement with another account warns that the first one is revoked before.
func TestPlanOfReplacementByExistingShare(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	s := newHarness(t, server).newShare()
	s.apply(account("ACC-1")).silent(t)
	s.plan(account("ACC-2")).silent(t)
	putShare(server, "team/app", "acc-2", "forever")
	server.ResetRequests()
	p := s.plan(account("ACC-2"))
	assertRequests(t, server, map[swrtest.Operation]int{swrtest.OpList: 1}) // that of the refresh
	p.assertAction(t, replace)
	p.assertWarning(t, "Share platform/team/app/ACC-2 already exists", "replaces share platform/team/app/ACC-1",
		"first revoke platform/team/app/ACC-1, and then fail", "Do not apply this plan", `id = "platform/team/app/ACC-2"`)
}

// No request is sent without a refresh, which is recognized by an existing resource
// that was not read; for names that are not known; and while a plan is applied.
func TestPlanWithoutCheck(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	existing, exclusive := newHarness(t, server).newShare(), newHarness(t, server).newExclusive()
	existing.apply(shareConfig).silent(t)
	exclusive.apply(exclusiveValues("ACME")).silent(t)
	putShare(server, "team/app", "OTHER", "forever")
	for name, test := range map[string]struct {
		before func(h *harness)
		config values
	}{
		"existing share": {func(h *harness) { existing.in(h).planChange(shareConfig).silent(t) }, account("OTHER")},
		"changed share":  {func(h *harness) { existing.in(h).planChange(shareConfig.with("description", "new")).silent(t) }, account("OTHER")},
		"exclusive":      {func(h *harness) { exclusive.in(h).planChange(exclusiveValues("ACME")).ok(t) }, account("OTHER")},
		"unknown name":   {func(*harness) {}, account("OTHER").with("repository", unknown)},
	} {
		h := newHarness(t, server).inOneRun()
		test.before(h)
		server.ResetRequests()
		d := h.newShare().plan(test.config).diagnostics
		if name == "exclusive" { // it does not allow the account
			d.assertError(t, "Share platform/team/app/OTHER is declared, but not in access_domains")
		} else {
			d.silent(t)
		}
		if server.Count() > 0 {
			t.Errorf("%s: requests were sent: %v", name, server.Counts())
		}
	}

	h := newHarness(t, server).inOneRun()
	first := h.newShare()
	first.apply(account("FIRST")).silent(t)
	server.ResetRequests()
	h.newShare().planChange(account("OTHER")).silent(t)
	assertNoRequests(t, server)
}

// in returns a copy of the instance that another process manages.
func (i *instance) in(h *harness) *instance {
	other := *i
	other.harness = h
	return &other
}

// A repository whose shares can't be listed is reported once, and no error; one that
// does not exist may be created in the same apply.
func TestPlanWithFailedCheck(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		prepare func(server *swrtest.Server)
		want    string
	}{
		"forbidden": {func(server *swrtest.Server) {
			server.Inject(swrtest.Fault{Operation: swrtest.OpList, Behavior: swrtest.Status(http.StatusForbidden, "SVCSTG.SWR.4030000")})
		}, "The credential lacks permission to manage the organization in SWR"},
		"no route": {func(server *swrtest.Server) {
			server.SetVariants(func(v *swrtest.Variants) { v.Routes = swrtest.NoRoutes() })
		}, "The server does not implement this API path"},
		"no repository": {func(server *swrtest.Server) { server.RemoveRepository("platform", "team/app") }, ""},
		"no namespace":  {func(server *swrtest.Server) { server.RemoveNamespace("platform") }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startServer(t)
			test.prepare(server)
			h := newHarness(t, server).inOneRun()
			var all diagnostics
			for n := range 3 {
				p := h.newShare().plan(account(fmt.Sprintf("ACME-%d", n)))
				p.assertAction(t, createAction)
				all.merge(p.diagnostics)
			}
			if test.want == "" {
				all.silent(t)
				return
			}
			all.assertWarning(t, "Unable to check shares of platform/team/app", test.want)
			if n := strings.Count(all.String(), "Unable to check"); n != 1 {
				t.Errorf("reported %d times: %s", n, all)
			}
			if name == "forbidden" { // otherwise the client tries another form of the path
				assertRequests(t, server, map[swrtest.Operation]int{swrtest.OpList: 1})
			}
		})
	}
}
