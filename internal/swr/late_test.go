package swr_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// delays are delays of 2 s, or of 2 requests.
var delays = map[string]swrtest.Delay{"2 s": {For: 2 * time.Second}, "2 requests": {Reads: 2}}

// delayedViews are the views that may lag: lists, GET, or both; or lists where
// there is no GET.
var delayedViews = map[string]func(*swrtest.Variants, swrtest.Delays){
	"list":         func(v *swrtest.Variants, d swrtest.Delays) { v.ListDelay = d },
	"GET":          func(v *swrtest.Variants, d swrtest.Delays) { v.GetDelay = d },
	"both":         func(v *swrtest.Variants, d swrtest.Delays) { v.ListDelay, v.GetDelay = d, d },
	"list, no GET": func(v *swrtest.Variants, d swrtest.Delays) { v.ListDelay, v.Routes.Get = d, swrtest.SpellingNone },
	"both, other casing": func(v *swrtest.Variants, d swrtest.Delays) {
		v.ListDelay, v.GetDelay, v.ResponseAccountCase = d, d, swrtest.CaseUpper
	},
}

// forEachDelay runs a test on each kind of lagging service. No wait may outlast
// the delay by much.
func forEachDelay(t *testing.T, which func(swrtest.Delay) swrtest.Delays, test func(t *testing.T, f *fixture)) {
	t.Helper()
	for name, delay := range delays {
		for view, apply := range delayedViews {
			t.Run(fmt.Sprintf("%s late by %s", view, name), func(t *testing.T) {
				f := newFixture(t, func(v *swrtest.Variants) { apply(v, which(delay)) })
				began := f.clock.Now()
				test(t, f)
				if took := f.clock.Now().Sub(began); took > 8*time.Second {
					t.Errorf("it took %s, in waits of %s", took, f.clock.Slept())
				}
			})
		}
	}
}

// Create waits for a share that appears only after the 201.
func TestCreateThatShowsLate(t *testing.T) {
	forEachDelay(t, func(d swrtest.Delay) swrtest.Delays { return swrtest.Delays{Create: d} }, func(t *testing.T, f *fixture) {
		created, err := f.Create(f.ctx, acme, testSpec(t, "d"))
		if err != nil || created.Outcome != swr.Created {
			t.Errorf("%+v, %v", created, err)
		}
		if n := f.sim.Count(swrtest.OpCreate); n != 1 {
			t.Errorf("%d POSTs", n)
		}
	})
}

// Update waits for a change that shows only later, and does not send it again.
func TestUpdateThatShowsLate(t *testing.T) {
	forEachDelay(t, func(d swrtest.Delay) swrtest.Delays { return swrtest.Delays{Update: d} }, func(t *testing.T, f *fixture) {
		f.putAcme("old")
		share, err := f.Update(f.ctx, acme, testSpec(t, "new"), swr.LastSeen{})
		if err != nil || share == nil || share.Description != "new" {
			t.Errorf("%+v, %v", share, err)
		}
		if n := f.sim.Count(swrtest.OpUpdate); n != 1 {
			t.Errorf("%d PATCHes", n)
		}
	})
}

// Delete waits for a share that is still listed.
func TestDeleteThatShowsLate(t *testing.T) {
	forEachDelay(t, func(d swrtest.Delay) swrtest.Delays { return swrtest.Delays{Delete: d} }, func(t *testing.T, f *fixture) {
		f.putAcme("d")
		if err := f.Delete(f.ctx, acme, f.here()); err != nil {
			t.Error(err)
		}
		listing, err := f.List(f.ctx, repo)
		if err != nil || len(listing.Shares) != 0 {
			t.Errorf("listed after it: %+v, %v", listing, err)
		}
	})
}

// Waiting ends with the operation, and the error says what is known.
func TestNeverShown(t *testing.T) {
	never := swrtest.Delay{For: time.Hour}
	everywhere := func(d swrtest.Delays) func(*swrtest.Variants) {
		return func(v *swrtest.Variants) { v.ListDelay, v.GetDelay = d, d }
	}
	t.Run("create", func(t *testing.T) {
		f := newFixture(t, everywhere(swrtest.Delays{Create: never}))
		created, err := f.Create(f.clock.withTimeout(t, f.ctx, time.Minute), acme, testSpec(t, "d"))
		expectKind(t, err, swr.KindNotYet)
		if created.Outcome != swr.CreatedUnverified {
			t.Errorf("outcome %d, though the service reported success", created.Outcome)
		}
	})
	t.Run("update", func(t *testing.T) {
		f := newFixture(t, everywhere(swrtest.Delays{Update: never}))
		f.putAcme("old")
		share, err := f.Update(f.clock.withTimeout(t, f.ctx, time.Minute), acme, testSpec(t, "new"), swr.LastSeen{})
		expectKind(t, err, swr.KindInvalidResponse)
		if share == nil || share.Description != "old" {
			t.Errorf("%+v; want what the service shows", share)
		}
	})
	t.Run("delete", func(t *testing.T) {
		f := newFixture(t, everywhere(swrtest.Delays{Delete: never}))
		f.putAcme("old")
		expectKind(t, f.Delete(f.clock.withTimeout(t, f.ctx, time.Minute), acme, swr.LastSeen{}), swr.KindInvalidResponse)
		if n := f.sim.Count(); n > 30 {
			t.Errorf("%d requests in a minute (%v)", n, f.sim.Counts())
		}
	})
}

// A wait that would outlast the operation is not begun.
func TestNeverShownByDeadline(t *testing.T) {
	f := newFixture(t, func(v *swrtest.Variants) {
		d := swrtest.Delays{Create: swrtest.Delay{For: time.Hour}}
		v.ListDelay, v.GetDelay = d, d
	}, swr.WithBackoff(func(int) time.Duration { return time.Hour }))
	created, err := f.Create(f.ctx, acme, testSpec(t, "d"))
	expectKind(t, err, swr.KindNotYet)
	if created.Outcome != swr.CreatedUnverified || len(f.clock.Slept()) != 0 {
		t.Errorf("outcome %d after waits of %s", created.Outcome, f.clock.Slept())
	}
}
