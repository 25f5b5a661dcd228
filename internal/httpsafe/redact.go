package httpsafe

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf16"
)

// Redacted replaces a secret in a text.
const Redacted = "[redacted]"

// secretHeaders are the headers that carry a credential.
var secretHeaders = []string{
	"Authorization", "Cookie", "Proxy-Authorization", "X-Auth-Token", "X-Security-Token", "X-Subject-Token",
}

// Redactor removes the secrets of one request from what is shown of its
// response, since a server may echo them. It finds them in the encodings of HTML,
// JSON and URLs, one in the other too, and in Base64 and hexadecimal. The zero value
// is ready to use. It is safe for concurrent use: a transport may still write the
// request while its response is read.
type Redactor struct {
	mu      sync.Mutex
	secrets []string
	forms   []string // see secretForms; nil until a text is shown
}

// Add adds secrets. Empty ones are ignored.
func (r *Redactor) Add(secrets ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, secret := range secrets {
		if secret != "" && !slices.Contains(r.secrets, secret) {
			r.secrets = append(r.secrets, secret)
			r.forms = nil
		}
	}
}

// AddHeader adds the values of a header that carries a credential, and the
// signature in them. It ignores other headers, so that it can be the
// WroteHeaderField of an [httptrace.ClientTrace], which sees the credentials
// that a transport adds.
func (r *Redactor) AddHeader(name string, values []string) {
	if !slices.Contains(secretHeaders, http.CanonicalHeaderKey(name)) {
		return
	}
	for _, value := range values {
		_, signature, _ := strings.Cut(value, "Signature=")
		r.Add(value, signature)
	}
}

// Printable returns text without the secrets, trimmed, and as [Printable] does.
// Secrets are replaced before the text is cut, so that no part of one remains.
func (r *Redactor) Printable(text string) string {
	text = strings.TrimSpace(text)
	r.mu.Lock()
	defer r.mu.Unlock()
	return Printable(strings.TrimSpace(redact(text, r.allForms())))
}

// ID returns the id of a request for display. An id that contains a secret, or
// is part of one, is replaced: a server may use a piece of what it was sent.
func (r *Redactor) ID(id string) string {
	const minLength = 8 // shorter texts are part of others by chance
	id = id[:min(len(id), 4*maxPrintable)]
	r.mu.Lock()
	for _, level := range decodings(id) {
		isPart := func(form string) bool { return strings.Contains(form, string(level.text)) }
		if len(level.text) >= minLength && slices.ContainsFunc(r.allForms(), isPart) {
			id = Redacted
			break
		}
	}
	r.mu.Unlock()
	return r.Printable(id)
}

func (r *Redactor) allForms() []string {
	if r.forms == nil {
		for _, secret := range r.secrets {
			r.forms = append(r.forms, secretForms(secret)...)
		}
		slices.Sort(r.forms)
		r.forms = slices.Compact(r.forms)
	}
	return r.forms
}

// secretForms returns what to search for in the decodings of a text: the decodings
// of the secret, which may look encoded itself, and its forms in Base64 and in
// hexadecimal.
func secretForms(secret string) []string {
	const minLength = 4 // a shorter form is part of other texts by chance
	forms := []string{secret}
	add := func(form string) {
		if len(form) >= minLength {
			forms = append(forms, form)
		}
	}
	for _, level := range decodings(secret) {
		add(string(level.text))
	}
	quoted, _ := json.Marshal(secret) // marshaling a string cannot fail
	plains := []string{secret, string(quoted[1 : len(quoted)-1]), url.QueryEscape(secret)}
	for _, plain := range slices.Compact(plains) {
		if len(plain) < minLength {
			continue
		}
		add(hex.EncodeToString([]byte(plain)))
		add(strings.ToUpper(hex.EncodeToString([]byte(plain))))
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			add(encoding.EncodeToString([]byte(plain))) // its end depends on where the text ends
			for offset := range 3 {
				add(base64Part(encoding, plain, offset))
			}
		}
	}
	return forms
}

// base64Part returns what the encoding of a longer text contains if plain begins
// offset bytes after a group of three: the characters that depend only on plain.
func base64Part(encoding *base64.Encoding, plain string, offset int) string {
	encoded := encoding.EncodeToString([]byte(strings.Repeat("\x00", offset) + plain))
	first := (offset*8 + 5) / 6
	return encoded[first : (offset+len(plain))*8/6]
}

// redact replaces the secrets in text. Only the beginning of a text is shown, so
// that only the beginning of a long one is searched.
func redact(text string, forms []string) string {
	const (
		window       = 4 << 10
		maxExpansion = 12 // bytes for each byte of a secret that begins in the window
	)
	shown, longest := len(text), 0
	for _, form := range forms {
		longest = max(longest, len(form))
	}
	if shown > window {
		shown = window
		text = text[:min(len(text), window+maxExpansion*longest)]
	}

	secret := make([]bool, len(text)) // whether a byte of text is part of a secret
	for _, level := range decodings(text) {
		for _, form := range forms {
			for from := 0; ; {
				i := bytes.Index(level.text[from:], []byte(form))
				if i < 0 {
					break
				}
				first, last := from+i, from+i+len(form)-1
				for at := level.start[first]; at < level.end[last]; at++ {
					secret[at] = true
				}
				from = last + 1
			}
		}
	}

	var b strings.Builder
	for i := range shown {
		switch {
		case !secret[i]:
			b.WriteByte(text[i])
		case i == 0 || !secret[i-1]:
			b.WriteString(Redacted)
		}
	}
	if shown < len(text) {
		b.WriteString("…")
	}
	return b.String()
}

// decoding is a text after its escapes were replaced by what they stand for. Byte i
// comes from the bytes start[i] to end[i] of the original.
type decoding struct {
	text       []byte
	start, end []int32
}

// decodings returns the text, and what it becomes when the escapes of URLs, JSON and
// HTML are decoded once, twice and so on: a server may quote what was quoted before.
func decodings(text string) []decoding {
	const maxLevels = 5
	level := decoding{[]byte(text), make([]int32, len(text)), make([]int32, len(text))}
	for i := range len(text) {
		level.start[i], level.end[i] = int32(i), int32(i+1)
	}
	levels := []decoding{level}
	for len(levels) < maxLevels && bytes.ContainsAny(level.text, `%+&\`) {
		next := level.decode()
		if bytes.Equal(next.text, level.text) {
			break
		}
		levels = append(levels, next)
		level = next
	}
	return levels
}

func (d decoding) decode() decoding {
	next := decoding{make([]byte, 0, len(d.text)), make([]int32, 0, len(d.text)), make([]int32, 0, len(d.text))}
	for i := 0; i < len(d.text); {
		decoded, length := d.text[i:i+1], 1
		if text, n := unescape(d.text[i:]); n > 0 {
			decoded, length = []byte(text), n
		}
		for _, c := range decoded {
			next.text = append(next.text, c)
			next.start = append(next.start, d.start[i])
			next.end = append(next.end, d.end[i+length-1])
		}
		i += length
	}
	return next
}

// unescape decodes the escape sequence that text begins with. length is that of the
// sequence, 0 if there is none.
func unescape(text []byte) (decoded string, length int) {
	const simple, plain = "/\"'\\bfnrt", "/\"'\\\b\f\n\r\t"
	switch {
	case text[0] == '+':
		return " ", 1
	case text[0] == '%':
		if c, ok := parseHex(text, 1, 2); ok {
			return string([]byte{byte(c & 0xff)}), 3
		}
	case text[0] == '&':
		if entity := htmlEntity.Find(text[:min(len(text), maxEntity)]); entity != nil {
			if decoded := html.UnescapeString(string(entity)); decoded != string(entity) {
				return decoded, len(entity)
			}
		}
	case text[0] != '\\' || len(text) == 1:
	case text[1] == 'u':
		if high, ok := parseHex(text, 2, 4); ok {
			if low, ok := parseHex(text, 8, 4); ok && text[6] == '\\' && text[7] == 'u' && utf16.IsSurrogate(high) {
				return string(utf16.DecodeRune(high, low)), 12
			}
			return string(high), 6
		}
	case text[1] == 'x':
		if c, ok := parseHex(text, 2, 2); ok {
			return string([]byte{byte(c & 0xff)}), 4
		}
	case strings.IndexByte(simple, text[1]) >= 0:
		return plain[strings.IndexByte(simple, text[1]):][:1], 2
	}
	return "", 0
}

// maxEntity is the length of the longest sequence that html.UnescapeString knows.
const maxEntity = 33

var htmlEntity = regexp.MustCompile(`^&(#[0-9]+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);`)

// parseHex returns the number that the digits of text from the given position are.
func parseHex(text []byte, from, digits int) (n rune, ok bool) {
	if len(text) < from+digits {
		return 0, false
	}
	for _, c := range text[from : from+digits] {
		digit := strings.IndexByte("0123456789abcdefABCDEF", c)
		switch {
		case digit < 0:
			return 0, false
		case digit > 15:
			digit -= 6
		}
		n = n<<4 | rune(digit) //nolint:gosec // from 0 to 15
	}
	return n, true
}
