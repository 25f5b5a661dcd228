package config

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

// Secret is a text that is never printed. The text is behind a pointer because fmt
// calls no method of a value in an unexported field: it prints the field, which is
// then an address.
type Secret struct{ text *string }

// NewSecret returns text as a [Secret].
func NewSecret(text string) Secret { return Secret{&text} }

// Reveal returns the text, for use in a request only.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsSet reports whether the text is not empty.
func (s Secret) IsSet() bool { return s.Reveal() != "" }

// Format hides the text from all fmt verbs.
func (Secret) Format(f fmt.State, _ rune) { writeRedacted(f) }

// LogValue hides the text from log/slog.
func (Secret) LogValue() slog.Value { return slog.StringValue(httpsafe.Redacted) }

// MarshalText hides the text from encoders.
func (Secret) MarshalText() ([]byte, error) { return []byte(httpsafe.Redacted), nil }

func writeRedacted(f fmt.State) { _, _ = io.WriteString(f, httpsafe.Redacted) }
