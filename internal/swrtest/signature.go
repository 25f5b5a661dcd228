package swrtest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
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

// authorization is a parsed Authorization header.
type authorization struct {
	access        string
	scope         []string // date, region, service; nil in the form with Access
	signedHeaders []string
	signature     string
}

// parseAuthorization parses one of the two forms of API.md, "Signing in".
func parseAuthorization(values []string) (authorization, error) {
	var a authorization
	if len(values) != 1 {
		return a, errors.New("more than one Authorization")
	}
	rest, ok := strings.CutPrefix(values[0], signatureAlgorithm+" ")
	if !ok {
		return a, errors.New("unknown algorithm")
	}
	parts := strings.Split(rest, ",")
	if len(parts) != 3 {
		return a, errors.New("invalid Authorization: not three parts")
	}
	identity, value, _ := strings.Cut(strings.TrimSpace(parts[0]), "=")
	switch identity {
	case "Access":
		a.access = value
	case "Credential":
		scope := strings.Split(value, "/")
		if len(scope) != 5 || scope[4] != scopeEnd {
			return a, errors.New("invalid Credential: wrong scope")
		}
		a.access, a.scope = scope[0], scope[1:4]
	default:
		return a, errors.New("invalid Authorization: neither Access nor Credential")
	}
	headers, ok := strings.CutPrefix(strings.TrimSpace(parts[1]), "SignedHeaders=")
	if !ok {
		return a, errors.New("invalid Authorization: no SignedHeaders")
	}
	a.signedHeaders = strings.Split(headers, ";")
	a.signature, ok = strings.CutPrefix(strings.TrimSpace(parts[2]), "Signature=")
	if !ok {
		return a, errors.New("invalid Authorization: no Signature")
	}
	return a, nil
}

// allowed reports whether a server accepts the form of signature.
func (a authorization) allowed(formats SignatureFormats) bool {
	switch formats {
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

// signedRequest is what a signature covers of a request.
type signedRequest struct {
	method, host string
	path         string // decoded
	query        string // raw
	header       http.Header
	body         []byte
	// olderClients allows headers that are not signed: both older clients add
	// X-Project-Id, X-Domain-Id and X-Security-Token after they signed, and the one
	// of terraform-provider-huaweicloud does not sign host.
	olderClients bool
}

// verify returns what is wrong with the signature, or nil.
func (a authorization) verify(r signedRequest, key Key, now time.Time) error {
	sent := r.header.Get(headerDate)
	date, err := time.Parse(signatureDate, sent)
	switch {
	case err != nil:
		return errors.New("invalid X-Sdk-Date: not a date")
	case now.Sub(date).Abs() > signatureWindow:
		return errors.New("invalid X-Sdk-Date: too far from the server's time")
	case a.scope != nil && a.scope[0] != date.Format("20060102"):
		return errors.New("invalid Credential: another day than X-Sdk-Date")
	case r.header.Get(headerSecurityToken) != key.SecurityToken:
		return errors.New("invalid X-Security-Token")
	}
	if err := a.checkSignedHeaders(r); err != nil {
		return err
	}
	canonical, err := a.canonicalRequest(r)
	if err != nil {
		return err
	}
	toSign := []string{signatureAlgorithm, sent}
	secret := []byte(key.Secret)
	if a.scope != nil {
		toSign = append(toSign, strings.Join(a.scope, "/")+"/"+scopeEnd)
		secret = []byte("SDK" + key.Secret)
		for _, part := range append(slices.Clone(a.scope), scopeEnd) {
			secret = hmacSHA256(secret, part)
		}
	}
	toSign = append(toSign, hexSHA256([]byte(canonical)))
	want := hex.EncodeToString(hmacSHA256(secret, strings.Join(toSign, "\n")))
	if !hmac.Equal([]byte(want), []byte(a.signature)) {
		return errors.New("the signature is wrong")
	}
	return nil
}

func hmacSHA256(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

func hexSHA256(data []byte) string {
	hash := sha256.Sum256(data)
	return hex.EncodeToString(hash[:])
}

// checkSignedHeaders returns what is wrong with SignedHeaders, or nil. They are
// sorted, in lower case, and sent; host, x-sdk-date and every other x- header
// that was sent are among them.
func (a authorization) checkSignedHeaders(r signedRequest) error {
	if !slices.IsSorted(a.signedHeaders) {
		return errors.New("invalid SignedHeaders: not sorted")
	}
	for i, name := range a.signedHeaders {
		if name != strings.ToLower(name) || (i > 0 && name == a.signedHeaders[i-1]) {
			return errors.New("invalid SignedHeaders: not in lower case, or named twice")
		}
		if name != "host" && len(r.header.Values(name)) == 0 {
			return errors.New("invalid SignedHeaders: a header that was not sent")
		}
	}
	if !slices.Contains(a.signedHeaders, "host") && !r.olderClients {
		return errors.New("invalid SignedHeaders: host is missing")
	}
	for name := range r.header {
		name = strings.ToLower(name)
		if r.olderClients && name != "x-sdk-date" {
			continue
		}
		if strings.HasPrefix(name, "x-") && !slices.Contains(a.signedHeaders, name) {
			return errors.New("invalid SignedHeaders: an x- header is missing")
		}
	}
	return nil
}

func (a authorization) canonicalRequest(r signedRequest) (string, error) {
	query, err := url.ParseQuery(r.query)
	if err != nil {
		return "", errors.New("invalid query")
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
	return strings.Join([]string{
		r.method,
		canonicalURI(r.path),
		canonicalQuery(query),
		headers.String(),
		strings.Join(a.signedHeaders, ";"),
		hexSHA256(r.body),
	}, "\n"), nil
}

// canonicalURI escapes each segment of a decoded path and ends with a slash.
func canonicalURI(path string) string {
	segments := strings.Split(strings.TrimSuffix(path, "/"), "/")
	for i, segment := range segments {
		segments[i] = signatureEscape(segment)
	}
	return strings.Join(segments, "/") + "/"
}

// canonicalQuery escapes keys and values and sorts by key, then by value.
func canonicalQuery(query url.Values) string {
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(query)) {
		for _, value := range slices.Sorted(slices.Values(query[key])) {
			pairs = append(pairs, signatureEscape(key)+"="+signatureEscape(value))
		}
	}
	return strings.Join(pairs, "&")
}

// signatureEscape escapes all bytes except A-Z a-z 0-9 - _ . ~
func signatureEscape(s string) string {
	var out strings.Builder
	for i := range len(s) {
		c := s[i]
		if isLower(c) || isUpper(c) || isDigit(c) || strings.IndexByte("-_.~", c) >= 0 {
			out.WriteByte(c)
		} else {
			fmt.Fprintf(&out, "%%%02X", c)
		}
	}
	return out.String()
}
