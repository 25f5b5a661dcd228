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
	doubt := swr.Doubt{Since: begin, Until: begin.Add(5 * time.Minute)}
	share := func(created, description string) swr.Share {
		return swr.Share{Permit: "read", Deadline: until + "T00:00:00.000Z", Description: description, Created: created}
	}
	for name, test := range map[string]struct {
		doubt swr.Doubt
		share swr.Share
		want  swr.Origin
	}{
		"at once":                   {doubt, share("2026-11-22T12:00:00Z", "d"), swr.Ours},
		"in the same second":        {doubt, share("2026-11-22T11:59:56Z", "d"), swr.Ours},
		"minutes after the end":     {doubt, share("2026-11-22T12:14:00Z", "d"), swr.Ours},
		"edited since":              {doubt, share("2026-11-22T12:00:01Z", "e"), swr.Unclear},
		"before":                    {doubt, share("2026-11-22T11:59:00Z", "d"), swr.Anothers},
		"before, and edited":        {doubt, share("2026-11-22T11:59:00Z", "e"), swr.Anothers},
		"the next day":              {doubt, share("2026-11-23T12:00:00Z", "d"), swr.Anothers},
		"nobody says when":          {doubt, share("", "d"), swr.Unclear},
		"at no time":                {doubt, share("yesterday", "d"), swr.Unclear},
		"nobody knew the time":      {swr.Doubt{}, share("2026-11-22T12:00:00Z", "d"), swr.Unclear},
		"nobody knew, and it's old": {swr.Doubt{}, share("1999-11-22T12:00:00Z", "d"), swr.Unclear},
	} {
		if got := test.doubt.Origin(terms(t, "d"), test.share); got != test.want {
			t.Errorf("%s: %d instead of %d", name, got, test.want)
		}
	}
}

// A POST that the service carries out after the call has been given up is in
// doubt, however often it did not show before.
func TestCreateThatTakesEffectLater(t *testing.T) {
	for name, world := range map[string]struct {
		effect  swrtest.Effect
		variant func(*swrtest.Variants)
		want    swr.Origin
	}{
		"no answer":                       {swrtest.HangBefore(), nil, swr.Ours},
		"reset":                           {swrtest.ResetBefore(), nil, swr.Ours},
		"a gateway's 504":                 {swrtest.Status(504, ""), nil, swr.Ours},
		"202":                             {swrtest.Status(202, ""), nil, swr.Ours},
		"no answer, and nobody has clock": {swrtest.HangBefore(), func(v *swrtest.Variants) { v.NoDate = true }, swr.Unclear},
	} {
		t.Run(name, func(t *testing.T) {
			b := loseAnswers(t, swrtest.KindCreate, world.effect, 0, world.variant)
			created, err := b.Create(b.clock.within(t, b.ctx, time.Minute), acme, terms(t, "d"))
			if err == nil || created.Presence != swr.Doubtful {
				t.Fatalf("presence %d, %v", created.Presence, err)
			}
			b.putAcme("d")
			share, err := b.Find(b.ctx, acme, b.Host())
			if err != nil {
				t.Fatal(err)
			}
			if got := created.Doubt.Origin(terms(t, "d"), share); got != world.want {
				t.Errorf("%d instead of %d: %+v, made at %s", got, world.want, created.Doubt, share.Created)
			}
		})
	}
}

// What the service answers wholly, and would answer again, leaves no doubt.
func TestCreateThatIsRefusedLeavesNoDoubt(t *testing.T) {
	for name, effects := range map[string][]swrtest.Effect{
		"503":                   {swrtest.Status(503, "")},
		"reset, then forbidden": {swrtest.ResetBefore(), swrtest.Status(403, "SVCSTG.SWR.4030000")},
	} {
		b := start(t, nil)
		for n, effect := range effects {
			fault := swrtest.Fault{Kind: swrtest.KindCreate, Effect: effect}
			if n < len(effects)-1 {
				fault.Times = 1
			}
			b.sim.Inject(fault)
		}
		created, err := b.Create(b.ctx, acme, terms(t, "d"))
		if err == nil || created.Presence != swr.Absent {
			t.Errorf("%s: presence %d, %v", name, created.Presence, err)
		}
	}
}

// A lost answer, then a conflict: the service itself says that there is a share,
// though it shows none until the operation ends.
func TestConflictThatDoesNotShow(t *testing.T) {
	late := swrtest.Delays{Create: swrtest.Delay{For: time.Hour}}
	b := loseAnswers(t, swrtest.KindCreate, swrtest.ResetAfter(), 1, func(v *swrtest.Variants) { v.GetDelay, v.ListDelay = late, late })
	ctx, cancel := context.WithCancel(b.clock.within(t, b.ctx, time.Minute))
	defer cancel()
	created, err := b.Create(ctx, acme, terms(t, "d"))
	if err == nil || created.Presence != swr.Doubtful {
		t.Errorf("presence %d, %v", created.Presence, err)
	}
}

// "No such repository" of one share is not believed while the repository's
// shares are listed.
func TestRepositoryMissingForOneShareAlone(t *testing.T) {
	b := start(t, nil)
	b.put(151)
	b.sim.Inject(swrtest.Fault{Kind: swrtest.KindGet, Effect: swrtest.Status(404, "SVCSTG.SWR.4040010")})
	for _, n := range []int{0, 99, 100, 150} {
		key := acme
		key.AccessDomain = account(n)
		if share, err := b.Find(b.ctx, key, b.Host()); err != nil || share.AccessDomain != key.AccessDomain {
			t.Errorf("%s: %+v, %v", key, share, err)
		}
	}
	key := acme
	key.AccessDomain = "NOBODY"
	_, err := b.another(t).Find(b.ctx, key, b.Host())
	expectKind(t, err, swr.KindContradiction)
}
