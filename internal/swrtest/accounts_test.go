package swrtest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// withToken sends a request with another token than the static one.
func withToken(t *testing.T, s *swrtest.Server, token, method, path, body string) reply {
	t.Helper()
	r := newRequest(t, s, method, path, body)
	r.Header.Set("X-Auth-Token", token)
	return send(t, r)
}

// addUserOf adds an account with a user, and returns the user and its token.
func addUserOf(t *testing.T, s *swrtest.Server, account string) (swrtest.User, string) {
	t.Helper()
	s.AddAccount(swrtest.Account{Name: account})
	user := s.AddUser(swrtest.User{Name: "other", Password: "p", DomainName: account})
	got := login(t, s, fmt.Sprintf(`{"auth":{"identity":{"methods":["password"],"password":{"user":{`+
		`"id":%q,"password":"p"}}},"scope":{"project":{"name":"eu-de"}}}}`, user.ID))
	assertResponse(t, got, http.StatusCreated, `"domain":{"name":"`+account+`"`)
	return user, got.header.Get("X-Subject-Token")
}

// A namespace is that of one account: requests of another one are 401 4011064.
func TestNamespaceOfAnotherAccount(t *testing.T) {
	s, _ := start(t)
	put(s, account)
	_, token := addUserOf(t, s, "CUSTOMER")
	for _, request := range []struct{ method, path, body string }{
		{http.MethodPost, createPath(), createBody},
		{http.MethodGet, listPath(), ""},
		{http.MethodGet, sharePath(account), ""},
		{http.MethodPatch, sharePath(account), updateBody},
		{http.MethodDelete, sharePath(account), ""},
		{http.MethodGet, sharesPath("repositories", namespace, "nothing"), ""},
	} {
		got := withToken(t, s, token, request.method, request.path, request.body)
		assertResponse(t, got, http.StatusUnauthorized, "SVCSTG.SWR.4011064")
	}
	assertResponse(t, withToken(t, s, token, http.MethodGet, sharesPath("repositories", "nowhere", "app"), ""),
		http.StatusNotFound, "4040058")
	for query, want := range map[string]string{"center=self": "[]", "center=thirdparty": "[]"} {
		if got := withToken(t, s, token, http.MethodGet, sharedPath+query, ""); got.body != want {
			t.Errorf("%s: %s", query, got.body)
		}
	}

	s.AssignNamespace(namespace, "CUSTOMER")
	assertTokenStatus(t, s, token, http.StatusOK)
	assertTokenStatus(t, s, s.Token(), http.StatusUnauthorized)
	assertResponse(t, withToken(t, s, token, http.MethodGet, sharedPath+"center=self", ""),
		http.StatusOK, `"domain_name":"CUSTOMER"`)
}

func TestSetOwner(t *testing.T) {
	s, c := start(t)
	put(s, account)
	s.SetOwner(swrtest.Account{Name: "ME", ID: "me", Projects: []swrtest.Project{{Name: "eu-nl", ID: "nl"}}})
	assertResponse(t, do(t, s, http.MethodGet, sharedPath+"center=self", ""), http.StatusOK, `"domain_name":"ME"`)
	assertResponse(t, do(t, s, http.MethodGet, "/v3/auth/catalog", ""), http.StatusOK, `"region":"eu-nl"`)
	s.AddKey(swrtest.Key{Access: "AK", Secret: "SK"})
	key := swrtest.Key{Access: "AK", Secret: "SK"}
	assertResponse(t, sendSigned(t, s, c, key, http.MethodGet, "/v3/projects", ""), http.StatusOK, `"name":"eu-nl"`)
}

// An account that the IAM has can be shared with.
func TestAccountExists(t *testing.T) {
	s, _ := start(t)
	s.AddAccounts("known")
	assertResponse(t, do(t, s, http.MethodPost, createPath(), createBody), http.StatusBadRequest, "4001041")
	s.AddAccount(swrtest.Account{Name: strings.ToUpper(account)})
	assertResponse(t, do(t, s, http.MethodPost, createPath(), createBody), http.StatusCreated)
}

func TestUnknownAccount(t *testing.T) {
	s, _ := start(t)
	for name, add := range map[string]func(){
		"user":              func() { s.AddUser(swrtest.User{Name: "u", DomainName: "unknown"}) },
		"key":               func() { s.AddKey(swrtest.Key{Access: "AK", UserID: "unknown"}) },
		"agency":            func() { s.AddAgency(swrtest.Agency{Name: "ops", Account: "unknown"}) },
		"namespace":         func() { s.AssignNamespace(namespace, "unknown") },
		"identity provider": func() { s.AddIdentityProvider(swrtest.IdentityProvider{ID: "ci", Account: "unknown"}) },
	} {
		func() {
			defer func() {
				if text := fmt.Sprint(recover()); !strings.Contains(text, `"unknown"`) {
					t.Errorf("%s: %s", name, text)
				}
			}()
			add()
		}()
	}
}

// A signed request acts in the project of X-Project-Id, or in the region's.
func TestProjectOfSignedRequest(t *testing.T) {
	const unknown = "0123456789abcdef0123456789abcdef"
	for _, test := range []struct {
		header, value string
		variant       string
		status        int
		want          string
	}{
		{"X-Other", "1", "", 200, `"region":"eu-de"`},
		{"X-Project-Id", "nl", "", 200, `"region":"eu-nl"`},
		{"X-Project-Id", unknown, "", 401, "APIGW.0301"},
		{"X-Project-Id", unknown, "unknown-project-403", 403, "APIGW.0302"},
		{"X-Domain-Id", "me", "", 200, `"region":"eu-de"`},
		{"X-Domain-Id", unknown, "", 401, "APIGW.0301"},
	} {
		s, c := start(t)
		if variant, ok := swrtest.VariantByName(test.variant); ok {
			s.SetVariants(variant.Apply)
		}
		s.SetOwner(swrtest.Account{Name: "ME", ID: "me", Projects: []swrtest.Project{
			{Name: "eu-de", ID: "de"}, {Name: "eu-nl_team", ID: "nl"},
		}})
		key := swrtest.Key{Access: "AK", Secret: "SK"}
		s.AddKey(key)
		got := sendSigned(t, s, c, key, http.MethodGet, "/v3/auth/catalog", "", test.header, test.value)
		assertResponse(t, got, test.status, test.want)
		code := map[int]string{200: "", 401: "SVCSTG.SWR.4010000", 403: "APIGW.0302"}[test.status]
		got = sendSigned(t, s, c, key, http.MethodGet, listPath(), "", test.header, test.value)
		assertResponse(t, got, test.status, code)
	}
}

// A key acts as its user.
func TestKeyOfUser(t *testing.T) {
	s, c := start(t)
	user, _ := addUserOf(t, s, "CUSTOMER")
	s.AssignNamespace(namespace, "CUSTOMER")
	key := swrtest.Key{Access: "AK", Secret: "SK", UserID: user.ID}
	s.AddKey(key)
	assertResponse(t, sendSigned(t, s, c, key, http.MethodPost, createPath(), createBody), http.StatusCreated)
	if share, _ := s.Share(namespace, repository, account); share.CreatorID != user.ID || share.CreatorName != "other" {
		t.Errorf("%+v", share)
	}
}
