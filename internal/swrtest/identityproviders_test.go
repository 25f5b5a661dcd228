package swrtest_test

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

const idTokensPath = "/v3.0/OS-AUTH/id-token/tokens"

var ciProvider = swrtest.IdentityProvider{
	ID: "ci", Issuer: "https://gitlab.example.com", Audience: "swr", Secret: []byte("secret of the provider"), UserName: "pipeline",
}

// idToken returns an id token of ciProvider that never expires, with changed claims.
func idToken(changes ...map[string]any) string {
	claims := map[string]any{"iss": ciProvider.Issuer, "aud": "swr", "sub": "project:1", "exp": 4102444800}
	for _, change := range changes {
		maps.Copy(claims, change)
	}
	return swrtest.SignIDToken(ciProvider.Secret, claims)
}

func idTokenBody(idToken string) string {
	return fmt.Sprintf(`{"auth":{"id_token":{"id":%q},"scope":{"project":{"name":"eu-de"}}}}`, idToken)
}

func loginByIDToken(t *testing.T, s *swrtest.Server, provider, body string) reply {
	t.Helper()
	r := newRequest(t, s, http.MethodPost, idTokensPath, body)
	r.Header.Del("X-Auth-Token")
	if provider != "" {
		r.Header.Set("X-Idp-Id", provider)
	}
	return send(t, r)
}

func TestIDToken(t *testing.T) {
	s, c := start(t, swrtest.WithTokenLifetime(2*time.Second))
	s.AddIdentityProvider(ciProvider)
	addCustomer(s)
	got := loginByIDToken(t, s, "ci", idTokenBody(idToken()))
	assertResponse(t, got, http.StatusCreated, `"name":"pipeline"`, `"name":"eu-de"`)
	token := got.header.Get("X-Subject-Token")
	if token == "" || strings.Contains(got.body, token) {
		t.Errorf("token %q, %s", token, got.body)
	}
	assertResponse(t, withToken(t, s, token, http.MethodPost, createPath(), createBody), http.StatusCreated)
	if share, _ := s.Share(namespace, repository, account); share.CreatorName != "pipeline" {
		t.Errorf("%+v", share)
	}
	assertResponse(t, withToken(t, s, token, http.MethodPost, tokensPath, assumeRoleBody), http.StatusCreated, "CUSTOMER/ops")
	c.advance(2 * time.Second)
	assertTokenStatus(t, s, token, http.StatusUnauthorized)
}

func TestIDTokenRefused(t *testing.T) {
	s, c := start(t)
	exact := swrtest.SignIDToken([]byte("of another provider"), map[string]any{"aud": "swr", "exp": 4102444800})
	s.AddIdentityProvider(ciProvider)
	s.AddIdentityProvider(swrtest.IdentityProvider{ID: "exact", Audience: "swr", Tokens: []string{exact}})
	now := c.Now().Unix()
	parts := strings.Split(idToken(), ".")
	unsigned := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + parts[1] + "."
	claim := func(name string, value any) string { return idToken(map[string]any{name: value}) }
	for name, test := range map[string]struct {
		provider, token string
		status          int
		want            string
	}{
		"several audiences":    {"ci", claim("aud", []string{"x", "swr"}), 201, ""},
		"one second left":      {"ci", claim("exp", now+1), 201, ""},
		"registered token":     {"exact", exact, 201, ""},
		"unregistered token":   {"exact", idToken(), 401, "wrong signature"},
		"unknown provider":     {"CI", idToken(), 401, "The identity provider does not exist."},
		"other secret":         {"ci", exact, 401, "wrong signature"},
		"unsigned":             {"ci", unsigned, 401, "wrong signature"},
		"changed claims":       {"ci", parts[0] + "." + parts[1] + "x." + parts[2], 401, "The id token is invalid"},
		"other audience":       {"ci", claim("aud", "SWR"), 401, "wrong audience"},
		"other audiences":      {"ci", claim("aud", []string{"x"}), 401, "wrong audience"},
		"no audience":          {"ci", claim("aud", nil), 401, "wrong audience"},
		"other issuer":         {"ci", claim("iss", "https://gitlab.com"), 401, "wrong issuer"},
		"expired":              {"ci", claim("exp", now), 401, "expired"},
		"no expiry":            {"ci", claim("exp", nil), 401, "expired"},
		"expiry in text":       {"ci", claim("exp", "4102444800"), 401, "The id token is invalid"},
		"not yet":              {"ci", claim("nbf", now+60), 401, "not valid yet"},
		"not a JWT":            {"ci", "token", 401, "not a JWT"},
		"no provider":          {"", idToken(), 400, ""},
		"empty token":          {"ci", "", 400, ""},
		"project not of scope": {"ci", "scope", 401, ""},
	} {
		t.Run(name, func(t *testing.T) {
			body := idTokenBody(test.token)
			if test.token == "scope" {
				body = strings.Replace(idTokenBody(idToken()), "eu-de", "eu-nl", 1)
			}
			got := loginByIDToken(t, s, test.provider, body)
			assertResponse(t, got, test.status, test.want)
			if token := got.header.Get("X-Subject-Token"); (token != "") != (test.status == http.StatusCreated) {
				t.Errorf("token %q", token)
			}
		})
	}
	for _, body := range []string{
		`{"auth":{"id_token":{"id":"a.b.c","other":1}}}`,
		`{"auth":{"id_token":{"id":"a.b.c"},"identity":{}}}`,
		`{"auth":{}}`, "", "{}{}",
	} {
		assertResponse(t, loginByIDToken(t, s, "ci", body), http.StatusBadRequest, `{"error":{"code":400,`)
	}
}
