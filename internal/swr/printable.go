package swr

import (
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// maxExcerpt is how much of an answer is ever shown, in bytes.
const maxExcerpt = 300

// Printable makes text from the service fit for a terminal or a log: control
// characters, escape sequences, invisible characters and invalid UTF-8 are
// escaped as Go writes them, and no more than 300 bytes are kept.
func Printable(text string) string {
	var b strings.Builder
	cut := 0 // where to cut if there is more than fits
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case r == utf8.RuneError && size == 1:
			b.WriteString(`\x` + hexByte(text[0]))
		case !unicode.IsPrint(r):
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		default:
			b.WriteString(text[:size])
		}
		if b.Len() > maxExcerpt {
			return b.String()[:cut] + "…"
		}
		if b.Len() <= maxExcerpt-len("…") {
			cut = b.Len()
		}
		text = text[size:]
	}
	return b.String()
}

func hexByte(c byte) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[c>>4], digits[c&15]})
}

// secretHeaders are the headers that carry a credential.
var secretHeaders = []string{"X-Auth-Token", "Authorization", "X-Security-Token", "Proxy-Authorization", "Cookie"}

// sentSecrets are the credentials that one request was sent with. They are noted
// as they are written to the wire, since the transport that adds them is not
// this package's; what answers may echo them, even where it is no HTTP.
type sentSecrets struct {
	mu    sync.Mutex // the transport writes while an answer is read
	texts []string
}

// note is told each header that is written.
func (s *sentSecrets) note(name string, values []string) {
	if !slices.Contains(secretHeaders, http.CanonicalHeaderKey(name)) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, value := range values {
		s.texts = append(s.texts, credentials(value)...)
	}
}

// clean makes text of the answer printable, without the credentials.
func (s *sentSecrets) clean(text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, secret := range s.texts {
		text = strings.ReplaceAll(text, secret, "(redacted)")
	}
	return Printable(text)
}

// credentials gives the value of a header, and the parts of it that are secret
// on their own, such as a signature: as they are, and as they stand in a URL, in
// JSON and in HTML.
func credentials(value string) []string {
	const worthHiding = 4 // shorter ones would blank out half of any text
	secrets := []string{value}
	if _, signature, ok := strings.Cut(value, "Signature="); ok {
		secrets = append(secrets, signature)
	}
	var forms []string
	for _, secret := range secrets {
		if len(secret) < worthHiding {
			continue
		}
		quoted, err := json.Marshal(secret)
		if err != nil {
			panic(err) // a string can't fail
		}
		for _, form := range []string{
			secret, url.QueryEscape(secret), url.PathEscape(secret), html.EscapeString(secret),
			string(quoted[1 : len(quoted)-1]), strings.ReplaceAll(secret, "/", `\/`),
		} {
			if !slices.Contains(forms, form) {
				forms = append(forms, form)
			}
		}
	}
	return forms
}
