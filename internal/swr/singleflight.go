package swr

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"
)

// sharedCall runs a function once for all callers that wait for it at the same
// time, and keeps its result once it has succeeded. After an error the next
// caller runs it again.
//
// It adds to [singleflight.Group] what the callers' contexts need. The function
// is not canceled with the caller that happened to start it, but when the last
// caller has stopped waiting. If it fails because the first caller's time was
// up, a caller with more time runs it again.
type sharedCall[T any] struct {
	result atomic.Pointer[T]
	group  singleflight.Group

	mu      sync.Mutex
	waiting int
	ctx     context.Context // of the function, while anyone waits
	cancel  context.CancelCauseFunc
	idle    chan struct{} // closed when nobody waits any more
}

// callOutcome is the result of the function, and whether it failed because it ran
// into the deadline of the caller that started it.
type callOutcome[T any] struct {
	value    T
	timedOut bool
	deadline time.Time
}

// do returns the function's result.
func (s *sharedCall[T]) do(ctx context.Context, fn func(context.Context) (T, error)) (T, error) {
	for {
		if result := s.result.Load(); result != nil {
			return *result, nil
		}
		results := s.join(ctx, fn)
		var r singleflight.Result
		select {
		case r = <-results:
			s.leave(nil)
		case <-ctx.Done():
			if !s.leave(context.Cause(ctx)) {
				var none T
				return none, waitError(ctx)
			}
			r = <-results // soon; its error says more than the context's
		}
		outcome, _ := r.Val.(callOutcome[T])
		end, limited := ctx.Deadline()
		if outcome.timedOut && ctx.Err() == nil && (!limited || end.After(outcome.deadline)) {
			continue
		}
		return outcome.value, r.Err
	}
}

func (s *sharedCall[T]) join(ctx context.Context, fn func(context.Context) (T, error)) <-chan singleflight.Result {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting == 0 {
		s.group.Forget("") // a call that was canceled may not have ended yet
		s.ctx, s.cancel = context.WithCancelCause(context.WithoutCancel(ctx))
		s.idle = make(chan struct{})
	}
	s.waiting++
	callCtx := s.ctx
	deadline, limited := ctx.Deadline()
	return s.group.DoChan("", func() (any, error) {
		if result := s.result.Load(); result != nil {
			return callOutcome[T]{value: *result}, nil
		}
		if limited {
			var cancel context.CancelFunc
			callCtx, cancel = context.WithDeadline(callCtx, deadline)
			defer cancel()
		}
		value, err := fn(callCtx)
		if err == nil {
			s.result.Store(&value)
		}
		timedOut := limited && err != nil && (errors.Is(err, errNoTimeLeft) || callCtx.Err() != nil)
		return callOutcome[T]{value, timedOut, deadline}, err
	})
}

// leave stops waiting. If nobody else waits it cancels the function, and returns
// true.
func (s *sharedCall[T]) leave(cause error) (last bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting--; s.waiting > 0 {
		return false
	}
	s.cancel(cause)
	close(s.idle)
	return true
}

// busy returns a channel that is closed when nobody waits for the function any
// more, nil if nobody does now.
func (s *sharedCall[T]) busy() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting == 0 {
		return nil
	}
	return s.idle
}
