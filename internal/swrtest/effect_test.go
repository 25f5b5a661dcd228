package swrtest_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// requestOf is a request of each kind that would succeed.
func requestOf(t *testing.T, s *swrtest.Server, kind swrtest.Operation) *http.Request {
	t.Helper()
	switch kind {
	case swrtest.OpCreate:
		return newRequest(t, s, http.MethodPost, createPath(), strings.Replace(createBody, account, "new", 1))
	case swrtest.OpList:
		return newRequest(t, s, http.MethodGet, listPath(), "")
	case swrtest.OpGet:
		return newRequest(t, s, http.MethodGet, onePath(account), "")
	case swrtest.OpUpdate:
		return newRequest(t, s, http.MethodPatch, onePath(account), updateBody)
	case swrtest.OpDelete:
		return newRequest(t, s, http.MethodDelete, onePath(account), "")
	case swrtest.OpSharedRepositories:
		return newRequest(t, s, http.MethodGet, "/v2/manage/shared-repositories?center=self", "")
	case swrtest.OpLogin:
		return newRequest(t, s, http.MethodPost, "/v3/auth/tokens", passwordLogin)
	}
	t.Fatalf("no request of kind %q", kind)
	return nil
}

// startWithShare serves a share of the one account, and a user.
func startWithShare(t *testing.T) (*swrtest.Server, *clock) {
	t.Helper()
	s, c := start(t)
	put(s, account)
	s.AddUser(swrtest.User{Name: "u", Password: "p"})
	return s, c
}

// tookEffect says whether a request of a kind changed anything; false for
// those that only read.
func tookEffect(s *swrtest.Server, kind swrtest.Operation) bool {
	share, exists := s.Share(namespace, repository, account)
	_, created := s.Share(namespace, repository, "new")
	switch kind {
	case swrtest.OpCreate:
		return created
	case swrtest.OpUpdate:
		return share.Description == "changed"
	case swrtest.OpDelete:
		return !exists
	default:
		return created || !exists || share.Description != ""
	}
}

func writesSomething(kind swrtest.Operation) bool {
	return kind == swrtest.OpCreate || kind == swrtest.OpUpdate || kind == swrtest.OpDelete
}

// effectCase is an effect and what a client sees of it.
type effectCase struct {
	effect swrtest.Behavior
	after  bool   // the request takes effect
	want   string // status, and the beginning of the body
	check  func(t *testing.T, s *swrtest.Server, got reply)
}

func effectCases() map[string]effectCase {
	retryAfter := func(want string) func(*testing.T, *swrtest.Server, reply) {
		return func(t *testing.T, _ *swrtest.Server, got reply) {
			t.Helper()
			if seen := got.header.Get("Retry-After"); seen != want {
				t.Errorf("Retry-After %q, want %q", seen, want)
			}
		}
	}
	const inErrors = `{"errors":[{"errorCode":"SVCSTG.SWR.`
	return map[string]effectCase{
		"500":           {swrtest.Status(500, "SVCSTG.SWR.5000001"), false, "500 " + inErrors + "5000001", nil},
		"500 after":     {swrtest.Status(500, "SVCSTG.SWR.5000001").AfterEffect(), true, "500 " + inErrors + "5000001", nil},
		"503 bare":      {swrtest.Status(503, ""), false, "503 ", nil},
		"599":           {swrtest.Status(599, "SVCSTG.SWR.5990000"), false, "599 " + inErrors + "5990000", nil},
		"403":           {swrtest.Status(403, "SVCSTG.SWR.4030001"), false, "403 " + inErrors + "4030001", nil},
		"401 gateway":   {swrtest.Status(401, "APIGW.0301"), false, `401 {"error_code":"APIGW.0301"`, nil},
		"502 as array":  {swrtest.StatusAs(502, "X", swrtest.ShapeArray), false, `502 [{"errorCode":"X"`, nil},
		"busy":          {swrtest.Busy(), false, "409 " + inErrors + "4090023", nil},
		"throttle":      {swrtest.Throttle(), false, `429 {"error_code":"APIGW.0308"`, retryAfter("")},
		"seconds":       {swrtest.ThrottleSeconds(7), false, `429 {"error_code":"APIGW.0308"`, retryAfter("7")},
		"retry text":    {swrtest.ThrottleRetryAfter("soon"), false, `429 {"error_code":"APIGW.0308"`, retryAfter("soon")},
		"date":          {swrtest.ThrottleDate(time.Minute), false, `429 {"error_code":"APIGW.0308"`, retryAfter("Sat, 01 Jun 2030 12:01:00 GMT")},
		"throttle 403":  {swrtest.ThrottleForbidden(swrtest.CodeThrottledForbidden), false, "403 " + inErrors + "4031032", nil},
		"throttle 403b": {swrtest.ThrottleForbidden(swrtest.CodeThrottledForbidden2), false, "403 " + inErrors + "4031042", nil},
		"html 200":      {swrtest.HTMLPage(200), false, "200 <html>", nil},
		"html 502":      {swrtest.HTMLPage(502).AfterEffect(), true, "502 <html>", nil},
		"redirect": {swrtest.Redirect(302, "https://login.example.com/"), false, "302 ", func(t *testing.T, _ *swrtest.Server, got reply) {
			t.Helper()
			if got.header.Get("Location") != "https://login.example.com/" {
				t.Errorf("%v", got.header)
			}
		}},
		"answer": {
			swrtest.Respond(418, http.Header{"X-Odd": {"1"}}, "\x1b[31mred\xff"), false, "418 \x1b[31mred\xff",
			func(t *testing.T, _ *swrtest.Server, got reply) {
				t.Helper()
				if got.header.Get("X-Odd") != "1" || len(got.header["Content-Type"]) != 0 {
					t.Errorf("%v", got.header)
				}
			},
		},
		"answer after":   {swrtest.Respond(202, nil, "").AfterEffect(), true, "202 ", nil},
		"latency before": {swrtest.LatencyBefore(time.Millisecond), true, "2", nil},
		"latency after":  {swrtest.LatencyAfter(time.Millisecond), true, "2", nil},
		"nulls":          {swrtest.NullList(), false, "20x [null,null,null]", nil},
		"types":          {swrtest.WrongTypes(), false, "20x", nil},
		"shape":          {swrtest.WrongShape(), false, "20x", nil},
		"other share":    {swrtest.OtherShare(), false, "20x", nil},
		"200 with error": {swrtest.SuccessWithError("SVCSTG.SWR.5000001"), false, "200 " + inErrors + "5000001", nil},
		"200 and effect": {swrtest.SuccessWithError("SVCSTG.SWR.5000001").AfterEffect(), true, "200 " + inErrors + "5000001", nil},
		"huge": {swrtest.HugeBody(300_000), false, "200 ", func(t *testing.T, _ *swrtest.Server, got reply) {
			t.Helper()
			if len(got.body) != 300_000 || got.header.Get("Content-Length") != "300000" {
				t.Errorf("%d bytes", len(got.body))
			}
			decode[any](t, got.body)
		}},
	}
}

// TestEffects plays each effect that answers at each call.
func TestEffects(t *testing.T) {
	for name, test := range effectCases() {
		for _, kind := range swrtest.Operations() {
			t.Run(name+"/"+string(kind), func(t *testing.T) {
				s, _ := startWithShare(t)
				fault := s.Inject(swrtest.Fault{Operation: kind, Times: 1, Behavior: test.effect})
				got := send(t, requestOf(t, s, kind))
				seen := fmt.Sprint(got.status, " ", got.body)
				want := test.want
				if strings.HasPrefix(want, "20x") {
					seen, want = strings.Replace(seen, fmt.Sprint(successOf(kind)), "20x", 1), want[:min(len(want), 8)]
				}
				if kind == swrtest.OpLogin && strings.Contains(want, "{") {
					want, _, _ = strings.Cut(want, "{") // the IAM has codes of its own
				}
				if !strings.HasPrefix(seen, want) {
					t.Errorf("got %.200q, want %q", seen, want)
				}
				if test.check != nil {
					test.check(t, s, got)
				}
				if effect := tookEffect(s, kind); effect != (test.after && writesSomething(kind)) {
					t.Errorf("took effect: %v", effect)
				}
				entry := s.Requests()[0]
				if entry.Fault != test.effect.String() || entry.Fault == "" || entry.Status != got.status || fault.Count() != 1 {
					t.Errorf("log: %q %d, fired %d", entry.Fault, entry.Status, fault.Count())
				}
				if again := send(t, requestOf(t, s, kind)); again.status > 204 && !(test.after && kind == swrtest.OpCreate) {
					t.Errorf("after the fault: %d %s", again.status, again.body)
				}
			})
		}
	}
}

// successOf is the status of the answers that make no sense.
func successOf(kind swrtest.Operation) int {
	switch kind {
	case swrtest.OpCreate, swrtest.OpUpdate, swrtest.OpLogin:
		return http.StatusCreated
	default:
		return http.StatusOK
	}
}

// A list of nulls is an answer of the right outer shape; the others are not
// what their call promises.
func TestNonsense(t *testing.T) {
	s, _ := startWithShare(t)
	for _, test := range []struct {
		effect    swrtest.Behavior
		list, one string
	}{
		{swrtest.WrongShape(), `{"items":[]}`, `[]`},
		{swrtest.WrongTypes(), `[{"namespace":1,`, `{"namespace":1,`},
		{swrtest.OtherShare(), `[{"namespace":"elsewhere",`, `{"namespace":"elsewhere",`},
		{swrtest.HugeBody(1), `[{"description":""}]`, `{"description":""}`},
	} {
		fault := s.Inject(swrtest.Fault{Behavior: test.effect})
		if got := send(t, requestOf(t, s, swrtest.OpList)); !strings.HasPrefix(got.body, test.list) {
			t.Errorf("%s: %s", test.effect, got.body)
		}
		if got := send(t, requestOf(t, s, swrtest.OpGet)); !strings.HasPrefix(got.body, test.one) {
			t.Errorf("%s: %s", test.effect, got.body)
		}
		fault.Remove()
	}
}

func TestResets(t *testing.T) {
	for _, secure := range []bool{false, true} {
		for _, test := range []struct {
			effect swrtest.Behavior
			after  bool
		}{{swrtest.ResetBefore(), false}, {swrtest.ResetAfter(), true}} {
			for _, kind := range swrtest.Operations() {
				t.Run(fmt.Sprint(test.effect, "/", kind, "/", secure), func(t *testing.T) {
					s, httpClient := startEither(t, secure)
					s.Inject(swrtest.Fault{Operation: kind, Behavior: test.effect})
					resp, err := httpClient.Do(requestOf(t, s, kind))
					if err == nil {
						t.Fatalf("answered %d, %v", resp.StatusCode, resp.Body.Close())
					}
					if !errors.Is(err, syscall.ECONNRESET) {
						t.Errorf("%v, want a reset", err)
					}
					if effect := tookEffect(s, kind); effect != (test.after && writesSomething(kind)) {
						t.Errorf("took effect: %v", effect)
					}
					if entry := s.Requests()[0]; entry.Status != 0 || entry.Fault != test.effect.String() {
						t.Errorf("log: %d %q", entry.Status, entry.Fault)
					}
				})
			}
		}
	}
}

// startEither serves with or without TLS, and gives a client for it.
func startEither(t *testing.T, secure bool) (*swrtest.Server, *http.Client) {
	t.Helper()
	serve := swrtest.Start
	if secure {
		serve = swrtest.StartTLS
	}
	s := serve(t)
	s.AddRepository(namespace, repository)
	put(s, account)
	s.AddUser(swrtest.User{Name: "u", Password: "p"})
	transport := &http.Transport{DisableKeepAlives: true}
	if secure {
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(s.CAPEM()) {
			t.Fatal("no certificate in CAPEM")
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	}
	return s, &http.Client{Transport: transport, Timeout: 30 * time.Second}
}

func TestCutOff(t *testing.T) {
	for _, secure := range []bool{false, true} {
		for _, kind := range swrtest.Operations() {
			t.Run(fmt.Sprint(kind, "/", secure), func(t *testing.T) {
				s, httpClient := startEither(t, secure)
				s.Inject(swrtest.Fault{Operation: kind, Behavior: swrtest.CloseMidResponse()})
				resp, err := httpClient.Do(requestOf(t, s, kind))
				if err == nil {
					_, err = io.ReadAll(resp.Body)
					err = errors.Join(err, resp.Body.Close())
				}
				if !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("%v, want an unexpected end", err)
				}
				if effect := tookEffect(s, kind); effect != writesSomething(kind) {
					t.Errorf("took effect: %v", effect)
				}
			})
		}
	}
}

// A hanging request ends when its client gives up, and with the server.
func TestHangs(t *testing.T) {
	for _, test := range []struct {
		effect swrtest.Behavior
		after  bool
	}{
		{swrtest.HangBefore(), false},
		{swrtest.HangAfter(), true},
		{swrtest.LatencyBefore(time.Hour), false},
		{swrtest.LatencyAfter(time.Hour), true},
	} {
		t.Run(test.effect.String(), func(t *testing.T) {
			s, _ := startWithShare(t)
			fault := s.Inject(swrtest.Fault{Operation: swrtest.OpUpdate, Behavior: test.effect})
			ctx, cancel := context.WithCancel(t.Context())
			s.OnRequest(func(swrtest.RequestInfo) { cancel() }) // once it has arrived
			_, err := try(requestOf(t, s, swrtest.OpUpdate).WithContext(ctx))
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("%v", err)
			}
			s.OnRequest(nil)

			hanging := make(chan error, 1)
			go func() {
				_, err := try(requestOf(t, s, swrtest.OpUpdate))
				hanging <- err
			}()
			for fault.Count() < 2 {
				time.Sleep(time.Millisecond)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if err := <-hanging; err == nil {
				t.Error("answered by a closed server")
			}
			if got := tookEffect(s, swrtest.OpUpdate); got != test.after {
				t.Errorf("took effect: %v", got)
			}
		})
	}
}

// A client gives up on an answer that stops midway.
func TestHangAmid(t *testing.T) {
	for _, kind := range []swrtest.Operation{swrtest.OpList, swrtest.OpUpdate} {
		s, _ := startWithShare(t)
		s.Inject(swrtest.Fault{Operation: kind, Behavior: swrtest.HangMidResponse()})
		ctx, cancel := context.WithCancel(t.Context())
		resp, err := client.Do(requestOf(t, s, kind).WithContext(ctx))
		if err != nil {
			t.Fatal(err)
		}
		first := make([]byte, 1)
		if _, err := io.ReadFull(resp.Body, first); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		cancel()
		_, err = io.ReadAll(resp.Body)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", kind, err)
		}
		if err := resp.Body.Close(); err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if tookEffect(s, kind) != writesSomething(kind) {
			t.Errorf("%s: took effect: %v", kind, tookEffect(s, kind))
		}
		if err := s.Close(); err != nil || s.Requests()[0].Status != 0 {
			t.Errorf("%v, status %d", err, s.Requests()[0].Status)
		}
	}
	s, _ := startWithShare(t)
	s.Inject(swrtest.Fault{Operation: swrtest.OpDelete, Behavior: swrtest.HangMidResponse()})
	if got := send(t, requestOf(t, s, swrtest.OpDelete)); got.status != http.StatusNoContent {
		t.Errorf("%d", got.status)
	}
}

func TestLatency(t *testing.T) {
	s, _ := startWithShare(t)
	s.SetLatency(20 * time.Millisecond)
	begin := time.Now()
	send(t, requestOf(t, s, swrtest.OpList))
	if took := time.Since(begin); took < 20*time.Millisecond {
		t.Errorf("answered after %s", took)
	}
	s.SetLatency(0)
}
