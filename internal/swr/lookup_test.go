package swr_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// These are the rules of API.md, "Gone, or not there".

var noRouteForms = map[string]swrtest.NoRouteResponse{
	"APIGW.0101": swrtest.NoRouteGateway, "SVCSTG.SWR.4040083": swrtest.NoRouteSWR,
	"plain": swrtest.NoRoutePlain, "HTML": swrtest.NoRouteHTML, "empty": swrtest.NoRouteEmpty,
}

// A route that does not exist says nothing about the share, in whatever form the
// server says so.
func TestNoRouteIsNotGone(t *testing.T) {
	for name, form := range noRouteForms {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, func(v *swrtest.Variants) { v.Routes, v.NoSuchRoute = swrtest.NoRoutes(), form })
			f.putAcme("there")
			for _, err := range f.callAll(t) {
				expectKind(t, err, swr.KindNoRoute)
			}
			f.expectStored(t, acme, "there")
			// Each spelling once, and no more; create, get and list read the list.
			f.expectCounts(t, map[swrtest.Operation]int{
				swrtest.OpCreate: 2, swrtest.OpList: 6, swrtest.OpUpdate: 2, swrtest.OpDelete: 2,
			})
		})
	}
}

// Where only one of the calls has no route, the others do not replace it by a
// wrong conclusion.
func TestNoRouteOfOneCallIsNotGone(t *testing.T) {
	f := newFixture(t, func(v *swrtest.Variants) { v.Routes.List = swrtest.SpellingNone })
	_, err := f.Get(f.ctx, acme, f.here())
	expectKind(t, err, swr.KindNoRoute)

	f.putAcme("there")
	f.sim.SetVariants(func(v *swrtest.Variants) { v.Routes.List, v.Routes.Delete = 0, swrtest.SpellingNone })
	expectKind(t, f.Delete(f.ctx, acme, f.here()), swr.KindNoRoute)
	f.expectStored(t, acme, "there")
}

// A namespace that does not exist is most likely another region's.
func TestMissingNamespaceIsNotGone(t *testing.T) {
	f := newFixture(t, nil)
	f.sim.RemoveNamespace(repo.Namespace)
	for _, err := range f.callAll(t) {
		expectKind(t, err, swr.KindNamespaceMissing)
	}
}

// No repository, no share: gone, and the error says that it is the repository.
func TestMissingRepositoryIsGone(t *testing.T) {
	f := newFixture(t, nil)
	f.sim.RemoveRepository(repo.Namespace, repo.Name)
	for call, err := range f.callAll(t) {
		switch call {
		case "get", "delete":
			expectGone(t, err, acme, true)
		default:
			expectKind(t, err, swr.KindRepositoryMissing)
		}
	}
}

func TestGoneError(t *testing.T) {
	for gone, want := range map[swr.Gone]string{
		{Key: acme}:                   `"platform/team/app" is not shared with "Acme"`,
		{Key: acme, Repository: true}: `the repository "platform/team/app" does not exist`,
	} {
		if got := gone.Error(); got != want {
			t.Errorf("%q; want %q", got, want)
		}
	}
}

// A DELETE that finds no repository proves as little as one that finds no share:
// the listing decides.
func TestDeleteThatMissesTheRepository(t *testing.T) {
	f := newFixture(t, nil)
	f.putAcme("there")
	f.sim.Inject(swrtest.Fault{Operation: swrtest.OpDelete, Behavior: swrtest.Status(404, "SVCSTG.SWR.4040010")})
	expectKind(t, f.Delete(f.ctx, acme, f.here()), swr.KindRepositoryMissing)
	f.expectStored(t, acme, "there")
}

// incompletePaging are servers whose listing can't be completed.
var incompletePaging = map[string]swrtest.Paging{"ignored": swrtest.PagingIgnored, "refused": swrtest.PagingRejected}

// Where the listing can't be completed, GET one decides, in its three forms.
func TestIncompleteListing(t *testing.T) {
	for paging, p := range incompletePaging {
		for name, form := range map[string]swrtest.MissingShare{
			"exist false": swrtest.MissingDefault, "404": swrtest.MissingNotFound, "400": swrtest.MissingBadRequest,
		} {
			t.Run("paging "+paging+", "+name, func(t *testing.T) {
				f := newFixture(t, func(v *swrtest.Variants) { v.Paging, v.MissingOnGet = p, form })
				f.putShares(120)
				last := acme
				last.AccessDomain = account(119)
				if _, err := f.Get(f.ctx, last, f.here()); err != nil {
					t.Errorf("a share beyond the listing: %v", err)
				}
				none := acme
				none.AccessDomain = "nobody"
				_, err := f.Get(f.ctx, none, f.here())
				expectGone(t, err, none, false)
				if err := f.Delete(f.ctx, last, f.here()); err != nil || f.has(last) {
					t.Errorf("delete: %v, still there: %t", err, f.has(last))
				}
			})
		}
	}
}

// Where the share can't be requested by name either, nothing is known.
func TestIncompleteListingWithoutGetOne(t *testing.T) {
	for paging, p := range incompletePaging {
		t.Run("paging "+paging, func(t *testing.T) {
			f := newFixture(t, func(v *swrtest.Variants) { v.Paging, v.Routes.Get = p, swrtest.SpellingNone })
			f.putShares(120)
			last, none := acme, acme
			last.AccessDomain, none.AccessDomain = account(119), "nobody"
			for _, key := range []swr.Key{last, none} {
				_, err := f.Get(f.ctx, key, f.here())
				expectKind(t, err, swr.KindListingIncomplete)
			}
			// The DELETE took effect, but nothing proves it.
			expectKind(t, f.Delete(f.ctx, last, f.here()), swr.KindListingIncomplete)
		})
	}
}

// On a server of the seed documents, which has no GET one, a listing of few shares
// is enough.
func TestCompleteListingWithoutGetOne(t *testing.T) {
	f := newFixture(t, func(v *swrtest.Variants) { v.Routes = swrtest.MinimalRoutes() })
	f.putShares(99)
	_, err := f.Get(f.ctx, acme, f.here())
	expectGone(t, err, acme, false)
}

// "Missing" from GET one is never enough while a listing shows the share in
// another case: on reading, on creating, on changing and on revoking.
func TestOtherCase(t *testing.T) {
	for name, form := range map[string]swrtest.MissingShare{
		"exist false": swrtest.MissingDefault, "404": swrtest.MissingNotFound, "400": swrtest.MissingBadRequest,
	} {
		for deleteName, deleteForm := range map[string]swrtest.MissingShare{
			"204": swrtest.MissingDefault, "404": swrtest.MissingNotFound, "400": swrtest.MissingBadRequest,
		} {
			t.Run("GET "+name+", DELETE "+deleteName, func(t *testing.T) {
				f := newFixture(t, func(v *swrtest.Variants) {
					v.StoredAccountCase, v.CaseSensitivePaths = swrtest.CaseUpper, true
					v.MissingOnGet, v.MissingOnDelete = form, deleteForm
				})
				created, err := f.Create(f.ctx, acme, testSpec(t, "first"))
				if err != nil || created.Outcome != swr.Created || created.Share.AccessDomain != "ACME" {
					t.Fatalf("create: %+v, %v", created, err)
				}
				found, err := f.Get(f.ctx, acme, f.here())
				if err != nil || found.AccessDomain != "ACME" {
					t.Errorf("get: %+v, %v", found, err)
				}
				changed, err := f.Update(f.ctx, acme, testSpec(t, "second"), swr.LastSeen{})
				if err != nil || changed.Description != "second" {
					t.Errorf("update: %+v, %v", changed, err)
				}
				f.expectStored(t, acme, "second")
				if err := f.Delete(f.ctx, acme, f.here()); err != nil {
					t.Errorf("delete: %v", err)
				}
				if f.has(acme) {
					t.Error("revoked, and still there")
				}
			})
		}
	}
}

// With many shares, too, the stored spelling is found and revoked.
func TestOtherCaseBeyondTheFirstPage(t *testing.T) {
	f := newFixture(t, func(v *swrtest.Variants) { v.CaseSensitivePaths, v.MissingOnDelete = true, swrtest.MissingNotFound })
	f.putShares(250)
	key := acme
	key.AccessDomain = strings.ToLower(account(249))
	if found, err := f.Get(f.ctx, key, f.here()); err != nil || found.AccessDomain != account(249) {
		t.Errorf("get: %+v, %v", found, err)
	}
	if err := f.Delete(f.ctx, key, f.here()); err != nil || f.has(key) {
		t.Errorf("delete: %v, still there: %t", err, f.has(key))
	}
}

// Of two spellings side by side the exact one counts; if neither is, that is an
// error.
func TestTwoSpellings(t *testing.T) {
	f := newFixture(t, func(v *swrtest.Variants) { v.CaseSensitivePaths = true })
	for _, spelling := range []string{"ACME", "acme"} {
		f.sim.PutShare(swrtest.Share{Namespace: repo.Namespace, Repository: repo.Name, AccessDomain: spelling})
	}
	for _, spelling := range []string{"ACME", "acme"} {
		key := acme
		key.AccessDomain = spelling
		if found, err := f.Get(f.ctx, key, swr.LastSeen{}); err != nil || found.AccessDomain != spelling {
			t.Errorf("get %q: %+v, %v", spelling, found, err)
		}
	}
	_, err := f.Get(f.ctx, acme, swr.LastSeen{})
	expectKind(t, err, swr.KindInvalidResponse)
	expectKind(t, f.Delete(f.ctx, acme, swr.LastSeen{}), swr.KindInvalidResponse)
	if n := len(f.sim.Shares(repo.Namespace, repo.Name)); n != 2 {
		t.Errorf("%d shares are left", n)
	}
}

// What a listing hides is not gone while the service returns it by name.
func TestHiddenFromListing(t *testing.T) {
	f := newFixture(t, func(v *swrtest.Variants) { v.HideExpired = true })
	f.sim.PutShare(swrtest.Share{Namespace: repo.Namespace, Repository: repo.Name, AccessDomain: acme.AccessDomain, Deadline: "2026-01-01T00:00:00.000Z"})
	found, err := f.Get(f.ctx, acme, f.here())
	if err != nil || found.Status == nil || *found.Status {
		t.Errorf("get: %+v, %v", found, err)
	}
	f.sim.Inject(swrtest.Fault{Operation: swrtest.OpDelete, Behavior: swrtest.Status(http.StatusServiceUnavailable, "")})
	if err := f.Delete(f.ctx, acme, f.here()); err == nil {
		t.Error("a failed delete is reported as a success")
	} else if _, gone := errors.AsType[*swr.Gone](err); gone {
		t.Errorf("a failed delete: %v", err)
	}
	f.sim.RemoveFaults()
	if err := f.Delete(f.ctx, acme, f.here()); err != nil {
		t.Errorf("delete: %v", err)
	}
}

// "No such repository" in response to a request for one share is not believed
// while the repository's shares are listed.
func TestRepositoryMissingForOneShareOnly(t *testing.T) {
	f := newFixture(t, nil)
	f.putShares(151)
	f.sim.Inject(swrtest.Fault{Operation: swrtest.OpGet, Behavior: swrtest.Status(404, "SVCSTG.SWR.4040010")})
	for _, n := range []int{0, 99, 100, 150} {
		key := acme
		key.AccessDomain = account(n)
		if share, err := f.Get(f.ctx, key, f.here()); err != nil || share.AccessDomain != key.AccessDomain {
			t.Errorf("%s: %+v, %v", key, share, err)
		}
	}
	key := acme
	key.AccessDomain = "NOBODY"
	_, err := f.newClient(t).Get(f.ctx, key, f.here())
	expectKind(t, err, swr.KindInvalidResponse)
}
