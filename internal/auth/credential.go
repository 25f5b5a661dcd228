package auth

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/config"
)

// credential authorizes requests: a token, or a key pair, from IAM or from the user.
type credential struct {
	token config.Secret
	// signer is nil for a token.
	signer *signer
	// renewAt is when to renew, somewhat before expiresAt. Both are zero if that is not
	// known.
	renewAt, expiresAt time.Time
	// accepted is set by the first response that does not refuse the credential.
	accepted atomic.Bool
}

// maxRenewMargin is the maximum time before the end of a credential at which it is
// renewed.
const maxRenewMargin = 5 * time.Minute

// setLifetime sets when the credential ends, counted from the time of its request. The
// lifetime is that of the server's clock. One of 0 or less is not used.
func (c *credential) setLifetime(began time.Time, lifetime time.Duration) {
	if lifetime <= 0 {
		return
	}
	c.expiresAt = began.Add(lifetime)
	c.renewAt = c.expiresAt.Add(-min(lifetime/10, maxRenewMargin))
}

// authorize adds the credential to a request.
func (c *credential) authorize(r *http.Request, clock func() time.Time) error {
	if c.signer != nil {
		return c.signer.sign(r, clock())
	}
	r.Header.Set(headerAuthToken, c.token.Reveal())
	return nil
}

// unacceptedRenewInterval is the minimum time between renewals of
// credentials that the service never accepted. It keeps a service that accepts none
// (the wrong cloud) from causing a login for each request. One that expired unused is
// still renewed.
const unacceptedRenewInterval = time.Minute

// refusedRenewInterval is the minimum time to the next renewal after a refused one: IAM
// locks users and keys that it refuses several times in a row.
const refusedRenewInterval = 2 * time.Minute

// credentialSource has the credential of the process. Requests that need one at the
// same time share one login.
type credentialSource struct {
	// login requests a credential from IAM. It is nil for one from the user, which
	// can't be renewed.
	login func(context.Context) (*credential, error)
	// url is that of IAM, for errors.
	url   string
	clock func() time.Time

	logins singleflight.Group

	mu      sync.Mutex
	current *credential
	// refused is the error of a login that would fail again. It is not set while there is
	// a valid credential.
	refused error
	// unacceptedRenewal is the time of the last renewal of a credential that the
	// service never accepted.
	unacceptedRenewal time.Time
}

// get returns the current credential. If there is none, or it is about to end, get
// logs in. If that fails, it returns the current credential until that ends.
func (s *credentialSource) get(ctx context.Context) (*credential, error) {
	s.mu.Lock()
	current := s.current
	isValid := current != nil && (s.login == nil || current.renewAt.IsZero() || s.clock().Before(current.renewAt))
	s.mu.Unlock()
	if isValid {
		return current, nil
	}
	renewed, err := s.awaitLogin(ctx, current)
	if err == nil || ctx.Err() != nil {
		return renewed, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == nil {
		return nil, err
	}
	if s.current != current { // another request has renewed it
		return s.current, nil
	}
	if s.hasEnded(current) {
		return nil, err
	}
	now := s.clock()
	remaining := current.expiresAt.Sub(now)
	pause := remaining / 2
	if !isTemporary(err) {
		pause = min(max(pause, refusedRenewInterval), remaining)
	}
	current.renewAt = now.Add(pause)
	return current, nil
}

// hasEnded reports whether a credential that is to be renewed is no longer valid.
func (s *credentialSource) hasEnded(c *credential) bool { return !s.clock().Before(c.expiresAt) }

// errNotRenewable is the error of a renewal that would not help.
var errNotRenewable = errors.New("the credential can't be renewed")

// renew returns the credential to use after a request with stale was refused. It is
// errNotRenewable if there is none. If stale was renewed in the meantime, renew
// returns the new credential.
func (s *credentialSource) renew(ctx context.Context, stale *credential) (*credential, error) {
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
	return s.awaitLogin(ctx, stale)
}

// shouldRenew reports whether the service may accept another credential. The caller
// must hold s.mu.
func (s *credentialSource) shouldRenew(stale *credential) bool {
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

// awaitLogin waits for the login in progress, or starts one, unless stale was replaced.
// It returns early when ctx ends. The login continues then, since other requests may
// wait for it: it has the values of ctx (a logger) and a timeout of its own.
func (s *credentialSource) awaitLogin(ctx context.Context, stale *credential) (*credential, error) {
	done := s.logins.DoChan(loginKey, func() (any, error) { return s.runLogin(context.WithoutCancel(ctx), stale) })
	select {
	case result := <-done:
		c, _ := result.Val.(*credential)
		return c, result.Err
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
func (s *credentialSource) runLogin(ctx context.Context, stale *credential) (*credential, error) {
	s.mu.Lock()
	current, refused := s.current, s.refused
	s.mu.Unlock()
	if refused != nil {
		return nil, refused
	}
	if current != nil && current != stale {
		return current, nil
	}
	issued, err := s.login(ctx)

	s.mu.Lock()
	defer s.mu.Unlock()
	// A request that finds this credential refused must not join this login.
	s.logins.Forget(loginKey)
	if err != nil {
		if !isTemporary(err) && (s.current == nil || s.hasEnded(s.current)) {
			s.refused = err
		}
		return nil, err
	}
	s.current = issued
	return issued, nil
}
