package provider_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// Each way to sign in applies, plans clean and destroys, with one login for each
// run of the provider that sends anything, and leaks no secret: neither into the
// log at TRACE, nor into what Terraform prints, nor into the state or the plan.
func TestSignIn(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	server, _ := account(t)
	ephemeral := knowsEphemeral(t, server)
	for _, way := range waysToSignIn(server) {
		names[way.name] = true
	}
	for name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, _ := account(t)
			ways := waysToSignIn(server)
			way := ways[slices.IndexFunc(ways, func(s signIn) bool { return s.name == name })]
			tf := newWorkspace(t, server, way.config(ephemeral)+partner(`deadline = "forever"`))
			for file, content := range way.files {
				if err := tf.Write(file, content); err != nil {
					t.Fatal(err)
				}
			}
			tf.Env = append(way.environment(server), tf.traced()...)

			logins := func(want int) {
				t.Helper()
				if !way.logsIn {
					want = 0
				}
				if got := server.Count(swrtest.OpLogin); got != want {
					t.Errorf("%d logins instead of %d", got, want)
				}
			}
			printed := tf.apply()
			logins(1)
			if _, there := server.Share("platform", "team/app", "ACME"); !there {
				t.Fatal("the share is not there")
			}
			printed += tf.plan(noChange, "-out=plan.bin")
			logins(2)
			shown := tf.run(0, "show", "-json", "plan.bin")
			state := tf.stateFile()
			printed += tf.destroy()
			logins(4) // one to refresh, one to destroy
			if left := server.AllShares(); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}

			for _, request := range server.Requests() {
				if agent := request.Header.Get("User-Agent"); agent != "terraform-provider-swr/dev" {
					t.Errorf("%s %s: User-Agent %q", request.Method, request.Path, agent)
				}
				authorization, token := request.Header.Get("Authorization"), request.Header.Get("X-Auth-Token")
				if !strings.HasPrefix(authorization, way.signed) || (authorization == "") != (way.signed == "") {
					t.Errorf("%s %s: Authorization %q", request.Method, request.Path, authorization)
				}
				if (token == "") != (way.signed != "" || request.Operation == swrtest.OpLogin) {
					t.Errorf("%s %s: X-Auth-Token %q", request.Method, request.Path, token)
				}
			}

			log := tf.log()
			tf.traceable(server, log)
			texts := map[string]string{"the log": log, "the output": printed, "the state": state}
			if ephemeral || len(way.variables) == 0 { // Terraform saves other variables with a plan
				texts["the plan file"], texts["the plan as JSON"] = tf.planFile("plan.bin"), shown
			}
			noSecrets(t, texts, way.secrets(server)...)
		})
	}
}

// many is a set of shares of one repository, and a description for all of them.
func many(count int, description string) string {
	return fmt.Sprintf(`
resource "swr_repository_share" "partner" {
  count         = %d
  namespace     = "platform"
  repository    = "team/app"
  access_domain = format("ACME-%%03d", count.index)
  deadline      = "2031-03-31"
  description   = %q
}
`, count, description)
}

// passwordInEnvironment signs in as the account's user.
func passwordInEnvironment(server *swrtest.Server, more ...string) []string {
	return append([]string{
		"SWR_ENDPOINT=" + server.URL, "OS_AUTH_URL=" + server.IAMURL, "OS_REGION_NAME=eu-de",
		"OS_USERNAME=jane", "OS_USER_DOMAIN_NAME=OWNER-ACCOUNT", "OS_PASSWORD=" + thePassword,
	}, more...)
}

// The shares that one run makes at once cost one login, though it is slow; and
// so do the reads of the next run.
func TestSignInOnce(t *testing.T) {
	t.Parallel()
	server, _ := account(t)
	server.Inject(swrtest.Fault{Operation: swrtest.OpLogin, Behavior: swrtest.LatencyBefore(300 * time.Millisecond)})
	tf := newWorkspace(t, server, many(30, ""))
	tf.Env = passwordInEnvironment(server)
	tf.run(0, "apply", "-auto-approve", "-parallelism=30")
	requests(t, server, map[swrtest.Operation]int{swrtest.OpCreate: 30, swrtest.OpLogin: 1})
	server.ResetRequests()
	tf.run(noChange, "plan", "-detailed-exitcode", "-parallelism=30")
	requests(t, server, map[swrtest.Operation]int{swrtest.OpLogin: 1, swrtest.OpList: 1})
}

// Tokens that live for two seconds: all shares are made, and a token that ended
// costs one login, however many requests find it ended.
func TestSignInAgain(t *testing.T) {
	t.Parallel()
	const lifetime = 2 * time.Second
	server, _ := account(t, swrtest.WithTokenLifetime(lifetime))
	server.SetLatency(100 * time.Millisecond)
	tf := newWorkspace(t, server, many(200, ""))
	tf.Env = passwordInEnvironment(server)
	tf.apply()
	if held, stated := len(server.AllShares()), len(tf.ids()); held != 200 || stated != 200 {
		t.Errorf("the service holds %d shares, the state %d", held, stated)
	}
	for id, tainted := range tf.ids() {
		if tainted {
			t.Errorf("%s is tainted", id)
		}
	}
	log := server.Requests()
	took := log[len(log)-1].Time.Sub(log[0].Time)
	logins := server.Count(swrtest.OpLogin)
	t.Logf("%d requests in %s, %d logins", len(log), took, logins)
	if took < 2*lifetime || logins < 2 || logins > 1+int(took/lifetime) {
		t.Errorf("%d logins in %s", logins, took)
	}
	requests(t, server, map[swrtest.Operation]int{swrtest.OpCreate: 200 + refused(log, swrtest.OpCreate)})
}

// refused counts the requests of a kind that were answered with 401.
func refused(log []swrtest.Request, kind swrtest.Operation) (n int) {
	for _, request := range log {
		if request.Operation == kind && request.Status == http.StatusUnauthorized {
			n++
		}
	}
	return n
}

// A wrong password is sent once and never again, and the message says where it
// came from.
func TestWrongPassword(t *testing.T) {
	t.Parallel()
	server, user := account(t)
	for name, way := range map[string]struct {
		block string
		env   []string
		words []string
	}{
		"environment": {
			env:   passwordInEnvironment(server, "OS_PASSWORD=wrong-5up3r$ecret"),
			words: []string{`login as user "jane" from the environment variable OS_USERNAME and the environment variable OS_PASSWORD`, "OS_REGION_NAME"},
		},
		"block": {
			block: fmt.Sprintf("provider \"swr\" {\n  endpoint = %q\n  auth_url = %q\n  user_id = %q\n  password = \"wrong-5up3r$ecret\"\n  project_name = \"eu-de\"\n  domain_name = \"OWNER-ACCOUNT\"\n}\n", server.URL, server.IAMURL, user.ID),
			words: []string{`login as user with id "0000jane" from the provider block`, "no region is set"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			server.ResetRequests()
			tf := newWorkspace(t, server, way.block+many(12, ""))
			tf.Env = way.env
			printed := tf.run(failed, "apply", "-auto-approve")
			wants(t, printed, append(way.words, "401 Unauthorized", `account "OWNER-ACCOUNT"`, `project "eu-de"`, "at "+server.IAMURL+" from",
				"IAM returns the same response for a wrong user, password, account or project", "sign in at "+server.IAMURL, "endpoint "+server.URL)...)
			noSecrets(t, map[string]string{"the output": printed}, "wrong-5up3r$ecret")
			if got := server.Requests(); len(got) != 1 || got[0].Operation != swrtest.OpLogin {
				t.Errorf("%d requests: %v", len(got), server.Counts())
			}
			if len(tf.ids()) != 0 {
				t.Errorf("in the state: %v", tf.ids())
			}
		})
	}
}

// A 401 says which source gave the credential, the region and the endpoint.
func TestRefusedCredential(t *testing.T) {
	t.Parallel()
	for name, way := range map[string]struct {
		config string
		env    []string
		files  map[string]string
		words  []string
	}{
		"token, environment": {
			env:   []string{"HW_AUTH_TOKEN=not-a-token-5ecret", "HW_REGION_NAME=eu-nl"},
			words: []string{"token from the environment variable HW_AUTH_TOKEN", `region "eu-nl" from the environment variable HW_REGION_NAME`, "401 Unauthorized"},
		},
		"token, block": {
			config: "provider \"swr\" {\n  token = \"not-a-token-5ecret\"\n  region = \"eu-de\"\n}\n",
			words:  []string{"token from the provider block", `region "eu-de" from the provider block`, "401 Unauthorized"},
		},
		"token, cloud": {
			env:   []string{"OS_CLOUD=work"},
			files: map[string]string{"clouds.yaml": cloudsYAML("http://127.0.0.1:1/v3", "token: not-a-token-5ecret")},
			words: []string{`token from cloud "work" in clouds.yaml`, `region "eu-de" from cloud "work" in clouds.yaml`, "401 Unauthorized"},
		},
		"key pair": {
			env:   []string{"OS_ACCESS_KEY=PERMANENT", "OS_SECRET_KEY=wrong-5ecretsecretsecret"},
			words: []string{"key pair from the environment variable OS_ACCESS_KEY and the environment variable OS_SECRET_KEY", "no region is set"},
		},
		"temporary key pair": {
			config: "provider \"swr\" {\n  access_key = \"TEMPORARY\"\n  secret_key = \"" + theSecretKey + "\"\n  security_token = \"wrong-5ecret-security-token\"\n  signature_format = \"credential\"\n}\n",
			words:  []string{"temporary key pair from the provider block", "no region is set"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, _ := account(t)
			tf := newWorkspace(t, server, way.config+partner(`deadline = "forever"`))
			for file, content := range way.files {
				if err := tf.Write(file, content); err != nil {
					t.Fatal(err)
				}
			}
			tf.Env = append([]string{"SWR_ENDPOINT=" + server.URL}, way.env...)
			tf.Env = append(tf.Env, tf.traced()...)
			printed := tf.run(failed, "apply", "-auto-approve")
			wants(t, printed, append(way.words, "endpoint "+server.URL+" from the environment variable SWR_ENDPOINT")...)
			noSecrets(t, map[string]string{"the output": printed, "the log": tf.log()}, append(secretsSeen(server),
				"not-a-token-5ecret", "wrong-5ecretsecretsecret", theSecretKey, "wrong-5ecret-security-token")...)
			requests(t, server, map[swrtest.Operation]int{swrtest.OpCreate: 1, swrtest.OpLogin: 0})
			if len(server.Requests()) != 1 || len(tf.ids()) != 0 {
				t.Errorf("requests %v, state %v", server.Counts(), tf.ids())
			}
		})
	}
}
