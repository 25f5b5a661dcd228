package swr

import "time"

const (
	// clockTolerance is how long before the start of a create its share may have
	// been "created": the Date header counts whole seconds.
	clockTolerance = 5 * time.Second
	// lateApplyWindow is how long after a create was given up the service may
	// still carry it out.
	lateApplyWindow = 10 * time.Minute
)

// PendingCreate is a create of which it is not known whether it made its share.
// It started and was given up at these times of the server's clock, which are
// zero if the server never returned its time.
type PendingCreate struct {
	Since time.Time `json:"since"`
	Until time.Time `json:"until"`
}

// ownership says who made a share that exists where there is a [PendingCreate].
type ownership int

const (
	// undetermined: the pending create or another client. Nothing may be done to
	// the share, and it may not be removed from the state.
	undetermined ownership = iota
	// own: the pending create. The share grants what was asked for, and was created
	// at that time.
	own
	// foreign: another client. The share was created before the pending create
	// started, or long after it had ended.
	foreign
)

// pendingSince returns the pending create that started at a time of the client's
// clock and is given up now.
func (c *Client) pendingSince(start time.Time) PendingCreate {
	since, known := c.serverTime(start)
	if !known {
		return PendingCreate{}
	}
	until, _ := c.serverTime(c.clock.Now())
	return PendingCreate{Since: since, Until: until}
}

// ownership returns who made the share, given what the pending create asked for.
func (p PendingCreate) ownership(spec ShareSpec, share Share) ownership {
	created, known := share.createdAt()
	switch {
	case !known || p.Since.IsZero():
		return undetermined
	case created.Before(p.Since.Add(-clockTolerance)), created.After(p.Until.Add(lateApplyWindow)):
		return foreign
	case spec.Matches(share):
		return own
	}
	return undetermined // changed since, or another client's of the same time
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
