package swr_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// ends are the ways to end an operation early: an interrupt and a timeout.
var ends = map[string]func(context.Context, time.Duration) (context.Context, context.CancelFunc){
	"canceled": func(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancel(ctx)
		time.AfterFunc(d, cancel)
		return ctx, cancel
	},
	"timed out": context.WithTimeout,
}

// promptly checks that a call returns soon.
func promptly(t *testing.T, most time.Duration, call func()) {
	t.Helper()
	began := time.Now()
	call()
	if took := time.Since(began); took > most {
		t.Errorf("it took %s; want at most %s", took, most)
	}
}

// A wait before a retry ends at once.
func TestInterruptedWaiting(t *testing.T) {
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, nil)
			client := newClient(t, f.sim.URL, f.sim.Token(), swr.WithBackoff(func(int) time.Duration { return time.Hour }))
			f.sim.Inject(swrtest.Fault{Behavior: swrtest.Status(503, "SVCSTG.SWR.5030001")})
			ctx, cancel := end(f.ctx, 50*time.Millisecond)
			if name == "canceled" { // with a deadline, no longer wait is started
				ctx = noDeadline{ctx}
			}
			defer cancel()
			promptly(t, 2*time.Second, func() {
				_, err := client.Get(ctx, acme, "")
				expectEnded(t, err)
				created, err := client.Create(ctx, acme, testSpec(t, "d"))
				expectEnded(t, err)
				if created.Outcome == swr.Created {
					t.Errorf("outcome %d", created.Outcome)
				}
			})
		})
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
	created, err := f.Create(ctx, acme, testSpec(t, "d"))
	expectEnded(t, err)
	if created.Outcome != swr.NotCreated {
		t.Errorf("outcome %d", created.Outcome)
	}
	_, err = f.Get(ctx, acme, "")
	expectEnded(t, err)
	_, err = f.List(ctx, repo)
	expectEnded(t, err)
	_, err = f.Update(ctx, acme, testSpec(t, "d"))
	expectEnded(t, err)
	expectEnded(t, f.Delete(ctx, acme, ""))
	f.expectCounts(t, nil)
}

// A read in flight ends at once.
func TestInterruptedRead(t *testing.T) {
	for name, end := range ends {
		f := newFixture(t, nil)
		f.sim.Inject(swrtest.Fault{Behavior: swrtest.HangBefore()})
		ctx, cancel := end(f.ctx, 30*time.Millisecond)
		defer cancel()
		promptly(t, time.Second, func() {
			_, err := f.Get(ctx, acme, "")
			expectKind(t, err, swr.KindNetwork)
			if want := map[string]string{"canceled": "interrupted", "timed out": "timeout ended"}[name]; err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

// A write in flight may finish, so that its outcome is known.
func TestInterruptedWrite(t *testing.T) {
	for name, end := range ends {
		for slow, effect := range map[string]swrtest.Behavior{
			"effect": swrtest.LatencyBefore(100 * time.Millisecond), "response": swrtest.LatencyAfter(100 * time.Millisecond),
		} {
			t.Run(name+", slow "+slow, func(t *testing.T) {
				f := newFixture(t, nil)
				for _, kind := range []swrtest.Operation{swrtest.OpCreate, swrtest.OpUpdate, swrtest.OpDelete} {
					f.sim.Inject(swrtest.Fault{Operation: kind, Behavior: effect})
				}
				soon := func() context.Context {
					ctx, cancel := end(f.ctx, 30*time.Millisecond)
					t.Cleanup(cancel)
					return ctx
				}
				created, err := f.Create(soon(), acme, testSpec(t, "d"))
				if err != nil || created.Outcome != swr.Created {
					t.Errorf("create: %+v, %v", created, err)
				}
				f.expectStored(t, acme, "d")
				share, err := f.Update(soon(), acme, testSpec(t, "e"))
				if err != nil || share == nil || share.Description != "e" {
					t.Errorf("change: %+v, %v", share, err)
				}
				if err := f.Delete(soon(), acme, ""); err != nil || f.has(acme) {
					t.Errorf("revoke: %v, still there: %t", err, f.has(acme))
				}
				f.expectCounts(t, map[swrtest.Operation]int{
					swrtest.OpCreate: 1, swrtest.OpUpdate: 1, swrtest.OpDelete: 1, swrtest.OpGet: 2, swrtest.OpList: 1,
				})
			})
		}
	}
}

// A call that is interrupted between the two spellings of a route does not report
// that there is no route.
func TestInterruptedBetweenSpellings(t *testing.T) {
	f := newFixture(t, func(v *swrtest.Variants) { v.Routes = swrtest.UniformRoutes(swrtest.SpellingRepos) })
	f.putAcme("old")
	ctx, cancel := context.WithCancel(f.ctx)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	client := swr.New(mustURL(t, f.sim.URL), roundTripFunc(func(r *http.Request) (*http.Response, error) {
		defer cancel()
		return tokenTransport{f.sim.Token(), transport}.RoundTrip(r)
	}), swr.WithClock(f.clock))
	_, err := client.Update(ctx, acme, testSpec(t, "new"))
	expectKind(t, err, swr.KindNetwork)
	expectEnded(t, err)
	f.expectCounts(t, map[swrtest.Operation]int{swrtest.OpUpdate: 1})
}

// A write that hangs ends after the grace period, and its outcome is looked up.
func TestInterruptedWriteThatHangs(t *testing.T) {
	for hang, effect := range map[string]swrtest.Behavior{"before effect": swrtest.HangBefore(), "after effect": swrtest.HangAfter()} {
		t.Run(hang, func(t *testing.T) {
			after := hang == "after effect"
			f := newFixture(t, nil, swr.WithRequestTimeout(200*time.Millisecond))
			f.sim.Inject(swrtest.Fault{Operation: swrtest.OpCreate, Behavior: effect})
			f.sim.Inject(swrtest.Fault{Operation: swrtest.OpDelete, Behavior: effect})
			ctx, cancel := context.WithCancel(f.ctx)
			time.AfterFunc(30*time.Millisecond, cancel)
			promptly(t, 2*time.Second, func() {
				created, err := f.Create(ctx, acme, testSpec(t, "d"))
				// The service may still carry it out.
				if after && (err != nil || created.Outcome != swr.Created) || !after && (err == nil || created.Outcome != swr.Unknown) {
					t.Errorf("outcome %d, %v", created.Outcome, err)
				}
			})
			f.putAcme("d")
			ctx, cancel = context.WithCancel(f.ctx)
			time.AfterFunc(30*time.Millisecond, cancel)
			promptly(t, 2*time.Second, func() {
				if err := f.Delete(ctx, acme, ""); (err == nil) != after || f.has(acme) == after {
					t.Errorf("%v, still there: %t", err, f.has(acme))
				}
			})
		})
	}
}

// Whenever a call is interrupted, its result agrees with the service.
func TestInterruptedAtAnyMoment(t *testing.T) {
	f := newFixture(t, nil)
	f.sim.SetLatency(2 * time.Millisecond)
	for range 60 {
		cut := func() context.Context {
			ctx, cancel := context.WithCancel(f.ctx)
			t.Cleanup(cancel)
			time.AfterFunc(rand.N(8*time.Millisecond), cancel)
			return ctx
		}
		created, err := f.Create(cut(), acme, testSpec(t, "d"))
		there := f.has(acme)
		switch created.Outcome {
		case swr.NotCreated:
			if there || err == nil {
				t.Fatalf("forgotten: %v", err)
			}
		case swr.Created, swr.CreatedUnverified:
			if !there {
				t.Fatalf("claimed: %v", err)
			}
		case swr.Unknown:
			t.Logf("doubtful, there: %t, %v", there, err)
		}
		if !there {
			continue
		}
		if share, err := f.Update(cut(), acme, testSpec(t, "e")); err == nil {
			f.expectStored(t, acme, "e")
		} else if share != nil {
			f.expectStored(t, acme, share.Description)
		}
		err = f.Delete(cut(), acme, "")
		if err == nil && f.has(acme) {
			t.Fatal("said to be revoked")
		}
		if err != nil {
			expectEnded(t, err)
			if err := f.Delete(f.ctx, acme, ""); err != nil {
				t.Fatalf("the next time: %v", err)
			}
		}
	}
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
		client := swr.New(mustURL(t, f.sim.URL), roundTripFunc(func(*http.Request) (*http.Response, error) {
			return nil, signInFailed{temporary}
		}), swr.WithClock(f.clock), swr.WithMaxRetries(2))
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
