package swrtest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	signatureAlgorithm = "SDK-HMAC-SHA256"
	signatureDate      = "20060102T150405Z"
	scopeEnd           = "sdk_request"
	// signatureWindow is how far a signature's date may be from the clock.
	signatureWindow = 15 * time.Minute
)

// authorization is an Authorization header taken apart.
type authorization struct {
	access        string
	scope         []string // date, region, service; nil in the form with Access
	signedHeaders []string
	signature     string
}

// parseAuthorization reads one of the two forms of api.md, "Signing in".
func parseAuthorization(values []string) (authorization, string) {
	var a authorization
	if len(values) != 1 {
		return a, "more than one Authorization"
	}
	rest, ok := strings.CutPrefix(values[0], signatureAlgorithm+" ")
	if !ok {
		return a, "unknown algorithm"
	}
	parts := strings.Split(rest, ",")
	if len(parts) != 3 {
		return a, "Authorization: not three parts"
	}
	identity, value, _ := strings.Cut(strings.TrimSpace(parts[0]), "=")
	switch identity {
	case "Access":
		a.access = value
	case "Credential":
		scope := strings.Split(value, "/")
		if len(scope) != 5 || scope[4] != scopeEnd {
			return a, "Credential: wrong scope"
		}
		a.access, a.scope = scope[0], scope[1:4]
	default:
		return a, "Authorization: neither Access nor Credential"
	}
	headers, ok := strings.CutPrefix(strings.TrimSpace(parts[1]), "SignedHeaders=")
	if !ok {
		return a, "Authorization: no SignedHeaders"
	}
	a.signedHeaders = strings.Split(headers, ";")
	a.signature, ok = strings.CutPrefix(strings.TrimSpace(parts[2]), "Signature=")
	if !ok {
		return a, "Authorization: no Signature"
	}
	return a, ""
}

func (a authorization) allowed(forms SignatureFormats) bool {
	switch forms {
	case SignatureAccess:
		return a.scope == nil
	case SignatureCredential:
		return a.scope != nil
	case SignatureNone:
		return false
	default:
		return true
	}
}

// signedRequest is what of a request a signature covers.
type signedRequest struct {
	method, host string
	path         string // decoded
	query        string // raw
	header       http.Header
	body         []byte
}

// verify returns what is wrong with the signature, or nothing.
func (a authorization) verify(r signedRequest, key Key, now time.Time) string {
	date := r.header.Get(headerDate)
	at, err := time.Parse(signatureDate, date)
	if err != nil {
		return "X-Sdk-Date: not a date"
	}
	if now.Sub(at).Abs() > signatureWindow {
		return "X-Sdk-Date: too far from the server's time"
	}
	if a.scope != nil && a.scope[0] != at.Format("20060102") {
		return "Credential: another day than X-Sdk-Date"
	}
	if r.header.Get(headerSecurityToken) != key.SecurityToken {
		return "X-Security-Token: wrong"
	}
	if problem := a.checkSignedHeaders(r.header); problem != "" {
		return problem
	}
	canonical, problem := a.canonicalRequest(r)
	if problem != "" {
		return problem
	}
	hash := sha256.Sum256([]byte(canonical))
	toSign := []string{signatureAlgorithm, date}
	secret := []byte(key.Secret)
	if a.scope != nil {
		toSign = append(toSign, strings.Join(a.scope, "/")+"/"+scopeEnd)
		secret = []byte("SDK" + key.Secret)
		for _, part := range append(slices.Clone(a.scope), scopeEnd) {
			secret = hmacSHA256(secret, part)
		}
	}
	toSign = append(toSign, hex.EncodeToString(hash[:]))
	want := hex.EncodeToString(hmacSHA256(secret, strings.Join(toSign, "\n")))
	if !hmac.Equal([]byte(want), []byte(a.signature)) {
		return "the signature is wrong"
	}
	return ""
}

func hmacSHA256(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// checkSignedHeaders: sorted, in lower case, all sent; host, x-sdk-date and
// every other x- header that was sent among them.
func (a authorization) checkSignedHeaders(header http.Header) string {
	if !slices.IsSorted(a.signedHeaders) {
		return "SignedHeaders: not sorted"
	}
	for i, name := range a.signedHeaders {
		if name != strings.ToLower(name) || (i > 0 && name == a.signedHeaders[i-1]) {
			return "SignedHeaders: not in lower case, or named twice"
		}
		if name != "host" && len(header.Values(name)) == 0 {
			return "SignedHeaders: names a header that was not sent"
		}
	}
	if !slices.Contains(a.signedHeaders, "host") {
		return "SignedHeaders: host is missing"
	}
	for name := range header {
		name = strings.ToLower(name)
		if strings.HasPrefix(name, "x-") && !slices.Contains(a.signedHeaders, name) {
			return "SignedHeaders: an x- header is missing"
		}
	}
	return ""
}

func (a authorization) canonicalRequest(r signedRequest) (string, string) {
	query, ok := canonicalQuery(r.query)
	if !ok {
		return "", "the query can't be read"
	}
	var headers strings.Builder
	for _, name := range a.signedHeaders {
		values := r.header.Values(name)
		if name == "host" {
			values = []string{r.host}
		}
		for _, value := range slices.Sorted(slices.Values(values)) {
			fmt.Fprintf(&headers, "%s:%s\n", name, strings.TrimSpace(value))
		}
	}
	hash := sha256.Sum256(r.body)
	return strings.Join([]string{
		r.method,
		canonicalURI(r.path),
		query,
		headers.String(),
		strings.Join(a.signedHeaders, ";"),
		hex.EncodeToString(hash[:]),
	}, "\n"), ""
}

// canonicalURI escapes each segment of a decoded path and ends with a slash.
func canonicalURI(path string) string {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		segments[i] = signatureEscape(segment)
	}
	uri := strings.Join(segments, "/")
	if !strings.HasSuffix(uri, "/") {
		uri += "/"
	}
	return uri
}

// canonicalQuery escapes keys and values and sorts by key, then by value.
func canonicalQuery(raw string) (string, bool) {
	query, err := url.ParseQuery(raw)
	if err != nil {
		return "", false
	}
	var pairs []string
	for _, key := range sortedNames(query) {
		for _, value := range slices.Sorted(slices.Values(query[key])) {
			pairs = append(pairs, signatureEscape(key)+"="+signatureEscape(value))
		}
	}
	return strings.Join(pairs, "&"), true
}

func sortedNames(query url.Values) []string {
	names := make([]string, 0, len(query))
	for name := range query {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// signatureEscape escapes all bytes but A-Z a-z 0-9 - _ . ~
func signatureEscape(s string) string {
	var out strings.Builder
	for i := range len(s) {
		c := s[i]
		if isLower(c) || isDigit(c) || 'A' <= c && c <= 'Z' || strings.IndexByte("-_.~", c) >= 0 {
			out.WriteByte(c)
		} else {
			fmt.Fprintf(&out, "%%%02X", c)
		}
	}
	return out.String()
}
