package auth_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/auth"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

const (
	namespace = "platform"
	// repository is "team/app" as paths have it.
	repository = "team$app"
)

// accounts are names that need no escape, and some that do.
var accounts = []string{"OTC-EU-DE-00000000001000000100", "acme_corp", "Müller & Söhne AG", "株式会社", "a+b=c;d~e"}

func transport(t *testing.T, block auth.Settings, env auth.Environment) http.RoundTripper {
	t.Helper()
	config, _, err := auth.Resolve(block, env)
	if err != nil {
		t.Fatal(err)
	}
	rt, err := config.Transport(auth.TransportOptions{UserAgent: "terraform-provider-swr/test"})
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
		format string
		taken  swrtest.SignatureFormats
	}{{"access", swrtest.SignatureAccess}, {"credential", swrtest.SignatureCredential}} {
		for _, key := range []swrtest.Key{
			{Access: "AKAKAKAKAKAKAKAKAKAK", Secret: "s3cret+/="},
			{Access: "TEMPTEMPTEMPTEMPTEMP", Secret: "s3cret2", SecurityToken: "security=/+token"},
		} {
			t.Run(form.format+" "+key.Access, func(t *testing.T) {
				server := swrtest.Start(t, swrtest.WithVariants(func(v *swrtest.Variants) { v.Signatures = form.taken }))
				server.AddKey(key)
				server.AddRepository(namespace, "team/app")
				rt := transport(t, auth.Settings{
					Endpoint: &server.URL, AccessKey: &key.Access, SecretKey: &key.Secret, SecurityToken: &key.SecurityToken, SignatureFormat: &form.format,
				}, auth.Environment{})
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

func TestWrongSecretIsRefused(t *testing.T) {
	for _, format := range []string{"access", "credential"} {
		server := swrtest.Start(t)
		server.AddKey(swrtest.Key{Access: "AK", Secret: "right"})
		server.AddRepository(namespace, "team/app")
		rt := transport(t, auth.Settings{Endpoint: &server.URL, AccessKey: new("AK"), SecretKey: new("s3cret"), SignatureFormat: &format}, auth.Environment{})
		status, text, err := call(t.Context(), rt, server.URL, http.MethodGet, sharesPath(""), "")
		if err != nil || status/100 != 4 || strings.Contains(text, "s3cret") {
			t.Errorf("%s: got %d %s, %v", format, status, text, err)
		}
	}
}

// password is a server with one user, and the block that signs in as that user.
func password(t *testing.T, options ...swrtest.Option) (*swrtest.Server, auth.Settings) {
	t.Helper()
	server := swrtest.Start(t, options...)
	user := server.AddUser(swrtest.User{Name: "user", Password: "pa$s w0rd", Projects: []swrtest.Project{{Name: "eu-de", ID: "0123"}}})
	server.AddRepository(namespace, "team/app")
	return server, auth.Settings{
		Endpoint: &server.URL, AuthURL: &server.IAMURL, Region: new("eu-de"),
		UserName: &user.Name, Password: &user.Password, DomainName: &user.DomainName,
	}
}

func TestLoginByNameAndByID(t *testing.T) {
	server := swrtest.Start(t)
	user := server.AddUser(swrtest.User{Name: "user", Password: "pa$s", Projects: []swrtest.Project{{Name: "eu-de", ID: "0123"}}})
	server.AddRepository(namespace, "team/app")
	for name, block := range map[string]auth.Settings{
		"names":           {UserName: &user.Name, DomainName: &user.DomainName, ProjectName: new("eu-de")},
		"ids":             {UserID: &user.ID, DomainID: &user.DomainID, ProjectID: new("0123")},
		"region":          {UserName: &user.Name, DomainID: &user.DomainID, Region: new("eu-de")},
		"id and a name":   {UserID: &user.ID, DomainName: &user.DomainName, ProjectName: new("eu-de")},
		"no account left": {UserID: &user.ID, ProjectID: new("0123")},
	} {
		block.Endpoint, block.AuthURL, block.Password = &server.URL, &server.IAMURL, &user.Password
		status, text, err := call(t.Context(), transport(t, block, auth.Environment{}), server.URL, http.MethodGet, sharesPath(""), "")
		if err != nil || status != http.StatusOK {
			t.Errorf("%s: %d %s %v", name, status, text, err)
		}
	}
}

func TestHundredStartsOneLogin(t *testing.T) {
	server, block := password(t)
	server.Inject(swrtest.Fault{Operation: swrtest.OpLogin, Behavior: swrtest.LatencyBefore(50 * time.Millisecond)})
	rt := transport(t, block, auth.Environment{})
	inParallel(t, 100, func(int) error {
		status, text, err := call(t.Context(), rt, server.URL, http.MethodGet, sharesPath(""), "")
		if err == nil && status != http.StatusOK {
			err = fmt.Errorf("%d %s", status, text)
		}
		return err
	})
	if got := server.Count(swrtest.OpLogin); got != 1 {
		t.Errorf("%d logins", got)
	}
}

func TestCancelledStartFailsNobodyElse(t *testing.T) {
	server, block := password(t)
	loggingIn := make(chan struct{}, 1)
	server.OnRequest(func(r swrtest.RequestInfo) {
		if r.Operation == swrtest.OpLogin {
			loggingIn <- struct{}{}
		}
	})
	server.Inject(swrtest.Fault{Operation: swrtest.OpLogin, Behavior: swrtest.LatencyBefore(100 * time.Millisecond)})
	rt := transport(t, block, auth.Environment{})
	ctx, cancel := context.WithCancel(t.Context())
	leader := make(chan error, 1)
	go func() {
		_, _, err := call(ctx, rt, server.URL, http.MethodGet, sharesPath(""), "")
		leader <- err
	}()
	<-loggingIn
	cancel()
	if err := <-leader; !errors.Is(err, context.Canceled) {
		t.Errorf("the leader got %v", err)
	}
	status, text, err := call(t.Context(), rt, server.URL, http.MethodGet, sharesPath(""), "")
	if err != nil || status != http.StatusOK {
		t.Errorf("got %d %s, %v", status, text, err)
	}
	if got := server.Count(swrtest.OpLogin); got != 1 {
		t.Errorf("%d logins", got)
	}
}

// 200 shares are made while a token lives for two seconds, on a clock that moves
// on by 50 ms with each request. They come in rounds of ten, so that however
// slow a machine is, no request is overtaken by the forty that outlive the token
// it has just been given.
func TestTokenOfTwoSeconds(t *testing.T) {
	clock := &steppingClock{now: time.Now(), step: 50 * time.Millisecond}
	server, block := password(t, swrtest.WithTokenLifetime(2*time.Second), swrtest.WithClock(clock.read))
	server.OnRequest(func(r swrtest.RequestInfo) {
		if r.Operation == swrtest.OpCreate {
			clock.advance()
		}
	})
	rt := transport(t, block, auth.Environment{})
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
	// 200 requests and their repetitions take at least 10 seconds of that clock.
	if got := server.Count(swrtest.OpLogin); got < 5 || got > 12 {
		t.Errorf("%d logins", got)
	}
}

// steppingClock moves when it is told to.
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

// inParallel does n things, ten at a time, as Terraform does.
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

func TestWrongPasswordIsTriedOnce(t *testing.T) {
	server, block := password(t)
	block.Password = new("wr0ng s3cret")
	rt := transport(t, block, auth.Environment{})
	inParallel(t, 20, func(int) error {
		_, _, err := call(t.Context(), rt, server.URL, http.MethodGet, sharesPath(""), "")
		var login *auth.LoginError
		if !errors.As(err, &login) || login.Status != http.StatusUnauthorized || login.Temporary() || strings.Contains(err.Error(), "s3cret") {
			return fmt.Errorf("got %w", err)
		}
		return nil
	})
	if got := server.Count(swrtest.OpLogin); got != 1 {
		t.Errorf("%d logins", got)
	}
}

func TestBusyIAM(t *testing.T) {
	server, block := password(t)
	rt := transport(t, block, auth.Environment{})
	for name, effect := range map[string]swrtest.Behavior{
		"throttled": swrtest.ThrottleSeconds(3), "503": swrtest.Status(503, ""), "reset": swrtest.ResetBefore(),
		"cut off": swrtest.CloseMidResponse(), "a page": swrtest.HTMLPage(http.StatusCreated),
	} {
		injected := server.Inject(swrtest.Fault{Operation: swrtest.OpLogin, Behavior: effect})
		_, _, err := call(t.Context(), rt, server.URL, http.MethodGet, sharesPath(""), "")
		var login *auth.LoginError
		if !errors.As(err, &login) {
			t.Errorf("%s: got %v", name, err)
		} else if name == "throttled" && login.RetryAfter() != 3*time.Second {
			t.Errorf("Retry-After %s", login.RetryAfter())
		} else if !login.Temporary() {
			t.Errorf("%s: not temporary: %v", name, err)
		}
		injected.Remove()
	}
	if status, text, err := call(t.Context(), rt, server.URL, http.MethodGet, sharesPath(""), ""); err != nil || status != http.StatusOK {
		t.Errorf("afterwards: %d %s %v", status, text, err)
	}
}

func TestTLS(t *testing.T) {
	server := swrtest.StartTLS(t)
	server.AddRepository(namespace, "team/app")
	env := auth.Environment{
		LookupEnv: func(name string) (string, bool) { return "/ca.pem", name == "OS_CACERT" },
		ReadFile:  func(string) ([]byte, error) { return server.CAPEM(), nil },
	}
	for _, test := range []struct {
		name  string
		block auth.Settings
		env   auth.Environment
		works bool
	}{
		{"the system's roots", auth.Settings{}, auth.Environment{}, false},
		{"cacert_file", auth.Settings{}, env, true},
		{"insecure", auth.Settings{Insecure: new(true)}, auth.Environment{}, true},
	} {
		test.block.Endpoint, test.block.Token = &server.URL, new(server.Token())
		status, text, err := call(t.Context(), transport(t, test.block, test.env), server.URL, http.MethodGet, sharesPath(""), "")
		if works := err == nil && status == http.StatusOK; works != test.works {
			t.Errorf("%s: %d %s %v", test.name, status, text, err)
		}
	}
}

func TestCloudsYAML(t *testing.T) {
	server, block := password(t)
	env := auth.Environment{
		CloudsDirs: []string{"/etc/openstack"},
		ReadFile: func(path string) ([]byte, error) {
			switch path {
			case "/etc/openstack/clouds.yaml":
				return fmt.Appendf(nil, "clouds: {c: {auth: {auth_url: %q, username: %q, user_domain_name: %q}, region_name: eu-de}}", server.IAMURL, *block.UserName, *block.DomainName), nil
			case "/etc/openstack/secure.yaml":
				return fmt.Appendf(nil, "clouds: {c: {auth: {password: %q}}}", *block.Password), nil
			}
			return nil, fmt.Errorf("%s: %w", path, fs.ErrNotExist)
		},
	}
	rt := transport(t, auth.Settings{Cloud: new("c"), Endpoint: &server.URL}, env)
	if status, text, err := call(t.Context(), rt, server.URL, http.MethodGet, sharesPath(""), ""); err != nil || status != http.StatusOK {
		t.Errorf("%d %s %v", status, text, err)
	}
}

func TestConnectionsAreKept(t *testing.T) {
	server, block := password(t)
	server.SetLatency(2 * time.Millisecond)
	rt := transport(t, block, auth.Environment{})
	inParallel(t, 200, func(int) error {
		_, _, err := call(t.Context(), rt, server.URL, http.MethodGet, sharesPath(""), "")
		return err
	})
	if got := server.Connections(); got > 12 {
		t.Errorf("%d connections for ten requests at a time", got)
	}
}
