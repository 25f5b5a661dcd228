package swrtest

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// RequestInfo is what a request says.
type RequestInfo struct {
	// Number counts the requests of a simulator, from 1.
	Number    int
	Operation Operation
	Method    string
	// Path is escaped, as it stood on the wire, with the base path.
	Path  string
	Query url.Values
	// Namespace, Repository (with "/") and Account are unescaped; a POST's
	// Account is its body's access_domain.
	Namespace, Repository, Account string
}

// Request is one entry of the request log.
type Request struct {
	RequestInfo
	Header http.Header
	Body   []byte
	// Time is when the request came, by the server's clock.
	Time time.Time
	// Status is what was answered; 0 while it is being handled, and where the
	// client got no whole answer (a reset, a hang, a cut-off body).
	Status int
	// Fault names the fault, or limit, that the request met.
	Fault string
}

// requestLog keeps the latest requests, and counts all. Its owner locks.
type requestLog struct {
	limit   int // entries kept; negative: all
	entries []*Request
	counts  map[Operation]int
	number  int
}

// add counts a request and keeps its entry.
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

func (l *requestLog) latest() []*Request {
	if l.limit > 0 && len(l.entries) > l.limit {
		return l.entries[len(l.entries)-l.limit:]
	}
	return l.entries
}

// Requests returns the log, in the order in which the requests came.
func (s *Simulator) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := s.log.latest()
	requests := make([]Request, len(kept))
	for i, entry := range kept {
		requests[i] = *entry
	}
	return requests
}

// Count returns how many requests of these kinds came since the start or the
// last ResetRequests; without a kind, how many in all. It counts also what
// WithLogLimit keeps out of the log.
func (s *Simulator) Count(kinds ...Operation) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	total := 0
	for kind, n := range s.log.counts {
		if len(kinds) == 0 || slices.Contains(kinds, kind) || slices.Contains(kinds, OpAny) {
			total += n
		}
	}
	return total
}

// Counts returns how many requests came, by kind.
func (s *Simulator) Counts() map[Operation]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.log.counts)
}

// ResetRequests empties the log and the counts. Numbers go on.
func (s *Simulator) ResetRequests() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log.entries = nil
	clear(s.log.counts)
}
