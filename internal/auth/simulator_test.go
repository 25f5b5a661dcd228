package auth_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/auth"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/config"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

const (
	namespace = "platform"
	// repository is "team/app" as paths have it.
	repository = "team$app"
)

// accounts are names that need no escape, and some that do.
var accounts = []string{"OTC-EU-DE-00000000001000000100", "acme_corp", "Müller & Söhne AG", "株式会社", "a+b=c;d~e"}

func transport(t *testing.T, block config.Settings, env config.Environment) http.RoundTripper {
	t.Helper()
	cfg, _, errs := config.Resolve(block, env)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	rt, err := auth.NewTransport(cfg, auth.Options{UserAgent: "terraform-provider-swr/test"})
	if err != nil {
		t.Fatal(err)
	}
	return rt
}

// call is one request of the API, given by its path below /v2/manage.
func call(ctx context.Context, rt http.RoundTripper, endpoint, method, path, body string) (int, string, error) {
	r, err := http.NewRequestWithContext(ctx, method, endpoint+"/v2/manage/"+path, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := rt.RoundTrip(r)
	if err != nil {
		return 0, "", err
	}
	text, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text), errors.Join(err, resp.Body.Close())
}

func sharesPath(account string) string {
	path := "namespaces/" + namespace + "/repositories/" + repository + "/access-domains"
	if account != "" {
		path += "/" + url.PathEscape(account)
	}
	return path
}

func createBody(account string) string {
	return fmt.Sprintf(`{"access_domain":%q,"permit":"read","deadline":"forever","description":"d"}`, account)
}

// The simulator checks signatures with code of its own.
func TestSignaturesAreAccepted(t *testing.T) {
	for _, form := range []struct {
		format   string
		accepted swrtest.SignatureFormats
	}{{"access", swrtest.SignatureAccess}, {"credential", swrtest.SignatureCredential}} {
		for _, key := range []swrtest.Key{
			{Access: "AKAKAKAKAKAKAKAKAKAK", Secret: "s3cret+/="},
			{Access: "TEMPTEMPTEMPTEMPTEMP", Secret: "s3cret2", SecurityToken: "security=/+token"},
		} {
			t.Run(form.format+" "+key.Access, func(t *testing.T) {
				server := swrtest.Start(t, swrtest.WithVariants(func(v *swrtest.Variants) { v.Signatures = form.accepted }))
				server.AddKey(key)
				server.AddRepository(namespace, "team/app")
				rt := transport(t, config.Settings{
					"endpoint": server.URL, "access_key": key.Access, "secret_key": key.Secret, "security_token": key.SecurityToken, "signature_format": form.format,
				}, config.Environment{})
				for _, account := range accounts {
					for _, step := range []struct {
						method, path, body string
						want               int
					}{
						{http.MethodPost, "namespaces/" + namespace + "/repos/" + repository + "/access-domains", createBody(account), 201},
						{http.MethodGet, sharesPath(account), "", 200},
						{http.MethodGet, sharesPath(""), "", 200},
						{http.MethodGet, "shared-repositories?center=self&namespace=" + namespace + "&name=team%2Fapp&limit=10&offset=0", "", 200},
						{http.MethodPatch, sharesPath(account), `{"permit":"read","deadline":"forever","description":"ü"}`, 201},
						{http.MethodDelete, sharesPath(account), "", 204},
					} {
						status, text, err := call(t.Context(), rt, server.URL, step.method, step.path, step.body)
						if err != nil || status != step.want {
							t.Errorf("%s %s: %d, want %d: %s %v", step.method, step.path, status, step.want, text, err)
						}
					}
				}
			})
		}
	}
}

// password is a server with one user, and the block that signs in as that user.
func password(t *testing.T, options ...swrtest.Option) (*swrtest.Server, config.Settings) {
	t.Helper()
	server := swrtest.Start(t, options...)
	user := server.AddUser(swrtest.User{Name: "user", Password: "pa$s w0rd", Projects: []swrtest.Project{{Name: "eu-de", ID: "0123"}}})
	server.AddRepository(namespace, "team/app")
	return server, config.Settings{
		"endpoint": server.URL, "auth_url": server.IAMURL, "region": "eu-de",
		"user_name": user.Name, "password": user.Password, "domain_name": user.DomainName,
	}
}

// 200 shares are created while a token is valid for two seconds, on a clock that each
// request advances by 50 ms. There are at most ten requests at a time, so that a token
// does not expire between its login and its first use, however slow the machine is.
func TestTokenOfTwoSeconds(t *testing.T) {
	clock := &steppingClock{now: time.Now(), step: 50 * time.Millisecond}
	server, block := password(t, swrtest.WithTokenLifetime(2*time.Second), swrtest.WithClock(clock.read))
	server.OnRequest(func(r swrtest.RequestInfo) {
		if r.Operation == swrtest.OpCreate {
			clock.advance()
		}
	})
	rt := transport(t, block, config.Environment{})
	for round := range 20 {
		inParallel(t, 10, func(i int) error {
			account := fmt.Sprintf("account-%d-%d", round, i)
			status, text, err := call(t.Context(), rt, server.URL, http.MethodPost, sharesPath(""), createBody(account))
			if err == nil && status != http.StatusCreated {
				err = fmt.Errorf("%s: %d %s", account, status, text)
			}
			return err
		})
	}
	if got := len(server.AllShares()); got != 200 {
		t.Errorf("%d shares, want 200", got)
	}
	// 200 requests and their retries take at least 10 seconds of that clock.
	if got := server.Count(swrtest.OpLogin); got < 5 || got > 12 {
		t.Errorf("%d logins", got)
	}
}

// steppingClock is a clock that the test advances.
type steppingClock struct {
	mu   sync.Mutex
	now  time.Time
	step time.Duration
}

func (c *steppingClock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *steppingClock) advance() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(c.step)
}

// inParallel runs n calls, ten at a time, as Terraform does.
func inParallel(t *testing.T, n int, do func(i int) error) {
	t.Helper()
	var wait sync.WaitGroup
	slots := make(chan struct{}, 10)
	for i := range n {
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			if err := do(i); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
}

func TestTLS(t *testing.T) {
	server := swrtest.StartTLS(t)
	server.AddRepository(namespace, "team/app")
	env := config.Environment{
		LookupEnv: func(name string) (string, bool) { return "/ca.pem", name == "OS_CACERT" },
		ReadFile:  func(string, int64) ([]byte, error) { return server.CAPEM(), nil },
	}
	for _, test := range []struct {
		name  string
		block config.Settings
		env   config.Environment
		works bool
	}{
		{"the system's roots", config.Settings{}, config.Environment{}, false},
		{"cacert_file", config.Settings{}, env, true},
		{"insecure", config.Settings{"insecure": "true"}, config.Environment{}, true},
	} {
		test.block["endpoint"], test.block["token"] = server.URL, server.Token()
		status, text, err := call(t.Context(), transport(t, test.block, test.env), server.URL, http.MethodGet, sharesPath(""), "")
		if works := err == nil && status == http.StatusOK; works != test.works {
			t.Errorf("%s: %d %s %v", test.name, status, text, err)
		}
	}
}

func TestConnectionsAreKept(t *testing.T) {
	server, block := password(t)
	server.SetLatency(2 * time.Millisecond)
	rt := transport(t, block, config.Environment{})
	inParallel(t, 200, func(int) error {
		_, _, err := call(t.Context(), rt, server.URL, http.MethodGet, sharesPath(""), "")
		return err
	})
	if got := server.Connections(); got > 12 {
		t.Errorf("%d connections for ten requests at a time", got)
	}
}

// A wrong secret key is used once, and not as often as locks the key.
func TestWrongSecretKeyDoesNotLockTheKey(t *testing.T) {
	server := swrtest.Start(t, swrtest.WithVariants(func(v *swrtest.Variants) { v.AuthErrors = swrtest.AuthGateway }))
	server.AddKey(swrtest.Key{Access: "AK", Secret: "right"})
	server.AddRepository(namespace, "team/app")
	block := config.Settings{"endpoint": server.URL, "access_key": "AK", "secret_key": "wrong"}
	wrong := transport(t, block, config.Environment{})
	inParallel(t, 40, func(int) error {
		status, text, err := call(t.Context(), wrong, server.URL, http.MethodGet, sharesPath(""), "")
		if err == nil && (status != http.StatusUnauthorized || !strings.Contains(text, "verify aksk signature fail")) {
			err = fmt.Errorf("%d %s", status, text)
		}
		return err
	})
	if n := server.Count(); n != 1 {
		t.Errorf("%d wrong signatures", n)
	}
	block["secret_key"] = "right"
	status, text, err := call(t.Context(), transport(t, block, config.Environment{}), server.URL, http.MethodGet, sharesPath(""), "")
	if err != nil || status != http.StatusOK {
		t.Errorf("the right key: %d %s %v", status, text, err)
	}
}
