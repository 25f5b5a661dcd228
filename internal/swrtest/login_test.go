package swrtest_test

import (
	"encoding/json"
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

type loginBody struct {
	Token struct {
		ExpiresAt time.Time `json:"expires_at"`
		IssuedAt  time.Time `json:"issued_at"`
		Methods   []string
		User      struct {
			Name, ID string
			Domain   struct{ Name, ID string }
		}
		Project *struct {
			Name, ID string
			Domain   struct{ Name, ID string }
		}
		Domain  *struct{ Name, ID string }
		Catalog []struct{ Type string }
	}
}

func login(t *testing.T, s *swrtest.Server, body string) reply {
	t.Helper()
	r := newRequest(t, s, http.MethodPost, "/v3/auth/tokens", body)
	r.Header.Del("X-Auth-Token")
	return send(t, r)
}

// withToken lists the shares with a token, and gives the status.
func withToken(t *testing.T, s *swrtest.Server, token string) int {
	t.Helper()
	r := newRequest(t, s, http.MethodGet, listPath(), "")
	r.Header.Set("X-Auth-Token", token)
	return send(t, r).status
}

func TestLogin(t *testing.T) {
	s, c := start(t, swrtest.WithTokenLifetime(time.Hour))
	user := s.AddUser(swrtest.User{Name: "u", Password: "p"})
	if want := strings.TrimSuffix(s.IAMURL, "/v3"); want != s.URL {
		t.Errorf("IAMURL %s, URL %s", s.IAMURL, s.URL)
	}
	got := login(t, s, passwordLogin)
	token := got.header.Get("X-Subject-Token")
	if got.status != http.StatusCreated || token == "" || strings.Contains(got.body, token) {
		t.Fatalf("%d %q %s", got.status, token, got.body)
	}
	body := decode[loginBody](t, got.body).Token
	if !body.IssuedAt.Equal(c.Now().Truncate(time.Microsecond)) || body.ExpiresAt.Sub(body.IssuedAt) != time.Hour {
		t.Errorf("issued %s, expires %s", body.IssuedAt, body.ExpiresAt)
	}
	if body.User.Name != "u" || body.User.ID != user.ID || body.User.Domain.Name != s.Owner() ||
		body.Project == nil || body.Project.Name != "eu-de" || body.Project.Domain.ID != user.DomainID || body.Domain != nil {
		t.Errorf("%s", got.body)
	}
	for _, service := range body.Catalog {
		if service.Type == "swr" {
			t.Error("SWR is in the catalog")
		}
	}
	if len(body.Catalog) == 0 {
		t.Error("the catalog is empty")
	}

	// The token signs in, names the creator, and ends on time.
	r := newRequest(t, s, http.MethodPost, createPath(), createBody)
	r.Header.Set("X-Auth-Token", token)
	send(t, r)
	if share, _ := s.Share(namespace, repository, account); share.CreatorName != "u" || share.CreatorID != user.ID {
		t.Errorf("creator: %+v", share)
	}
	c.advance(time.Hour - time.Second)
	if status := withToken(t, s, token); status != http.StatusOK {
		t.Errorf("before its end: %d", status)
	}
	c.advance(time.Second)
	if status := withToken(t, s, token); status != http.StatusUnauthorized {
		t.Errorf("at its end: %d", status)
	}
	if status := withToken(t, s, s.Token()); status != http.StatusOK {
		t.Errorf("the static token: %d", status)
	}
	if n := s.Count(swrtest.OpLogin); n != 1 {
		t.Errorf("%d logins counted", n)
	}
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
		usable bool // the token works on SWR
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
			s.AddUser(swrtest.User{
				Name: "u", ID: "user-1", Password: "p", DomainName: s.Owner(), DomainID: "domain-1",
				Projects: []swrtest.Project{{Name: "eu-de", ID: "project-1"}, {Name: "eu-nl", ID: "project-2"}},
			})
			got := login(t, s, test.body)
			token := got.header.Get("X-Subject-Token")
			if got.status != test.status || (token != "") != (test.status == http.StatusCreated) {
				t.Fatalf("%d %s", got.status, got.body)
			}
			if test.status != http.StatusCreated {
				var e struct {
					Error struct {
						Code           int
						Message, Title string
					}
				}
				if err := json.Unmarshal([]byte(got.body), &e); err != nil || e.Error.Code != test.status || e.Error.Title == "" || e.Error.Message == "" {
					t.Errorf("%v: %s", err, got.body)
				}
				return
			}
			if status := withToken(t, s, token); (status == http.StatusOK) != test.usable {
				t.Errorf("the token on SWR: %d", status)
			}
		})
	}
}

// A token buys another one, for the same user.
func TestLoginByToken(t *testing.T) {
	s, _ := start(t)
	s.AddUser(swrtest.User{Name: "u", Password: "p"})
	first := login(t, s, passwordLogin).header.Get("X-Subject-Token")
	body := fmt.Sprintf(`{"auth":{"identity":{"methods":["token"],"token":{"id":%q}},%s}}`, first, scopeU)
	second := login(t, s, body)
	token := second.header.Get("X-Subject-Token")
	if second.status != http.StatusCreated || token == first || withToken(t, s, token) != http.StatusOK {
		t.Errorf("%d %s", second.status, second.body)
	}
}

func TestLoginContentType(t *testing.T) {
	s, _ := start(t)
	s.AddUser(swrtest.User{Name: "u", Password: "p"})
	r := newRequest(t, s, http.MethodPost, "/v3/auth/tokens", passwordLogin)
	r.Header.Del("Content-Type")
	if got := send(t, r); got.status != http.StatusBadRequest {
		t.Errorf("%d %s", got.status, got.body)
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
	for _, token := range []string{token, s.Token()} {
		if status := withToken(t, s, token); status != http.StatusUnauthorized {
			t.Errorf("after ExpireTokens: %d", status)
		}
	}
}
