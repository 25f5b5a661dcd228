package swr_test

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// temporary are the faults that are retried; for no response see TestSilentService.
var temporary = map[string]swrtest.Behavior{
	"500":          swrtest.Status(500, "SVCSTG.SWR.5000001"),
	"502":          swrtest.Status(502, ""),
	"503":          swrtest.Status(503, ""),
	"504":          swrtest.Status(504, ""),
	"HTML 502":     swrtest.HTMLPage(502),
	"HTML 200":     swrtest.HTMLPage(200),
	"busy":         swrtest.Busy(),
	"reset before": swrtest.ResetBefore(),
	"reset after":  swrtest.ResetAfter(),
	"cut off":      swrtest.CloseMidResponse(),
}

// reads are the calls that only read.
var reads = map[swrtest.Operation]func(f *fixture) error{
	swrtest.OpList: func(f *fixture) error { return errorOf(f.List(f.ctx, repo)) },
	swrtest.OpGet:  func(f *fixture) error { return errorOf(f.Get(f.ctx, acme, swr.LastSeen{})) },
}

// A temporary failure is retried with backoff, up to the limit, and the message
// has the number of attempts and the time.
func TestRetries(t *testing.T) {
	for name, effect := range temporary {
		for kind, read := range reads {
			t.Run(name+" at "+string(kind), func(t *testing.T) {
				f := newFixture(t, nil)
				f.putShares(100)
				f.sim.PutShare(swrtest.Share{Namespace: repo.Namespace, Repository: repo.Name, AccessDomain: acme.AccessDomain})
				fault := f.sim.Inject(swrtest.Fault{Operation: kind, Times: 5, Behavior: effect})
				if err := read(f); err != nil {
					t.Fatalf("after 5 faults: %v", err)
				}
				if fault.Count() != 5 || f.sim.Count(kind) < 6 {
					t.Errorf("%d faults, %v", fault.Count(), f.sim.Counts())
				}
				if !strings.HasPrefix(name, "reset") {
					checkBackoff(t, f.clock.Slept())
				}
				fault.Remove()

				f.clock.Advance(time.Hour)
				f.sim.ResetRequests()
				f.sim.Inject(swrtest.Fault{Operation: kind, Behavior: effect})
				err := read(f)
				failed, ok := errors.AsType[*swr.Error](err)
				if !ok || failed.Attempts != 6 || failed.Elapsed < 7*time.Second || failed.Elapsed > time.Minute {
					t.Fatalf("a permanent fault: %+v", failed)
				}
				// net/http itself retries a GET on a reused connection.
				if n := f.sim.Count(kind); n != 6 && !(strings.HasPrefix(name, "reset") && n == 7) {
					t.Errorf("%d requests", n)
				}
				if !regexp.MustCompile(`^GET http://127.*after 6 attempts in \d+(\.\d)?s$`).MatchString(err.Error()) {
					t.Errorf("the message %q lacks the attempts and the time", err)
				}
			})
		}
	}
}

// checkBackoff checks five waits: half a second, doubled each time, less up to
// half of it at random.
func checkBackoff(t *testing.T, slept []time.Duration) {
	t.Helper()
	if len(slept) != 5 {
		t.Errorf("waits %s", slept)
		return
	}
	for i, d := range slept {
		if most := 500 * time.Millisecond << i; d < most/2 || d > most {
			t.Errorf("wait %d of %s", i+1, d)
		}
	}
}

func TestMaxRetries(t *testing.T) {
	for _, retries := range []int{0, 1, 3} {
		f := newFixture(t, nil, swr.WithMaxRetries(retries))
		f.sim.Inject(swrtest.Fault{Behavior: swrtest.Status(503, "")})
		_, err := f.List(f.ctx, repo)
		failed := expectKind(t, err, swr.KindUnavailable)
		if failed.Attempts != retries+1 || f.sim.Count() != retries+1 {
			t.Errorf("%d retries: %d attempts, %d requests", retries, failed.Attempts, f.sim.Count())
		}
		if retries == 0 && strings.Contains(err.Error(), "attempts") {
			t.Errorf("%q", err)
		}
	}
}

// A permanent failure is not retried.
func TestNotRetried(t *testing.T) {
	for name, test := range map[string]struct {
		effect swrtest.Behavior
		want   swr.Kind
	}{
		"400":           {swrtest.Status(400, "SVCSTG.SWR.4000014"), swr.KindInvalid},
		"401":           {swrtest.Status(401, "SVCSTG.SWR.4010000"), swr.KindUnauthorized},
		"409 bare":      {swrtest.Status(409, ""), swr.KindConflict},
		"redirect":      {swrtest.Redirect(302, "http://127.0.0.1:1/login?session=secret"), swr.KindRedirect},
		"list of nulls": {swrtest.NullList(), swr.KindInvalidResponse},
		"204":           {swrtest.Status(204, ""), swr.KindInvalidResponse},
	} {
		for kind, read := range reads {
			t.Run(name+" at "+string(kind), func(t *testing.T) {
				f := newFixture(t, nil)
				f.putShares(100)
				f.sim.Inject(swrtest.Fault{Operation: kind, Behavior: test.effect})
				failed := expectKind(t, read(f), test.want)
				if n := f.sim.Count(kind); n != 1 || failed.Attempts != 1 || len(f.clock.Slept()) != 0 {
					t.Errorf("%d requests, %d attempts, waits %s", n, failed.Attempts, f.clock.Slept())
				}
				if strings.Contains(failed.Error(), "secret") {
					t.Errorf("%q shows a session", failed.Error())
				}
			})
		}
	}
}

// An error whose body was cut off is not whole: what it meant is asked again.
func TestErrorThatIsCutOff(t *testing.T) {
	f := newFixture(t, func(v *swrtest.Variants) {
		v.MissingOnGet, v.MissingOnDelete = swrtest.MissingNotFound, swrtest.MissingNotFound
	})
	f.sim.Inject(swrtest.Fault{Operation: swrtest.OpGet, Times: 2, Behavior: swrtest.CloseMidResponse()})
	f.sim.Inject(swrtest.Fault{Operation: swrtest.OpDelete, Times: 2, Behavior: swrtest.CloseMidResponse()})
	_, err := f.Get(f.ctx, acme, f.here())
	expectGone(t, err, acme, false)
	expectGone(t, f.Delete(f.ctx, acme, f.here()), acme, false)

	f.putAcme("there")
	f.sim.Inject(swrtest.Fault{Operation: swrtest.OpCreate, Times: 1, Behavior: swrtest.CloseMidResponse()})
	created, err := f.Create(f.ctx, acme, testSpec(t, "there"))
	expectKind(t, err, swr.KindConflict)
	if created.Outcome != swr.NotCreated {
		t.Errorf("outcome %d", created.Outcome)
	}
}

// A wait that would outlast the context is not started; the error has the last
// response.
func TestNoTimeForAnotherAttempt(t *testing.T) {
	f := newFixture(t, nil, swr.WithBackoff(func(int) time.Duration { return time.Hour }))
	f.sim.Inject(swrtest.Fault{Behavior: swrtest.Status(503, "SVCSTG.SWR.5030001")})
	for name, call := range map[string]func() error{
		"list":   func() error { return errorOf(f.List(f.ctx, repo)) },
		"get":    func() error { return errorOf(f.Get(f.ctx, acme, swr.LastSeen{})) },
		"delete": func() error { return f.Delete(f.ctx, acme, swr.LastSeen{}) },
	} {
		f.sim.ResetRequests()
		err := call()
		failed := expectKind(t, err, swr.KindUnavailable)
		if !errors.Is(err, context.DeadlineExceeded) || failed.Code != "SVCSTG.SWR.5030001" || !strings.Contains(err.Error(), "no time is left") {
			t.Errorf("%s: %v", name, err)
		}
		if n := f.sim.Count(); n > 2 {
			t.Errorf("%s: %d requests", name, n)
		}
	}
}

// A request without a response times out, also if its context has no deadline, and
// the message names the endpoint.
func TestSilentService(t *testing.T) {
	for name, effect := range map[string]swrtest.Behavior{"hang": swrtest.HangBefore(), "hang after effect": swrtest.HangAfter()} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, nil, swr.WithRequestTimeout(40*time.Millisecond), swr.WithMaxRetries(1))
			f.sim.Inject(swrtest.Fault{Behavior: effect})
			f.ctx = noDeadline{f.ctx}
			for _, err := range f.callAll(t) {
				failed := expectKind(t, err, swr.KindNetwork)
				if failed.Attempts != 2 || !strings.Contains(err.Error(), f.sim.URL) || !strings.Contains(err.Error(), "within 40ms") {
					t.Errorf("%v after %d attempts does not name the endpoint and the time", err, failed.Attempts)
				}
			}
		})
	}
}

// An operation that times out reports the last response and the attempts.
func TestTimeoutReportsLastResponse(t *testing.T) {
	f := newFixture(t, nil, swr.WithMaxRetries(1000))
	f.sim.Inject(swrtest.Fault{Behavior: swrtest.Status(503, "")})
	_, err := f.Get(f.clock.withTimeout(t, f.ctx, time.Minute), acme, swr.LastSeen{})
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "503") || !strings.Contains(err.Error(), "attempts in") {
		t.Error(err)
	}
	// The fake clock may advance further until the reading of the shared listing notices.
	if failed := expectKind(t, err, swr.KindUnavailable); failed.Elapsed < time.Minute {
		t.Errorf("after %s: %v", failed.Elapsed, err)
	}
}

// The timeout covers the body of a response, too.
func TestSlowBody(t *testing.T) {
	expectNoLeaks(t)
	slow := newRawServer(t, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[", true)
	client := newClient(t, slow, "token", swr.WithRequestTimeout(50*time.Millisecond), swr.WithMaxRetries(0))
	_, err := client.List(t.Context(), repo)
	expectKind(t, err, swr.KindNetwork)
	if err != nil && !strings.Contains(err.Error(), "50ms") {
		t.Errorf("%q", err)
	}
}

// The number of the attempt is in the request's context.
func TestAttempt(t *testing.T) {
	f := newFixture(t, nil)
	f.sim.Inject(swrtest.Fault{Times: 2, Behavior: swrtest.Status(503, "")})
	var attempts []int
	client := f.clientVia(t, func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
		attempts = append(attempts, swr.Attempt(r.Context()))
		return next.RoundTrip(r)
	})
	if _, err := client.List(f.ctx, repo); err != nil {
		t.Error(err)
	}
	if !slices.Equal(attempts, []int{1, 2, 3}) {
		t.Errorf("attempts %v", attempts)
	}
	if swr.Attempt(f.ctx) != 0 {
		t.Error("an attempt without a request")
	}
}

// A status that is conclusive by itself needs no body.
func TestConclusiveStatus(t *testing.T) {
	for status, want := range map[string]swr.Kind{
		"503 Service Unavailable": swr.KindUnavailable, "401 Unauthorized": swr.KindUnauthorized, "302 Found": swr.KindRedirect,
		"404 Not Found": swr.KindNetwork, "400 Bad Request": swr.KindNetwork, "409 Conflict": swr.KindNetwork, "403 Forbidden": swr.KindNetwork,
	} {
		f := newFixture(t, nil)
		endpoint := newRawServer(t, "HTTP/1.1 "+status+"\r\nRetry-After: 9\r\nContent-Length: 100\r\n\r\n{\"errorCode\":\"SVC", false)
		client := newClient(t, endpoint, "token", swr.WithClock(f.clock), swr.WithMaxRetries(1))
		_, err := client.List(f.ctx, repo)
		failed := expectKind(t, err, want)
		if want == swr.KindUnavailable && (failed.RetryAfter != 9*time.Second || failed.Attempts != 2) {
			t.Errorf("%+v", failed)
		}
	}
}

func TestExponentialBackoff(t *testing.T) {
	backoff := swr.ExponentialBackoff(500*time.Millisecond, 15*time.Second)
	for n, most := range map[int]time.Duration{
		1: 500 * time.Millisecond, 2: time.Second, 3: 2 * time.Second, 5: 8 * time.Second, 6: 15 * time.Second, 7: 15 * time.Second,
		31: 15 * time.Second, 64: 15 * time.Second, 1 << 30: 15 * time.Second,
	} {
		jittered := map[time.Duration]bool{}
		for range 100 {
			d := backoff(n)
			if d < most/2 || d > most {
				t.Fatalf("retry %d: %s; want from %s to %s", n, d, most/2, most)
			}
			jittered[d] = true
		}
		if len(jittered) < 50 {
			t.Errorf("retry %d: %d different waits of 100", n, len(jittered))
		}
	}
}
