package httpsafe

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxPrintable = 300 // bytes

// Printable returns text that came from a server in a form that is safe for a
// terminal or a log: control characters, escape sequences, invisible characters
// and invalid UTF-8 are escaped as in Go source, and the result is cut to 300
// bytes.
func Printable(text string) string {
	const ellipsis = "…"
	var b strings.Builder
	cut := 0 // the length to keep if the text turns out to be too long
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case r == utf8.RuneError && size == 1:
			const digits = "0123456789abcdef"
			b.Write([]byte{'\\', 'x', digits[text[0]>>4], digits[text[0]&15]})
		case !unicode.IsPrint(r) || !IsVisible(r):
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		default:
			b.WriteString(text[:size])
		}
		if b.Len() > maxPrintable {
			return b.String()[:cut] + ellipsis
		}
		if b.Len() <= maxPrintable-len(ellipsis) {
			cut = b.Len()
		}
		text = text[size:]
	}
	return b.String()
}
