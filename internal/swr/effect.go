package swr

import "time"

// Placeholder until the call layer returns effects.
type effect int

const (
	effectRejected effect = iota
	effectApplied
	effectAmbiguous
	effectMayApplyLater
)

type writeResult struct {
	startedAt time.Time
	effect    effect
}

func (r callResult) write(err error) writeResult {
	res := writeResult{startedAt: r.startedAt}
	switch {
	case r.pending:
		res.effect = effectMayApplyLater
	case r.unknown:
		res.effect = effectAmbiguous
	case err == nil:
		res.effect = effectApplied
	}
	return res
}
