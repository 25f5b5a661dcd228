package swrtest

import (
	"slices"
	"time"
)

// limitName is the request log's name for a request above the rate limit.
const limitName = "rate limit"

// limiter lets a number of requests pass in every span of a second. Its owner
// locks; nil lets all pass.
type limiter struct {
	perSecond int
	refusal   Behavior
	passed    []time.Time // of the last second
}

// SetRateLimit lets this many requests a second reach SWR (logins, which are the
// IAM's, do not count), by the simulator's clock, and plays an effect on the
// rest: Throttle if none is given. 0 lifts the limit.
func (s *Simulator) SetRateLimit(perSecond int, refusal ...Behavior) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if perSecond <= 0 {
		s.limiter = nil
		return
	}
	s.limiter = &limiter{perSecond: perSecond, refusal: Throttle()}
	if len(refusal) > 0 {
		s.limiter.refusal = refusal[0]
	}
}

func (l *limiter) refuses(c *call) (Behavior, bool) {
	if l == nil || c.info.Operation == OpLogin {
		return Behavior{}, false
	}
	start := c.now.Add(-time.Second)
	l.passed = slices.DeleteFunc(l.passed, func(t time.Time) bool { return !t.After(start) })
	if len(l.passed) >= l.perSecond {
		return l.refusal, true
	}
	l.passed = append(l.passed, c.now)
	return Behavior{}, false
}
