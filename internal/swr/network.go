package swr

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

// signInFault is how a transport says that it could not get a credential, so
// that the request was never sent.
type signInError interface {
	error
	Temporary() bool
	RetryAfter() time.Duration
}

// networkFault describes a try that brought no whole answer. The error's text may
// be a server's too, of a reply that is no HTTP.
func errorFromTransport(apiErr *Error, err error, c call, clean func(string) string) *Error {
	if signIn, ok := errors.AsType[signInError](err); ok {
		apiErr.Kind, apiErr.Err = KindSignIn, err
		apiErr.retryable, apiErr.RetryAfter = signIn.Temporary(), min(signIn.RetryAfter(), httpsafe.MaxRetryAfter)
		return apiErr
	}
	apiErr.Kind = KindNetwork
	apiErr.retryable = !httpsafe.IsPermanent(err)
	apiErr.unknown = c.isWrite() && !neverSent(err)
	apiErr.Err = printableError{clean(err.Error()), err}
	return apiErr
}

// shown is an error whose text was made fit to be shown.
type printableError struct {
	text string
	err  error
}

func (s printableError) Error() string { return s.text }
func (s printableError) Unwrap() error { return s.err }

// neverSent tells whether the request can't have reached the service.
func neverSent(err error) bool {
	if op, ok := errors.AsType[*net.OpError](err); ok && (op.Op == "dial" || op.Op == "proxyconnect") {
		return true
	}
	_, dns := errors.AsType[*net.DNSError](err)
	return dns || errors.Is(err, http.ErrSchemeMismatch) || distrusted(err)
}

func distrusted(err error) bool {
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	_, record := errors.AsType[tls.RecordHeaderError](err)
	return certificate || record
}
