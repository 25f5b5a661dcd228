package provider_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// Credentials of the tests. Each is found nowhere else, so that a text can be
// searched for it.
const (
	thePassword      = "pässword-5up3r$ecret\"&</>"
	theSecretKey     = "SECRETKEYsecretkeySECRETKEYsecretkey0123"
	theSecurityToken = "SECURITYTOKENsecuritytoken+/0123=="
)

// signIn is one way to sign in, as a user sets it up.
type signIn struct {
	name string
	// block is put into the provider block, with secrets as variables.
	block map[string]string
	// variables are the values of those variables.
	variables map[string]string
	env       map[string]string
	// files are written beside the configuration: clouds.yaml, secure.yaml.
	files map[string]string
	// logsIn: the credential is a password.
	logsIn bool
	// signed is what the Authorization header of signed requests begins with.
	signed string
}

// secrets are the texts that may stand nowhere.
func (s signIn) secrets(server *swrtest.Server) []string {
	return append(secretsSeen(server), thePassword, theSecretKey, theSecurityToken, server.Token())
}

// secretsSeen are the credentials in the requests that a simulator got, such as
// the tokens that it gave itself, and signatures.
func secretsSeen(server *swrtest.Server) []string {
	seen := map[string]bool{}
	for _, request := range server.Requests() {
		for _, name := range []string{"X-Auth-Token", "X-Security-Token", "Authorization"} {
			value := request.Header.Get(name)
			if _, signature, ok := strings.Cut(value, "Signature="); ok {
				value = signature
			}
			if value != "" {
				seen[value] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// config is the provider block.
func (s signIn) config() string {
	var b strings.Builder
	b.WriteString("provider \"swr\" {\n")
	for _, name := range slices.Sorted(maps.Keys(s.block)) {
		fmt.Fprintf(&b, "  %s = %q\n", name, s.block[name])
	}
	for _, name := range slices.Sorted(maps.Keys(s.variables)) {
		fmt.Fprintf(&b, "  %[1]s = var.%[1]s\n", name)
	}
	b.WriteString("}\n")
	for _, name := range slices.Sorted(maps.Keys(s.variables)) {
		fmt.Fprintf(&b, "variable %q {\n  type      = string\n  sensitive = true\n  ephemeral = true\n}\n", name)
	}
	return b.String()
}

// environment is the environment, endpoint included.
func (s signIn) environment(server *swrtest.Server) []string {
	env := []string{"SWR_ENDPOINT=" + server.URL}
	for name, value := range s.env {
		env = append(env, name+"="+value)
	}
	for name, value := range s.variables {
		env = append(env, "TF_VAR_"+name+"="+value)
	}
	return env
}

// account makes what all ways to sign in rest on, at a simulator with a
// repository.
func account(t *testing.T, options ...swrtest.Option) (*swrtest.Server, swrtest.User) {
	t.Helper()
	server := swrtest.Start(t, options...)
	return server, fillAccount(server)
}

func fillAccount(server *swrtest.Server) swrtest.User {
	server.AddRepository("platform", "team/app")
	server.AddKey(swrtest.Key{Access: "PERMANENT", Secret: theSecretKey})
	server.AddKey(swrtest.Key{Access: "TEMPORARY", Secret: theSecretKey, SecurityToken: theSecurityToken})
	return server.AddUser(swrtest.User{
		Name: "jane", ID: "0000jane", Password: thePassword,
		DomainName: "OWNER-ACCOUNT", DomainID: "0000account",
		Projects: []swrtest.Project{{Name: "eu-de", ID: "0000eude"}, {Name: "eu-de_team", ID: "0000team"}},
	})
}

// waysToSignIn are all that the issue names, from the block and from the
// environment.
func waysToSignIn(server *swrtest.Server) []signIn {
	const access, credential = "SDK-HMAC-SHA256 Access=", "SDK-HMAC-SHA256 Credential="
	entry := func(auth ...string) map[string]string {
		return map[string]string{"clouds.yaml": cloudsYAML(server.IAMURL, auth...)}
	}
	password := fmt.Sprintf("password: '%s'", thePassword)
	return []signIn{
		{name: "token, environment", env: map[string]string{"OS_TOKEN": server.Token()}},
		{name: "token, block", variables: map[string]string{"token": server.Token()}},

		{name: "key pair, access, environment", signed: access + "PERMANENT", env: map[string]string{
			"HW_ACCESS_KEY": "PERMANENT", "HW_SECRET_KEY": theSecretKey}},
		{name: "key pair, credential, environment", signed: credential + "PERMANENT/", env: map[string]string{
			"OS_ACCESS_KEY": "PERMANENT", "OS_SECRET_KEY": theSecretKey, "SWR_SIGNATURE_FORMAT": "credential"}},
		{name: "temporary key pair, access, environment", signed: access + "TEMPORARY", env: map[string]string{
			"OS_ACCESS_KEY": "TEMPORARY", "OS_SECRET_KEY": theSecretKey, "OS_SECURITY_TOKEN": theSecurityToken}},
		{name: "temporary key pair, credential, environment", signed: credential + "TEMPORARY/", env: map[string]string{
			"HW_ACCESS_KEY": "TEMPORARY", "HW_SECRET_KEY": theSecretKey, "HW_SECURITY_TOKEN": theSecurityToken, "SWR_SIGNATURE_FORMAT": "credential"}},
		{name: "key pair, access, block", signed: access + "PERMANENT",
			block:     map[string]string{"access_key": "PERMANENT", "signature_format": "access"},
			variables: map[string]string{"secret_key": theSecretKey}},
		{name: "key pair, credential, block", signed: credential + "PERMANENT/",
			block:     map[string]string{"access_key": "PERMANENT", "signature_format": "credential"},
			variables: map[string]string{"secret_key": theSecretKey}},
		{name: "temporary key pair, access, block", signed: access + "TEMPORARY",
			block:     map[string]string{"access_key": "TEMPORARY"},
			variables: map[string]string{"secret_key": theSecretKey, "security_token": theSecurityToken}},
		{name: "temporary key pair, credential, block", signed: credential + "TEMPORARY/",
			block:     map[string]string{"access_key": "TEMPORARY", "signature_format": "credential"},
			variables: map[string]string{"secret_key": theSecretKey, "security_token": theSecurityToken}},

		{name: "password with names, environment", logsIn: true, env: map[string]string{
			"OS_AUTH_URL": server.IAMURL, "OS_USERNAME": "jane", "OS_PASSWORD": thePassword,
			"OS_USER_DOMAIN_NAME": "OWNER-ACCOUNT", "OS_PROJECT_NAME": "eu-de_team"}},
		{name: "password with ids, environment", logsIn: true, env: map[string]string{
			"HW_AUTH_URL": server.IAMURL, "HW_USER_ID": "0000jane", "HW_USER_PASSWORD": thePassword,
			"HW_DOMAIN_ID": "0000account", "HW_PROJECT_ID": "0000team"}},
		{name: "password with names, block", logsIn: true,
			block:     map[string]string{"auth_url": server.IAMURL, "user_name": "jane", "domain_name": "OWNER-ACCOUNT", "region": "eu-de"},
			variables: map[string]string{"password": thePassword}},
		{name: "password with ids, block", logsIn: true,
			block:     map[string]string{"auth_url": server.IAMURL, "user_id": "0000jane", "project_id": "0000eude"},
			variables: map[string]string{"password": thePassword}},

		{name: "cloud with a password, environment", logsIn: true, env: map[string]string{"OS_CLOUD": "work"},
			files: entry("username: jane", password, "user_domain_name: OWNER-ACCOUNT", "project_domain_name: OWNER-ACCOUNT", "project_name: eu-de")},
		{name: "cloud with a user_domain_name alone, block", logsIn: true, block: map[string]string{"cloud": "work"},
			files: entry("username: jane", password, "user_domain_name: OWNER-ACCOUNT")},
		{name: "cloud with a key pair, block", signed: access + "PERMANENT", block: map[string]string{"cloud": "work"},
			files: entry("ak: PERMANENT", "sk: "+theSecretKey)},
		{name: "cloud with a temporary key pair, environment", signed: credential + "TEMPORARY/",
			env:   map[string]string{"OS_CLOUD": "work", "SWR_SIGNATURE_FORMAT": "credential"},
			files: entry("ak: TEMPORARY", "sk: "+theSecretKey, "security_token: "+theSecurityToken)},
		{name: "cloud with a token, environment", env: map[string]string{"OS_CLOUD": "work"}, files: entry("token: " + server.Token())},
		{name: "cloud with secure.yaml, block", logsIn: true, block: map[string]string{"cloud": "work"}, files: map[string]string{
			"clouds.yaml": cloudsYAML(server.IAMURL, "username: jane", "user_domain_name: OWNER-ACCOUNT"),
			"secure.yaml": "clouds:\n  work:\n    auth:\n      " + password + "\n"}},
	}
}

// cloudsYAML is a clouds.yaml with one entry, "work".
func cloudsYAML(iam string, auth ...string) string {
	return fmt.Sprintf("clouds:\n  work:\n    region_name: eu-de\n    auth:\n      auth_url: %s\n      %s\n", iam, strings.Join(auth, "\n      "))
}

// Each way to sign in applies, plans clean and destroys, with one login for each
// run of the provider that sends anything, and leaks no secret: neither into the
// log at TRACE, nor into what Terraform prints, nor into the state or the plan.
func TestSignIn(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	server, _ := account(t)
	for _, way := range waysToSignIn(server) {
		names[way.name] = true
	}
	for name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, _ := account(t)
			ways := waysToSignIn(server)
			way := ways[slices.IndexFunc(ways, func(s signIn) bool { return s.name == name })]
			tf := newWorkspace(t, server, way.config()+partner(`deadline = "forever"`))
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
				if got := server.Count(swrtest.KindLogin); got != want {
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
			printed += tf.run(0, "show", "-json", "plan.bin")
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
				if (token == "") != (way.signed != "" || request.Kind == swrtest.KindLogin) {
					t.Errorf("%s %s: X-Auth-Token %q", request.Method, request.Path, token)
				}
			}

			log := tf.log()
			tf.traceable(server, log)
			texts := map[string]string{"the log": log, "the output": printed, "the state": state, "the plan file": tf.planFile("plan.bin")}
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
	server.Inject(swrtest.Fault{Kind: swrtest.KindLogin, Effect: swrtest.LatencyBefore(300 * time.Millisecond)})
	tf := newWorkspace(t, server, many(30, ""))
	tf.Env = passwordInEnvironment(server)
	tf.run(0, "apply", "-auto-approve", "-parallelism=30")
	requests(t, server, map[swrtest.Kind]int{swrtest.KindCreate: 30, swrtest.KindLogin: 1})
	server.ResetRequests()
	tf.run(noChange, "plan", "-detailed-exitcode", "-parallelism=30")
	requests(t, server, map[swrtest.Kind]int{swrtest.KindLogin: 1, swrtest.KindList: 1})
}

// Tokens that live for two seconds: all shares are made, and a token that ended
// costs one login, however many requests find it ended.
func TestSignInAgain(t *testing.T) {
	t.Parallel()
	const lifetime = 2 * time.Second
	server, _ := account(t, swrtest.WithTokenLifetime(lifetime))
	server.Latency(100 * time.Millisecond)
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
	logins := server.Count(swrtest.KindLogin)
	t.Logf("%d requests in %s, %d logins", len(log), took, logins)
	if took < 2*lifetime || logins < 2 || logins > 1+int(took/lifetime) {
		t.Errorf("%d logins in %s", logins, took)
	}
	requests(t, server, map[swrtest.Kind]int{swrtest.KindCreate: 200 + refused(log, swrtest.KindCreate)})
}

// refused counts the requests of a kind that were answered with 401.
func refused(log []swrtest.Request, kind swrtest.Kind) (n int) {
	for _, request := range log {
		if request.Kind == kind && request.Status == http.StatusUnauthorized {
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
			wants(t, printed, append(way.words, "401 Unauthorized", "sign in at "+server.IAMURL, "endpoint "+server.URL)...)
			noSecrets(t, map[string]string{"the output": printed}, "wrong-5up3r$ecret")
			if got := server.Requests(); len(got) != 1 || got[0].Kind != swrtest.KindLogin {
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
			requests(t, server, map[swrtest.Kind]int{swrtest.KindCreate: 1, swrtest.KindLogin: 0})
			if len(server.Requests()) != 1 || len(tf.ids()) != 0 {
				t.Errorf("requests %v, state %v", server.Counts(), tf.ids())
			}
		})
	}
}

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
		if took := time.Since(began); took > 10*time.Second || strings.Contains(printed, "tries") {
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
	leadAway := func(kind swrtest.Kind, status int) {
		server.RemoveFaults()
		server.Inject(swrtest.Fault{Kind: kind, Effect: swrtest.Redirect(status, target.URL+"/v2/page?token=r3direct-5ecret#"+server.Token())})
	}
	fails := func(method, status string, args ...string) {
		t.Helper()
		before := len(server.Requests())
		printed := tf.run(failed, append(args, "-auto-approve")...)
		wants(t, printed, method+" http://127.0.0.1:", status, "to "+target.URL+"/v2/page", "never followed")
		noSecrets(t, map[string]string{"the output": printed}, "r3direct-5ecret", server.Token())
		if n := len(server.Requests()) - before; n > 3 {
			t.Errorf("%s %s: %d requests: it was tried again", method, status, n)
		}
	}
	leadAway(swrtest.KindCreate, http.StatusTemporaryRedirect)
	fails("POST", "307 Temporary Redirect", "apply")
	leadAway(swrtest.KindCreate, http.StatusFound)
	fails("POST", "302 Found", "apply")
	if len(tf.ids()) != 0 {
		t.Errorf("in the state: %v", tf.ids())
	}

	leadAway(swrtest.KindLogin, http.StatusPermanentRedirect)
	tf.Env = passwordInEnvironment(server)
	fails("POST", "308", "apply")
	requests(t, server, map[swrtest.Kind]int{swrtest.KindLogin: 1, swrtest.KindCreate: 2})

	tf.use(server)
	server.RemoveFaults()
	tf.apply()
	state := tf.stateFile()
	leadAway(swrtest.KindList, http.StatusSeeOther)
	fails("GET", "303 See Other", "apply")
	leadAway(swrtest.KindDelete, http.StatusFound)
	fails("DELETE", "302 Found", "destroy")
	leadAway(swrtest.KindUpdate, http.StatusMovedPermanently)
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
	wants(t, tf.plan(changes), "Warning: Credentials travel in clear text") // the plan of a new share sends nothing
}
