package swr

import (
	"context"
	"errors"
	"time"
)

// Placeholder until the call layer returns effects.
type effect int

const (
	effectRejected effect = iota
	effectApplied
	effectAmbiguous
	effectMayApplyLater
)

type callResult struct {
	began  time.Time
	effect effect
}

func (c *Client) sendWrite(ctx context.Context, req request) (callResult, error) {
	past, err := c.send(ctx, req)
	res := callResult{began: past.began}
	switch {
	case past.pending:
		res.effect = effectMayApplyLater
	case past.unknown:
		res.effect = effectAmbiguous
	case err == nil:
		res.effect = effectApplied
	}
	_ = errors.Is
	return res, err
}
