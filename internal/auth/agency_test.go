package auth

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/config"
)

// fakeCloud is an IAM and a service that record their requests. What IAM issues has a
// number, and lives for an hour of the clock.
type fakeCloud struct {
	iam, swr *httptest.Server
	clock    testClock

	mu       sync.Mutex
	issued   int
	calls    []string // method, path and what the test is about
	received []http.Header
	// refuse returns the response to a call, or status 0.
	refuse func(path, body string) (status int, response string)
	// accept reports whether the service accepts a credential.
	accept func(http.Header) bool
}

func newFakeCloud(t *testing.T) *fakeCloud {
	t.Helper()
	c := &fakeCloud{}
	c.clock.advance(365 * 24 * time.Hour)
	c.iam = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { c.serveIAM(t, w, r) }))
	t.Cleanup(c.iam.Close)
	c.swr = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.received = append(c.received, r.Header)
		if c.accept != nil && !c.accept(r.Header) {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	t.Cleanup(c.swr.Close)
	return c
}

func (c *fakeCloud) serveIAM(t *testing.T, w http.ResponseWriter, r *http.Request) {
	content, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
	}
	body := string(content)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, fmt.Sprintf("%s %s %s %s", r.Method, r.URL, authorization(r.Header), body))
	if c.refuse != nil {
		if status, response := c.refuse(r.URL.Path, body); status != 0 {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, response)
			return
		}
	}
	c.issued++
	began := c.clock.now()
	ends := began.Add(time.Hour).Format(time.RFC3339)
	switch r.URL.Path {
	case "/v3/auth/tokens", "/v3.0/OS-AUTH/id-token/tokens":
		w.Header().Set("X-Subject-Token", fmt.Sprint("token", c.issued))
		w.WriteHeader(http.StatusCreated)
		_, _ = fmt.Fprintf(w, `{"token":{"issued_at":%q,"expires_at":%q}}`, began.Format(time.RFC3339), ends)
	case "/v3.0/OS-CREDENTIAL/securitytokens":
		w.Header().Set("Date", began.Format(http.TimeFormat))
		w.WriteHeader(http.StatusCreated)
		_, _ = fmt.Fprintf(w, `{"credential":{"access":"TEMP%[1]d","secret":"s%[1]d","securitytoken":"st%[1]d","expires_at":%[2]q}}`, c.issued, ends)
	case "/v3/projects":
		_, _ = io.WriteString(w, `{"projects":[{"id":"id-of-other","name":"eu-de_x2"},{"id":"id-of-x","name":"eu-de_x"}]}`)
	default:
		t.Errorf("unexpected %s %s", r.Method, r.URL)
	}
}

// authorization returns a short form of the credential and the scope of a request.
func authorization(header http.Header) string {
	text := header.Get("X-Auth-Token")
	if signed := header.Get("Authorization"); signed != "" {
		_, identity, _ := strings.Cut(signed, " ")
		key, rest, _ := strings.Cut(identity, ",")
		key, _, _ = strings.Cut(key, "/")
		text += key
		for _, name := range []string{"X-Project-Id", "X-Domain-Id", "X-Security-Token"} {
			if strings.Contains(rest, strings.ToLower(name)) {
				text += " " + name + "=" + header.Get(name)
			}
		}
	}
	if idp := header.Get("X-Idp-Id"); idp != "" {
		text += "idp=" + idp
	}
	return "[" + text + "]"
}

func (c *fakeCloud) transport(t *testing.T, block config.Settings, files map[string]string) http.RoundTripper {
	t.Helper()
	all := config.Settings{"endpoint": c.swr.URL, "auth_url": c.iam.URL, "region": "eu-de"}
	maps.Copy(all, block)
	return testTransport(t, resolve(t, all), Options{Clock: c.clock.now, ReadFile: func(path string, limit int64) ([]byte, error) {
		if text, ok := files[path]; ok && int64(len(text)) <= limit {
			return []byte(text), nil
		}
		return nil, errors.New("no such file")
	}})
}

// get sends a request, and returns the status.
func (c *fakeCloud) get(t *testing.T, transport http.RoundTripper) int {
	t.Helper()
	resp, err := get(transport, c.swr.URL+"/v2/x")
	if err != nil {
		t.Fatal(err)
	}
	drain(resp)
	return resp.StatusCode
}

var (
	opsAgency  = config.Settings{"assume_role.agency_name": "ops", "assume_role.domain_name": "A"}
	ownKeys    = config.Settings{"access_key": "AK", "secret_key": "SK"}
	ownLogin   = config.Settings{"user_id": "u", "password": "pa$s"}
	ownIDToken = config.Settings{"oidc.idp_id": "github", "oidc.id_token": testIDToken}
)

func merge(blocks ...config.Settings) config.Settings {
	all := config.Settings{}
	for _, block := range blocks {
		maps.Copy(all, block)
	}
	return all
}

// testIDToken is a JWT.
var testIDToken = "eyJhbGciOiJub25lIn0." + base64.RawURLEncoding.EncodeToString(
	[]byte(`{"sub":"repo:acme/infra:ref:refs/heads/main","aud":["otc.example"],"actor":{"id":4711174}}`)) + ".c2lnbmF0dXJl"

// What IAM and the service receive, for each way to sign in.
func TestIdentities(t *testing.T) {
	const (
		asAgency    = `{"auth":{"identity":{"assume_role":{"agency_name":"ops","domain_name":"A"},"methods":["assume_role"]},"scope":{"project":{"name":"eu-de"}}}}`
		asAgencyKey = `{"auth":{"identity":{"assume_role":{"agency_name":"ops","domain_name":"A","duration_seconds":3600},"methods":["assume_role"]}}}`
	)
	for _, test := range []struct {
		name  string
		block config.Settings
		// calls are the requests of IAM.
		calls []string
		// want is the credential that the service receives.
		want string
	}{
		{
			name: "agency with a token", block: merge(opsAgency, config.Settings{"token": "own"}),
			calls: []string{"POST /v3/auth/tokens [own] " + asAgency}, want: "[token1]",
		}, {
			name: "agency with a login", block: merge(opsAgency, ownLogin),
			calls: []string{
				`POST /v3/auth/tokens [] {"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"u","password":"pa$s"}}},` +
					`"scope":{"project":{"domain":{"id":"d"},"name":"eu-de"}}}}`,
				"POST /v3/auth/tokens [token1] " + asAgency,
			}, want: "[token2]",
		}, {
			name: "agency with an id token", block: merge(opsAgency, ownIDToken),
			calls: []string{
				`POST /v3.0/OS-AUTH/id-token/tokens [idp=github] {"auth":{"id_token":{"id":"` + testIDToken + `"},"scope":{"project":{"name":"eu-de"}}}}`,
				"POST /v3/auth/tokens [token1] " + asAgency,
			}, want: "[token2]",
		}, {
			name: "agency as a token with a key pair", block: merge(opsAgency, ownKeys, config.Settings{"signature_format": "credential", "project_id": "p"}),
			calls: []string{"POST /v3/auth/tokens [Credential=AK X-Domain-Id=d] " + asAgency}, want: "[token1]",
		}, {
			name: "agency as a key pair", block: merge(opsAgency, ownKeys),
			calls: []string{"POST /v3.0/OS-CREDENTIAL/securitytokens [Access=AK X-Domain-Id=d] " + asAgencyKey},
			want:  "[Access=TEMP1 X-Security-Token=st1]",
		}, {
			name: "agency as a key pair, with a project", block: merge(opsAgency, ownKeys, config.Settings{"assume_role.project_name": "eu-de_x"}),
			calls: []string{
				"POST /v3.0/OS-CREDENTIAL/securitytokens [Access=AK X-Domain-Id=d] " + asAgencyKey,
				"GET /v3/projects?name=eu-de_x [Access=TEMP1 X-Security-Token=st1] ",
			}, want: "[Access=TEMP1 X-Project-Id=id-of-x X-Security-Token=st1]",
		}, {
			name: "agency by ids", block: merge(ownLogin, config.Settings{
				"token": "own", "user_id": "", "password": "", "assume_role.agency_name": "ops", "assume_role.domain_id": "a", "assume_role.project_id": "p"}),
			calls: []string{`POST /v3/auth/tokens [own] {"auth":{"identity":{"assume_role":{"agency_name":"ops","domain_id":"a"},` +
				`"methods":["assume_role"]},"scope":{"project":{"id":"p"}}}}`}, want: "[token1]",
		}, {
			name: "id token", block: merge(ownIDToken, config.Settings{"project_id": "p"}),
			calls: []string{
				`POST /v3.0/OS-AUTH/id-token/tokens [idp=github] {"auth":{"id_token":{"id":"` + testIDToken + `"},"scope":{"project":{"id":"p"}}}}`,
			}, want: "[token1]",
		}, {
			name: "project id of a key pair", block: merge(ownKeys, config.Settings{"project_id": "p"}),
			want: "[Access=AK X-Project-Id=p]",
		}, {
			name: "project name of a key pair", block: merge(ownKeys, config.Settings{"project_name": "eu-de_x"}),
			calls: []string{"GET /v3/projects?name=eu-de_x [Access=AK X-Domain-Id=d] "}, want: "[Access=AK X-Project-Id=id-of-x]",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			cloud := newFakeCloud(t)
			transport := cloud.transport(t, merge(test.block, config.Settings{"domain_id": "d"}), nil)
			for range 2 { // the second request needs no call of IAM
				cloud.get(t, transport)
			}
			if got, want := strings.Join(cloud.calls, "\n"), strings.Join(test.calls, "\n"); got != want {
				t.Errorf("got calls of IAM\n%s\nwant\n%s", got, want)
			}
			for _, header := range cloud.received {
				if got := authorization(header); got != test.want {
					t.Errorf("the service received %s, want %s", got, test.want)
				}
			}
		})
	}
}

// A credential of IAM is renewed before it ends, and when it is refused: once for all
// requests that wait.
func TestAgencyRenewal(t *testing.T) {
	for name, own := range map[string]config.Settings{
		"token": {"token": "own"}, "login": ownLogin, "key pair": ownKeys, "id token": ownIDToken,
	} {
		t.Run(name, func(t *testing.T) {
			cloud := newFakeCloud(t)
			valid := ""
			cloud.accept = func(header http.Header) bool { return valid == "" || authorization(header) == valid }
			transport := cloud.transport(t, merge(opsAgency, own, config.Settings{"domain_id": "d"}), nil)
			cloud.get(t, transport)
			first := len(cloud.calls)

			cloud.clock.advance(54 * time.Minute)
			cloud.get(t, transport)
			if len(cloud.calls) != first {
				t.Errorf("renewed too early: %v", cloud.calls[first:])
			}
			cloud.clock.advance(2 * time.Minute)
			var wait sync.WaitGroup
			for range 20 {
				wait.Go(func() { cloud.get(t, transport) })
			}
			wait.Wait()
			if len(cloud.calls) != 2*first {
				t.Errorf("%d calls for the first credential, then %v", first, cloud.calls[first:])
			}

			// The service refuses it: one more of the agency.
			number := cloud.issued + 1
			valid = fmt.Sprintf("[token%d]", number)
			if name == "key pair" {
				valid = fmt.Sprintf("[Access=TEMP%[1]d X-Security-Token=st%[1]d]", number)
			}
			if status := cloud.get(t, transport); status != http.StatusOK || len(cloud.calls) != 2*first+1 {
				t.Errorf("%d after %v", status, cloud.calls[2*first:])
			}
		})
	}
}

// While IAM is not available, a credential that has not ended is used, and not every
// request tries to renew it.
func TestRenewalWithoutIAM(t *testing.T) {
	cloud := newFakeCloud(t)
	transport := cloud.transport(t, merge(ownLogin, config.Settings{"domain_id": "d"}), nil)
	cloud.get(t, transport)
	cloud.refuse = func(string, string) (int, string) { return http.StatusServiceUnavailable, "" }
	cloud.clock.advance(58 * time.Minute)
	for range 10 {
		if status := cloud.get(t, transport); status != http.StatusOK {
			t.Errorf("got %d", status)
		}
	}
	if len(cloud.calls) != 2 {
		t.Errorf("%d calls", len(cloud.calls))
	}
	cloud.clock.advance(2 * time.Minute)
	_, err := get(transport, cloud.swr.URL)
	if login, ok := errors.AsType[*LoginError](err); !ok || !login.Temporary() {
		t.Errorf("got %v", err)
	}
}

// An expired own token is renewed when IAM refuses it.
func TestOwnTokenEndsAtIAM(t *testing.T) {
	cloud := newFakeCloud(t)
	ended := ""
	cloud.refuse = func(_, body string) (int, string) {
		if strings.Contains(body, "assume_role") && strings.HasSuffix(ended, "token1") {
			ended = ""
			return http.StatusUnauthorized, `{"error":{"code":401,"message":"The request you have made requires authentication."}}`
		}
		return 0, ""
	}
	transport := cloud.transport(t, merge(opsAgency, ownLogin, config.Settings{"domain_id": "d"}), nil)
	ended = "token1"
	if status := cloud.get(t, transport); status != http.StatusOK {
		t.Errorf("got %d", status)
	}
	if got := authorization(cloud.received[0]); got != "[token3]" || len(cloud.calls) != 4 {
		t.Errorf("%s after %v", got, cloud.calls)
	}
}

// A refusal is final. It names who was refused and what to do, and shows no secret.
func TestRefusedIdentities(t *testing.T) {
	iamError := func(text string) string {
		encoded, _ := json.Marshal(text)
		return fmt.Sprintf(`{"error":{"message":%s}}`, encoded)
	}
	for _, test := range []struct {
		name     string
		block    config.Settings
		path     string
		status   int
		response string
		// want follows the operation and the URL.
		operation, want string
	}{
		{
			"agency", merge(opsAgency, config.Settings{"token": "own-s3cret"}), "/v3/auth/tokens", 403, iamError("no own-s3cret"),
			`assume the agency "ops" of account "A"`,
			`403 Forbidden: no [redacted]. Check that the credential is valid, that account "A" has an agency "ops" that delegates to its ` +
				`account, and that its user has the policy Agent Operator`,
		}, {
			"agency as a key pair", merge(opsAgency, ownKeys), "/v3.0/OS-CREDENTIAL/securitytokens", 404, iamError("no agency."),
			`assume the agency "ops" of account "A"`,
			`404 Not Found: no agency. Check that the credential is valid, that account "A" has an agency "ops" that delegates to its ` +
				`account, and that its user has the policy Agent Operator`,
		}, {
			"own login for an agency", merge(opsAgency, ownLogin), "/v3/auth/tokens", 401, iamError("wrong"),
			"sign in", `401 Unauthorized: wrong. IAM returns the same response for a wrong user, password, account or project`,
		}, {
			"id token", ownIDToken, "/v3.0/OS-AUTH/id-token/tokens", 401,
			iamError("no rule for repo:acme/infra:ref:refs/heads/main, otc.example, 4711174 and " + testIDToken),
			`sign in with the ID token of the identity provider "github"`,
			`401 Unauthorized: no rule for [redacted], [redacted], [redacted] and [redacted]. Check that IAM has the identity provider ` +
				`"github", that its issuer, client ID and conversion rules match the ID token, and that the ID token has not expired`,
		}, {
			"id token of an unknown identity provider", ownIDToken, "/v3.0/OS-AUTH/id-token/tokens", 404, "",
			`sign in with the ID token of the identity provider "github"`, `404 Not Found. Check that IAM has the identity provider "github"...`,
		}, {
			"project", merge(ownKeys, config.Settings{"project_name": "eu-de_x"}), "/v3/projects", 403, iamError("not allowed"),
			`look up the project "eu-de_x"`,
			"403 Forbidden: not allowed. Set project_id instead of project_name if the user may not list projects",
		}, {
			"missing project", merge(ownKeys, config.Settings{"project_name": "eu-de_x"}), "/v3/projects", 200, `{"projects":[]}`,
			`look up the project "eu-de_x"`, "IAM lists 0 projects with this name. Correct project_name, or set project_id",
		}, {
			"no temporary key pair", merge(opsAgency, ownKeys), "/v3.0/OS-CREDENTIAL/securitytokens", 201, `{"credential":{"access":"s3cret"}}`,
			`assume the agency "ops" of account "A"`, "the response has no temporary access key",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			cloud := newFakeCloud(t)
			cloud.refuse = func(path, _ string) (int, string) {
				if path == test.path {
					return test.status, test.response
				}
				return 0, ""
			}
			transport := cloud.transport(t, merge(test.block, config.Settings{"domain_id": "d"}), nil)
			var calls int
			for range 2 {
				_, err := get(transport, cloud.swr.URL+"/v2/x")
				login, ok := errors.AsType[*LoginError](err)
				if !ok || login.Temporary() {
					t.Fatalf("got %v, want a final LoginError", err)
				}
				want, cut := strings.CutSuffix(fmt.Sprintf("%s at %s/v3: %s", test.operation, cloud.iam.URL, test.want), "...")
				if got := login.Error(); got != want && (!cut || !strings.HasPrefix(got, want)) {
					t.Errorf("got  %s\nwant %s", got, want)
				}
				if calls == 0 {
					calls = len(cloud.calls)
				}
			}
			if len(cloud.calls) != calls || len(cloud.received) != 0 {
				t.Errorf("calls after the refusal: %v, %d requests", cloud.calls[calls:], len(cloud.received))
			}
		})
	}
}

// A clock that is off is known from the first signature that is refused, also by IAM.
func TestClockOffsetOfIAM(t *testing.T) {
	for name, block := range map[string]config.Settings{
		"project": {"project_name": "eu-de_x"},
		"agency":  opsAgency,
	} {
		t.Run(name, func(t *testing.T) {
			cloud := newFakeCloud(t)
			cloud.refuse = func(string, string) (int, string) { return http.StatusUnauthorized, "" }
			transport, ok := cloud.transport(t, merge(ownKeys, block), nil).(Transport)
			if !ok {
				t.Fatal("not a Transport")
			}
			if _, err := get(transport, cloud.swr.URL+"/v2/x"); err == nil {
				t.Fatal("no error")
			}
			if offset, ok := transport.ClockOffset(); !ok || offset < time.Hour {
				t.Errorf("got %s, %t", offset, ok)
			}
		})
	}
}

// The project of the region is the one of requests without a project: that it can't be
// looked up does not matter.
func TestRegionalProjectThatCanNotBeListed(t *testing.T) {
	cloud := newFakeCloud(t)
	cloud.refuse = func(string, string) (int, string) { return http.StatusForbidden, "" }
	transport := cloud.transport(t, merge(ownKeys, config.Settings{"project_name": "eu-de"}), nil)
	for range 2 {
		cloud.get(t, transport)
	}
	if got := authorization(cloud.received[1]); got != "[Access=AK]" || len(cloud.calls) != 1 {
		t.Errorf("received %s after %v", got, cloud.calls)
	}
}

// The file of an ID token is read for each login.
func TestIDTokenFile(t *testing.T) {
	cloud := newFakeCloud(t)
	files := map[string]string{"/jwt": "first\n"}
	block := config.Settings{"oidc.idp_id": "github", "oidc.id_token_file": "/jwt"}
	transport := cloud.transport(t, block, files)
	cloud.get(t, transport)
	files["/jwt"] = "second"
	cloud.clock.advance(time.Hour)
	cloud.get(t, transport)
	if len(cloud.calls) != 2 || !strings.Contains(cloud.calls[0], `"id":"first"`) || !strings.Contains(cloud.calls[1], `"id":"second"`) {
		t.Errorf("got %v", cloud.calls)
	}

	for content, want := range map[string]string{
		"":                                    "the file /jwt contains no ID token",
		"a s3cret b":                          "the file /jwt contains no ID token",
		strings.Repeat("a", maxIDTokenFile+1): "the file with the ID token can't be read: no such file",
	} {
		_, err := get(cloud.transport(t, block, map[string]string{"/jwt": content}), cloud.swr.URL)
		if err == nil || !strings.HasSuffix(err.Error(), `identity provider "github" at `+cloud.iam.URL+"/v3: "+want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
