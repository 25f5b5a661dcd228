package auth

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

// LoginError is a login at IAM that failed. One that is not [LoginError.Temporary]
// is remembered: the password is not sent again in this process, and every
// request that needs it gets the same error.
type LoginError struct {
	// URL is where the login was sent.
	URL string
	// Status is the HTTP status, 0 where there was no answer.
	Status int
	// Code, Message and RequestID are what the answer had of them, or "".
	// Message is fit to be printed.
	Code, Message, RequestID string

	temporary  bool
	retryAfter time.Duration
	cause      error
}

func (e *LoginError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "sign in at %s: ", e.URL)
	if e.Status == 0 {
		b.WriteString(e.Message)
		return b.String()
	}
	fmt.Fprintf(&b, "%s %s", strconv.Itoa(e.Status), http.StatusText(e.Status))
	if e.Code != "" {
		fmt.Fprintf(&b, ", code %s", e.Code)
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, ", request id %s", e.RequestID)
	}
	if e.Message != "" {
		fmt.Fprintf(&b, ": %s", e.Message)
	}
	if e.Status == http.StatusUnauthorized {
		if !strings.HasSuffix(e.Message, ".") {
			b.WriteByte('.')
		}
		b.WriteString(" IAM answers the same for a wrong user, password, account or project")
	}
	return b.String()
}

// Unwrap gives what kept an answer from coming, nil where one came. It is the
// context's error for a request that ended while it waited for a login.
func (e *LoginError) Unwrap() error { return e.cause }

// Temporary says that the same login may succeed later: IAM was busy, or out of
// reach. Nothing is tried again here; that is the caller's to do.
func (e *LoginError) Temporary() bool { return e.temporary }

// RetryAfter returns how long IAM asked to wait, 0 if it did not say.
func (e *LoginError) RetryAfter() time.Duration { return e.retryAfter }

func isTemporary(err error) bool {
	var e *LoginError
	return errors.As(err, &e) && e.Temporary()
}

// readResponse fills in what an error response says. A body of no known form is
// quoted, so that the page of a proxy can be told from IAM.
func (e *LoginError) readResponse(header http.Header, body []byte, secrets *httpsafe.Redactor) {
	secrets.AddHeader(headerSubjectToken, header.Values(headerSubjectToken))
	parsed, ok := httpsafe.ParseErrorBody(e.Status, body)
	if !ok || parsed.Message == "" {
		parsed.Message = string(body)
	}
	id := cmp.Or(header.Get("X-Request-Id"), header.Get("X-Openstack-Request-Id"), parsed.RequestID)
	e.RequestID = secrets.ID(id)
	e.Code = secrets.Printable(parsed.Code)
	e.Message = secrets.Printable(parsed.Message)
}
