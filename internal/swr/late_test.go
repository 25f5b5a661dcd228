package swr_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// delays are delays of 2 s, or of 2 looks.
var delays = map[string]swrtest.Delay{"2 s": {For: 2 * time.Second}, "2 looks": {Reads: 2}}

// delayedViews are the views that may lag: lists, GET one, or both; or lists where
// there is no GET one.
var delayedViews = map[string]func(*swrtest.Variants, swrtest.Delays){
	"list":             func(v *swrtest.Variants, d swrtest.Delays) { v.ListDelay = d },
	"GET one":          func(v *swrtest.Variants, d swrtest.Delays) { v.GetDelay = d },
	"both":             func(v *swrtest.Variants, d swrtest.Delays) { v.ListDelay, v.GetDelay = d, d },
	"list, no GET one": func(v *swrtest.Variants, d swrtest.Delays) { v.ListDelay, v.Routes.Get = d, swrtest.SpellingNone },
	"both, other casing": func(v *swrtest.Variants, d swrtest.Delays) {
		v.ListDelay, v.GetDelay, v.ResponseAccountCase = d, d, swrtest.CaseUpper
	},
}

// forEachDelay runs a test on each kind of late service. No wait may outlast the lag
// by much.
func forEachDelay(t *testing.T, which func(swrtest.Delay) swrtest.Delays, test func(t *testing.T, b *bench)) {
	t.Helper()
	for lag, delay := range delays {
		for view, apply := range delayedViews {
			t.Run(fmt.Sprintf("%s late by %s", view, lag), func(t *testing.T) {
				b := start(t, func(v *swrtest.Variants) { apply(v, which(delay)) })
				began := b.clock.Now()
				test(t, b)
				if took := b.clock.Now().Sub(began); took > 8*time.Second {
					t.Errorf("it took %s, in waits of %s", took, b.clock.Slept())
				}
			})
		}
	}
}

// A share that appears only moments after 201 is waited for.
func TestCreateThatShowsLate(t *testing.T) {
	forEachDelay(t, func(d swrtest.Delay) swrtest.Delays { return swrtest.Delays{Create: d} }, func(t *testing.T, b *bench) {
		created, err := b.Create(b.ctx, acme, terms(t, "d"))
		if err != nil || created.Outcome != swr.Created {
			t.Errorf("%+v, %v", created, err)
		}
		if n := b.sim.Count(swrtest.OpCreate); n != 1 {
			t.Errorf("%d POSTs", n)
		}
	})
}

// A change that shows only later is waited for, too, and not sent again.
func TestChangeThatShowsLate(t *testing.T) {
	forEachDelay(t, func(d swrtest.Delay) swrtest.Delays { return swrtest.Delays{Update: d} }, func(t *testing.T, b *bench) {
		b.putAcme("old")
		share, err := b.Update(b.ctx, acme, terms(t, "new"))
		if err != nil || share == nil || share.Description != "new" {
			t.Errorf("%+v, %v", share, err)
		}
		if n := b.sim.Count(swrtest.OpUpdate); n != 1 {
			t.Errorf("%d PATCHes", n)
		}
	})
}

// A revoked share that is still listed is waited for.
func TestRevocationThatShowsLate(t *testing.T) {
	forEachDelay(t, func(d swrtest.Delay) swrtest.Delays { return swrtest.Delays{Delete: d} }, func(t *testing.T, b *bench) {
		b.putAcme("d")
		if err := b.Delete(b.ctx, acme, b.Host()); err != nil {
			t.Error(err)
		}
		listing, err := b.List(b.ctx, repo)
		if err != nil || len(listing.Shares) != 0 {
			t.Errorf("listed after it: %+v, %v", listing, err)
		}
	})
}

// Waiting ends with the operation's time, and says what is known.
func TestNeverShown(t *testing.T) {
	never := swrtest.Delay{For: time.Hour}
	everywhere := func(d swrtest.Delays) func(*swrtest.Variants) {
		return func(v *swrtest.Variants) { v.ListDelay, v.GetDelay = d, d }
	}
	t.Run("create", func(t *testing.T) {
		b := start(t, everywhere(swrtest.Delays{Create: never}))
		created, err := b.Create(b.clock.within(t, b.ctx, time.Minute), acme, terms(t, "d"))
		expectKind(t, err, swr.KindInvalidResponse)
		if created.Outcome != swr.CreatedUnverified {
			t.Errorf("presence %d: the service said that it made the share", created.Outcome)
		}
	})
	t.Run("change", func(t *testing.T) {
		b := start(t, everywhere(swrtest.Delays{Update: never}))
		b.putAcme("old")
		share, err := b.Update(b.clock.within(t, b.ctx, time.Minute), acme, terms(t, "new"))
		expectKind(t, err, swr.KindInvalidResponse)
		if share == nil || share.Description != "old" {
			t.Errorf("%+v; want what the service shows", share)
		}
	})
	t.Run("revoke", func(t *testing.T) {
		b := start(t, everywhere(swrtest.Delays{Delete: never}))
		b.putAcme("old")
		expectKind(t, b.Delete(b.clock.within(t, b.ctx, time.Minute), acme, ""), swr.KindInvalidResponse)
		if n := b.sim.Count(); n > 30 {
			t.Errorf("%d requests in a minute (%v)", n, b.sim.Counts())
		}
	})
}

// An operation whose time is over while it waits tells a wait from an answer.
func TestNeverShownByDeadline(t *testing.T) {
	b := start(t, func(v *swrtest.Variants) {
		d := swrtest.Delays{Create: swrtest.Delay{For: time.Hour}}
		v.ListDelay, v.GetDelay = d, d
	}, swr.WithBackoff(func(int) time.Duration { return time.Hour }))
	created, err := b.Create(b.ctx, acme, terms(t, "d"))
	expectKind(t, err, swr.KindInvalidResponse)
	if created.Outcome != swr.CreatedUnverified || len(b.clock.Slept()) != 0 {
		t.Errorf("presence %d after waits of %s", created.Outcome, b.clock.Slept())
	}
}
