package swrtest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// addCustomer adds the account CUSTOMER, which delegates to the owner by the agency
// ops.
func addCustomer(s *swrtest.Server) {
	s.AddAccount(swrtest.Account{Name: "CUSTOMER", ID: "customer-id", Projects: []swrtest.Project{{Name: "eu-de", ID: "customer-de"}}})
	s.AddAgency(swrtest.Agency{Name: "ops", ID: "agency-id", Account: "CUSTOMER"})
}

const (
	ops               = `"assume_role":{"agency_name":"ops","domain_name":"CUSTOMER"}`
	assumeRoleBody    = `{"auth":{"identity":{"methods":["assume_role"],` + ops + `},"scope":{"project":{"name":"eu-de"}}}}`
	securityTokenBody = `{"auth":{"identity":{"methods":["assume_role"],` +
		`"assume_role":{"agency_name":"ops","domain_id":"customer-id","duration_seconds":900}}}}`

	tokensPath         = "/v3/auth/tokens"
	securityTokensPath = "/v3.0/OS-CREDENTIAL/securitytokens"
)

// startWithCustomer serves a repository of the account CUSTOMER.
func startWithCustomer(t *testing.T, opts ...swrtest.Option) (*swrtest.Server, *clock) {
	t.Helper()
	s, c := start(t, opts...)
	addCustomer(s)
	s.AssignNamespace(namespace, "CUSTOMER")
	return s, c
}

func temporaryKey(t *testing.T, body string) (key swrtest.Key, expires string) {
	t.Helper()
	credential := decode[struct {
		Credential map[string]string `json:"credential"`
	}](t, body).Credential
	if len(credential) != 4 {
		t.Fatalf("%s", body)
	}
	return swrtest.Key{
		Access: credential["access"], Secret: credential["secret"], SecurityToken: credential["securitytoken"],
	}, credential["expires_at"]
}

// A token of an agency acts in the account that delegates, until it expires.
func TestAssumeRole(t *testing.T) {
	s, c := startWithCustomer(t, swrtest.WithTokenLifetime(time.Hour))
	assertTokenStatus(t, s, s.Token(), http.StatusUnauthorized)
	got := do(t, s, http.MethodPost, tokensPath, assumeRoleBody)
	assertResponse(t, got, http.StatusCreated, `"methods":["assume_role"]`,
		`"project":{"domain":{"name":"CUSTOMER","id":"customer-id"},"id":"customer-de","name":"eu-de"}`,
		`"user":{"domain":{"name":"CUSTOMER","id":"customer-id"},"id":"agency-id","name":"CUSTOMER/ops"`,
		`"assumed_by":{"user":{"domain":{"name":"`+s.Owner()+`"`)
	token := got.header.Get("X-Subject-Token")
	assertResponse(t, withToken(t, s, token, http.MethodPost, createPath(), createBody), http.StatusCreated)
	if share, _ := s.Share(namespace, repository, account); share.CreatorID != "agency-id" || share.CreatorName != "CUSTOMER/ops" {
		t.Errorf("%+v", share)
	}
	c.advance(time.Hour)
	assertTokenStatus(t, s, token, http.StatusUnauthorized)
	if got := s.Count(swrtest.OpAssumeRole); got != 1 || s.Count(swrtest.OpLogin) != 0 {
		t.Errorf("%d calls", got)
	}
}

// A temporary key pair of an agency acts in the account that delegates.
func TestSecurityToken(t *testing.T) {
	for name, test := range map[string]struct {
		opts     []swrtest.Option
		lifetime time.Duration
	}{
		"as requested": {nil, 15 * time.Minute},
		"shortened":    {[]swrtest.Option{swrtest.WithKeyLifetime(2 * time.Second)}, 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			s, c := startWithCustomer(t, test.opts...)
			own := swrtest.Key{Access: "AK", Secret: "SK"}
			s.AddKey(own)
			got := sendSigned(t, s, c, own, http.MethodPost, securityTokensPath, securityTokenBody)
			assertResponse(t, got, http.StatusCreated)
			key, expires := temporaryKey(t, got.body)
			if want := c.Now().Add(test.lifetime).Format("2006-01-02T15:04:05.000000Z"); expires != want {
				t.Errorf("expires %s, want %s", expires, want)
			}
			assertResponse(t, sendSigned(t, s, c, own, http.MethodGet, listPath(), ""), http.StatusUnauthorized, "4011064")
			assertResponse(t, sendSigned(t, s, c, key, http.MethodPost, createPath(), createBody, "X-Project-Id", "customer-de"), http.StatusCreated)
			if share, _ := s.Share(namespace, repository, account); share.CreatorID != "agency-id" {
				t.Errorf("%+v", share)
			}
			wrong := key
			wrong.SecurityToken = "another"
			assertResponse(t, sendSigned(t, s, c, wrong, http.MethodGet, listPath(), ""), http.StatusUnauthorized, "X-Security-Token")
			c.advance(test.lifetime - time.Second)
			assertResponse(t, sendSigned(t, s, c, key, http.MethodGet, listPath(), ""), http.StatusOK)
			c.advance(time.Second)
			assertResponse(t, sendSigned(t, s, c, key, http.MethodGet, listPath(), ""), http.StatusUnauthorized, "the security token is expired")
			s.SetVariants(func(v *swrtest.Variants) { v.AuthErrors = swrtest.AuthGateway })
			assertResponse(t, sendSigned(t, s, c, key, http.MethodGet, listPath(), ""), http.StatusUnauthorized,
				"APIGW.0301", "security token expires, expires_at: "+expires)
		})
	}
}

// Only issued keys expire, not those of users.
func TestExpireKeys(t *testing.T) {
	s, c := startWithCustomer(t)
	own := swrtest.Key{Access: "AK", Secret: "SK"}
	s.AddKey(own)
	key, _ := temporaryKey(t, sendSigned(t, s, c, own, http.MethodPost, securityTokensPath, securityTokenBody).body)
	s.ExpireKeys()
	assertResponse(t, sendSigned(t, s, c, key, http.MethodGet, listPath(), ""), http.StatusUnauthorized)
	assertResponse(t, sendSigned(t, s, c, own, http.MethodPost, securityTokensPath, securityTokenBody), http.StatusCreated)
}

// The same agency is refused, or not, by both calls.
func TestAgencyRefused(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*swrtest.Server)
		from   string
		to     string
		status int
	}{
		"agency":            {status: 201},
		"domain id":         {from: `"domain_name":"CUSTOMER"`, to: `"domain_id":"customer-id"`, status: 201},
		"removed agency":    {change: func(s *swrtest.Server) { s.RemoveAgency("ops") }, status: 403},
		"unknown agency":    {from: "ops", to: "Ops", status: 403},
		"unknown account":   {from: "CUSTOMER", to: "customer", status: 403},
		"trusts another":    {change: func(s *swrtest.Server) { trustAnother(s) }, status: 403},
		"no agency name":    {from: `"agency_name":"ops",`, to: "", status: 400},
		"xrole_name":        {from: "agency_name", to: "xrole_name", status: 400},
		"no account":        {from: `,"domain_name":"CUSTOMER"`, to: "", status: 400},
		"both domain forms": {from: `"domain_name"`, to: `"domain_id":"customer-id","domain_name"`, status: 400},
		"unknown field":     {from: `"agency_name"`, to: `"other":1,"agency_name"`, status: 400},
		"no assume_role":    {from: ops, to: `"token":{"id":"x"}`, status: 400},
		"two methods":       {from: `["assume_role"]`, to: `["assume_role","token"]`, status: 400},
		"no JSON":           {from: "{", to: "", status: 400},
	} {
		body := strings.Replace(assumeRoleBody, test.from, test.to, 1)
		short := strings.Replace(body, `,"scope":{"project":{"name":"eu-de"}}`, "", 1)
		for path, body := range map[string]string{tokensPath: body, securityTokensPath: short} {
			s, _ := startWithCustomer(t)
			if test.change != nil {
				test.change(s)
			}
			part := ""
			if test.status != http.StatusCreated {
				part = fmt.Sprintf(`{"error":{"code":%d,"message":"`, test.status)
			}
			t.Run(name, func(t *testing.T) { assertResponse(t, do(t, s, http.MethodPost, path, body), test.status, part) })
		}
	}
}

func trustAnother(s *swrtest.Server) {
	s.RemoveAgency("ops")
	s.AddAgency(swrtest.Agency{Name: "ops", Account: "CUSTOMER", TrustedAccount: "customer-id"})
}

// Only users with the role of an agent operator can assume an agency, and an agency
// cannot assume another one.
func TestAgentOperator(t *testing.T) {
	s, c := startWithCustomer(t)
	s.AddUser(swrtest.User{Name: "u", Password: "p", Roles: []string{swrtest.RoleAdmin}})
	user := login(t, s, passwordLogin).header.Get("X-Subject-Token")
	agency := do(t, s, http.MethodPost, tokensPath, assumeRoleBody).header.Get("X-Subject-Token")
	s.AddAgency(swrtest.Agency{Name: "ops", Account: s.Owner(), TrustedAccount: "CUSTOMER"})
	back := strings.Replace(assumeRoleBody, "CUSTOMER", s.Owner(), 1)
	for token, body := range map[string]string{user: assumeRoleBody, agency: back} {
		assertResponse(t, withToken(t, s, token, http.MethodPost, tokensPath, body), http.StatusForbidden, "You are not authorized")
	}
	assertResponse(t, withToken(t, s, "unknown", http.MethodPost, tokensPath, assumeRoleBody),
		http.StatusUnauthorized, `{"error":{"code":401,"message":"The request you have made requires authentication."`)
	assertResponse(t, sendSigned(t, s, c, swrtest.Key{Access: "unknown"}, http.MethodPost, tokensPath, assumeRoleBody),
		http.StatusUnauthorized, "APIGW.0301", "ak not exist")
}

func TestSecurityTokenDuration(t *testing.T) {
	s, _ := startWithCustomer(t)
	for duration, status := range map[string]int{
		"900": 201, "86400": 201, "899": 400, "86401": 400, "0": 400, "-900": 400, `"900"`: 400, "900.5": 400,
	} {
		body := strings.Replace(securityTokenBody, ":900", ":"+duration, 1)
		assertResponse(t, do(t, s, http.MethodPost, securityTokensPath, body), status)
	}
	scoped := strings.Replace(securityTokenBody, `}}}`, `},"scope":{"project":{"name":"eu-de"}}}}`, 1)
	assertResponse(t, do(t, s, http.MethodPost, securityTokensPath, scoped), http.StatusBadRequest)
	timed := strings.Replace(assumeRoleBody, `"agency_name"`, `"duration_seconds":900,"agency_name"`, 1)
	assertResponse(t, do(t, s, http.MethodPost, tokensPath, timed), http.StatusBadRequest)
}
