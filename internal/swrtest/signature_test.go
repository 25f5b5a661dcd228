package swrtest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// The signatures below were computed apart from this repository, with Python's
// hmac and hashlib, from the description in API.md.
const (
	signedHost   = "swr-api.eu-de.otc.t-systems.com"
	signedDate   = "20300601T120000Z"
	signedAccess = "AK0123456789"
	signedSecret = "SK0123456789abcdefghijklmnopqrstuvwxyzAB"

	formAccess    = "SDK-HMAC-SHA256 Access=" + signedAccess
	formEmpty     = "SDK-HMAC-SHA256 Credential=" + signedAccess + "/20300601///sdk_request"
	formScoped    = "SDK-HMAC-SHA256 Credential=" + signedAccess + "/20300601/eu-de/swr/sdk_request"
	signedHeaders = "content-type;host;x-sdk-date"

	signedShares  = "/v2/manage/namespaces/platform/repositories/team$app/access-domains"
	signedAccount = signedShares + "/%C5%81%C3%B3d%C5%BA%20M%C3%BCller"
	listSignature = "a5517c9c3cea4df69161d38cf4bd79f6efe6a982ad3121845ecf9e4265238f7c"
)

// signed returns a request with a signature in any of the forms.
func signed(t *testing.T, s *swrtest.Server, method, path, body, form, signature string) *http.Request {
	t.Helper()
	r := newRequest(t, s, method, path, body)
	r.Host = signedHost
	r.Header.Del("X-Auth-Token")
	r.Header.Set("X-Sdk-Date", signedDate)
	r.Header.Set("Authorization", form+", SignedHeaders="+signedHeaders+", Signature="+signature)
	return r
}

// startSigned serves without a base path, as in the vectors.
func startSigned(t *testing.T, opts ...swrtest.Option) (*swrtest.Server, *clock) {
	t.Helper()
	s, c := start(t, append([]swrtest.Option{swrtest.WithBasePath("")}, opts...)...)
	s.AddKey(swrtest.Key{Access: signedAccess, Secret: signedSecret})
	return s, c
}

func TestSignatureVectors(t *testing.T) {
	for _, test := range []struct {
		method, path, body string
		status             int
		signatures         map[string]string // by form
	}{
		{http.MethodPost, strings.Replace(signedShares, "repositories", "repos", 1), createBody, http.StatusCreated, map[string]string{
			formAccess: "7c53c5acb8dc970951bc04e04a12a7acf422be23ebbd5083d7224a3df25b7976",
			formEmpty:  "66d8073c4c5f8532f1fbfecaee97e25aa6714a74b08df44cadf67dea0e93e631",
			formScoped: "4098f8f744ac57753569c898ce99727051df05a2aff399a89e6a7b75e73d8ade",
		}},
		{http.MethodGet, signedShares + "?offset=100&limit=100", "", http.StatusOK, map[string]string{
			formAccess: listSignature,
			formEmpty:  "7db62ff58680c5b5ede4b3bd3313ef65568e8c0ca96b42bed9756bd22c2c6dc9",
			formScoped: "58474b877f31bffb0141b297a0ee30fdc7f1e88c76eda175bfb67f425c9a20e9",
		}},
		{http.MethodGet, signedAccount, "", http.StatusOK, map[string]string{
			formAccess: "0ed1afa3b542b7a7c378ece443ea96e8a5a71289b766637feda150bd67ace079",
			formEmpty:  "314ccf64a2b5a8e17301effda72550fb932c7895a9ef98d48e269abc229d883c",
			formScoped: "1c4b263570d42241de7ebe045ae9a55afb1178cbcde581eb52758a294a266e67",
		}},
		{http.MethodPatch, signedAccount, updateBody, http.StatusCreated, map[string]string{
			formAccess: "3866b8812e64d76477d43c548ecab32346577604fec26ae2ff9655c6119b2a7d",
			formEmpty:  "ea57835039c9b05a99ff863b5889cc559938f4a10564ab4a47fc1990d9c716b6",
			formScoped: "fdce23b40eb21c56b73315896f4805cba90939314393ee952dc4c26ccd1d0e4f",
		}},
		{http.MethodDelete, signedAccount, "", http.StatusNoContent, map[string]string{
			formAccess: "d0283370fb4504ca75a77bd7bad8d7182867cf673178e5e034c5955548d21762",
			formEmpty:  "71e063a7a272ed7161a0d5d61cfaae4d9b19f6d4f4805778517df14ecd4025d5",
			formScoped: "51b051319d47b40bd2e080a0b1548e15e45f396e1160d61cc082a56703815210",
		}},
	} {
		for form, signature := range test.signatures {
			t.Run(test.method+" "+form, func(t *testing.T) {
				s, _ := startSigned(t)
				if test.method == http.MethodPatch {
					put(s, "Łódź Müller")
				}
				assertResponse(t, send(t, signed(t, s, test.method, test.path, test.body, form, signature)), test.status)
				wrong := strings.Repeat("0", len(signature))
				assertResponse(t, send(t, signed(t, s, test.method, test.path, test.body, form, wrong)), http.StatusUnauthorized)
			})
		}
	}
}

// A "$" may be sent as %24: the decoded path is signed.
func TestSignatureEscapedPath(t *testing.T) {
	s, _ := startSigned(t)
	path := strings.Replace(signedShares, "$", "%24", 1) + "?limit=100&offset=100"
	assertResponse(t, send(t, signed(t, s, http.MethodGet, path, "", formAccess, listSignature)), http.StatusOK)
}

func TestSignatureEscapedQuery(t *testing.T) {
	s, _ := startSigned(t)
	for _, query := range []string{"name=a%20b%2Fc&center=self", "center=self&name=a+b/c"} {
		got := send(t, signed(t, s, http.MethodGet, "/v2/manage/shared-repositories?"+query, "", formAccess,
			"0d4e445a91a01c88054e24462599ba9a8c1ebfcb805e055fb92a42339a9f6fe6"))
		if got.status != http.StatusOK {
			t.Errorf("%s: %d %s", query, got.status, got.body)
		}
	}
}

func TestSignatureSecurityToken(t *testing.T) {
	const headers = "content-type;host;x-sdk-date;x-security-token"
	for form, signature := range map[string]string{
		formAccess: "776ebf8fc97ba15440ef982e6f86c758502b4baee453e16af1d9e03a0e947ff7",
		formEmpty:  "a12ca1d313ece0258560bd13a028f2e7f97995a659cc4a58ce7896a8660530ea",
	} {
		s, _ := startSigned(t)
		s.AddKey(swrtest.Key{Access: signedAccess, Secret: signedSecret, SecurityToken: "temporary"})
		r := signed(t, s, http.MethodGet, signedShares, "", form, signature)
		r.Header.Set("X-Security-Token", "temporary")
		r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), signedHeaders, headers, 1))
		assertResponse(t, send(t, r), http.StatusOK)
		s.AddKey(swrtest.Key{Access: signedAccess, Secret: signedSecret, SecurityToken: "another"})
		assertResponse(t, send(t, r), http.StatusUnauthorized)
	}
}

// TestSignatureRejected changes one thing of a valid request.
func TestSignatureRejected(t *testing.T) {
	replace := func(from, to string) func(*http.Request) {
		return func(r *http.Request) {
			auth := r.Header.Get("Authorization")
			if !strings.Contains(auth, from) {
				panic("no " + from)
			}
			r.Header.Set("Authorization", strings.Replace(auth, from, to, 1))
		}
	}
	for name, test := range map[string]struct {
		change func(*http.Request)
		status int
		want   string
	}{
		"unknown key":         {replace(signedAccess, "AKunknown"), 400, "SVCSTG.SWR.4000031"},
		"other algorithm":     {replace("SDK-HMAC-SHA256", "AWS4-HMAC-SHA256"), 401, "unknown algorithm"},
		"neither form":        {replace("Access=", "Key="), 401, "neither Access nor Credential"},
		"two parts":           {replace(", Signature=", ""), 401, "not three parts"},
		"no signed headers":   {replace("SignedHeaders=", "Headers="), 401, "no SignedHeaders"},
		"no signature":        {replace("Signature=", "Sign="), 401, "no Signature"},
		"wrong scope":         {replace("Access="+signedAccess, "Credential="+signedAccess+"/20300601/eu-de/sdk_request"), 401, "wrong scope"},
		"scope of other day":  {replace("Access="+signedAccess, "Credential="+signedAccess+"/20300602///sdk_request"), 401, "another day"},
		"host unsigned":       {replace("host;", ""), 401, "host is missing"},
		"date unsigned":       {replace(";x-sdk-date", ""), 401, "x- header is missing"},
		"not sorted":          {replace("content-type;host", "host;content-type"), 401, "not sorted"},
		"upper case":          {replace("content-type", "Content-Type"), 401, "not in lower case"},
		"named twice":         {replace("host", "host;host"), 401, "named twice"},
		"names what is unset": {replace("host", "host;x-a"), 401, "was not sent"},
		"unsigned x- header":  {func(r *http.Request) { r.Header.Set("X-Other", "1") }, 401, "x- header is missing"},
		"security token":      {func(r *http.Request) { r.Header.Set("X-Security-Token", "1") }, 401, "X-Security-Token"},
		"no date":             {func(r *http.Request) { r.Header.Del("X-Sdk-Date") }, 401, "not a date"},
		"other date":          {func(r *http.Request) { r.Header.Set("X-Sdk-Date", "20300601T120001Z") }, 401, "signature is wrong"},
		"other host":          {func(r *http.Request) { r.Host = "example.com" }, 401, "signature is wrong"},
		"other query":         {func(r *http.Request) { r.URL.RawQuery = "limit=100&offset=200" }, 401, "signature is wrong"},
		"broken query":        {func(r *http.Request) { r.URL.RawQuery = "limit=%zz" }, 401, "query"},
		"other content type": {func(r *http.Request) {
			r.Header.Set("Content-Type", "application/json;charset=utf-8")
		}, 401, "signature is wrong"},
		"a token too":   {func(r *http.Request) { r.Header.Set("X-Auth-Token", "t") }, 400, "both"},
		"signed twice":  {func(r *http.Request) { r.Header.Add("Authorization", "Basic x") }, 401, "more than one"},
		"nothing wrong": {func(*http.Request) {}, 200, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := startSigned(t)
			r := signed(t, s, http.MethodGet, signedShares+"?limit=100&offset=100", "", formAccess, listSignature)
			test.change(r)
			got := send(t, r)
			if got.status != test.status || !strings.Contains(got.body, test.want) {
				t.Errorf("%d %s, want %d %q", got.status, got.body, test.status, test.want)
			}
		})
	}
}

func TestSignatureWindow(t *testing.T) {
	for minutes, status := range map[int]int{-16: 401, -14: 200, 14: 200, 16: 401} {
		s, c := startSigned(t)
		c.advance(time.Duration(minutes) * time.Minute)
		r := signed(t, s, http.MethodGet, signedShares+"?limit=100&offset=100", "", formAccess, listSignature)
		assertResponse(t, send(t, r), status)
	}
}

// signatureForms returns the statuses of a request signed in either form. The
// path is that of a server below the default base path.
func signatureForms(t *testing.T, s *swrtest.Server, _ *clock) string {
	t.Helper()
	s.AddKey(swrtest.Key{Access: signedAccess, Secret: signedSecret})
	var statuses []string
	for _, form := range []struct{ form, signature string }{
		{formAccess, "e96fa78e12f77ebeb1866c6dc4eedd2c5d38d69a7cea6fc975a6b544f594405d"},
		{formEmpty, "cc9be96bc973ec67beb53a56f67d72b4e8d05693ba511d0850f5593e325b03e1"},
	} {
		r := signed(t, s, http.MethodGet, signedShares, "", form.form, form.signature)
		statuses = append(statuses, fmt.Sprint(send(t, r).status))
	}
	return strings.Join(statuses, " ")
}

// The sixth wrong signature in a row locks a key for five minutes, also for right
// ones; a right one between them does not count.
func TestKeyIsLocked(t *testing.T) {
	s, c := startSigned(t)
	list := func(signature string) reply {
		t.Helper()
		r := signed(t, s, http.MethodGet, signedShares+"?limit=100&offset=100", "", formAccess, signature)
		return send(t, r)
	}
	wrong := func(n int) {
		t.Helper()
		for range n {
			assertResponse(t, list(strings.Repeat("0", len(listSignature))), http.StatusUnauthorized, "signature is wrong")
		}
	}
	wrong(5)
	assertResponse(t, list(listSignature), http.StatusOK)
	wrong(6)
	assertResponse(t, list(listSignature), http.StatusUnauthorized, "APIGW.0301", ": AK access failed to reach the limit,forbidden")
	c.advance(5*time.Minute - time.Second)
	assertResponse(t, list(listSignature), http.StatusUnauthorized)
	c.advance(time.Second)
	assertResponse(t, list(listSignature), http.StatusOK)
}

// The gateway says what is wrong with a credential.
func TestGatewayUnauthorized(t *testing.T) {
	gateway := swrtest.WithVariants(func(v *swrtest.Variants) { v.AuthErrors = swrtest.AuthGateway })
	for name, test := range map[string]struct {
		change func(*swrtest.Server, *http.Request)
		text   string
	}{
		"wrong signature": {func(_ *swrtest.Server, r *http.Request) { r.Header.Set("X-Sdk-Date", "20300601T120001Z") }, "verify aksk signature fail"},
		"deleted key":     {func(s *swrtest.Server, _ *http.Request) { s.RemoveKey(signedAccess) }, "ak not exist"},
		"unknown token": {func(_ *swrtest.Server, r *http.Request) {
			r.Header.Del("Authorization")
			r.Header.Set("X-Auth-Token", "of another cloud")
		}, "decrypt token fail"},
		"no token": {func(_ *swrtest.Server, r *http.Request) { r.Header.Del("Authorization") }, "x-auth-token not found"},
		"expired token": {func(s *swrtest.Server, r *http.Request) {
			r.Header.Del("Authorization")
			r.Header.Set("X-Auth-Token", s.Token())
			s.ExpireTokens()
		}, "token expires, expires_at: 2030-06-01T12:00:00.123456Z"},
	} {
		s, _ := startSigned(t, gateway)
		r := signed(t, s, http.MethodGet, signedShares+"?limit=100&offset=100", "", formAccess, listSignature)
		test.change(s, r)
		got := send(t, r)
		if got.status != http.StatusUnauthorized || !strings.Contains(got.body, "APIGW.0301") || !strings.Contains(got.body, ": "+test.text) {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
}
