package swrtest

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// RequestInfo is the method, path and parameters of a request.
type RequestInfo struct {
	// Number counts the requests of a simulator, from 1.
	Number    int
	Operation Operation
	Method    string
	// Path is escaped, as sent, with the base path.
	Path  string
	Query url.Values
	// Namespace, Repository (with "/") and Account are unescaped. The account
	// of a POST is access_domain in its body.
	Namespace, Repository, Account string
}

// Request is one entry of the request log.
type Request struct {
	RequestInfo
	Header http.Header
	Body   []byte
	// Time is when the request arrived, on the server's clock.
	Time time.Time
	// Status is the status of the response; 0 while the request is handled, and
	// where the client got no complete response.
	Status int
	// Fault is the name of the fault, or limit, that applied to the request.
	Fault string
}

// requestLog has the latest requests, and counts all. The caller locks.
type requestLog struct {
	limit   int // entries kept; negative: all
	entries []*Request
	counts  map[Operation]int
	number  int
}

// add counts a request and adds its entry.
func (l *requestLog) add(entry *Request) {
	l.counts[entry.Operation]++
	if l.limit == 0 {
		return
	}
	// Trimming at twice the limit moves each entry once, not at every request.
	if l.limit > 0 && len(l.entries) >= 2*l.limit {
		l.entries = slices.Clone(l.entries[len(l.entries)-l.limit:])
	}
	l.entries = append(l.entries, entry)
}

// Requests returns the log, in the order in which the requests arrived.
func (s *Simulator) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	entries := s.log.entries
	if s.log.limit >= 0 {
		entries = entries[max(0, len(entries)-s.log.limit):]
	}
	requests := make([]Request, len(entries))
	for i, entry := range entries {
		requests[i] = *entry
	}
	return requests
}

// Count returns the number of requests of some operations since the start or
// the last ResetRequests; without an operation, of all. It includes requests
// that WithLogLimit keeps out of the log.
func (s *Simulator) Count(ops ...Operation) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	total := 0
	for op, n := range s.log.counts {
		if len(ops) == 0 || slices.Contains(ops, op) || slices.Contains(ops, OpAny) {
			total += n
		}
	}
	return total
}

// Counts returns the number of requests by operation.
func (s *Simulator) Counts() map[Operation]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.log.counts)
}

// ResetRequests empties the log and the counts. Numbers continue.
func (s *Simulator) ResetRequests() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log.entries = nil
	clear(s.log.counts)
}
