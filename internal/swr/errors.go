package swr

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

// Kind classifies an [Error] by what a caller can do about it. It is an error
// itself, for errors.Is(err, swr.KindConflict).
type Kind string

// The kinds of errors. They follow API.md, "Responses that a client must
// understand".
const (
	// KindNoRoute: the server has no such API path, which says nothing about a
	// share.
	KindNoRoute Kind = "no such route"
	// KindNamespaceMissing: the account has no such organization in this region.
	KindNamespaceMissing Kind = "no such namespace"
	// KindRepositoryMissing: the organization has no such repository.
	KindRepositoryMissing Kind = "no such repository"
	// KindShareMissing: no share for one spelling of an account.
	KindShareMissing Kind = "no such share"
	// KindAccountUnknown: no account has that name.
	KindAccountUnknown Kind = "no such account"
	// KindAmbiguousAccount: the service has a share with an account whose name
	// differs in the case of letters beyond ASCII. It does not tell whether that is
	// the same account.
	KindAmbiguousAccount Kind = "ambiguous account"
	// KindOtherName: the service returns the share with another account name than
	// the one that it was asked for.
	KindOtherName Kind = "other account name"
	// KindConflict: the repository is already shared with the account.
	KindConflict Kind = "already shared"
	// KindDeleteFailed: the share was not created, since this client could not
	// delete an earlier one with the same names.
	KindDeleteFailed Kind = "earlier delete failed"
	// KindUnauthorized: the credential is wrong or has expired.
	KindUnauthorized Kind = "unauthorized"
	// KindOtherAccount: the organization or the repository belongs to another
	// account. The credential is valid.
	KindOtherAccount Kind = "another account's"
	// KindForbidden: the credential lacks the permission.
	KindForbidden Kind = "forbidden"
	// KindInvalid: the service rejects the request.
	KindInvalid Kind = "invalid request"
	// KindThrottled: too many requests; retried.
	KindThrottled Kind = "throttled"
	// KindUnavailable: a temporary failure of the service; retried.
	KindUnavailable Kind = "unavailable"
	// KindNetwork: no complete response.
	KindNetwork Kind = "no response"
	// KindRedirect: a redirect, which is never followed.
	KindRedirect Kind = "redirect"
	// KindInvalidResponse: the response is not valid.
	KindInvalidResponse Kind = "invalid response"
	// KindUnexpectedSuccess: the response to a write is a success that is not
	// documented, which proves nothing.
	KindUnexpectedSuccess Kind = "unexpected success"
	// KindSignIn: the transport could not get a credential.
	KindSignIn Kind = "sign-in failed"
	// KindOtherEndpoint: the share was last seen at another endpoint, and this one
	// does not have it, or has another one of the same names.
	KindOtherEndpoint Kind = "other endpoint"
	// KindListingIncomplete: the service did not return all records, so nothing
	// can be concluded from one that is missing.
	KindListingIncomplete Kind = "listing incomplete"
	// KindNotYet: the share of a pending create does not show, but may still appear.
	KindNotYet Kind = "not shown yet"
	// KindOther: any other response.
	KindOther Kind = "failed"
)

func (k Kind) Error() string { return string(k) }

// Error is a request that failed. All texts in it that came from the service are
// printable and without the credentials of the request.
type Error struct {
	Kind   Kind
	Method string
	URL    string // without query

	Status    int    // 0 if there was no response
	Code      string // the service's, such as SVCSTG.SWR.4090089
	Message   string // the service's
	RequestID string
	Excerpt   string // how the body begins, if it is not a known form
	Location  string // the target of a redirect

	RetryAfter time.Duration // as the service asked, 0 if it did not
	Attempts   int
	Elapsed    time.Duration // of all attempts
	Err        error         // the underlying error, if any

	retryable bool
}

// isDefinitive reports whether the service would reject the same request at any
// time, so that no attempt of it will take effect. A proxy can't know that.
func (e *Error) isDefinitive() bool {
	if !strings.HasPrefix(e.Code, httpsafe.CodePrefix) {
		return false
	}
	switch e.Kind {
	case KindInvalid, KindForbidden, KindOtherAccount, KindAccountUnknown, KindNamespaceMissing, KindRepositoryMissing, KindNoRoute:
		return true
	}
	return false
}

// isUndocumentedSuccess reports whether the response to a write has a status of
// success that is not the documented one, and nothing that contradicts it.
func (e *Error) isUndocumentedSuccess() bool {
	return e.Kind == KindUnexpectedSuccess && e.Code == "" && e.Excerpt == ""
}

// Is reports whether target is the Kind of the error, for [errors.Is].
func (e *Error) Is(target error) bool {
	kind, ok := target.(Kind)
	return ok && kind == e.Kind
}

// Unwrap returns the underlying error.
func (e *Error) Unwrap() error { return e.Err }

// Error returns the request, the response and the number of attempts, such as
//
//	GET https://swr-api.example/v2/…: 503 Service Unavailable, SVCSTG.SWR.5030001 "busy" (request id 4f1c), after 6 attempts in 14s
func (e *Error) Error() string {
	var b strings.Builder
	if e.Method != "" {
		fmt.Fprintf(&b, "%s %s: ", e.Method, e.URL)
	}
	b.WriteString(e.describe())
	if e.RequestID != "" {
		fmt.Fprintf(&b, " (request id %s)", e.RequestID)
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, ", after %d attempts in %s", e.Attempts, roundDuration(e.Elapsed))
	}
	return b.String()
}

func (e *Error) describe() string {
	var parts []string
	if e.Status != 0 {
		parts = append(parts, strings.TrimSpace(fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status))))
	}
	reason := e.Code
	if e.Message != "" {
		reason = strings.TrimSpace(reason + ` "` + e.Message + `"`)
	}
	if reason != "" {
		parts = append(parts, reason)
	}
	if e.Location != "" {
		parts = append(parts, "a redirect to "+e.Location+", which is not followed")
	}
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	if e.Excerpt != "" {
		parts = append(parts, `the response begins with "`+e.Excerpt+`"`)
	}
	if len(parts) == 0 {
		return string(e.Kind)
	}
	return strings.Join(parts, ", ")
}

// roundDuration rounds a duration to about three digits.
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

// kindsByCode has the codes with a meaning of their own, without their prefix.
var kindsByCode = map[string]Kind{
	"4000031": KindUnauthorized, // wrong key pair
	"4001041": KindAccountUnknown,
	"4001090": KindShareMissing,
	"4011044": KindOtherAccount,
	"4011064": KindOtherAccount,
	"4031032": KindThrottled,
	"4031042": KindThrottled,
	"4040010": KindRepositoryMissing,
	"4040058": KindNamespaceMissing,
	"4040078": KindOther, // a permission on the organization, not a share
	"4040083": KindNoRoute,
	"4040113": KindRepositoryMissing,
	"4041061": KindNamespaceMissing,
	"4090023": KindUnavailable, // the system is busy
}

// kindsByStatus has the meaning of a status with any other code. A 404 without a
// code of SWR comes from a proxy or a wrong endpoint: it must not be taken for a
// share that is gone.
var kindsByStatus = map[int]Kind{
	http.StatusBadRequest:          KindInvalid,
	http.StatusUnauthorized:        KindUnauthorized,
	http.StatusForbidden:           KindForbidden,
	http.StatusNotFound:            KindNoRoute,
	http.StatusMethodNotAllowed:    KindNoRoute,
	http.StatusConflict:            KindConflict,
	http.StatusTooManyRequests:     KindThrottled,
	http.StatusInternalServerError: KindUnavailable,
	http.StatusNotImplemented:      KindNoRoute,
	http.StatusBadGateway:          KindUnavailable,
	http.StatusServiceUnavailable:  KindUnavailable,
	http.StatusGatewayTimeout:      KindUnavailable,
}

// classify returns the kind of a response that is not a success. A code counts
// only together with its own status.
func classify(c call, status int, code string) Kind {
	switch {
	case status >= 200 && status < 300 && c.isWrite():
		return KindUnexpectedSuccess
	case status >= 200 && status < 300:
		return KindInvalidResponse
	case status >= 300 && status < 400:
		return KindRedirect
	}
	kind := cmp.Or(kindsByStatus[status], KindOther)
	digits, isSWR := strings.CutPrefix(code, httpsafe.CodePrefix)
	if !isSWR {
		return kind
	}
	byCode := Kind("")
	if strings.HasPrefix(digits, strconv.Itoa(status)) {
		byCode = kindsByCode[digits]
	}
	if status == http.StatusNotFound {
		kind = KindOther // SWR has the route, so that something else is missing
		if byCode == "" && strings.HasPrefix(digits, "404") {
			byCode = KindShareMissing // which has several codes
		}
	}
	if byCode == KindShareMissing && !c.namesShare() {
		return kind
	}
	return cmp.Or(byCode, kind)
}
