package swr

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Listing is all shares of a repository that the service returns.
type Listing struct {
	Shares []Share // ordered by account
	// Unaddressable are the accounts of shares that are not among Shares, because
	// their names can't be used in a URL. No request for one of them can be made.
	Unaddressable []string
	// Incomplete says why there may be more, "" if these are all.
	Incomplete string
	// TooMany is set if the listing is incomplete because there are more than
	// MaxAccounts.
	TooMany bool
}

const (
	// maxListReads is how often a list of several pages is read until two
	// consecutive reads agree.
	maxListReads = 5
	// lateListReads is how often a list is read that lacks a share which this client
	// created and read back by name.
	lateListReads = 6
)

// MaxAccounts is how many accounts of a repository are read. SWR allows 500.
const MaxAccounts = 1000

// List returns the shares of a repository, and misses none. A list that lacks a
// share which this client has created and read back is read again.
func (c *Client) List(ctx context.Context, repo Repository) (Listing, error) {
	if err := repo.addressable(); err != nil {
		return Listing{}, &Error{Kind: KindInvalid, Err: err}
	}
	current, err := c.listAgreed(ctx, repo, c.listCache.lastWrite(repo))
	for n := 1; err == nil && current.Incomplete == ""; n++ {
		missing := c.operations.missing(repo, current.Shares)
		if len(missing) == 0 {
			break
		}
		if n == lateListReads || c.pause(ctx, c.backoff(n)) != nil {
			current.Incomplete, err = c.unlisted(ctx, missing)
			break
		}
		current, err = c.listAgreed(ctx, repo, c.listCache.nextVersion())
	}
	current.TooMany = current.Incomplete != "" && len(current.Shares) == MaxAccounts
	current.Shares = slices.DeleteFunc(current.Shares, func(share Share) bool {
		unaddressable := share.Key().Addressable() != nil
		if unaddressable {
			current.Unaddressable = append(current.Unaddressable, share.AccessDomain)
		}
		return unaddressable
	})
	return current, err
}

// unlisted returns why a list without these shares is not complete, or "" if none
// of them exists any more.
func (c *Client) unlisted(ctx context.Context, missing []Key) (string, error) {
	for _, key := range missing {
		_, err := c.getByName(ctx, key)
		if err == nil {
			return fmt.Sprintf("the service does not list the share with %q, which exists", key.AccessDomain), nil
		}
		if !inconclusive(err) {
			return "", err
		}
	}
	return "", nil
}

// listAgreed returns the shares from a listing of the given version or later.
// Between two pages a share may move from the later to the earlier one, so that
// neither has it: a listing of several pages counts only when a second one has the
// same accounts. The second one is confirmed, and serves later calls alone.
func (c *Client) listAgreed(ctx context.Context, repo Repository, oldest version) (Listing, error) {
	current, cached, err := c.listSince(ctx, repo, oldest)
	for n := 2; err == nil && current.Incomplete == "" && len(current.Shares) >= pageSize && !cached.confirmed.Load(); n++ {
		previous := current.Shares
		current, cached, err = c.listSince(ctx, repo, c.listCache.nextVersion())
		if err == nil && slices.EqualFunc(previous, current.Shares, func(a, b Share) bool { return a.AccessDomain == b.AccessDomain }) {
			cached.confirmed.Store(true)
			break
		}
		if n == maxListReads && current.Incomplete == "" {
			current.Incomplete = fmt.Sprintf("the list of accounts changed on each of %d consecutive reads", n)
		}
	}
	return current, err
}

// listSince returns the shares from a listing of the given version or later, and
// that listing.
func (c *Client) listSince(ctx context.Context, repo Repository, oldest version) (Listing, *listing, error) {
	current, _, err := c.listCache.since(ctx, repo, oldest)
	if err != nil {
		return Listing{}, nil, err
	}
	full, err := current.all(ctx)
	shares := slices.SortedFunc(slices.Values(full.shares), func(a, b Share) int {
		return strings.Compare(a.AccessDomain, b.AccessDomain)
	})
	return Listing{Shares: shares, Incomplete: full.incomplete}, current, err
}

// Shares returns the shares of a repository in the service's order. A page is
// requested only when the caller has consumed those before it. The error, if
// any, comes last; [KindListingIncomplete] means that there may be more shares
// than the service would return.
func (c *Client) Shares(ctx context.Context, repo Repository) iter.Seq2[Share, error] {
	return func(yield func(Share, error) bool) {
		if err := repo.addressable(); err != nil {
			yield(Share{}, &Error{Kind: KindInvalid, Err: err})
			return
		}
		_, first, err := c.listCache.since(ctx, repo, c.listCache.lastWrite(repo))
		if err != nil {
			yield(Share{}, err)
			return
		}
		for share, err := range c.sharePager(repo).all(ctx, first) {
			if !yield(share, err) {
				return
			}
		}
	}
}

// listAll requests the pages after the first, and returns all shares.
func (c *Client) listAll(ctx context.Context, repo Repository, first page[Share]) (fullListing, error) {
	full := fullListing{paged: len(first.items) == pageSize}
	for share, err := range c.sharePager(repo).all(ctx, first) {
		if errors.Is(err, KindListingIncomplete) {
			full.incomplete = err.Error()
			return full, nil
		}
		if err != nil {
			return fullListing{}, err
		}
		full.shares = append(full.shares, share)
	}
	return full, nil
}

func (c *Client) sharePager(repo Repository) pager[Share] {
	return pager[Share]{
		fetch:    func(ctx context.Context, offset int) (page[Share], error) { return c.listPage(ctx, repo, offset) },
		id:       func(share Share) any { return share.AccessDomain },
		itemName: "accounts",
		limit:    MaxAccounts,
	}
}

// listPage requests the shares of a repository from the offset on. The first
// request is bare, as documented; the paging parameters are those of the sibling
// lists, which this one may or may not honor.
func (c *Client) listPage(ctx context.Context, repo Repository, offset int) (page[Share], error) {
	var found page[Share]
	_, err := c.do(ctx, request{
		call: callList,
		url: func(segment string) *url.URL {
			u := accessDomainsURL(c.endpoint, segment, repo, "")
			if offset > 0 {
				u.RawQuery = pageQuery(offset).Encode()
			}
			return u
		},
		decode: func(resp response) error {
			shares, err := decodeList(resp.body, repo)
			found = page[Share]{items: shares, total: rangeTotal(resp.header.Get("Content-Range"))}
			return err
		},
	})
	return found, err
}

// pageSize is how many records a list returns by default. Only a page of exactly
// that size leaves open whether there are more.
const pageSize = 100

// page is one response of a list.
type page[T any] struct {
	items []T
	total int // all records by the service's count, 0 if it did not say
}

// pager iterates over a list page by page. A page is requested only when the
// caller has consumed those before it.
type pager[T any] struct {
	fetch    func(ctx context.Context, offset int) (page[T], error)
	id       func(T) any // identifies a record; comparable
	itemName string      // what a record is, in the plural
	limit    int         // of records, beyond which the list is incomplete
	// totalDocumented: the total can be relied on, so that no page is requested
	// beyond it, and one more where a page is short of it. Otherwise only a full
	// page leaves open whether there are more, and the total only shows that some
	// are missing.
	totalDocumented bool
}

// all returns all records, starting with those of the first page, each of them
// once. The error, if any, comes last; [KindListingIncomplete] means that there
// may be more records than the service would return.
//
// It terminates on any server: each page must have a record that is new, and there
// is a limit of records and of pages.
func (p pager[T]) all(ctx context.Context, first page[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		seen := map[any]bool{}
		for current, received, pages := first, 0, 1; ; pages++ {
			before := len(seen)
			for _, item := range current.items {
				id := p.id(item)
				if seen[id] {
					continue
				}
				if len(seen) == p.limit {
					yield(none, incompleteError("the service lists more than %d %s, of which the rest was not read", p.limit, p.itemName))
					return
				}
				seen[id] = true
				if !yield(item, nil) {
					return
				}
			}
			received += len(current.items)
			if len(current.items) > 0 && len(seen) == before {
				yield(none, incompleteError("the service returns the first %d %s and ignores paging", len(seen), p.itemName))
				return
			}
			if !p.hasMore(current, received) {
				if len(seen) < current.total {
					yield(none, incompleteError("the service counts %d %s and returned %d", current.total, p.itemName, len(seen)))
				}
				return
			}
			if pages > p.limit/pageSize {
				yield(none, incompleteError("the service returns only %d %s on %d pages, and the rest was not read", len(seen), p.itemName, pages))
				return
			}
			next, err := p.fetch(ctx, received)
			if errors.Is(err, KindInvalid) {
				err = incompleteError("the service returns the first %d %s and rejects paging", len(seen), p.itemName)
			}
			if err != nil {
				yield(none, err)
				return
			}
			if next.total == 0 {
				next.total = current.total
			}
			current = next
		}
	}
}

// hasMore reports whether there may be records after the last page.
func (p pager[T]) hasMore(last page[T], received int) bool {
	if p.totalDocumented && last.total >= received && last.total > 0 {
		return len(last.items) > 0 && received < last.total
	}
	return len(last.items) == pageSize
}

func incompleteError(format string, args ...any) error {
	return &Error{Kind: KindListingIncomplete, Err: fmt.Errorf(format, args...)}
}

func pageQuery(offset int) url.Values {
	return url.Values{"limit": {strconv.Itoa(pageSize)}, "offset": {strconv.Itoa(offset)}}
}

// rangeTotal parses the total of a Content-Range "offset-count/total", and
// returns 0 if there is none.
func rangeTotal(header string) int {
	_, text, _ := strings.Cut(header, "/")
	total, err := strconv.Atoi(text)
	if err != nil || total < 0 {
		return 0
	}
	return total
}
