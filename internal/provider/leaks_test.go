package provider_test

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// traced is the environment that makes Terraform log all it can.
func (tf *workspace) traced() []string {
	return []string{"TF_LOG=TRACE", "TF_LOG_PATH=" + filepath.Join(tf.Dir, "trace.log")}
}

// log gives what was logged so far.
func (tf *workspace) log() string {
	tf.t.Helper()
	content, err := os.ReadFile(filepath.Join(tf.Dir, "trace.log"))
	if err != nil {
		tf.t.Fatal(err)
	}
	return string(content)
}

// planFile gives all that a plan file holds, unpacked.
func (tf *workspace) planFile(name string) string {
	tf.t.Helper()
	archive, err := zip.OpenReader(filepath.Join(tf.Dir, name))
	if err != nil {
		tf.t.Fatal(err)
	}
	defer func() { _ = archive.Close() }()
	var all strings.Builder
	for _, file := range archive.File {
		content, err := file.Open()
		if err != nil {
			tf.t.Fatal(err)
		}
		if _, err := io.Copy(&all, content); err != nil {
			tf.t.Fatal(err)
		}
		_ = content.Close()
	}
	return all.String()
}

// noSecrets fails where a text holds a secret, in any form in which programs
// write texts: as it is, in JSON, in a URL, in HTML, quoted.
func noSecrets(t *testing.T, texts map[string]string, secrets ...string) {
	t.Helper()
	for name, text := range texts {
		for _, secret := range secrets {
			if line, found := findSecret(t, text, secret); found {
				t.Errorf("%s holds the secret %q:\n%.1000s", name, secret, line)
				break
			}
		}
	}
}

// findSecret gives the line that holds a secret.
func findSecret(t *testing.T, text, secret string) (line string, found bool) {
	t.Helper()
	encoded, err := json.Marshal(secret)
	if err != nil {
		t.Fatal(err)
	}
	quoted := fmt.Sprintf("%q", secret)
	for _, form := range []string{
		secret, string(encoded[1 : len(encoded)-1]), quoted[1 : len(quoted)-1],
		url.QueryEscape(secret), url.PathEscape(secret), html.EscapeString(secret),
	} {
		if at := strings.Index(text, form); at >= 0 {
			line, _, _ := strings.Cut(text[strings.LastIndexByte(text[:at], '\n')+1:], "\n")
			return line, true
		}
	}
	return "", false
}

var loggedRequest = regexp.MustCompile(`\[DEBUG\] +provider\.terraform-provider-swr: request: .*`)

// traceable fails unless the log has a line for each request that the simulator
// got, with all that tells it from others.
func (tf *workspace) traceable(server *swrtest.Server, log string) {
	tf.t.Helper()
	lines := loggedRequest.FindAllString(log, -1)
	byID := map[string]string{}
	for i, line := range lines {
		lines[i] = strings.ReplaceAll(line, `"`, "")
		for _, field := range strings.Fields(line) {
			if id, ok := strings.CutPrefix(field, "request_id="); ok {
				byID[id] = lines[i]
			}
		}
	}
	for _, request := range server.Requests() {
		if request.Status == 0 {
			continue // it was never answered, so it has no id
		}
		line := byID[fmt.Sprintf("%032x", request.Number)]
		fields := []string{"method=" + request.Method, "path=" + request.Path, fmt.Sprintf("status=%d", request.Status), "duration_ms=", "attempt="}
		for _, field := range fields {
			if !strings.Contains(line, field) {
				tf.t.Errorf("request %d lacks %q in the log: %q", request.Number, field, line)
			}
		}
	}
	if len(lines) < len(server.Requests()) {
		tf.t.Errorf("%d requests in the log instead of %d", len(lines), len(server.Requests()))
	}
}

// echo is a service that fails, and repeats in its answer whatever it was sent:
// headers and body, in every form in which an error page may write them. Logins
// succeed unless they are to be echoed too.
func echo(t *testing.T, status int, loginsToo bool) (*httptest.Server, func() []string) {
	t.Helper()
	var mu sync.Mutex
	var sent []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if strings.HasSuffix(r.URL.Path, "/auth/tokens") && !loginsToo {
			w.Header().Set("X-Subject-Token", "TOKEN+from/IAM=5ecret")
			w.WriteHeader(http.StatusCreated)
			_, _ = w.Write([]byte(`{"token":{}}`))
			return
		}
		mu.Lock()
		defer mu.Unlock()
		var said []string
		for _, name := range []string{"X-Auth-Token", "Authorization", "X-Security-Token"} {
			if value := r.Header.Get(name); value != "" {
				said = append(said, value)
				_, signature, _ := strings.Cut(value, "Signature=")
				sent = append(sent, value, signature)
			}
		}
		if strings.Contains(string(body), "password") {
			said = append(said, string(body), thePassword)
		}
		text := strings.Join(said, " ")
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
	return server, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.DeleteFunc(sent, func(s string) bool { return s == "" })
	}
}

// What a service repeats of its request's credentials comes neither into the
// message nor into the log.
func TestEchoedSecrets(t *testing.T) {
	t.Parallel()
	ways := map[string][]string{
		"token":    {"OS_TOKEN=given+TOKEN/5ecret&<>=="},
		"key pair": {"OS_ACCESS_KEY=PERMANENT", "OS_SECRET_KEY=" + theSecretKey, "OS_SECURITY_TOKEN=" + theSecurityToken},
		"password": {"OS_USERNAME=jane", "OS_USER_DOMAIN_NAME=OWNER-ACCOUNT", "OS_REGION_NAME=eu-de", "OS_PASSWORD=" + thePassword},
	}
	for way, env := range ways {
		for _, status := range []int{http.StatusInternalServerError, http.StatusUnauthorized, http.StatusBadRequest, http.StatusFound, http.StatusOK} {
			for _, loginsToo := range []bool{false, true} {
				if loginsToo && way != "password" {
					continue
				}
				t.Run(fmt.Sprintf("%s %d %t", way, status, loginsToo), func(t *testing.T) {
					t.Parallel()
					server, sent := echo(t, status, loginsToo)
					idle := swrtest.Start(t)
					tf := newWorkspace(t, idle, partner(`deadline = "forever"`, `timeouts = { create = "5s" }`))
					tf.Env = append([]string{"SWR_ENDPOINT=" + server.URL, "OS_AUTH_URL=" + server.URL, "SWR_MAX_RETRIES=2"}, env...)
					tf.Env = append(tf.Env, tf.traced()...)
					printed := tf.run(failed, "apply", "-auto-approve")
					if len(sent()) == 0 && !loginsToo {
						t.Error("nothing was echoed")
					}
					noSecrets(t, map[string]string{"the output": printed, "the log": tf.log()},
						append(sent(), "given+TOKEN/5ecret&<>==", theSecretKey, theSecurityToken, thePassword, "TOKEN+from/IAM=5ecret")...)
				})
			}
		}
	}
}

// An answer that is no HTTP, but holds the token, is quoted nowhere.
func TestBrokenAnswersAreNotQuoted(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"header": "HTTP/1.1 201 Created\r\nX-Subject-Token TOKEN-5ecret-from-IAM\r\n\r\n",
		"status": "X-Subject-Token: TOKEN-5ecret-from-IAM\r\n\r\n",
		"length": "HTTP/1.1 201 Created\r\nContent-Length: TOKEN-5ecret-from-IAM\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if _, err := io.Copy(io.Discard, r.Body); err != nil {
					t.Error(err)
				}
				connection, _, err := http.NewResponseController(w).Hijack()
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = io.WriteString(connection, answer)
				_ = connection.Close()
			}))
			t.Cleanup(server.Close)
			tf := newWorkspace(t, swrtest.Start(t), partner(`deadline = "forever"`))
			tf.Env = append([]string{"SWR_ENDPOINT=" + server.URL, "OS_AUTH_URL=" + server.URL, "SWR_MAX_RETRIES=1",
				"OS_USERNAME=jane", "OS_USER_DOMAIN_NAME=OWNER-ACCOUNT", "OS_REGION_NAME=eu-de", "OS_PASSWORD=" + thePassword}, tf.traced()...)
			printed := tf.run(failed, "apply", "-auto-approve")
			wants(t, printed, "sign in at "+server.URL)
			noSecrets(t, map[string]string{"the output": printed, "the log": tf.log()}, "TOKEN-5ecret-from-IAM", thePassword)
		})
	}
}

// A token that ended is renewed within one try: both requests are in the log.
func TestRenewalIsTraceable(t *testing.T) {
	t.Parallel()
	server, _ := account(t)
	tf := newWorkspace(t, server, partner(`deadline = "forever"`))
	tf.Env = append(passwordInEnvironment(server), tf.traced()...)
	var once sync.Once
	server.OnRequest(func(request swrtest.RequestInfo) {
		if request.Operation == swrtest.OpGet {
			once.Do(server.ExpireTokens)
		}
	})
	tf.apply()
	requests(t, server, map[swrtest.Operation]int{swrtest.OpCreate: 1, swrtest.OpGet: 2, swrtest.OpLogin: 2})
	tf.traceable(server, tf.log())
}

// What the documentation says of saved plans: one holds what was written in the
// block or in variables, unless they are ephemeral (see TestSignIn); the
// environment leaves nothing in it.
func TestSavedPlanHoldsVariables(t *testing.T) {
	t.Parallel()
	server, _ := account(t)
	tf := newWorkspace(t, server, "variable \"token\" {\n  sensitive = true\n}\nprovider \"swr\" {\n  token = var.token\n}\n"+partner(`deadline = "forever"`))
	tf.Env = []string{"SWR_ENDPOINT=" + server.URL, "TF_VAR_token=" + server.Token()}
	tf.plan(changes, "-out=plan.bin")
	if !strings.Contains(tf.planFile("plan.bin"), server.Token()) {
		t.Error("the plan does not hold the variable: the documentation may say so")
	}
	noSecrets(t, map[string]string{"the output": tf.run(0, "show", "plan.bin")}, server.Token())
}
