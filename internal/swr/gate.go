package swr

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

// gate holds back all requests of a client while the service throttles. One
// throttled answer speaks for all requests: what is sent meanwhile only makes
// it worse.
type throttle struct {
	clock   Clock
	backoff Backoff

	mu    sync.Mutex
	until time.Time
	// generation counts the holds. A throttled answer to a request that passed the
	// gate before the hold in force says nothing new.
	generation uint64
	// level counts holds in a row without a success between them.
	consecutive int
}

// pass waits until the gate is open and gives the generation to report with. Those
// who waited are let go one by one, spread by chance, not all at once.
func (g *throttle) Wait(ctx context.Context) (generation uint64, err error) {
	for {
		g.mu.Lock()
		wait, generation := g.until.Sub(g.clock.Now()), g.generation
		g.mu.Unlock()
		if wait <= 0 {
			return generation, ctx.Err()
		}
		if err := g.clock.Sleep(ctx, wait+rand.N(wait/2+1)); err != nil {
			return generation, err
		}
	}
}

// hold closes the gate after a throttled answer to a request of that generation, for
// as long as the service asked for, or else for a time that grows.
func (g *throttle) Throttled(generation uint64, retryAfter time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	wait := retryAfter
	if generation == g.generation {
		g.generation++
		g.consecutive++
		if wait == 0 {
			wait = g.backoff(g.consecutive)
		}
	}
	if until := g.clock.Now().Add(min(wait, httpsafe.MaxRetryAfter)); until.After(g.until) {
		g.until = until
	}
}

// ease notes an answer that was not throttled.
func (g *throttle) Succeeded(generation uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if generation == g.generation {
		g.consecutive = 0
	}
}
