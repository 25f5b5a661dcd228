package swrtest

import (
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
)

// Fault is something that goes wrong with some requests.
type Fault struct {
	// Name stands in the request log; empty: the effect's name.
	Name string
	// Kind, Namespace, Repository (with "/") and Account (case ignored) say
	// which requests are met; empty: any. A request to a route that the
	// server has not is KindUnknown here.
	Operation  Operation
	Namespace  string
	Repository string
	Account    string
	// Skip lets this many of them pass first.
	Skip int
	// Times is how often the fault happens; 0: until it is removed.
	Times int
	// Probability, above 0 and below 1, lets the rest pass by chance. The
	// chance follows from the seed (WithSeed), the fault, and how often the
	// very same call was made before: not from the order in which concurrent
	// calls come.
	Probability float64
	// Effect is what happens.
	Behavior Behavior
}

// InjectedFault is a fault that was injected. Of several that meet a request, the
// one injected first happens, and the others do not see the request.
type InjectedFault struct {
	sim   *Simulator
	fault Fault
	index int
	// Guarded by sim.mu.
	seen  int
	fired int
	calls map[string]int // requests seen, by what they ask for
}

// Inject adds a fault.
func (s *Simulator) Inject(fault Fault) *InjectedFault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.injected++
	in := &InjectedFault{sim: s, fault: fault, index: s.injected, calls: map[string]int{}}
	s.faults = append(s.faults, in)
	return in
}

// Count returns how often the fault happened.
func (in *InjectedFault) Count() int {
	in.sim.mu.Lock()
	defer in.sim.mu.Unlock()
	return in.fired
}

// Remove ends the fault.
func (in *InjectedFault) Remove() {
	in.sim.mu.Lock()
	defer in.sim.mu.Unlock()
	in.sim.faults = slices.DeleteFunc(in.sim.faults, func(other *InjectedFault) bool { return other == in })
}

// RemoveFaults ends all faults.
func (s *Simulator) RemoveFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// effect decides what happens to a request, and notes it in the log.
func (c *call) effect() Behavior {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	if e, refused := c.sim.limiter.refuses(c); refused {
		c.entry.Fault = limitName
		return e
	}
	for _, in := range c.sim.faults {
		if e, fires := in.meets(c); fires {
			c.entry.Fault = in.fault.Name
			if c.entry.Fault == "" {
				c.entry.Fault = e.name
			}
			return e
		}
	}
	return ordinary()
}

// meets says whether the fault happens to a request, and with which effect.
func (in *InjectedFault) meets(c *call) (Behavior, bool) {
	f := in.fault
	kind := c.info.Operation
	if !c.variants.Routes.serves(c.route) {
		kind = OpUnknown
	}
	if (f.Operation != OpAny && f.Operation != kind) ||
		(f.Namespace != "" && f.Namespace != c.info.Namespace) ||
		(f.Repository != "" && f.Repository != c.info.Repository) ||
		(f.Account != "" && fold(f.Account) != fold(c.info.Account)) {
		return Behavior{}, false
	}
	in.seen++
	if in.seen <= f.Skip || (f.Times > 0 && in.fired >= f.Times) {
		return Behavior{}, false
	}
	chance, choice := in.draw(c)
	if f.Probability > 0 && f.Probability < 1 && chance >= f.Probability {
		return Behavior{}, false
	}
	in.fired++
	return f.Behavior.choose(choice), true
}

// draw returns a number from 0 up to 1, and another to choose an effect by.
func (in *InjectedFault) draw(c *call) (float64, uint64) {
	key := strings.Join([]string{
		string(c.info.Operation), c.info.Namespace, c.info.Repository, fold(c.info.Account), c.info.Query.Encode(),
	}, "\x00")
	in.calls[key]++
	hash := fnv.New64a()
	for _, part := range []string{
		strconv.FormatUint(in.sim.seed, 10), strconv.Itoa(in.index), key, strconv.Itoa(in.calls[key]),
	} {
		// A hash never fails to take what is written to it.
		if _, err := hash.Write([]byte(part + "\x00")); err != nil {
			panic("swrtest: " + err.Error())
		}
	}
	first := mix(hash.Sum64())
	return float64(first>>11) / (1 << 53), mix(first)
}

// mix spreads the bits of a hash (the finisher of SplitMix64): FNV alone
// leaves the upper ones much alike for like keys.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb
	return x ^ (x >> 31)
}
