package swrtest

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
)

const (
	defaultLimit = 100
	maxLimit     = 1000
)

// page is a part of a list.
type page struct {
	offset, limit int
}

// cutPage returns the page's part of all items.
func cutPage[T any](p page, all []T) []T {
	start := min(p.offset, len(all))
	return all[start:min(start+p.limit, len(all))]
}

// contentRange is the header's value, offset-count/total.
func (p page) contentRange(count, total int) string {
	return fmt.Sprintf("%d-%d/%d", p.offset, count, total)
}

// listPage reads the list's paging parameters, which are not documented: what
// becomes of them is Variants.Paging.
func (c *call) listPage() (page, answer, bool) {
	bare := page{limit: defaultLimit}
	query, ok := c.query()
	if !ok {
		return bare, c.badRequest("the query can't be read"), false
	}
	if problem := unknownParameter(query, paramLimit, paramOffset); problem != "" {
		return bare, c.badRequest(problem), false
	}
	switch c.variants.Paging {
	case PagingIgnored:
		return bare, answer{}, true
	case PagingRejected:
		if len(query) > 0 {
			return bare, c.badRequest("the call takes no query"), false
		}
		return bare, answer{}, true
	default:
		p, problem := parsePage(query, c.variants.LimitWithoutOffset)
		if problem != "" {
			return bare, c.badRequest(problem), false
		}
		return p, answer{}, true
	}
}

const (
	paramLimit  = "limit"
	paramOffset = "offset"
)

// parsePage reads limit and offset, which must stand together unless alone.
func parsePage(query url.Values, alone bool) (page, string) {
	p := page{limit: defaultLimit}
	if query.Has(paramLimit) != query.Has(paramOffset) && !alone {
		return p, "limit and offset must stand together"
	}
	if query.Has(paramLimit) {
		limit, err := strconv.Atoi(query.Get(paramLimit))
		if err != nil || limit < 1 || limit > maxLimit {
			return p, "limit: not from 1 to 1000"
		}
		p.limit = limit
	}
	if query.Has(paramOffset) {
		offset, err := strconv.Atoi(query.Get(paramOffset))
		if err != nil || offset < 0 {
			return p, "offset: not a number from 0"
		}
		p.offset = offset
	}
	return p, ""
}

// unknownParameter says what is wrong with the names of a query's parameters.
func unknownParameter(query url.Values, known ...string) string {
	for name, values := range query {
		if !slices.Contains(known, name) {
			return "the call has no such parameter"
		}
		if len(values) > 1 {
			return name + ": given twice"
		}
	}
	return ""
}
