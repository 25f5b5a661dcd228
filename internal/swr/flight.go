package swr

import (
	"context"
	"errors"
	"sync"
)

// flight is work that is done once for all who ask for it, while they ask and
// after. It runs under a context of its own, which ends when nobody waits any
// more: one who stops waiting does not fail the others. Work that failed is
// done again for whoever asks next.
type flight[T any] struct {
	mu  sync.Mutex
	run *flightRun[T]
}

type flightRun[T any] struct {
	done    chan struct{}
	own     context.Context
	cancel  context.CancelCauseFunc
	waiting int  // guarded by the flight's lock
	joined  bool // likewise; work that was begun may end before anybody asks
	value   T
	err     error
	hurried bool // it failed since the time of whoever began it was over
}

// do gives what the work gives.
func (f *flight[T]) do(ctx context.Context, work func(context.Context) (T, error)) (T, error) {
	for {
		run := f.join(ctx, work)
		select {
		case <-run.done:
		case <-ctx.Done():
		}
		if last := f.leave(run, ctx.Err()); last {
			<-run.done // at once; its error tells more than the context's
		}
		var none T
		switch {
		case run.ended() && run.hurried && run.endsBefore(ctx):
			// This one has more time.
		case run.ended():
			return run.value, run.err
		default:
			return none, ctx.Err()
		}
	}
}

// begin starts the work for those who will ask; who begins it must ask, too.
func (f *flight[T]) begin(ctx context.Context, work func(context.Context) (T, error)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.start(ctx, work)
}

func (f *flight[T]) join(ctx context.Context, work func(context.Context) (T, error)) *flightRun[T] {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.run == nil || (f.run.joined && f.run.ended() && f.run.err != nil) {
		f.start(ctx, work)
	}
	f.run.joined = true
	f.run.waiting++
	return f.run
}

// leave stops waiting, and ends work that nobody waits for any more: then it is
// true, and the work about to end.
func (f *flight[T]) leave(run *flightRun[T], why error) (last bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if run.waiting--; run.waiting > 0 || run.ended() {
		return false
	}
	run.cancel(why)
	if f.run == run {
		f.run = nil // nobody is to join what was abandoned
	}
	return true
}

// start begins the work. It keeps the values of the first caller's context, such
// as its logger, and its time, but not its cancellation. The lock must be held.
func (f *flight[T]) start(ctx context.Context, work func(context.Context) (T, error)) {
	own, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	release := func() {}
	if end, ok := ctx.Deadline(); ok {
		own, release = context.WithDeadline(own, end)
	}
	run := &flightRun[T]{done: make(chan struct{}), own: own, cancel: cancel}
	f.run = run
	go func() {
		defer cancel(nil)
		defer release()
		defer close(run.done)
		run.value, run.err = work(own)
		run.hurried = run.err != nil && (errors.Is(run.err, errNoTimeLeft) || own.Err() != nil)
	}()
}

// endsBefore tells whether the work had less time than the context has.
func (r *flightRun[T]) endsBefore(ctx context.Context) bool {
	had, bounded := r.own.Deadline()
	has, limited := ctx.Deadline()
	return ctx.Err() == nil && bounded && (!limited || had.Before(has))
}

// wait waits for work under way, whatever comes of it.
func (f *flight[T]) wait(ctx context.Context) {
	f.mu.Lock()
	run := f.run
	f.mu.Unlock()
	if run == nil {
		return
	}
	select {
	case <-run.done:
	case <-ctx.Done():
	}
}

// running tells whether the work is under way.
func (f *flight[T]) running() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.run != nil && !f.run.ended()
}

// failed tells whether the work ended with an error.
func (f *flight[T]) failed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.run != nil && f.run.ended() && f.run.err != nil
}

func (r *flightRun[T]) ended() bool {
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}
