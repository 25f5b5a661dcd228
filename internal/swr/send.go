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
	understand func(answer) *objection
}

// objection is why the body of a success is not believed.
type objection struct {
	kind    Kind
	err     error
	passing bool
}

// trail is what is known after all tries of a request.
type trail struct {
	began time.Time
	// unknown: a try may have taken effect though its answer was lost.
	unknown bool
	// pending: a try may take effect even later.
	pending bool
}

// send makes a call with all its tries. The error, if any, is an *Error.
//
// Throttled tries are not counted, only timed, so the context must have an end.
func (c *Client) send(ctx context.Context, req request) (trail, error) {
	past := trail{began: c.clock.Now()}
	segment := c.routes.segment(req.call)
	triedOther := false
	var last *Error
	for failures, tries := 0, 0; ; {
		round, err := c.gate.pass(ctx)
		if err != nil {
			return past, c.giveUp(ctx, last, req, past, tries)
		}
		tries++
		fault := c.attempt(context.WithValue(ctx, attemptKey{}, tries), req, req.url(segment))
		if fault == nil {
			c.gate.ease(round)
			if triedOther {
				c.routes.keep(req.call, segment)
			}
			return past, nil
		}
		if ctx.Err() != nil && fault.Kind == KindNetwork && !req.call.writes() {
			return past, c.giveUp(ctx, last, req, past, tries) // cut short, which is no answer
		}
		past.unknown = past.unknown || fault.unknown
		past.pending = past.pending || fault.pending()
		fault.Tries, fault.Elapsed = tries, c.clock.Now().Sub(past.began)

		if fault.Kind == KindThrottled {
			c.gate.hold(round, fault.RetryAfter)
			last = fault
			continue
		}
		c.gate.ease(round)
		if fault.Kind == KindNoRoute && !triedOther && req.call != callSharedRepositories {
			// Not kept as the last answer: of two spellings, one says nothing.
			triedOther, segment = true, otherSegment(segment)
			continue
		}
		if triedOther && strings.HasPrefix(fault.Code, codePrefix) && fault.Kind != KindNoRoute {
			c.routes.keep(req.call, segment)
		}
		if failures++; !fault.passing || failures > c.maxRetries {
			return past, fault
		}
		last = fault
		if err := c.pause(ctx, max(fault.RetryAfter, c.backoff(failures))); err != nil {
			return past, c.giveUp(ctx, last, req, past, tries)
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
func (c *Client) giveUp(ctx context.Context, last *Error, req request, past trail, tries int) *Error {
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
	ended.Tries, ended.Elapsed = tries, c.clock.Now().Sub(past.began)
	return &ended
}
