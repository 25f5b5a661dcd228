package protoserver

import (
	"iter"
	"sync"
)

// untilRead returns the items of a stream, and calls end once they have been read.
// If there is nothing to read it calls end at once.
func untilRead[Item any](items iter.Seq[Item], end func()) iter.Seq[Item] {
	if items == nil {
		end()
		return nil
	}
	end = sync.OnceFunc(end)
	return func(yield func(Item) bool) {
		defer end()
		items(yield)
	}
}
