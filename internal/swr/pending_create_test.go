package swr

import (
	"testing"
	"time"
)

func TestPendingOwnership(t *testing.T) {
	start := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	pending := PendingCreate{Since: start, Until: start.Add(5 * time.Minute)}
	spec := ShareSpec{Permit: PermitRead, Deadline: Forever, Description: "d"}
	share := func(created, description string) Share {
		return Share{Permit: "read", Deadline: "forever", Description: description, Created: created}
	}
	for name, test := range map[string]struct {
		pending PendingCreate
		share   Share
		want    ownership
	}{
		"at the start":           {pending, share("2026-11-22T12:00:00Z", "d"), own},
		"in the same second":     {pending, share("2026-11-22T11:59:56Z", "d"), own},
		"minutes after the end":  {pending, share("2026-11-22T12:14:00Z", "d"), own},
		"changed since":          {pending, share("2026-11-22T12:00:01Z", "e"), undetermined},
		"before":                 {pending, share("2026-11-22T11:59:54Z", "d"), foreign},
		"before, and changed":    {pending, share("2026-11-22T11:59:00Z", "e"), foreign},
		"the next day":           {pending, share("2026-11-23T12:00:00Z", "d"), foreign},
		"not created":            {pending, share("", "d"), undetermined},
		"created yesterday":      {pending, share("yesterday", "d"), undetermined},
		"no server time":         {PendingCreate{}, share("2026-11-22T12:00:00Z", "d"), undetermined},
		"no server time, an old": {PendingCreate{}, share("1999-11-22T12:00:00Z", "d"), undetermined},
	} {
		if got := test.pending.ownership(spec, test.share); got != test.want {
			t.Errorf("%s: %d; want %d", name, got, test.want)
		}
	}
	for name, test := range map[string]struct {
		share Share
		err   error
		want  PendingAction
	}{
		"own":          {share("2026-11-22T12:00:00Z", "d"), nil, PendingProceed},
		"foreign":      {share("2026-11-22T11:59:00Z", "d"), nil, PendingForget},
		"can't tell":   {share("2026-11-22T12:00:01Z", "e"), nil, PendingKeep},
		"gone":         {Share{}, &Gone{}, PendingProceed},
		"lookup fails": {Share{}, &Error{Kind: KindUnavailable}, PendingKeep},
	} {
		if got := pending.Action(spec, test.share, test.err); got != test.want {
			t.Errorf("action for %s: %d; want %d", name, got, test.want)
		}
	}
}
