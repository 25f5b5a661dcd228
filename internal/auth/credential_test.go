package auth

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/config"
)

// loginScript counts logins, which wait for the test.
type loginScript struct {
	count   int
	release chan error
}

func newLoginScript() *loginScript { return &loginScript{release: make(chan error)} }

func (s *loginScript) login(context.Context) (*credential, error) {
	s.count++
	n := s.count
	if err := <-s.release; err != nil {
		return nil, err
	}
	return &credential{token: config.NewSecret(fmt.Sprintf("token %d", n))}, nil
}

type outcome struct {
	token *credential
	err   error
}

// inBackground runs f and sends its result.
func inBackground(f func() (*credential, error)) <-chan outcome {
	c := make(chan outcome, 1)
	go func() {
		token, err := f()
		c <- outcome{token, err}
	}()
	return c
}

func TestOneLoginForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		script := newLoginScript()
		source := &credentialSource{login: script.login, clock: time.Now}
		var waiting []<-chan outcome
		for range 100 {
			waiting = append(waiting, inBackground(func() (*credential, error) { return source.get(t.Context()) }))
		}
		synctest.Wait()
		script.release <- nil
		for _, c := range waiting {
			if got := <-c; got.err != nil || got.token.token.Reveal() != "token 1" {
				t.Fatalf("got %v", got)
			}
		}
		if script.count != 1 {
			t.Errorf("%d logins", script.count)
		}
	})
}

func TestCancelledLeaderFailsNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		script := newLoginScript()
		source := &credentialSource{login: script.login, clock: time.Now}
		ctx, cancel := context.WithCancel(t.Context())
		leader := inBackground(func() (*credential, error) { return source.get(ctx) })
		synctest.Wait()
		follower := inBackground(func() (*credential, error) { return source.get(t.Context()) })
		synctest.Wait()

		cancel()
		got := <-leader
		if login, ok := errors.AsType[*LoginError](got.err); !ok || !login.Temporary() || !errors.Is(login, context.Canceled) {
			t.Errorf("the leader got %v", got)
		}
		script.release <- nil
		if got := <-follower; got.err != nil || got.token.token.Reveal() != "token 1" {
			t.Errorf("the follower got %v", got)
		}
		if script.count != 1 {
			t.Errorf("%d logins", script.count)
		}
	})
}

func TestOneRenewalForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		script := newLoginScript()
		old := &credential{token: config.NewSecret("old")}
		old.accepted.Store(true)
		source := &credentialSource{login: script.login, clock: time.Now, current: old}
		var waiting []<-chan outcome
		for range 50 {
			waiting = append(waiting, inBackground(func() (*credential, error) { return source.renew(t.Context(), old) }))
		}
		synctest.Wait()
		// A request without a token waits for the renewal, too.
		waiting = append(waiting, inBackground(func() (*credential, error) { return source.get(t.Context()) }))
		script.release <- nil
		for _, c := range waiting {
			if got := <-c; got.err != nil || got.token.token.Reveal() != "token 1" {
				t.Fatalf("got %v", got)
			}
		}
		// A late 401 gets the renewed token.
		if got, err := source.renew(t.Context(), old); err != nil || got.token.Reveal() != "token 1" {
			t.Errorf("late: %v, %v", got, err)
		}
		if script.count != 1 {
			t.Errorf("%d logins", script.count)
		}
	})
}

func TestFailedRenewals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		script := newLoginScript()
		old := &credential{}
		old.accepted.Store(true)
		source := &credentialSource{login: script.login, clock: time.Now, current: old}

		busy := &LoginError{Status: 503, temporary: true}
		waiting := inBackground(func() (*credential, error) { return source.renew(t.Context(), old) })
		script.release <- busy
		if got := <-waiting; !errors.Is(got.err, busy) {
			t.Errorf("got %v", got)
		}
		// The next request tries again.
		waiting = inBackground(func() (*credential, error) { return source.renew(t.Context(), old) })
		refused := &LoginError{Status: 401}
		script.release <- refused
		if got := <-waiting; !errors.Is(got.err, refused) {
			t.Errorf("got %v", got)
		}
		// A refusal is final.
		for range 3 {
			if _, err := source.get(t.Context()); !errors.Is(err, refused) {
				t.Errorf("got %v", err)
			}
			if _, err := source.renew(t.Context(), old); !errors.Is(err, refused) {
				t.Errorf("got %v", err)
			}
		}
		if script.count != 2 {
			t.Errorf("%d logins", script.count)
		}
	})
}

// A credential that ended while IAM did not respond is not used.
func TestCredentialEndsDuringRenewal(t *testing.T) {
	clock := &testClock{}
	busy := &LoginError{Status: 503, temporary: true}
	source := &credentialSource{clock: clock.now, login: func(context.Context) (*credential, error) {
		clock.advance(time.Minute)
		return nil, busy
	}}
	source.current = &credential{renewAt: clock.now(), expiresAt: clock.now().Add(30 * time.Second)}
	if c, err := source.get(t.Context()); !errors.Is(err, busy) {
		t.Errorf("got %v, %v", c, err)
	}
}

func TestUnacceptedTokens(t *testing.T) {
	clock := &testClock{}
	clock.advance(time.Hour)
	logins := 0
	source := &credentialSource{clock: clock.now, login: func(context.Context) (*credential, error) {
		logins++
		return &credential{token: config.NewSecret("t")}, nil
	}}
	first, err := source.get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// It may have expired unused: one renewal.
	second, err := source.renew(t.Context(), first)
	if err != nil || logins != 2 {
		t.Fatalf("%v, %d logins", err, logins)
	}
	for range 200 {
		if _, err := source.renew(t.Context(), second); !errors.Is(err, errNotRenewable) {
			t.Fatalf("got %v", err)
		}
	}
	if logins != 2 {
		t.Errorf("%d logins", logins)
	}
	clock.advance(unacceptedRenewInterval)
	third, err := source.renew(t.Context(), second)
	if err != nil || logins != 3 {
		t.Fatalf("%v, %d logins", err, logins)
	}
	// A token that was accepted is renewed without delay.
	third.accepted.Store(true)
	if _, err := source.renew(t.Context(), third); err != nil || logins != 4 {
		t.Errorf("%v, %d logins", err, logins)
	}
}

func TestLoginHasTheValuesOfItsContext(t *testing.T) {
	type key struct{}
	source := &credentialSource{clock: time.Now, login: func(ctx context.Context) (*credential, error) {
		if ctx.Value(key{}) != "logger" {
			t.Error("the login does not have the logger of the caller")
		}
		return &credential{token: config.NewSecret("t")}, nil
	}}
	if _, err := source.get(context.WithValue(t.Context(), key{}, "logger")); err != nil {
		t.Error(err)
	}
}
