package auth

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/config"
)

// The parts of a signature (internal/swr/API.md, "Signing in").
const (
	signatureAlgorithm  = "SDK-HMAC-SHA256"
	signatureTimeFormat = "20060102T150405Z"
	credentialDayFormat = "20060102"

	headerSDKDate       = "X-Sdk-Date"
	headerSecurityToken = "X-Security-Token"
	headerAuthorization = "Authorization"
)

// signer signs requests with a key pair, in one of the two formats in use.
type signer struct {
	keys config.KeyPair
	// projectID and domainID are those of the project or account that requests are
	// for, or "".
	projectID, domainID string
}

// sign adds the headers of a signed request to r. It reads r.Body and replaces it with
// a copy.
func (s signer) sign(r *http.Request, now time.Time) error {
	bodyHash, err := hashBody(r)
	if err != nil {
		return err
	}
	now = now.UTC()
	r.Header.Set(headerSDKDate, now.Format(signatureTimeFormat))
	if s.keys.SecurityToken.IsSet() {
		r.Header.Set(headerSecurityToken, s.keys.SecurityToken.Reveal())
	}
	if s.projectID != "" {
		r.Header.Set(headerProjectID, s.projectID)
	}
	if s.domainID != "" {
		r.Header.Set(headerDomainID, s.domainID)
	}
	headers := headersToSign(r)
	canonical, err := canonicalRequest(r.Method, r.URL, headers, bodyHash)
	if err != nil {
		return err
	}
	r.Header.Set(headerAuthorization, s.authorization(canonical, headers, now))
	return nil
}

// authorization returns the value of the Authorization header.
func (s signer) authorization(canonical string, headers []signedHeader, now time.Time) string {
	day, key := now.Format(credentialDayFormat), []byte(s.keys.SecretKey.Reveal())
	lines := []string{signatureAlgorithm, now.Format(signatureTimeFormat)}
	identity := "Access=" + s.keys.AccessKey.Reveal()
	if s.keys.Format == config.FormatCredential {
		// Region and service are empty: no client sends them, and the service
		// accepts that.
		scope := day + "///sdk_request"
		lines = append(lines, scope)
		identity = "Credential=" + s.keys.AccessKey.Reveal() + "/" + scope
		key = append([]byte("SDK"), key...)
		for _, part := range []string{day, "", "", "sdk_request"} {
			key = hmacSHA256(key, part)
		}
	}
	lines = append(lines, hexSHA256([]byte(canonical)))
	signature := hex.EncodeToString(hmacSHA256(key, strings.Join(lines, "\n")))
	return fmt.Sprintf("%s %s, SignedHeaders=%s, Signature=%s",
		signatureAlgorithm, identity, headerNames(headers), signature)
}

// signedHeader is a header with its name in lower case.
type signedHeader struct{ name, value string }

// headersToSign returns host, x-sdk-date and the other x- headers, sorted. A proxy may
// change other headers.
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

// canonicalRequest returns the text that is hashed and signed, in the form that
// internal/swr/API.md describes.
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

// canonicalPath returns a decoded path with each segment escaped and a slash at the
// end. The server starts from the decoded path, too, so that the escaping in the
// request does not matter.
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

// canonicalQuery returns a query sorted by key and value, and escaped.
func canonicalQuery(raw string) (string, error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		// The malformed part would be sent, but not signed.
		return "", fmt.Errorf("sign the request: its query is malformed: %w", err)
	}
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(values)) {
		slices.Sort(values[key])
		for _, v := range values[key] {
			pairs = append(pairs, escape(key)+"="+escape(v))
		}
	}
	return strings.Join(pairs, "&"), nil
}

// escape percent-encodes all characters but A-Z a-z 0-9 - _ . ~, which is more than
// package url does for a path or a query.
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

// hashBody returns the hash of the body, which is at most a few kilobytes, and replaces
// it with a copy.
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
