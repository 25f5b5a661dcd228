package swr

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// What may finish after its operation gets five seconds, whether that was canceled
// or timed out, before or after.
func TestWithGrace(t *testing.T) {
	for name, test := range map[string]struct {
		timeout, cancelAfter time.Duration // of the operation; 0 if there is none
		startAfter           time.Duration
		want                 time.Duration // from the start
	}{
		"timed out":                {timeout: 10 * time.Second, want: 15 * time.Second},
		"timed out before":         {timeout: 10 * time.Second, startAfter: 11 * time.Second, want: gracePeriod},
		"canceled":                 {cancelAfter: 3 * time.Second, want: 8 * time.Second},
		"canceled before":          {cancelAfter: 3 * time.Second, startAfter: 4 * time.Second, want: gracePeriod},
		"canceled before timeout":  {timeout: 10 * time.Second, cancelAfter: 3 * time.Second, want: 8 * time.Second},
		"canceled without timeout": {cancelAfter: time.Hour, want: time.Hour + gracePeriod},
	} {
		synctest.Test(t, func(t *testing.T) {
			operation, cancel := context.WithCancel(t.Context())
			defer cancel()
			if test.timeout > 0 {
				operation, cancel = context.WithTimeout(operation, test.timeout)
				defer cancel()
			}
			if test.cancelAfter > 0 {
				time.AfterFunc(test.cancelAfter, cancel)
			}
			time.Sleep(test.startAfter)
			began := time.Now()
			ctx, release := withGrace(operation)
			defer release()
			<-ctx.Done()
			if took := time.Since(began); took != test.want {
				t.Errorf("%s: ended after %s; want %s", name, took, test.want)
			}
		})
	}
}

// Releasing ends the context and leaves nothing behind, which synctest checks.
func TestWithGraceIsReleased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		operation, cancel := context.WithCancel(t.Context())
		ctx, release := withGrace(operation)
		cancel()
		synctest.Wait()
		if ctx.Err() != nil {
			t.Errorf("ended with its operation: %v", ctx.Err())
		}
		release()
		if !errors.Is(ctx.Err(), context.Canceled) {
			t.Errorf("%v after its release", ctx.Err())
		}
	})
}
