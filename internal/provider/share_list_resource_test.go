package provider_test

import (
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// query is what a list block asks for.
type query struct {
	namespace, repository any   // nil: left out
	accessDomain          any   // likewise
	limit                 int64 // 0: none
	include               bool
	stopAfter             int // results after which nothing more is read; 0: never
}

// listed is the result of a query.
type listed struct {
	diagnostics
	ids     []string // of the shares, from their identities
	results []tfprotov6.ListResourceResult
}

func (h *harness) listServer() tfprotov6.ListResourceServer {
	h.t.Helper()
	server, ok := h.ProviderServer.(tfprotov6.ListResourceServer)
	if !ok {
		h.t.Fatal("the provider lists nothing")
	}
	return server
}

func (h *harness) listConfig(q query) *tfprotov6.DynamicValue {
	return h.object(h.schemas.ListResourceSchemas[shareType], values{
		"namespace": q.namespace, "repository": q.repository, "access_domain": q.accessDomain,
	})
}

func (h *harness) list(q query) (l listed) {
	h.t.Helper()
	stream, err := h.listServer().ListResource(h.t.Context(), &tfprotov6.ListResourceRequest{
		TypeName: shareType, Config: h.listConfig(q), IncludeResource: q.include, Limit: q.limit,
	})
	h.must(err)
	for result := range stream.Results {
		l.add(result.Diagnostics)
		if result.Identity == nil {
			continue
		}
		l.results = append(l.results, result)
		l.ids = append(l.ids, h.identityID(result.Identity))
		if len(l.results) == q.stopAfter {
			break
		}
	}
	return l
}

// threeRepositories hold 360 shares.
var threeRepositories = map[string]int{"platform/app": 120, "platform/team/app": 130, "staging/team/app": 110, "platform/unshared": 0}

func TestList(t *testing.T) {
	t.Parallel()
	type counts map[swrtest.Operation]int
	const lists, shared = swrtest.OpList, swrtest.OpSharedRepositories
	for name, test := range map[string]struct {
		query    query
		within   string // the names' beginning
		want     int
		requests counts
	}{
		"the account":                {query{}, "", 360, counts{shared: 1, lists: 6}},
		"a namespace":                {query{namespace: "platform"}, "platform/", 250, counts{shared: 1, lists: 4}},
		"a repository":               {query{namespace: "platform", repository: "team/app"}, "platform/team/app/", 130, counts{lists: 2}},
		"an unshared repository":     {query{namespace: "platform", repository: "unshared"}, "platform/unshared/", 0, counts{lists: 1}},
		"7 of the account":           {query{limit: 7}, "platform/app/", 7, counts{shared: 1, lists: 1}},
		"a page of a repository":     {query{namespace: "platform", repository: "team/app", limit: 100}, "platform/team/app/", 100, counts{lists: 1}},
		"one of the second":          {query{limit: 121}, "platform/", 121, counts{shared: 1, lists: 3}},
		"until nothing more is read": {query{stopAfter: 3}, "platform/app/", 3, counts{shared: 1, lists: 2}},
		"an account":                 {query{accessDomain: "acme-0005"}, "", 3, counts{shared: 1, lists: 12}},
		"an account of a repository": {query{namespace: "staging", repository: "team/app", accessDomain: "acme-0005"}, "staging/", 1, counts{lists: 4}},
		"an account, limited":        {query{accessDomain: "acme-0005", limit: 1}, "platform/app/", 1, counts{shared: 1, lists: 4}},
		"nobody's account":           {query{namespace: "platform", accessDomain: "nobody"}, "", 0, counts{shared: 1, lists: 8}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := swrtest.Start(t)
			all := seedRepositories(server, threeRepositories)
			got := newHarness(t, server).list(test.query)
			got.silent(t)
			if len(got.ids) != test.want {
				t.Errorf("%d shares instead of %d", len(got.ids), test.want)
			}
			seen := map[string]bool{}
			for _, name := range got.ids {
				if seen[name] || !slices.Contains(all, name) || !strings.HasPrefix(name, test.within) {
					t.Errorf("listed: %s", name)
				}
				seen[name] = true
			}
			assertRequests(t, server, test.requests)
			if total := test.requests[lists] + test.requests[shared]; server.Count() != total {
				t.Errorf("%d requests instead of %d: %v", server.Count(), total, server.Counts())
			}
		})
	}
}

// Several repositories are read in parallel, and listed in the order of the service.
func TestListInParallel(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	all := seedRepositories(server, map[string]int{"platform/a": 2, "platform/b": 2, "platform/c": 2, "platform/d": 2})
	var lists atomic.Int64
	last := make(chan struct{})
	server.OnRequest(func(info swrtest.RequestInfo) {
		switch {
		case info.Operation != swrtest.OpList:
		case lists.Add(1) == 3: // the third, which is not awaited before the second
			close(last)
		case info.Repository == "b":
			select {
			case <-last:
			case <-t.Context().Done():
			}
		}
	})
	got := newHarness(t, server).list(query{})
	got.silent(t)
	if !slices.Equal(got.ids, all) {
		t.Errorf("listed %v", got.ids)
	}
}

// The resource comes only where it is asked for, and is what an import of the
// same share reads; identity and name always come.
func TestListIncludesResource(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	putShare(server, "team/app", "Acme", "2031-03-31T16:00:00.000Z")
	h := newHarness(t, server)
	for _, include := range []bool{false, true} {
		got := h.list(query{namespace: "platform", repository: "team/app", include: include})
		got.silent(t)
		if len(got.results) != 1 || got.results[0].DisplayName != "platform/team/app/Acme" || (got.results[0].Resource != nil) != include {
			t.Fatalf("%+v", got)
		}
		if !include {
			continue
		}
		imported := h.newShare()
		imported.importID(got.ids[0]).silent(t)
		imported.assertState(values{"deadline": "2031-03-31", "description": "by hand"})
		if !imported.same(got.results[0].Resource, imported.state) {
			t.Errorf("listed %+v, imported %v", got.results[0].Resource, imported.attributes())
		}
	}
}

// Where a listing can't be completed, what there is comes, with a warning.
func TestListIncomplete(t *testing.T) {
	t.Parallel()
	for name, paging := range map[string]swrtest.Paging{"ignored": swrtest.PagingIgnored, "refused": swrtest.PagingRejected} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := swrtest.Start(t, swrtest.WithVariants(func(v *swrtest.Variants) { v.Paging = paging }))
			seedRepositories(server, map[string]int{"platform/app": 130, "platform/team/app": 5})
			got := newHarness(t, server).list(query{})
			if len(got.ids) != 105 || len(got.warnings) != 1 {
				t.Errorf("%d shares, warnings %v", len(got.ids), got.warnings)
			}
			got.assertWarning(t, "Incomplete list of shares of platform/app", "the first 100 accounts", "There may be more shares")
			// Who wants no more than there is has no reason to be warned.
			if got := newHarness(t, server).list(query{limit: 100}); len(got.warnings) > 0 {
				t.Errorf("warnings %v", got.warnings)
			}
		})
	}
}

func TestListErrors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		query query
		setup func(*swrtest.Server)
		words []string
		shown int
	}{
		"no such repository": {query{namespace: "platform", repository: "nothing"}, func(*swrtest.Server) {},
			[]string{"Unable to list shares of platform/nothing", `The repository "platform/nothing" does not exist`}, 0},
		"not allowed": {query{}, func(s *swrtest.Server) {
			s.Inject(swrtest.Fault{Operation: swrtest.OpList, Repository: "team/app", Behavior: swrtest.Status(403, "SVCSTG.SWR.4030000")})
		}, []string{"Unable to list shares of platform/team/app", "403"}, 2},
		"no such list": {query{}, func(s *swrtest.Server) {
			s.SetVariants(func(v *swrtest.Variants) { v.Routes.NoSharedRepositories = true })
		}, []string{"Unable to list shared repositories of all organizations", "each repository has to be named explicitly"}, 0},
		"nonsense": {query{}, func(s *swrtest.Server) {
			s.Inject(swrtest.Fault{Operation: swrtest.OpSharedRepositories, Behavior: swrtest.WrongTypes()})
		}, []string{"Unable to list shared repositories of all organizations", "not the documented JSON"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := swrtest.Start(t)
			seedRepositories(server, map[string]int{"platform/app": 2, "platform/team/app": 3, "platform/z": 4})
			test.setup(server)
			got := newHarness(t, server).list(test.query)
			if len(got.errors) != 1 || len(got.ids) != test.shown {
				t.Errorf("%d shares, errors %v", len(got.ids), got.errors)
			}
			got.assertError(t, test.words...)
		})
	}
}

// A repository that was deleted since it was listed has no shares.
func TestListOfDeletedRepository(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	seedRepositories(server, map[string]int{"platform/app": 2, "platform/team/app": 3})
	server.Inject(swrtest.Fault{Operation: swrtest.OpList, Repository: "app", Behavior: swrtest.Status(404, "SVCSTG.SWR.4040010")})
	got := newHarness(t, server).list(query{})
	got.silent(t)
	if len(got.ids) != 3 {
		t.Errorf("listed: %v", got.ids)
	}
}

// One share that makes no sense is an error only where it is looked into.
func TestListOfInvalidShare(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	putShare(server, "team/app", "ACME", "some day")
	h := newHarness(t, server)
	if got := h.list(query{}); len(got.ids) != 1 || len(got.errors) > 0 {
		t.Errorf("%+v", got)
	}
	h.list(query{include: true}).assertError(t, "Unable to read share platform/team/app/ACME", "some day")
}

func TestListValidation(t *testing.T) {
	t.Parallel()
	h := newHarness(t, swrtest.Start(t))
	for name, test := range map[string]struct {
		query query
		word  string
	}{
		"nothing":            {query{}, ""},
		"a namespace":        {query{namespace: "platform"}, ""},
		"both":               {query{namespace: "platform", repository: "team/app"}, ""},
		"a repository alone": {query{repository: "team/app"}, `"namespace" must be specified when "repository" is specified`},
		"an account":         {query{accessDomain: "ACME"}, ""},
		"a bad account":      {query{accessDomain: "a/b"}, `access_domain = "a/b"`},
		"a bad namespace":    {query{namespace: "Platform"}, `namespace = "Platform"`},
		"a bad repository":   {query{namespace: "platform", repository: "team$app"}, `repository = "team$app"`},
	} {
		t.Run(name, func(t *testing.T) {
			resp, err := h.listServer().ValidateListResourceConfig(t.Context(), &tfprotov6.ValidateListResourceConfigRequest{
				TypeName: shareType, Config: h.listConfig(test.query),
			})
			h.must(err)
			var d diagnostics
			d.add(resp.Diagnostics)
			if d.failed() != (test.word != "") || !strings.Contains(d.String(), test.word) {
				t.Errorf("reported %s", d)
			}
		})
	}
}
