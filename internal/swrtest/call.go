package swrtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// maxRequestBody is far more than any request of the API needs.
const maxRequestBody = 1 << 20

// call is one request on its way through the simulator.
type call struct {
	sim   *Simulator
	w     http.ResponseWriter
	r     *http.Request
	route route
	info  RequestInfo
	body  []byte
	entry *Request

	requestID string
	user      identity // who asks, once authenticated

	// As they were when the request came, or after the hook.
	variants Variants
	now      time.Time
	latency  time.Duration
	hook     func(RequestInfo)
}

// receive reads a request whole and notes it in the log.
func (s *Simulator) receive(w http.ResponseWriter, r *http.Request) (*call, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBody))
	if err != nil {
		return nil, fmt.Errorf("read request: %w", err)
	}
	path := wirePath(r)
	rt := matchRoute(r.Method, s.basePath, path)
	c := &call{sim: s, w: w, r: r, route: rt, body: body}
	c.info = RequestInfo{
		Operation:  rt.kind,
		Method:     r.Method,
		Path:       path,
		Query:      r.URL.Query(),
		Namespace:  rt.namespace,
		Repository: rt.repository,
		Account:    rt.account,
	}
	if rt.kind == OpCreate {
		c.info.Account = accountInBody(body)
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

// refresh takes over what may have changed since the request came.
func (s *Simulator) refresh(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.variants, c.now, c.latency, c.hook = s.variants, s.now(), s.latency, s.hook
}

// wirePath is the path as it was sent, where the server tells.
func wirePath(r *http.Request) string {
	if path, _, _ := strings.Cut(r.RequestURI, "?"); strings.HasPrefix(path, "/") {
		return path
	}
	return r.URL.EscapedPath()
}

// accountInBody is what a POST's body names, if it can be read at all.
func accountInBody(body []byte) string {
	var fields struct {
		AccessDomain string `json:"access_domain"`
	}
	if err := json.Unmarshal(body, &fields); err != nil {
		return ""
	}
	return fields.AccessDomain
}

// query returns the parameters, or false if they can't be read.
func (c *call) query() (url.Values, bool) {
	values, err := url.ParseQuery(c.r.URL.RawQuery)
	return values, err == nil
}

// perform handles the request as the service does.
func (c *call) perform() answer {
	s := c.sim
	s.mu.Lock()
	defer s.mu.Unlock()
	c.now = s.now() // the request may have waited
	if !c.variants.Routes.serves(c.route) {
		return c.noRoute()
	}
	if c.route.kind == OpLogin {
		return c.login()
	}
	if refusal, ok := c.authenticate(); !ok {
		return refusal
	}
	if !contentTypeAllowed(c.r.Header) {
		return c.badRequest("Content-Type")
	}
	switch c.route.kind {
	case OpCreate:
		return c.create()
	case OpUpdate:
		return c.update()
	}
	if len(c.body) > 0 {
		return c.badRequest("the request takes no body")
	}
	switch c.route.kind {
	case OpList:
		return c.list()
	case OpGet:
		return c.get()
	case OpDelete:
		return c.remove()
	default:
		return c.sharedRepositories()
	}
}

// contentTypeAllowed: the documents make Content-Type mandatory on every call,
// GET and DELETE too, and name these values.
func contentTypeAllowed(header http.Header) bool {
	values := header.Values("Content-Type")
	if len(values) != 1 {
		return false
	}
	switch values[0] {
	case "application/json",
		"charset=utf-8 application/json",
		"application/json;charset=utf-8",
		"application/json; charset=utf-8":
		return true
	}
	return false
}
