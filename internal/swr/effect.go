package swr

import (
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
)

// effect is how far a request may have got in changing the service. Of several
// attempts, the largest effect counts.
type effect int

const (
	// effectRejected: nothing changed, since the request was never sent, or was
	// refused, or only reads.
	effectRejected effect = iota
	// effectApplied: the service confirmed the change.
	effectApplied
	// effectAmbiguous: the service may have carried the request out, and is done
	// with it.
	effectAmbiguous
	// effectMayApplyLater: the service may have carried the request out, or may
	// still do so.
	effectMayApplyLater
)

// effectOf returns the effect of one attempt. sent is false only if no byte of
// the request was written; apiErr is nil if the attempt succeeded.
func effectOf(c call, sent bool, apiErr *Error) effect {
	switch {
	case !c.isWrite(), !sent:
		return effectRejected
	case apiErr == nil:
		return effectApplied
	case apiErr.Kind == KindSignIn:
		return effectRejected
	case apiErr.Status >= 300 && apiErr.Status < 500:
		return effectRejected
	case apiErr.Kind == KindNetwork, apiErr.Kind == KindUnavailable, // no response, or not all of it; 5xx
		apiErr.Status == http.StatusCreated, // confirmed, but with an invalid body
		apiErr.isUndocumentedSuccess():
		return effectMayApplyLater
	}
	return effectAmbiguous
}

// connTrace records whether a request may have been written, as a fact from
// net/http instead of a conclusion from the type of an error. The zero value
// means that it may: a transport need not support [httptrace].
//
// A transport gets the connection first, with a proxy's CONNECT and the TLS
// handshake, and then starts to write. It gets another one for the same write
// only if nothing was written to the first, or if its response was 401.
type connTrace struct{ waiting atomic.Bool }

func (t *connTrace) sent() bool { return !t.waiting.Load() }

func (t *connTrace) getConn(string) { t.waiting.Store(true) }

func (t *connTrace) gotConn(httptrace.GotConnInfo) { t.waiting.Store(false) }
