package swr

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

const (
	// verifyAttempts is how often a share is looked up that may or may not appear,
	// updateAttempts how often an update may take to show.
	verifyAttempts = 3
	updateAttempts = 6
	// untilEnd is to look up a share until the operation ends.
	untilEnd = 0
)

// CreateOutcome is what is known of the share after a Create.
type CreateOutcome int

const (
	// NotCreated: the share does not exist, or is not from this call.
	NotCreated CreateOutcome = iota
	// Unknown: the call may have created the share.
	Unknown
	// CreatedUnverified: the service reported success, but the share was not read
	// back.
	CreatedUnverified
	// Created: the share was read back.
	Created
)

// CreateResult is the result of a Create.
type CreateResult struct {
	Outcome CreateOutcome
	Share   Share // as read back, if Created
	// Pending decides later, if the outcome is Unknown or CreatedUnverified, whether
	// a share is from this call, and until when it may still appear.
	Pending PendingCreate
}

// Create shares a repository, and waits until the share shows.
//
// A POST that took effect although its response was lost is recognized: the share
// is from this call if a POST of this call may have had an effect, the share did
// not exist before, and grants what was asked for. For a share that existed
// already the error is a [KindConflict].
//
// If the share exists, Create waits a moment for a Delete of the same share by
// this client, and tries again after it.
func (c *Client) Create(ctx context.Context, key Key, spec ShareSpec) (CreateResult, error) {
	share := c.operations.of(key)
	if err := share.begin(ctx); err != nil {
		return CreateResult{}, err
	}
	result, res, err := c.create(ctx, key, spec, share)
	for errors.Is(err, KindConflict) && res.effect == effectRejected {
		deleted, waitErr := c.operations.awaitDelete(ctx, c.clock, share)
		if waitErr != nil {
			return CreateResult{}, joinLine(err, waitErr)
		}
		if !deleted {
			break
		}
		result, res, err = c.create(ctx, key, spec, share)
	}
	share.end()
	return result, err
}

// create makes one attempt of a Create. The caller has the turn for the share.
func (c *Client) create(
	ctx context.Context, key Key, spec ShareSpec, share *shareOperations,
) (CreateResult, callResult, error) {
	if share.lastOperation().result == deleteFailed {
		// Two resources would have the same share in the state.
		return CreateResult{}, callResult{}, &Error{Kind: KindDeleteFailed, Err: errors.New(
			"another resource of this run could not delete the share, so it was not created again")}
	}
	if err := key.Addressable(); err != nil {
		return CreateResult{}, callResult{}, &Error{Kind: KindInvalid, Err: err}
	}
	pending, err := c.pendingCreate(ctx, key, share)
	if err != nil {
		return CreateResult{}, callResult{}, err
	}
	res, err := c.write(ctx, callCreate, key, createBody{AccessDomain: key.AccessDomain, updateBody: spec.body()})
	response := classifyResponse(err)

	var o observation
	if res.effect != effectRejected {
		attempts := verifyAttempts
		switch response {
		case respSuccess, respUnexpectedSuccess, respConflict:
			attempts = untilEnd // the service says that the share exists, or will
		}
		look := c.lookupAfter(res, key, func(share Share) bool {
			return spec.Matches(share) && !pending.existedBefore(share.Created)
		})
		if response == respSuccess {
			look = pending.withoutEarlier(look)
		}
		found, lookupErr := c.poll(ctx, res.version, attempts, look,
			func(_ Share, err error) bool { return !isGone(err) })
		o = observe(found, lookupErr, mayStillAppear(res.effect, response), spec.Matches(found))
	}
	pending = c.endPending(pending, res.startedAt)
	end := decide(createRules, situation{res.effect, response, o.state, pending.ownership(spec, o.share)})
	pending.Accepted = response == respSuccess
	result := CreateResult{Outcome: end.outcome}
	switch end.outcome {
	case Created:
		result.Share = o.share
		share.record(lastOperation{shareCreated, o.share, pending})
		// Listings that were read before the share appeared must not be used again.
		c.listCache.recordWrite(key.Repo())
	case Unknown, CreatedUnverified:
		result.Pending = pending
		share.record(lastOperation{result: createUnsettled, pending: pending})
	}
	return result, res, end.conclusion.toError(err, o, "the share could not be read back")
}

// Update changes what a share grants, in place. It returns the share that the
// service has afterwards, nil if that is not known; there may be a share and an
// error. Nothing is written if [Client.Get] would return an error because the share
// was seen at another endpoint.
func (c *Client) Update(ctx context.Context, key Key, spec ShareSpec, seen LastSeen) (*Share, error) {
	if err := c.checkSameShare(ctx, key, seen); err != nil {
		return nil, err
	}
	res, err := c.write(ctx, callUpdate, key, spec.body())
	if errors.Is(err, KindShareMissing) {
		// The service may have the account in another case.
		share, lookupErr := c.lookup(ctx, key, res.version, byListing)
		if lookupErr != nil {
			return nil, lookupErr
		}
		if share.AccessDomain == key.AccessDomain {
			return nil, err
		}
		earlier := res.effect // of the first spelling
		res, err = c.write(ctx, callUpdate, share.Key(), spec.body())
		res.effect = max(res.effect, earlier)
	}

	var o observation
	if res.effect != effectRejected {
		share, lookupErr := c.poll(ctx, res.version, updateAttempts, c.lookupAfter(res, key, spec.Matches),
			func(share Share, err error) bool { return err != nil || spec.Matches(share) })
		o = observe(share, lookupErr, false, spec.Matches(share))
	}
	conclusion := decide(updateRules, situation{effect: res.effect, response: classifyResponse(err), observed: o.state})
	err = conclusion.toError(err, o, "the change could not be verified")
	if o.state == observedMatch || o.state == observedDifferent {
		return &o.share, err
	}
	return nil, err
}

// Delete ends a share, and waits until the service no longer shows it in any
// spelling. It returns nil, or a *[Gone] if the share did not exist; seen is
// as in [Client.Get]. Any other error means that access may still be granted.
//
// The share's time of creation tells it from a later one with the same names: a
// share that another resource has created through this client since is left alone,
// and so is one that another client created while the delete was verified, for which
// the error is a *[Recreated].
func (c *Client) Delete(ctx context.Context, key Key, seen LastSeen) error {
	share := c.operations.of(key)
	share.beginDelete()
	defer share.endDelete()
	if err := share.begin(ctx); err != nil {
		return err
	}
	defer share.end()
	superseded, err := c.superseded(ctx, key, seen, share.lastOperation())
	if err != nil {
		return err
	}
	if superseded {
		return &Gone{Key: key}
	}
	share.record(lastOperation{})
	err = c.delete(ctx, key, seen)
	result := deleteFailed
	if _, recreated := errors.AsType[*Recreated](err); recreated {
		result = noResult
	} else if err == nil || isGone(err) {
		result = shareDeleted
	}
	share.record(lastOperation{result: result})
	return err
}

// superseded reports whether the share that was seen is not to be deleted, since
// another resource has created the share through this client after it was seen: a
// create that the service accepted proves that there was none before, and a create
// that took an existing share for its own has that share in the state.
func (c *Client) superseded(ctx context.Context, key Key, seen LastSeen, last lastOperation) (bool, error) {
	if !c.IsEndpoint(seen.Endpoint) || seen.Created == "" {
		return false, nil
	}
	pending := last.pending
	switch last.result {
	case shareCreated:
		if created, known := last.share.createdAt(); !known || !created.Before(pending.Since) {
			return differentTimes(seen.Created, last.share.Created), nil
		}
		if !pending.Accepted {
			return true, nil
		}
		// What was read back may be a share that was revoked and still shows.
	case createUnsettled:
		if pending.Accepted && pending.existedBefore(seen.Created) {
			return true, nil
		}
	default:
		return false, nil
	}
	share, err := c.lookup(ctx, key, c.listCache.nextVersion(), byListing)
	if isGone(err) {
		return pending.Accepted, nil
	}
	return differentTimes(seen.Created, share.Created), err
}

func (c *Client) delete(ctx context.Context, key Key, seen LastSeen) error {
	// A server may respond with 204 for a share that it never had.
	if err := c.checkSameShare(ctx, key, seen); err != nil {
		return err
	}
	spelling := key
	largest := effectRejected // of the deletes of all spellings
	for {
		res, err := c.write(ctx, callDelete, spelling, nil)
		response := classifyResponse(err)
		largest = max(largest, res.effect)

		var o observation
		if res.effect != effectRejected || response == respShareMissing || response == respRepositoryMissing {
			later := func(share Share) bool {
				return res.effect == effectApplied && c.createdSince(res.startedAt, share) &&
					differentTimes(seen.Created, share.Created)
			}
			o = c.observeDelete(ctx, key, spelling.AccessDomain, res.version, response, later)
			if o.err == nil && later(o.share) {
				return &Recreated{Share: o.share}
			}
		}
		conclusion := decide(deleteRules, situation{effect: largest, response: response, observed: o.state})
		if conclusion != otherSpelling {
			return conclusion.toError(err, o, "the end of access could not be verified")
		}
		spelling.AccessDomain = o.share.AccessDomain
	}
}

// Recreated is the error of a Delete that ended the share, which another client
// has created again since.
type Recreated struct{ Share Share }

func (r *Recreated) Error() string {
	return fmt.Sprintf("the share was deleted, but another client, %q, created it again on %s",
		httpsafe.Printable(r.Share.CreatorName), httpsafe.Printable(r.Share.Created))
}

// createdSince reports whether the share was created after a time of the client's
// clock, by the server's clock.
func (c *Client) createdSince(at time.Time, share Share) bool {
	created, known := share.createdAt()
	since, ok := c.serverTime(at)
	return known && ok && created.After(since)
}

// observeDelete looks up a share that was deleted in the spelling. later reports
// whether a share was created after that.
func (c *Client) observeDelete(
	ctx context.Context, key Key, spelling string, oldest version, response responseClass, later func(Share) bool,
) observation {
	policy, attempts := byListingAndGet, 1
	switch response {
	case respSuccess:
		policy, attempts = byListing, untilEnd
	case respShareMissing, respUnexpectedSuccess: // the service has not said that it ended the share
		attempts = untilEnd
	}
	look := func(ctx context.Context, oldest version) (Share, error) { return c.lookup(ctx, key, oldest, policy) }
	share, err := c.poll(ctx, oldest, attempts, look,
		func(share Share, err error) bool { return err != nil || share.AccessDomain != spelling || later(share) })
	return observe(share, err, false, share.AccessDomain == spelling)
}

// write makes a call that changes the service.
func (c *Client) write(ctx context.Context, call call, key Key, body any) (callResult, error) {
	if err := key.Addressable(); err != nil {
		return callResult{}, &Error{Kind: KindInvalid, Err: err}
	}
	req := request{call: call, decode: checkEmptyBody, url: func(segment string) *url.URL {
		account := key.AccessDomain
		if call == callCreate {
			account = "" // it is in the body
		}
		return accessDomainsURL(c.endpoint, segment, key.Repo(), account)
	}}
	if body != nil {
		req.body = encodeBody(body)
	}
	batch := c.listCache.beginWrite(key.Repo())
	res, err := c.do(ctx, req)
	res.version = c.listCache.endWrite(key.Repo(), batch)
	if res.effect != effectRejected {
		res.batched = c.listCache.awaitBatch(ctx, batch)
	}
	return res, err
}

// lookupFunc looks up a share, in listings of the given version or later.
type lookupFunc func(ctx context.Context, oldest version) (Share, error)

// poll looks up a share after a write until done reports true, at most as often
// as given by attempts, or until the context ends. A lookup is not cut short then:
// state and service should agree.
func (c *Client) poll(
	ctx context.Context, oldest version, attempts int, look lookupFunc, done func(Share, error) bool,
) (Share, error) {
	for n := 1; ; n++ {
		lookCtx, cancel := withGrace(ctx)
		share, err := look(lookCtx, oldest)
		cancel()
		if done(share, err) || n == attempts || c.pause(ctx, c.backoff(n)) != nil {
			return share, err
		}
		oldest = c.listCache.nextVersion()
	}
}

// lookupAfter returns a lookup after a create or an update. The share is requested by
// name; only if that finds nothing the listing is read, which may have it in another
// case. After one of several writes to the repository that overlapped, the listing
// that all of them share comes first, and suffices where it shows what was asked for.
func (c *Client) lookupAfter(res callResult, key Key, isExpected func(Share) bool) lookupFunc {
	return func(ctx context.Context, oldest version) (Share, error) {
		if res.batched {
			share, err := c.lookup(ctx, key, oldest, byListing)
			if err == nil && isExpected(share) {
				return share, nil
			}
		}
		if !c.routes.noGet.Load() {
			share, err := c.getByName(ctx, key)
			if errors.Is(err, KindNoRoute) {
				c.routes.noGet.Store(true)
			}
			if err == nil || !inconclusive(err) {
				return share, err
			}
		}
		return c.lookup(ctx, key, oldest, byListing)
	}
}
