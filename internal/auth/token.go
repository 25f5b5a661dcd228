package auth

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/config"
)

// token is a token from IAM or from the user.
type token struct {
	secret config.Secret
	// accepted is set by the first response that does not refuse the token.
	accepted atomic.Bool
}

// unacceptedRenewInterval is the minimum time between renewals of tokens that the
// service never accepted. It keeps a service that accepts no token (the wrong cloud)
// from causing a login for each request. A token that expired unused is still
// renewed.
const unacceptedRenewInterval = time.Minute

// tokenSource has the token of the process. Requests that need one at the same time
// share one login.
type tokenSource struct {
	// login requests a token from IAM. It is nil for a token from the user, which
	// can't be renewed.
	login func(context.Context) (config.Secret, error)
	// url is that of IAM, for errors.
	url   string
	clock func() time.Time

	logins singleflight.Group

	mu      sync.Mutex
	current *token
	// refused is the error of a login that would fail again.
	refused error
	// unacceptedRenewal is the time of the last renewal of a token that the service
	// never accepted.
	unacceptedRenewal time.Time
}

// get returns the current token. If there is none, it logs in.
func (s *tokenSource) get(ctx context.Context) (*token, error) {
	s.mu.Lock()
	current := s.current
	s.mu.Unlock()
	if current != nil {
		return current, nil
	}
	return s.awaitLogin(ctx)
}

// errNotRenewable is the error of a renewal that would not help.
var errNotRenewable = errors.New("the token can't be renewed")

// renew returns the token to use after a request with stale got a 401 response. It
// is errNotRenewable if there is none. If stale was renewed in the meantime, renew
// returns the new token.
func (s *tokenSource) renew(ctx context.Context, stale *token) (*token, error) {
	if s.login == nil {
		return nil, errNotRenewable
	}
	s.mu.Lock()
	current := s.current
	if current == stale {
		if !s.shouldRenew(stale) {
			s.mu.Unlock()
			return nil, errNotRenewable
		}
		current, s.current = nil, nil
	}
	s.mu.Unlock()
	if current != nil {
		return current, nil
	}
	return s.awaitLogin(ctx)
}

// shouldRenew reports whether the service may accept another token. The caller must
// hold s.mu.
func (s *tokenSource) shouldRenew(stale *token) bool {
	if stale.accepted.Load() {
		return true
	}
	now := s.clock()
	if !s.unacceptedRenewal.IsZero() && now.Sub(s.unacceptedRenewal) < unacceptedRenewInterval {
		return false
	}
	s.unacceptedRenewal = now
	return true
}

const loginKey = "login"

// awaitLogin waits for the login in progress, or starts one. It returns early when
// ctx ends. The login continues then, since other requests may wait for it: it has
// the values of ctx (a logger) and a timeout of its own.
func (s *tokenSource) awaitLogin(ctx context.Context) (*token, error) {
	done := s.logins.DoChan(loginKey, func() (any, error) { return s.runLogin(context.WithoutCancel(ctx)) })
	select {
	case result := <-done:
		t, _ := result.Val.(*token)
		return t, result.Err
	case <-ctx.Done():
		// A LoginError tells the caller that its own request was never sent.
		return nil, &LoginError{
			URL:       s.url,
			Message:   "the request ended before the login did: " + ctx.Err().Error(),
			temporary: true,
			cause:     ctx.Err(),
		}
	}
}

// runLogin logs in, unless a login finished since the caller checked.
func (s *tokenSource) runLogin(ctx context.Context) (*token, error) {
	s.mu.Lock()
	current, refused := s.current, s.refused
	s.mu.Unlock()
	if current != nil || refused != nil {
		return current, refused
	}
	text, err := s.login(ctx)

	s.mu.Lock()
	defer s.mu.Unlock()
	// A request that finds this token expired must not join this login.
	s.logins.Forget(loginKey)
	if err != nil {
		if !isTemporary(err) {
			s.refused = err
		}
		return nil, err
	}
	s.current = &token{secret: text}
	return s.current, nil
}
