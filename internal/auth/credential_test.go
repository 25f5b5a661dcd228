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

// While a renewal fails, a credential is used until it ends. Then the error is that of
// the renewal. A refused renewal is repeated less often: IAM locks users.
func TestCredentialIsUsedUntilItEnds(t *testing.T) {
	for name, test := range map[string]struct {
		err  *LoginError
		most int // renewals before the end
	}{
		"IAM is busy": {&LoginError{Status: 503, temporary: true}, 20},
		"refused":     {&LoginError{Status: 401}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				logins, fails := 0, false
				source := &credentialSource{clock: time.Now, login: func(context.Context) (*credential, error) {
					logins++
					if fails {
						time.Sleep(100 * time.Millisecond)
						return nil, test.err
					}
					issued := &credential{token: config.NewSecret(fmt.Sprintf("token %d", logins))}
					issued.setLifetime(time.Now(), time.Hour)
					return issued, nil
				}}
				use := func(want string, duration time.Duration) {
					t.Helper()
					for began := time.Now(); time.Since(began) < duration; time.Sleep(time.Second) {
						if used, err := source.get(t.Context()); err != nil || used.token.Reveal() != want {
							t.Fatalf("after %s: %v, %v", time.Since(began), used, err)
						}
					}
				}
				use("token 1", 54*time.Minute)
				fails = true
				use("token 1", 4*time.Minute)
				if logins < 3 || logins > 1+test.most {
					t.Errorf("%d logins", logins)
				}
				// IAM recovers.
				before := logins
				fails = false
				time.Sleep(100 * time.Second)
				use(fmt.Sprintf("token %d", before+1), 54*time.Minute)
				if logins != before+1 {
					t.Errorf("%d logins after %d", logins, before)
				}
				fails = true
				use(fmt.Sprintf("token %d", before+1), 5*time.Minute+59*time.Second)
				if before++; logins < before+2 || logins > before+test.most {
					t.Errorf("%d logins after %d", logins, before)
				}
				time.Sleep(time.Second)
				if used, err := source.get(t.Context()); !errors.Is(err, test.err) {
					t.Errorf("got %v, %v", used, err)
				}
			})
		})
	}
}

// A credential that the service refuses is not used, also if its renewal is refused.
func TestRefusedCredentialIsNotUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		script := newLoginScript()
		old := &credential{renewAt: time.Now(), expiresAt: time.Now().Add(time.Minute)}
		old.accepted.Store(true)
		source := &credentialSource{login: script.login, clock: time.Now, current: old}
		first := inBackground(func() (*credential, error) { return source.get(t.Context()) })
		synctest.Wait()
		second := inBackground(func() (*credential, error) { return source.renew(t.Context(), old) })
		synctest.Wait()
		refused := &LoginError{Status: 401}
		script.release <- refused
		for _, c := range []<-chan outcome{first, second} {
			if got := <-c; !errors.Is(got.err, refused) {
				t.Errorf("got %v", got)
			}
		}
		if _, err := source.get(t.Context()); !errors.Is(err, refused) || script.count != 1 {
			t.Errorf("got %v after %d logins", err, script.count)
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
