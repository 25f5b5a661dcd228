package httpsafe

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "",
		"The image is not shared.":  "The image is not shared.",
		"Köln 株式会社 😀":               "Köln 株式会社 😀",
		"\x1b[31mred\x1b[0m":        `\x1b[31mred\x1b[0m`,
		"a\nb\r\tc":                 `a\nb\r\tc`,
		"nul\x00":                   `nul\x00`,
		"del\x7f":                   `del\x7f`,
		"C1 \u009b31m":              `C1 \u009b31m`,
		"invalid \xff\xfe":          `invalid \xff\xfe`,
		"cut \xc3":                  `cut \xc3`,
		"replacement \ufffd itself": "replacement \ufffd itself",
		"right to left \u202e":      `right to left \u202e`,
		"zero width \u200b":         `zero width \u200b`,
		"byte order \ufeff":         `byte order \ufeff`,
		"surrogate \xed\xa0\x80":    `surrogate \xed\xa0\x80`,
		"tag \U000e0041":            `tag \U000e0041`,
		"line separator \u2028":     `line separator \u2028`,
		"selector \ufe0f":           `selector \ufe0f`,
		"filler \u3164":             `filler \u3164`,
	} {
		if got := Printable(text); got != want {
			t.Errorf("Printable(%q) = %q; want %q", text, got, want)
		}
	}
}

// No more than 300 bytes are shown, escapes included, and no rune is cut.
func TestPrintableIsShort(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("a", 301), strings.Repeat("a", 100<<10), strings.Repeat("\x1b", 200), strings.Repeat("ä", 200),
		strings.Repeat("😀", 100), strings.Repeat("\xff", 1000), "a" + strings.Repeat("株", 150), strings.Repeat("\U000e0041", 90),
	} {
		got := Printable(text)
		if len(got) > 300 || len(got) < 280 || !utf8.ValidString(got) || !strings.HasSuffix(got, "…") {
			t.Errorf("Printable(%.10q…) has %d bytes and ends with %q", text, len(got), got[len(got)-6:])
		}
	}
	if text := strings.Repeat("a", 300); Printable(text) != text {
		t.Errorf("300 bytes do not stay whole: %d, %q", len(Printable(text)), Printable(text)[280:])
	}
}

func FuzzPrintable(f *testing.F) {
	for _, text := range []string{"", "plain", "\x1b[2J", "\xff", "\u202e", strings.Repeat("ä", 200), strings.Repeat("a", 299) + "\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var got string
		if n := allocated(func() { got = Printable(text) }); n > 64<<10 {
			t.Errorf("%d bytes were allocated for %d", n, len(text))
		}
		if len(got) > 300 || !utf8.ValidString(got) {
			t.Errorf("Printable(%q) = %q", text, got)
		}
		if r := strings.IndexFunc(got, func(r rune) bool { return !unicode.IsPrint(r) }); r >= 0 {
			t.Errorf("Printable(%q) = %q has an unprintable character at %d", text, got, r)
		}
		if Printable(got) != got {
			t.Errorf("Printable(%q) is not stable", got)
		}
	})
}
