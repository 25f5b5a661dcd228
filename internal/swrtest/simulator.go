package swrtest

import (
	"net/http"
	"sync"
	"time"
)

// Simulator plays SWR's sharing API and an IAM. It is an http.Handler, and
// safe for concurrent use.
type Simulator struct {
	basePath      string
	seed          uint64
	tokenLifetime time.Duration
	observer      func(Request)

	mu       sync.Mutex // guards all below
	clock    func() time.Time
	latency  time.Duration
	hook     func(RequestInfo)
	variants Variants
	store    *store
	received []ReceivedRepository
	known    map[string]bool // folded accounts; nil: all exist
	accounts accounts
	faults   []*InjectedFault
	injected int // faults ever injected: part of their chance
	limiter  *limiter
	log      requestLog
}

// Option sets something at the simulator's start.
type Option func(*Simulator)

// WithBasePath serves everything below a path such as "/base", so that a client
// that joins URLs wrongly fails.
func WithBasePath(path string) Option {
	return func(s *Simulator) { s.basePath = path }
}

// WithClock sets the clock that everything but latency goes by.
func WithClock(clock func() time.Time) Option {
	return func(s *Simulator) { s.clock = clock }
}

// WithSeed seeds the chances of faults. The default is a constant.
func WithSeed(seed uint64) Option {
	return func(s *Simulator) { s.seed = seed }
}

// WithTokenLifetime sets how long tokens from the IAM live; the default is 24
// hours, as on Open Telekom Cloud.
func WithTokenLifetime(d time.Duration) Option {
	return func(s *Simulator) { s.tokenLifetime = d }
}

// WithVariants changes the variants from the start.
func WithVariants(change func(*Variants)) Option {
	return func(s *Simulator) { change(&s.variants) }
}

// WithLogLimit keeps the latest n requests in the log (0: none), for
// benchmarks. Counts stay whole. Without it the log keeps everything.
func WithLogLimit(n int) Option {
	return func(s *Simulator) { s.log.limit = n }
}

// WithObserver calls a function after each request, once its answer is sent.
// Calls may overlap.
func WithObserver(observe func(Request)) Option {
	return func(s *Simulator) { s.observer = observe }
}

// New returns a simulator with one account, one static token that never
// expires (Token), and no namespaces.
func New(opts ...Option) *Simulator {
	s := &Simulator{
		seed:          1,
		tokenLifetime: 24 * time.Hour,
		clock:         time.Now,
		store:         newStore(),
		accounts:      newAccounts(),
		log:           requestLog{limit: -1, counts: map[Operation]int{}},
	}
	for _, opt := range opts {
		opt(s)
	}
	return s
}

// SetVariants changes the variants. The function must not call the simulator.
func (s *Simulator) SetVariants(change func(*Variants)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.variants)
}

// Variants returns the variants as they are.
func (s *Simulator) Variants() Variants {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.variants
}

// SetClock replaces the clock.
func (s *Simulator) SetClock(clock func() time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock = clock
}

// SetLatency makes every request wait before it is handled; 0 ends that.
func (s *Simulator) SetLatency(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.latency = d
}

// OnRequest calls a function before each request is handled, so that a test
// can change things midway; nil ends that. The function may call the
// simulator. Calls may overlap.
func (s *Simulator) OnRequest(hook func(RequestInfo)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = hook
}

// now is the server's time. The caller locks.
func (s *Simulator) now() time.Time {
	return s.clock().Add(s.variants.ClockSkew).UTC()
}

// ServeHTTP plays one request.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, err := s.receive(w, r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if c.hook != nil {
		c.hook(c.info)
		s.refresh(c)
	}
	if c.wait(c.latency) {
		c.effect().play(c)
	}
	if s.observer != nil {
		s.mu.Lock()
		entry := *c.entry
		s.mu.Unlock()
		s.observer(entry)
	}
}
