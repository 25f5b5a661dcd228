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

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

var (
	repo = swr.Repository{Namespace: "platform", Name: "team/app"}
	acme = swr.Key{Namespace: "platform", Repository: "team/app", AccessDomain: "Acme"}
)

// until is what most tests share for.
const until = "2031-03-31"

// terms gives terms with a description, which end on a day that any deadline of
// the tests lies before.
func terms(t *testing.T, description string) swr.ShareSpec {
	t.Helper()
	return swr.ShareSpec{Permit: swr.PermitRead, Deadline: mustDeadline(t, until), Description: description}
}

// bench is a service and a client of it, on one clock that nobody waits for.
type bench struct {
	*swr.Client
	sim   *swrtest.Server
	clock *clock
	ctx   context.Context
}

// start serves a simulator that holds the repository, and makes a client of it.
// At the end of the test nothing of either may run any more.
func start(t *testing.T, variants func(*swrtest.Variants), options ...swr.Option) *bench {
	t.Helper()
	expectNoLeaks(t)
	clock := &clock{now: time.Date(2027, 1, 15, 12, 0, 0, 0, time.UTC)}
	if variants == nil {
		variants = func(*swrtest.Variants) {}
	}
	sim := swrtest.Start(t, swrtest.WithClock(clock.Now), swrtest.WithVariants(variants))
	sim.AddRepository(repo.Namespace, repo.Name)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	b := &bench{sim: sim, clock: clock, ctx: ctx}
	b.Client = b.another(t, options...)
	return b
}

// another makes one more client of the service.
func (b *bench) another(t *testing.T, options ...swr.Option) *swr.Client {
	t.Helper()
	return newClient(t, b.sim.URL, b.sim.Token(), append([]swr.Option{swr.WithClock(b.clock)}, options...)...)
}

func newClient(t *testing.T, endpoint, token string, options ...swr.Option) *swr.Client {
	t.Helper()
	base, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	t.Cleanup(transport.CloseIdleConnections)
	return swr.New(base, signIn{token, transport}, options...)
}

// signIn is a transport that sets a token, as internal/auth's does.
type signIn struct {
	token string
	next  http.RoundTripper
}

func (s signIn) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Auth-Token", s.token)
	return s.next.RoundTrip(r)
}

// clock is a clock on which waiting takes no time: who waits sets it forward.
// What ends by this clock, see within.
type clock struct {
	mu    sync.Mutex
	now   time.Time
	slept []time.Duration
	ends  []end
}

type end struct {
	at     time.Time
	cancel context.CancelFunc
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
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
func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.advance(d)
}

func (c *clock) advance(d time.Duration) {
	c.now = c.now.Add(d)
	for _, e := range c.ends {
		if !c.now.Before(e.at) {
			e.cancel()
		}
	}
}

// Slept gives all waits so far.
func (c *clock) Slept() []time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.slept)
}

// within gives a context that ends once the clock has moved on by d.
func (c *clock) within(t *testing.T, ctx context.Context, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(ctx)
	t.Cleanup(cancel)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ends = append(c.ends, end{c.now.Add(d), cancel})
	return ctx
}

// expectNoLeaks checks at the end of the test that no more goroutines run than
// at its beginning. It must come first.
func expectNoLeaks(t *testing.T) {
	t.Helper()
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		for range 3000 {
			if runtime.NumGoroutine() <= before {
				return
			}
			time.Sleep(time.Millisecond)
		}
		stacks := make([]byte, 64<<10)
		t.Errorf("%d goroutines were left behind:\n%s", runtime.NumGoroutine()-before, stacks[:runtime.Stack(stacks, true)])
	})
}

// account gives an account's name; they sort by their numbers.
func account(n int) string { return fmt.Sprintf("ACCOUNT-%04d", n) }

// put shares the repository with so many accounts.
func (b *bench) put(n int) {
	for i := range n {
		b.sim.PutShare(swrtest.Share{Namespace: repo.Namespace, Repository: repo.Name, AccessDomain: account(i)})
	}
}

// putAcme shares the repository with the account as the terms have it.
func (b *bench) putAcme(description string) {
	b.sim.PutShare(swrtest.Share{
		Namespace: repo.Namespace, Repository: repo.Name, AccessDomain: acme.AccessDomain,
		Deadline: until + "T00:00:00.000Z", Description: description,
	})
}

// holds tells whether the service really holds a share, in any spelling.
func (b *bench) holds(key swr.Key) bool {
	_, ok := b.held(key)
	return ok
}

func (b *bench) held(key swr.Key) (swrtest.Share, bool) {
	for _, share := range b.sim.Shares(key.Namespace, key.Repository) {
		if swr.SameAccount(share.AccessDomain, key.AccessDomain) {
			return share, true
		}
	}
	return swrtest.Share{}, false
}

// expectCounts checks how many requests of each kind came, and that no others did.
func (b *bench) expectCounts(t *testing.T, want map[swrtest.Operation]int) {
	t.Helper()
	got := b.sim.Counts()
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
	if err != nil || end.Day() != until || share.Permit != "read" || share.Description != description {
		t.Errorf("share %+v, %v; want it until %s with description %q", share, err, until, description)
	}
	if share.CreatorID == "" || share.CreatorName == "" || share.Created == "" || share.Updated == "" || share.Status == nil || !*share.Status {
		t.Errorf("share %+v is incomplete", share)
	}
}

// expectHeld checks what the service has.
func (b *bench) expectHeld(t *testing.T, key swr.Key, description string) {
	t.Helper()
	share, ok := b.held(key)
	if !ok || share.Permit != "read" || !strings.HasPrefix(share.Deadline, until) || share.Description != description {
		t.Errorf("the service has %+v, %t; want %q", share, ok, description)
	}
}

// callAll makes each call for acme, and returns the errors.
func (b *bench) callAll(t *testing.T) map[string]error {
	t.Helper()
	_, create := b.Create(b.ctx, acme, terms(t, "d"))
	_, get := b.Get(b.ctx, acme, "")
	_, list := b.List(b.ctx, repo)
	_, update := b.Update(b.ctx, acme, terms(t, "e"))
	return map[string]error{"create": create, "get": get, "list": list, "update": update, "delete": b.Delete(b.ctx, acme, "")}
}

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

// roundTripper is a transport made of a function.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func mustURL(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// patience gives the time that one request may take where an effect is played:
// short where it hangs, and otherwise so long that a busy machine is not taken
// for a silent service.
func patience(effect swrtest.Behavior) swr.Option {
	if strings.Contains(effect.String(), "hang") {
		return swr.WithRequestTimeout(150 * time.Millisecond)
	}
	return swr.WithRequestTimeout(time.Minute)
}
