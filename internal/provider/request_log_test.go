package provider

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"
)

type roundTripFunc func(*http.Request) (*http.Response, error)

func (f roundTripFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// The id of a request is text of the server, or of a proxy before it. The log does
// not show a credential in it, in whatever form it was echoed.
func TestRequestLogRedactsIDs(t *testing.T) {
	for id, want := range map[string]string{
		"4f1c77aa09bb":                "4f1c77aa09bb",
		"pa/ss'w0rd-Zq":               "[redacted]",
		"id-pa/ss'w0rd-Zq":            "[redacted]",
		"id-pa%2fss%27w0rd-Zq":        "[redacted]",
		"id-pa&#47;ss&#39;w0rd-Zq":    "[redacted]",
		`id-pa\/ss\u0027w0rd-Zq`:      "[redacted]",
		"cGEvc3MndzByZC1acQ==":        "[redacted]",
		"id-746f6b656e2d383837372f2b": "[redacted]", // token-8877/+ in hexadecimal
		"id-token-8877%2F%2B":         "[redacted]",
		"n3w-t0ken":                   "[redacted]",
		"a\x1b[2Jb":                   `a\x1b[2Jb`,
		strings.Repeat("a", 1000):     strings.Repeat("a", 297) + "…",
	} {
		var output bytes.Buffer
		log := requestLog{next: roundTripFunc(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusForbidden, Request: r, Body: http.NoBody, Header: http.Header{
				"X-Request-Id": {id}, "X-Subject-Token": {"n3w-t0ken"},
			}}, nil
		})}
		body := strings.NewReader(`{"auth":{"identity":{"password":{"user":{"password":"pa/ss'w0rd-Zq"}}}}}`)
		request, err := http.NewRequestWithContext(tflogtest.RootLogger(t.Context(), &output), http.MethodPost, "https://iam.example/v3/auth/tokens", body)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("X-Auth-Token", "token-8877/+")
		resp, err := log.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		lines, err := tflogtest.MultilineJSONDecode(&output)
		if err != nil || len(lines) != 1 || lines[0]["request_id"] != want {
			t.Errorf("%q: got %v, %v; want request_id %q", id, lines, err, want)
		}
	}
}
