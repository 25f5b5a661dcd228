package auth

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

const redacted = "[redacted]"

// secret holds a text that must not be printed. The text is behind a pointer,
// since fmt calls no method on a value in an unexported field: it walks into it,
// and then finds an address.
type secret struct{ text *string }

func newSecret(text string) secret { return secret{&text} }

// reveal gives the text, for the request that needs it and nothing else.
func (s secret) reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

func (s secret) set() bool { return s.reveal() != "" }

// Format hides the text from every verb.
func (secret) Format(f fmt.State, _ rune) { writeRedacted(f) }

// LogValue hides the text from log/slog.
func (secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText hides the text from encoders.
func (secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// writeRedacted is a Format method's body. A fmt.State that can't be written to
// has nobody to report that to.
func writeRedacted(f fmt.State) { _, _ = io.WriteString(f, redacted) }

// maxQuoted is how much of an answer an error quotes, in bytes.
const maxQuoted = 300

// quoteAnswer makes a text that came from a server fit for a terminal: secrets
// blanked, at most maxQuoted bytes, and what can't be printed (control
// characters, escape sequences, invalid UTF-8) shown escaped.
func quoteAnswer(text string, secrets ...secret) string {
	text = strings.TrimSpace(text)
	// Blanked before it is cut, so that no cut leaves the half of a secret.
	for _, s := range secrets {
		text = blank(text, s.reveal())
	}
	cut := ""
	if len(text) > maxQuoted {
		end := maxQuoted
		for end > maxQuoted-utf8.UTFMax && !utf8.RuneStart(text[end]) {
			end--
		}
		text, cut = text[:end], "..."
	}
	quoted := strconv.Quote(text)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`) + cut
}

// blank replaces a secret in every form in which a server may echo it: as it
// is, in a URL, in JSON.
func blank(text, secretText string) string {
	if secretText == "" {
		return text
	}
	forms := []string{secretText, url.QueryEscape(secretText), url.PathEscape(secretText)}
	if encoded, err := json.Marshal(secretText); err == nil {
		forms = append(forms, string(encoded[1:len(encoded)-1]))
	}
	for _, form := range forms {
		text = strings.ReplaceAll(text, form, redacted)
	}
	return text
}

// displayURL is a URL without the parts that may hold a secret (user info,
// query, fragment), escaped.
func displayURL(u *url.URL) string {
	shown := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	return quoteAnswer(shown.String())
}
