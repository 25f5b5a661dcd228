package swrtest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// reply is a response with its whole body.
type reply struct {
	request string // method and URL
	status  int
	header  http.Header
	body    string
}

// assertResponse checks a response's status, and for parts of its body.
func assertResponse(t *testing.T, got reply, status int, parts ...string) {
	t.Helper()
	if got.status != status {
		t.Errorf("%s: %d %s, want %d", got.request, got.status, got.body, status)
	}
	for _, part := range parts {
		if !strings.Contains(got.body, part) {
			t.Errorf("%s: no %q in %s", got.request, part, got.body)
		}
	}
}

// newRequest returns a request as documented, with the static token.
func newRequest(t *testing.T, s *swrtest.Server, method, path, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Auth-Token", s.Token())
	return r
}

// client follows no redirect and does not ask for compression by itself.
var client = &http.Client{
	Transport:     &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 4},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Timeout:       30 * time.Second,
}

// try returns the response to a request, or the error of the request or the body.
func try(r *http.Request) (reply, error) {
	resp, err := client.Do(r)
	if err != nil {
		return reply{}, err
	}
	return readReply(r, resp)
}

func readReply(r *http.Request, resp *http.Response) (reply, error) {
	body, err := io.ReadAll(resp.Body)
	if closeErr := resp.Body.Close(); err == nil {
		err = closeErr
	}
	return reply{r.Method + " " + r.URL.String(), resp.StatusCode, resp.Header, string(body)}, err
}

func send(t *testing.T, r *http.Request) reply {
	t.Helper()
	got, err := try(r)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func do(t *testing.T, s *swrtest.Server, method, path, body string) reply {
	t.Helper()
	return send(t, newRequest(t, s, method, path, body))
}

// sharesPath is the path of a repository's shares; the repository has "/".
func sharesPath(segment, namespace, repository string) string {
	return "/v2/manage/namespaces/" + namespace + "/" + segment + "/" +
		strings.ReplaceAll(repository, "/", "$") + "/access-domains"
}

// The one repository and account of most tests.
const (
	namespace  = "platform"
	repository = "team/app"
	account    = "Acme-Corp"
	createBody = `{"access_domain":"Acme-Corp","permit":"read","deadline":"2031-03-31T00:00:00.000Z","description":"d"}`
	updateBody = `{"permit":"read","deadline":"forever","description":"changed"}`
)

func listPath() string   { return sharesPath("repositories", namespace, repository) }
func createPath() string { return sharesPath("repos", namespace, repository) }
func sharePath(account string) string {
	return listPath() + "/" + url.PathEscape(account)
}

// start serves a simulator with the repository, on a clock that does not move.
func start(t *testing.T, opts ...swrtest.Option) (*swrtest.Server, *clock) {
	t.Helper()
	c := &clock{now: time.Date(2030, 6, 1, 12, 0, 0, 123456789, time.UTC)}
	s := swrtest.Start(t, append([]swrtest.Option{swrtest.WithClock(c.Now)}, opts...)...)
	s.AddRepository(namespace, repository)
	return s, c
}

// put shares the repository with accounts, forever.
func put(s *swrtest.Server, accounts ...string) {
	for _, a := range accounts {
		s.PutShare(swrtest.Share{Namespace: namespace, Repository: repository, AccessDomain: a})
	}
}

// clock moves only when a test advances it.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// share is a share as a client decodes it.
type share struct {
	Namespace    string `json:"namespace"`
	Repository   string `json:"repository"`
	AccessDomain string `json:"access_domain"`
	Deadline     string `json:"deadline"`
	Description  string `json:"description"`
	Created      string `json:"created"`
	Updated      string `json:"updated"`
	Status       bool   `json:"status"`
	Exist        *bool  `json:"exist"`
}

func decode[T any](t *testing.T, body string) T {
	t.Helper()
	var value T
	if err := json.Unmarshal([]byte(body), &value); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return value
}

// listed returns the accounts of a list, in its order.
func listed(t *testing.T, s *swrtest.Server, query string) []string {
	t.Helper()
	got := do(t, s, http.MethodGet, listPath()+query, "")
	assertResponse(t, got, http.StatusOK)
	accounts := []string{}
	for _, item := range decode[[]share](t, got.body) {
		accounts = append(accounts, item.AccessDomain)
	}
	return accounts
}

// getOne returns the response to GET of one share.
func getOne(t *testing.T, s *swrtest.Server, account string) share {
	t.Helper()
	got := do(t, s, http.MethodGet, sharePath(account), "")
	assertResponse(t, got, http.StatusOK)
	return decode[share](t, got.body)
}
