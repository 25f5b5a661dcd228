package swr_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// throttles are all the ways in which a service throttles.
var throttles = map[string]swrtest.Behavior{
	"429":          swrtest.Throttle(),
	"429 bare":     swrtest.Status(429, ""),
	"429 HTML":     swrtest.HTMLPage(429),
	"403 4031032":  swrtest.ThrottleForbidden(swrtest.CodeThrottledForbidden),
	"403 4031042":  swrtest.ThrottleForbidden(swrtest.CodeThrottledForbidden2),
	"429, garbage": swrtest.ThrottleRetryAfter("soon"),
	"429, 0":       swrtest.ThrottleSeconds(0),
}

// Throttled tries do not count: far more of them than max_retries are borne, by
// every call.
func TestThrottledTriesAreNotCounted(t *testing.T) {
	for name, effect := range throttles {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, nil, swr.WithMaxRetries(0))
			for _, kind := range []swrtest.Operation{swrtest.OpCreate, swrtest.OpGet, swrtest.OpList, swrtest.OpUpdate, swrtest.OpDelete} {
				f.sim.Inject(swrtest.Fault{Operation: kind, Times: 12, Behavior: effect})
			}
			if created, err := f.Create(f.ctx, acme, testSpec(t, "d")); err != nil || created.Outcome != swr.Created {
				t.Fatalf("%+v, %v", created, err)
			}
			if _, err := f.Get(f.ctx, acme, ""); err != nil {
				t.Error(err)
			}
			if _, err := f.Update(f.ctx, acme, testSpec(t, "e")); err != nil {
				t.Error(err)
			}
			if err := f.Delete(f.ctx, acme, ""); err != nil {
				t.Error(err)
			}
			for _, d := range f.clock.Slept() {
				if d > 23*time.Second { // 15 s and the spread
					t.Errorf("a wait of %s", d)
				}
			}
		})
	}
}

// Retry-After is honoured in both forms, and capped; those held back are let go
// within half as long again.
func TestRetryAfterIsHonoured(t *testing.T) {
	for name, test := range map[string]struct {
		effect swrtest.Behavior
		want   time.Duration
	}{
		"seconds":        {swrtest.ThrottleSeconds(7), 7 * time.Second},
		"a date":         {swrtest.ThrottleDate(20 * time.Second), 20 * time.Second},
		"an hour":        {swrtest.ThrottleSeconds(3600), time.Minute},
		"a date far off": {swrtest.ThrottleDate(48 * time.Hour), time.Minute},
		"a huge number":  {swrtest.ThrottleRetryAfter("99999999999999999999999"), time.Minute},
	} {
		for _, skew := range []time.Duration{0, 10 * time.Minute, -10 * time.Minute} {
			t.Run(fmt.Sprintf("%s, clock off by %s", name, skew), func(t *testing.T) {
				f := newFixture(t, func(v *swrtest.Variants) { v.ClockSkew = skew })
				f.sim.Inject(swrtest.Fault{Times: 1, Behavior: test.effect})
				if _, err := f.List(f.ctx, repo); err != nil {
					t.Fatal(err)
				}
				slept := f.clock.Slept()
				if len(slept) != 1 || slept[0] < test.want || slept[0] > test.want+test.want/2+time.Second {
					t.Errorf("waits %s; want %s and up to half of it", slept, test.want)
				}
			})
		}
	}
}

// A 503 may ask for a wait, too; it counts as a try.
func TestRetryAfterOfUnavailable(t *testing.T) {
	f := newFixture(t, nil, swr.WithMaxRetries(1))
	f.sim.Inject(swrtest.Fault{Times: 1, Behavior: swrtest.Respond(503, map[string][]string{"Retry-After": {"9"}}, "")})
	if _, err := f.List(f.ctx, repo); err != nil {
		t.Fatal(err)
	}
	if slept := f.clock.Slept(); len(slept) != 1 || slept[0] != 9*time.Second {
		t.Errorf("waits %s", slept)
	}
}

// Throttling holds back all requests of the client, not only the one that met it.
func TestThrottlingHoldsBackAll(t *testing.T) {
	gated := &heldClock{fakeClock: &fakeClock{now: time.Unix(1900000000, 0)}, waiting: make(chan time.Duration, 100), release: make(chan struct{})}
	f := newFixture(t, nil)
	client := newClient(t, f.sim.URL, f.sim.Token(), swr.WithClock(gated))
	other := swr.Repository{Namespace: "platform", Name: "other"}
	f.sim.AddRepository(other.Namespace, other.Name)
	f.sim.Inject(swrtest.Fault{Repository: repo.Name, Times: 1, Behavior: swrtest.ThrottleSeconds(30)})
	results := make(chan error, 5)
	list := func(r swr.Repository) {
		_, err := client.List(f.ctx, r)
		results <- err
	}
	go list(repo)
	<-gated.waiting // it met the 429
	for range 4 {
		go list(other)
	}
	<-gated.waiting // one listing for the four
	time.Sleep(20 * time.Millisecond)
	if n := f.sim.Count(); n != 1 {
		t.Errorf("%d requests while the service throttles", n)
	}
	close(gated.release)
	for range 5 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
}

// heldClock is a clock on which those who wait wait until they are released.
type heldClock struct {
	*fakeClock
	waiting chan time.Duration
	release chan struct{}
}

func (h *heldClock) Sleep(ctx context.Context, d time.Duration) error {
	h.waiting <- d
	select {
	case <-h.release:
	case <-ctx.Done():
		return ctx.Err()
	}
	return h.fakeClock.Sleep(ctx, d)
}

// Throttling that does not end ends with the operation's time, and says so.
func TestThrottledForEver(t *testing.T) {
	f := newFixture(t, nil)
	f.sim.Inject(swrtest.Fault{Behavior: swrtest.ThrottleSeconds(10)})
	created, err := f.Create(f.clock.withTimeout(t, f.ctx, 5*time.Minute), acme, testSpec(t, "d"))
	failed := expectKind(t, err, swr.KindThrottled)
	if created.Outcome != swr.NotCreated || f.has(acme) {
		t.Errorf("presence %d, there: %t", created.Outcome, f.has(acme))
	}
	if failed.Attempts < 10 || failed.Attempts > 40 || failed.Elapsed < 4*time.Minute || failed.Code != "APIGW.0308" || !strings.Contains(err.Error(), "attempts in") {
		t.Errorf("%v", err)
	}
}

// Who waits while the service throttles stops at once when interrupted.
func TestInterruptedWhileThrottled(t *testing.T) {
	f := newFixture(t, nil)
	client := newClient(t, f.sim.URL, f.sim.Token()) // on the real clock
	fault := f.sim.Inject(swrtest.Fault{Behavior: swrtest.ThrottleSeconds(60)})
	ctx, cancel := context.WithCancel(f.ctx)
	time.AfterFunc(50*time.Millisecond, cancel)
	began := time.Now()
	_, err := client.Create(ctx, acme, testSpec(t, "d"))
	expectKind(t, err, swr.KindThrottled)
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "interrupted") {
		t.Errorf("error %v", err)
	}
	if took := time.Since(began); took > 2*time.Second || fault.Fired() != 1 {
		t.Errorf("it took %s, %d requests", took, fault.Fired())
	}
}

// quickClock is the real clock, so many times as fast.
type quickClock struct {
	began time.Time
	times time.Duration
}

func (q quickClock) Now() time.Time { return q.began.Add(time.Since(q.began) * q.times) }

func (q quickClock) Sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d / q.times):
	case <-ctx.Done():
	}
	return ctx.Err()
}

// 200 creates through a service that answers 20 requests a second, and 429, or
// one of the 403s, to the rest: all succeed with the defaults.
func TestCreatesThroughAThrottledService(t *testing.T) {
	for name, effect := range map[string]swrtest.Behavior{
		"plain": swrtest.Throttle(), "Retry-After": swrtest.ThrottleSeconds(1), "403": swrtest.ThrottleForbidden(swrtest.CodeThrottledForbidden),
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, nil)
			quick := quickClock{began: time.Now(), times: 20}
			f.sim.SetClock(quick.Now)
			f.sim.RateLimit(20, effect)
			client := newClient(t, f.sim.URL, f.sim.Token(), swr.WithClock(quick))
			var next atomic.Int32
			concurrently(10, func(int) {
				for n := int(next.Add(1)); n <= 200; n = int(next.Add(1)) {
					key := acme
					key.AccessDomain = account(n)
					if created, err := client.Create(f.ctx, key, testSpec(t, "d")); err != nil || created.Outcome != swr.Created {
						t.Errorf("%s: %+v, %v", key, created, err)
					}
				}
			})
			if n := len(f.sim.Shares(repo.Namespace, repo.Name)); n != 200 {
				t.Errorf("%d shares", n)
			}
			refused := slices.DeleteFunc(f.sim.Requests(), func(r swrtest.Request) bool { return r.Status == 201 || r.Status == 200 })
			t.Logf("%d requests, %d of them throttled, in %s", f.sim.Count(), len(refused), time.Since(quick.began)*quick.times)
			if len(refused) == 0 || len(refused) > 400 {
				t.Errorf("%d requests were throttled", len(refused))
			}
		})
	}
}
