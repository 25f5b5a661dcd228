package swr_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// blockingClock is a clock whose Sleep only ends with its context.
type blockingClock struct {
	*fakeClock
	sleeping chan struct{} // gets a value when a Sleep begins
}

func (c blockingClock) Sleep(ctx context.Context, _ time.Duration) error {
	c.sleeping <- struct{}{}
	<-ctx.Done()
	return ctx.Err()
}

// create creates acme's share, and returns what is known of it.
func (f *fixture) create(t *testing.T, description string) swr.LastSeen {
	t.Helper()
	created, err := f.Create(f.ctx, acme, testSpec(t, description))
	if err != nil {
		t.Fatal(err)
	}
	return swr.LastSeen{
		Endpoint: f.NormalizedEndpoint(), Created: created.Share.Created, CreatorID: created.Share.CreatorID,
	}
}

// expectCreateFails fails the test unless a create of acme's share, which exists,
// ends with the kind of error, sends that many requests, and changes nothing.
func (f *fixture) expectCreateFails(t *testing.T, kind swr.Kind, requests int) {
	t.Helper()
	before := f.sim.Count(swrtest.OpCreate)
	expectKind(t, errorOf(f.Create(f.ctx, acme, testSpec(t, "new"))), kind)
	if n := f.sim.Count(swrtest.OpCreate) - before; n != requests {
		t.Errorf("%d creates; want %d", n, requests)
	}
	f.expectStored(t, acme, "old")
}

// A renamed resource: the new address creates the share that the old one deletes.
func TestCreateWaitsForDelete(t *testing.T) {
	f := newFixture(t, nil)
	seen := f.create(t, "old")
	clock := blockingClock{f.clock, make(chan struct{}, 1)}
	client := f.newClient(t, swr.WithClock(clock))

	done := make(chan error, 1)
	go func() { done <- errorOf(client.Create(f.ctx, acme, testSpec(t, "new"))) }()
	<-clock.sleeping // the create met the share, and waits for a delete
	if err := client.Delete(f.ctx, acme, seen); err != nil {
		t.Errorf("delete: %v", err)
	}
	if err := <-done; err != nil {
		t.Errorf("create: %v", err)
	}
	f.expectStored(t, acme, "new")
	if n := f.sim.Count(swrtest.OpDelete); n != 1 {
		t.Errorf("%d deletes", n)
	}
}

func TestCreateWithoutDeleteIsConflict(t *testing.T) {
	f := newFixture(t, nil)
	f.create(t, "old")
	f.expectCreateFails(t, swr.KindConflict, 1)
}

// The share of the old address was gone already, so the one that exists is the new
// address's, which is not deleted.
func TestDeleteLeavesShareCreatedSince(t *testing.T) {
	f := newFixture(t, nil)
	seen := f.create(t, "old")
	if err := f.newClient(t).Delete(f.ctx, acme, seen); err != nil {
		t.Fatal(err)
	}
	f.clock.Advance(time.Hour)
	f.Client = f.newClient(t)
	f.create(t, "new")
	before := f.sim.Count(swrtest.OpDelete)

	if err := f.Delete(f.ctx, acme, seen); !errors.As(err, new(*swr.Gone)) {
		t.Errorf("delete of the old share: %v", err)
	}
	f.expectStored(t, acme, "new")
	if n := f.sim.Count(swrtest.OpDelete) - before; n != 0 {
		t.Errorf("%d deletes", n)
	}
}

// A renamed resource whose share the service shows, or has, otherwise than the state.
// The new address creates the share first. The delete of the old one then must not
// revoke it, although when it was created is not known or wrong.
func TestDeleteAfterMisleadingCreate(t *testing.T) {
	hour := swrtest.Delay{For: time.Hour}
	revoke := func(t *testing.T, f *fixture) {
		_ = f.newClient(t).Delete(f.clock.withTimeout(t, f.ctx, time.Second), acme, f.here()) // it may still show
	}
	unreadable := func(t *testing.T, f *fixture) {
		revoke(t, f)
		f.sim.Inject(swrtest.Fault{Operation: swrtest.OpGet, Behavior: swrtest.Status(403, "")})
		f.sim.Inject(swrtest.Fault{Operation: swrtest.OpList, Skip: 1, Behavior: swrtest.Status(403, "")})
	}
	loseResponse := func(_ *testing.T, f *fixture) {
		f.sim.Inject(swrtest.Fault{Operation: swrtest.OpCreate, Behavior: swrtest.Status(504, "").AfterEffect()})
	}
	stillShows := func(delays func(*swrtest.Variants)) func(*testing.T, *fixture) {
		return func(t *testing.T, f *fixture) {
			f.sim.SetVariants(delays)
			revoke(t, f)
		}
	}
	views := swrtest.Delays{Create: hour, Delete: hour}
	for _, test := range []struct {
		name     string
		variants func(*swrtest.Variants)
		before   func(*testing.T, *fixture) // the create
		outcome  swr.CreateOutcome
		stored   string
	}{
		{"the share can't be read back", nil, unreadable, swr.CreatedUnverified, "new"},
		{"the revoked share still shows", nil, stillShows(func(v *swrtest.Variants) {
			v.ListDelay, v.GetDelay = views, views
		}), swr.CreatedUnverified, "new"},
		{"the revoked share still shows by name", nil, stillShows(func(v *swrtest.Variants) {
			v.GetDelay = views
		}), swr.Created, "new"},
		{"the old share is not listed yet, and the response is lost", func(v *swrtest.Variants) {
			v.ListDelay.Create = hour
		}, loseResponse, swr.Created, "old"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFixture(t, test.variants)
			seen := f.create(t, "old")
			f.clock.Advance(8 * time.Second)
			f.Client = f.newClient(t)
			test.before(t, f)
			deletes := f.sim.Count(swrtest.OpDelete)
			created, _ := f.Create(f.clock.withTimeout(t, f.ctx, time.Minute), acme, testSpec(t, test.stored))
			if created.Outcome != test.outcome {
				t.Errorf("outcome %d; want %d", created.Outcome, test.outcome)
			}
			f.sim.RemoveFaults()
			expectGone(t, f.Delete(f.ctx, acme, seen), acme, false)
			f.expectStored(t, acme, test.stored)
			if n := f.sim.Count(swrtest.OpDelete) - deletes; n != 0 {
				t.Errorf("%d deletes", n)
			}
		})
	}
}

// The old address's share is at another endpoint, where it still grants access.
func TestDeleteOfShareElsewhereCreatedHere(t *testing.T) {
	f := newFixture(t, nil)
	f.create(t, "new")
	seen := swr.LastSeen{Endpoint: "https://elsewhere.test", Created: "2020-01-01T00:00:00Z", CreatorID: "1"}
	expectKind(t, f.Delete(f.ctx, acme, seen), swr.KindOtherEndpoint)
	f.expectStored(t, acme, "new")
	if n := f.sim.Count(swrtest.OpDelete); n != 0 {
		t.Errorf("%d deletes", n)
	}
}

func TestCreateAfterFailedDelete(t *testing.T) {
	f := newFixture(t, nil)
	seen := f.create(t, "old")
	f.sim.Inject(swrtest.Fault{Operation: swrtest.OpDelete, Behavior: swrtest.Status(403, "")})
	if err := f.Delete(f.ctx, acme, seen); err == nil {
		t.Fatal("the delete succeeded")
	}
	f.expectCreateFails(t, swr.KindDeleteFailed, 0)
}

// The share of the old address may still appear, so the new one does not create it.
func TestCreateAfterUnsettledPendingCreate(t *testing.T) {
	f := newFixture(t, func(v *swrtest.Variants) {
		d := swrtest.Delays{Create: swrtest.Delay{For: time.Hour}}
		v.ListDelay, v.GetDelay = d, d
	})
	old, _ := f.Create(f.clock.withTimeout(t, f.ctx, time.Minute), acme, testSpec(t, "old"))
	f.sim.DeleteShare(acme.Namespace, acme.Repository, acme.AccessDomain)
	f.Client = f.newClient(t)
	_, err := f.AwaitPending(f.clock.withTimeout(t, f.ctx, time.Minute), acme, f.here(), old.Pending)
	expectKind(t, err, swr.KindNotYet)
	before := f.sim.Count(swrtest.OpCreate)
	expectKind(t, errorOf(f.Create(f.ctx, acme, testSpec(t, "new"))), swr.KindDeleteFailed)
	if n := f.sim.Count(swrtest.OpCreate) - before; n != 0 {
		t.Errorf("%d creates", n)
	}
}

// Another client creates the share again right after it was deleted.
func TestDeleteOfShareRecreatedByAnother(t *testing.T) {
	f := newFixture(t, nil)
	seen := f.create(t, "old")
	client := f.clientVia(t, func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(r)
		if r.Method == http.MethodDelete {
			f.clock.Advance(time.Minute)
			f.putAcme("another's")
		}
		return resp, err
	})
	if err := client.Delete(f.ctx, acme, seen); !errors.As(err, new(*swr.Recreated)) {
		t.Errorf("delete: %v", err)
	}
	f.expectStored(t, acme, "another's")
	if n := f.sim.Count(swrtest.OpDelete); n != 1 {
		t.Errorf("%d deletes", n)
	}
}
