package swr

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

const (
	// maxBody bounds what is read of one answer. A full page of a thousand
	// repositories with long descriptions stays far below.
	maxBody = 8 << 20
	// writeGrace is how long a write that is under way when its context ends
	// may go on, so that its outcome is known.
	gracePeriod = 5 * time.Second
)

// answer is what came back.
type response struct {
	status     int
	header     http.Header
	body       []byte
	redact     *httpsafe.Redactor
	date       time.Time // the server's clock, zero where it did not say
	receivedAt time.Time // the client's clock at the same moment
}

// attemptKey is the context's key for the number of the try.
type attemptNumberKey struct{}

// Attempt gives the number of the try that a request belongs to, 1 for the
// first: for a transport that logs.
func Attempt(ctx context.Context) int {
	n, _ := ctx.Value(attemptNumberKey{}).(int)
	return n
}

// attempt sends the request once, and lets it be understood where it succeeded.
func (c *Client) attempt(operation context.Context, req request, target *url.URL) *Error {
	ctx, cancel := c.attemptContext(operation, req.call.isWrite())
	defer cancel()
	// broken tells a request that took too long from an operation that ended.
	broken := func(err error) error {
		if errors.Is(err, context.DeadlineExceeded) && operation.Err() == nil {
			return fmt.Errorf("no whole answer within %s: %w", roundDuration(c.requestTimeout), err)
		}
		return err
	}

	apiErr := &Error{Method: req.method, URL: httpsafe.DisplayURL(target)}
	var secrets httpsafe.Redactor
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaderField: secrets.AddHeader})
	sent, err := http.NewRequestWithContext(ctx, req.method, target.String(), http.NoBody)
	if err != nil {
		apiErr.Kind, apiErr.Err = KindOther, err
		return apiErr
	}
	if len(req.body) > 0 {
		sent.ContentLength = int64(len(req.body))
		sent.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(req.body)), nil }
		sent.Body, _ = sent.GetBody()
	}
	// The list document makes it mandatory, on a GET too.
	sent.Header.Set("Content-Type", "application/json")
	sent.Header.Set("Accept", "application/json")

	resp, err := c.transport.RoundTrip(sent)
	if err != nil {
		return errorFromTransport(apiErr, broken(err), req.call, secrets.Printable)
	}
	defer func() { _ = resp.Body.Close() }()

	got := response{
		status:     resp.StatusCode,
		header:     resp.Header,
		redact:     &secrets,
		receivedAt: c.clock.Now(),
	}
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		got.date = date
		c.serverClock.Store(&clockReading{server: date, client: got.receivedAt})
	}
	got.body, err = readBody(resp.Body)

	apiErr.Status = got.status
	apiErr.RequestID = got.redact.ID(resp.Header.Get("X-Request-Id"))
	tooLarge := errors.Is(err, errTooLarge)
	switch {
	case err != nil && !tooLarge && !statusIsConclusive(got.status):
		apiErr = errorFromTransport(apiErr, fmt.Errorf("the answer was cut off: %w", broken(err)), req.call, secrets.Printable)
		apiErr.unknown = apiErr.unknown && mayHaveDone(got.status)
		return apiErr
	case !req.call.isSuccess(got.status):
		return errorFromResponse(apiErr, req.call, got)
	case tooLarge:
		apiErr.Kind, apiErr.Err, apiErr.unknown = KindInvalidResponse, err, req.call.isWrite()
		return apiErr
	}
	if decodeErr := req.decode(got); decodeErr != nil {
		apiErr.Kind, apiErr.retryable = decodeErr.kind, decodeErr.retryable
		apiErr.Err = errors.New(got.redact.Printable(decodeErr.err.Error()))
		apiErr.unknown = req.call.isWrite()
		apiErr.Excerpt = got.redact.Printable(string(got.body))
		return apiErr
	}
	return nil
}

// attemptContext bounds one try. A write under way is not cut short when its
// context ends: it gets a moment to finish, since a write whose answer is not
// awaited may or may not have taken effect.
func (c *Client) attemptContext(ctx context.Context, writes bool) (context.Context, context.CancelFunc) {
	if !writes {
		return context.WithTimeout(ctx, c.requestTimeout)
	}
	detached, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.requestTimeout)
	stop := context.AfterFunc(ctx, func() {
		grace := time.AfterFunc(gracePeriod, cancel)
		context.AfterFunc(detached, func() { grace.Stop() })
	})
	return detached, func() { stop(); cancel() }
}

var errTooLarge = fmt.Errorf("the answer is larger than %d MiB", maxBody>>20)

func readBody(from io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(from, maxBody+1))
	if len(body) > maxBody {
		return body[:maxBody], errTooLarge
	}
	return body, err
}

// answerFault describes an answer that is no success.
func errorFromResponse(apiErr *Error, c call, got response) *Error {
	found, known := httpsafe.ParseErrorBody(got.status, got.body)
	apiErr.Kind = classify(c, got.status, found.Code)
	apiErr.Code, apiErr.Message = got.redact.Printable(found.Code), got.redact.Printable(found.Message)
	if found.RequestID != "" {
		apiErr.RequestID = got.redact.ID(found.RequestID)
	}
	if !known && len(got.body) > 0 {
		apiErr.Excerpt = got.redact.Printable(string(got.body))
	}
	if apiErr.Kind == KindRedirect {
		apiErr.Location = got.redact.Printable(httpsafe.DisplayLocation(got.header.Get("Location")))
	}
	apiErr.RetryAfter = httpsafe.RetryAfter(got.header, got.receivedAt)
	apiErr.retryable = apiErr.Kind == KindUnavailable ||
		(apiErr.Kind == KindUnexpectedSuccess || apiErr.Kind == KindInvalidResponse) && httpsafe.IsPage(got.body)
	apiErr.unknown = c.isWrite() && mayHaveDone(got.status)
	return apiErr
}

// mayHaveDone tells whether a write with that answer may have taken effect.
func mayHaveDone(status int) bool { return status < 300 || status >= 500 }

// toldByStatus tells whether an answer is understood without its body.
func statusIsConclusive(status int) bool {
	switch classify(callList, status, "") {
	case KindThrottled, KindUnavailable, KindUnauthorized, KindRedirect:
		return true
	}
	return false
}
