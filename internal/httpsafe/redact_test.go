package httpsafe

import (
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
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

// Whatever a server does to a secret before it repeats it, it is not shown. The
// texts were made with other programs.
func TestEncodedSecretsAreRedacted(t *testing.T) {
	var sent Redactor
	sent.Add(`p@ss/w0rd'"<&>é`, "temporary-token-77+/=", "100%41+literal")
	for text, want := range map[string]string{
		"HTML, names: p@ss/w0rd&apos;&quot;&lt;&amp;&gt;&eacute;!":            "HTML, names: [redacted]!",
		"HTML, numbers: p&#64;ss&#47;w0rd&#39;&#34;&#60;&#38;&#62;&#233;!":    "HTML, numbers: [redacted]!",
		"HTML, hex: &#x70;@ss/w0rd&#x27;&#X22;&#x3C;&#x26;&#x3e;&#xE9;!":      "HTML, hex: [redacted]!",
		"HTML, twice: p@ss/w0rd&amp;#39;&amp;quot;&amp;lt;&amp;amp;&amp;gt;é": "HTML, twice: [redacted]",
		`JSON: p@ss\/w0rd'\"<&>\u00e9!`:                                       "JSON: [redacted]!",
		`JSON, for HTML: p@ss/w0rd\u0027\u0022\u003C\u0026\u003eé!`:           "JSON, for HTML: [redacted]!",
		`JSON in JSON: p@ss\\\/w0rd\\u0027\\\"\\u003c\\u0026\\u003e\\u00e9!`:  "JSON in JSON: [redacted]!",
		`JavaScript: p@ss/w0rd\x27\x22\x3c&\x3eé`:                             "JavaScript: [redacted]",
		"URL: p%40ss%2fw0rd%27%22%3c%26%3e%c3%a9!":                            "URL: [redacted]!",
		"URL, twice: p%2540ss%252Fw0rd%2527%2522%253C%2526%253E%25C3%25A9!":   "URL, twice: [redacted]!",
		"URL in HTML: p%40ss%2Fw0rd&#37;27%22%3C%26%3E%C3%A9!":                "URL in HTML: [redacted]!",
		"Base64: cEBzcy93MHJkJyI8Jj7DqQ==":                                    "Base64: [redacted]==",
		"Basic: dXNlcjpwQHNzL3cwcmQnIjwmPsOp!":                                "Basic: dXNlcjp[redacted]!",
		"hex: 7040737 7040737320 704073732f7730726427223c263ec3a9!":           "hex: 7040737 7040737320 [redacted]!",
		"form: temporary-token-77%2b%2f%3d, temporary-token-77 /=":            "form: [redacted], [redacted]",
		"looks encoded: 100%41+literal 100A literal 100%2541%2Bliteral":       "looks encoded: [redacted] [redacted] [redacted]",
		"&&& %% %zz \\u12 &#xffffffffff; &nosuch; \\":                         "&&& %% %zz \\u12 &#xffffffffff; &nosuch; \\",
	} {
		got := sent.Printable(text)
		if got != want {
			t.Errorf("%s\nbecame %s\nwant   %s", text, got, want)
		}
	}
}

// A secret that begins in the part that is shown is redacted, however long its
// encoding is, and a huge text takes neither time nor memory.
func TestLongTextsAreRedacted(t *testing.T) {
	secret := strings.Repeat("t0ken/", 4<<10)
	var sent Redactor
	sent.Add(secret)
	escaped := strings.ReplaceAll(secret, "/", "&amp;#x2f;")
	for name, text := range map[string]string{
		"once": "a " + escaped + " b", "many times": strings.Repeat(escaped, 20), "at the end": strings.Repeat(" a", 3000) + escaped,
	} {
		if got := sent.Printable(text); strings.Contains(got, "t0ken") {
			t.Errorf("%s: %s", name, got)
		}
	}
	huge := strings.Repeat("%", 16<<20)
	if n := allocated(func() { sent.Printable(huge) }); n > 32<<20 {
		t.Errorf("%d bytes were allocated", n)
	}
}

var escapeSequences = regexp.MustCompile(`%..|\\.|&[^;]*;|[%\\&+]`)

// No encoding of a secret, one in another, passes; no text panics or takes much
// memory.
func FuzzRedactor(f *testing.F) {
	encoders := []func(string) string{
		html.EscapeString, url.QueryEscape, url.PathEscape,
		func(s string) string { return strings.ReplaceAll(s, "/", `\/`) },
		func(s string) string { quoted, _ := json.Marshal(s); return string(quoted[1 : len(quoted)-1]) },
		func(s string) string { return strings.ToLower(url.QueryEscape(strings.ToLower(s))) },
	}
	f.Add("s3cret/+word", "before ", " after", uint8(0), uint8(1))
	f.Add(`pa"ss'<&>`, "&", ";", uint8(4), uint8(0))
	f.Add("100%41%2541", "%", "41", uint8(2), uint8(3))
	f.Add("é\u2028\\u0041", `\`, `\`, uint8(4), uint8(5))
	f.Fuzz(func(t *testing.T, secret, before, after string, inner, outer uint8) {
		if len(secret) < 8 || !utf8.ValidString(secret) || strings.ContainsAny(secret, "\x00 \t\r\n") || len(secret)+len(before)+len(after) > 1000 {
			t.Skip()
		}
		if len(escapeSequences.ReplaceAllString(secret, "")) < 4 {
			t.Skip() // decoded, it is so short that it is part of other texts by chance
		}
		lower := inner%6 == 5 || outer%6 == 5
		if lower {
			secret = strings.ToLower(secret)
		}
		var sent Redactor
		sent.Add(secret)
		encoded := encoders[outer%6](encoders[inner%6](secret))
		if len(encoded) > 4000 {
			t.Skip() // not all of it is shown; see TestLongTextsAreRedacted
		}
		var got, id string
		if n := allocated(func() {
			got = sent.Printable("[\t" + encoded + "\t]") // no encoding has a tab
			id = sent.ID(before + encoded + after)
		}); n > 8<<20 {
			t.Errorf("%d bytes were allocated", n)
		}
		if got != `[\t`+Redacted+`\t]` {
			t.Errorf("%q as %q became %q", secret, encoded, got)
		}
		if len(id) > 300 {
			t.Errorf("an id of %d bytes", len(id))
		}
	})
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
