package swr

import (
	"context"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"
)

// Client is a client of the sharing API at one endpoint. It is safe for
// concurrent use. A process should have one, since all requests of a client
// share the throttle and the cache of listings.
type Client struct {
	endpoint  *url.URL
	transport http.RoundTripper

	maxRetries     int
	requestTimeout time.Duration
	backoff        Backoff
	clock          Clock

	// serverClock is the last reading of the server's clock, nil at first.
	serverClock atomic.Pointer[clockReading]

	throttle   throttle
	routes     routes
	listCache  listCache
	operations operations
}

// Clock is a source of time.
type Clock interface {
	Now() time.Time
	// Sleep waits for d. If ctx ends before, it returns the context's error.
	Sleep(ctx context.Context, d time.Duration) error
}

// Option configures a [Client].
type Option func(*Client)

const (
	defaultMaxRetries     = 5
	defaultRequestTimeout = 60 * time.Second
)

// WithMaxRetries sets how often a request is retried after a temporary failure.
// Throttled attempts do not count.
func WithMaxRetries(n int) Option { return func(c *Client) { c.maxRetries = n } }

// WithRequestTimeout sets how long one attempt may take, reading the response
// included.
func WithRequestTimeout(d time.Duration) Option { return func(c *Client) { c.requestTimeout = d } }

// WithBackoff sets how long to wait before a retry.
func WithBackoff(b Backoff) Option { return func(c *Client) { c.backoff = b } }

// WithClock sets the clock.
func WithClock(clock Clock) Option { return func(c *Client) { c.clock = clock } }

// New returns a client of the API at the endpoint, a URL without /v2.
//
// The transport signs the requests; the client calls it directly, so that no
// redirect is ever followed. It should support [net/http/httptrace], as
// [http.Transport] does: otherwise every network error of a write means that the
// write may have taken effect. Its error, if it could not get a credential and
// sent nothing, has the methods Temporary() bool and RetryAfter() time.Duration.
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

// Endpoint returns the base URL of the API, without /v2.
func (c *Client) Endpoint() string { return c.endpoint.String() }

// clockReading is the same instant on two clocks.
type clockReading struct{ server, client time.Time }

// serverTime converts a time of the client's clock to the server's. ok is false
// if no response had a Date header yet.
func (c *Client) serverTime(at time.Time) (server time.Time, ok bool) {
	last := c.serverClock.Load()
	if last == nil {
		return time.Time{}, false
	}
	return last.server.Add(at.Sub(last.client)), true
}

// readServerClock reads the server's clock from the Date of a response.
func (c *Client) readServerClock(resp *response) {
	if date, err := http.ParseTime(resp.header.Get("Date")); err == nil {
		c.serverClock.Store(&clockReading{server: date, client: resp.receivedAt})
	}
}

// bestTime converts a time of the client's clock to the server's. It returns the
// time as it is if the server never returned its own.
func (c *Client) bestTime(at time.Time) time.Time {
	if server, known := c.serverTime(at); known {
		return server
	}
	return at
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
