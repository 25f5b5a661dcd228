// Package httpsafe has what every HTTP client of this provider needs to read
// responses that it does not trust: text made printable, secrets redacted, error
// bodies and Retry-After parsed, network errors classified, URLs built and
// shown. It depends on the standard library only.
package httpsafe
