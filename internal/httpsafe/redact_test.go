package httpsafe

import (
	"strings"
	"testing"
)

// A page that echoes the request shows none of its credentials.
func TestSecretsAreRedacted(t *testing.T) {
	var sent Redactor
	for name, value := range map[string]string{
		"X-Auth-Token":     "token/8f3a+<=",
		"authorization":    "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, Signature=5ec2e7",
		"X-Security-Token": "temporary-77",
		"Content-Type":     "application/json",
		"Cookie":           "a=b",
	} {
		sent.AddHeader(name, []string{value})
	}
	for _, text := range []string{
		"your token token/8f3a+<= is bad", "token/8f3a+<=token/8f3a+<=", "signature 5ec2e7 does not match",
		"Authorization: SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, Signature=5ec2e7",
		"temporary-77", strings.Repeat("a", 290) + "token/8f3a+<=", "tail \x1btoken/8f3a+<=",
		`{"token":"token\/8f3a+<="}`, "?t=token%2F8f3a%2B%3C%3D&", "<b>token/8f3a+&lt;=</b>",
		strings.Repeat("token/8f3a+<=", 100<<10),
	} {
		got := sent.Printable(text)
		for _, secret := range []string{"token/", "8f3a", "5ec2e7", "temporary", "Access=AK"} {
			if strings.Contains(got, secret) {
				t.Errorf("%.100q became %q", text, got)
			}
		}
		if len(got) > 300 {
			t.Errorf("%.100q became %d bytes", text, len(got))
		}
	}
	for _, text := range []string{"nothing secret", "application/json is not understood", ""} {
		if got := sent.Printable(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// A request id may be a piece of a secret, or contain one.
func TestRedactorID(t *testing.T) {
	var secrets Redactor
	secrets.Add("0123456789abcdef", `{"password":"s3cret-Passw0rd"}`)
	for id, want := range map[string]string{
		"4f1c-77aa-09bb":         "4f1c-77aa-09bb",
		"0123456789abcdef":       Redacted,
		"456789ab":               Redacted,
		"456789a":                "456789a", // too short to be sure
		"s3cret-Passw0rd":        Redacted,
		"id 0123456789abcdef/77": "id " + Redacted + "/77",
		"\x1b[2J":                `\x1b[2J`,
	} {
		if got := secrets.ID(id); got != want {
			t.Errorf("%q: %q; want %q", id, got, want)
		}
	}
}
