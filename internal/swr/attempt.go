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
	writeGrace = 5 * time.Second
)

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
	redact *httpsafe.Redactor
	date   time.Time // the server's clock, zero where it did not say
	got    time.Time // the client's clock at the same moment
}

// attemptKey is the context's key for the number of the try.
type attemptKey struct{}

// Attempt gives the number of the try that a request belongs to, 1 for the
// first: for a transport that logs.
func Attempt(ctx context.Context) int {
	n, _ := ctx.Value(attemptKey{}).(int)
	return n
}

// attempt sends the request once, and lets it be understood where it succeeded.
func (c *Client) attempt(operation context.Context, req request, target *url.URL) *Error {
	ctx, cancel := c.attemptContext(operation, req.call.writes())
	defer cancel()
	// broken tells a request that took too long from an operation that ended.
	broken := func(err error) error {
		if errors.Is(err, context.DeadlineExceeded) && operation.Err() == nil {
			return fmt.Errorf("no whole answer within %s: %w", roundDuration(c.requestTimeout), err)
		}
		return err
	}

	fault := &Error{Method: req.method, URL: httpsafe.DisplayURL(target)}
	var secrets httpsafe.Redactor
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaderField: secrets.AddHeader})
	sent, err := http.NewRequestWithContext(ctx, req.method, target.String(), http.NoBody)
	if err != nil {
		fault.Kind, fault.Err = KindOther, err
		return fault
	}
	if len(req.body) > 0 {
		sent.ContentLength = int64(len(req.body))
		sent.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(req.body)), nil }
		sent.Body, _ = sent.GetBody()
	}
	// The list document makes it mandatory, on a GET too.
	sent.Header.Set("Content-Type", "application/json")
	sent.Header.Set("Accept", "application/json")

	response, err := c.transport.RoundTrip(sent)
	if err != nil {
		return networkFault(fault, broken(err), req.call, secrets.Printable)
	}
	defer func() { _ = response.Body.Close() }()

	got := answer{
		status: response.StatusCode,
		header: response.Header,
		redact: &secrets,
		got:    c.clock.Now(),
	}
	if date, err := http.ParseTime(response.Header.Get("Date")); err == nil {
		got.date = date
		c.serverClock.Store(&tick{server: date, client: got.got})
	}
	got.body, err = readBody(response.Body)

	fault.Status = got.status
	fault.RequestID = got.redact.ID(response.Header.Get("X-Request-Id"))
	tooLarge := errors.Is(err, errTooLarge)
	switch {
	case err != nil && !tooLarge && !toldByStatus(got.status):
		fault = networkFault(fault, fmt.Errorf("the answer was cut off: %w", broken(err)), req.call, secrets.Printable)
		fault.unknown = fault.unknown && mayHaveDone(got.status)
		return fault
	case !req.call.succeeds(got.status):
		return answerFault(fault, req.call, got)
	case tooLarge:
		fault.Kind, fault.Err, fault.unknown = KindInvalidResponse, err, req.call.writes()
		return fault
	}
	if objection := req.understand(got); objection != nil {
		fault.Kind, fault.passing = objection.kind, objection.passing
		fault.Err = errors.New(got.redact.Printable(objection.err.Error()))
		fault.unknown = req.call.writes()
		fault.Excerpt = got.redact.Printable(string(got.body))
		return fault
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
		grace := time.AfterFunc(writeGrace, cancel)
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
func answerFault(fault *Error, c call, got answer) *Error {
	found, known := httpsafe.ParseErrorBody(got.status, got.body)
	fault.Kind = classify(c, got.status, found.Code)
	fault.Code, fault.Message = got.redact.Printable(found.Code), got.redact.Printable(found.Message)
	if found.RequestID != "" {
		fault.RequestID = got.redact.ID(found.RequestID)
	}
	if !known && len(got.body) > 0 {
		fault.Excerpt = got.redact.Printable(string(got.body))
	}
	if fault.Kind == KindRedirect {
		fault.Location = got.redact.Printable(httpsafe.DisplayLocation(got.header.Get("Location")))
	}
	fault.RetryAfter = httpsafe.RetryAfter(got.header, got.got)
	fault.passing = fault.Kind == KindUnavailable ||
		(fault.Kind == KindUnexpectedSuccess || fault.Kind == KindInvalidResponse) && httpsafe.IsPage(got.body)
	fault.unknown = c.writes() && mayHaveDone(got.status)
	return fault
}

// mayHaveDone tells whether a write with that answer may have taken effect.
func mayHaveDone(status int) bool { return status < 300 || status >= 500 }

// toldByStatus tells whether an answer is understood without its body.
func toldByStatus(status int) bool {
	switch classify(callList, status, "") {
	case KindThrottled, KindUnavailable, KindUnauthorized, KindRedirect:
		return true
	}
	return false
}
