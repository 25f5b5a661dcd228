package swr_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

var müller = swr.Key{Namespace: "platform", Repository: "team/app", AccessDomain: "MÜLLER"}

// A service that finds an account in any case of letters says itself that the
// spellings are one.
func TestServiceThatLowersAllLetters(t *testing.T) {
	f := newFixture(t, func(v *swrtest.Variants) { v.AccountName = strings.ToLower })
	f.sim.AddRepository("platform", "team/app")
	spec := swr.ShareSpec{Permit: "read", Deadline: swr.Forever}
	created, err := f.Create(f.ctx, müller, spec)
	if err != nil || created.Outcome != swr.Created || created.Share.AccessDomain != "müller" {
		t.Fatalf("create: %+v, %v", created, err)
	}
	if share, err := f.Get(f.ctx, müller, swr.LastSeen{}); err != nil || share.AccessDomain != "müller" {
		t.Errorf("get: %+v, %v", share, err)
	}
	spec.Description = "changed"
	if _, err := f.Update(f.ctx, müller, spec, swr.LastSeen{}); err != nil {
		t.Errorf("update: %v", err)
	}
	if err := f.Delete(f.ctx, müller, swr.LastSeen{}); err != nil || len(f.sim.AllShares()) != 0 {
		t.Errorf("delete: %v; shares %v", err, f.sim.AllShares())
	}
	var gone *swr.Gone
	if _, err := f.Get(f.ctx, müller, swr.LastSeen{}); !errors.As(err, &gone) {
		t.Errorf("get after delete: %v", err)
	}
}

// A service that finds an account only as it stores it does not say whether a
// similar name is the same account: the share is not gone, and not deleted.
func TestSimilarAccountIsAmbiguous(t *testing.T) {
	for name, change := range map[string]func(*swrtest.Variants){
		"case-sensitive": func(v *swrtest.Variants) { v.CaseSensitivePaths = true },
		"no route":       func(v *swrtest.Variants) { v.CaseSensitivePaths, v.Routes.Get = true, swrtest.SpellingNone },
		"404": func(v *swrtest.Variants) {
			v.CaseSensitivePaths, v.MissingOnGet, v.MissingOnDelete = true, swrtest.MissingNotFound, swrtest.MissingNotFound
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, change)
			f.sim.PutShare(swrtest.Share{Namespace: "platform", Repository: "team/app", AccessDomain: "müller"})
			_, getErr := f.Get(f.ctx, müller, swr.LastSeen{})
			deleteErr := f.Delete(f.ctx, müller, swr.LastSeen{})
			for _, err := range []error{getErr, deleteErr} {
				if !errors.Is(err, swr.KindAmbiguousAccount) || !strings.Contains(err.Error(), `"MÜLLER"`) || !strings.Contains(err.Error(), `"müller"`) {
					t.Errorf("got %v", err)
				}
			}
			if len(f.sim.AllShares()) != 1 {
				t.Error("the other share was deleted")
			}
			// A share with each: they are two accounts.
			f.sim.PutShare(swrtest.Share{Namespace: "platform", Repository: "team/app", AccessDomain: "MÜLLER"})
			if err := f.Delete(f.ctx, müller, swr.LastSeen{}); err != nil && !errors.Is(err, swr.KindAmbiguousAccount) {
				t.Error(err)
			}
			if shares := f.sim.AllShares(); len(shares) != 1 || shares[0].AccessDomain != "müller" {
				t.Errorf("shares: %v", shares)
			}
		})
	}
}

// A 404 about a missing permission on the organization says nothing about the share.
func TestMissingPermissionIsNoMissingShare(t *testing.T) {
	f := newFixture(t, func(v *swrtest.Variants) { v.HideExpired = true })
	f.sim.PutShare(swrtest.Share{Namespace: "platform", Repository: "team/app", AccessDomain: "ACME", Deadline: "2020-01-01T00:00:00.000Z"})
	for _, operation := range []swrtest.Operation{swrtest.OpGet, swrtest.OpDelete} {
		f.sim.Inject(swrtest.Fault{Operation: operation, Behavior: swrtest.Status(404, swrtest.CodeMissingPermission)})
	}
	key := swr.Key{Namespace: "platform", Repository: "team/app", AccessDomain: "ACME"}
	_, getErr := f.Get(f.ctx, key, swr.LastSeen{})
	deleteErr := f.Delete(f.ctx, key, swr.LastSeen{})
	for _, err := range []error{getErr, deleteErr} {
		if !errors.Is(err, swr.KindOther) || !strings.Contains(err.Error(), "4040078") {
			t.Errorf("got %v", err)
		}
	}
}
