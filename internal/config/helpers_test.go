package config

import (
	"runtime"
	"testing"
	"time"
)

// within returns what f returns. The test fails if that takes longer, or allocates
// more.
func within[T any](t *testing.T, limit time.Duration, bytes uint64, f func() T) T {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	done := make(chan T, 1)
	go func() { done <- f() }()
	select {
	case result := <-done:
		if runtime.ReadMemStats(&after); after.TotalAlloc-before.TotalAlloc > bytes {
			t.Errorf("%d bytes were allocated, more than %d", after.TotalAlloc-before.TotalAlloc, bytes)
		}
		return result
	case <-time.After(limit):
		t.Fatalf("no result within %s", limit)
		panic("unreachable")
	}
}
