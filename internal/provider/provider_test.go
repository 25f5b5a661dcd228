package provider_test

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// Errors and warnings of the configuration name their attribute. Package auth has
// tests of all of them.
func TestConfigure(t *testing.T) {
	t.Parallel()
	h := unconfigured(t, startServer(t))
	h.configure(values{"endpoint": "http://swr-api.example.com", "token": "t"}).assertError(t,
		`AttributeName("endpoint"): Invalid endpoint`, "begins with http://", "Write https://")
	h.configure(values{"token": "t", "access_key": "a", "secret_key": "s"}).assertError(t, "token", "access_key")
	h.configure(values{}).assertError(t, "OS_TOKEN")
	h.configure(values{"token": "t", "region": "eu-de", "assume_role": values{"agency_name": "ops"}}).assertError(t,
		`AttributeName("assume_role").AttributeName("domain_name"): Incomplete agency`)
	h.configure(values{"oidc": values{"idp_id": "ci", "id_token": "a", "id_token_file": "b"}}).assertError(t,
		`AttributeName("oidc").AttributeName("id_token_file"): Conflicting oidc attributes`)
	for name, block := range map[string]values{
		"oidc": {"oidc": unknown}, "oidc.idp_id": {"oidc": values{"idp_id": unknown, "id_token": "a"}},
	} {
		h.configure(block)
		h.newShare().apply(shareConfig).assertError(t, "Provider configuration not yet known", `"`+name+`" in the provider block is not known`)
	}
	h.configure(values{"endpoint": "http://swr-api.example.com", "token": "t", "insecure": true}).assertWarning(t, "Credentials are sent in clear text")
	assertNoRequests(t, h.server)
}

// Where the client allows it, a provider that is not configured yet defers.
func TestDeferral(t *testing.T) {
	t.Parallel()
	s, server := appliedShare(t)
	s.harness = unconfigured(t, server)
	config := s.object(s.schemas.Provider, values{"endpoint": unknown})
	_, err := s.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		Config: config, ClientCapabilities: &tfprotov6.ConfigureProviderClientCapabilities{DeferralAllowed: true},
	})
	s.must(err)
	read, err := s.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: shareType, CurrentState: s.state, CurrentIdentity: s.identity, Private: s.private,
		ClientCapabilities: &tfprotov6.ReadResourceClientCapabilities{DeferralAllowed: true},
	})
	s.must(err)
	if read.Deferred == nil || read.Deferred.Reason != tfprotov6.DeferredReasonProviderConfigUnknown || len(read.Diagnostics) > 0 {
		t.Errorf("deferred: %+v, %+v", read.Deferred, read.Diagnostics)
	}
}

// A certificate that is not trusted is an error that says what to do, at SWR and
// at IAM; nothing is tried again.
func TestTLS(t *testing.T) {
	t.Parallel()
	server := swrtest.StartTLS(t)
	addCredentials(server)
	for _, block := range []values{{"token": server.Token()}, passwordBlock(server)} {
		d := newHarness(t, server, block).newShare().apply(shareConfig)
		d.assertError(t, "x509: certificate signed by unknown authority", "cacert_file", "https://127.0.0.1:")
		assertNotContains(t, d.String(), "attempts")
	}
	assertNoRequests(t, server)
	h := unconfigured(t, server)
	h.configure(passwordBlock(server).with("insecure", true)).assertWarning(t, "TLS certificates are not verified", "cacert_file is the safe way")
	h.newShare().apply(shareConfig).silent(t)
}

// A TLS handshake that is reset sent nothing: there is nothing in the state.
func TestConnectionReset(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 1)) // the rest is unread, so that closing resets
			_ = conn.Close()
		}
	}()
	endpoint := "https://" + listener.Addr().String()
	s := newHarness(t, startServer(t), values{"endpoint": endpoint, "token": "t", "max_retries": 0}).newShare()
	s.apply(shareConfig).assertError(t, "POST "+endpoint+"/v2/")
	s.assertExists(false)
}

// A credential that is refused is sent once by a plan and once by an apply, and the message says where it and the
// endpoint came from. Package auth has tests of all sources.
func TestRefusedCredential(t *testing.T) {
	t.Parallel()
	for words, block := range map[string]values{
		"token from the provider block": {"token": "not-a-token-5ecret"},
		"temporary access key from the provider block": {
			"access_key": "TEMPORARY", "secret_key": testSecretKey, "security_token": "wrong-5ecret-security-token", "region": "eu-nl"},
	} {
		server := startServer(t)
		d := newHarness(t, server, block).newShare().apply(shareConfig)
		d.assertError(t, "Unable to create share", words, "401 Unauthorized", "endpoint "+server.URL+" from the provider block")
		assertNoSecrets(t, map[string]string{"the message": d.String()}, append(secretsIn(server),
			"not-a-token-5ecret", testSecretKey, "wrong-5ecret-security-token")...)
		if server.Count() != 2 {
			t.Errorf("requests: %v", server.Counts())
		}
	}
}

// A refused agency is an error that names agency, account and policy, and in which
// account the run acts. IAM refuses signatures of a clock that is off, too.
func TestRefusedAgency(t *testing.T) {
	t.Parallel()
	block := func(server *swrtest.Server) values {
		return values{"access_key": "PERMANENT", "secret_key": testSecretKey, "auth_url": server.IAMURL,
			"assume_role": values{"agency_name": "missing", "domain_name": "CUSTOMER"}}
	}
	server := startServer(t)
	d := newHarness(t, server, block(server)).newShare().apply(shareConfig)
	d.assertError(t, "Unable to create share", `assume the agency "missing" of account "CUSTOMER" at `+server.IAMURL, "403 Forbidden",
		"the policy Agent Operator", `acting in account "CUSTOMER" with the agency "missing" from the provider block`)
	assertNoSecrets(t, map[string]string{"the message": d.String()}, allSecrets(server)...)

	server = startServer(t, swrtest.WithClock(func() time.Time { return time.Now().Add(20 * time.Minute) }))
	newHarness(t, server, block(server)).newShare().apply(shareConfig).assertError(t,
		"The clock of this computer is 20m behind that of the service")
}

// Of a login that fails the message says where each part of it came from. It is
// sent once, however many resources need it.
func TestWrongPassword(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	h := newHarness(t, server, values{"auth_url": server.IAMURL, "user_id": "0000jane", "password": "wrong-5up3r$ecret",
		"project_name": "eu-de", "domain_name": "OWNER-ACCOUNT"}).inOneRun()
	concurrently(12, 12, func(n int) {
		d := h.newShare().apply(shareConfig.with("access_domain", fmt.Sprintf("ACCOUNT-%d", n)))
		d.assertError(t, `login as user with id "0000jane" from the provider block`, "no region is set", "401 Unauthorized",
			`account "OWNER-ACCOUNT"`, `project "eu-de"`, "at "+server.IAMURL+" from", "IAM returns the same response for a wrong user, password, account or project",
			"sign in at "+server.IAMURL, "endpoint "+server.URL)
		assertNoSecrets(t, map[string]string{"the message": d.String()}, "wrong-5up3r$ecret")
	})
	if server.Count(swrtest.OpLogin) != 1 || server.Count() != 1 {
		t.Errorf("requests: %v", server.Counts())
	}
}

// echo is a service that fails, and repeats in its response whatever it was sent:
// headers and body, in every form in which an error page may write them. Logins
// succeed unless they are to be echoed too.
func echo(t *testing.T, status int, loginsToo bool) (endpoint string, secrets func() []string) {
	t.Helper()
	var mu sync.Mutex
	var sent []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if isIAM := strings.HasSuffix(r.URL.Path, "tokens"); isIAM && !loginsToo {
			w.Header().Set("X-Subject-Token", "TOKEN+from/IAM=5ecret")
			w.WriteHeader(http.StatusCreated)
			_, _ = w.Write([]byte(`{"token":{},"credential":{"access":"AK-from-IAM","secret":"SK-from-IAM-5ecret","securitytoken":"ST+from/IAM=5ecret"}}`))
			return
		}
		mu.Lock()
		defer mu.Unlock()
		var echoed []string
		for _, name := range []string{"X-Auth-Token", "Authorization", "X-Security-Token"} {
			if value := r.Header.Get(name); value != "" {
				echoed = append(echoed, value)
				_, signature, _ := strings.Cut(value, "Signature=")
				sent = append(sent, value, signature)
			}
		}
		for field, secret := range map[string]string{`"password"`: testPassword, `"id_token"`: testIDToken} {
			if strings.Contains(string(body), field) {
				echoed = append(echoed, string(body), secret)
				sent = append(sent, secret)
			}
		}
		text := strings.Join(echoed, " ")
		w.Header().Set("X-Request-Id", text)
		w.Header().Set("Location", "https://login.example/page?token="+url.QueryEscape(text))
		w.WriteHeader(status)
		encoded, err := json.Marshal(text)
		if err != nil {
			t.Error(err)
		}
		switch len(sent) % 3 {
		case 0:
			_, _ = fmt.Fprintf(w, `{"errors":[{"errorCode":"SVCSTG.SWR.5000001","errorMessage":%s}]}`, encoded)
		case 1:
			_, _ = fmt.Fprintf(w, "<html>%s %s</html>", text, html.EscapeString(text))
		default:
			_, _ = fmt.Fprintf(w, "?token=%s %s", url.QueryEscape(text), encoded)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL, func() []string {
		mu.Lock()
		defer mu.Unlock()
		if len(sent) == 0 {
			t.Error("nothing was echoed")
		}
		return append(slices.DeleteFunc(slices.Clone(sent), func(s string) bool { return s == "" }),
			echoToken, testSecretKey, testSecurityToken, testPassword, testIDToken, idTokenSubject,
			"TOKEN+from/IAM=5ecret", "SK-from-IAM-5ecret", "ST+from/IAM=5ecret")
	}
}

const echoToken = "given+TOKEN/5ecret&<>=="

// What a service repeats of its request's credentials is in no message; see
// TestCLIEchoedSecrets for the log, and for responses that are not HTTP.
func TestEchoedSecrets(t *testing.T) {
	t.Parallel()
	idle := startServer(t)
	agency := values{"agency_name": "ops", "domain_name": "CUSTOMER"}
	idTokenBlock := values{"oidc": values{"idp_id": "ci", "id_token": testIDToken}, "region": "eu-de", "auth_url": ""}
	for method, block := range map[string]values{
		"token":                {"token": echoToken},
		"access key":           {"access_key": "PERMANENT", "secret_key": testSecretKey},
		"temporary access key": {"access_key": "PERMANENT", "secret_key": testSecretKey, "security_token": testSecurityToken},
		"password":             passwordBlock(idle),
		"login":                passwordBlock(idle),
		"id token":             idTokenBlock,
		"id token login":       idTokenBlock,
		"agency login":         {"token": echoToken, "assume_role": agency, "region": "eu-de", "auth_url": ""},
		"agency keys":          {"access_key": "PERMANENT", "secret_key": testSecretKey, "assume_role": agency, "auth_url": ""},
	} {
		for _, status := range []int{http.StatusInternalServerError, http.StatusUnauthorized, http.StatusBadRequest, http.StatusFound, http.StatusOK} {
			t.Run(fmt.Sprintf("%s %d", method, status), func(t *testing.T) {
				t.Parallel()
				endpoint, secrets := echo(t, status, strings.HasSuffix(method, "login"))
				config := block.with("endpoint", endpoint).with("max_retries", 2)
				if block["auth_url"] != nil {
					config["auth_url"] = endpoint
				}
				d := newHarness(t, idle, config).newShare().apply(shareConfig.with("timeouts", values{"create": "3s"}))
				d.assertError(t)
				assertNoSecrets(t, map[string]string{"the message": d.String()}, secrets()...)
			})
		}
	}
}

// invalidHTTP is a service that writes this and closes the connection.
func invalidHTTP(t *testing.T, response string) (endpoint string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			t.Error(err)
		}
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.WriteString(connection, response)
		_ = connection.Close()
	}))
	t.Cleanup(server.Close)
	return server.URL
}
