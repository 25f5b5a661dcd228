package httpsafe

import (
	"cmp"
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Redacted replaces a secret in a text.
const Redacted = "[redacted]"

// secretHeaders are the headers that carry a credential.
var secretHeaders = []string{
	"Authorization", "Cookie", "Proxy-Authorization", "X-Auth-Token", "X-Security-Token", "X-Subject-Token",
}

// Redactor removes the secrets of one request from what is shown of its
// response, since a server may echo them. The zero value is ready to use. It is
// safe for concurrent use: a transport may still write the request while its
// response is read.
type Redactor struct {
	mu    sync.Mutex
	forms []string // in which secrets may appear, the longest first
}

// Add adds secrets. Empty ones are ignored.
func (r *Redactor) Add(secrets ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, secret := range secrets {
		if secret != "" && !slices.Contains(r.forms, secret) {
			r.forms = append(r.forms, encodings(secret)...)
		}
	}
	// A secret that is part of another must not leave the rest of that one.
	slices.SortFunc(r.forms, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
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
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, form := range r.forms {
		text = strings.ReplaceAll(text, form, Redacted)
	}
	return Printable(strings.TrimSpace(text))
}

// ID returns the id of a request for display. An id that contains a secret, or
// is part of one, is replaced: a server may use a piece of what it was sent.
func (r *Redactor) ID(id string) string {
	const minLength = 8 // shorter texts are part of others by chance
	r.mu.Lock()
	isPart := func(form string) bool { return strings.Contains(form, id) }
	if len(id) >= minLength && slices.ContainsFunc(r.forms, isPart) {
		id = Redacted
	}
	r.mu.Unlock()
	return r.Printable(id)
}

// encodings returns the forms in which a server may echo a secret: as it is, in
// a URL, in HTML, and in JSON with and without an escaped slash.
func encodings(secret string) []string {
	quoted, _ := json.Marshal(secret) // marshaling a string cannot fail
	inJSON := string(quoted[1 : len(quoted)-1])
	forms := []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), html.EscapeString(secret),
		inJSON, strings.ReplaceAll(inJSON, "/", `\/`), strings.ReplaceAll(secret, "/", `\/`),
	}
	slices.Sort(forms)
	return slices.Compact(forms)
}
