package swr_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

var (
	repo = swr.Repository{Namespace: "platform", Name: "team/app"}
	acme = swr.Key{Namespace: "platform", Repository: "team/app", AccessDomain: "Acme"}
)

// testDeadline is the end date of testSpec.
const testDeadline = "2031-03-31"

// testSpec returns a spec with a description.
func testSpec(t *testing.T, description string) swr.ShareSpec {
	t.Helper()
	return swr.ShareSpec{Permit: swr.PermitRead, Deadline: mustDeadline(t, testDeadline), Description: description}
}

// fixture is a simulator and a client of it, on one fake clock.
type fixture struct {
	*swr.Client
	sim   *swrtest.Server
	clock *fakeClock
	ctx   context.Context
}

// newFixture starts a simulator that has the repository, and makes a client of it.
// At the end of the test no goroutine of either may be left.
func newFixture(t *testing.T, variants func(*swrtest.Variants), options ...swr.Option) *fixture {
	t.Helper()
	expectNoLeaks(t)
	clock := &fakeClock{now: time.Date(2027, 1, 15, 12, 0, 0, 0, time.UTC)}
	if variants == nil {
		variants = func(*swrtest.Variants) {}
	}
	sim := swrtest.Start(t, swrtest.WithClock(clock.Now), swrtest.WithVariants(variants))
	sim.AddRepository(repo.Namespace, repo.Name)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	f := &fixture{sim: sim, clock: clock, ctx: ctx}
	f.Client = f.newClient(t, options...)
	return f
}

// newClient returns one more client of the simulator.
func (f *fixture) newClient(t *testing.T, options ...swr.Option) *swr.Client {
	t.Helper()
	return newClient(t, f.sim.URL, f.sim.Token(), append([]swr.Option{swr.WithClock(f.clock)}, options...)...)
}

// here is a share that was last seen at the fixture's endpoint.
func (f *fixture) here() swr.LastSeen { return swr.LastSeen{Endpoint: f.NormalizedEndpoint()} }

func newClient(t *testing.T, endpoint, token string, options ...swr.Option) *swr.Client {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	t.Cleanup(transport.CloseIdleConnections)
	return swr.New(mustURL(t, endpoint), tokenTransport{token, transport}, options...)
}

// clientVia returns a client of the simulator whose requests pass a function.
func (f *fixture) clientVia(
	t *testing.T, pass func(r *http.Request, next http.RoundTripper) (*http.Response, error), options ...swr.Option,
) *swr.Client {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return swr.New(mustURL(t, f.sim.URL), roundTripFunc(func(r *http.Request) (*http.Response, error) {
		return pass(r, tokenTransport{f.sim.Token(), transport})
	}), append([]swr.Option{swr.WithClock(f.clock)}, options...)...)
}

// tokenTransport sets a token, like the transport of internal/auth.
type tokenTransport struct {
	token string
	next  http.RoundTripper
}

func (s tokenTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Auth-Token", s.token)
	return s.next.RoundTrip(r)
}

// fakeClock is a clock on which waiting takes no time: Sleep sets it forward.
type fakeClock struct {
	mu    sync.Mutex
	now   time.Time
	slept []time.Duration
	ends  []end
}

type end struct {
	at     time.Time
	cancel context.CancelFunc
}

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) Sleep(ctx context.Context, d time.Duration) error {
	runtime.Gosched()
	c.mu.Lock()
	defer c.mu.Unlock()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	c.slept = append(c.slept, d)
	c.advance(d)
	return ctx.Err()
}

// Advance sets the clock forward.
func (c *fakeClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.advance(d)
}

func (c *fakeClock) advance(d time.Duration) {
	c.now = c.now.Add(d)
	for _, e := range c.ends {
		if !c.now.Before(e.at) {
			e.cancel()
		}
	}
}

// Slept returns all waits so far.
func (c *fakeClock) Slept() []time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.slept)
}

// withTimeout returns a context that is canceled once the clock has advanced by d.
func (c *fakeClock) withTimeout(t *testing.T, ctx context.Context, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(ctx)
	t.Cleanup(cancel)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ends = append(c.ends, end{c.now.Add(d), cancel})
	return ctx
}

// expectNoLeaks checks that the test leaves no goroutine behind. It must come first.
func expectNoLeaks(t *testing.T) {
	t.Helper()
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
}

// account returns the name of account n. Names sort by their numbers.
func account(n int) string { return fmt.Sprintf("ACCOUNT-%04d", n) }

// putShares shares the repository with n accounts.
func (f *fixture) putShares(n int) {
	for i := range n {
		f.sim.PutShare(swrtest.Share{Namespace: repo.Namespace, Repository: repo.Name, AccessDomain: account(i)})
	}
}

// putAcme shares the repository with acme, as testSpec does.
func (f *fixture) putAcme(description string) {
	f.sim.PutShare(swrtest.Share{
		Namespace: repo.Namespace, Repository: repo.Name, AccessDomain: acme.AccessDomain,
		Deadline: testDeadline + "T00:00:00.000Z", Description: description,
	})
}

// has reports whether the service has a share, in any spelling.
func (f *fixture) has(key swr.Key) bool {
	_, ok := f.stored(key)
	return ok
}

func (f *fixture) stored(key swr.Key) (swrtest.Share, bool) {
	for _, share := range f.sim.Shares(key.Namespace, key.Repository) {
		if swr.SameAccount(share.AccessDomain, key.AccessDomain) {
			return share, true
		}
	}
	return swrtest.Share{}, false
}

// expectCounts checks how many requests of each kind came, and that no others did.
func (f *fixture) expectCounts(t *testing.T, want map[swrtest.Operation]int) {
	t.Helper()
	got := f.sim.Counts()
	for _, kind := range append(swrtest.Operations(), swrtest.OpUnknown) {
		if got[kind] != want[kind] {
			t.Errorf("%d %s requests; want %d (all: %v)", got[kind], kind, want[kind], got)
		}
	}
}

// expectKind checks an error's kind, and that it is no *Gone.
func expectKind(t *testing.T, err error, want swr.Kind) *swr.Error {
	t.Helper()
	if _, gone := errors.AsType[*swr.Gone](err); gone {
		t.Errorf("%v says that the share is gone; want %q", err, want)
	}
	if !errors.Is(err, want) {
		t.Errorf("error %v; want %q", err, want)
	}
	failed, ok := errors.AsType[*swr.Error](err)
	if !ok {
		return &swr.Error{}
	}
	return failed
}

// expectGone checks that the error says that the share is gone, alone or with
// its repository.
func expectGone(t *testing.T, err error, key swr.Key, repository bool) {
	t.Helper()
	gone, ok := errors.AsType[*swr.Gone](err)
	if !ok {
		t.Errorf("error %v; want that the share is gone", err)
		return
	}
	if *gone != (swr.Gone{Key: key, Repository: repository}) {
		t.Errorf("gone: %+v; want %+v, repository %t", *gone, key, repository)
	}
}

// expectShare checks a share that was read: its names, and the tests' spec with a
// description.
func expectShare(t *testing.T, share swr.Share, description string) {
	t.Helper()
	if share.Namespace != repo.Namespace || share.Repository != repo.Name || !swr.SameAccount(share.AccessDomain, acme.AccessDomain) {
		t.Errorf("share of %s", share.Key())
	}
	end, err := share.End()
	if err != nil || end.Day() != testDeadline || share.Permit != "read" || share.Description != description {
		t.Errorf("share %+v, %v; want it until %s with description %q", share, err, testDeadline, description)
	}
	if share.CreatorID == "" || share.CreatorName == "" || share.Created == "" || share.Updated == "" || share.Status == nil || !*share.Status {
		t.Errorf("share %+v is incomplete", share)
	}
}

// expectStored checks what the service has.
func (f *fixture) expectStored(t *testing.T, key swr.Key, description string) {
	t.Helper()
	share, ok := f.stored(key)
	if !ok || share.Permit != "read" || !strings.HasPrefix(share.Deadline, testDeadline) || share.Description != description {
		t.Errorf("the service has %+v, %t; want %q", share, ok, description)
	}
}

// callAll makes each call for acme, and returns the errors.
func (f *fixture) callAll(t *testing.T) map[string]error {
	t.Helper()
	return map[string]error{
		"create": errorOf(f.Create(f.ctx, acme, testSpec(t, "d"))),
		"get":    errorOf(f.Get(f.ctx, acme, swr.LastSeen{})),
		"list":   errorOf(f.List(f.ctx, repo)),
		"update": errorOf(f.Update(f.ctx, acme, testSpec(t, "e"), swr.LastSeen{})),
		"delete": f.Delete(f.ctx, acme, swr.LastSeen{}),
	}
}

// errorOf returns the error of a call.
func errorOf[T any](_ T, err error) error { return err }

// newRawServer answers every connection's first request with the bytes; then it
// hangs up, or says nothing until the test ends.
func newRawServer(t *testing.T, answer string, hang bool) (endpoint string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	over := make(chan struct{})
	var all sync.WaitGroup
	t.Cleanup(func() {
		close(over)
		_ = listener.Close()
		all.Wait()
	})
	all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer func() { _ = conn.Close() }()
				buf := make([]byte, 64<<10)
				_, _ = conn.Read(buf)
				_, _ = conn.Write([]byte(answer))
				if hang {
					<-over
				}
			})
		}
	})
	return "http://" + listener.Addr().String()
}

// roundTripFunc is a transport that calls a function.
type roundTripFunc func(*http.Request) (*http.Response, error)

func (f roundTripFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func mustURL(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// requestTimeout returns the request timeout for a test that plays the behavior:
// short where it hangs, and otherwise so long that a busy machine is not mistaken
// for a silent service.
func requestTimeout(behavior swrtest.Behavior) swr.Option {
	if strings.Contains(behavior.String(), "hang") {
		return swr.WithRequestTimeout(150 * time.Millisecond)
	}
	return swr.WithRequestTimeout(time.Minute)
}
