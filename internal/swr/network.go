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
type signInFault interface {
	error
	Temporary() bool
	RetryAfter() time.Duration
}

// networkFault describes a try that brought no whole answer. The error's text may
// be a server's too, of a reply that is no HTTP.
func networkFault(fault *Error, err error, c call, clean func(string) string) *Error {
	if signIn, ok := errors.AsType[signInFault](err); ok {
		fault.Kind, fault.Err = KindSignIn, err
		fault.passing, fault.RetryAfter = signIn.Temporary(), min(signIn.RetryAfter(), httpsafe.MaxRetryAfter)
		return fault
	}
	fault.Kind = KindNetwork
	fault.passing = !httpsafe.IsPermanent(err)
	fault.unknown = c.writes() && !neverSent(err)
	fault.Err = shown{clean(err.Error()), err}
	return fault
}

// shown is an error whose text was made fit to be shown.
type shown struct {
	text string
	err  error
}

func (s shown) Error() string { return s.text }
func (s shown) Unwrap() error { return s.err }

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
