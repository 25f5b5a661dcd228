package swr

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

const (
	// settleTime bounds the look at what became of a write whose operation
	// has ended: state and service should agree, but nobody waits for long.
	verifyGrace = 5 * time.Second
	// settleLooks is how often a share is looked for where it may or may not
	// appear; changeLooks how often a change may take to show.
	verifyAttempts = 3
	updateAttempts = 6
)

// Presence is what is known, after a failed or successful Create, of the share.
type CreateOutcome int

const (
	// Absent: it is not there, or not ours.
	NotCreated CreateOutcome = iota
	// Doubtful: the call may have made it, and nobody could tell.
	Unknown
	// Accepted: the service said that it made it, but it was not read back.
	CreatedUnverified
	// Seen: it was read back.
	Created
)

// Created is what came of a Create.
type CreateResult struct {
	Outcome CreateOutcome
	Share   Share // as read back, where it was seen
	// Doubt tells later, where the share is Doubtful, whether it was this call's.
	Pending PendingCreate
}

// Create shares a repository, and waits until the share can be seen.
//
// A POST that took effect though its answer was lost is recognised: a share is
// taken for ours if the outcome of a POST of this call is unknown, the share
// grants what was asked for, and by the server's clock it was not there before
// this call. A share that was there already is a KindConflict.
func (c *Client) Create(ctx context.Context, key Key, terms ShareSpec) (CreateResult, error) {
	if err := key.Addressable(); err != nil {
		return CreateResult{}, &Error{Kind: KindInvalid, Err: err}
	}
	res, err := c.write(ctx, callCreate, key, createBody{AccessDomain: key.AccessDomain, updateBody: terms.body()})
	since := c.listCache.recordWrite(key.Repo())
	switch {
	case err == nil:
		return c.confirmCreated(ctx, key, terms, since)
	case res.effect >= effectAmbiguous:
		return c.settleCreated(ctx, key, terms, since, res, err)
	default:
		return CreateResult{}, err
	}
}

// confirmCreated waits for a share that the service said it made.
func (c *Client) confirmCreated(ctx context.Context, key Key, terms ShareSpec, since version) (CreateResult, error) {
	share, err := c.poll(ctx, since, -1, c.seek(ctx, key), isThere)
	if _, gone := errors.AsType[*Gone](err); gone {
		return CreateResult{Outcome: CreatedUnverified}, &Error{Kind: KindInvalidResponse, Err: errors.New(
			"the service accepted the share, but did not show it until the operation's time was over")}
	}
	if err != nil {
		return CreateResult{Outcome: CreatedUnverified}, err
	}
	if !terms.Matches(share) {
		return CreateResult{Outcome: Created, Share: share}, notApplied(share)
	}
	return CreateResult{Outcome: Created, Share: share}, nil
}

// settleCreated finds out what became of a POST whose outcome is unknown.
func (c *Client) settleCreated(ctx context.Context, key Key, terms ShareSpec, since version, res callResult, cause error) (CreateResult, error) {
	looks := verifyAttempts
	apiErr, _ := errors.AsType[*Error](cause)
	if apiErr.isUndocumentedSuccess() || apiErr.Kind == KindConflict {
		looks = -1 // by the service's word it is there, or on its way
	}
	share, err := c.poll(ctx, since, looks, c.seek(ctx, key), isThere)
	_, gone := errors.AsType[*Gone](err)
	doubt := c.pendingSince(res.startedAt)
	switch {
	case gone && (res.effect == effectMayApplyLater || apiErr.Kind == KindConflict):
		return CreateResult{Outcome: Unknown, Pending: doubt}, fmt.Errorf("%w; the share does not show, but may appear yet", cause)
	case gone:
		return CreateResult{Outcome: NotCreated}, cause
	case err != nil:
		return CreateResult{Outcome: Unknown, Pending: doubt}, fmt.Errorf("%w; what became of it could not be found out: %w", cause, err)
	case doubt.Ownership(terms, share) == Own:
		return CreateResult{Outcome: Created, Share: share}, nil
	}
	return CreateResult{Outcome: NotCreated}, &Error{Kind: KindConflict, Err: fmt.Errorf(
		"the share exists; this run may have made it, since the answer to a request of its own was lost, "+
			"but that is not certain enough to take it over: %w", cause)}
}

// Change changes what a share grants, in place. The share is what the service
// holds afterwards, nil where that is not known; it may be there with an error.
func (c *Client) Update(ctx context.Context, key Key, terms ShareSpec) (*Share, error) {
	if err := key.Addressable(); err != nil {
		return nil, &Error{Kind: KindInvalid, Err: err}
	}
	res, err := c.write(ctx, callUpdate, key, terms.body())
	since := c.listCache.recordWrite(key.Repo())
	if errors.Is(err, KindShareMissing) {
		// The service may know the account in another case.
		share, lookErr := c.lookup(ctx, key, since, byListing)
		if lookErr != nil {
			return nil, lookErr
		}
		if share.AccessDomain == key.AccessDomain {
			return nil, err
		}
		res, err = c.write(ctx, callUpdate, share.Key(), terms.body())
		since = c.listCache.recordWrite(key.Repo())
	}
	if err != nil && res.effect < effectAmbiguous {
		return nil, err
	}

	share, lookErr := c.poll(ctx, since, updateAttempts, c.seek(ctx, key), func(share Share, err error) bool {
		return err != nil || terms.Matches(share)
	})
	switch {
	case lookErr != nil:
		return nil, alongside(err, fmt.Errorf("the change could not be verified: %w", lookErr))
	case terms.Matches(share):
		return &share, nil
	case err == nil:
		err = notApplied(share)
	}
	return &share, err
}

// Revoke ends a share, and waits until the service no longer shows it in any
// spelling. It returns nil, or a *[Gone] where the share was not there; lastSeen
// is as in [Client.Find]. Any other error means that access may still be granted.
func (c *Client) Delete(ctx context.Context, key Key, lastSeen string) error {
	if err := key.Addressable(); err != nil {
		return &Error{Kind: KindInvalid, Err: err}
	}
	if c.checkEndpoint(key, lastSeen) != nil {
		// A server may answer 204 for a share that it never had.
		if _, err := c.Get(ctx, key, lastSeen); err != nil {
			return err
		}
	}
	spelling := key
	ended := false // by this call, for all that is known
	for {
		res, err := c.write(ctx, callDelete, spelling, nil)
		since := c.listCache.recordWrite(key.Repo())
		missing := errors.Is(err, KindShareMissing)
		ended = ended || err == nil || res.effect >= effectAmbiguous
		// That its repository is missing is for the listing to confirm, too.
		if err != nil && !missing && res.effect < effectAmbiguous && !errors.Is(err, KindRepositoryMissing) {
			return err
		}
		// Unless it failed, or another spelling is left, it is waited for.
		apiErr, _ := errors.AsType[*Error](err)
		failed := err != nil && !missing && !apiErr.isUndocumentedSuccess()
		enough := byListing
		if err != nil && !missing {
			enough = byListingAndGet // the service has not said that it is gone
		}
		share, lookErr := c.poll(ctx, since, -1, c.find(ctx, key, enough), func(share Share, err error) bool {
			return err != nil || failed || share.AccessDomain != spelling.AccessDomain
		})
		gone, isGone := errors.AsType[*Gone](lookErr)
		switch {
		case isGone && ended && !gone.Repository:
			return nil
		case isGone:
			return gone
		case lookErr != nil:
			return alongside(err, fmt.Errorf("that access has ended could not be verified: %w", lookErr))
		case failed:
			return err
		case share.AccessDomain == spelling.AccessDomain:
			return alongside(err, &Error{Kind: KindInvalidResponse, Err: errors.New(
				"the service still shows the share, so access may not have ended")})
		}
		spelling.AccessDomain = share.AccessDomain
	}
}

// write makes one call that changes the service.
func (c *Client) write(ctx context.Context, call call, key Key, body any) (callResult, error) {
	req := request{call: call, decode: checkEmptyBody}
	account := key.AccessDomain
	switch call {
	case callCreate:
		req.method, account = http.MethodPost, ""
	case callUpdate:
		req.method = http.MethodPatch
	case callDelete:
		req.method = http.MethodDelete
	}
	req.url = func(segment string) *url.URL {
		return accessDomainsURL(c.endpoint, segment, key.Repo(), account)
	}
	if body != nil {
		req.body = encodeBody(body)
	}
	res, err := c.do(ctx, req)
	return res, err
}

// looker is a way to look at a share, in listings that began after a moment.
type lookupFunc func(since version) (Share, error)

// watch looks at a share until it is settled what became of a write: so many
// times, or, with -1, until the context ends.
func (c *Client) poll(ctx context.Context, since version, looks int, look lookupFunc, settled func(Share, error) bool) (Share, error) {
	for n := 1; ; n++ {
		share, err := look(since)
		if settled(share, err) || n == looks || c.pause(ctx, c.backoff(n)) != nil {
			return share, err
		}
		since = c.listCache.nextVersion()
	}
}

// isThere tells whether a look found the share, or failed.
func isThere(_ Share, err error) bool {
	_, gone := errors.AsType[*Gone](err)
	return !gone
}

// seek looks for a share after a write. It is asked for by name; only if that
// finds nothing, the listing is read, where it may stand in another case.
func (c *Client) seek(ctx context.Context, key Key) lookupFunc {
	listed := c.find(ctx, key, byListing)
	return func(since version) (Share, error) {
		if c.routes.noGet.Load() {
			return listed(since)
		}
		ctx, cancel := withGrace(ctx)
		defer cancel()
		share, err := c.getByName(ctx, key)
		switch {
		case errors.Is(err, KindNoRoute):
			c.routes.noGet.Store(true)
			return listed(since)
		case errors.Is(err, KindShareMissing), errors.Is(err, KindRepositoryMissing):
			return listed(since)
		}
		return share, err
	}
}

// find looks for a share in the listing.
func (c *Client) find(ctx context.Context, key Key, enough absencePolicy) lookupFunc {
	return func(since version) (Share, error) {
		ctx, cancel := withGrace(ctx)
		defer cancel()
		return c.lookup(ctx, key, since, enough)
	}
}

// settled gives a context for finding out what became of a write: it lives as
// long as the operation's own and a moment more, so that a look is not cut short
// when the operation ends amid it.
func withGrace(ctx context.Context) (context.Context, context.CancelFunc) {
	longer := context.WithoutCancel(ctx)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return context.WithTimeout(longer, verifyGrace)
	}
	longer, cancel := context.WithCancel(longer)
	free := cancel
	if end, ok := ctx.Deadline(); ok {
		longer, free = context.WithDeadline(longer, end.Add(verifyGrace))
	}
	stop := context.AfterFunc(ctx, func() {
		if errors.Is(ctx.Err(), context.Canceled) {
			grace := time.AfterFunc(verifyGrace, cancel)
			context.AfterFunc(longer, func() { grace.Stop() })
		}
	})
	return longer, func() { stop(); free(); cancel() }
}

// alongside tells of a second failure after a first, if there was one.
func alongside(first, second error) error {
	if first == nil {
		return second
	}
	return fmt.Errorf("%w; %w", first, second)
}

// notKept says that a write went through, but the service holds something else.
func notApplied(share Share) error {
	return &Error{Kind: KindInvalidResponse, Err: fmt.Errorf(
		"the service accepted the request, but now holds permit %q, deadline %q and description %q",
		httpsafe.Printable(share.Permit), httpsafe.Printable(share.Deadline), httpsafe.Printable(share.Description))}
}
