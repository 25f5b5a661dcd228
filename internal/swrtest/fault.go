package swrtest

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Fault makes some requests fail.
type Fault struct {
	// Name is the name in the request log; empty: the behavior's.
	Name string
	// Operation, Namespace, Repository (with "/") and Account (in any case)
	// select requests; empty: any. A request for a route that the server does
	// not have is OpUnknown here.
	Operation  Operation
	Namespace  string
	Repository string
	Account    string
	// Skip is how many of these requests pass first.
	Skip int
	// Times is how often the fault occurs; 0: until it is removed.
	Times int
	// Probability, between 0 and 1, lets others pass by chance. The chance
	// follows from the seed (WithSeed), the fault, and how often the same call
	// was made before; not from the order in which concurrent calls arrive.
	Probability float64
	Behavior    Behavior
}

// InjectedFault is a fault of a simulator. Of several that select a request,
// the one injected first occurs, and the others do not count the request.
type InjectedFault struct {
	sim   *Simulator
	fault Fault
	index int
	// Guarded by sim.mu.
	selected int
	count    int
	calls    map[string]int // requests selected, by call
}

// Inject adds a fault.
func (s *Simulator) Inject(fault Fault) *InjectedFault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.injected++
	f := &InjectedFault{sim: s, fault: fault, index: s.injected, calls: map[string]int{}}
	s.faults = append(s.faults, f)
	return f
}

// Count returns how often the fault occurred.
func (f *InjectedFault) Count() int {
	f.sim.mu.Lock()
	defer f.sim.mu.Unlock()
	return f.count
}

// Remove removes the fault.
func (f *InjectedFault) Remove() {
	f.sim.mu.Lock()
	defer f.sim.mu.Unlock()
	f.sim.faults = slices.DeleteFunc(f.sim.faults, func(other *InjectedFault) bool { return other == f })
}

// RemoveFaults removes all faults.
func (s *Simulator) RemoveFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// behavior returns how a request is handled, and adds the fault to the log.
func (c *call) behavior() Behavior {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	if !c.sim.limiter.allow(c) {
		c.entry.Fault = "rate limit"
		return c.sim.limiter.rejection
	}
	for _, f := range c.sim.faults {
		if b, ok := f.apply(c); ok {
			c.entry.Fault = f.fault.Name
			if c.entry.Fault == "" {
				c.entry.Fault = b.name
			}
			return b
		}
	}
	return Behavior{run: func(c *call) { c.send(c.perform()) }}
}

// apply returns the fault's behavior if the fault occurs for a request.
func (f *InjectedFault) apply(c *call) (Behavior, bool) {
	fault := f.fault
	op := c.info.Operation
	if !c.variants.Routes.serves(c.route) {
		op = OpUnknown
	}
	if (fault.Operation != OpAny && fault.Operation != op) ||
		(fault.Namespace != "" && fault.Namespace != c.info.Namespace) ||
		(fault.Repository != "" && fault.Repository != c.info.Repository) ||
		(fault.Account != "" && fold(fault.Account) != fold(c.info.Account)) {
		return Behavior{}, false
	}
	f.selected++
	if f.selected <= fault.Skip || (fault.Times > 0 && f.count >= fault.Times) {
		return Behavior{}, false
	}
	chance, choice := f.draw(c)
	if fault.Probability > 0 && fault.Probability < 1 && chance >= fault.Probability {
		return Behavior{}, false
	}
	f.count++
	return fault.Behavior.choose(choice), true
}

// draw returns a number from 0 up to 1, and another to choose a behavior by.
func (f *InjectedFault) draw(c *call) (float64, uint64) {
	key := strings.Join([]string{
		string(c.info.Operation), c.info.Namespace, c.info.Repository, fold(c.info.Account), c.info.Query.Encode(),
	}, "\x00")
	f.calls[key]++
	hash := fnv.New64a()
	fmt.Fprintf(hash, "%d\x00%s\x00%d", f.index, key, f.calls[key])
	random := rand.New(rand.NewPCG(f.sim.seed, hash.Sum64()))
	return random.Float64(), random.Uint64()
}

// rateLimiter allows a number of requests in any second. The caller locks; a
// nil one allows all.
type rateLimiter struct {
	perSecond int
	rejection Behavior
	allowed   []time.Time // in the last second
}

// SetRateLimit limits the requests a second to SWR (not to the IAM), on the simulator's clock. The others get a behavior: Throttle if none is
// given. 0 removes the limit.
func (s *Simulator) SetRateLimit(perSecond int, rejection ...Behavior) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if perSecond <= 0 {
		s.limiter = nil
		return
	}
	s.limiter = &rateLimiter{perSecond: perSecond, rejection: append(rejection, Throttle())[0]}
}

func (l *rateLimiter) allow(c *call) bool {
	if l == nil || c.info.Operation.iam() {
		return true
	}
	start := c.now.Add(-time.Second)
	l.allowed = slices.DeleteFunc(l.allowed, func(t time.Time) bool { return !t.After(start) })
	if len(l.allowed) >= l.perSecond {
		return false
	}
	l.allowed = append(l.allowed, c.now)
	return true
}
