package swr_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// createLate makes a create that the service accepts and shows only after a delay,
// longer than the create may take.
func createLate(t *testing.T, delay time.Duration) (*fixture, swr.PendingCreate) {
	t.Helper()
	late := swrtest.Delays{Create: swrtest.Delay{For: delay}}
	f := newFixture(t, func(v *swrtest.Variants) { v.ListDelay, v.GetDelay = late, late })
	created, err := f.Create(f.clock.withTimeout(t, f.ctx, time.Minute), acme, testSpec(t, "d"))
	expectKind(t, err, swr.KindNotYet)
	if created.Outcome != swr.CreatedUnverified || !created.Pending.Accepted {
		t.Fatalf("%+v", created)
	}
	return f, created.Pending
}

// A create whose context ends before its POST says so, whatever the listing before it
// showed.
func TestCreateInterruptedBeforePOST(t *testing.T) {
	for _, exists := range []bool{false, true} {
		f := newFixture(t, nil)
		if exists {
			f.sim.PutShare(swrtest.Share{Namespace: acme.Namespace, Repository: acme.Repository, AccessDomain: acme.AccessDomain})
		}
		ctx, cancel := context.WithCancel(f.ctx)
		defer cancel()
		client := f.clientVia(t, func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
			resp, err := next.RoundTrip(r)
			if err != nil {
				return nil, err
			}
			body, err := io.ReadAll(resp.Body)
			resp.Body = io.NopCloser(bytes.NewReader(body))
			cancel()
			return resp, err
		})
		created, err := client.Create(ctx, acme, testSpec(t, "d"))
		if created.Outcome != swr.NotCreated || !errors.Is(err, context.Canceled) {
			t.Errorf("share exists: %t: %+v, %v", exists, created, err)
		}
		if n := f.sim.Count(swrtest.OpCreate); n != 0 {
			t.Errorf("%d creates", n)
		}
	}
}

// A share that the service accepted is not gone while it may still show. What
// another process knows is the pending create alone.
func TestPendingCreateThatShows(t *testing.T) {
	f, pending := createLate(t, 4*time.Minute)
	client := f.newClient(t)
	_, err := client.GetPending(f.ctx, acme, f.here(), pending)
	expectKind(t, err, swr.KindNotYet)
	_, err = client.AwaitPending(f.clock.withTimeout(t, f.ctx, time.Minute), acme, f.here(), pending)
	expectKind(t, err, swr.KindNotYet)
	share, err := client.AwaitPending(f.clock.withTimeout(t, f.ctx, 5*time.Minute), acme, f.here(), pending)
	if err != nil || share.Description != "d" {
		t.Errorf("%+v, %v", share, err)
	}
	if n := f.sim.Count(swrtest.OpCreate, swrtest.OpUpdate, swrtest.OpDelete); n != 1 {
		t.Errorf("%d writes; want the create alone", n)
	}
}

// After ten minutes of the server's clock absence is proof again.
func TestPendingCreateThatNeverShows(t *testing.T) {
	f, pending := createLate(t, time.Hour)
	f.clock.Advance(9 * time.Minute)
	_, err := f.newClient(t).GetPending(f.ctx, acme, f.here(), pending)
	if got := expectKind(t, err, swr.KindNotYet); !strings.Contains(got.Error(), pending.Until.Add(10*time.Minute).UTC().Format(time.RFC3339)) {
		t.Errorf("%v; want until when", err)
	}
	f.clock.Advance(2 * time.Minute)
	_, err = f.newClient(t).GetPending(f.ctx, acme, f.here(), pending)
	expectGone(t, err, acme, false)
}

// A wait for a pending create ends when another operation of the run has created
// the share.
func TestPendingCreateReplacedInTheSameRun(t *testing.T) {
	f := newFixture(t, nil)
	pending := swr.PendingCreate{Until: f.clock.Now(), AbsentBefore: true}
	if _, err := f.Create(f.ctx, acme, testSpec(t, "d")); err != nil {
		t.Fatal(err)
	}
	_, err := f.AwaitPending(f.ctx, acme, f.here(), pending)
	expectGone(t, err, acme, false)
}

// A response of a gateway does not tell SWR's time: a create whose response was
// lost is recognized although the gateway's clock is off.
func TestDateOfGateway(t *testing.T) {
	for name, off := range map[string]time.Duration{"ahead": time.Hour, "behind": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, nil)
			f.sim.Inject(swrtest.Fault{Operation: swrtest.OpCreate, Times: 1, Behavior: swrtest.Status(504, "").AfterEffect()})
			client := f.clientVia(t, func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
				resp, err := next.RoundTrip(r)
				if err == nil && resp.StatusCode == http.StatusGatewayTimeout {
					resp.Header.Set("Date", f.clock.Now().Add(off).UTC().Format(http.TimeFormat))
				}
				return resp, err
			})
			created, err := client.Create(f.ctx, acme, testSpec(t, "d"))
			expectOutcome(t, created, err, swr.Created)
		})
	}
}

// A list that lags behind a share which was read back by name is read again.
func TestListAfterLateCreate(t *testing.T) {
	for _, delay := range []time.Duration{300 * time.Millisecond, 3 * time.Second} {
		f := newFixture(t, func(v *swrtest.Variants) { v.ListDelay.Create.For = delay })
		if _, err := f.Create(f.ctx, acme, testSpec(t, "d")); err != nil {
			t.Fatal(err)
		}
		listing, err := f.List(f.ctx, repo)
		if err != nil || len(listing.Shares) != 1 || listing.Incomplete != "" {
			t.Errorf("late by %s: %+v, %v", delay, listing, err)
		}
	}
}

// A list that never has the share is not complete, unless the share was deleted by
// another client.
func TestListWithoutCreatedShare(t *testing.T) {
	f := newFixture(t, func(v *swrtest.Variants) { v.ListDelay.Create.For = time.Hour })
	if _, err := f.Create(f.ctx, acme, testSpec(t, "d")); err != nil {
		t.Fatal(err)
	}
	listing, err := f.List(f.ctx, repo)
	if err != nil || len(listing.Shares) != 0 || !strings.Contains(listing.Incomplete, acme.AccessDomain) {
		t.Errorf("%+v, %v", listing, err)
	}
	f.sim.DeleteShare(acme.Namespace, acme.Repository, acme.AccessDomain)
	listing, err = f.List(f.ctx, repo)
	if err != nil || len(listing.Shares) != 0 || listing.Incomplete != "" {
		t.Errorf("deleted by another client: %+v, %v", listing, err)
	}
}

// A response that there is no such share, and a list that lags behind, do not end a
// share that is returned by name.
func TestDeleteOfShareNotListedYet(t *testing.T) {
	f := newFixture(t, func(v *swrtest.Variants) { v.ListDelay.Create.For = 3 * time.Minute })
	seen := f.create(t, "d")
	f.sim.Inject(swrtest.Fault{Operation: swrtest.OpDelete, Behavior: swrtest.Status(404, "SVCSTG.SWR.4040091")})
	err := f.newClient(t).Delete(f.clock.withTimeout(t, f.ctx, time.Minute), acme, seen)
	if err == nil || !strings.Contains(err.Error(), "the service still shows the share") {
		t.Error(err)
	}
	f.expectStored(t, acme, "d")
}
