package swr_test

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// throttles are the throttled responses of services.
var throttles = map[string]swrtest.Behavior{
	"429":          swrtest.Throttle(),
	"429 bare":     swrtest.Status(429, ""),
	"429 HTML":     swrtest.HTMLPage(429),
	"403 4031032":  swrtest.ThrottleForbidden(swrtest.CodeThrottledForbidden),
	"403 4031042":  swrtest.ThrottleForbidden(swrtest.CodeThrottledForbidden2),
	"429, garbage": swrtest.ThrottleRetryAfter("soon"),
	"429, 0":       swrtest.ThrottleSeconds(0),
}

// Throttled attempts do not count against the maximum of retries.
func TestThrottledAttemptsAreNotCounted(t *testing.T) {
	for name, effect := range throttles {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, nil, swr.WithMaxRetries(0))
			for _, kind := range []swrtest.Operation{swrtest.OpCreate, swrtest.OpGet, swrtest.OpList, swrtest.OpUpdate, swrtest.OpDelete} {
				f.sim.Inject(swrtest.Fault{Operation: kind, Times: 12, Behavior: effect})
			}
			if created, err := f.Create(f.ctx, acme, testSpec(t, "d")); err != nil || created.Outcome != swr.Created {
				t.Fatalf("%+v, %v", created, err)
			}
			if _, err := f.Get(f.ctx, acme, swr.LastSeen{}); err != nil {
				t.Error(err)
			}
			if _, err := f.Update(f.ctx, acme, testSpec(t, "e"), swr.LastSeen{}); err != nil {
				t.Error(err)
			}
			if err := f.Delete(f.ctx, acme, swr.LastSeen{}); err != nil {
				t.Error(err)
			}
			for _, d := range f.clock.Slept() {
				if d > 23*time.Second { // 15 s, plus up to half
					t.Errorf("a wait of %s", d)
				}
			}
		})
	}
}

// All requests wait as long as Retry-After asks, by the server's clock, plus up
// to half of it.
func TestRetryAfterDelays(t *testing.T) {
	for name, effect := range map[string]swrtest.Behavior{
		"seconds": swrtest.ThrottleSeconds(20), "date": swrtest.ThrottleDate(20 * time.Second),
	} {
		f := newFixture(t, func(v *swrtest.Variants) { v.ClockSkew = 10 * time.Minute })
		f.sim.Inject(swrtest.Fault{Times: 1, Behavior: effect})
		if _, err := f.List(f.ctx, repo); err != nil {
			t.Fatal(err)
		}
		if slept := f.clock.Slept(); len(slept) != 1 || slept[0] < 20*time.Second || slept[0] > 31*time.Second {
			t.Errorf("%s: waits %s", name, slept)
		}
	}
}

// A 503 may have a Retry-After, too; it counts as an attempt.
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

// Throttling delays all requests of the client.
func TestThrottlingDelaysAll(t *testing.T) {
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
	<-gated.waiting // it was throttled
	for range 4 {
		go list(other)
	}
	<-gated.waiting // one listing for the four
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

// heldClock is a clock whose sleepers wait for release.
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

// Permanent throttling ends with the operation's timeout.
func TestThrottledUntilTimeout(t *testing.T) {
	f := newFixture(t, nil)
	f.sim.Inject(swrtest.Fault{Behavior: swrtest.ThrottleSeconds(10)})
	created, err := f.Create(f.clock.withTimeout(t, f.ctx, 5*time.Minute), acme, testSpec(t, "d"))
	failed := expectKind(t, err, swr.KindThrottled)
	if created.Outcome != swr.NotCreated || f.has(acme) {
		t.Errorf("outcome %d, there: %t", created.Outcome, f.has(acme))
	}
	if failed.Attempts < 10 || failed.Attempts > 40 || failed.Elapsed < 4*time.Minute || failed.Code != "APIGW.0308" || !strings.Contains(err.Error(), "attempts in") {
		t.Errorf("%v", err)
	}
}

// quickClock is the real clock, sped up by a factor.
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

// 200 creates succeed with the defaults, though the service allows only 20 requests
// a second.
func TestCreatesThroughAThrottledService(t *testing.T) {
	f := newFixture(t, nil)
	quick := quickClock{began: time.Now(), times: 20}
	f.sim.SetClock(quick.Now)
	f.sim.SetRateLimit(20, swrtest.Throttle())
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
	throttled := slices.DeleteFunc(f.sim.Requests(), func(r swrtest.Request) bool { return r.Status != 429 })
	if n := len(f.sim.Shares(repo.Namespace, repo.Name)); n != 200 || len(throttled) == 0 || len(throttled) > 400 {
		t.Errorf("%d shares; %d of %d requests were throttled", n, len(throttled), f.sim.Count())
	}
}
