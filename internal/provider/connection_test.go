package provider_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// A certificate that nobody vouches for is an error that says what to do, at SWR
// and at IAM; nothing is tried again.
func TestTLS(t *testing.T) {
	t.Parallel()
	server := swrtest.StartTLS(t)
	fillAccount(server)
	tf := newWorkspace(t, server, partner(`deadline = "forever"`))
	if err := tf.Write("ca.pem", string(server.CAPEM())); err != nil {
		t.Fatal(err)
	}
	for name, env := range map[string][]string{
		"SWR": {"SWR_ENDPOINT=" + server.URL, "OS_TOKEN=" + server.Token()},
		"IAM": passwordInEnvironment(server),
	} {
		tf.Env = env
		began := time.Now()
		printed := tf.run(failed, "apply", "-auto-approve")
		wants(t, printed, "x509: certificate signed by unknown authority", "cacert_file", "https://127.0.0.1:")
		if took := time.Since(began); took > 10*time.Second || strings.Contains(printed, "attempts") {
			t.Errorf("%s: it was tried for %s:\n%s", name, took, printed)
		}
	}
	if n := len(server.Requests()); n != 0 {
		t.Fatalf("%d requests got through", n)
	}

	tf.Env = passwordInEnvironment(server, "OS_CACERT=ca.pem")
	tf.apply()
	tf.write("provider \"swr\" {\n  cacert_file = \"ca.pem\"\n}\n" + partner(`deadline = "forever"`))
	tf.Env = passwordInEnvironment(server, "OS_CACERT=/nowhere")
	tf.plan(noChange)

	tf.write("provider \"swr\" {\n  insecure = true\n}\n" + partner(`deadline = "forever"`))
	tf.Env = passwordInEnvironment(server)
	wants(t, tf.plan(noChange), "Warning: TLS certificates are not verified", "insecure in the provider block", "cacert_file is the safe way")
}

// No redirect is followed, by any method, to any host; the message names method,
// status and target, without the target's query.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	target := swrtest.Start(t) // would answer
	target.AddRepository("platform", "team/app")
	server, _ := account(t)
	tf := newWorkspace(t, server, partner(`deadline = "forever"`))
	leadAway := func(kind swrtest.Operation, status int) {
		server.RemoveFaults()
		server.Inject(swrtest.Fault{Operation: kind, Behavior: swrtest.Redirect(status, target.URL+"/v2/page?token=r3direct-5ecret#"+server.Token())})
	}
	fails := func(method, status string, args ...string) {
		t.Helper()
		before := len(server.Requests())
		printed := tf.run(failed, append(args, "-auto-approve")...)
		wants(t, printed, method+" http://127.0.0.1:", status, "to "+target.URL+"/v2/page", "followed")
		noSecrets(t, map[string]string{"the output": printed}, "r3direct-5ecret", server.Token())
		if n := len(server.Requests()) - before; n > 3 {
			t.Errorf("%s %s: %d requests: it was tried again", method, status, n)
		}
	}
	leadAway(swrtest.OpCreate, http.StatusTemporaryRedirect)
	fails("POST", "307 Temporary Redirect", "apply")
	leadAway(swrtest.OpCreate, http.StatusFound)
	fails("POST", "302 Found", "apply")
	if len(tf.ids()) != 0 {
		t.Errorf("in the state: %v", tf.ids())
	}

	leadAway(swrtest.OpLogin, http.StatusPermanentRedirect)
	tf.Env = passwordInEnvironment(server)
	fails("POST", "308", "apply")
	requests(t, server, map[swrtest.Operation]int{swrtest.OpLogin: 1, swrtest.OpCreate: 2})

	tf.use(server)
	server.RemoveFaults()
	tf.apply()
	state := tf.stateFile()
	leadAway(swrtest.OpList, http.StatusSeeOther)
	fails("GET", "303 See Other", "apply")
	leadAway(swrtest.OpDelete, http.StatusFound)
	fails("DELETE", "302 Found", "destroy")
	leadAway(swrtest.OpUpdate, http.StatusMovedPermanently)
	tf.write(partner(`deadline = "2031-03-31"`))
	fails("PATCH", "301 Moved Permanently", "apply")

	if n := len(target.Requests()); n != 0 {
		t.Errorf("%d requests were led away", n)
	}
	if after := tf.ids(); len(after) != 1 || after["platform/team/app/ACME"] {
		t.Errorf("in the state: %v; before: %s", after, state)
	}
	server.RemoveFaults()
	tf.apply()
	tf.destroy()
}

// Plain http:// to another machine is refused, wherever it was set.
func TestPlainHTTPIsRefused(t *testing.T) {
	t.Parallel()
	server, _ := account(t)
	tf := newWorkspace(t, server, partner(`deadline = "forever"`))
	for name, env := range map[string][]string{
		"endpoint": {"SWR_ENDPOINT=http://swr-api.example.com", "OS_TOKEN=" + server.Token()},
		"auth_url": passwordInEnvironment(server, "OS_AUTH_URL=http://iam.example.com/v3"),
	} {
		tf.Env = env
		wants(t, tf.plan(failed), "Invalid "+name, "begins with http://", "Write https://")
	}
	tf.Env = []string{"OS_TOKEN=" + server.Token()}
	tf.write("provider \"swr\" {\n  endpoint = \"http://swr-api.example.com\"\n}\n" + partner(`deadline = "forever"`))
	wants(t, tf.plan(failed), "http://swr-api.example.com", "begins with http://")
	tf.write("provider \"swr\" {\n  endpoint = \"http://swr-api.example.com\"\n  insecure = true\n}\n" + partner(`deadline = "forever"`))
	wants(t, tf.plan(changes), "Warning: Credentials are sent in clear text") // the plan of a new share sends nothing
}

// A connection that fails before the request was written leaves nothing in the
// state, and the message names the endpoint, or the proxy that refused.
func TestRequestNeverSent(t *testing.T) {
	t.Parallel()
	server, _ := account(t)
	reset, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = reset.Close() })
	go func() {
		for {
			conn, err := reset.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 1)) // the rest is unread, so that closing resets
			_ = conn.Close()
		}
	}()
	proxy := func(status int) string {
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		t.Cleanup(proxy.Close)
		return strings.TrimPrefix(proxy.URL, "http://")
	}
	wantsPassword, forbids := proxy(http.StatusProxyAuthRequired), proxy(http.StatusForbidden)
	tf := newWorkspace(t, server, partner(`deadline = "forever"`))
	for name, test := range map[string]struct {
		env  []string
		want []string
	}{
		"TLS handshake reset": {
			env:  []string{"SWR_ENDPOINT=https://" + reset.Addr().String()},
			want: []string{"POST https://" + reset.Addr().String() + "/v2/"},
		},
		"proxy wants authentication": {
			env:  []string{"SWR_ENDPOINT=https://swr-api.example", "HTTPS_PROXY=http://user:pr0xy-5ecret@" + wantsPassword},
			want: []string{"the proxy " + wantsPassword + " refused to connect to swr-api.example:443: 407 Proxy Authentication Required", "HTTPS_PROXY"},
		},
		"proxy forbids": {
			env:  []string{"SWR_ENDPOINT=https://swr-api.example", "HTTPS_PROXY=http://user:pr0xy-5ecret@" + forbids},
			want: []string{"the proxy " + forbids + " refused to connect to swr-api.example:443: 403 Forbidden"},
		},
	} {
		tf.Env = append(test.env, "OS_TOKEN="+server.Token(), "SWR_MAX_RETRIES=0")
		printed := tf.run(failed, "apply", "-auto-approve")
		wants(t, printed, test.want...)
		noSecrets(t, map[string]string{"the output": printed}, "pr0xy-5ecret")
		if ids := tf.ids(); len(ids) != 0 {
			t.Errorf("%s: in the state: %v\n%s", name, ids, printed)
		}
	}
	tf.use(server)
	tf.apply()
}
