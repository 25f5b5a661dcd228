package auth

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"time"

	"github.com/gophercloud/gophercloud/v2"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

// maxLoginResponse limits the size of a response of IAM, in bytes. One with a token
// includes the whole catalog, which is some ten kilobytes.
const maxLoginResponse = 1 << 20

// loginError returns err, the error of a call, as a *LoginError.
func (c *iamClient) loginError(ctx context.Context, call iamCall, err error, secrets *httpsafe.Redactor) *LoginError {
	// The own credential, with which an agency is assumed, comes from a login, too.
	if own, ok := errors.AsType[*LoginError](err); ok {
		return own
	}
	loginErr := &LoginError{URL: httpsafe.DisplayURL(c.authURL), operation: call.operation, advice: call.advice}
	var (
		refused  gophercloud.ErrUnexpectedResponseCode
		redirect *redirectError
		tooLarge *http.MaxBytesError
		protocol textproto.ProtocolError
		request  *url.Error
	)
	switch {
	case errors.As(err, &refused):
		loginErr.Status = refused.Actual
		loginErr.readResponse(refused.ResponseHeader, refused.Body, secrets)
		loginErr.temporary = httpsafe.IsTemporaryStatus(refused.Actual) ||
			refused.Actual < 300 && httpsafe.IsPage(refused.Body)
		loginErr.retryAfter = httpsafe.RetryAfter(refused.ResponseHeader, c.clock())
	case errors.As(err, &redirect):
		loginErr.Status = redirect.status
		loginErr.Message = redirect.Error()
	case errors.As(err, &tooLarge):
		loginErr.Message = fmt.Sprintf("the response is larger than %d bytes", maxLoginResponse)
	case ctx.Err() != nil:
		// Not wrapped: the timeout of the login must not look like the end of the
		// caller's context.
		loginErr.Message = fmt.Sprintf("no response within %s", c.timeout)
		loginErr.temporary = true
	case errors.As(err, &protocol), errors.As(err, &request) && httpsafe.QuotesResponse(request.Err):
		// Not quoted: the invalid line may be the one with the token.
		loginErr.Message = "the response is not valid HTTP"
		loginErr.temporary = true
	case errors.As(err, &request):
		loginErr.cause = request.Err
		loginErr.Message = secrets.Printable(request.Err.Error())
		loginErr.temporary = !httpsafe.IsPermanent(err)
	default:
		// A success whose body is incomplete or not JSON.
		loginErr.cause = err
		loginErr.Message = "the response can't be read: " + secrets.Printable(err.Error())
		loginErr.temporary = true
	}
	return loginErr
}

// redirectError is a redirect. It is never followed: the password would be sent to
// its target.
type redirectError struct {
	method, url, target string
	status              int
}

func (e *redirectError) Error() string {
	return fmt.Sprintf("%s %s was redirected (%d) to %s, and redirects are never followed",
		e.method, e.url, e.status, e.target)
}

// iamTransport adds what gophercloud's client does not have: it refuses redirects
// and limits the size of responses.
type iamTransport struct {
	base      http.RoundTripper
	userAgent string
}

// RoundTrip implements [http.RoundTripper].
func (t *iamTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	if t.userAgent != "" {
		r.Header.Set(headerUserAgent, t.userAgent)
	}
	resp, err := t.base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		drain(resp)
		return nil, &redirectError{
			method: r.Method, url: httpsafe.DisplayURL(r.URL), status: resp.StatusCode,
			target: cmp.Or(httpsafe.DisplayLocation(resp.Header.Get("Location")), "nowhere (no Location header)"),
		}
	}
	httpsafe.BoundBody(r.Context(), resp)
	resp.Body = http.MaxBytesReader(nil, resp.Body, maxLoginResponse)
	return resp, nil
}

// LoginError is the error of a login to IAM, or of another request to IAM that is
// required before requests can be authenticated. One that is not [LoginError.Temporary]
// is final: the credential is not sent again in this process, and every request that
// needs a token returns the same error. (The error of a renewal is not returned before
// the credential to renew ends.)
type LoginError struct {
	// URL is that of IAM.
	URL string
	// Status is the HTTP status code, or 0 without a valid response.
	Status int
	// Code, Message and RequestID are those of the response, if it has them. They
	// are printable and contain no secret.
	Code, Message, RequestID string

	// operation is what failed, such as "sign in".
	operation string
	// advice is a sentence about what to do if IAM refused. It may be "".
	advice     string
	temporary  bool
	retryAfter time.Duration
	cause      error
}

func (e *LoginError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s at %s: ", cmp.Or(e.operation, operationLogin), e.URL)
	if e.Status == 0 {
		b.WriteString(e.Message)
		return b.String()
	}
	fmt.Fprintf(&b, "%d %s", e.Status, http.StatusText(e.Status))
	if e.Code != "" {
		fmt.Fprintf(&b, ", code %s", e.Code)
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, ", request id %s", e.RequestID)
	}
	if e.Message != "" {
		fmt.Fprintf(&b, ": %s", e.Message)
	}
	if e.advice != "" && e.isRefusal() {
		if !strings.HasSuffix(e.Message, ".") {
			b.WriteByte('.')
		}
		b.WriteString(" " + e.advice)
	}
	return b.String()
}

// isRefusal reports whether IAM refused what it was asked for. Of a login with a
// password only a 401 says so.
func (e *LoginError) isRefusal() bool {
	if e.operation == operationLogin {
		return e.Status == http.StatusUnauthorized
	}
	return e.Status >= 400 && e.Status < 500 && !e.temporary
}

// Unwrap returns the error of the transport, or that of the context of a request
// that ended while it waited for a login.
func (e *LoginError) Unwrap() error { return e.cause }

// Temporary reports whether the same login may succeed later, because IAM was busy
// or could not be reached. Retries are up to the caller.
func (e *LoginError) Temporary() bool { return e.temporary }

// RetryAfter returns how long IAM asked to wait, 0 if it did not say.
func (e *LoginError) RetryAfter() time.Duration { return e.retryAfter }

func isTemporary(err error) bool {
	loginErr, ok := errors.AsType[*LoginError](err)
	return ok && loginErr.Temporary()
}

// readResponse sets the fields that an error response has. A body of unknown form is
// described and not quoted: the page of a proxy may repeat the password in a form
// that no redactor knows.
func (e *LoginError) readResponse(header http.Header, body []byte, secrets *httpsafe.Redactor) {
	secrets.AddHeader(headerSubjectToken, header.Values(headerSubjectToken))
	parsed, ok := httpsafe.ParseErrorBody(e.Status, body)
	if !ok && len(bytes.TrimSpace(body)) > 0 {
		kind := "a body"
		if strings.Contains(header.Get("Content-Type"), "html") {
			kind = "an HTML page"
		}
		parsed.Message = fmt.Sprintf("the response is not one of IAM (%s of %d bytes), perhaps of a proxy or of another host",
			kind, len(body))
	}
	id := cmp.Or(header.Get("X-Request-Id"), header.Get("X-Openstack-Request-Id"), parsed.RequestID)
	e.RequestID = secrets.ID(id)
	e.Code = secrets.Printable(parsed.Code)
	e.Message = secrets.Printable(parsed.Message)
}
