package swr

import (
	"context"
	"errors"
	"fmt"
	"iter"
)

// piece is one page of a list.
type pageOf[T any] struct {
	items []T
	total int // how many the service counts in all, 0 where it does not tell
}

// walk goes through a list page by page. Each page is asked for only when the
// caller wants more than the pages before it gave.
type pager[T any] struct {
	fetch    func(ctx context.Context, offset int) (pageOf[T], error)
	id       func(T) any // what tells one record from another; comparable
	itemName string      // what the records are, in the plural
	// counted: the total is documented, so that no page is asked for beyond it,
	// and one more where a page is short of it. Otherwise only a full page leaves
	// open whether there are more, and the total only tells that some are missing.
	totalDocumented bool
}

// from gives all records, beginning with those of the first page, each once. The
// error, if there is one, comes last; of the kind [KindIncomplete] it says that
// there may be more records than the service would show.
//
// It never loops: each page must bring something new.
func (w pager[T]) all(ctx context.Context, first pageOf[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		seen := map[any]bool{}
		for page, received := first, 0; ; {
			before := len(seen)
			for _, item := range page.items {
				if name := w.id(item); !seen[name] {
					seen[name] = true
					if !yield(item, nil) {
						return
					}
				}
			}
			received += len(page.items)
			if len(page.items) > 0 && len(seen) == before {
				yield(none, incompleteError("the service shows the first %d %s and ignores paging", len(seen), w.itemName))
				return
			}
			if !w.hasMore(page, received) {
				if len(seen) < page.total {
					yield(none, incompleteError("the service counts %d %s and shows %d", page.total, w.itemName, len(seen)))
				}
				return
			}
			next, err := w.fetch(ctx, received)
			if errors.Is(err, KindInvalid) {
				err = incompleteError("the service shows the first %d %s and refuses to page on", len(seen), w.itemName)
			}
			if err != nil {
				yield(none, err)
				return
			}
			if next.total == 0 {
				next.total = page.total
			}
			page = next
		}
	}
}

// more tells whether there may be records after the page.
func (w pager[T]) hasMore(last pageOf[T], received int) bool {
	if w.totalDocumented && last.total >= received && last.total > 0 {
		return len(last.items) > 0 && received < last.total
	}
	return len(last.items) == pageSize
}

func incompleteError(format string, args ...any) error {
	return &Error{Kind: KindListingIncomplete, Err: fmt.Errorf(format, args...)}
}
