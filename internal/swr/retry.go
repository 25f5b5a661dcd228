package swr

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

// Backoff returns how long to wait before retry n, from 1.
type Backoff func(n int) time.Duration

// ExponentialBackoff doubles from base up to limit, less up to half of it at
// random, so that clients that failed together do not return together.
func ExponentialBackoff(base, limit time.Duration) Backoff {
	return func(n int) time.Duration {
		d := limit
		if shift := n - 1; shift < 30 && base<<shift < limit {
			d = base << shift
		}
		return d/2 + rand.N(d/2+1)
	}
}

// errNoTimeLeft ends a wait that would outlast its context.
var errNoTimeLeft = fmt.Errorf("no time is left for another attempt: %w", context.DeadlineExceeded)

// pause waits for d. It returns at once if ctx would end before.
func (c *Client) pause(ctx context.Context, d time.Duration) error {
	if end, ok := ctx.Deadline(); ok && time.Until(end) < d {
		return errNoTimeLeft
	}
	return c.clock.Sleep(ctx, d)
}

// throttle delays all requests of a client while the service throttles. One
// throttled response counts for all requests: sending more makes it worse.
type throttle struct {
	clock   Clock
	backoff Backoff

	mu    sync.Mutex
	until time.Time
	// generation counts the delays. A throttled response to a request of an
	// earlier generation has no news.
	generation uint64
	// consecutive counts the delays without a success between them.
	consecutive int
}

// Wait waits until requests may be sent, and returns the generation to report
// the outcome with. Requests that waited continue one by one, at random times.
func (t *throttle) Wait(ctx context.Context) (generation uint64, err error) {
	for {
		t.mu.Lock()
		wait, generation := t.until.Sub(t.clock.Now()), t.generation
		t.mu.Unlock()
		if wait <= 0 {
			return generation, ctx.Err()
		}
		if err := t.clock.Sleep(ctx, wait+rand.N(wait/2+1)); err != nil {
			return generation, err
		}
	}
}

// Throttled reports a throttled response to a request of that generation. It
// delays requests for as long as the service asked for, or with backoff.
func (t *throttle) Throttled(generation uint64, retryAfter time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	wait := retryAfter
	if generation == t.generation {
		t.generation++
		t.consecutive++
		if wait == 0 {
			wait = t.backoff(t.consecutive)
		}
	}
	if until := t.clock.Now().Add(min(wait, httpsafe.MaxRetryAfter)); until.After(t.until) {
		t.until = until
	}
}

// Succeeded reports a response that was not throttled.
func (t *throttle) Succeeded(generation uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if generation == t.generation {
		t.consecutive = 0
	}
}
