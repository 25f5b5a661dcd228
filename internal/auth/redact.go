package auth

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

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
func (secret) LogValue() slog.Value { return slog.StringValue(httpsafe.Redacted) }

// MarshalText hides the text from encoders.
func (secret) MarshalText() ([]byte, error) { return []byte(httpsafe.Redacted), nil }

// writeRedacted is a Format method's body. A fmt.State that can't be written to
// has nobody to report that to.
func writeRedacted(f fmt.State) { _, _ = io.WriteString(f, httpsafe.Redacted) }
