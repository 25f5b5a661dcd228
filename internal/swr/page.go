package swr

import (
	"context"
	"errors"
	"fmt"
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
	_, _, err := c.send(ctx, request{
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
// listing is not complete, if it is not. It never loops: each page must bring
// something new.
func (c *Client) listRest(ctx context.Context, repo Repository, first page) (all []Share, incomplete string, err error) {
	seen := make(map[string]bool, len(first.shares))
	add := func(p page) (news bool) {
		for _, share := range p.shares {
			if !seen[share.AccessDomain] {
				seen[share.AccessDomain], news = true, true
				all = append(all, share)
			}
		}
		return news
	}
	add(first)
	total := first.total
	for last := first; len(last.shares) == pageSize; {
		next, err := c.listPage(ctx, repo, len(all))
		if errors.Is(err, KindInvalid) {
			return all, fmt.Sprintf("the service shows the first %d accounts and refuses to page on", len(all)), nil
		}
		if err != nil {
			return nil, "", err
		}
		if !add(next) && len(next.shares) > 0 {
			return all, fmt.Sprintf("the service shows the first %d accounts and ignores paging", len(all)), nil
		}
		if next.total > 0 {
			total = next.total
		}
		last = next
	}
	if len(all) < total {
		return all, fmt.Sprintf("the service counts %d accounts and shows %d", total, len(all)), nil
	}
	return all, "", nil
}
