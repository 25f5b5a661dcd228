package swrtest_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// sign signs a request with the headers that it has, in the form with Access. The
// requests have no query of more than one parameter, and only plain characters and
// "$" in their path.
func sign(t *testing.T, r *http.Request, key swrtest.Key, now time.Time) {
	t.Helper()
	signHeaders(t, r, key, now, "host")
}

// signWithoutHost is sign as terraform-provider-huaweicloud does it.
func signWithoutHost(t *testing.T, r *http.Request, key swrtest.Key, now time.Time) {
	t.Helper()
	signHeaders(t, r, key, now)
}

func signHeaders(t *testing.T, r *http.Request, key swrtest.Key, now time.Time, names ...string) {
	t.Helper()
	r.Header.Del("X-Auth-Token")
	r.Header.Set("X-Sdk-Date", now.UTC().Format("20060102T150405Z"))
	if key.SecurityToken != "" {
		r.Header.Set("X-Security-Token", key.SecurityToken)
	}
	reader, err := r.GetBody()
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	for name := range r.Header {
		names = append(names, strings.ToLower(name))
	}
	slices.Sort(names)
	headers := ""
	for _, name := range names {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.URL.Host
		}
		headers += name + ":" + value + "\n"
	}
	signedHeaders := strings.Join(names, ";")
	path := strings.ReplaceAll(strings.TrimSuffix(r.URL.Path, "/"), "$", "%24") + "/"
	hash := sha256.Sum256(body)
	canonical := strings.Join([]string{
		r.Method, path, r.URL.RawQuery, headers, signedHeaders, hex.EncodeToString(hash[:]),
	}, "\n")
	hash = sha256.Sum256([]byte(canonical))
	mac := hmac.New(sha256.New, []byte(key.Secret))
	mac.Write([]byte("SDK-HMAC-SHA256\n" + r.Header.Get("X-Sdk-Date") + "\n" + hex.EncodeToString(hash[:])))
	r.Header.Set("Authorization", "SDK-HMAC-SHA256 Access="+key.Access+
		", SignedHeaders="+signedHeaders+", Signature="+hex.EncodeToString(mac.Sum(nil)))
}

// sendSigned sends a request signed with a key, with further headers as pairs.
func sendSigned(
	t *testing.T, s *swrtest.Server, c *clock, key swrtest.Key, method, path, body string, headers ...string,
) reply {
	t.Helper()
	r := newRequest(t, s, method, path, body)
	for pair := range slices.Chunk(headers, 2) {
		r.Header.Set(pair[0], pair[1])
	}
	sign(t, r, key, c.Now())
	return send(t, r)
}
