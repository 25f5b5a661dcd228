package swr

import (
	"context"
	"sync"
	"time"
)

const (
	// deleteWait is how long a create that meets an existing share waits for a
	// delete of the same share to begin. After each wait that timed out the next one
	// is half as long, down to minDeleteWait: creates that wait may keep the deletes
	// from starting, since Terraform limits how many operations run at a time.
	deleteWait    = 2 * time.Second
	minDeleteWait = 250 * time.Millisecond
)

// operations orders the writes of one process to each share. Two resources of one
// run may have the same share, such as the old and the new key of for_each: their
// writes come in any order, and each must not take the effect of the other for
// its own.
type operations struct {
	mu       sync.Mutex
	shares   map[Key]*shareOperations
	timeouts int // waits for a delete that timed out
}

// shareOperations is what this process has done to one share.
type shareOperations struct {
	turn chan struct{} // has a value while an operation writes to the share

	mu       sync.Mutex
	changed  chan struct{} // closed when a delete begins or ends
	deleting int           // deletes that have begun and not ended
	ended    int           // deletes that have ended
	last     lastOperation
}

// lastOperation is the result of the last operation of this process on a share.
type lastOperation struct {
	result  operationResult
	share   Share         // as read back, if it was created
	pending PendingCreate // of a create
}

type operationResult int

const (
	// noResult: there was none, or it does not matter any more.
	noResult operationResult = iota
	// shareCreated: the share was created and read back.
	shareCreated
	// createUnsettled: whether there is, or will be, a share is not known.
	createUnsettled
	// shareDeleted: the share does not exist.
	shareDeleted
	// deleteFailed: the share may or may not exist.
	deleteFailed
)

// of returns the operations of a share, whatever the case of its account.
func (o *operations) of(key Key) *shareOperations {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.shares == nil {
		o.shares = map[Key]*shareOperations{}
	}
	key.AccessDomain = FoldAccount(key.AccessDomain)
	share := o.shares[key]
	if share == nil {
		share = &shareOperations{turn: make(chan struct{}, 1), changed: make(chan struct{})}
		o.shares[key] = share
	}
	return share
}

// missing returns the shares of the repository that this process has created and
// read back, and that are not among those listed.
func (o *operations) missing(repo Repository, listed []Share) (missing []Key) {
	accounts := map[string]bool{}
	for _, share := range listed {
		accounts[FoldAccount(share.AccessDomain)] = true
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for key, share := range o.shares {
		if last := share.lastOperation(); key.Repo() == repo && last.result == shareCreated && !accounts[key.AccessDomain] {
			missing = append(missing, last.share.Key())
		}
	}
	return missing
}

// sharedRepositories returns the repositories with a share that this process has
// created and read back, of one namespace if it is not "".
func (o *operations) sharedRepositories(namespace string) (repositories []Repository) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for key, share := range o.shares {
		if share.lastOperation().result == shareCreated && (namespace == "" || key.Namespace == namespace) {
			repositories = append(repositories, key.Repo())
		}
	}
	return repositories
}

func (s *shareOperations) lastOperation() lastOperation {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

// record records the result of an operation. The caller has the turn.
func (s *shareOperations) record(last lastOperation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = last
}

// begin waits for the turn to write to the share. The caller must call end.
func (s *shareOperations) begin(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return waitError(ctx)
	}
}

func (s *shareOperations) end() { <-s.turn }

// beginDelete announces a delete to the creates that wait for one. The caller
// must call endDelete.
func (s *shareOperations) beginDelete() { s.countDeletes(1, 0) }

func (s *shareOperations) endDelete() { s.countDeletes(-1, 1) }

func (s *shareOperations) countDeletes(deleting, ended int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deleting += deleting
	s.ended += ended
	close(s.changed)
	s.changed = make(chan struct{})
}

// deletes returns how many deletes have begun and not ended, how many have ended,
// and a channel that is closed when that changes.
func (s *shareOperations) deletes() (deleting, ended int, changed <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.deleting, s.ended, s.changed
}

// awaitDelete gives up the turn of a create, waits a moment for a delete of the
// same share to begin, and then until it has ended. It reports whether there was
// one. It returns with the turn, unless there is an error.
func (o *operations) awaitDelete(ctx context.Context, clock Clock, share *shareOperations) (bool, error) {
	_, before, _ := share.deletes()
	share.end()
	elapsed := make(chan struct{})
	timeout := elapsed // nil once a delete has begun
	sleepCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		if clock.Sleep(sleepCtx, o.deleteWait()) == nil {
			close(elapsed)
		}
	}()
	for {
		deleting, ended, changed := share.deletes()
		if deleting > 0 {
			timeout = nil
		} else if ended > before {
			return true, share.begin(ctx)
		}
		select {
		case <-changed:
		case <-timeout:
			o.mu.Lock()
			o.timeouts++
			o.mu.Unlock()
			return false, share.begin(ctx)
		case <-ctx.Done():
			return false, waitError(ctx)
		}
	}
}

func (o *operations) deleteWait() time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	return max(deleteWait>>min(o.timeouts, 10), minDeleteWait)
}
