package swrtest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

func TestShowToken(t *testing.T) {
	s, _ := start(t)
	s.AddUser(swrtest.User{Name: "u", Password: "p"})
	created := login(t, s, passwordLogin)
	token := created.header.Get("X-Subject-Token")
	show := func(subject string) reply {
		r := newRequest(t, s, http.MethodGet, tokensPath, "")
		if subject != "" {
			r.Header.Set("X-Subject-Token", subject)
		}
		return send(t, r)
	}
	got := show(token)
	assertResponse(t, got, http.StatusOK)
	if got.body != created.body || got.header.Get("X-Subject-Token") != token {
		t.Errorf("%s, want %s", got.body, created.body)
	}
	assertResponse(t, show("unknown"), http.StatusNotFound, `{"error":{"code":404,`)
	assertResponse(t, show(""), http.StatusBadRequest)
	s.ExpireTokens()
	assertResponse(t, withToken(t, s, token, http.MethodGet, tokensPath, ""), http.StatusUnauthorized, `{"error":{"code":401,`)
}

func TestDirectory(t *testing.T) {
	s, c := start(t)
	s.SetOwner(swrtest.Account{Name: "ME", ID: "me", Projects: []swrtest.Project{
		{Name: "eu-de", ID: "de"}, {Name: "eu-de_team", ID: "team"},
	}})
	s.AddUser(swrtest.User{Name: "u", ID: "user-1"})
	s.AddAccount(swrtest.Account{Name: "CUSTOMER"})
	s.AddUser(swrtest.User{Name: "other", DomainName: "CUSTOMER"})
	key := swrtest.Key{Access: "AK", Secret: "SK"}
	s.AddKey(key)
	for _, test := range []struct {
		path   string
		status int
		want   []string
		not    string
	}{
		{"/v3/projects", 200, []string{`"name":"eu-de"`, `"name":"eu-de_team"`, `"next":null`, `"self":"` + s.URL + `/v3/projects"`}, "swr"},
		{"/v3/projects?name=eu-de", 200, []string{`"id":"de"`, `"domain_id":"me"`}, "team"},
		{"/v3/projects?name=eu", 200, []string{`"projects":[]`}, "team"},
		{"/v3/projects?domain_id=other", 200, []string{`"projects":[]`}, "team"},
		{"/v3/projects?limit=1", 400, []string{`{"error":{"code":400,`}, ""},
		{"/v3/auth/domains", 200, []string{`"name":"ME"`, `"id":"me"`}, ""},
		{"/v3/auth/domains?name=ME", 400, nil, ""},
		{"/v3/users?name=u", 200, []string{`"id":"user-1"`, `"domain_id":"me"`}, "CUSTOMER"},
		{"/v3/users?name=other", 200, []string{`"users":[]`}, "user-1"},
		{"/v3/auth/catalog", 200, []string{`"type":"identity"`, s.IAMURL}, `"type":"swr"`},
	} {
		signed := sendSigned(t, s, c, key, http.MethodGet, test.path, "")
		for _, got := range []reply{do(t, s, http.MethodGet, test.path, ""), signed} {
			assertResponse(t, got, test.status, test.want...)
			if test.not != "" && strings.Contains(got.body, test.not) {
				t.Errorf("%s: %q in %s", test.path, test.not, got.body)
			}
		}
	}
}

// The catalog has the hosts of the cloud that a request was sent to.
func TestCatalogHosts(t *testing.T) {
	s, _ := start(t, swrtest.WithVariants(func(v *swrtest.Variants) { v.CatalogWithSMN, v.CatalogWithSWR = true, true }))
	r := newRequest(t, s, http.MethodGet, "/v3/auth/catalog", "")
	r.Host = "iam.eu-de.otc.t-systems.com"
	assertResponse(t, send(t, r), http.StatusOK, "//iam.eu-de.otc.t-systems.com/cloud/eu-de/v3",
		"//smn.eu-de.otc.t-systems.com/cloud/eu-de/v2", "//swr-api.eu-de.otc.t-systems.com/cloud/eu-de/v2")
}

// olderClientsSeen returns the statuses of what only the older clients send, and
// the routes.
func olderClientsSeen(t *testing.T, s *swrtest.Server, c *clock) string {
	t.Helper()
	addCustomer(s)
	key := swrtest.Key{Access: "AK", Secret: "SK"}
	s.AddKey(key)
	unsigned := newRequest(t, s, http.MethodGet, "/v3/auth/domains?name=x", "")
	unsigned.Header.Del("Content-Type")
	signWithoutHost(t, unsigned, key, c.Now())
	unsigned.Header.Set("X-Domain-Id", "ffd2c4ecbd7c4ae5ae8d2c2c5ac1bfa5")
	list := newRequest(t, s, http.MethodGet, listPath(), "")
	list.Header.Del("Content-Type")
	var seen []string
	for _, got := range []reply{
		send(t, unsigned),
		do(t, s, http.MethodPost, tokensPath, strings.Replace(assumeRoleBody, "agency_name", "xrole_name", 1)),
		send(t, list),
		do(t, s, http.MethodPost, createPath(), strings.Replace(createBody, ".000Z", "Z", 1)),
	} {
		seen = append(seen, http.StatusText(got.status))
	}
	routes, _, _ := strings.Cut(routesOf(t, s, c), ", create repositories")
	return strings.Join(seen, " ") + " " + routes
}
