package swr

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

// Gone says that a share does not exist. It is said only on proof: a complete
// listing without it in any spelling, or, where the listing can't be completed,
// the service's own word on it; or that its repository does not exist.
type Gone struct {
	Key Key
	// Repository: the whole repository does not exist.
	Repository bool
}

func (g *Gone) Error() string {
	if g.Repository {
		return fmt.Sprintf("the repository %q does not exist", g.Key.Repo().String())
	}
	return fmt.Sprintf("%q is not shared with %q", g.Key.Repo().String(), g.Key.AccessDomain)
}

// Find gives a share. It takes part in the listing that all reads of the
// repository share. The error is a *[Gone] where the share does not exist, else
// an *[Error] that says nothing about it.
//
// lastSeen is the host that the share was last seen at, or "". "Gone" from any
// other host is not believed: it may be another region's.
func (c *Client) Get(ctx context.Context, key Key, lastSeen string) (Share, error) {
	if err := key.Addressable(); err != nil {
		return Share{}, &Error{Kind: KindInvalid, Err: err}
	}
	share, err := c.look(ctx, key, c.listings.lastWrite(key.Repo()), sureIfNamed)
	if _, gone := errors.AsType[*Gone](err); gone {
		if err := c.doubtElsewhere(key, lastSeen); err != nil {
			return Share{}, err
		}
	}
	return share, err
}

// doubtElsewhere refuses to take a share for gone that was seen elsewhere.
func (c *Client) doubtElsewhere(key Key, lastSeen string) error {
	if lastSeen == "" || lastSeen == c.Host() {
		return nil
	}
	return &Error{Kind: KindOtherEndpoint, Err: fmt.Errorf(
		"%s does not know the share %q, which was last seen at %s", c.Host(), key.String(), httpsafe.Printable(lastSeen))}
}

// Listing is all the shares of a repository that the service would show.
type Listing struct {
	Shares []Share // ordered by account
	// Incomplete says why there may be more, "" where these are all.
	Incomplete string
}

// readings is how often a long list is read until two readings agree.
const readings = 5

// List gives the shares of a repository, and overlooks none. Between two pages a
// share may move from the later to the earlier one, so that neither shows it: a
// listing of several pages counts only when a second one has the same accounts.
func (c *Client) List(ctx context.Context, repo Repository) (Listing, error) {
	if err := repo.addressable(); err != nil {
		return Listing{}, &Error{Kind: KindInvalid, Err: err}
	}
	listing, err := c.listSince(ctx, repo, c.listings.lastWrite(repo))
	for n := 2; err == nil && listing.Incomplete == "" && len(listing.Shares) >= pageSize; n++ {
		before := listing.Shares
		listing, err = c.listSince(ctx, repo, c.listings.now())
		if slices.EqualFunc(before, listing.Shares, func(a, b Share) bool { return a.AccessDomain == b.AccessDomain }) {
			break
		}
		if n == readings && listing.Incomplete == "" {
			listing.Incomplete = fmt.Sprintf("the list was another each of the %d times that it was read", n)
		}
	}
	return listing, err
}

// listSince gives the shares of a repository from a listing that began after the
// moment.
func (c *Client) listSince(ctx context.Context, repo Repository, since moment) (Listing, error) {
	at, err := c.listings.after(ctx, repo, since)
	if err != nil {
		return Listing{}, asError(err)
	}
	all, err := at.all(ctx, c, repo)
	if err != nil {
		return Listing{}, asError(err)
	}
	shares := slices.SortedFunc(slices.Values(all.shares), func(a, b Share) int {
		return strings.Compare(a.AccessDomain, b.AccessDomain)
	})
	return Listing{Shares: shares, Incomplete: all.incomplete}, nil
}

// proof is how much it takes to call a share gone.
type proof int

const (
	// sureIfListed: a complete listing without it is enough.
	sureIfListed proof = iota
	// sureIfNamed: the service must also say so when asked by name, if it can be
	// asked. Some services leave expired shares out of their listings.
	sureIfNamed
)

// look searches the listing for the share, in any case of the account, and asks
// for it by name where that is cheaper or where the listing does not tell.
func (c *Client) look(ctx context.Context, key Key, since moment, enough proof) (Share, error) {
	repo := key.Repo()
	at, err := c.listings.after(ctx, repo, since)
	if err != nil {
		return Share{}, asError(err)
	}
	first, err := at.firstPage(ctx, c, repo)
	if err != nil {
		return Share{}, c.goneWithRepository(key, err)
	}
	if share, found, err := pick(first.shares, key); found || err != nil {
		return share, err
	}
	byName := error(KindNoRoute) // what asking by name told; not asked yet
	if len(first.shares) == pageSize && at.mayAskByName() {
		share, err := c.show(ctx, key)
		if err == nil || !saysNothing(err) {
			return share, asError(err)
		}
		byName = err
	}

	all, err := at.all(ctx, c, repo)
	if err != nil {
		return Share{}, c.goneWithRepository(key, err)
	}
	if share, found, err := pick(all.shares, key); found || err != nil {
		return share, err
	}
	if all.incomplete == "" && !all.paged && enough == sureIfListed {
		return Share{}, &Gone{Key: key}
	}
	// Between two pages a share may have moved from the second to the first, so
	// that neither showed it: a listing of several pages is proof only with the
	// service's own word, where it can be asked.
	if !errors.Is(byName, KindShareMissing) {
		share, err := c.show(ctx, key)
		if errors.Is(err, KindRepositoryMissing) {
			return Share{}, &Error{Kind: KindInvalidResponse, Err: fmt.Errorf(
				"the service lists the shares of %s, but asked for the one with %q it says: %w", repo, key.AccessDomain, err)}
		}
		if err == nil || !saysNothing(err) {
			return share, asError(err)
		}
		byName = err
	}
	if all.incomplete != "" && errors.Is(byName, KindNoRoute) {
		return Share{}, &Error{Kind: KindListingIncomplete, Err: fmt.Errorf(
			"%s, and does not let the share with %q be asked for by name", all.incomplete, key.AccessDomain)}
	}
	return Share{}, &Gone{Key: key}
}

// saysNothing tells whether asking by name left open if there is a share: another
// spelling may have one, or the service can't be asked. That the repository is
// missing is not believed as long as its shares are listed.
func saysNothing(err error) bool {
	return errors.Is(err, KindShareMissing) || errors.Is(err, KindNoRoute) || errors.Is(err, KindRepositoryMissing)
}

// goneWithRepository turns "no such repository" into Gone: no repository, no
// share. A namespace that does not exist proves nothing, since that is how the
// wrong region or account looks.
func (c *Client) goneWithRepository(key Key, err error) error {
	if errors.Is(err, KindRepositoryMissing) {
		return &Gone{Key: key, Repository: true}
	}
	return asError(err)
}

// pick finds the share with the account: in its very spelling, or else in the
// only spelling that differs in case alone.
func pick(shares []Share, key Key) (found Share, ok bool, err error) {
	for _, share := range shares {
		if share.AccessDomain == key.AccessDomain {
			return share, true, nil
		}
		if !SameAccount(share.AccessDomain, key.AccessDomain) {
			continue
		}
		if ok {
			err = &Error{Kind: KindInvalidResponse, Err: fmt.Errorf(
				"the service lists shares with both %q and %q, and neither is spelled like %q",
				httpsafe.Printable(found.AccessDomain), httpsafe.Printable(share.AccessDomain), key.AccessDomain)}
		}
		found, ok = share, true
	}
	return found, ok, err
}

// show asks for one share by name. That it says "missing" proves nothing on its
// own: the service may know the account in another case.
func (c *Client) show(ctx context.Context, key Key) (Share, error) {
	var found Share
	var exists bool
	_, err := c.send(ctx, request{
		call:   callShow,
		method: http.MethodGet,
		url: func(segment string) *url.URL {
			return accessDomainsURL(c.endpoint, segment, key.Repo(), key.AccessDomain)
		},
		understand: func(got answer) *objection {
			var err error
			found, exists, err = decodeShow(got.body, key)
			return understood(got.body, err)
		},
	})
	if err == nil && !exists {
		err = &Error{Kind: KindShareMissing, Status: http.StatusOK}
	}
	return found, err
}

// asError makes an *Error of a context's end.
func asError(err error) error {
	_, known := errors.AsType[*Error](err)
	_, gone := errors.AsType[*Gone](err)
	if err == nil || known || gone {
		return err
	}
	return &Error{Kind: KindNetwork, Err: stopped(err)}
}

// stopped says in words why a context ended.
func stopped(cause error) error {
	if errors.Is(cause, context.Canceled) {
		return fmt.Errorf("interrupted: %w", cause)
	}
	return fmt.Errorf("the operation's timeout ended: %w", cause)
}
