package swr_test

import (
	"context"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

func TestDoubtOrigin(t *testing.T) {
	begin := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	doubt := swr.PendingCreate{Since: begin, Until: begin.Add(5 * time.Minute)}
	share := func(created, description string) swr.Share {
		return swr.Share{Permit: "read", Deadline: until + "T00:00:00.000Z", Description: description, Created: created}
	}
	for name, test := range map[string]struct {
		doubt swr.PendingCreate
		share swr.Share
		want  swr.Ownership
	}{
		"at once":                   {doubt, share("2026-11-22T12:00:00Z", "d"), swr.Own},
		"in the same second":        {doubt, share("2026-11-22T11:59:56Z", "d"), swr.Own},
		"minutes after the end":     {doubt, share("2026-11-22T12:14:00Z", "d"), swr.Own},
		"edited since":              {doubt, share("2026-11-22T12:00:01Z", "e"), swr.Undetermined},
		"before":                    {doubt, share("2026-11-22T11:59:00Z", "d"), swr.Foreign},
		"before, and edited":        {doubt, share("2026-11-22T11:59:00Z", "e"), swr.Foreign},
		"the next day":              {doubt, share("2026-11-23T12:00:00Z", "d"), swr.Foreign},
		"nobody says when":          {doubt, share("", "d"), swr.Undetermined},
		"at no time":                {doubt, share("yesterday", "d"), swr.Undetermined},
		"nobody knew the time":      {swr.PendingCreate{}, share("2026-11-22T12:00:00Z", "d"), swr.Undetermined},
		"nobody knew, and it's old": {swr.PendingCreate{}, share("1999-11-22T12:00:00Z", "d"), swr.Undetermined},
	} {
		if got := test.doubt.Ownership(terms(t, "d"), test.share); got != test.want {
			t.Errorf("%s: %d instead of %d", name, got, test.want)
		}
	}
}

// A POST that the service carries out after the call has been given up is in
// doubt, however often it did not show before.
func TestCreateThatTakesEffectLater(t *testing.T) {
	for name, world := range map[string]struct {
		effect  swrtest.Behavior
		variant func(*swrtest.Variants)
		want    swr.Ownership
	}{
		"no answer":                       {swrtest.HangBefore(), nil, swr.Own},
		"reset":                           {swrtest.ResetBefore(), nil, swr.Own},
		"a gateway's 504":                 {swrtest.Status(504, ""), nil, swr.Own},
		"202":                             {swrtest.Status(202, ""), nil, swr.Own},
		"no answer, and nobody has clock": {swrtest.HangBefore(), func(v *swrtest.Variants) { v.NoDate = true }, swr.Undetermined},
	} {
		t.Run(name, func(t *testing.T) {
			b := loseAnswers(t, swrtest.OpCreate, world.effect, 0, world.variant)
			created, err := b.Create(b.clock.within(t, b.ctx, time.Minute), acme, terms(t, "d"))
			if err == nil || created.Outcome != swr.Unknown {
				t.Fatalf("presence %d, %v", created.Outcome, err)
			}
			b.putAcme("d")
			share, err := b.Get(b.ctx, acme, b.Host())
			if err != nil {
				t.Fatal(err)
			}
			if got := created.Pending.Ownership(terms(t, "d"), share); got != world.want {
				t.Errorf("%d instead of %d: %+v, made at %s", got, world.want, created.Pending, share.Created)
			}
		})
	}
}

// What the service answers wholly, and would answer again, leaves no doubt.
func TestCreateThatIsRefusedLeavesNoDoubt(t *testing.T) {
	for name, effects := range map[string][]swrtest.Behavior{
		"503":                   {swrtest.Status(503, "")},
		"reset, then forbidden": {swrtest.ResetBefore(), swrtest.Status(403, "SVCSTG.SWR.4030000")},
	} {
		b := start(t, nil)
		for n, effect := range effects {
			fault := swrtest.Fault{Operation: swrtest.OpCreate, Behavior: effect}
			if n < len(effects)-1 {
				fault.Times = 1
			}
			b.sim.Inject(fault)
		}
		created, err := b.Create(b.ctx, acme, terms(t, "d"))
		if err == nil || created.Outcome != swr.NotCreated {
			t.Errorf("%s: presence %d, %v", name, created.Outcome, err)
		}
	}
}

// A lost answer, then a conflict: the service itself says that there is a share,
// though it shows none until the operation ends.
func TestConflictThatDoesNotShow(t *testing.T) {
	late := swrtest.Delays{Create: swrtest.Delay{For: time.Hour}}
	b := loseAnswers(t, swrtest.OpCreate, swrtest.ResetAfter(), 1, func(v *swrtest.Variants) { v.GetDelay, v.ListDelay = late, late })
	ctx, cancel := context.WithCancel(b.clock.within(t, b.ctx, time.Minute))
	defer cancel()
	created, err := b.Create(ctx, acme, terms(t, "d"))
	if err == nil || created.Outcome != swr.Unknown {
		t.Errorf("presence %d, %v", created.Outcome, err)
	}
}

// "No such repository" of one share is not believed while the repository's
// shares are listed.
func TestRepositoryMissingForOneShareAlone(t *testing.T) {
	b := start(t, nil)
	b.put(151)
	b.sim.Inject(swrtest.Fault{Operation: swrtest.OpGet, Behavior: swrtest.Status(404, "SVCSTG.SWR.4040010")})
	for _, n := range []int{0, 99, 100, 150} {
		key := acme
		key.AccessDomain = account(n)
		if share, err := b.Get(b.ctx, key, b.Host()); err != nil || share.AccessDomain != key.AccessDomain {
			t.Errorf("%s: %+v, %v", key, share, err)
		}
	}
	key := acme
	key.AccessDomain = "NOBODY"
	_, err := b.another(t).Get(b.ctx, key, b.Host())
	expectKind(t, err, swr.KindInvalidResponse)
}
