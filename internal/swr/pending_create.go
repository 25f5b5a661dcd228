package swr

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// clockTolerance is how far the times of one service may be apart: the Date
	// header and the created of a share may come from different machines.
	clockTolerance = 5 * time.Minute
	// lateApplyWindow is how long after a create was given up the service may
	// still carry it out, or show its share.
	lateApplyWindow = 10 * time.Minute
	// listBeforeTimeout limits the lookup before a create.
	listBeforeTimeout = 30 * time.Second
)

// PendingCreate is a create whose share has not been seen yet: the service
// accepted it, or may have carried it out, or may still do so.
type PendingCreate struct {
	// Since and Until are when it started and was given up, by the server's clock.
	// If the server never returned its time, Since is zero and Until is by the
	// client's clock.
	Since time.Time `json:"since"`
	Until time.Time `json:"until"`
	// Accepted: the service reported success.
	Accepted bool `json:"accepted,omitempty"`
	// AbsentBefore: the share did not exist before.
	AbsentBefore bool `json:"absent_before,omitempty"`
	// CreatedBefore is when the share that existed before was created, "" if none is
	// known.
	CreatedBefore string `json:"created_before,omitempty"`
}

// SettledAt returns when a share that still does not show is known not to exist.
func (p PendingCreate) SettledAt() time.Time { return p.Until.Add(lateApplyWindow) }

// ownership says who made a share that exists where there is a [PendingCreate].
type ownership int

const (
	// undetermined: the pending create or another client. Nothing may be done to
	// the share, and it may not be removed from the state.
	undetermined ownership = iota
	// own: the pending create. The service accepted it; or the share did not exist
	// before, and grants what was asked for.
	own
	// foreign: another client. The share existed before.
	foreign
)

// pendingCreate returns the pending create that starts now, with what is known of
// the share before. The caller has the turn for the share.
//
// The evidence is one of order: a listing that is older than the create, which all
// creates of the repository share. If it can't be read there is none; the create
// itself reports what is wrong with the service. There is an error only if the
// context has ended, or if the credential is refused: another refusal may lock it.
func (c *Client) pendingCreate(ctx context.Context, key Key, share *shareOperations) (PendingCreate, error) {
	switch last := share.lastOperation(); last.result {
	case shareCreated:
		return PendingCreate{CreatedBefore: last.share.Created}, nil
	case createUnsettled:
		return PendingCreate{}, nil
	case shareDeleted:
		return PendingCreate{AbsentBefore: true}, nil
	}
	lookupCtx, cancel := context.WithTimeout(ctx, listBeforeTimeout)
	defer cancel()
	before, err := c.lookup(lookupCtx, key, 0, byListing)
	end, limited := ctx.Deadline() // a shared listing may notice it before ctx does
	ended := ctx.Err() != nil || limited && time.Until(end) <= 0
	switch {
	case errors.Is(err, KindUnauthorized), ended && err != nil && !isGone(err):
		return PendingCreate{}, err
	case ended:
		return PendingCreate{}, &Error{Kind: KindNetwork, Err: stopped(cmp.Or(ctx.Err(), context.DeadlineExceeded))}
	}
	return PendingCreate{AbsentBefore: isGone(err), CreatedBefore: before.Created}, nil
}

// endPending returns the pending create with its times: it started at a time of the
// client's clock and is given up now.
func (c *Client) endPending(p PendingCreate, start time.Time) PendingCreate {
	p.Since, _ = c.serverTime(start)
	p.Until = c.bestTime(c.clock.Now())
	return p
}

// ownership returns who made the share, given what the pending create asked for.
// Clocks are a second witness only: if they contradict the evidence, who made the
// share is undetermined.
func (p PendingCreate) ownership(spec ShareSpec, share Share) ownership {
	switch {
	case p.Accepted:
		return own
	case p.existedBefore(share.Created):
		return foreign
	case p.AbsentBefore && p.mayHaveCreated(share) && spec.Matches(share):
		return own
	}
	return undetermined
}

// existedBefore reports whether a share with that time of creation is the one that
// existed before.
func (p PendingCreate) existedBefore(created string) bool {
	return p.CreatedBefore != "" && !differentTimes(p.CreatedBefore, created)
}

// withoutEarlier returns a lookup after a create that the service accepted. The share
// that existed before has been revoked, even if it still shows.
func (p PendingCreate) withoutEarlier(look lookupFunc) lookupFunc {
	return func(ctx context.Context, oldest version) (Share, error) {
		share, err := look(ctx, oldest)
		if err == nil && p.existedBefore(share.Created) {
			return Share{}, &Gone{Key: share.Key()}
		}
		return share, err
	}
}

// is reports whether both are the same create.
func (p PendingCreate) is(other PendingCreate) bool {
	return p.Since.Equal(other.Since) && p.Until.Equal(other.Until)
}

// mayHaveCreated reports whether the clocks allow that the create made the share.
func (p PendingCreate) mayHaveCreated(share Share) bool {
	created, known := share.createdAt()
	return !known || p.Since.IsZero() ||
		!created.Before(p.Since.Add(-clockTolerance)) && !created.After(p.SettledAt().Add(clockTolerance))
}

// GetPending is like [Client.Get] for a share whose create is pending. Until that
// is settled, the error of a share that does not show is a [KindNotYet] instead of
// a *[Gone].
func (c *Client) GetPending(ctx context.Context, key Key, seen LastSeen, pending PendingCreate) (Share, error) {
	return c.getPending(ctx, key, seen, pending, c.listCache.lastWrite(key.Repo()))
}

func (c *Client) getPending(
	ctx context.Context, key Key, seen LastSeen, pending PendingCreate, oldest version,
) (Share, error) {
	began := c.clock.Now()
	share, err := c.get(ctx, key, seen, oldest)
	if isGone(err) && c.bestTime(began).Before(pending.SettledAt()) {
		return Share{}, pending.notYet()
	}
	return share, err
}

func (p PendingCreate) notYet() *Error {
	outcome := "may have created the share, since the response to its request was lost"
	if p.Accepted {
		outcome = "created the share: the service accepted it"
	}
	return &Error{Kind: KindNotYet, Err: fmt.Errorf("an earlier apply %s. "+
		"The service does not show the share yet. If it does not until %s, it does not exist",
		outcome, p.SettledAt().UTC().Format(time.RFC3339))}
}

// AwaitPending is like [Client.GetPending], and waits until it is known whether the
// pending create made its share, or the context ends. A share that another
// operation of this client has created since, or may have created, counts as gone:
// that operation has it in the state.
func (c *Client) AwaitPending(ctx context.Context, key Key, seen LastSeen, pending PendingCreate) (Share, error) {
	share := c.operations.of(key)
	look := func(ctx context.Context, oldest version) (Share, error) {
		if err := share.begin(ctx); err != nil {
			return Share{}, err
		}
		defer share.end()
		if share.lastOperation().supersedes(pending) {
			return Share{}, &Gone{Key: key}
		}
		return c.getPending(ctx, key, seen, pending, oldest)
	}
	found, err := c.poll(ctx, c.listCache.nextVersion(), untilEnd, look,
		func(_ Share, err error) bool { return !errors.Is(err, KindNotYet) })
	turnCtx, cancel := withGrace(ctx)
	defer cancel()
	if !errors.Is(err, KindNotYet) || share.begin(turnCtx) != nil {
		return found, err
	}
	defer share.end()
	if share.lastOperation().supersedes(pending) {
		return Share{}, &Gone{Key: key}
	}
	share.record(lastOperation{result: deleteFailed}) // it may still appear
	return found, err
}

// supersedes reports whether a share that exists is that of this operation, and not
// of an earlier create that is pending. A share that existed before this operation
// is not, unless the service accepted it.
func (l lastOperation) supersedes(pending PendingCreate) bool {
	switch l.result {
	case shareCreated:
		return true
	case createUnsettled:
		return !l.pending.is(pending) && (l.pending.Accepted || l.pending.CreatedBefore == "")
	}
	return false
}

// PendingAction is what an operation on a share in the state does first, while
// the create of that share is pending.
type PendingAction int

const (
	// PendingKeep: end with an error. The state and the pending create stay.
	PendingKeep PendingAction = iota
	// PendingProceed: the create is not pending any more, since its share exists or
	// does not. Proceed as with any other share.
	PendingProceed
	// PendingForget: the share is another client's. Remove it from the state, and
	// leave it alone.
	PendingForget
)

var pendingRules = []rule[PendingAction]{
	{observed: in(observedAbsent, observedRepositoryAbsent), result: PendingProceed},
	{observed: in(notObserved, observedUnknown, observedNotYet), result: PendingKeep},
	{ownership: in(own), result: PendingProceed},
	{ownership: in(foreign), result: PendingForget},
	{result: PendingKeep},
}

// Action returns what to do about a share in the state whose create is pending.
// The share and the error are the result of [Client.Get], the spec is that of the
// state.
func (p PendingCreate) Action(spec ShareSpec, share Share, err error) PendingAction {
	return decide(pendingRules, situation{
		observed: observe(share, err, false, false).state, ownership: p.ownership(spec, share),
	})
}
