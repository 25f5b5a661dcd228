package swrtest

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

const (
	defaultLimit = 100
	maxLimit     = 1000

	paramLimit  = "limit"
	paramOffset = "offset"
)

// page is a part of a list.
type page struct {
	offset, limit int
}

// slicePage returns the page's part of all items.
func slicePage[T any](p page, all []T) []T {
	start := min(p.offset, len(all))
	return all[start:min(start+p.limit, len(all))]
}

// contentRange returns the value of Content-Range: offset-count/total.
func (p page) contentRange(count, total int) string {
	return fmt.Sprintf("%d-%d/%d", p.offset, count, total)
}

// listPage returns the requested page of a list of shares. Its parameters are
// not documented: Variants.Paging decides what they do.
func (c *call) listPage() (page, error) {
	query, err := c.query(paramLimit, paramOffset)
	if err != nil {
		return page{}, err
	}
	switch c.variants.Paging {
	case PagingIgnored:
		return page{limit: defaultLimit}, nil
	case PagingRejected:
		if len(query) > 0 {
			return page{}, errors.New("the call takes no query")
		}
	}
	return parsePage(query, c.variants.LimitWithoutOffset)
}

// parsePage parses limit and offset, which must be sent together unless
// allowAlone.
func parsePage(query url.Values, allowAlone bool) (page, error) {
	p := page{limit: defaultLimit}
	if query.Has(paramLimit) != query.Has(paramOffset) && !allowAlone {
		return p, errors.New("limit and offset must be sent together")
	}
	var err error
	if query.Has(paramLimit) {
		if p.limit, err = strconv.Atoi(query.Get(paramLimit)); err != nil || p.limit < 1 || p.limit > maxLimit {
			return p, errors.New("limit: not from 1 to 1000")
		}
	}
	if query.Has(paramOffset) {
		if p.offset, err = strconv.Atoi(query.Get(paramOffset)); err != nil || p.offset < 0 {
			return p, errors.New("offset: not a number from 0")
		}
	}
	return p, nil
}

// listResponse returns a list, of which an empty one is [] or null.
func listResponse[T any](c *call, items []T) response {
	if len(items) == 0 {
		items = []T{}
		if c.variants.NullLists {
			items = nil
		}
	}
	return c.jsonResponse(http.StatusOK, items)
}
