package auth

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/config"
)

// tokenService accepts only the newest token of its IAM.
type tokenService struct {
	*httptest.Server
	valid atomic.Value
	// refused counts the 401s.
	refused atomic.Int32
	bodies  chan string
}

func newTokenService(t *testing.T) *tokenService {
	s := &tokenService{bodies: make(chan string, 10)}
	s.valid.Store("")
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		s.bodies <- string(body)
		if r.Header.Get("X-Auth-Token") != s.valid.Load() || len(r.Header.Values("X-Auth-Token")) != 1 || r.Header.Get("Authorization") != "" {
			s.refused.Add(1)
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, "refused")
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func TestRenewalSendsTheBodyAgain(t *testing.T) {
	service := newTokenService(t)
	iam := newStubIAM(t, nil)
	iam.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n := iam.logins.Add(1)
		// The first one is already expired.
		service.valid.Store("token 2")
		respondWithToken(w, fmt.Sprint("token ", n))
	})
	transport := testTransport(t, passwordConfig(t, service.URL, iam.URL), Options{})
	r, err := http.NewRequest(http.MethodPost, service.URL+"/v2/x", strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Auth-Token", "caller's")
	r.Header.Set("Authorization", "caller's")
	before := fmt.Sprint(r.Header, r.URL, r.ContentLength)
	resp, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	drain(resp)
	if resp.StatusCode != http.StatusOK || iam.logins.Load() != 2 || service.refused.Load() != 1 {
		t.Errorf("%d, %d logins, %d refused", resp.StatusCode, iam.logins.Load(), service.refused.Load())
	}
	for range 2 {
		if got := <-service.bodies; got != "body" {
			t.Errorf("body %q", got)
		}
	}
	if after := fmt.Sprint(r.Header, r.URL, r.ContentLength); after != before {
		t.Errorf("the caller's request was changed: %s, was %s", after, before)
	}
}

func TestUnauthorizedIsPassedOn(t *testing.T) {
	asIs := func(*http.Request) {}
	noReplay := func(r *http.Request) { r.GetBody = nil }
	for _, test := range []struct {
		name   string
		config func(t *testing.T, endpoint, iam string) config.Config
		change func(*http.Request)
		logins int32
		tries  int32
	}{
		{"a given token", givenToken, asIs, 0, 1},
		{"a renewed token that is refused as well", passwordConfig, asIs, 2, 2},
		{"a body that can't be replayed", passwordConfig, noReplay, 1, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			service := newTokenService(t)
			iam := newStubIAM(t, func(w http.ResponseWriter, _ *http.Request) { respondWithToken(w, "t") })
			transport := testTransport(t, test.config(t, service.URL, iam.URL), Options{})
			r, err := http.NewRequest(http.MethodPost, service.URL, strings.NewReader("body"))
			if err != nil {
				t.Fatal(err)
			}
			test.change(r)
			resp, err := transport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(resp.Body)
			if err != nil || string(text) != "refused" || resp.StatusCode != http.StatusUnauthorized {
				t.Errorf("got %d %q, %v", resp.StatusCode, text, err)
			}
			if err := resp.Body.Close(); err != nil {
				t.Error(err)
			}
			if iam.logins.Load() != test.logins || service.refused.Load() != test.tries {
				t.Errorf("%d logins, %d tries", iam.logins.Load(), service.refused.Load())
			}
		})
	}
}

func TestRenewalThatFails(t *testing.T) {
	service := newTokenService(t)
	var logins atomic.Int32
	iam := newStubIAM(t, func(w http.ResponseWriter, _ *http.Request) {
		if logins.Add(1) > 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		respondWithToken(w, "t")
	})
	_, err := get(testTransport(t, passwordConfig(t, service.URL, iam.URL), Options{}), service.URL)
	var login *LoginError
	if !errors.As(err, &login) || !login.Temporary() {
		t.Errorf("got %v", err)
	}
}

// closeCounter counts the calls of Close.
type closeCounter struct {
	io.Reader
	closed atomic.Int32
}

func (c *closeCounter) Close() error {
	c.closed.Add(1)
	return nil
}

func TestBodyIsClosed(t *testing.T) {
	service := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
	}))
	defer service.Close()
	refusing := newStubIAM(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
	for _, test := range []struct {
		name   string
		config config.Config
		url    string
	}{
		{"sent with a token", givenToken(t, service.URL, ""), service.URL},
		{"signed", keyPairConfig(t, service.URL), service.URL},
		{"login refused", passwordConfig(t, service.URL, refusing.URL), service.URL},
		{"another host", givenToken(t, service.URL, ""), "http://127.0.0.1:1"},
		{"another host, signed", keyPairConfig(t, service.URL), "http://127.0.0.1:1"},
		{"a query that can't be signed", keyPairConfig(t, service.URL), service.URL + "/?a=%zz"},
	} {
		t.Run(test.name, func(t *testing.T) {
			body := &closeCounter{Reader: strings.NewReader("body")}
			r := &http.Request{Method: http.MethodPost, URL: mustURL(t, test.url), Body: body}
			resp, err := testTransport(t, test.config, Options{}).RoundTrip(r)
			if err == nil {
				drain(resp)
			}
			if body.closed.Load() == 0 {
				t.Error("the body was not closed")
			}
			if r.Header != nil {
				t.Error("the caller's request was changed")
			}
		})
	}
}

// Neither the transport nor what it calls in IAM sends a credential to another host.
func TestCredentialsGoToNoOtherHost(t *testing.T) {
	for _, block := range []config.Settings{{"token": "t"}, ownKeys, ownLogin, ownIDToken} {
		for _, agency := range []config.Settings{nil, opsAgency} {
			cloud := newFakeCloud(t)
			transport := cloud.transport(t, merge(block, agency, config.Settings{"domain_id": "d", "project_name": "eu-de_x"}), nil)
			hosts := []string{".evil.example", "@evil.example", "0"}
			for _, suffix := range hosts {
				if _, err := get(transport, cloud.swr.URL+suffix); err == nil || len(cloud.calls)+len(cloud.received) > 0 {
					t.Errorf("%v: got %v, requests %v", block, err, cloud.calls)
				}
			}
		}
	}
	for _, c := range []config.Config{givenToken(t, "https://swr.example", ""), keyPairConfig(t, "https://swr.example")} {
		for _, target := range []string{"https://swr.example.evil", "http://swr.example", "https://swr.example:444", "https://other"} {
			if _, err := get(testTransport(t, c, Options{}), target); !errors.Is(err, errForeignHost) {
				t.Errorf("%s: got %v", target, err)
			}
		}
	}
}

func TestSignedHeadersOnTheWire(t *testing.T) {
	var got http.Header
	service := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header }))
	defer service.Close()
	clock := &testClock{}
	transport := testTransport(t, keyPairConfig(t, service.URL), Options{UserAgent: "ua/1", Clock: clock.now})
	r, err := http.NewRequest(http.MethodGet, service.URL+"/v2/x", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"X-Auth-Token", "Authorization", "X-Sdk-Date", "X-Security-Token"} {
		r.Header.Set(name, "caller's")
	}
	r.Header.Set("Content-Type", "application/json")
	signatures := map[string]bool{}
	for range 2 {
		resp, err := transport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		drain(resp)
		signatures[got.Get("Authorization")] = true
		clock.advance(time.Second)
	}
	if len(signatures) != 2 {
		t.Error("two attempts have the same signature")
	}
	if got.Get("X-Auth-Token") != "" || got.Get("X-Sdk-Date") != "19700101T000001Z" || got.Get("X-Security-Token") != "ST" ||
		got.Get("User-Agent") != "ua/1" || got.Get("Content-Type") != "application/json" || !strings.HasPrefix(got.Get("Authorization"), "SDK-HMAC-SHA256 Access=AK, ") {
		t.Errorf("got %v", got)
	}
}

func TestNoRedirectIsFollowed(t *testing.T) {
	requests := 0
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests++
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	defer service.Close()
	for _, c := range []config.Config{givenToken(t, service.URL, ""), keyPairConfig(t, service.URL)} {
		requests = 0
		resp, err := get(testTransport(t, c, Options{}), service.URL)
		if err != nil {
			t.Fatal(err)
		}
		drain(resp)
		if resp.StatusCode != http.StatusFound || requests != 1 {
			t.Errorf("%d after %d requests", resp.StatusCode, requests)
		}
	}
}

func TestWrapSeesEveryRequest(t *testing.T) {
	service := newTokenService(t)
	service.valid.Store("t")
	iam := newStubIAM(t, func(w http.ResponseWriter, _ *http.Request) { respondWithToken(w, "t") })
	var seen []string
	transport := testTransport(t, passwordConfig(t, service.URL, iam.URL), Options{
		UserAgent: "ua/1",
		Wrap: func(next http.RoundTripper) http.RoundTripper {
			return roundTripper(func(r *http.Request) (*http.Response, error) {
				seen = append(seen, r.Method+" "+r.URL.Path+" "+r.UserAgent())
				return next.RoundTrip(r)
			})
		},
	})
	for range 2 {
		resp, err := get(transport, service.URL+"/v2/x")
		if err != nil {
			t.Fatal(err)
		}
		drain(resp)
	}
	if got := strings.Join(seen, ","); got != "POST /v3/auth/tokens ua/1,GET /v2/x ua/1,GET /v2/x ua/1" {
		t.Errorf("seen: %s", got)
	}
}

func TestTransportNeedsAResolvedConfig(t *testing.T) {
	if _, err := NewTransport(config.Config{}, Options{}); err == nil {
		t.Error("no error")
	}
}

// No fmt verb shows a secret that a transport or a token source has.
func TestTransportsPrintNoSecret(t *testing.T) {
	source := &credentialSource{current: &credential{token: config.NewSecret("pa$s")}}
	for _, v := range []any{
		testTransport(t, passwordConfig(t, "https://swr.example", "https://iam.example"), Options{}),
		testTransport(t, keyPairConfig(t, "https://swr.example"), Options{}),
		testTransport(t, resolve(t, merge(opsAgency, config.Settings{
			"region": "eu-de", "oidc.idp_id": "github", "oidc.id_token": "pa$s",
		})), Options{}),
		source,
		&credential{signer: &signer{keys: config.KeyPair{SecurityToken: config.NewSecret("pa$s")}}},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			text := fmt.Sprintf(verb, v)
			for _, secret := range []string{"pa$s", "70612473", `"SK"`, `"ST"`, "SK ", "ST}"} {
				if strings.Contains(text, secret) {
					t.Errorf("%s of %T shows a secret: %s", verb, v, text)
				}
			}
		}
	}
}
