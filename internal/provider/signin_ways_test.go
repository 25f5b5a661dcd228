package provider_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

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

// knowsEphemeral tells whether the CLI knows ephemeral variables, as Terraform
// does from 1.10 on, and OpenTofu from 1.11 on.
func knowsEphemeral(t *testing.T, server *swrtest.Server) bool {
	t.Helper()
	tf := newWorkspace(t, server, "variable \"ephemeral\" {\n  ephemeral = true\n}\n")
	result, err := tf.Run(t.Context(), "validate")
	if err != nil {
		t.Fatal(err)
	}
	return !strings.Contains(result.Output, `An argument named "ephemeral" is not expected here`)
}

// config is the provider block, with its variables.
func (s signIn) config(ephemeral bool) string {
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

// waysToSignIn are all that there are, from the block and from the environment.
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
