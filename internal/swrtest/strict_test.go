package swrtest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// TestRoutesAreExact sends requests to paths and methods that are almost right.
func TestRoutesAreExact(t *testing.T) {
	const shares = "/v2/manage/namespaces/platform/repositories/team$app/access-domains"
	for _, test := range []struct {
		method, path string
		status       int
	}{
		{http.MethodGet, shares, 200},
		{http.MethodGet, strings.Replace(shares, "$", "%24", 1), 200},
		{http.MethodGet, strings.Replace(shares, "$", "/", 1), 404},
		{http.MethodGet, strings.Replace(shares, "$", "%2F", 1), 404},
		{http.MethodGet, shares + "/", 404},
		{http.MethodGet, "/" + shares, 404},
		{http.MethodGet, strings.Replace(shares, "manage", "manage/", 1), 404},
		{http.MethodGet, strings.Replace(shares, "v2", "v3", 1), 404},
		{http.MethodGet, strings.Replace(shares, "v2", "V2", 1), 404},
		{http.MethodGet, strings.Replace(shares, "access-domains", "access_domains", 1), 404},
		{http.MethodGet, strings.Replace(shares, "repositories", "repository", 1), 404},
		{http.MethodGet, shares + "/a/b", 404},
		{http.MethodGet, shares + "/a%2Fb", 404},
		{http.MethodHead, shares, 404},
		{http.MethodPut, shares, 404},
		{http.MethodPatch, shares, 404},
		{http.MethodDelete, shares, 404},
		{http.MethodPost, shares + "/a", 404},
		{http.MethodPut, shares + "/a", 404},
		{http.MethodGet, "/v2/manage/shared-repositories?center=self", 200},
		{http.MethodPost, "/v2/manage/shared-repositories", 404},
		{http.MethodGet, "/v2/manage/shared-repositories/", 404},
		{http.MethodPut, "/v3/auth/tokens", 404},
		{http.MethodGet, "/v3/projects", 200},
		{http.MethodGet, "/v3/projects/", 404},
		{http.MethodGet, "/v3.0/projects", 404},
		{http.MethodGet, "/v3/auth/domains", 200},
		{http.MethodGet, "/v3/auth/catalog", 200},
		{http.MethodPost, "/v3/OS-AUTH/id-token/tokens", 404},
		{http.MethodPost, "/v3.0/os-credential/securitytokens", 404},
		{http.MethodPost, "/v3/auth/tokens/", 404},
		{http.MethodGet, "/", 404},
		{http.MethodGet, "", 404},
	} {
		t.Run(test.method+" "+test.path, func(t *testing.T) {
			s, _ := start(t)
			assertResponse(t, do(t, s, test.method, test.path, ""), test.status)
			if op := s.Requests()[0].Operation; (op == swrtest.OpUnknown) != (test.status == 404) {
				t.Errorf("operation %q", op)
			}
		})
	}
}

// Without the base path, or with another one, there is no route.
func TestBasePath(t *testing.T) {
	s, _ := start(t)
	root := strings.TrimSuffix(s.URL, swrtest.DefaultBasePath)
	if root == s.URL {
		t.Fatalf("%s has no base path", s.URL)
	}
	for prefix, status := range map[string]int{
		"":                               404,
		"/other":                         404,
		swrtest.DefaultBasePath:          200,
		swrtest.DefaultBasePath + "/":    404,
		"/" + swrtest.DefaultBasePath:    404,
		swrtest.DefaultBasePath + "/v2/": 404,
	} {
		r := newRequest(t, s, http.MethodGet, "", "")
		target, err := r.URL.Parse(root + prefix + listPath())
		if err != nil {
			t.Fatal(err)
		}
		r.URL = target
		assertResponse(t, send(t, r), status)
	}
}

func TestContentType(t *testing.T) {
	s, _ := startWithShare(t)
	status := func(op swrtest.Operation, values ...string) int {
		r := requestFor(t, s, op)
		r.Header["Content-Type"] = values
		return send(t, r).status
	}
	for value, want := range map[string]int{
		"application/json":                200,
		"charset=utf-8 application/json":  200,
		"application/json;charset=utf-8":  200,
		"application/json; charset=utf-8": 200,
		"application/json;charset=utf8":   400,
		"Application/JSON":                400,
		"text/plain":                      400,
		"*/*":                             400,
	} {
		if got := status(swrtest.OpList, value); got != want {
			t.Errorf("%q: %d, want %d", value, got, want)
		}
	}
	for _, op := range swrtest.Operations() {
		if got := status(op); got != http.StatusBadRequest {
			t.Errorf("%s without: %d", op, got)
		}
	}
	if got := status(swrtest.OpList, "application/json", "application/json"); got != http.StatusBadRequest {
		t.Errorf("twice: %d", got)
	}
}

func TestTokenIsMandatory(t *testing.T) {
	s, _ := start(t)
	for _, change := range map[string]func(http.Header){
		"none":  func(h http.Header) { h.Del("X-Auth-Token") },
		"empty": func(h http.Header) { h.Set("X-Auth-Token", "") },
		"wrong": func(h http.Header) { h.Set("X-Auth-Token", "x") },
		"two":   func(h http.Header) { h.Add("X-Auth-Token", s.Token()) },
	} {
		r := newRequest(t, s, http.MethodGet, listPath(), "")
		change(r.Header)
		assertResponse(t, send(t, r), http.StatusUnauthorized, "SVCSTG.SWR.4010000")
	}
}

// TestNames checks the rules of names in paths (API.md, "Fields"). A valid name
// is 404: there is nothing of that name.
func TestNames(t *testing.T) {
	s, _ := start(t)
	both := map[string]int{
		"a": 404, "a0": 404, "a.b": 404, "a_b": 404, "a-b": 404, "a__b": 404, "a--b": 404, "a---b": 404,
		"a__b__c": 404, "a___b": 400, "a..b": 400, "a._b": 400, "a-_b": 400, "a-.b": 400, "a__-b": 400,
		".a": 400, "_a": 400, "-a": 400, "a.": 400, "a_": 400, "a-": 400, "a--": 400,
		"A": 400, "aB": 400, "a%20b": 400, "a+b": 400, "%C3%A4": 400, "a%00b": 400, "a:b": 400, "%FF": 400,
	}
	namespaces := map[string]int{
		"0a": 400, "a$b": 400, strings.Repeat("a", 64): 404, strings.Repeat("a", 65): 400,
	}
	repositories := map[string]int{
		"0a": 404, "a$b": 404, "a$$b": 400, "$a": 400, "a$": 400, "a$-b": 400, "a$b.c$d": 404,
		strings.Repeat("a", 128): 404, strings.Repeat("a", 129): 400,
	}
	check := func(path string, want int) {
		t.Helper()
		assertResponse(t, do(t, s, http.MethodGet, path, ""), want)
	}
	for _, group := range []map[string]int{both, namespaces} {
		for name, want := range group {
			check("/v2/manage/namespaces/"+name+"/repositories/app/access-domains", want)
		}
	}
	for _, group := range []map[string]int{both, repositories} {
		for name, want := range group {
			check("/v2/manage/namespaces/platform/repositories/"+name+"/access-domains", want)
		}
	}
}

// What exists is served, whatever its name.
func TestOddNamesAreServed(t *testing.T) {
	s, _ := start(t)
	s.PutShare(swrtest.Share{Namespace: "Odd", Repository: "Re po", AccessDomain: "a"})
	assertResponse(t, do(t, s, http.MethodGet, sharesPath("repositories", "Odd", "Re%20po"), ""), http.StatusOK)
}

func TestAccountsInPaths(t *testing.T) {
	s, _ := start(t)
	for name, want := range map[string]int{
		"a": 200, "OTC-EU-DE-00000000001000000100": 200, "acme_corp": 200, "a%20b": 200, "%C5%81%C3%B3d%C5%BA": 200,
		"%20": 400, "a%09b": 400, "a%7Fb": 400, "%FF": 400,
	} {
		assertResponse(t, do(t, s, http.MethodGet, listPath()+"/"+name, ""), want)
	}
}

// TestBodies changes the document's example of a body.
func TestBodies(t *testing.T) {
	const (
		domain   = `"access_domain":"otc"`
		permit   = `"permit":"read"`
		deadline = `"deadline":"2018-10-01T16:00:00.000Z"`
	)
	object := func(parts ...string) string { return "{" + strings.Join(parts, ",") + "}" }
	withDeadline := func(d string) string { return object(domain, permit, `"deadline":`+d) }
	long := func(n int) string { return `"description":"` + strings.Repeat("ä", n) + `"` }
	for name, test := range map[string]struct {
		body string
		good bool
	}{
		"no description":       {object(domain, permit, deadline), true},
		"empty description":    {object(domain, permit, deadline, `"description":""`), true},
		"1000 characters":      {object(domain, permit, deadline, long(1000)), true},
		"1001 characters":      {object(domain, permit, deadline, long(1001)), false},
		"null description":     {object(domain, permit, deadline, `"description":null`), false},
		"forever":              {withDeadline(`"forever"`), true},
		"Forever":              {withDeadline(`"Forever"`), false},
		"date":                 {withDeadline(`"2018-10-01"`), false},
		"no fraction":          {withDeadline(`"2018-10-01T16:00:00Z"`), false},
		"comma":                {withDeadline(`"2018-10-01T16:00:00,000Z"`), false},
		"micros":               {withDeadline(`"2018-10-01T16:00:00.000000Z"`), false},
		"offset":               {withDeadline(`"2018-10-01T16:00:00.000+00:00"`), false},
		"no such day":          {withDeadline(`"2018-02-30T16:00:00.000Z"`), false},
		"empty deadline":       {withDeadline(`""`), false},
		"number for deadline":  {withDeadline(`1538409600`), false},
		"null deadline":        {withDeadline(`null`), false},
		"no deadline":          {object(domain, permit), false},
		"no permit":            {object(domain, deadline), false},
		"write":                {object(domain, `"permit":"write"`, deadline), false},
		"Read":                 {object(domain, `"permit":"Read"`, deadline), false},
		"Permit":               {object(domain, `"Permit":"read"`, deadline), false},
		"no account":           {object(permit, deadline), false},
		"blank account":        {object(`"access_domain":" "`, permit, deadline), false},
		"slash in account":     {object(`"access_domain":"a/b"`, permit, deadline), false},
		"control in account":   {object(`"access_domain":"a\u0007"`, permit, deadline), false},
		"space in account":     {object(`"access_domain":"a b"`, permit, deadline), true},
		"non-ASCII account":    {object(`"access_domain":"Łódź"`, permit, deadline), true},
		"list of accounts":     {object(`"access_domain":["otc"]`, permit, deadline), false},
		"unknown field":        {object(domain, permit, deadline, `"status":true`), false},
		"repository in body":   {object(domain, permit, deadline, `"repository":"a"`), false},
		"array":                {"[" + object(domain, permit, deadline) + "]", false},
		"null":                 {"null", false},
		"empty":                {"", false},
		"two objects":          {object(domain, permit, deadline) + "{}", false},
		"form":                 {"access_domain=otc&permit=read", false},
		"invalid UTF-8":        {object("\"access_domain\":\"\xff\"", permit, deadline), false},
		"white space all over": {" { \"access_domain\" : \"otc\" ,\n" + permit + "," + deadline + "}\n", true},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := start(t)
			got := do(t, s, http.MethodPost, createPath(), test.body)
			stored := len(s.AllShares())
			if test.good && (got.status != http.StatusCreated || stored != 1) {
				t.Errorf("%d %s, %d stored", got.status, got.body, stored)
			}
			if !test.good && (got.status != http.StatusBadRequest || !strings.Contains(got.body, "SVCSTG.SWR.4000014") || stored != 0) {
				t.Errorf("%d %s, %d stored", got.status, got.body, stored)
			}
		})
	}
}

func TestPatchBodies(t *testing.T) {
	for body, status := range map[string]int{
		updateBody:                               201,
		`{"permit":"read","deadline":"forever"}`: 201,
		`{"deadline":"forever"}`:                 400,
		`{"permit":"read"}`:                      400,
		`{"description":"d"}`:                    400,
		createBody:                               400,
		``:                                       400,
	} {
		s, _ := start(t)
		put(s, account)
		assertResponse(t, do(t, s, http.MethodPatch, sharePath(account), body), status)
	}
}

// Calls without a body reject one, and calls without parameters a query.
func TestUnexpectedBodyOrQuery(t *testing.T) {
	s, _ := start(t)
	put(s, account)
	for _, test := range []struct{ method, path, body string }{
		{http.MethodGet, listPath(), "{}"},
		{http.MethodGet, sharePath(account), "{}"},
		{http.MethodDelete, sharePath(account), "{}"},
		{http.MethodGet, "/v2/manage/shared-repositories?center=self", "{}"},
		{http.MethodGet, sharePath(account) + "?limit=1&offset=0", ""},
		{http.MethodDelete, sharePath(account) + "?force=true", ""},
		{http.MethodPatch, sharePath(account) + "?x=1", updateBody},
		{http.MethodPost, createPath() + "?x=1", createBody},
		{http.MethodGet, listPath() + "?marker=a", ""},
		{http.MethodGet, listPath() + "?limit=%zz", ""},
	} {
		assertResponse(t, do(t, s, test.method, test.path, test.body), http.StatusBadRequest)
	}
	if len(s.AllShares()) != 1 {
		t.Error("a rejected request took effect")
	}
	huge := strings.Repeat(" ", 2<<20)
	assertResponse(t, do(t, s, http.MethodPost, createPath(), huge), http.StatusBadRequest)
}

func TestPagingParameters(t *testing.T) {
	s, _ := start(t)
	for query, status := range map[string]int{
		"?limit=1&offset=0":         200,
		"?limit=1000&offset=0":      200,
		"?limit=100&offset=999999":  200,
		"?limit=1":                  400,
		"?offset=1":                 400,
		"?limit=0&offset=0":         400,
		"?limit=1001&offset=0":      400,
		"?limit=a&offset=0":         400,
		"?limit=1&offset=-1":        400,
		"?limit=1&limit=1&offset=0": 400,
	} {
		for _, path := range []string{listPath() + query, "/v2/manage/shared-repositories" + query + "&center=self"} {
			assertResponse(t, do(t, s, http.MethodGet, path, ""), status)
		}
	}
	for i := range 250 {
		put(s, fmt.Sprintf("a%03d", i))
	}
	for query, want := range map[string]string{
		"":                      "100 a000 a099",
		"?limit=100&offset=100": "100 a100 a199",
		"?limit=100&offset=200": "50 a200 a249",
		"?limit=1000&offset=0":  "250 a000 a249",
		"?limit=7&offset=3":     "7 a003 a009",
	} {
		got := listed(t, s, query)
		if seen := fmt.Sprint(len(got), " ", got[0], " ", got[len(got)-1]); seen != want {
			t.Errorf("%q: %s, want %s", query, seen, want)
		}
	}
	for i := range 250 {
		s.PutShare(swrtest.Share{Namespace: "n", Repository: fmt.Sprintf("r%03d", i), AccessDomain: "a"})
	}
	for query, want := range map[string]string{
		"":                      "100 r000 0-100/250",
		"&limit=1000&offset=0":  "250 r000 0-250/250",
		"&limit=100&offset=200": "50 r200 200-50/250",
	} {
		items, got := shared(t, s, "center=self&namespace=n"+query)
		if seen := fmt.Sprint(len(items), " ", items[0].Name, " ", got.header.Get("Content-Range")); seen != want {
			t.Errorf("%q: %s, want %s", query, seen, want)
		}
	}
}
