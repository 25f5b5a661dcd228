// Package swrtest simulates the two services that the provider calls, over real
// HTTP and in memory: the sharing API of SWR (Software Repository for
// Container) and the IAM (Keystone v3) that clients sign in at.
//
// It knows what a server knows: routes, headers, bodies, accounts, tokens,
// keys, and every way in which real servers differ from each other (Variants)
// or fail (Fault). It is never more lenient than the real service: what the
// API's documents do not allow is rejected.
//
// It does not know the provider: it imports neither the API client, nor the
// signer, nor anything of Terraform, and they do not import it. So what the
// tests expect of a client never follows from the client's own code. The rules
// of names and deadlines and the check of signatures are written here a second
// time on purpose, only from the documents.
//
// Comments that cite "API.md" cite internal/swr/API.md, the project's summary
// of the API's documents and of what servers were seen to do. The two documents
// that it rests on are in testdata.
package swrtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"
)

// maxRequestBody is far more than any request of the API needs.
const maxRequestBody = 1 << 20

// Simulator simulates SWR's sharing API and an IAM. It is an http.Handler, and
// safe for concurrent use.
type Simulator struct {
	basePath      string
	seed          uint64
	tokenLifetime time.Duration
	keyLifetime   time.Duration // of temporary keys; 0: as requested
	observer      func(Request)

	mu       sync.Mutex // guards all below
	clock    func() time.Time
	latency  time.Duration
	hook     func(RequestInfo)
	variants Variants
	store    *store
	received []ReceivedRepository
	known    map[string]bool // folded accounts; nil: all exist
	iam      iam
	faults   []*InjectedFault
	injected int // faults ever injected: part of their chance
	limiter  *rateLimiter
	log      requestLog
}

// Option configures a new simulator.
type Option func(*Simulator)

// WithBasePath serves both APIs below a path such as "/base", so that a client
// that joins URLs wrongly fails.
func WithBasePath(path string) Option {
	return func(s *Simulator) { s.basePath = path }
}

// WithClock sets the clock of everything but latency.
func WithClock(clock func() time.Time) Option {
	return func(s *Simulator) { s.clock = clock }
}

// WithSeed sets the seed of the faults' chances. The default is a constant.
func WithSeed(seed uint64) Option {
	return func(s *Simulator) { s.seed = seed }
}

// WithTokenLifetime sets how long tokens from the IAM are valid. The default is
// 24 hours, as on Open Telekom Cloud.
func WithTokenLifetime(d time.Duration) Option {
	return func(s *Simulator) { s.tokenLifetime = d }
}

// WithKeyLifetime sets how long temporary key pairs from the IAM are valid,
// whatever duration a request asks for.
func WithKeyLifetime(d time.Duration) Option {
	return func(s *Simulator) { s.keyLifetime = d }
}

// WithVariants changes the variants from the start.
func WithVariants(change func(*Variants)) Option {
	return func(s *Simulator) { change(&s.variants) }
}

// WithLogLimit keeps the latest n requests in the log (0: none). Counts are of
// all requests. By default the log keeps everything.
func WithLogLimit(n int) Option {
	return func(s *Simulator) { s.log.limit = n }
}

// WithObserver calls a function after each response. Calls may overlap.
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
		iam:           newIAM(),
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

// Variants returns the current variants.
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

// SetLatency makes every request wait before it is handled; 0 turns that off.
func (s *Simulator) SetLatency(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.latency = d
}

// OnRequest calls a function before each request is handled; nil turns that
// off. The function may change the simulator. Calls may overlap.
func (s *Simulator) OnRequest(hook func(RequestInfo)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = hook
}

// now returns the server's time. The caller locks.
func (s *Simulator) now() time.Time {
	return s.clock().Add(s.variants.ClockSkew).UTC()
}

// ServeHTTP handles one request.
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
		c.behavior().run(c)
	}
	if s.observer != nil {
		s.mu.Lock()
		entry := *c.entry
		s.mu.Unlock()
		s.observer(entry)
	}
}

// call is one request while it is handled.
type call struct {
	sim       *Simulator
	w         http.ResponseWriter
	r         *http.Request
	route     route
	info      RequestInfo
	body      []byte
	entry     *Request // in the log
	requestID string
	caller    principal // once authenticated
	project   *Project  // in which the caller acts; nil for a whole account

	// As of the request's arrival, or after the hook.
	variants Variants
	now      time.Time
	latency  time.Duration
	hook     func(RequestInfo)
}

// receive reads a request and adds it to the log.
func (s *Simulator) receive(w http.ResponseWriter, r *http.Request) (*call, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBody))
	if err != nil {
		return nil, fmt.Errorf("read request: %w", err)
	}
	path := r.URL.EscapedPath()
	rt := matchRoute(r.Method, s.basePath, path)
	if rt.op == OpLogin {
		rt.op = tokenOperation(body)
	}
	c := &call{sim: s, w: w, r: r, route: rt, body: body}
	c.info = RequestInfo{
		Operation:  rt.op,
		Method:     r.Method,
		Path:       path,
		Query:      r.URL.Query(),
		Namespace:  rt.namespace,
		Repository: rt.repository,
		Account:    rt.account,
	}
	var post struct {
		AccessDomain string `json:"access_domain"`
	}
	if rt.op == OpCreate && json.Unmarshal(body, &post) == nil {
		c.info.Account = post.AccessDomain
	}
	s.refresh(c)

	s.mu.Lock()
	defer s.mu.Unlock()
	s.log.number++
	c.info.Number = s.log.number
	c.requestID = fmt.Sprintf("%032x", c.info.Number)
	c.entry = &Request{RequestInfo: c.info, Time: c.now}
	if s.log.limit != 0 {
		c.entry.Header, c.entry.Body = r.Header.Clone(), body
	}
	s.log.add(c.entry)
	return c, nil
}

// refresh copies what may have changed since the request arrived.
func (s *Simulator) refresh(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.variants, c.now, c.latency, c.hook = s.variants, s.now(), s.latency, s.hook
}

// perform handles the request as the service does.
func (c *call) perform() response {
	s := c.sim
	s.mu.Lock()
	defer s.mu.Unlock()
	c.now = s.now() // the request may have waited
	if !c.variants.Routes.serves(c.route) {
		return c.noRoute()
	}
	resp, err := c.handle()
	if err != nil {
		return c.errorResponse(err)
	}
	return resp
}

func (c *call) handle() (response, error) {
	if c.route.op.iam() {
		return c.handleIAM()
	}
	if err := c.authenticate(); err != nil {
		return response{}, err
	}
	if !c.contentTypeAllowed() {
		return response{}, errors.New("header Content-Type: missing, or not a documented value")
	}
	switch c.route.op {
	case OpCreate:
		return c.create()
	case OpUpdate:
		return c.update()
	}
	if len(c.body) > 0 {
		return response{}, errors.New("the request takes no body")
	}
	switch c.route.op {
	case OpList:
		return c.list()
	case OpGet:
		return c.get()
	case OpDelete:
		return c.delete()
	case OpRepositories:
		return c.repositories()
	default:
		return c.sharedRepositories()
	}
}

// query returns the query parameters, of which each may be given once.
func (c *call) query(allowed ...string) (url.Values, error) {
	query, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil {
		return nil, errors.New("invalid query")
	}
	for name, values := range query {
		if !slices.Contains(allowed, name) {
			return nil, errors.New("the call has no such parameter")
		}
		if len(values) > 1 {
			return nil, errors.New(name + ": given twice")
		}
	}
	return query, nil
}

// contentTypeAllowed reports whether a request has one of the documented
// values of Content-Type, which is mandatory on every call, GET and DELETE too.
func (c *call) contentTypeAllowed() bool {
	documented := []string{
		"application/json", "charset=utf-8 application/json",
		"application/json;charset=utf-8", "application/json; charset=utf-8",
	}
	if c.route.op.iam() {
		documented = append(documented, "application/json;charset=utf8") // the IAM's documents have no hyphen
	}
	if c.variants.OlderClients {
		documented = append(documented, "application/json;charset=UTF-8") // terraform-provider-huaweicloud
	}
	values := c.r.Header.Values("Content-Type")
	if len(values) == 0 && len(c.body) == 0 && c.variants.OlderClients {
		return true // both send Content-Type only with a body
	}
	return len(values) == 1 && slices.Contains(documented, values[0])
}
