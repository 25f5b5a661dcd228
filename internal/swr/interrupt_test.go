package swr_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// A wait ends with its operation, whatever is waited for.
func TestInterruptedWaiting(t *testing.T) {
	for kind, behavior := range map[swr.Kind]swrtest.Behavior{
		swr.KindUnavailable: swrtest.Status(503, ""), swr.KindThrottled: swrtest.Status(429, ""),
	} {
		f := newFixture(t, nil)
		f.sim.Inject(swrtest.Fault{Operation: swrtest.OpCreate, Behavior: behavior})
		ctx, cancel := context.WithCancel(f.ctx)
		client := newClient(t, f.sim.URL, f.sim.Token(), swr.WithBackoff(func(int) time.Duration { cancel(); return time.Hour }))
		created, err := client.Create(noDeadline{ctx}, acme, testSpec(t, "d")) // with a deadline, no longer wait is started
		expectKind(t, err, kind)
		expectEnded(t, err)
		// After a 503 the service may still carry the create out.
		want := map[swr.Kind]swr.CreateOutcome{swr.KindUnavailable: swr.Unknown, swr.KindThrottled: swr.NotCreated}[kind]
		if created.Outcome != want || f.sim.Count(swrtest.OpCreate) != 1 || err == nil || !strings.Contains(err.Error(), "interrupted") {
			t.Errorf("outcome %d after %v: %v", created.Outcome, f.sim.Counts(), err)
		}
	}
}

// noDeadline hides a context's deadline.
type noDeadline struct{ context.Context }

func (noDeadline) Deadline() (time.Time, bool) { return time.Time{}, false }

func expectEnded(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	if _, gone := errors.AsType[*swr.Gone](err); gone {
		t.Errorf("gone: %v", err)
	}
}

// An operation whose context has ended sends nothing.
func TestInterruptedBefore(t *testing.T) {
	f := newFixture(t, nil)
	ctx, cancel := context.WithCancel(f.ctx)
	cancel()
	f.ctx = ctx
	for _, err := range f.callAll(t) {
		expectEnded(t, err)
	}
	f.expectCounts(t, nil)
}

// A read in flight ends at once.
func TestInterruptedRead(t *testing.T) {
	f := newFixture(t, nil)
	f.sim.Inject(swrtest.Fault{Behavior: swrtest.HangBefore()})
	check := func(ctx context.Context, text string) {
		err := errorOf(f.newClient(t).Get(ctx, acme, swr.LastSeen{}))
		expectKind(t, err, swr.KindNetwork)
		expectEnded(t, err)
		if err == nil || !strings.Contains(err.Error(), text) || !strings.Contains(err.Error(), f.sim.URL) {
			t.Errorf("%v; want %q", err, text)
		}
	}
	check(f.canceledInFlight(swrtest.OpList), "interrupted")
	ctx, cancel := context.WithTimeout(f.ctx, 30*time.Millisecond)
	defer cancel()
	check(ctx, "timeout ended")
}

// canceledInFlight returns a context that is canceled when a request for one of the
// operations has arrived, before the service handles it.
func (f *fixture) canceledInFlight(operations ...swrtest.Operation) context.Context {
	ctx, cancel := context.WithCancel(f.ctx)
	f.sim.OnRequest(func(r swrtest.RequestInfo) {
		if slices.Contains(operations, r.Operation) {
			cancel()
		}
	})
	return ctx
}

// A write in flight may finish, so that its outcome is known.
func TestInterruptedWrite(t *testing.T) {
	f := newFixture(t, nil)
	created, err := f.Create(f.canceledInFlight(swrtest.OpCreate), acme, testSpec(t, "d"))
	if err != nil || created.Outcome != swr.Created {
		t.Errorf("create: %+v, %v", created, err)
	}
	f.expectStored(t, acme, "d")
	share, err := f.Update(f.canceledInFlight(swrtest.OpUpdate), acme, testSpec(t, "e"), swr.LastSeen{})
	if err != nil || share == nil || share.Description != "e" {
		t.Errorf("update: %+v, %v", share, err)
	}
	if err := f.Delete(f.canceledInFlight(swrtest.OpDelete), acme, swr.LastSeen{}); err != nil || f.has(acme) {
		t.Errorf("delete: %v, still there: %t", err, f.has(acme))
	}
	f.expectCounts(t, map[swrtest.Operation]int{
		swrtest.OpCreate: 1, swrtest.OpUpdate: 1, swrtest.OpDelete: 1, swrtest.OpGet: 2, swrtest.OpList: 2,
	})
}

// The outcome of a write in flight that hangs is looked up.
func TestInterruptedWriteThatHangs(t *testing.T) {
	for after, behavior := range map[bool]swrtest.Behavior{false: swrtest.HangBefore(), true: swrtest.HangAfter()} {
		f := newFixture(t, nil, requestTimeout(behavior))
		f.sim.Inject(swrtest.Fault{Operation: swrtest.OpCreate, Behavior: behavior})
		f.sim.Inject(swrtest.Fault{Operation: swrtest.OpDelete, Behavior: behavior})
		created, err := f.Create(f.canceledInFlight(swrtest.OpCreate), acme, testSpec(t, "d"))
		// The service may still carry it out.
		if want := map[bool]swr.CreateOutcome{false: swr.Unknown, true: swr.Created}[after]; created.Outcome != want || (err == nil) != after {
			t.Errorf("effect %t: outcome %d, %v", after, created.Outcome, err)
		}
		f.putAcme("d")
		if err := f.Delete(f.canceledInFlight(swrtest.OpDelete), acme, swr.LastSeen{}); (err == nil) != after || f.has(acme) == after {
			t.Errorf("effect %t: %v, still there: %t", after, err, f.has(acme))
		}
	}
}

// A call that is interrupted between the two spellings of a route does not report
// that there is no route.
func TestInterruptedBetweenSpellings(t *testing.T) {
	f := newFixture(t, func(v *swrtest.Variants) { v.Routes = swrtest.UniformRoutes(swrtest.SpellingRepos) })
	f.putAcme("old")
	ctx, cancel := context.WithCancel(f.ctx)
	client := f.clientVia(t, func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
		defer cancel()
		return next.RoundTrip(r)
	})
	_, err := client.Update(ctx, acme, testSpec(t, "new"), swr.LastSeen{})
	expectKind(t, err, swr.KindNetwork)
	expectEnded(t, err)
	f.expectCounts(t, map[swrtest.Operation]int{swrtest.OpUpdate: 1})
}

// signInFailed is the error of a transport that has no credential, as in
// internal/auth.
type signInFailed struct{ temporary bool }

func (signInFailed) Error() string               { return "the login failed" }
func (f signInFailed) Temporary() bool           { return f.temporary }
func (f signInFailed) RetryAfter() time.Duration { return 5 * time.Hour }

// A failed sign-in means that nothing was sent. The transport decides whether it
// is temporary.
func TestSignInFails(t *testing.T) {
	for _, temporary := range []bool{false, true} {
		f := newFixture(t, nil)
		client := f.clientVia(t, func(*http.Request, http.RoundTripper) (*http.Response, error) {
			return nil, signInFailed{temporary}
		}, swr.WithMaxRetries(2))
		created, err := client.Create(noDeadline{f.ctx}, acme, testSpec(t, "d"))
		failed := expectKind(t, err, swr.KindSignIn)
		if want := map[bool]int{false: 1, true: 3}[temporary]; failed.Attempts != want || created.Outcome != swr.NotCreated {
			t.Errorf("temporary %t: outcome %d, %v", temporary, created.Outcome, err)
		}
		for _, d := range f.clock.Slept() {
			if d > time.Minute {
				t.Errorf("a wait of %s", d)
			}
		}
	}
}
