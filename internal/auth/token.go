package auth

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// token is one token, as IAM gave it or the user did.
type token struct {
	secret secret
	// accepted is set by the first answer to it that is no 401.
	accepted atomic.Bool
}

// doubtInterval is how often a token is renewed that the service never took. It
// keeps a service that takes no token at all (the wrong cloud) from costing a
// login a request; and a token that ran out unused is still renewed.
const doubtInterval = time.Minute

// tokenSource has the token of a process: one login, however many ask at once,
// and one renewal for all who met a 401.
type tokenSource struct {
	// login asks IAM for a token; nil where the token was given and can't be
	// renewed.
	login func(context.Context) (secret, error)
	// url is where login goes, for errors.
	url   string
	clock func() time.Time

	mu      sync.Mutex
	current *token
	// refused is the answer to a login that another try can't change.
	refused error
	flight  *flight
	// doubted is when a token was last renewed that the service never took.
	doubted time.Time
}

// flight is a login under way, and then its outcome.
type flight struct {
	done  chan struct{}
	token *token
	err   error
}

// get gives the current token, after a login if there is none yet.
func (s *tokenSource) get(ctx context.Context) (*token, error) {
	s.mu.Lock()
	if s.current != nil {
		defer s.mu.Unlock()
		return s.current, nil
	}
	return s.join(ctx)
}

// errNoOtherToken is the answer to a renewal that would not help.
var errNoOtherToken = errors.New("no other token can be had")

// renew gives a token to use after stale got a 401, or errNoOtherToken. Whoever
// comes late finds the renewal done.
func (s *tokenSource) renew(ctx context.Context, stale *token) (*token, error) {
	if s.login == nil {
		return nil, errNoOtherToken
	}
	s.mu.Lock()
	if s.current != nil && s.current != stale {
		defer s.mu.Unlock()
		return s.current, nil
	}
	if s.current == stale {
		if !s.worthRenewing(stale) {
			defer s.mu.Unlock()
			return nil, errNoOtherToken
		}
		s.current = nil
	}
	return s.join(ctx)
}

// worthRenewing says whether another token may fare better. The caller holds
// s.mu.
func (s *tokenSource) worthRenewing(stale *token) bool {
	if stale.accepted.Load() {
		return true
	}
	now := s.clock()
	if !s.doubted.IsZero() && now.Sub(s.doubted) < doubtInterval {
		return false
	}
	s.doubted = now
	return true
}

// join waits for a login, the one under way or a new one, for as long as ctx
// lets it. The caller holds s.mu; join lets go of it.
func (s *tokenSource) join(ctx context.Context) (*token, error) {
	if s.refused != nil {
		defer s.mu.Unlock()
		return nil, s.refused
	}
	if s.flight == nil {
		s.flight = &flight{done: make(chan struct{})}
		// What ctx carries (a logger) goes along; that it ends does not, since
		// others wait for this login too. The login has a time limit itself.
		go s.fly(context.WithoutCancel(ctx), s.flight)
	}
	f := s.flight
	s.mu.Unlock()

	select {
	case <-f.done:
		return f.token, f.err
	case <-ctx.Done():
		// A LoginError, so that the caller knows: its own request was never sent.
		return nil, &LoginError{
			URL:       s.url,
			Message:   "the request ended before the login did: " + ctx.Err().Error(),
			temporary: true,
			cause:     ctx.Err(),
		}
	}
}

func (s *tokenSource) fly(ctx context.Context, f *flight) {
	text, err := s.login(ctx)

	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		f.token = &token{secret: text}
		s.current = f.token
	} else {
		f.err = err
		if !isTemporary(err) {
			s.refused = err
		}
	}
	s.flight = nil
	close(f.done)
}
