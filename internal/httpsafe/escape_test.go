package httpsafe

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestEscape(t *testing.T) {
	for text, want := range map[string]string{
		"":                                       "",
		"Köln 株式会社 😀":                            "Köln 株式会社 😀",
		"no-break\u00a0and\u3000":                "no-break\u00a0and\u3000",
		"replacement \ufffd itself":              "replacement \ufffd itself",
		"\x1b[31mred":                            `\u001b[31mred`,
		"a\nb\r\tc":                              `a\u000ab\u000d\u0009c`,
		"nul\x00 del\x7f":                        `nul\u0000 del\u007f`,
		"C1 \u009b31m":                           `C1 \u009b31m`,
		"right to left \u202e":                   `right to left \u202e`,
		"isolate \u2066":                         `isolate \u2066`,
		"line \u2028":                            `line \u2028`,
		"zero width \u200b\u200d":                `zero width \u200b\u200d`,
		"byte order \ufeff":                      `byte order \ufeff`,
		"soft\u00adhyphen":                       `soft\u00adhyphen`,
		"selector \ufe0f\U000e0100":              `selector \ufe0f\U000e0100`,
		"filler \u3164\u115f":                    `filler \u3164\u115f`,
		"joiner \u034f":                          `joiner \u034f`,
		"tag \U000e0041":                         `tag \U000e0041`,
		"private \ue000":                         `private \ue000`,
		`C:\temp\x`:                              `C:\temp\x`,
		`literal \u001b`:                         `literal \u005cu001b`,
		`literal \U000E0041`:                     `literal \u005cU000E0041`,
		`\\u001b`:                                `\\u005cu001b`,
		`\u00` + "\x1b":                          `\u00\u001b`,
		`too short \u001`:                        `too short \u001`,
		`no characters \ud800 \Uffffffff \u+123`: `no characters \ud800 \Uffffffff \u+123`,
	} {
		if got := Escape(text, IsVisible); got != want {
			t.Errorf("Escape(%q) = %q; want %q", text, got, want)
		}
		if back := Unescape(want); back != text {
			t.Errorf("Unescape(%q) = %q; want %q", want, back, text)
		}
	}
}

// FuzzEscape checks that the escaped form is that of one text only, that all of it
// is visible, and that a text without anything to escape is not changed.
func FuzzEscape(f *testing.F) {
	for _, seed := range []string{"a\x1bb", `E\u0301`, "E\u0301", `\\u005c`, `\u00` + "\u200b", "\U000e0041", "é\\"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "\ufffd")
		escaped := Escape(text, IsVisible)
		if back := Unescape(escaped); back != text {
			t.Errorf("Unescape(%q) = %q; want %q", escaped, back, text)
		}
		if i := strings.IndexFunc(escaped, func(r rune) bool { return !IsVisible(r) }); i >= 0 || !utf8.ValidString(escaped) {
			t.Errorf("%q is not visible from byte %d on", escaped, i)
		}
		isPlain := !strings.ContainsFunc(text, func(r rune) bool { return !IsVisible(r) }) && Unescape(text) == text
		if isPlain != (escaped == text) {
			t.Errorf("%q is escaped as %q", text, escaped)
		}
	})
}
