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
			b := start(t, variant.Apply)
			v := b.sim.Variants()
			lifecycle(t, b, v.Routes.Update == swrtest.SpellingNone)
		})
	}
}

func lifecycle(t *testing.T, b *bench, noPatch bool) {
	t.Helper()
	_, err := b.Get(b.ctx, acme, "")
	expectGone(t, err, acme, false)

	first := terms(t, "first")
	created, err := b.Create(b.ctx, acme, first)
	if err != nil || created.Outcome != swr.Created {
		t.Fatalf("create: outcome %d, %v", created.Outcome, err)
	}
	expectShare(t, created.Share, "first")
	b.expectHeld(t, acme, "first")

	created, err = b.Create(b.ctx, acme, terms(t, "again"))
	expectKind(t, err, swr.KindConflict)
	if created.Outcome != swr.NotCreated {
		t.Errorf("create again: outcome %d", created.Outcome)
	}
	b.expectHeld(t, acme, "first")

	found, err := b.Get(b.ctx, acme, b.Host())
	if err != nil {
		t.Fatalf("get: %v", err)
	}
	expectShare(t, found, "first")
	// Lists may lag behind, by time or by a number of requests.
	b.clock.Advance(5 * time.Second)
	listing, err := b.another(t).List(b.ctx, repo)
	for look := 0; look < 2 && err == nil && len(listing.Shares) == 0; look++ {
		listing, err = b.another(t).List(b.ctx, repo)
	}
	if err != nil || len(listing.Shares) != 1 || listing.Incomplete != "" {
		t.Fatalf("list: %+v, %v", listing, err)
	}
	expectShare(t, listing.Shares[0], "first")

	changed, err := b.Update(b.ctx, acme, terms(t, ""))
	if noPatch {
		expectKind(t, err, swr.KindNoRoute)
		if changed != nil {
			t.Errorf("changed to %+v", changed)
		}
		b.expectHeld(t, acme, "first")
	} else {
		if err != nil {
			t.Fatalf("update: %v", err)
		}
		expectShare(t, *changed, "")
		b.expectHeld(t, acme, "")
	}

	if err := b.Delete(b.ctx, acme, b.Host()); err != nil {
		t.Fatalf("delete: %v", err)
	}
	if b.holds(acme) {
		t.Error("revoked, and still there")
	}
	if err := b.Delete(b.ctx, acme, b.Host()); err != nil { // 204 looks like a success
		expectGone(t, err, acme, false)
	}
	b.clock.Advance(5 * time.Second)
	_, err = b.Get(b.ctx, acme, b.Host())
	for look := 0; look < 2 && err == nil; look++ { // some lag by a number of requests
		_, err = b.Get(b.ctx, acme, b.Host())
	}
	expectGone(t, err, acme, false)
}

// On the plain server each call is as documented, and none is superfluous.
func TestRequestsOfEachCall(t *testing.T) {
	b := start(t, nil)
	do := func(name string, call func() error, want map[swrtest.Operation]int) {
		t.Run(name, func(t *testing.T) {
			b.sim.ResetRequests()
			if err := call(); err != nil {
				t.Fatal(err)
			}
			b.expectCounts(t, want)
		})
	}
	do("create", func() error {
		_, err := b.Create(b.ctx, acme, terms(t, "first"))
		return err
	}, map[swrtest.Operation]int{swrtest.OpCreate: 1, swrtest.OpGet: 1})
	do("get", func() error {
		_, err := b.Get(b.ctx, acme, "")
		return err
	}, map[swrtest.Operation]int{swrtest.OpList: 1})
	do("list what is known", func() error {
		_, err := b.List(b.ctx, repo)
		return err
	}, nil)
	do("update", func() error {
		_, err := b.Update(b.ctx, acme, terms(t, "second"))
		return err
	}, map[swrtest.Operation]int{swrtest.OpUpdate: 1, swrtest.OpGet: 1})
	do("list after a write", func() error {
		_, err := b.List(b.ctx, repo)
		return err
	}, map[swrtest.Operation]int{swrtest.OpList: 1})
	do("delete", func() error { return b.Delete(b.ctx, acme, b.Host()) },
		map[swrtest.Operation]int{swrtest.OpDelete: 1, swrtest.OpList: 1})
}

// What is sent is what the two documents show.
func TestRequestsAsDocumented(t *testing.T) {
	b := start(t, nil)
	key := swr.Key{Namespace: "platform", Repository: "team/app", AccessDomain: "Acme & Söhne?#%2f"}
	if _, err := b.Create(b.ctx, key, terms(t, "d")); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Update(b.ctx, key, terms(t, "")); err != nil {
		t.Fatal(err)
	}
	if err := b.Delete(b.ctx, key, ""); err != nil {
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
	for _, r := range b.sim.Requests() {
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
	b := start(t, nil)
	for _, key := range []swr.Key{
		{Namespace: "platform", Repository: "team/app"},
		{Namespace: "platform", Repository: "team/app", AccessDomain: ".."},
		{Namespace: "platform", Repository: "team/app", AccessDomain: "a/b"},
		{Namespace: "platform", Repository: "", AccessDomain: "Acme"},
		{Namespace: "platform", Repository: "..", AccessDomain: "Acme"},
		{Namespace: "platform", Repository: "team//app", AccessDomain: "Acme"},
		{Namespace: "..", Repository: "app", AccessDomain: "Acme"},
		{Namespace: "", Repository: "app", AccessDomain: "Acme"},
		{Namespace: "plat/form", Repository: "app", AccessDomain: "Acme"},
		{Namespace: "platform", Repository: "app", AccessDomain: "Ac\nme"},
	} {
		_, createErr := b.Create(b.ctx, key, terms(t, ""))
		_, getErr := b.Get(b.ctx, key, "")
		_, updateErr := b.Update(b.ctx, key, terms(t, ""))
		for _, err := range []error{createErr, getErr, updateErr, b.Delete(b.ctx, key, "")} {
			expectKind(t, err, swr.KindInvalid)
		}
		if key.AccessDomain == "Acme" {
			_, err := b.List(b.ctx, key.Repo())
			expectKind(t, err, swr.KindInvalid)
		}
	}
	b.expectCounts(t, nil)
}

// The endpoint's path stays in front of the API's, whatever it ends with.
func TestEndpoint(t *testing.T) {
	b := start(t, nil)
	for _, suffix := range []string{"", "/"} {
		client := newClient(t, b.sim.URL+suffix, b.sim.Token())
		if _, err := client.List(b.ctx, repo); err != nil {
			t.Errorf("%s: %v", client.Endpoint(), err)
		}
		if client.Endpoint() != b.sim.URL+suffix || !strings.Contains(b.sim.URL, client.Host()) || !strings.HasPrefix(client.Host(), "127.0.0.1:") {
			t.Errorf("endpoint %q, host %q", client.Endpoint(), client.Host())
		}
	}
}

// A service that answers with another spelling of a segment than the documents'
// is found out once, not at each call.
func TestSpellingIsKept(t *testing.T) {
	b := start(t, func(v *swrtest.Variants) { v.Routes = swrtest.UniformRoutes(swrtest.SpellingRepos) })
	for range 3 {
		if _, err := b.Create(b.ctx, acme, terms(t, "d")); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Update(b.ctx, acme, terms(t, "e")); err != nil {
			t.Fatal(err)
		}
		if err := b.Delete(b.ctx, acme, ""); err != nil {
			t.Fatal(err)
		}
	}
	// One more of each call but the POST, which is documented under repos.
	b.expectCounts(t, map[swrtest.Operation]int{
		swrtest.OpCreate: 3, swrtest.OpGet: 6 + 1, swrtest.OpUpdate: 3 + 1, swrtest.OpDelete: 3 + 1, swrtest.OpList: 3 + 1,
	})
}

// A spelling that works is kept by an error, too, that only the right route can
// answer with.
func TestSpellingIsKeptAfterAnError(t *testing.T) {
	b := start(t, func(v *swrtest.Variants) {
		v.Routes = swrtest.UniformRoutes(swrtest.SpellingRepositories)
	})
	b.putAcme("there")
	for range 3 {
		_, err := b.Create(b.ctx, acme, terms(t, "d"))
		expectKind(t, err, swr.KindConflict)
	}
	b.expectCounts(t, map[swrtest.Operation]int{swrtest.OpCreate: 3 + 1})
}

// Where PATCH has no route, nothing is deleted and created instead.
func TestChangeWithoutRoute(t *testing.T) {
	for name, form := range noRouteForms {
		t.Run(name, func(t *testing.T) {
			b := start(t, func(v *swrtest.Variants) { v.Routes.Update, v.NoSuchRoute = swrtest.SpellingNone, form })
			b.putAcme("old")
			share, err := b.Update(b.ctx, acme, terms(t, "new"))
			expectKind(t, err, swr.KindNoRoute)
			if share != nil {
				t.Errorf("changed to %+v", share)
			}
			b.expectHeld(t, acme, "old")
			b.expectCounts(t, map[swrtest.Operation]int{swrtest.OpUpdate: 2})
		})
	}
}

// A share that is not there can't be changed.
func TestChangeOfWhatIsGone(t *testing.T) {
	b := start(t, nil)
	_, err := b.Update(b.ctx, acme, terms(t, "d"))
	expectGone(t, err, acme, false)
	b.sim.RemoveRepository(repo.Namespace, repo.Name)
	_, err = b.Update(b.ctx, acme, terms(t, "d"))
	expectKind(t, err, swr.KindRepositoryMissing)
}

var noRouteForms = map[string]swrtest.NoRouteResponse{
	"APIGW.0101": swrtest.NoRouteGateway, "SVCSTG.SWR.4040083": swrtest.NoRouteSWR,
	"plain": swrtest.NoRoutePlain, "HTML": swrtest.NoRouteHTML, "empty": swrtest.NoRouteEmpty,
}
