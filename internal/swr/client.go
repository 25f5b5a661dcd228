package swr

import (
	"context"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"
)

// Client calls the sharing API of one endpoint. It is safe for concurrent use,
// and meant to be one a process, since throttling and listings are shared by
// all who use it.
type Client struct {
	endpoint  *url.URL
	transport http.RoundTripper

	maxRetries     int
	requestTimeout time.Duration
	backoff        Backoff
	clock          Clock

	// serverClock holds what the server's clock showed last, nil at first.
	serverClock atomic.Pointer[clockReading]

	throttle  throttle
	routes    routes
	listCache listCache
}

// Clock is where a client gets the time from, and how it waits.
type Clock interface {
	Now() time.Time
	// Sleep waits for d, or returns the context's error as soon as it ends.
	Sleep(ctx context.Context, d time.Duration) error
}

// Option changes a client from its defaults.
type Option func(*Client)

// Defaults of a client that is given no option.
const (
	defaultMaxRetries     = 5
	defaultRequestTimeout = 60 * time.Second
)

// WithMaxRetries sets how often a request is tried again after its first try
// failed in a way that may pass. Throttled tries do not count.
func WithMaxRetries(n int) Option { return func(c *Client) { c.maxRetries = n } }

// WithRequestTimeout sets how long one request may take, its answer included.
func WithRequestTimeout(d time.Duration) Option { return func(c *Client) { c.requestTimeout = d } }

// WithBackoff sets how long to wait before a try.
func WithBackoff(b Backoff) Option { return func(c *Client) { c.backoff = b } }

// WithClock sets the clock.
func WithClock(clock Clock) Option { return func(c *Client) { c.clock = clock } }

// New makes a client of the API at the endpoint, which is given without /v2.
// The transport signs the requests; the client calls it directly, so that no
// redirect is ever followed. An error of the transport's with a method
// Temporary() bool says itself whether another try is worth it.
func New(endpoint *url.URL, transport http.RoundTripper, options ...Option) *Client {
	c := &Client{
		endpoint:       endpoint,
		transport:      transport,
		maxRetries:     defaultMaxRetries,
		requestTimeout: defaultRequestTimeout,
		backoff:        ExponentialBackoff(500*time.Millisecond, 15*time.Second),
		clock:          systemClock{},
	}
	for _, option := range options {
		option(c)
	}
	c.throttle.clock = c.clock
	c.throttle.backoff = c.backoff
	c.listCache.client = c
	return c
}

// Endpoint gives the base URL of the API, without /v2.
func (c *Client) Endpoint() string { return c.endpoint.String() }

// Host gives the endpoint's host and port: what a share was last seen at.
func (c *Client) Host() string { return c.endpoint.Host }

// tick is one moment on two clocks.
type clockReading struct{ server, client time.Time }

// serverTime gives what the server's clock showed at a moment of the client's;
// ok is false where the server never told its time.
func (c *Client) serverTime(at time.Time) (server time.Time, ok bool) {
	last := c.serverClock.Load()
	if last == nil {
		return time.Time{}, false
	}
	return last.server.Add(at.Sub(last.client)), true
}

// Backoff says how long to wait before try number n (1 is the first one after
// the first failure).
type Backoff func(n int) time.Duration

// ExponentialBackoff doubles from base up to limit, and takes off up to half of
// it by chance, so that clients which failed together do not return together.
func ExponentialBackoff(base, limit time.Duration) Backoff {
	return func(n int) time.Duration {
		d := limit
		if shift := n - 1; shift < 30 && base<<shift < limit {
			d = base << shift
		}
		return d/2 + rand.N(d/2+1)
	}
}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
