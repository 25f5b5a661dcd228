package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/config"
)

// heldServer holds each request until the test releases it with a response.
type heldServer struct {
	sent    atomic.Int32
	release chan *http.Response // nil: no response
}

var errNoResponse = errors.New("no response")

func (s *heldServer) RoundTrip(*http.Request) (*http.Response, error) {
	s.sent.Add(1)
	if resp := <-s.release; resp != nil {
		return resp, nil
	}
	return nil, errNoResponse
}

func newResponse(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
}

const wrongSignature = `{"error_code":"APIGW.0301","error_msg":"verify aksk signature fail","request_id":"rid-1"}`

// result is the response to a request, or its error.
type result struct {
	status int
	body   string
	err    error
}

// signedRequests sends requests at the same time, and returns where the results go.
func signedRequests(ctx context.Context, t *testing.T, server *heldServer, n int) <-chan result {
	transport := &signingTransport{
		base: server, clock: time.Now, signer: signer{keys: keyPairConfig(t, "https://swr.example").Credential.KeyPair},
		prepare: preparer{endpoint: mustURL(t, "https://swr.example")},
	}
	results := make(chan result, n)
	for range n {
		go func() { results <- sendSigned(ctx, transport) }()
	}
	return results
}

func sendSigned(ctx context.Context, transport http.RoundTripper) result {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://swr.example/v2/x", nil)
	if err != nil {
		return result{err: err}
	}
	resp, err := transport.RoundTrip(r)
	if err != nil {
		return result{err: err}
	}
	body, err := io.ReadAll(resp.Body)
	return result{resp.StatusCode, string(body), errors.Join(err, resp.Body.Close())}
}

// The first refusal is the response to all other requests, which are not sent.
func TestOneRefusedSignature(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &heldServer{release: make(chan *http.Response)}
		results := signedRequests(t.Context(), t, server, 20)
		synctest.Wait()
		server.release <- newResponse(http.StatusUnauthorized, wrongSignature)
		sent := 0
		for range 20 {
			got := <-results
			if got.err != nil || got.status != http.StatusUnauthorized ||
				!strings.Contains(got.body, "verify aksk signature fail") || !strings.Contains(got.body, "rid-1") {
				t.Errorf("got %+v", got)
			}
			if !strings.Contains(got.body, "this one was not sent") {
				sent++
			}
		}
		if sent != 1 || server.sent.Load() != 1 {
			t.Errorf("%d requests were sent, %d are said to be", server.sent.Load(), sent)
		}
	})
}

// After the first response that a signature was accepted, no request waits.
func TestAcceptedSignatureHoldsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &heldServer{release: make(chan *http.Response)}
		results := signedRequests(t.Context(), t, server, 20)
		synctest.Wait()
		if n := server.sent.Load(); n != 1 {
			t.Errorf("%d requests before the first response", n)
		}
		server.release <- newResponse(http.StatusOK, "[]")
		synctest.Wait()
		if n := server.sent.Load(); n != 20 {
			t.Errorf("%d requests after the first response", n)
		}
		// A key may be deleted during the run.
		for range 19 {
			server.release <- newResponse(http.StatusUnauthorized, wrongSignature)
		}
		for range 20 {
			<-results
		}
	})
}

// The response that refuses a signature shows whether the clock is off.
func TestClockOffset(t *testing.T) {
	now := time.Date(2030, 6, 1, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		status int
		date   string
		want   time.Duration
		ok     bool
	}{
		{401, "Sat, 01 Jun 2030 12:20:00 GMT", 20 * time.Minute, true},
		{401, "Sat, 01 Jun 2030 11:40:00 GMT", -20 * time.Minute, true},
		{401, "", 0, false},
		{200, "Sat, 01 Jun 2030 12:20:00 GMT", 0, false},
	} {
		resp := newResponse(test.status, wrongSignature)
		resp.Header.Set("Date", test.date)
		transport := &signingTransport{
			base:  roundTripper(func(*http.Request) (*http.Response, error) { return resp, nil }),
			clock: func() time.Time { return now }, prepare: preparer{endpoint: mustURL(t, "https://swr.example")},
		}
		if _, ok := transport.ClockOffset(); ok {
			t.Error("an offset before the first response")
		}
		sendSigned(t.Context(), transport)
		if got, ok := transport.ClockOffset(); got != test.want || ok != test.ok {
			t.Errorf("%d, date %q: %s, %t", test.status, test.date, got, ok)
		}
	}
}

func TestRefusalDuringTheRun(t *testing.T) {
	server := &heldServer{release: make(chan *http.Response, 2)}
	server.release <- newResponse(http.StatusOK, "[]")
	server.release <- newResponse(http.StatusUnauthorized, `{"error_code":"APIGW.0301","error_msg":"ak not exist"}`)
	transport := &signingTransport{base: server, clock: time.Now, prepare: preparer{endpoint: mustURL(t, "https://swr.example")}}
	for i, want := range []int{200, 401, 401, 401} {
		if got := sendSigned(t.Context(), transport); got.status != want {
			t.Errorf("request %d: %+v", i, got)
		}
	}
	if n := server.sent.Load(); n != 2 {
		t.Errorf("%d requests were sent", n)
	}
}

// If the first response takes long, a few more requests are sent: fewer than lock
// the key.
func TestSlowFirstResponse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &heldServer{release: make(chan *http.Response)}
		results := signedRequests(t.Context(), t, server, 20)
		time.Sleep(time.Minute)
		if n := server.sent.Load(); n != maxUnverified {
			t.Errorf("%d requests were sent", n)
		}
		for range maxUnverified {
			server.release <- newResponse(http.StatusUnauthorized, wrongSignature)
		}
		for range 20 {
			if got := <-results; got.status != http.StatusUnauthorized {
				t.Errorf("got %+v", got)
			}
		}
		if n := server.sent.Load(); n != maxUnverified {
			t.Errorf("%d requests were sent", n)
		}
	})
}

// What says nothing of the signature lets the next request try.
func TestInconclusiveFirstResponses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &heldServer{release: make(chan *http.Response)}
		results := signedRequests(t.Context(), t, server, 5)
		inconclusive := []*http.Response{nil, newResponse(503, ""), newResponse(429, `{"error_code":"APIGW.0308"}`), newResponse(302, "")}
		for i, resp := range inconclusive {
			synctest.Wait()
			if n := int(server.sent.Load()); n != i+1 {
				t.Fatalf("%d requests after %d responses", n, i)
			}
			server.release <- resp
		}
		synctest.Wait()
		server.release <- newResponse(http.StatusOK, "[]")
		for range 5 {
			<-results
		}
	})
}

func TestHeldRequestEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &heldServer{release: make(chan *http.Response)}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		results := signedRequests(ctx, t, server, 2)
		held := <-results
		var notSent interface {
			Temporary() bool
			RetryAfter() time.Duration
		}
		if !errors.Is(held.err, context.DeadlineExceeded) || !errors.As(held.err, &notSent) || !notSent.Temporary() {
			t.Errorf("got %v", held.err)
		}
		server.release <- nil
		if first := <-results; !errors.Is(first.err, errNoResponse) || server.sent.Load() != 1 {
			t.Errorf("got %v after %d requests", first.err, server.sent.Load())
		}
	})
}

func TestJudge(t *testing.T) {
	gateway := func(code string) string { return fmt.Sprintf(`{"error_code":%q,"error_msg":"m"}`, code) }
	swr := func(code string) string { return fmt.Sprintf(`{"errors":[{"errorCode":%q,"errorMessage":"m"}]}`, code) }
	for _, test := range []struct {
		status int
		body   string
		want   verdict
	}{
		{200, "[]", accepted}, {201, "", accepted}, {204, "", accepted},
		{401, gateway("APIGW.0301"), refused}, {401, gateway("APIG.0301"), refused},
		{401, swr("SVCSTG.SWR.4010000"), refused}, {401, "<html>", refused}, {401, "", refused},
		{400, swr("SVCSTG.SWR.4000031"), refused},
		{401, swr("SVCSTG.SWR.4011064"), accepted}, {401, swr("SVCSTG.SWR.4011044"), accepted},
		{400, swr("SVCSTG.SWR.4000014"), accepted}, {404, swr("SVCSTG.SWR.4040058"), accepted}, {403, swr("SVCSTG.SWR.4039001"), accepted},
		{404, gateway("APIGW.0101"), noVerdict}, {429, gateway("APIGW.0308"), noVerdict}, {403, "<html>", noVerdict},
		{302, "", noVerdict}, {500, swr("SVCSTG.SWR.5000020"), noVerdict}, {503, "", noVerdict},
	} {
		resp := newResponse(test.status, test.body)
		got, _ := judge(resp)
		rest, err := io.ReadAll(resp.Body)
		if got != test.want || string(rest) != test.body || err != nil {
			t.Errorf("%d %s: %v, the body is %q, %v", test.status, test.body, got, rest, err)
		}
	}
	page := newResponse(200, "<html>")
	page.Header.Set("Content-Type", "text/html; charset=utf-8")
	if got, _ := judge(page); got != noVerdict {
		t.Errorf("a page: %v", got)
	}
}

// A server may echo the credentials of the request that it refuses. The callers of
// other requests do not know them.
func TestRefusalContainsNoSecret(t *testing.T) {
	var authorization string
	server := roundTripper(func(r *http.Request) (*http.Response, error) {
		authorization = r.Header.Get("Authorization")
		return newResponse(401, fmt.Sprintf(`{"error_code":"APIGW.0301","error_msg":"%s, %s"}`,
			authorization, r.Header.Get("X-Security-Token"))), nil
	})
	keys := config.KeyPair{
		AccessKey: config.NewSecret("AK"), SecretKey: config.NewSecret("SK"), SecurityToken: config.NewSecret("security-token"),
	}
	transport := &signingTransport{
		base: server, clock: time.Now, signer: signer{keys: keys}, prepare: preparer{endpoint: mustURL(t, "https://swr.example")},
	}
	sendSigned(t.Context(), transport)
	got := sendSigned(t.Context(), transport)
	_, signature, _ := strings.Cut(authorization, "Signature=")
	for _, secret := range []string{signature, "security-token"} {
		if strings.Contains(got.body, secret) || !strings.Contains(got.body, "[redacted]") {
			t.Errorf("%q is in %s", secret, got.body)
		}
	}
}

// A 401 about an organization of another account is no refusal of the token.
func TestOtherAccountCausesNoLogin(t *testing.T) {
	service := roundTripper(func(*http.Request) (*http.Response, error) {
		return newResponse(401, `{"errors":[{"errorCode":"SVCSTG.SWR.4011064","errorMessage":"m"}]}`), nil
	})
	logins := 0
	transport := &tokenTransport{
		base: service, prepare: preparer{endpoint: mustURL(t, "https://swr.example")},
		source: &credentialSource{clock: time.Now, login: func(context.Context) (*credential, error) {
			logins++
			return &credential{token: config.NewSecret("t")}, nil
		}},
	}
	for range 3 {
		if got := sendSigned(t.Context(), transport); got.status != 401 || !strings.Contains(got.body, "4011064") {
			t.Errorf("got %+v", got)
		}
	}
	if logins != 1 {
		t.Errorf("%d logins", logins)
	}
}
