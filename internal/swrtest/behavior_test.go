package swrtest_test

import (
	"cmp"
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

// requestFor returns a request of an operation that would succeed.
func requestFor(t *testing.T, s *swrtest.Server, op swrtest.Operation) *http.Request {
	t.Helper()
	switch op {
	case swrtest.OpCreate:
		return newRequest(t, s, http.MethodPost, createPath(), strings.Replace(createBody, account, "new", 1))
	case swrtest.OpList:
		return newRequest(t, s, http.MethodGet, listPath(), "")
	case swrtest.OpGet:
		return newRequest(t, s, http.MethodGet, sharePath(account), "")
	case swrtest.OpUpdate:
		return newRequest(t, s, http.MethodPatch, sharePath(account), updateBody)
	case swrtest.OpDelete:
		return newRequest(t, s, http.MethodDelete, sharePath(account), "")
	case swrtest.OpRepositories:
		return newRequest(t, s, http.MethodGet, "/v2/manage/repos", "")
	case swrtest.OpSharedRepositories:
		return newRequest(t, s, http.MethodGet, "/v2/manage/shared-repositories?center=self", "")
	case swrtest.OpLogin:
		return newRequest(t, s, http.MethodPost, "/v3/auth/tokens", passwordLogin)
	case swrtest.OpAssumeRole:
		return newRequest(t, s, http.MethodPost, "/v3/auth/tokens", assumeRoleBody)
	case swrtest.OpIDToken:
		r := newRequest(t, s, http.MethodPost, "/v3.0/OS-AUTH/id-token/tokens", idTokenBody(idToken()))
		r.Header.Set("X-Idp-Id", "ci")
		return r
	case swrtest.OpSecurityTokens:
		return newRequest(t, s, http.MethodPost, "/v3.0/OS-CREDENTIAL/securitytokens", securityTokenBody)
	case swrtest.OpShowToken:
		r := newRequest(t, s, http.MethodGet, "/v3/auth/tokens", "")
		r.Header.Set("X-Subject-Token", s.Token())
		return r
	case swrtest.OpProjects:
		return newRequest(t, s, http.MethodGet, "/v3/projects?name=eu-de", "")
	case swrtest.OpDomains:
		return newRequest(t, s, http.MethodGet, "/v3/auth/domains", "")
	case swrtest.OpUsers:
		return newRequest(t, s, http.MethodGet, "/v3/users?name=u", "")
	case swrtest.OpCatalog:
		return newRequest(t, s, http.MethodGet, "/v3/auth/catalog", "")
	}
	t.Fatalf("no request for %q", op)
	return nil
}

// startWithShare serves a share with the one account, a user, an agency and an
// identity provider.
func startWithShare(t *testing.T) (*swrtest.Server, *clock) {
	t.Helper()
	s, c := start(t)
	addObjects(s)
	return s, c
}

// addObjects adds what the requests of requestFor need.
func addObjects(s *swrtest.Server) {
	put(s, account)
	s.AddUser(swrtest.User{Name: "u", Password: "p"})
	addCustomer(s)
	s.AddIdentityProvider(ciProvider)
}

// startWithTLS is startWithShare with or without TLS, and a client for it.
func startWithTLS(t *testing.T, secure bool) (*swrtest.Server, *http.Client) {
	t.Helper()
	transport := &http.Transport{DisableKeepAlives: true}
	httpClient := &http.Client{Transport: transport, Timeout: 30 * time.Second}
	if !secure {
		s, _ := startWithShare(t)
		return s, httpClient
	}
	s := swrtest.StartTLS(t)
	addObjects(s)
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(s.CAPEM()) {
		t.Fatal("no certificate in CAPEM")
	}
	transport.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	return s, httpClient
}

func isWrite(op swrtest.Operation) bool {
	return op == swrtest.OpCreate || op == swrtest.OpUpdate || op == swrtest.OpDelete
}

// assertEffect checks whether a write took effect; a read never does.
func assertEffect(t *testing.T, s *swrtest.Server, op swrtest.Operation, want bool) {
	t.Helper()
	_, exists := s.Share(namespace, repository, account)
	_, created := s.Share(namespace, repository, "new")
	for write, got := range map[swrtest.Operation]bool{
		swrtest.OpCreate: created, swrtest.OpUpdate: updated(s), swrtest.OpDelete: !exists,
	} {
		if got != (want && write == op) {
			t.Errorf("%s took effect: %v", write, got)
		}
	}
}

func updated(s *swrtest.Server) bool {
	share, _ := s.Share(namespace, repository, account)
	return share.Description == "changed"
}

// TestBehaviors checks each behavior that responds, with each operation.
func TestBehaviors(t *testing.T) {
	const (
		swrError  = `{"errors":[{"errorCode":"SVCSTG.SWR.`
		throttled = `429 {"error_code":"APIGW.0308"`
	)
	for name, test := range map[string]struct {
		behavior swrtest.Behavior
		after    bool   // the request takes effect
		want     string // status and the beginning of the body; 20x is the status of a success
		list     string // want for lists, if it differs
		header   string // one header of the response
		iam      string // want for calls of the IAM, if it differs
	}{
		"500":           {behavior: swrtest.Status(500, "SVCSTG.SWR.5000001"), want: "500 " + swrError + "5000001"},
		"500 after":     {behavior: swrtest.Status(500, "SVCSTG.SWR.5000001").AfterEffect(), after: true, want: "500 " + swrError + "5000001"},
		"no code":       {behavior: swrtest.Status(503, ""), want: "503 ", iam: `503 {"error":{"code":503,`},
		"599":           {behavior: swrtest.Status(599, "SVCSTG.SWR.5990000"), want: "599 " + swrError + "5990000"},
		"gateway":       {behavior: swrtest.Status(401, "APIGW.0301"), want: `401 {"error_code":"APIGW.0301"`},
		"array":         {behavior: swrtest.StatusAs(502, "X", swrtest.ShapeArray), want: `502 [{"errorCode":"X"`},
		"busy":          {behavior: swrtest.Busy(), want: "409 " + swrError + "4090023"},
		"throttle":      {behavior: swrtest.Throttle(), want: throttled, header: "Retry-After: "},
		"seconds":       {behavior: swrtest.ThrottleSeconds(7), want: throttled, header: "Retry-After: 7"},
		"text":          {behavior: swrtest.ThrottleRetryAfter("soon"), want: throttled, header: "Retry-After: soon"},
		"date":          {behavior: swrtest.ThrottleDate(time.Minute), want: throttled, header: "Retry-After: Sat, 01 Jun 2030 12:01:00 GMT"},
		"throttle 403":  {behavior: swrtest.ThrottleForbidden(swrtest.CodeThrottledForbidden), want: "403 " + swrError + "4031032"},
		"throttle 403b": {behavior: swrtest.ThrottleForbidden(swrtest.CodeThrottledForbidden2), want: "403 " + swrError + "4031042"},
		"page":          {behavior: swrtest.HTMLPage(200), want: "200 <html>", header: "Content-Type: text/html; charset=utf-8"},
		"page after":    {behavior: swrtest.HTMLPage(502).AfterEffect(), after: true, want: "502 <html>"},
		"redirect":      {behavior: swrtest.Redirect(302, "https://example.com/"), want: "302 ", header: "Location: https://example.com/"},
		"response":      {behavior: swrtest.Respond(418, http.Header{"X-Odd": {"1"}}, "\x1b[31m\xff"), want: "418 \x1b[31m\xff", header: "X-Odd: 1"},
		"empty, after":  {behavior: swrtest.Respond(202, nil, "").AfterEffect(), after: true, want: "202 ", header: "Content-Type: "},
		"late, before":  {behavior: swrtest.LatencyBefore(time.Millisecond), after: true, want: "2"},
		"late, after":   {behavior: swrtest.LatencyAfter(time.Millisecond), after: true, want: "2"},
		"error":         {behavior: swrtest.SuccessWithError("SVCSTG.SWR.5000001"), want: "200 " + swrError + "5000001"},
		"nulls":         {behavior: swrtest.NullList(), want: "20x [null,null,null]"},
		"types":         {behavior: swrtest.WrongTypes(), want: `20x {"namespace":1,`, list: `20x [{"namespace":1,`},
		"shape":         {behavior: swrtest.WrongShape(), want: `20x []`, list: `20x {"items":[]}`},
		"other share":   {behavior: swrtest.OtherShare(), want: `20x {"namespace":"elsewhere",`, list: `20x [{"namespace":"elsewhere",`},
		"huge":          {behavior: swrtest.HugeBody(1), want: `200 {"description":""}`, list: `200 [{"description":""}]`},
	} {
		for _, op := range swrtest.Operations() {
			t.Run(name+"/"+string(op), func(t *testing.T) {
				s, _ := startWithShare(t)
				fault := s.Inject(swrtest.Fault{Operation: op, Times: 1, Behavior: test.behavior})
				want, success := test.want, "200"
				switch op {
				case swrtest.OpList, swrtest.OpRepositories, swrtest.OpSharedRepositories:
					want = cmp.Or(test.list, want)
				case swrtest.OpLogin, swrtest.OpAssumeRole, swrtest.OpIDToken, swrtest.OpSecurityTokens:
					want, success = cmp.Or(test.iam, want), "201"
				case swrtest.OpShowToken, swrtest.OpProjects, swrtest.OpDomains, swrtest.OpUsers, swrtest.OpCatalog:
					want = cmp.Or(test.iam, want)
				case swrtest.OpCreate, swrtest.OpUpdate:
					success = "201"
				}
				want = strings.Replace(want, "20x", success, 1)
				got := send(t, requestFor(t, s, op))
				if seen := fmt.Sprint(got.status, " ", got.body); !strings.HasPrefix(seen, want) {
					t.Errorf("got %.200q, want %q", seen, want)
				}
				if name, value, ok := strings.Cut(test.header, ": "); ok && got.header.Get(name) != value {
					t.Errorf("%s %q, want %q", name, got.header.Get(name), value)
				}
				assertEffect(t, s, op, test.after)
				entry := s.Requests()[0]
				if entry.Fault != test.behavior.String() || entry.Fault == "" || entry.Status != got.status || fault.Count() != 1 {
					t.Errorf("log: %q %d, count %d", entry.Fault, entry.Status, fault.Count())
				}
				if again := send(t, requestFor(t, s, op)); again.status > 204 && !(test.after && op == swrtest.OpCreate) {
					t.Errorf("after the fault: %d %s", again.status, again.body)
				}
			})
		}
	}
}

func TestHugeBody(t *testing.T) {
	s, _ := startWithShare(t)
	s.Inject(swrtest.Fault{Behavior: swrtest.HugeBody(300_000)})
	got := send(t, requestFor(t, s, swrtest.OpList))
	if len(got.body) != 300_000 || got.header.Get("Content-Length") != "300000" {
		t.Errorf("%d bytes", len(got.body))
	}
	decode[any](t, got.body)
}

// TestConnectionFaults checks the behaviors after which a client has no response.
func TestConnectionFaults(t *testing.T) {
	for _, test := range []struct {
		behavior swrtest.Behavior
		after    bool
		want     error
	}{
		{swrtest.ResetBefore(), false, syscall.ECONNRESET},
		{swrtest.ResetAfter(), true, syscall.ECONNRESET},
		{swrtest.CloseMidResponse(), true, io.ErrUnexpectedEOF},
	} {
		for _, secure := range []bool{false, true} {
			for _, op := range swrtest.Operations() {
				t.Run(fmt.Sprint(test.behavior, "/", op, "/", secure), func(t *testing.T) {
					s, httpClient := startWithTLS(t, secure)
					s.Inject(swrtest.Fault{Operation: op, Behavior: test.behavior})
					resp, err := httpClient.Do(requestFor(t, s, op))
					if err == nil {
						_, err = io.ReadAll(resp.Body)
						err = errors.Join(err, resp.Body.Close())
					}
					if !errors.Is(err, test.want) {
						t.Errorf("%v, want %v", err, test.want)
					}
					assertEffect(t, s, op, test.after)
					if entry := s.Requests()[0]; entry.Status != 0 || entry.Fault != test.behavior.String() {
						t.Errorf("log: %d %q", entry.Status, entry.Fault)
					}
				})
			}
		}
	}
}

// A hanging request ends when its client disconnects, and with the server.
func TestHangs(t *testing.T) {
	for _, test := range []struct {
		behavior swrtest.Behavior
		after    bool
	}{
		{swrtest.HangBefore(), false},
		{swrtest.HangAfter(), true},
		{swrtest.LatencyBefore(time.Hour), false},
		{swrtest.LatencyAfter(time.Hour), true},
	} {
		t.Run(test.behavior.String(), func(t *testing.T) {
			s, _ := startWithShare(t)
			s.Inject(swrtest.Fault{Behavior: test.behavior})
			ctx, cancel := context.WithCancel(t.Context())
			s.OnRequest(func(swrtest.RequestInfo) { cancel() }) // once it has arrived
			_, err := try(requestFor(t, s, swrtest.OpList).WithContext(ctx))
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("%v", err)
			}

			arrived := make(chan struct{})
			s.OnRequest(func(swrtest.RequestInfo) { close(arrived) })
			done := make(chan error, 1)
			go func() {
				_, err := try(requestFor(t, s, swrtest.OpUpdate))
				done <- err
			}()
			<-arrived
			for test.after && !updated(s) {
				time.Sleep(time.Millisecond)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if err := <-done; err == nil {
				t.Error("response of a closed server")
			}
			assertEffect(t, s, swrtest.OpUpdate, test.after)
		})
	}
}

// A client disconnects in the middle of a response.
func TestHangMidResponse(t *testing.T) {
	for _, op := range []swrtest.Operation{swrtest.OpList, swrtest.OpUpdate} {
		s, _ := startWithShare(t)
		s.Inject(swrtest.Fault{Operation: op, Behavior: swrtest.HangMidResponse()})
		ctx, cancel := context.WithCancel(t.Context())
		resp, err := client.Do(requestFor(t, s, op).WithContext(ctx))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(resp.Body, make([]byte, 1)); err != nil {
			t.Errorf("%s: %v", op, err)
		}
		cancel()
		_, err = io.ReadAll(resp.Body)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", op, err)
		}
		if err := resp.Body.Close(); err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		assertEffect(t, s, op, isWrite(op))
		if err := s.Close(); err != nil || s.Requests()[0].Status != 0 {
			t.Errorf("%v, status %d", err, s.Requests()[0].Status)
		}
	}
	s, _ := startWithShare(t)
	s.Inject(swrtest.Fault{Operation: swrtest.OpDelete, Behavior: swrtest.HangMidResponse()})
	assertResponse(t, send(t, requestFor(t, s, swrtest.OpDelete)), http.StatusNoContent)
}

func TestLatency(t *testing.T) {
	s, _ := startWithShare(t)
	s.SetLatency(20 * time.Millisecond)
	begin := time.Now()
	send(t, requestFor(t, s, swrtest.OpList))
	if took := time.Since(begin); took < 20*time.Millisecond {
		t.Errorf("response after %s", took)
	}
}
