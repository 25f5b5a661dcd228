package auth

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/config"
)

// stubIAM is an IAM whose responses are those of the test. The protocol is tested
// against the simulator.
type stubIAM struct {
	*httptest.Server
	logins atomic.Int32
}

func newStubIAM(t *testing.T, handler http.HandlerFunc) *stubIAM {
	t.Helper()
	s := &stubIAM{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.URL.Path != "/v3/auth/tokens" {
			t.Errorf("unexpected %s %s", r.Method, r.URL)
		}
		s.logins.Add(1)
		handler(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// respondWithToken responds as IAM does to a valid login.
func respondWithToken(w http.ResponseWriter, token string) {
	w.Header().Set("X-Subject-Token", token)
	w.WriteHeader(http.StatusCreated)
	_, _ = w.Write([]byte(`{"token":{}}`))
}

// passwordConfig is a login as user "u" with password "pa$s".
func passwordConfig(t *testing.T, endpoint, iam string) config.Config {
	return resolve(t, config.Settings{
		"endpoint": endpoint, "auth_url": iam,
		"user_name": "u", "password": "pa$s", "domain_name": "d", "project_name": "p",
	})
}

func givenToken(t *testing.T, endpoint, _ string) config.Config {
	return resolve(t, config.Settings{"endpoint": endpoint, "token": "t"})
}

func keyPairConfig(t *testing.T, endpoint string) config.Config {
	return resolve(t, config.Settings{
		"endpoint": endpoint, "access_key": "AK", "secret_key": "SK", "security_token": "ST",
	})
}

func resolve(t *testing.T, block config.Settings) config.Config {
	t.Helper()
	c, _, errs := config.Resolve(block, config.Environment{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return c
}

func testTransport(t *testing.T, c config.Config, opts Options) http.RoundTripper {
	t.Helper()
	transport, err := NewTransport(c, opts)
	if err != nil {
		t.Fatal(err)
	}
	return transport
}

// testClock is a clock that the test advances.
type testClock struct{ nanos atomic.Int64 }

func (c *testClock) now() time.Time          { return time.Unix(0, c.nanos.Load()).UTC() }
func (c *testClock) advance(d time.Duration) { c.nanos.Add(int64(d)) }

func mustURL(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// quietLog discards what a test server logs about failed handshakes.
func quietLog() *log.Logger { return log.New(io.Discard, "", 0) }
