package provider_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// signIn is one method to sign in, as a user sets it up.
type signIn struct {
	name string
	// block is put into the provider block; secrets are variables there.
	block     map[string]string
	variables map[string]string // their values
	env       map[string]string
	files     map[string]string // written beside the configuration
	nested    string            // in the provider block
	// iam are the requests to IAM for a credential that ends once in the test.
	iam    map[swrtest.Operation]int
	signed string // what the Authorization header of signed requests begins with
	agency bool   // the namespace belongs to the account of the agency
}

// logins are the requests to IAM where each run of the provider signs in once, and
// one run again: to plan, to plan and apply, and again, to refresh, to destroy.
const logins = 6

// signIns are the methods, each from one source. Package auth has tests of all
// sources of each.
func signIns(server *swrtest.Server) []signIn {
	const access, credential = "SDK-HMAC-SHA256 Access=", "SDK-HMAC-SHA256 Credential="
	return []signIn{
		{name: "token, environment", env: map[string]string{"OS_TOKEN": server.Token()}},
		{name: "token, block", variables: map[string]string{"token": server.Token()}},
		{name: "access key, environment", signed: credential + "PERMANENT/", env: map[string]string{
			"HW_ACCESS_KEY": "PERMANENT", "HW_SECRET_KEY": testSecretKey, "SWR_SIGNATURE_FORMAT": "credential"}},
		{name: "temporary access key, block", signed: access + "TEMPORARY", block: map[string]string{"access_key": "TEMPORARY"},
			variables: map[string]string{"secret_key": testSecretKey, "security_token": testSecurityToken}},
		{name: "password, environment", iam: map[swrtest.Operation]int{swrtest.OpLogin: logins}, env: map[string]string{
			"OS_AUTH_URL": server.IAMURL, "OS_USERNAME": "jane", "OS_PASSWORD": testPassword,
			"OS_USER_DOMAIN_NAME": "OWNER-ACCOUNT", "OS_PROJECT_NAME": "eu-de_team"}},
		{name: "password, block", iam: map[swrtest.Operation]int{swrtest.OpLogin: logins}, block: map[string]string{"auth_url": server.IAMURL, "user_id": "0000jane", "project_id": "0000eude"},
			variables: map[string]string{"password": testPassword}},
		{name: "cloud, environment", signed: access + "PERMANENT", env: map[string]string{"OS_CLOUD": "work"},
			files: map[string]string{"clouds.yaml": cloudsYAML(server.IAMURL, "ak: PERMANENT", "sk: "+testSecretKey)}},
		{name: "cloud, block", iam: map[swrtest.Operation]int{swrtest.OpLogin: logins}, block: map[string]string{"cloud": "work"}, files: map[string]string{
			"clouds.yaml": cloudsYAML(server.IAMURL, "username: jane", "user_domain_name: OWNER-ACCOUNT"),
			"secure.yaml": fmt.Sprintf("clouds:\n  work:\n    auth:\n      password: '%s'\n", testPassword)}},
		{name: "agency with a password, environment", agency: true,
			// The own token has ended, too: IAM refuses it.
			iam: map[swrtest.Operation]int{swrtest.OpLogin: logins, swrtest.OpAssumeRole: logins + 1},
			env: map[string]string{
				"OS_AUTH_URL": server.IAMURL, "OS_USERNAME": "jane", "OS_PASSWORD": testPassword, "OS_USER_DOMAIN_NAME": "OWNER-ACCOUNT",
				"OS_PROJECT_NAME": "eu-de_team", "OS_AGENCY_NAME": "ops", "OS_AGENCY_DOMAIN_NAME": "CUSTOMER", "OS_DELEGATED_PROJECT": "eu-de"}},
		{name: "agency with an access key, environment", agency: true, signed: access,
			iam: map[swrtest.Operation]int{swrtest.OpSecurityTokens: logins},
			env: map[string]string{"HW_AUTH_URL": server.IAMURL, "HW_ACCESS_KEY": "PERMANENT", "HW_SECRET_KEY": testSecretKey,
				"HW_ASSUME_ROLE_AGENCY_NAME": "ops", "HW_ASSUME_ROLE_DOMAIN_NAME": "CUSTOMER"}},
		{name: "profile with an agency, block", agency: true, signed: access, iam: map[swrtest.Operation]int{swrtest.OpSecurityTokens: logins},
			block: map[string]string{"auth_url": server.IAMURL, "shared_config_file": "hcloud.json", "profile": "work"},
			files: map[string]string{"hcloud.json": fmt.Sprintf(`{"authEncrypt": "false", "current": "other", "profiles": [{"name": "work",
				"mode": "AKSK", "accessKeyId": "PERMANENT", "secretAccessKey": %q, "agencyName": "ops", "agencyDomainName": "CUSTOMER"}]}`,
				testSecretKey)}},
		{name: "id token, environment", iam: map[swrtest.Operation]int{swrtest.OpIDToken: logins},
			env: map[string]string{"SWR_OIDC_IDP_ID": "ci", "SWR_OIDC_ID_TOKEN_FILE": "id-token", "OS_AUTH_URL": server.IAMURL,
				"OS_REGION_NAME": "eu-de"}, files: map[string]string{"id-token": testIDToken + "\n"}},
		{name: "agency with an id token, block", agency: true,
			iam:   map[swrtest.Operation]int{swrtest.OpIDToken: logins, swrtest.OpAssumeRole: logins + 1},
			block: map[string]string{"auth_url": server.IAMURL, "region": "eu-de"}, variables: map[string]string{"id_token": testIDToken},
			nested: "  oidc = {\n    idp_id = \"ci\"\n    id_token = var.id_token\n  }\n" +
				"  assume_role = {\n    agency_name = \"ops\"\n    domain_name = \"CUSTOMER\"\n  }\n"},
	}
}

// cloudsYAML is a clouds.yaml with one entry, "work".
func cloudsYAML(iam string, auth ...string) string {
	return fmt.Sprintf("clouds:\n  work:\n    region_name: eu-de\n    auth:\n      auth_url: %s\n      %s\n", iam, strings.Join(auth, "\n      "))
}

const idTokenSubject = "repo:acme/shares:environment:production"

// The identity provider of the tests, and an ID token that its IAM accepts.
var (
	identityProviderSecret = []byte("identity-provider-5ecret")
	testIDToken            = swrtest.SignIDToken(identityProviderSecret, map[string]any{
		"aud": "swr-test", "exp": 1 << 40, "sub": idTokenSubject,
	})
)

// addIdentities adds an account with an agency for the owner's users, and an identity
// provider.
func addIdentities(server *swrtest.Server) {
	server.AddAccount(swrtest.Account{Name: "CUSTOMER"})
	server.AddAgency(swrtest.Agency{Name: "ops", Account: "CUSTOMER"})
	server.AddIdentityProvider(swrtest.IdentityProvider{ID: "ci", Audience: "swr-test", Secret: identityProviderSecret})
}

// config is the provider block, with its variables.
func (s signIn) config(ephemeral bool) string {
	var b strings.Builder
	b.WriteString("provider \"swr\" {\n")
	for _, name := range slices.Sorted(maps.Keys(s.block)) {
		fmt.Fprintf(&b, "  %s = %q\n", name, s.block[name])
	}
	for _, name := range slices.Sorted(maps.Keys(s.variables)) {
		if !strings.Contains(s.nested, "var."+name) {
			fmt.Fprintf(&b, "  %[1]s = var.%[1]s\n", name)
		}
	}
	b.WriteString(s.nested)
	b.WriteString("}\n")
	for _, name := range slices.Sorted(maps.Keys(s.variables)) {
		fmt.Fprintf(&b, "variable %q {\n  type      = string\n  sensitive = true\n", name)
		if ephemeral {
			b.WriteString("  ephemeral = true\n")
		}
		b.WriteString("}\n")
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

// Each method applies, plans and destroys, with one login for each run of the
// provider that sends anything, and one more for a token that ends amid it. No
// secret gets into the log at TRACE, into what Terraform prints, or into the state
// or the plan.
func TestCLISignIn(t *testing.T) {
	t.Parallel()
	// Terraform has ephemeral variables from 1.10 on, OpenTofu from 1.11 on.
	probe := newCLI(t, startServer(t), "variable \"v\" {\n  ephemeral = true\n}\n")
	result, err := probe.Run(t.Context(), "validate")
	if err != nil {
		t.Fatal(err)
	}
	ephemeral := !strings.Contains(result.Output, `An argument named "ephemeral" is not expected here`)
	for i, method := range signIns(startServer(t)) {
		t.Run(method.name, func(t *testing.T) {
			t.Parallel()
			server := startServer(t)
			addIdentities(server)
			method := signIns(server)[i]
			if method.agency {
				server.AssignNamespace("platform", "CUSTOMER")
			}
			tf := newCLI(t, server, method.config(ephemeral)+partner(`deadline = "forever"`))
			for file, content := range method.files {
				tf.write(file, content)
			}
			tf.Env = method.environment(server)
			tf.trace()

			var once sync.Once
			server.OnRequest(func(request swrtest.RequestInfo) {
				if request.Operation == swrtest.OpGet && method.iam != nil {
					once.Do(func() { server.ExpireTokens(); server.ExpireKeys() })
				}
			})

			printed := tf.plan(changes, "-out=plan.bin")
			assertRequests(t, server, map[swrtest.Operation]int{swrtest.OpList: 1})
			printed += tf.apply()
			assertShares(t, server, "ACME")
			state := tf.stateFile()
			printed += tf.destroy()
			assertShares(t, server)
			want := map[swrtest.Operation]int{swrtest.OpCreate: 1, swrtest.OpDelete: 1, swrtest.OpLogin: 0, swrtest.OpAssumeRole: 0,
				swrtest.OpIDToken: 0, swrtest.OpSecurityTokens: 0}
			maps.Copy(want, method.iam)
			assertRequests(t, server, want)

			for _, request := range server.Requests() {
				authorization, token := request.Header.Get("Authorization"), request.Header.Get("X-Auth-Token")
				if method.iam[request.Operation] > 0 {
					continue // package auth has tests of what IAM receives
				}
				if !strings.HasPrefix(authorization, method.signed) || (authorization == "") != (method.signed == "") {
					t.Errorf("%s %s: Authorization %q", request.Method, request.Path, authorization)
				}
				if (token == "") != (method.signed != "") {
					t.Errorf("%s %s: X-Auth-Token %q", request.Method, request.Path, token)
				}
			}
			tf.assertTraceable()
			texts := map[string]string{"the log": tf.file("trace.log"), "the output": printed, "the state": state}
			if ephemeral || len(method.variables) == 0 { // Terraform saves other variables with a plan
				texts["the plan file"] = tf.planFile("plan.bin")
			}
			assertNoSecrets(t, texts, allSecrets(server)...)
		})
	}
}

// What a service repeats of its request's credentials is not in the log either.
func TestCLIEchoedSecrets(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		env    []string
	}{
		"token":                {http.StatusInternalServerError, []string{"OS_TOKEN=" + echoToken}},
		"temporary access key": {http.StatusFound, []string{"OS_ACCESS_KEY=PERMANENT", "OS_SECRET_KEY=" + testSecretKey, "OS_SECURITY_TOKEN=" + testSecurityToken}},
		"password":             {http.StatusOK, nil},
		"login":                {http.StatusUnauthorized, nil},
		"id token login": {http.StatusUnauthorized, []string{
			"SWR_OIDC_IDP_ID=ci", "SWR_OIDC_ID_TOKEN=" + testIDToken, "OS_REGION_NAME=eu-de"}},
		"agency": {http.StatusOK, []string{"HW_ACCESS_KEY=PERMANENT", "HW_SECRET_KEY=" + testSecretKey,
			"HW_ASSUME_ROLE_AGENCY_NAME=ops", "HW_ASSUME_ROLE_DOMAIN_NAME=CUSTOMER"}},
		"invalid HTTP": {0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			idle := startServer(t)
			tf := newCLI(t, idle, partner(`deadline = "forever"`, `timeouts = { create = "3s" }`))
			var endpoint string
			secrets := func() []string { return []string{"TOKEN-5ecret-from-IAM", testPassword} }
			if test.status == 0 {
				endpoint = invalidHTTP(t, "HTTP/1.1 201 Created\r\nX-Subject-Token TOKEN-5ecret-from-IAM\r\n\r\n")
			} else {
				endpoint, secrets = echo(t, test.status, strings.HasSuffix(name, "login"))
			}
			if test.env == nil {
				test.env = passwordEnv(idle)
			}
			tf.Env = append(test.env, "SWR_ENDPOINT="+endpoint, "OS_AUTH_URL="+endpoint, "SWR_MAX_RETRIES=1")
			tf.trace()
			printed := tf.run(failed, "apply", "-auto-approve")
			assertNoSecrets(t, map[string]string{"the output": printed, "the log": tf.file("trace.log")}, secrets()...)
		})
	}
}
