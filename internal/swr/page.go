package swr

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// pageSize is how many records the list gives by default. Only a page of just
// that many leaves open whether there are more.
const pageSize = 100

// page is one answer to a list.
type page struct {
	shares []Share
	total  int // from Content-Range, 0 where it was not told
}

// listPage asks for the shares of a repository from the offset on. The first
// request is bare, as documented; the paging parameters are the sibling lists',
// which this one may or may not know.
func (c *Client) listPage(ctx context.Context, repo Repository, offset int) (page, error) {
	var found page
	_, err := c.send(ctx, request{
		call:   callList,
		method: http.MethodGet,
		url: func(segment string) *url.URL {
			u := accessDomainsURL(c.endpoint, segment, repo, "")
			if offset > 0 {
				u.RawQuery = pageQuery(offset, pageSize).Encode()
			}
			return u
		},
		understand: func(got answer) *objection {
			shares, err := decodeList(got.body, repo)
			found = page{shares: shares, total: rangeTotal(got.header.Get("Content-Range"))}
			return understood(got.body, err)
		},
	})
	return found, err
}

func pageQuery(offset, limit int) url.Values {
	return url.Values{"limit": {strconv.Itoa(limit)}, "offset": {strconv.Itoa(offset)}}
}

// rangeTotal reads the total of "offset-count/total", 0 where there is none.
func rangeTotal(header string) int {
	_, text, _ := strings.Cut(header, "/")
	total, err := strconv.Atoi(text)
	if err != nil || total < 0 {
		return 0
	}
	return total
}

// listRest asks for the pages after the first. It gives all shares, and why the
// listing is not complete, if it is not.
func (c *Client) listRest(ctx context.Context, repo Repository, first page) (all []Share, incomplete string, err error) {
	for share, err := range c.sharesAfter(ctx, repo, first) {
		if failed, ok := errors.AsType[*Error](err); ok && failed.Kind == KindListingIncomplete {
			return all, failed.Error(), nil
		}
		if err != nil {
			return nil, "", err
		}
		all = append(all, share)
	}
	return all, "", nil
}

// Shares gives the shares of a repository in the service's order, page by page:
// each page is asked for only when the caller wants more. The error, if there is
// one, comes last; of the kind [KindIncomplete] it says that there may be more
// shares than the service would show.
func (c *Client) Shares(ctx context.Context, repo Repository) iter.Seq2[Share, error] {
	return func(yield func(Share, error) bool) {
		if err := repo.addressable(); err != nil {
			yield(Share{}, &Error{Kind: KindInvalid, Err: err})
			return
		}
		at, err := c.listCache.since(ctx, repo, c.listCache.lastWrite(repo))
		if err != nil {
			yield(Share{}, asError(err))
			return
		}
		first, err := at.firstPage(ctx, c, repo)
		if err != nil {
			yield(Share{}, asError(err))
			return
		}
		for share, err := range c.sharesAfter(ctx, repo, first) {
			if !yield(share, asError(err)) {
				return
			}
		}
	}
}

// sharesFrom goes through the shares of a repository, beginning with the first
// page.
func (c *Client) sharesAfter(ctx context.Context, repo Repository, first page) iter.Seq2[Share, error] {
	return pager[Share]{
		fetch: func(ctx context.Context, offset int) (pageOf[Share], error) {
			next, err := c.listPage(ctx, repo, offset)
			return pageOf[Share]{next.shares, next.total}, err
		},
		id:       func(share Share) any { return share.AccessDomain },
		itemName: "accounts",
	}.all(ctx, pageOf[Share]{first.shares, first.total})
}
