package swr_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// Listings of every length on every kind of server: all shares once, in order, or
// as many as the service returns, reported as incomplete.
func TestListEveryLength(t *testing.T) {
	servers := map[string]struct {
		paging       swrtest.Paging
		contentRange bool
	}{
		"honored":                    {swrtest.PagingHonored, false},
		"honored with Content-Range": {swrtest.PagingHonored, true},
		"ignored":                    {swrtest.PagingIgnored, false},
		"refused":                    {swrtest.PagingRejected, false},
	}
	for name, server := range servers {
		for _, n := range []int{0, 1, 99, 100, 101, 199, 200, 201, 500} {
			for _, newestFirst := range []bool{false, true} {
				t.Run(fmt.Sprintf("paging %s, %d shares, newest first %t", name, n, newestFirst), func(t *testing.T) {
					f := newFixture(t, func(v *swrtest.Variants) {
						v.Paging, v.ListContentRange, v.NewestFirst = server.paging, server.contentRange, newestFirst
					})
					f.putShares(n)
					listing, err := f.List(f.ctx, repo)
					if err != nil {
						t.Fatal(err)
					}
					wantAll := server.paging == swrtest.PagingHonored || n < 100
					shown, requests := n, 1+n/100
					switch {
					case !wantAll:
						shown, requests = 100, 2
					case n >= 100:
						requests *= 2 // a second reading has to agree
					}
					checkListing(t, listing, shown, wantAll)
					f.expectCounts(t, map[swrtest.Operation]int{swrtest.OpList: requests})
					if server.paging != swrtest.PagingHonored || n < 100 {
						return
					}
					for i, r := range f.sim.Requests() {
						bare := r.Query.Get("limit") == "" && r.Query.Get("offset") == ""
						if first := i%(requests/2) == 0; bare != first {
							t.Errorf("request %d of %d is made with %v", i, requests, r.Query)
						}
					}
				})
			}
		}
	}
}

// checkListing checks the number of shares, their order, and that none comes twice.
func checkListing(t *testing.T, listing swr.Listing, shown int, complete bool) {
	t.Helper()
	if len(listing.Shares) != shown || (listing.Incomplete == "") != complete {
		t.Errorf("%d shares, incomplete %q; want %d, complete %t", len(listing.Shares), listing.Incomplete, shown, complete)
	}
	var accounts []string
	for _, share := range listing.Shares {
		accounts = append(accounts, share.AccessDomain)
	}
	if !slices.IsSorted(accounts) {
		t.Error("the shares are not ordered by account")
	}
	if len(slices.Compact(accounts)) != shown {
		t.Error("a share comes twice")
	}
}

// A listing that counts more than it returns is incomplete.
func TestListThatCountsMore(t *testing.T) {
	f := newFixture(t, nil)
	f.sim.Inject(swrtest.Fault{Operation: swrtest.OpList, Behavior: swrtest.Respond(200, map[string][]string{
		"Content-Type": {"application/json"}, "Content-Range": {"0-1/7"},
	}, `[{"namespace":"platform","repository":"team/app","access_domain":"A","deadline":"forever"}]`)})
	listing, err := f.List(f.ctx, repo)
	if err != nil || len(listing.Shares) != 1 || listing.Incomplete == "" {
		t.Errorf("%+v, %v; want it incomplete", listing, err)
	}
	// A request by name decides then.
	_, err = f.Get(f.ctx, acme, swr.LastSeen{})
	expectGone(t, err, acme, false)
	f.sim.SetVariants(func(v *swrtest.Variants) { v.Routes.Get = swrtest.SpellingNone })
	_, err = f.newClient(t).Get(f.ctx, acme, swr.LastSeen{})
	expectKind(t, err, swr.KindListingIncomplete)
}

// Callers may modify a listing.
func TestListingsAreNotShared(t *testing.T) {
	f := newFixture(t, nil)
	f.putShares(3)
	one, err := f.List(f.ctx, repo)
	if err != nil {
		t.Fatal(err)
	}
	clear(one.Shares)
	two, err := f.List(f.ctx, repo)
	if err != nil {
		t.Fatal(err)
	}
	checkListing(t, two, 3, true)
}

// getAll gets n accounts concurrently.
func getAll(t *testing.T, f *fixture, n int) {
	t.Helper()
	concurrently(n, func(i int) {
		key := acme
		key.AccessDomain = account(i)
		if share, err := f.Get(f.ctx, key, f.here()); err != nil || share.AccessDomain != key.AccessDomain {
			t.Errorf("%s: %+v, %v", key, share, err)
		}
	})
}

func concurrently(n int, do func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { do(i) })
	}
	all.Wait()
}

// Reads of one repository that happen together share one listing.
func TestReadsShareAListing(t *testing.T) {
	for _, test := range []struct {
		shares, gets, most int
		variants           func(*swrtest.Variants)
	}{
		{shares: 1, gets: 1, most: 1},
		{shares: 99, gets: 99, most: 1},
		{shares: 100, gets: 100, most: 1},
		{shares: 150, gets: 150, most: 4},
		{shares: 450, gets: 450, most: 7},
		{shares: 450, gets: 1, most: 5},
	} {
		t.Run(fmt.Sprintf("%d gets of %d shares", test.gets, test.shares), func(t *testing.T) {
			f := newFixture(t, test.variants)
			f.putShares(test.shares)
			getAll(t, f, test.gets)
			if n := f.sim.Count(); n > test.most {
				t.Errorf("%d requests; want at most %d (%v)", n, test.most, f.sim.Counts())
			}
		})
	}
}

// One managed share among hundreds, at any position in the listing.
func TestOneShareAmongHundreds(t *testing.T) {
	for name, variant := range map[string]func(*swrtest.Variants){
		"plain":          nil,
		"paging ignored": func(v *swrtest.Variants) { v.Paging = swrtest.PagingIgnored },
		"no GET one":     func(v *swrtest.Variants) { v.Routes.Get = swrtest.SpellingNone },
		"upper case":     func(v *swrtest.Variants) { v.ResponseAccountCase = swrtest.CaseUpper },
	} {
		for _, i := range []int{0, 99, 100, 300, 449} {
			t.Run(fmt.Sprintf("%s, %d of 450", name, i), func(t *testing.T) {
				f := newFixture(t, variant)
				f.putShares(450)
				key := acme
				key.AccessDomain = account(i)
				if _, err := f.Get(f.ctx, key, f.here()); err != nil {
					t.Error(err)
				}
				// Without GET one the pages are all there is: 5, after the two
				// spellings of the route were tried.
				most := 5
				if name == "no GET one" {
					most = 7
				}
				if n := f.sim.Count(); n > most {
					t.Errorf("%d requests; want at most %d (%v)", n, most, f.sim.Counts())
				}
			})
		}
	}
}

// Ten concurrent deletes share the listings that prove them: no listing is
// returned before all DELETEs have been received.
func TestDeletesShareListings(t *testing.T) {
	f := newFixture(t, nil)
	f.putShares(50)
	var deletes atomic.Int32
	all := make(chan struct{})
	f.sim.OnRequest(func(r swrtest.RequestInfo) {
		switch r.Operation {
		case swrtest.OpDelete:
			if deletes.Add(1) == 10 {
				close(all)
			}
		case swrtest.OpList:
			<-all
		}
	})
	concurrently(10, func(i int) {
		key := acme
		key.AccessDomain = account(i)
		if err := f.Delete(f.ctx, key, f.here()); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	})
	if n := len(f.sim.Shares(repo.Namespace, repo.Name)); n != 40 {
		t.Errorf("%d shares are left", n)
	}
	if n := f.sim.Count(swrtest.OpList); n >= 10 || n < 1 {
		t.Errorf("%d listings for 10 deletes", n)
	}
}

// A listing that started before a write does not serve reads after it, even if it
// ends after the write: here its response is made before the writes, and arrives
// after them.
func TestListingStartedBeforeAWrite(t *testing.T) {
	f := newFixture(t, nil)
	f.putAcme("old")
	other := acme
	other.AccessDomain = "Other"
	f.sim.PutShare(swrtest.Share{
		Namespace: other.Namespace, Repository: other.Repository, AccessDomain: other.AccessDomain, Deadline: testDeadline + "T00:00:00.000Z",
	})
	made, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	client := f.clientVia(t, func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(r)
		if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/access-domains") {
			once.Do(func() { close(made); <-release })
		}
		return resp, err
	})

	var reads sync.WaitGroup
	reads.Go(func() {
		if early, err := client.Get(f.ctx, acme, swr.LastSeen{}); err != nil || early.Description != "old" {
			t.Errorf("before the write: %+v, %v", early, err)
		}
	})
	<-made
	// No create: it would wait for the listing.
	for key, description := range map[swr.Key]string{acme: "new", other: "d"} {
		if _, err := client.Update(f.ctx, key, testSpec(t, description), swr.LastSeen{}); err != nil {
			t.Fatal(err)
		}
	}
	for key, description := range map[swr.Key]string{acme: "new", other: "d"} {
		reads.Go(func() {
			if late, err := client.Get(f.ctx, key, swr.LastSeen{}); err != nil || late.Description != description {
				t.Errorf("after the writes: %+v, %v", late, err)
			}
		})
	}
	close(release)
	reads.Wait()
	if n := f.sim.Count(swrtest.OpList); n != 2 {
		t.Errorf("%d listings; want one before and one after the writes", n)
	}
}

// A listing that failed is not kept.
func TestFailedListingIsNotKept(t *testing.T) {
	f := newFixture(t, nil, swr.WithMaxRetries(0))
	f.putShares(150)
	for _, skip := range []int{0, 1} { // the first page, the second
		f.sim.Inject(swrtest.Fault{Operation: swrtest.OpList, Skip: skip, Times: 1, Behavior: swrtest.Status(500, "")})
	}
	for want := range 3 {
		listing, err := f.List(f.ctx, repo)
		if want < 2 {
			expectKind(t, err, swr.KindUnavailable)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		checkListing(t, listing, 150, true)
	}
}

// An expired listing serves nobody.
// A listing that was dropped is read again, unless others use it.
func TestDropListing(t *testing.T) {
	for name, test := range map[string]struct{ reads, requests int }{
		"read once":  {1, 2},
		"read twice": {2, 1},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, nil)
			f.putAcme("")
			f.DropListing(repo) // which is not there
			for range test.reads {
				if _, err := f.List(f.ctx, repo); err != nil {
					t.Fatal(err)
				}
			}
			f.DropListing(repo)
			if _, err := f.List(f.ctx, repo); err != nil {
				t.Fatal(err)
			}
			f.expectCounts(t, map[swrtest.Operation]int{swrtest.OpList: test.requests})
		})
	}
}

func TestListingsExpire(t *testing.T) {
	f := newFixture(t, nil)
	f.putAcme("old")
	for range 3 {
		if _, err := f.Get(f.ctx, acme, swr.LastSeen{}); err != nil {
			t.Fatal(err)
		}
		f.clock.Advance(time.Minute)
	}
	other := swr.Repository{Namespace: "platform", Name: "other"}
	f.sim.AddRepository(other.Namespace, other.Name)
	if _, err := f.List(f.ctx, other); err != nil {
		t.Fatal(err)
	}
	f.expectCounts(t, map[swrtest.Operation]int{swrtest.OpList: 4})
}

// A page of shares is requested only if it is needed.
func TestSharesStop(t *testing.T) {
	for wanted, pages := range map[int]int{1: 1, 7: 1, 100: 1, 101: 2, 250: 3, 1000: 3} {
		f := newFixture(t, nil)
		f.putShares(250)
		got := 0
		for _, err := range f.Shares(f.ctx, repo) {
			if err != nil {
				t.Fatal(err)
			}
			if got++; got == wanted {
				break
			}
		}
		if got != min(wanted, 250) {
			t.Errorf("%d shares instead of %d", got, wanted)
		}
		f.expectCounts(t, map[swrtest.Operation]int{swrtest.OpList: pages})
	}
}

func TestSharesThatEndEarly(t *testing.T) {
	for name, check := range map[string]struct {
		paging swrtest.Paging
		word   string
	}{"ignored": {swrtest.PagingIgnored, "ignores paging"}, "refused": {swrtest.PagingRejected, "rejects paging"}} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, func(v *swrtest.Variants) { v.Paging = check.paging })
			f.putShares(130)
			got, last := 0, error(nil)
			for _, err := range f.Shares(f.ctx, repo) {
				if last = err; err == nil {
					got++
				}
			}
			if got != 100 || !errors.Is(last, swr.KindListingIncomplete) || !strings.Contains(last.Error(), check.word) {
				t.Errorf("%d shares, error %v", got, last)
			}
		})
	}
	f := newFixture(t, nil)
	for _, err := range f.Shares(f.ctx, swr.Repository{Namespace: "platform", Name: ".."}) {
		expectKind(t, err, swr.KindInvalid)
	}
	f.expectCounts(t, nil)
}
