package swrtest_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

func TestListen(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:0", "example.com:0", "127.0.0.1"} {
		if s, err := swrtest.Listen(address); err == nil {
			t.Errorf("%q is served: %v", address, s.Close())
		}
	}
	s, err := swrtest.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(s.URL, "http://127.0.0.1:") || s.IAMURL != s.URL+"/v3" || s.CAPEM() != nil {
		t.Errorf("URL %s, IAMURL %s", s.URL, s.IAMURL)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := try(newRequest(t, s, http.MethodGet, listPath(), "")); err == nil {
		t.Error("response after Close")
	}
}

// Clients reject the certificate unless they trust its authority; see
// TestConnectionFaults for those that do.
func TestTLS(t *testing.T) {
	s, _ := startWithTLS(t, true)
	if _, err := try(requestFor(t, s, swrtest.OpList)); err == nil {
		t.Error("trusted without its authority")
	}
}

func TestConnections(t *testing.T) {
	s, _ := start(t)
	for range 3 {
		do(t, s, http.MethodGet, listPath(), "")
	}
	if got := s.Connections(); got != 1 {
		t.Errorf("%d connections for 3 requests", got)
	}
}

func TestSetClock(t *testing.T) {
	s, _ := start(t)
	s.SetClock(func() time.Time { return time.Date(2040, 1, 2, 3, 4, 5, 0, time.UTC) })
	if got := do(t, s, http.MethodGet, listPath(), "").header.Get("Date"); got != "Mon, 02 Jan 2040 03:04:05 GMT" {
		t.Errorf("%s", got)
	}
}

// A simulator is a handler that needs no Server.
func TestHandler(t *testing.T) {
	s := swrtest.New()
	s.AddRepository(namespace, repository)
	r := httptest.NewRequest(http.MethodGet, listPath(), nil)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Auth-Token", s.Token())
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != http.StatusOK || w.Body.String() != "[]" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	// There is no connection to reset: the response is aborted.
	s.Inject(swrtest.Fault{Behavior: swrtest.ResetBefore()})
	defer func() {
		if err, ok := recover().(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
			t.Errorf("panic: %v", err)
		}
	}()
	s.ServeHTTP(httptest.NewRecorder(), r)
}
