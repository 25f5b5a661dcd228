package swrtest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

const (
	userU  = `"name":"u","password":"p","domain":{"name":"OTC-EU-DE-00000000001000000001"}`
	scopeU = `"scope":{"project":{"name":"eu-de"}}`
	// passwordLogin is the login of AddUser(User{Name: "u", Password: "p"}).
	passwordLogin = `{"auth":{"identity":{"methods":["password"],"password":{"user":{` + userU + `}}},` + scopeU + `}}`
)

func login(t *testing.T, s *swrtest.Server, body string) reply {
	t.Helper()
	r := newRequest(t, s, http.MethodPost, "/v3/auth/tokens", body)
	r.Header.Del("X-Auth-Token")
	return send(t, r)
}

// assertTokenStatus lists the shares with a token.
func assertTokenStatus(t *testing.T, s *swrtest.Server, token string, status int) {
	t.Helper()
	r := newRequest(t, s, http.MethodGet, listPath(), "")
	r.Header.Set("X-Auth-Token", token)
	assertResponse(t, send(t, r), status)
}

func TestLogin(t *testing.T) {
	s, c := start(t, swrtest.WithTokenLifetime(time.Hour))
	user := s.AddUser(swrtest.User{Name: "u", Password: "p"})
	got := login(t, s, passwordLogin)
	assertResponse(t, got, http.StatusCreated,
		`"issued_at":"2030-06-01T12:00:00.123456Z"`, `"expires_at":"2030-06-01T13:00:00.123456Z"`, `"type":"identity"`,
		`"project":{"domain":{"name":"OTC-EU-DE-00000000001000000001","id":"`+user.DomainID+`"},"id":"0504186e6a80105a2f7fc0090e6ab0f1","name":"eu-de"}`,
		`"id":"`+user.ID+`","name":"u","password_expires_at":""`)
	token := got.header.Get("X-Subject-Token")
	if token == "" || strings.Contains(got.body, token) || strings.Contains(got.body, `"type":"swr"`) {
		t.Errorf("token %q, %s", token, got.body)
	}

	// The token is accepted, names the creator, and expires on time.
	r := newRequest(t, s, http.MethodPost, createPath(), createBody)
	r.Header.Set("X-Auth-Token", token)
	send(t, r)
	if share, _ := s.Share(namespace, repository, account); share.CreatorName != "u" || share.CreatorID != user.ID {
		t.Errorf("creator: %+v", share)
	}
	c.advance(time.Hour - time.Second)
	assertTokenStatus(t, s, token, http.StatusOK)
	c.advance(time.Second)
	assertTokenStatus(t, s, token, http.StatusUnauthorized)
	assertTokenStatus(t, s, s.Token(), http.StatusOK)
}

func TestLoginTable(t *testing.T) {
	identity := func(user string) string {
		return `"identity":{"methods":["password"],"password":{"user":{` + user + `}}}`
	}
	const byID = `"id":"user-1","password":"p"`
	auth := func(parts ...string) string { return `{"auth":{` + strings.Join(parts, ",") + `}}` }
	for name, test := range map[string]struct {
		body   string
		status int
		usable bool // SWR accepts the token
	}{
		"name, project name":   {auth(identity(userU), scopeU), 201, true},
		"user id":              {auth(identity(byID), scopeU), 201, true},
		"domain id":            {auth(identity(`"name":"u","password":"p","domain":{"id":"domain-1"}`), scopeU), 201, true},
		"project id":           {auth(identity(userU), `"scope":{"project":{"id":"project-2"}}`), 201, true},
		"project and domain":   {auth(identity(userU), `"scope":{"project":{"name":"eu-nl","domain":{"id":"domain-1"}}}`), 201, true},
		"domain scope":         {auth(identity(userU), `"scope":{"domain":{"id":"domain-1"}}`), 201, false},
		"no scope":             {auth(identity(userU)), 201, false},
		"wrong password":       {auth(identity(strings.Replace(userU, `"p"`, `"x"`, 1)), scopeU), 401, false},
		"unknown user":         {auth(identity(strings.Replace(userU, `"u"`, `"x"`, 1)), scopeU), 401, false},
		"unknown user id":      {auth(identity(`"id":"x","password":"p"`), scopeU), 401, false},
		"wrong domain":         {auth(identity(strings.Replace(userU, `OTC`, `otc`, 1)), scopeU), 401, false},
		"wrong domain for id":  {auth(identity(byID+`,"domain":{"name":"x"}`), scopeU), 401, false},
		"unknown project":      {auth(identity(userU), `"scope":{"project":{"name":"x"}}`), 401, false},
		"wrong project domain": {auth(identity(userU), `"scope":{"project":{"name":"eu-de","domain":{"name":"x"}}}`), 401, false},
		"wrong domain scope":   {auth(identity(userU), `"scope":{"domain":{"name":"x"}}`), 401, false},
		"unknown token":        {auth(`"identity":{"methods":["token"],"token":{"id":"x"}}`, scopeU), 401, false},
		"name without domain":  {auth(identity(`"name":"u","password":"p"`), scopeU), 400, false},
		"empty domain":         {auth(identity(`"name":"u","password":"p","domain":{}`), scopeU), 400, false},
		"name and id":          {auth(identity(userU+`,"id":"user-1"`), scopeU), 400, false},
		"no password":          {auth(identity(`"id":"user-1"`), scopeU), 400, false},
		"two methods":          {auth(strings.Replace(identity(userU), `["password"]`, `["password","token"]`, 1), scopeU), 400, false},
		"method without data":  {auth(`"identity":{"methods":["token"]}`, scopeU), 400, false},
		"unknown method":       {auth(`"identity":{"methods":["magic"]}`, scopeU), 400, false},
		"both scopes":          {auth(identity(userU), `"scope":{"project":{"name":"eu-de"},"domain":{"id":"domain-1"}}`), 400, false},
		"empty scope":          {auth(identity(userU), `"scope":{}`), 400, false},
		"empty project":        {auth(identity(userU), `"scope":{"project":{}}`), 400, false},
		"unknown field":        {auth(identity(userU), scopeU, `"other":1`), 400, false},
		"two values":           {passwordLogin + "{}", 400, false},
		"no JSON":              {"user=u", 400, false},
		"nothing":              {"", 400, false},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := start(t)
			s.SetOwner(swrtest.Account{Name: s.Owner(), ID: "domain-1"})
			s.AddUser(swrtest.User{
				Name: "u", ID: "user-1", Password: "p",
				Projects: []swrtest.Project{{Name: "eu-de", ID: "project-1"}, {Name: "eu-nl", ID: "project-2"}},
			})
			got := login(t, s, test.body)
			token := got.header.Get("X-Subject-Token")
			switch {
			case test.status != http.StatusCreated:
				assertResponse(t, got, test.status, fmt.Sprintf(`{"error":{"code":%d,"message":"`, test.status), `"title":"`)
				if token != "" {
					t.Error("a token despite the error")
				}
			case test.usable:
				assertTokenStatus(t, s, token, http.StatusOK)
			default:
				assertTokenStatus(t, s, token, http.StatusUnauthorized)
			}
		})
	}
}

// A token is accepted for another one, of the same user.
func TestLoginByToken(t *testing.T) {
	s, _ := start(t)
	s.AddUser(swrtest.User{Name: "u", Password: "p"})
	first := login(t, s, passwordLogin).header.Get("X-Subject-Token")
	second := login(t, s, fmt.Sprintf(`{"auth":{"identity":{"methods":["token"],"token":{"id":%q}},%s}}`, first, scopeU))
	assertResponse(t, second, http.StatusCreated, `"name":"u"`)
	if token := second.header.Get("X-Subject-Token"); token == first {
		t.Error("the same token")
	} else {
		assertTokenStatus(t, s, token, http.StatusOK)
	}
}

func TestTokens(t *testing.T) {
	s, _ := start(t)
	if swrtest.New().Token() == s.Token() {
		t.Error("two simulators have the same token")
	}
	s.AddUser(swrtest.User{Name: "u", Password: "p"})
	token := login(t, s, passwordLogin).header.Get("X-Subject-Token")
	s.ExpireTokens()
	assertTokenStatus(t, s, token, http.StatusUnauthorized)
	assertTokenStatus(t, s, s.Token(), http.StatusUnauthorized)
}
