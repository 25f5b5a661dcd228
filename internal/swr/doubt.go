package swr

import "time"

const (
	// clockSlack is how far "created" may lie before the start of the create
	// that is taken to have made it: the Date header counts whole seconds.
	clockTolerance = 5 * time.Second
	// lateEffect is how long after a create has been given up the service may
	// still carry it out.
	lateApplyWindow = 10 * time.Minute
)

// Doubt is a create of which nobody could tell whether it made its share: it
// began and was given up at these times of the server's clock, which are zero
// where that never told the time.
type PendingCreate struct {
	Since time.Time `json:"since"`
	Until time.Time `json:"until"`
}

// Origin is who made a share that was found where there is a [Doubt].
type Ownership int

const (
	// Unclear: it may be either, so nothing may be done to it, nor may it be
	// forgotten.
	Undetermined Ownership = iota
	// Ours: it grants just what the create asked for, and is of its time.
	Own
	// Anothers: it was made before the create began, or long after it ended.
	Foreign
)

// doubt notes when a create that began at a time of the client's clock, and ends
// now, was under way.
func (c *Client) pendingSince(began time.Time) PendingCreate {
	since, known := c.serverTime(began)
	if !known {
		return PendingCreate{}
	}
	until, _ := c.serverTime(c.clock.Now())
	return PendingCreate{Since: since, Until: until}
}

// Origin tells whether the create of these terms made the share.
func (d PendingCreate) Ownership(terms ShareSpec, share Share) Ownership {
	made, told := share.createdAt()
	switch {
	case !told || d.Since.IsZero():
		return Undetermined
	case made.Before(d.Since.Add(-clockTolerance)), made.After(d.Until.Add(lateApplyWindow)):
		return Foreign
	case terms.Matches(share):
		return Own
	}
	return Undetermined // edited since, or another's of the same time
}
