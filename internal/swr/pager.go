package swr

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"strconv"
	"strings"
)

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
// It terminates on any server: each page must have a record that is new.
func (p pager[T]) all(ctx context.Context, first page[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		seen := map[any]bool{}
		for current, received := first, 0; ; {
			before := len(seen)
			for _, item := range current.items {
				if id := p.id(item); !seen[id] {
					seen[id] = true
					if !yield(item, nil) {
						return
					}
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
