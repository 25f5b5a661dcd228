package swr

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Kind sorts what went wrong by what a caller can do about it. A Kind is an
// error, so that errors.Is(err, swr.KindConflict) asks for it.
type Kind string

// The kinds of failure. api.md, "Answers that a client must understand", is
// where they come from.
const (
	// KindNoRoute: the server has no such route. It says nothing of the share.
	KindNoRoute Kind = "no such route"
	// KindNamespaceMissing: no such organization for this account and region.
	KindNamespaceMissing Kind = "no such namespace"
	// KindRepositoryMissing: the organization has no such repository.
	KindRepositoryMissing Kind = "no such repository"
	// KindShareMissing: one spelling of one account has no share.
	KindShareMissing Kind = "no such share"
	// KindAccountUnknown: there is no account of that name.
	KindAccountUnknown Kind = "no such account"
	// KindConflict: the repository is shared with the account already.
	KindConflict Kind = "already shared"
	// KindUnauthorized: the credential is wrong or has expired.
	KindUnauthorized Kind = "not signed in"
	// KindForbidden: the credential may not do this.
	KindForbidden Kind = "not allowed"
	// KindInvalid: the service refuses what was sent.
	KindInvalid Kind = "refused"
	// KindThrottled: too many requests; to be tried again.
	KindThrottled Kind = "throttled"
	// KindUnavailable: a fault of the service that may pass; to be tried again.
	KindUnavailable Kind = "unavailable"
	// KindNetwork: no whole answer came.
	KindNetwork Kind = "no answer"
	// KindRedirect: the service sends elsewhere; redirects are never followed.
	KindRedirect Kind = "redirected"
	// KindContradiction: the answer makes no sense.
	KindInvalidResponse Kind = "not understood"
	// KindUnproven: a write was answered by a success that is not documented.
	KindUnexpectedSuccess Kind = "unproven"
	// KindSignIn: the transport could not get a credential.
	KindSignIn Kind = "sign-in failed"
	// KindOtherEndpoint: the share is missing here, but another endpoint saw it last.
	KindOtherEndpoint Kind = "another endpoint"
	// KindIncomplete: the listing could not be completed, so nothing can be concluded.
	KindListingIncomplete Kind = "listing incomplete"
	// KindOther: any other answer.
	KindOther Kind = "failed"
)

func (k Kind) Error() string { return string(k) }

// Error is a call that failed. All texts in it that came from the service are
// fit for a terminal: escaped, cut, and without the request's credentials.
type Error struct {
	Kind   Kind
	Method string
	URL    string // without query

	Status    int    // 0 where no answer came
	Code      string // the service's own, such as SVCSTG.SWR.4090089
	Message   string // the service's own
	RequestID string
	Excerpt   string // how the answer begins, where it was not understood
	Location  string // where a redirect points

	RetryAfter time.Duration // what the service asked for, 0 if nothing
	Tries      int           // requests sent
	Elapsed    time.Duration // from the first try to giving up
	Err        error         // what lies below, if anything

	// passing: another try may help.
	retryable bool
	// unknown: the call may have taken effect though it failed.
	unknown bool
}

// pending tells whether the service may still be at work on the call: it gave no
// whole answer, a gateway would not wait for it, or it took the call on.
func (e *Error) pending() bool {
	return e.unknown && (e.Kind == KindNetwork || e.Status == http.StatusGatewayTimeout || e.Status == http.StatusCreated || e.plainSuccess())
}

// refuses tells whether the service would answer the same call like that at any
// time, so that no try of it has done anything.
func (e *Error) refuses() bool {
	switch e.Kind {
	case KindInvalid, KindForbidden, KindAccountUnknown, KindNamespaceMissing, KindRepositoryMissing, KindNoRoute:
		return true
	}
	return false
}

// plainSuccess tells whether a write was answered by a success that is only not
// the documented one, and by nothing that contradicts it.
func (e *Error) plainSuccess() bool {
	return e.Kind == KindUnexpectedSuccess && e.Code == "" && e.Excerpt == ""
}

// Is lets errors.Is find an Error by its Kind.
func (e *Error) Is(target error) bool {
	kind, ok := target.(Kind)
	return ok && kind == e.Kind
}

// Unwrap gives what lies below.
func (e *Error) Unwrap() error { return e.Err }

// Error tells the call, the answer and the tries in one line, for example
//
//	GET https://swr-api.example/v2/…: 503 Service Unavailable, SVCSTG.SWR.5030001 "busy" (request id 4f1c), after 6 tries in 14s
func (e *Error) Error() string {
	var b strings.Builder
	if e.Method != "" {
		fmt.Fprintf(&b, "%s %s: ", e.Method, e.URL)
	}
	b.WriteString(e.describe())
	if e.RequestID != "" {
		fmt.Fprintf(&b, " (request id %s)", e.RequestID)
	}
	if e.Tries > 1 {
		fmt.Fprintf(&b, ", after %d tries in %s", e.Tries, roundDuration(e.Elapsed))
	}
	return b.String()
}

func (e *Error) describe() string {
	var parts []string
	if e.Status != 0 {
		parts = append(parts, strings.TrimSpace(fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status))))
	}
	said := e.Code
	if e.Message != "" {
		said = strings.TrimSpace(said + ` "` + e.Message + `"`)
	}
	if said != "" {
		parts = append(parts, said)
	}
	if e.Location != "" {
		parts = append(parts, "a redirect to "+e.Location+", which is not followed")
	}
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	if e.Excerpt != "" {
		parts = append(parts, `the answer begins with "`+e.Excerpt+`"`)
	}
	if len(parts) == 0 {
		return string(e.Kind)
	}
	return strings.Join(parts, ", ")
}

// roundDuration keeps a duration readable: three digits are enough.
func roundDuration(d time.Duration) time.Duration {
	switch {
	case d >= 10*time.Second:
		return d.Round(time.Second)
	case d >= time.Second:
		return d.Round(100 * time.Millisecond)
	default:
		return d.Round(time.Millisecond)
	}
}
