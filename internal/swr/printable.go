package swr

import (
	"net/http"
	"strconv"
	"strings"
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

// cleaner makes text of one answer printable, without the credentials of the
// request that it answers: a proxy's error page may echo them.
func cleaner(sent *http.Request) func(string) string {
	var secrets []string
	if sent != nil {
		for _, name := range secretHeaders {
			for _, value := range sent.Header.Values(name) {
				secrets = append(secrets, credentials(value)...)
			}
		}
	}
	return func(text string) string {
		for _, secret := range secrets {
			text = strings.ReplaceAll(text, secret, "(redacted)")
		}
		return Printable(text)
	}
}

// credentials gives the value of a header, and the parts of it that are secret
// on their own, such as a signature.
func credentials(value string) []string {
	const worthHiding = 4 // shorter ones would blank out half of any text
	if len(value) < worthHiding {
		return nil
	}
	found := []string{value}
	if _, signature, ok := strings.Cut(value, "Signature="); ok && len(signature) >= worthHiding {
		found = append(found, signature)
	}
	return found
}
