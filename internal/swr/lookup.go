package swr

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

// Gone is the error of a share that does not exist. It is returned only on
// proof: a complete listing without the share in any spelling, or, where the
// listing can't be completed, the service's response to a request for it by
// name; or that its repository does not exist.
type Gone struct {
	Key Key
	// Repository is set if the whole repository does not exist.
	Repository bool
}

func (g *Gone) Error() string {
	if g.Repository {
		return fmt.Sprintf("the repository %q does not exist", g.Key.Repo().String())
	}
	return fmt.Sprintf("%q is not shared with %q", g.Key.Repo().String(), g.Key.AccessDomain)
}

// Get returns a share. Concurrent reads of one repository share a listing. The
// error is a *[Gone] if the share does not exist, else an *[Error], which proves
// nothing about it.
//
// At another endpoint than the one in seen, a share that is missing is not gone,
// and one that is found may be another region's: unless it is known to be the same
// one, the error is a [KindOtherEndpoint].
func (c *Client) Get(ctx context.Context, key Key, seen LastSeen) (Share, error) {
	return c.get(ctx, key, seen, c.listCache.lastWrite(key.Repo()))
}

// get is Get in a listing of the given version or later.
func (c *Client) get(ctx context.Context, key Key, seen LastSeen, oldest version) (Share, error) {
	if err := key.Addressable(); err != nil {
		return Share{}, &Error{Kind: KindInvalid, Err: err}
	}
	share, err := c.lookup(ctx, key, oldest, byListingAndGet)
	if c.IsEndpoint(seen.Endpoint) || (err != nil && !isGone(err)) {
		return share, err
	}
	if err := c.checkSeen(key, share, isGone(err), seen); err != nil {
		return Share{}, err
	}
	return share, nil
}

func isGone(err error) bool {
	_, gone := errors.AsType[*Gone](err)
	return gone
}

// absencePolicy is what it takes to consider a share gone.
type absencePolicy int

const (
	// byListing: a complete listing without the share is enough.
	byListing absencePolicy = iota
	// byListingAndGet: the service must also say so when the share is requested
	// by name, if it can be. Some services leave expired shares out of listings.
	byListingAndGet
)

// lookup searches a listing of the given version or later for the share, with
// any case of the account, and requests it by name where that is cheaper or where
// the listing does not tell.
func (c *Client) lookup(ctx context.Context, key Key, oldest version, policy absencePolicy) (Share, error) {
	repo := key.Repo()
	current, first, err := c.listCache.since(ctx, repo, oldest)
	if err != nil {
		return Share{}, goneWithRepository(key, err)
	}
	if share, found, err := findAccount(first.items, key); found || err != nil {
		return share, err
	}
	getErr := error(KindNoRoute) // the result of getByName; not called yet
	if len(first.items) == pageSize && current.allowGetByName() {
		share, err := c.getByName(ctx, key)
		if err == nil || !inconclusive(err) {
			return share, err
		}
		getErr = err
	}

	full, err := current.all(ctx)
	if err != nil {
		return Share{}, goneWithRepository(key, err)
	}
	if share, found, err := findAccount(full.shares, key); found || err != nil {
		return share, err
	}
	similar := similarAccount(full.shares, key)
	if full.incomplete == "" && !full.paged && policy == byListing && similar == "" {
		return Share{}, &Gone{Key: key}
	}
	// Between two pages a share may have moved from the second to the first, so
	// that neither had it: a listing of several pages is proof only together with
	// getByName, where there is a route for it.
	if !errors.Is(getErr, KindShareMissing) {
		share, err := c.getByName(ctx, key)
		if errors.Is(err, KindRepositoryMissing) {
			return Share{}, &Error{Kind: KindInvalidResponse, Err: fmt.Errorf(
				"the service lists the shares of %s, but responds to a request for the share with %q: %w", repo, key.AccessDomain, err)}
		}
		if err == nil || !inconclusive(err) {
			return share, err
		}
		getErr = err
	}
	if similar != "" {
		return Share{}, &Error{Kind: KindAmbiguousAccount, Err: fmt.Errorf(
			"the service has no share with %q, but one with %q, which may be the same account: "+
				"the names differ in the case of letters beyond ASCII", key.AccessDomain, httpsafe.Printable(similar))}
	}
	if full.incomplete != "" && errors.Is(getErr, KindNoRoute) {
		return Share{}, &Error{Kind: KindListingIncomplete, Err: fmt.Errorf(
			"%s, and has no route to request the share with %q by name", full.incomplete, key.AccessDomain)}
	}
	return Share{}, &Gone{Key: key}
}

// inconclusive reports whether an error of getByName leaves open if the share
// exists: another spelling may have one, or there is no such route. A missing
// repository is not believed as long as its shares are listed.
func inconclusive(err error) bool {
	return errors.Is(err, KindShareMissing) || errors.Is(err, KindNoRoute) || errors.Is(err, KindRepositoryMissing)
}

// goneWithRepository turns a missing repository into Gone: no repository, no
// share. A missing namespace proves nothing, since a wrong region or account
// looks the same.
func goneWithRepository(key Key, err error) error {
	if errors.Is(err, KindRepositoryMissing) {
		return &Gone{Key: key, Repository: true}
	}
	return err
}

// findAccount returns the share with the account: the one with the same
// spelling, or else the only one that differs in case alone.
func findAccount(shares []Share, key Key) (found Share, ok bool, err error) {
	for _, share := range shares {
		if share.AccessDomain == key.AccessDomain {
			return share, true, nil
		}
		if !SameAccount(share.AccessDomain, key.AccessDomain) {
			continue
		}
		if ok && share.AccessDomain != found.AccessDomain {
			err = &Error{Kind: KindInvalidResponse, Err: fmt.Errorf(
				"the service lists shares with both %q and %q, and neither is spelled like %q",
				httpsafe.Printable(found.AccessDomain), httpsafe.Printable(share.AccessDomain), key.AccessDomain)}
		}
		found, ok = share, true
	}
	return found, ok, err
}

// similarAccount returns the account of a share that may be the one with the key, or
// "". It is none that [findAccount] finds.
func similarAccount(shares []Share, key Key) string {
	for _, share := range shares {
		if MayBeSameAccount(share.AccessDomain, key.AccessDomain) {
			return share.AccessDomain
		}
	}
	return ""
}

// getByName requests one share. A response that it is missing proves nothing on
// its own: the service may have the account in another case.
func (c *Client) getByName(ctx context.Context, key Key) (Share, error) {
	var found Share
	var exists bool
	var decodeErr error
	_, err := c.do(ctx, request{
		call: callGet,
		url: func(segment string) *url.URL {
			return accessDomainsURL(c.endpoint, segment, key.Repo(), key.AccessDomain)
		},
		decode: func(resp response) error {
			found, exists, decodeErr = decodeGet(resp.body, key)
			return decodeErr
		},
	})
	if apiErr, ok := errors.AsType[*Error](err); ok && apiErr.Kind == KindInvalidResponse {
		if _, ok := errors.AsType[*otherNameError](decodeErr); ok {
			apiErr.Kind, apiErr.Excerpt = KindOtherName, ""
		}
	}
	if err == nil && !exists {
		err = &Error{Kind: KindShareMissing, Status: http.StatusOK}
	}
	return found, err
}
