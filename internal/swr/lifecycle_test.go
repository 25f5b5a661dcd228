package swr_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// Every call works, with the same outcome, on every variant of the service.
func TestLifecycleOnEveryVariant(t *testing.T) {
	for _, variant := range swrtest.NamedVariants() {
		t.Run(variant.Name, func(t *testing.T) {
			if variant.Name == "no-routes" {
				t.Skip("see TestNoRouteIsNotGone")
			}
			f := newFixture(t, variant.Apply)
			v := f.sim.Variants()
			lifecycle(t, f, v.Routes.Update == swrtest.SpellingNone)
		})
	}
}

func lifecycle(t *testing.T, f *fixture, noPatch bool) {
	t.Helper()
	_, err := f.Get(f.ctx, acme, swr.LastSeen{})
	expectGone(t, err, acme, false)

	first := testSpec(t, "first")
	created, err := f.Create(f.ctx, acme, first)
	if err != nil || created.Outcome != swr.Created {
		t.Fatalf("create: outcome %d, %v", created.Outcome, err)
	}
	expectShare(t, created.Share, "first")
	f.expectStored(t, acme, "first")

	created, err = f.Create(f.ctx, acme, testSpec(t, "again"))
	expectKind(t, err, swr.KindConflict)
	if created.Outcome != swr.NotCreated {
		t.Errorf("create again: outcome %d", created.Outcome)
	}
	f.expectStored(t, acme, "first")

	found, err := f.Get(f.ctx, acme, f.here())
	if err != nil {
		t.Fatalf("get: %v", err)
	}
	expectShare(t, found, "first")
	// Lists may lag behind, by time or by a number of requests.
	f.clock.Advance(5 * time.Second)
	listing, err := f.newClient(t).List(f.ctx, repo)
	for look := 0; look < 2 && err == nil && len(listing.Shares) == 0; look++ {
		listing, err = f.newClient(t).List(f.ctx, repo)
	}
	if err != nil || len(listing.Shares) != 1 || listing.Incomplete != "" {
		t.Fatalf("list: %+v, %v", listing, err)
	}
	expectShare(t, listing.Shares[0], "first")

	changed, err := f.Update(f.ctx, acme, testSpec(t, ""), swr.LastSeen{})
	if noPatch {
		expectKind(t, err, swr.KindNoRoute)
		if changed != nil {
			t.Errorf("changed to %+v", changed)
		}
		f.expectStored(t, acme, "first")
	} else {
		if err != nil {
			t.Fatalf("update: %v", err)
		}
		expectShare(t, *changed, "")
		f.expectStored(t, acme, "")
	}

	if err := f.Delete(f.ctx, acme, f.here()); err != nil {
		t.Fatalf("delete: %v", err)
	}
	if f.has(acme) {
		t.Error("revoked, and still there")
	}
	if err := f.Delete(f.ctx, acme, f.here()); err != nil { // 204 looks like a success
		expectGone(t, err, acme, false)
	}
	f.clock.Advance(5 * time.Second)
	_, err = f.Get(f.ctx, acme, f.here())
	for look := 0; look < 2 && err == nil; look++ { // some lag by a number of requests
		_, err = f.Get(f.ctx, acme, f.here())
	}
	expectGone(t, err, acme, false)
}

// On the plain server each call is as documented, and none is superfluous.
func TestRequestsOfEachCall(t *testing.T) {
	f := newFixture(t, nil)
	do := func(name string, call func() error, want map[swrtest.Operation]int) {
		t.Run(name, func(t *testing.T) {
			f.sim.ResetRequests()
			if err := call(); err != nil {
				t.Fatal(err)
			}
			f.expectCounts(t, want)
		})
	}
	do("create", func() error { return errorOf(f.Create(f.ctx, acme, testSpec(t, "first"))) },
		map[swrtest.Operation]int{swrtest.OpList: 1, swrtest.OpCreate: 1, swrtest.OpGet: 1})
	do("get", func() error { return errorOf(f.Get(f.ctx, acme, swr.LastSeen{})) },
		map[swrtest.Operation]int{swrtest.OpList: 1})
	do("list what is known", func() error { return errorOf(f.List(f.ctx, repo)) },
		nil)
	do("update", func() error { return errorOf(f.Update(f.ctx, acme, testSpec(t, "second"), swr.LastSeen{})) },
		map[swrtest.Operation]int{swrtest.OpUpdate: 1, swrtest.OpGet: 1})
	do("list after a write", func() error { return errorOf(f.List(f.ctx, repo)) },
		map[swrtest.Operation]int{swrtest.OpList: 1})
	do("delete", func() error { return f.Delete(f.ctx, acme, f.here()) },
		map[swrtest.Operation]int{swrtest.OpDelete: 1, swrtest.OpList: 1})
}

// What is sent is what the two documents show.
func TestRequestsAsDocumented(t *testing.T) {
	f := newFixture(t, nil)
	key := swr.Key{Namespace: "platform", Repository: "team/app", AccessDomain: "Acme & Söhne?#%2f"}
	if _, err := f.Create(f.ctx, key, testSpec(t, "d")); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Update(f.ctx, key, testSpec(t, ""), swr.LastSeen{}); err != nil {
		t.Fatal(err)
	}
	if err := f.Delete(f.ctx, key, swr.LastSeen{}); err != nil {
		t.Fatal(err)
	}
	const shares = "/cloud/eu-de/v2/manage/namespaces/platform/%s/team$app/access-domains"
	const escaped = "/Acme%20&%20S%C3%B6hne%3F%23%252f"
	want := map[swrtest.Operation]struct{ method, path, body string }{
		swrtest.OpCreate: {http.MethodPost, strings.Replace(shares, "%s", "repos", 1),
			`{"access_domain":"Acme & Söhne?#%2f","permit":"read","deadline":"2031-03-31T00:00:00.000Z","description":"d"}`},
		swrtest.OpUpdate: {http.MethodPatch, strings.Replace(shares, "%s", "repositories", 1) + escaped,
			`{"permit":"read","deadline":"2031-03-31T00:00:00.000Z","description":""}`},
		swrtest.OpDelete: {http.MethodDelete, strings.Replace(shares, "%s", "repositories", 1) + escaped, ""},
		swrtest.OpGet:    {http.MethodGet, strings.Replace(shares, "%s", "repositories", 1) + escaped, ""},
		swrtest.OpList:   {http.MethodGet, strings.Replace(shares, "%s", "repositories", 1), ""},
	}
	for _, r := range f.sim.Requests() {
		w, ok := want[r.Operation]
		if !ok || r.Method != w.method || r.Path != w.path || string(r.Body) != w.body || len(r.Query) > 0 {
			t.Errorf("%s %s?%v %s; want %+v", r.Method, r.Path, r.Query, r.Body, w)
		}
		if got := r.Header["Content-Type"]; len(got) != 1 || got[0] != "application/json" {
			t.Errorf("%s %s with Content-Type %q", r.Method, r.Path, got)
		}
		if r.Status >= 300 {
			t.Errorf("%s %s was answered %d", r.Method, r.Path, r.Status)
		}
	}
}

// Names that would reach another level of the API are never sent.
func TestUnaddressableNamesAreNotSent(t *testing.T) {
	f := newFixture(t, nil)
	for _, key := range []swr.Key{
		{Namespace: "platform", Repository: "team/app"},
		{Namespace: "platform", Repository: "team/app", AccessDomain: ".."},
		{Namespace: "platform", Repository: "..", AccessDomain: "Acme"},
		{Namespace: "plat/form", Repository: "app", AccessDomain: "Acme"},
	} {
		expectKind(t, errorOf(f.Create(f.ctx, key, testSpec(t, ""))), swr.KindInvalid)
		expectKind(t, errorOf(f.Get(f.ctx, key, swr.LastSeen{})), swr.KindInvalid)
		expectKind(t, errorOf(f.Update(f.ctx, key, testSpec(t, ""), swr.LastSeen{})), swr.KindInvalid)
		expectKind(t, f.Delete(f.ctx, key, swr.LastSeen{}), swr.KindInvalid)
		if key.AccessDomain == "Acme" {
			_, err := f.List(f.ctx, key.Repo())
			expectKind(t, err, swr.KindInvalid)
		}
	}
	f.expectCounts(t, nil)
}

// The endpoint's path stays in front of the API's, whatever it ends with.
func TestEndpoint(t *testing.T) {
	f := newFixture(t, nil)
	for _, suffix := range []string{"", "/"} {
		client := newClient(t, f.sim.URL+suffix, f.sim.Token())
		if _, err := client.List(f.ctx, repo); err != nil {
			t.Errorf("%s: %v", client.Endpoint(), err)
		}
		if client.Endpoint() != f.sim.URL+suffix {
			t.Errorf("endpoint %q", client.Endpoint())
		}
	}
}

// A service that answers with another spelling of a segment than the documents'
// is found out once, not at each call.
func TestSpellingIsKept(t *testing.T) {
	f := newFixture(t, func(v *swrtest.Variants) { v.Routes = swrtest.UniformRoutes(swrtest.SpellingRepos) })
	for range 3 {
		if _, err := f.Create(f.ctx, acme, testSpec(t, "d")); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Update(f.ctx, acme, testSpec(t, "e"), swr.LastSeen{}); err != nil {
			t.Fatal(err)
		}
		if err := f.Delete(f.ctx, acme, swr.LastSeen{}); err != nil {
			t.Fatal(err)
		}
	}
	// One more of each call but the POST, which is documented under repos. The first
	// create reads a list, and each delete.
	f.expectCounts(t, map[swrtest.Operation]int{
		swrtest.OpCreate: 3, swrtest.OpGet: 6 + 1, swrtest.OpUpdate: 3 + 1, swrtest.OpDelete: 3 + 1, swrtest.OpList: 1 + 3 + 1,
	})
}

// A spelling that works is kept by an error, too, that only the right route can
// answer with.
func TestSpellingIsKeptAfterAnError(t *testing.T) {
	f := newFixture(t, func(v *swrtest.Variants) {
		v.Routes = swrtest.UniformRoutes(swrtest.SpellingRepositories)
	})
	f.putAcme("there")
	for range 3 {
		_, err := f.Create(f.ctx, acme, testSpec(t, "d"))
		expectKind(t, err, swr.KindConflict)
	}
	f.expectCounts(t, map[swrtest.Operation]int{swrtest.OpCreate: 3 + 1, swrtest.OpList: 1})
}

// A share that is not there can't be changed.
func TestChangeOfWhatIsGone(t *testing.T) {
	f := newFixture(t, nil)
	_, err := f.Update(f.ctx, acme, testSpec(t, "d"), swr.LastSeen{})
	expectGone(t, err, acme, false)
	f.sim.RemoveRepository(repo.Namespace, repo.Name)
	_, err = f.Update(f.ctx, acme, testSpec(t, "d"), swr.LastSeen{})
	expectKind(t, err, swr.KindRepositoryMissing)
}
