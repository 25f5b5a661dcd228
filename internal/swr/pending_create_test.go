package swr

import (
	"testing"
	"time"
)

func TestPendingOwnership(t *testing.T) {
	start := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	absent := PendingCreate{Since: start, Until: start.Add(5 * time.Minute), AbsentBefore: true}
	existed := PendingCreate{Since: start, Until: start, CreatedBefore: "2026-11-22T11:59:59.5Z"}
	accepted := PendingCreate{Since: start, Until: start, Accepted: true}
	noEvidence := PendingCreate{Since: start, Until: start}
	spec := ShareSpec{Permit: PermitRead, Deadline: Forever, Description: "d"}
	share := func(created, description string) Share {
		return Share{Permit: "read", Deadline: "forever", Description: description, Created: created}
	}
	for name, test := range map[string]struct {
		pending PendingCreate
		share   Share
		want    ownership
	}{
		"absent before": {absent, share("2026-11-22T12:00:00Z", "d"), own},
		"absent before, clocks half a minute off": {absent, share("2026-11-22T11:59:30Z", "d"), own},
		"absent before, carried out late":         {absent, share("2026-11-22T12:14:00Z", "d"), own},
		"absent before, other terms":              {absent, share("2026-11-22T12:00:01Z", "e"), undetermined},
		"absent before, created an hour before":   {absent, share("2026-11-22T11:00:00Z", "d"), undetermined},
		"absent before, created the next day":     {absent, share("2026-11-23T12:00:00Z", "d"), undetermined},
		"absent before, no time":                  {absent, share("", "d"), own},
		"absent before, no server time":           {PendingCreate{AbsentBefore: true}, share("1999-11-22T12:00:00Z", "d"), own},
		"existed before":                          {existed, share("2026-11-22T11:59:59.500Z", "d"), foreign},
		"existed before, created since":           {existed, share("2026-11-22T12:00:00Z", "d"), undetermined},
		"accepted":                                {accepted, share("2026-11-22T12:00:00Z", "d"), own},
		"accepted, changed since":                 {accepted, share("2026-11-22T12:00:00Z", "e"), own},
		"clocks alone":                            {noEvidence, share("2026-11-22T12:00:00Z", "d"), undetermined},
		"clocks alone, created before":            {noEvidence, share("2026-11-21T12:00:00Z", "e"), undetermined},
	} {
		if got := test.pending.ownership(spec, test.share); got != test.want {
			t.Errorf("%s: %d; want %d", name, got, test.want)
		}
	}
	for name, test := range map[string]struct {
		pending PendingCreate
		share   Share
		err     error
		want    PendingAction
	}{
		"own":          {absent, share("2026-11-22T12:00:00Z", "d"), nil, PendingProceed},
		"foreign":      {existed, share("2026-11-22T11:59:59.5Z", "d"), nil, PendingForget},
		"can't tell":   {absent, share("2026-11-22T12:00:01Z", "e"), nil, PendingKeep},
		"gone":         {absent, Share{}, &Gone{}, PendingProceed},
		"not yet":      {absent, Share{}, absent.notYet(), PendingKeep},
		"lookup fails": {absent, Share{}, &Error{Kind: KindUnavailable}, PendingKeep},
	} {
		if got := test.pending.Action(spec, test.share, test.err); got != test.want {
			t.Errorf("action for %s: %d; want %d", name, got, test.want)
		}
	}
}
