package swr

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

// request is one call of the API, ready to be sent any number of times.
type request struct {
	call   call
	method string
	// url gives the address in one spelling of the segment that has two.
	url  func(segment string) *url.URL
	body []byte
	// understand reads the body of a success, or says why it makes no sense.
	decode func(response) *decodeError
}

// decodeErr is why the body of a success is not believed.
type decodeError struct {
	kind      Kind
	err       error
	retryable bool
}

// trail is what is known after all tries of a request.
type callResult struct {
	startedAt time.Time
	// unknown: a try may have taken effect though its answer was lost.
	unknown bool
	// pending: a try may take effect even later.
	pending bool
}

// send makes a call with all its tries. The error, if any, is an *Error.
//
// Throttled tries are not counted, only timed, so the context must have an end.
func (c *Client) do(ctx context.Context, req request) (callResult, error) {
	res := callResult{startedAt: c.clock.Now()}
	segment := c.routes.segment(req.call)
	triedOther := false
	var last *Error
	for failures, tries := 0, 0; ; {
		generation, err := c.throttle.Wait(ctx)
		if err != nil {
			return res, c.contextError(ctx, last, req, res, tries)
		}
		tries++
		apiErr := c.attempt(context.WithValue(ctx, attemptNumberKey{}, tries), req, req.url(segment))
		if apiErr == nil {
			c.throttle.Succeeded(generation)
			if triedOther {
				c.routes.remember(req.call, segment)
			}
			return res, nil
		}
		if ctx.Err() != nil && apiErr.Kind == KindNetwork && !req.call.isWrite() {
			return res, c.contextError(ctx, last, req, res, tries) // cut short, which is no answer
		}
		res.unknown = res.unknown || apiErr.unknown
		res.pending = res.pending || apiErr.pending()
		apiErr.Tries, apiErr.Elapsed = tries, c.clock.Now().Sub(res.startedAt)

		if apiErr.Kind == KindThrottled {
			c.throttle.Throttled(generation, apiErr.RetryAfter)
			last = apiErr
			continue
		}
		c.throttle.Succeeded(generation)
		if apiErr.Kind == KindNoRoute && !triedOther && req.call != callSharedRepositories {
			// Not kept as the last answer: of two spellings, one says nothing.
			triedOther, segment = true, otherSegment(segment)
			continue
		}
		if triedOther && strings.HasPrefix(apiErr.Code, codePrefix) && apiErr.Kind != KindNoRoute {
			c.routes.remember(req.call, segment)
		}
		if failures++; !apiErr.retryable || failures > c.maxRetries {
			return res, apiErr
		}
		last = apiErr
		if err := c.pause(ctx, max(apiErr.RetryAfter, c.backoff(failures))); err != nil {
			return res, c.contextError(ctx, last, req, res, tries)
		}
	}
}

// errNoTimeLeft ends a wait that would outlast its context.
var errNoTimeLeft = fmt.Errorf("no time is left for another try: %w", context.DeadlineExceeded)

// pause waits, but not where the wait would end after the context does.
func (c *Client) pause(ctx context.Context, d time.Duration) error {
	if end, ok := ctx.Deadline(); ok && time.Until(end) < d {
		return errNoTimeLeft
	}
	return c.clock.Sleep(ctx, d)
}

// giveUp describes a call that its context ended: the last answer, and that
// there was no time for another.
func (c *Client) contextError(ctx context.Context, last *Error, req request, res callResult, tries int) *Error {
	ended := Error{Kind: KindNetwork, Method: req.method, URL: httpsafe.DisplayURL(req.url(c.routes.segment(req.call)))}
	if last != nil {
		ended = *last
	}
	cause := errNoTimeLeft
	if err := ctx.Err(); err != nil {
		if errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
			err = context.DeadlineExceeded // of whoever waited for this
		}
		cause = stopped(err)
	}
	if ended.Err != nil {
		cause = fmt.Errorf("%w; %w", ended.Err, cause)
	}
	ended.Err = cause
	ended.Tries, ended.Elapsed = tries, c.clock.Now().Sub(res.startedAt)
	return &ended
}
