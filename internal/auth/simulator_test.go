package auth_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
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

// identityServer is a server whose namespace belongs to another account, which delegates
// to the own one. It returns the block for each identity.
func identityServer(t *testing.T, options ...swrtest.Option) (*swrtest.Server, map[string]config.Settings) {
	t.Helper()
	server, login := password(t, options...)
	server.AddKey(swrtest.Key{Access: "AK", Secret: "SK"})
	secret := []byte("secret of the identity provider")
	server.AddIdentityProvider(swrtest.IdentityProvider{ID: "github", Audience: "cloud", Secret: secret})
	server.AddAccount(swrtest.Account{Name: "CUSTOMER", Projects: []swrtest.Project{{Name: "eu-de", ID: "c0"}, {Name: "eu-de_x", ID: "c1"}}})
	server.AddAgency(swrtest.Agency{Name: "ops", Account: "CUSTOMER"})
	server.AssignNamespace(namespace, "CUSTOMER")

	idToken := swrtest.SignIDToken(secret, map[string]any{"aud": "cloud", "exp": 1 << 40})
	host := config.Settings{"endpoint": server.URL, "auth_url": server.IAMURL, "region": "eu-de"}
	keys := config.Settings{"access_key": "AK", "secret_key": "SK"}
	identities := map[string]config.Settings{
		"login": login, "token": {"token": server.Token()}, "key pair": keys,
		"key pair for a token":   merge(keys, config.Settings{"signature_format": "credential"}),
		"key pair for a project": merge(keys, config.Settings{"assume_role.project_name": "eu-de_x"}),
		"id token":               {"oidc.idp_id": "github", "oidc.id_token": idToken},
	}
	for name, block := range identities {
		identities[name] = merge(host, block, config.Settings{"assume_role.agency_name": "ops", "assume_role.domain_name": "CUSTOMER"})
	}
	return server, identities
}

func merge(blocks ...config.Settings) config.Settings {
	all := config.Settings{}
	for _, block := range blocks {
		maps.Copy(all, block)
	}
	return all
}

// 200 shares are created in the account that delegated, while everything that IAM
// issues is valid for two seconds, on a clock that each request advances by 50 ms.
// There are at most ten requests at a time, so that nothing expires between a login
// and its first use, however slow the machine is.
func TestCredentialsOfTwoSeconds(t *testing.T) {
	_, names := identityServer(t)
	for name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := &steppingClock{now: time.Now(), step: 50 * time.Millisecond}
			server, identities := identityServer(t, swrtest.WithTokenLifetime(2*time.Second), swrtest.WithKeyLifetime(2*time.Second),
				swrtest.WithClock(clock.read))
			server.OnRequest(func(r swrtest.RequestInfo) {
				if r.Operation == swrtest.OpCreate {
					clock.advance()
				}
			})
			rt := transport(t, identities[name], config.Environment{})
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
			if got := server.Count(swrtest.OpAssumeRole, swrtest.OpSecurityTokens); got < 5 || got > 12 {
				t.Errorf("%d agency credentials: %v", got, server.Counts())
			}
			if got := server.Count(swrtest.OpProjects); got > 1 {
				t.Errorf("%d look-ups of the project", got)
			}
		})
	}
}

// Without the agency, the account that owns the namespace is another one. Without the
// policy, the error names it.
func TestOwnAccountIsNotTheAgency(t *testing.T) {
	server, identities := identityServer(t)
	for name, block := range identities {
		own := merge(block, config.Settings{"assume_role.agency_name": "", "assume_role.domain_name": "", "assume_role.project_name": ""})
		status, text, err := call(t.Context(), transport(t, own, config.Environment{}), server.URL, http.MethodGet, sharesPath(""), "")
		if err != nil || status != http.StatusUnauthorized || !strings.Contains(text, "4011064") {
			t.Errorf("%s: %d %s %v", name, status, text, err)
		}
		status, text, err = call(t.Context(), transport(t, block, config.Environment{}), server.URL, http.MethodGet, sharesPath(""), "")
		if err != nil || status != http.StatusOK {
			t.Errorf("%s: %d %s %v", name, status, text, err)
		}
	}
	server.RemoveAgency("ops")
	for name, block := range identities {
		_, _, err := call(t.Context(), transport(t, block, config.Environment{}), server.URL, http.MethodGet, sharesPath(""), "")
		if err == nil || !strings.Contains(err.Error(), `assume the agency "ops" of account "CUSTOMER"`) || !strings.Contains(err.Error(), "policy Agent Operator") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A project of a key pair is sent by its ID, and one that does not exist is an error.
func TestProjectOfKeyPair(t *testing.T) {
	server := swrtest.Start(t)
	server.SetOwner(swrtest.Account{Name: "OWN", Projects: []swrtest.Project{{Name: "eu-de", ID: "p0"}, {Name: "eu-de_x", ID: "p1"}}})
	server.AddKey(swrtest.Key{Access: "AK", Secret: "SK"})
	server.AddRepository(namespace, "team/app")
	block := config.Settings{"endpoint": server.URL, "auth_url": server.IAMURL, "access_key": "AK", "secret_key": "SK", "project_name": "eu-de_x"}
	rt := transport(t, block, config.Environment{})
	inParallel(t, 20, func(int) error {
		status, text, err := call(t.Context(), rt, server.URL, http.MethodGet, sharesPath(""), "")
		if err == nil && status != http.StatusOK {
			err = fmt.Errorf("%d %s", status, text)
		}
		return err
	})
	if n := server.Count(swrtest.OpProjects); n != 1 {
		t.Errorf("%d look-ups", n)
	}
	for _, request := range server.Requests() {
		id := request.Header.Get("X-Project-Id")
		signed := strings.Contains(request.Header.Get("Authorization"), ";x-project-id")
		if isSWR := request.Operation == swrtest.OpList; isSWR && (id != "p1" || !signed) || !isSWR && id != "" {
			t.Errorf("%s: project %q, signed: %t", request.Operation, id, signed)
		}
	}
	block["project_name"] = "eu-de_y"
	_, _, err := call(t.Context(), transport(t, block, config.Environment{}), server.URL, http.MethodGet, sharesPath(""), "")
	if err == nil || !strings.Contains(err.Error(), `look up the project "eu-de_y"`) {
		t.Errorf("got %v", err)
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
