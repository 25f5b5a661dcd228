package httpsafe

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// IsVisible reports whether a terminal shows a character, and nothing else happens:
// it is neither a control character nor one of the format characters, variation
// selectors and fillers that are invisible or reorder the text around them.
func IsVisible(r rune) bool {
	return unicode.IsGraphic(r) && !unicode.In(r, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

// Escape returns text with each character that is not visible as \uXXXX or
// \UXXXXXXXX, so that it can be stored and shown. Different texts stay different: a
// backslash that begins such a sequence already is escaped too. So an escaped text
// must not be escaped again. The text must be valid UTF-8.
func Escape(text string, isVisible func(rune) bool) string {
	escape := func(r rune) bool { return r == '\\' || !isVisible(r) }
	if !strings.ContainsFunc(text, escape) {
		return text // as most are
	}
	var b strings.Builder
	for i, r := range text {
		switch _, size := escapedRune(text[i:]); {
		case size == 0 && isVisible(r):
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// Unescape is the inverse of [Escape]. Text that has no escaped character is
// returned as it is.
func Unescape(text string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(text, '\\')
		if i < 0 {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:i])
		text = text[i:]
		if r, size := escapedRune(text); size > 0 {
			b.WriteRune(r)
			text = text[size:]
		} else {
			b.WriteByte('\\')
			text = text[1:]
		}
	}
}

// escapedRune returns the escaped character that text begins with, and how many
// bytes it has, 0 if there is none.
func escapedRune(text string) (r rune, size int) {
	switch {
	case strings.HasPrefix(text, `\u`):
		size = len(`\uXXXX`)
	case strings.HasPrefix(text, `\U`):
		size = len(`\UXXXXXXXX`)
	}
	if size == 0 || len(text) < size {
		return 0, 0
	}
	code, err := strconv.ParseUint(text[2:size], 16, 32)
	if err != nil || code > unicode.MaxRune || !utf8.ValidRune(rune(code)) {
		return 0, 0
	}
	return rune(code), size
}
