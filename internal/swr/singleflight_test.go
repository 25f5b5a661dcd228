package swr

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// slowCall is a shared call whose function takes ten seconds of a fake clock.
type slowCall struct {
	sharedCall[int]
	fail  error // of the first call
	calls int
}

func (s *slowCall) get(ctx context.Context) (int, error) {
	return s.do(ctx, func(ctx context.Context) (int, error) {
		s.calls++
		select {
		case <-time.After(10 * time.Second):
			if s.calls > 1 {
				return s.calls, nil
			}
			return s.calls, s.fail
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	})
}

// start calls get, and waits until everything is blocked.
func (s *slowCall) start(ctx context.Context) (result func() (int, error)) {
	var value int
	var err error
	var done sync.WaitGroup
	done.Go(func() { value, err = s.get(ctx) })
	synctest.Wait()
	return func() (int, error) { done.Wait(); return value, err }
}

func expectResult(t *testing.T, value int, err error, wantValue int, wantErr error) {
	t.Helper()
	if value != wantValue || !errors.Is(err, wantErr) {
		t.Errorf("%d, %v; want %d, %v", value, err, wantValue, wantErr)
	}
}

func TestSharedCallIsMadeOnceAndKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s slowCall
		first, second := s.start(t.Context()), s.start(t.Context())
		for _, result := range []func() (int, error){first, second} {
			value, err := result()
			expectResult(t, value, err, 1, nil)
		}
		began := time.Now()
		value, err := s.get(t.Context())
		expectResult(t, value, err, 1, nil)
		if time.Since(began) != 0 {
			t.Error("the result was not kept")
		}
	})
}

// Those who wait share an error; whoever comes later makes another call.
func TestSharedCallAfterAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := slowCall{fail: errors.ErrUnsupported}
		first, second := s.start(t.Context()), s.start(t.Context())
		for _, result := range []func() (int, error){first, second} {
			_, err := result()
			expectResult(t, 0, err, 0, errors.ErrUnsupported)
		}
		value, err := s.get(t.Context())
		expectResult(t, value, err, 2, nil)
	})
}

func TestSharedCallOutlivesItsFirstCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s slowCall
		ctx, cancel := context.WithCancel(t.Context())
		first, second := s.start(ctx), s.start(t.Context())
		cancel()
		value, err := first()
		expectResult(t, value, err, 0, context.Canceled)
		value, err = second()
		expectResult(t, value, err, 1, nil)
	})
}

func TestSharedCallThatNobodyWaitsFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s slowCall
		ctx, cancel := context.WithCancel(t.Context())
		first, second := s.start(ctx), s.start(ctx)
		busy := s.busy()
		cancel()
		for _, result := range []func() (int, error){first, second} {
			value, err := result()
			expectResult(t, value, err, 0, context.Canceled)
		}
		<-busy
		if s.busy() != nil {
			t.Error("busy, and nobody waits")
		}
		value, err := s.get(t.Context())
		expectResult(t, value, err, 2, nil)
	})
}

// The function may use the time of the caller that started it, and not more. A
// caller with more time makes another call.
func TestSharedCallPastADeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s slowCall
		short, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		first, second := s.start(short), s.start(t.Context())
		value, err := first()
		expectResult(t, value, err, 0, context.DeadlineExceeded)
		began := time.Now()
		value, err = second()
		expectResult(t, value, err, 2, nil)
		if took := time.Since(began); took != 10*time.Second {
			t.Errorf("the second call took %s", took)
		}
	})
}

// So it does where the function fails early since its time would not be enough.
func TestSharedCallWithoutTimeForARetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := slowCall{fail: errNoTimeLeft}
		short, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		first, second := s.start(short), s.start(t.Context())
		_, err := first()
		expectResult(t, 0, err, 0, errNoTimeLeft)
		value, err := second()
		expectResult(t, value, err, 2, nil)
	})
}
