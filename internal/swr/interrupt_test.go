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
			b := start(t, nil)
			client := newClient(t, b.sim.URL, b.sim.Token(), swr.WithBackoff(func(int) time.Duration { return time.Hour }))
			b.sim.Inject(swrtest.Fault{Behavior: swrtest.Status(503, "SVCSTG.SWR.5030001")})
			ctx, cancel := end(b.ctx, 50*time.Millisecond)
			if name == "canceled" { // with a deadline, no longer wait is started
				ctx = noDeadline{ctx}
			}
			defer cancel()
			promptly(t, 2*time.Second, func() {
				_, err := client.Get(ctx, acme, "")
				expectEnded(t, err)
				created, err := client.Create(ctx, acme, terms(t, "d"))
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
	b := start(t, nil)
	ctx, cancel := context.WithCancel(b.ctx)
	cancel()
	created, err := b.Create(ctx, acme, terms(t, "d"))
	expectEnded(t, err)
	if created.Outcome != swr.NotCreated {
		t.Errorf("outcome %d", created.Outcome)
	}
	_, err = b.Get(ctx, acme, "")
	expectEnded(t, err)
	_, err = b.List(ctx, repo)
	expectEnded(t, err)
	_, err = b.Update(ctx, acme, terms(t, "d"))
	expectEnded(t, err)
	expectEnded(t, b.Delete(ctx, acme, ""))
	b.expectCounts(t, nil)
}

// A read in flight ends at once.
func TestInterruptedRead(t *testing.T) {
	for name, end := range ends {
		b := start(t, nil)
		b.sim.Inject(swrtest.Fault{Behavior: swrtest.HangBefore()})
		ctx, cancel := end(b.ctx, 30*time.Millisecond)
		defer cancel()
		promptly(t, time.Second, func() {
			_, err := b.Get(ctx, acme, "")
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
				b := start(t, nil)
				for _, kind := range []swrtest.Operation{swrtest.OpCreate, swrtest.OpUpdate, swrtest.OpDelete} {
					b.sim.Inject(swrtest.Fault{Operation: kind, Behavior: effect})
				}
				soon := func() context.Context {
					ctx, cancel := end(b.ctx, 30*time.Millisecond)
					t.Cleanup(cancel)
					return ctx
				}
				created, err := b.Create(soon(), acme, terms(t, "d"))
				if err != nil || created.Outcome != swr.Created {
					t.Errorf("create: %+v, %v", created, err)
				}
				b.expectHeld(t, acme, "d")
				share, err := b.Update(soon(), acme, terms(t, "e"))
				if err != nil || share == nil || share.Description != "e" {
					t.Errorf("change: %+v, %v", share, err)
				}
				if err := b.Delete(soon(), acme, ""); err != nil || b.holds(acme) {
					t.Errorf("revoke: %v, still there: %t", err, b.holds(acme))
				}
				b.expectCounts(t, map[swrtest.Operation]int{
					swrtest.OpCreate: 1, swrtest.OpUpdate: 1, swrtest.OpDelete: 1, swrtest.OpGet: 2, swrtest.OpList: 1,
				})
			})
		}
	}
}

// A call that is interrupted between the two spellings of a route does not report
// that there is no route.
func TestInterruptedBetweenSpellings(t *testing.T) {
	b := start(t, func(v *swrtest.Variants) { v.Routes = swrtest.UniformRoutes(swrtest.SpellingRepos) })
	b.putAcme("old")
	ctx, cancel := context.WithCancel(b.ctx)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	client := swr.New(mustURL(t, b.sim.URL), roundTripper(func(r *http.Request) (*http.Response, error) {
		defer cancel()
		return signIn{b.sim.Token(), transport}.RoundTrip(r)
	}), swr.WithClock(b.clock))
	_, err := client.Update(ctx, acme, terms(t, "new"))
	expectKind(t, err, swr.KindNetwork)
	expectEnded(t, err)
	b.expectCounts(t, map[swrtest.Operation]int{swrtest.OpUpdate: 1})
}

// A write that hangs ends after the grace period, and its outcome is looked up.
func TestInterruptedWriteThatHangs(t *testing.T) {
	for hang, effect := range map[string]swrtest.Behavior{"before effect": swrtest.HangBefore(), "after effect": swrtest.HangAfter()} {
		t.Run(hang, func(t *testing.T) {
			after := hang == "after effect"
			b := start(t, nil, swr.WithRequestTimeout(200*time.Millisecond))
			b.sim.Inject(swrtest.Fault{Operation: swrtest.OpCreate, Behavior: effect})
			b.sim.Inject(swrtest.Fault{Operation: swrtest.OpDelete, Behavior: effect})
			ctx, cancel := context.WithCancel(b.ctx)
			time.AfterFunc(30*time.Millisecond, cancel)
			promptly(t, 2*time.Second, func() {
				created, err := b.Create(ctx, acme, terms(t, "d"))
				// The service may still carry it out.
				if after && (err != nil || created.Outcome != swr.Created) || !after && (err == nil || created.Outcome != swr.Unknown) {
					t.Errorf("outcome %d, %v", created.Outcome, err)
				}
			})
			b.putAcme("d")
			ctx, cancel = context.WithCancel(b.ctx)
			time.AfterFunc(30*time.Millisecond, cancel)
			promptly(t, 2*time.Second, func() {
				if err := b.Delete(ctx, acme, ""); (err == nil) != after || b.holds(acme) == after {
					t.Errorf("%v, still there: %t", err, b.holds(acme))
				}
			})
		})
	}
}

// Whenever a call is interrupted, its result agrees with the service.
func TestInterruptedAtAnyMoment(t *testing.T) {
	b := start(t, nil)
	b.sim.SetLatency(2 * time.Millisecond)
	for range 60 {
		cut := func() context.Context {
			ctx, cancel := context.WithCancel(b.ctx)
			t.Cleanup(cancel)
			time.AfterFunc(rand.N(8*time.Millisecond), cancel)
			return ctx
		}
		created, err := b.Create(cut(), acme, terms(t, "d"))
		there := b.holds(acme)
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
		if share, err := b.Update(cut(), acme, terms(t, "e")); err == nil {
			b.expectHeld(t, acme, "e")
		} else if share != nil {
			b.expectHeld(t, acme, share.Description)
		}
		err = b.Delete(cut(), acme, "")
		if err == nil && b.holds(acme) {
			t.Fatal("said to be revoked")
		}
		if err != nil {
			expectEnded(t, err)
			if err := b.Delete(b.ctx, acme, ""); err != nil {
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
		b := start(t, nil)
		client := swr.New(mustURL(t, b.sim.URL), roundTripper(func(*http.Request) (*http.Response, error) {
			return nil, signInFailed{temporary}
		}), swr.WithClock(b.clock), swr.WithMaxRetries(2))
		created, err := client.Create(noDeadline{b.ctx}, acme, terms(t, "d"))
		failed := expectKind(t, err, swr.KindSignIn)
		if want := map[bool]int{false: 1, true: 3}[temporary]; failed.Attempts != want || created.Outcome != swr.NotCreated {
			t.Errorf("temporary %t: outcome %d, %v", temporary, created.Outcome, err)
		}
		for _, d := range b.clock.Slept() {
			if d > time.Minute {
				t.Errorf("a wait of %s", d)
			}
		}
	}
}
