package auth

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The words of signed requests (api.md, "Signing in").
const (
	signatureAlgorithm  = "SDK-HMAC-SHA256"
	signatureTimeFormat = "20060102T150405Z"
	credentialDayFormat = "20060102"

	headerSDKDate       = "X-Sdk-Date"
	headerSecurityToken = "X-Security-Token"
	headerAuthorization = "Authorization"
)

// signer signs requests with a key pair, in one of the two forms that are in
// use under one name.
type signer struct {
	keys   keyPair
	format SignatureFormat
}

// sign adds the headers of a signed request to r, which must be the signer's to
// change. r.Body is read and replaced by a copy.
func (s signer) sign(r *http.Request, now time.Time) error {
	bodyHash, err := hashBody(r)
	if err != nil {
		return err
	}
	now = now.UTC()
	r.Header.Set(headerSDKDate, now.Format(signatureTimeFormat))
	if s.keys.securityToken.set() {
		r.Header.Set(headerSecurityToken, s.keys.securityToken.reveal())
	}
	headers := headersToSign(r)
	canonical, err := canonicalRequest(r.Method, r.URL, headers, bodyHash)
	if err != nil {
		return err
	}
	r.Header.Set(headerAuthorization, s.authorization(canonical, headers, now))
	return nil
}

// authorization is the value of the Authorization header.
func (s signer) authorization(canonical string, headers []signedHeader, now time.Time) string {
	day, key := now.Format(credentialDayFormat), []byte(s.keys.secretKey.reveal())
	lines := []string{signatureAlgorithm, now.Format(signatureTimeFormat)}
	identity := "Access=" + s.keys.accessKey.reveal()
	if s.format == FormatCredential {
		// Region and service are empty: nobody sends them, and the service
		// takes it so.
		scope := day + "///sdk_request"
		lines = append(lines, scope)
		identity = "Credential=" + s.keys.accessKey.reveal() + "/" + scope
		key = append([]byte("SDK"), key...)
		for _, part := range []string{day, "", "", "sdk_request"} {
			key = hmacSHA256(key, part)
		}
	}
	lines = append(lines, hexSHA256([]byte(canonical)))
	signature := hex.EncodeToString(hmacSHA256(key, strings.Join(lines, "\n")))
	return fmt.Sprintf("%s %s, SignedHeaders=%s, Signature=%s", signatureAlgorithm, identity, headerNames(headers), signature)
}

// signedHeader is a header under its lower-case name.
type signedHeader struct{ name, value string }

// headersToSign are host, x-sdk-date and the other x- headers, sorted. No
// others: a proxy may change them on the way.
func headersToSign(r *http.Request) []signedHeader {
	host := r.Host
	if host == "" {
		host = r.URL.Host
	}
	headers := []signedHeader{{"host", host}}
	for name, values := range r.Header {
		if name = strings.ToLower(name); strings.HasPrefix(name, "x-") {
			for _, v := range values {
				headers = append(headers, signedHeader{name, v})
			}
		}
	}
	slices.SortStableFunc(headers, func(a, b signedHeader) int { return strings.Compare(a.name, b.name) })
	return headers
}

func headerNames(headers []signedHeader) string {
	var names []string
	for _, h := range headers {
		if len(names) == 0 || names[len(names)-1] != h.name {
			names = append(names, h.name)
		}
	}
	return strings.Join(names, ";")
}

// canonicalRequest is what is hashed and signed, in the form that api.md gives.
func canonicalRequest(method string, u *url.URL, headers []signedHeader, bodyHash string) (string, error) {
	query, err := canonicalQuery(u.RawQuery)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(method + "\n" + canonicalPath(u.Path) + "\n" + query + "\n")
	for _, h := range headers {
		b.WriteString(h.name + ":" + strings.TrimSpace(h.value) + "\n")
	}
	b.WriteString("\n" + headerNames(headers) + "\n" + bodyHash)
	return b.String(), nil
}

// canonicalPath escapes each segment of a decoded path, and ends it with a
// slash. It starts from the decoded path since the server does, too: what stood
// escaped in the request, and how, must not matter.
func canonicalPath(decoded string) string {
	segments := strings.Split(decoded, "/")
	for i, segment := range segments {
		segments[i] = escape(segment)
	}
	path := strings.Join(segments, "/")
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	if !strings.HasSuffix(path, "/") {
		path += "/"
	}
	return path
}

// canonicalQuery sorts a query by key and value, and escapes it anew.
func canonicalQuery(raw string) (string, error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		// Left out of the signature, the bad part would be sent all the same.
		return "", fmt.Errorf("sign the request: its query is malformed: %w", err)
	}
	var pairs []string
	keys := make([]string, 0, len(values))
	for key := range values {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		slices.Sort(values[key])
		for _, v := range values[key] {
			pairs = append(pairs, escape(key)+"="+escape(v))
		}
	}
	return strings.Join(pairs, "&"), nil
}

// escape percent-encodes all but A-Z a-z 0-9 - _ . ~, so more than package url
// does for a path or a query.
func escape(text string) string {
	const upperHex = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(text) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-_.~", c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(upperHex[c>>4])
			b.WriteByte(upperHex[c&15])
		}
	}
	return b.String()
}

// hashBody reads the whole body, which is at most a few kilobytes here, and
// leaves a copy of it in r.
func hashBody(r *http.Request) (string, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return hexSHA256(nil), nil
	}
	body, err := io.ReadAll(r.Body)
	if closeErr := r.Body.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return "", fmt.Errorf("sign the request: read its body: %w", err)
	}
	r.ContentLength = int64(len(body))
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	return hexSHA256(body), nil
}

func hmacSHA256(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

func hexSHA256(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
