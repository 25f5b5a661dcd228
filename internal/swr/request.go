package swr

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

const (
	// maxBody is how much of a response is read, in bytes, after decompression. The
	// shares of a repository with 500 accounts and long descriptions are smaller.
	maxBody = 4 << 20
	// gracePeriod is how long a write, and the lookup of its result, may go on after
	// its context has ended, so that the outcome is known.
	gracePeriod = 5 * time.Second
)

// request is one call of the API, which can be sent any number of times.
type request struct {
	call call
	// url returns the URL with one spelling of the segment that has two.
	url  func(segment string) *url.URL
	body []byte
	// decode decodes the body of a success.
	decode func(response) error
}

// response is an HTTP response whose body was read.
type response struct {
	status     int
	header     http.Header
	body       []byte
	receivedAt time.Time // by the client's clock
}

// excerpt returns how the body begins. An error shows far less of it.
func (r *response) excerpt() string { return string(r.body[:min(len(r.body), httpsafe.MaxErrorBody)]) }

// callResult is what is known of a request after all its attempts.
type callResult struct {
	startedAt time.Time
	effect    effect
	version   version // of listings that show the effect of a write
	batched   bool    // other writes to the repository overlapped
}

// do sends a request, with retries. The error, if any, is an *[Error].
//
// Throttled attempts are not counted, only timed, so ctx must have a deadline.
func (c *Client) do(ctx context.Context, req request) (callResult, error) {
	res := callResult{startedAt: c.clock.Now()}
	segment := c.routes.segment(req.call)
	triedOther := false
	var last *Error
	for failures, attempts := 0, 0; ; {
		generation, err := c.throttle.Wait(ctx)
		if err != nil {
			return res, c.contextError(ctx, last, req, res, attempts)
		}
		attempts++
		apiErr, effect := c.attempt(context.WithValue(ctx, attemptKey{}, attempts), req, req.url(segment))
		if ctx.Err() != nil && apiErr != nil && apiErr.Kind == KindNetwork && !req.call.isWrite() {
			return res, c.contextError(ctx, last, req, res, attempts) // interrupted, so not a response
		}
		res.effect = max(res.effect, effect)
		if apiErr == nil {
			c.throttle.Succeeded(generation)
			if triedOther {
				c.routes.remember(req.call, segment)
			}
			return res, nil
		}
		apiErr.Attempts, apiErr.Elapsed = attempts, c.clock.Now().Sub(res.startedAt)

		if apiErr.Kind == KindThrottled {
			c.throttle.Throttled(generation, apiErr.RetryAfter)
			last = apiErr
			continue
		}
		c.throttle.Succeeded(generation)
		if apiErr.Kind == KindNoRoute && !triedOther && req.call.hasSegment() {
			// Not kept in last: it says nothing before both spellings were tried.
			triedOther, segment = true, otherSegment(segment)
			continue
		}
		if triedOther && strings.HasPrefix(apiErr.Code, httpsafe.CodePrefix) && apiErr.Kind != KindNoRoute {
			c.routes.remember(req.call, segment)
		}
		if failures++; !apiErr.retryable || failures > c.maxRetries {
			if apiErr.isDefinitive() {
				res.effect = min(res.effect, effectAmbiguous)
			}
			return res, apiErr
		}
		last = apiErr
		if err := c.pause(ctx, max(apiErr.RetryAfter, c.backoff(failures))); err != nil {
			return res, c.contextError(ctx, last, req, res, attempts)
		}
	}
}

// contextError describes a request that ended with its context: the last error,
// and that there was no time for another attempt.
func (c *Client) contextError(ctx context.Context, last *Error, req request, res callResult, attempts int) *Error {
	apiErr := Error{Kind: KindNetwork, Method: req.call.method(), URL: httpsafe.DisplayURL(req.url(c.routes.segment(req.call)))}
	if last != nil {
		apiErr = *last
	}
	cause := errNoTimeLeft
	if err := ctx.Err(); err != nil {
		if errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
			err = context.DeadlineExceeded // of the caller that waits for this request
		}
		cause = stopped(err)
	}
	if apiErr.Err != nil {
		cause = fmt.Errorf("%w; %w", apiErr.Err, cause)
	}
	apiErr.Err = cause
	apiErr.Attempts, apiErr.Elapsed = attempts, c.clock.Now().Sub(res.startedAt)
	return &apiErr
}

// waitError is the error of a caller whose context ended while it waited for the
// request of another one.
func waitError(ctx context.Context) error {
	return &Error{Kind: KindNetwork, Err: stopped(ctx.Err())}
}

// stopped describes why a context ended.
func stopped(cause error) error {
	if errors.Is(cause, context.Canceled) {
		return fmt.Errorf("interrupted: %w", cause)
	}
	return fmt.Errorf("the operation's timeout ended: %w", cause)
}

// attemptKey is the context key for the number of the attempt.
type attemptKey struct{}

// Attempt returns the number of the attempt that a request belongs to, from 1,
// for a transport that logs. It is 0 for a context of another origin.
func Attempt(ctx context.Context) int {
	n, _ := ctx.Value(attemptKey{}).(int)
	return n
}

// attempt sends the request once. The error is nil if it succeeded.
func (c *Client) attempt(operation context.Context, req request, target *url.URL) (*Error, effect) {
	ctx, cancel := c.attemptContext(operation, req.call.isWrite())
	defer cancel()
	var secrets httpsafe.Redactor
	var conn connTrace
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteHeaderField: secrets.AddHeader, GetConn: conn.getConn, GotConn: conn.gotConn,
	})
	resp, err := c.roundTrip(ctx, req, target)
	if errors.Is(err, context.DeadlineExceeded) && operation.Err() == nil {
		err = fmt.Errorf("no complete response within %s: %w", roundDuration(c.requestTimeout), err)
	}
	apiErr := checkResponse(req, resp, err, &secrets)
	if resp != nil && isFromSWR(resp, apiErr) {
		c.readServerClock(resp)
	}
	if apiErr != nil {
		apiErr.Method, apiErr.URL = req.call.method(), httpsafe.DisplayURL(target)
	}
	return apiErr, effectOf(req.call, conn.sent(), apiErr)
}

// attemptContext limits the time of one attempt. A write gets gracePeriod to
// finish after ctx has ended: if its response is not awaited, nobody knows
// whether it took effect.
func (c *Client) attemptContext(ctx context.Context, isWrite bool) (context.Context, context.CancelFunc) {
	release := func() {}
	if isWrite {
		ctx, release = withGrace(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, c.requestTimeout)
	return ctx, func() { cancel(); release() }
}

// withGrace returns a context that ends gracePeriod after ctx does.
func withGrace(ctx context.Context) (context.Context, context.CancelFunc) {
	longer := context.WithoutCancel(ctx)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return context.WithTimeout(longer, gracePeriod)
	}
	longer, cancel := context.WithCancel(longer)
	release := cancel
	if end, ok := ctx.Deadline(); ok {
		longer, release = context.WithDeadline(longer, end.Add(gracePeriod))
	}
	stop := context.AfterFunc(ctx, func() {
		if errors.Is(ctx.Err(), context.Canceled) {
			grace := time.AfterFunc(gracePeriod, cancel)
			context.AfterFunc(longer, func() { grace.Stop() })
		}
	})
	return longer, func() { stop(); release(); cancel() }
}

// roundTrip sends the request and reads the response. If reading fails, it
// returns what came and the error; the response is nil if none came.
func (c *Client) roundTrip(ctx context.Context, req request, target *url.URL) (*response, error) {
	httpReq, err := http.NewRequestWithContext(ctx, req.call.method(), target.String(), bytes.NewReader(req.body))
	if err != nil {
		return nil, err
	}
	// The API documents it as mandatory, on a GET too.
	httpReq.Header.Set("Content-Type", "application/json")
	httpReq.Header.Set("Accept", "application/json")
	httpResp, err := c.transport.RoundTrip(httpReq)
	if err != nil {
		return nil, err
	}
	httpsafe.BoundBody(ctx, httpResp)
	defer func() { _ = httpResp.Body.Close() }()

	resp := &response{status: httpResp.StatusCode, header: httpResp.Header, receivedAt: c.clock.Now()}
	// Its buffer doubles: that of io.ReadAll grows in smaller steps, and leaves five
	// times the size of a large body behind.
	var body bytes.Buffer
	limit := int64(maxBody)
	if resp.status >= http.StatusBadRequest {
		limit = httpsafe.MaxErrorBody // a larger one is not parsed
	}
	_, err = body.ReadFrom(io.LimitReader(httpResp.Body, limit+1))
	resp.body = body.Bytes()
	if len(resp.body) > maxBody {
		resp.body, err = resp.body[:maxBody], errTooLarge
	}
	return resp, err
}

var errTooLarge = fmt.Errorf("the response is larger than %d MiB", maxBody>>20)

// checkResponse returns what went wrong with an attempt, nil if it succeeded. err
// is from the transport or from reading the body.
func checkResponse(req request, resp *response, err error, secrets *httpsafe.Redactor) *Error {
	tooLarge := errors.Is(err, errTooLarge)
	var apiErr *Error
	switch {
	case resp == nil:
		return errorFromTransport(err, secrets)
	case err != nil && !tooLarge && !statusIsConclusive(resp.status):
		apiErr = errorFromTransport(fmt.Errorf("the response was cut off: %w", err), secrets)
	case !req.call.isSuccess(resp.status):
		apiErr = errorFromResponse(req.call, resp, secrets)
	case tooLarge:
		apiErr = &Error{Kind: KindInvalidResponse, Err: err}
	default:
		decodeErr := req.decode(*resp)
		if decodeErr == nil {
			return nil
		}
		apiErr = &Error{
			Kind: KindInvalidResponse, Err: errors.New(secrets.Printable(decodeErr.Error())),
			Excerpt: secrets.Printable(resp.excerpt()),
			// A proxy's page or a truncated response may be JSON the next time.
			retryable: !json.Valid(resp.body),
		}
		if req.call.isWrite() {
			apiErr.Kind = KindUnexpectedSuccess
		}
	}
	apiErr.Status = resp.status
	if apiErr.RequestID == "" {
		apiErr.RequestID = secrets.ID(resp.header.Get("X-Request-Id"))
	}
	return apiErr
}

// signInError is the error of a transport that could not get a credential, so
// that the request was never sent.
type signInError interface {
	error
	Temporary() bool
	RetryAfter() time.Duration
}

// errorFromTransport describes an attempt without a complete response. The text
// of err may quote the server too, if what it sent is not HTTP.
func errorFromTransport(err error, secrets *httpsafe.Redactor) *Error {
	if signIn, ok := errors.AsType[signInError](err); ok {
		return &Error{
			Kind: KindSignIn, Err: err, retryable: signIn.Temporary(),
			RetryAfter: min(signIn.RetryAfter(), httpsafe.MaxRetryAfter),
		}
	}
	return &Error{
		Kind: KindNetwork, Err: printableError{secrets.Printable(err.Error()), err},
		retryable: !httpsafe.IsPermanent(err),
	}
}

// printableError is an error whose text was made printable.
type printableError struct {
	text string
	err  error
}

func (e printableError) Error() string { return e.text }
func (e printableError) Unwrap() error { return e.err }

// errorFromResponse describes a response that is not a success.
func errorFromResponse(c call, resp *response, secrets *httpsafe.Redactor) *Error {
	parsed, ok := httpsafe.ParseErrorBody(resp.status, resp.body)
	apiErr := &Error{
		Kind:       classify(c, resp.status, parsed.Code),
		Code:       secrets.Printable(parsed.Code),
		Message:    secrets.Printable(parsed.Message),
		RequestID:  secrets.ID(parsed.RequestID),
		RetryAfter: httpsafe.RetryAfter(resp.header, resp.receivedAt),
	}
	if !ok {
		apiErr.Excerpt = secrets.Printable(resp.excerpt())
	}
	switch apiErr.Kind {
	case KindUnavailable:
		apiErr.retryable = true
	case KindUnexpectedSuccess, KindInvalidResponse:
		apiErr.retryable = httpsafe.IsPage(resp.body)
	case KindRedirect:
		apiErr.Location = secrets.Printable(httpsafe.DisplayLocation(resp.header.Get("Location")))
	}
	return apiErr
}

// isFromSWR reports whether a response comes from SWR beyond doubt, and not from a
// gateway or a proxy. err is what is wrong with it, nil if it is a success.
func isFromSWR(resp *response, err *Error) bool {
	return err == nil || resp.status < http.StatusInternalServerError && resp.status != http.StatusTooManyRequests &&
		strings.HasPrefix(err.Code, httpsafe.CodePrefix)
}

// statusIsConclusive reports whether a response is conclusive without its body.
func statusIsConclusive(status int) bool {
	switch classify(callList, status, "") {
	case KindThrottled, KindUnavailable, KindUnauthorized, KindRedirect:
		return true
	}
	return false
}
