package swr_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// lost are effects that lose the answer to a request that took effect.
var lost = map[string]swrtest.Behavior{
	"reset":    swrtest.ResetAfter(),
	"cut off":  swrtest.CloseMidResponse(),
	"500":      swrtest.Status(500, "SVCSTG.SWR.5000001").AfterEffect(),
	"502 HTML": swrtest.HTMLPage(502).AfterEffect(),
	"503":      swrtest.Status(503, "").AfterEffect(),
	"504":      swrtest.Status(504, "").AfterEffect(),
	"200 HTML": swrtest.HTMLPage(200).AfterEffect(),
	"timeout":  swrtest.HangAfter(),
}

// loseAnswers makes a service that loses the answers to a kind of request, once
// or for ever.
func loseAnswers(t *testing.T, kind swrtest.Operation, effect swrtest.Behavior, times int, variants func(*swrtest.Variants)) *bench {
	t.Helper()
	b := start(t, variants, patience(effect))
	b.sim.Inject(swrtest.Fault{Operation: kind, Times: times, Behavior: effect})
	return b
}

var onceAndForEver = map[string]int{"once": 1, "for ever": 0}

// A POST that took effect though its answer was lost is recognised as ours.
func TestLostAnswerOfCreate(t *testing.T) {
	for name, effect := range lost {
		for often, times := range onceAndForEver {
			t.Run(name+" "+often, func(t *testing.T) {
				b := loseAnswers(t, swrtest.OpCreate, effect, times, nil)
				created, err := b.Create(b.ctx, acme, terms(t, "d"))
				if err != nil || created.Outcome != swr.Created {
					t.Fatalf("%+v, %v", created, err)
				}
				expectShare(t, created.Share, "d")
				if n := len(b.sim.AllShares()); n != 1 {
					t.Errorf("%d shares", n)
				}
			})
		}
	}
}

// The server's clock decides, not the client's.
func TestLostAnswerOfCreateByTheServersClock(t *testing.T) {
	for name, variant := range map[string]func(*swrtest.Variants){
		"ahead":             func(v *swrtest.Variants) { v.ClockSkew = 10 * time.Minute },
		"behind":            func(v *swrtest.Variants) { v.ClockSkew = -10 * time.Minute },
		"years ahead":       func(v *swrtest.Variants) { v.ClockSkew = 20000 * time.Hour },
		"other case":        func(v *swrtest.Variants) { v.StoredAccountCase, v.CaseSensitivePaths = swrtest.CaseUpper, true },
		"seed documents":    func(v *swrtest.Variants) { v.Routes = swrtest.MinimalRoutes() },
		"shows late":        func(v *swrtest.Variants) { v.ListDelay.Create.For, v.GetDelay.Create.For = 8e9, 8e9 },
		"created in nanos":  func(v *swrtest.Variants) { v.TimeDigits = 9 },
		"deadline midnight": func(v *swrtest.Variants) { v.DeadlineFormat = swrtest.DeadlineMidnight },
		"bare conflict":     func(v *swrtest.Variants) { v.ConflictWithoutCode = true },
	} {
		t.Run(name, func(t *testing.T) {
			b := loseAnswers(t, swrtest.OpCreate, swrtest.ResetAfter(), 1, variant)
			created, err := b.Create(b.ctx, acme, terms(t, "d"))
			if err != nil || created.Outcome != swr.Created {
				t.Errorf("%+v, %v", created, err)
			}
		})
	}
}

// What is not ours, or can't be told to be, is never adopted: the error is the
// conflict, and says that the share may be ours.
func TestLostAnswerNotAdopted(t *testing.T) {
	equal := func(t *testing.T, b *bench) swrtest.Share {
		t.Helper()
		return swrtest.Share{
			Namespace: acme.Namespace, Repository: acme.Repository, AccessDomain: acme.AccessDomain,
			Deadline: until + "T00:00:00.000Z", Description: "d", Created: b.clock.Now(),
		}
	}
	tests := map[string]struct {
		variant func(*swrtest.Variants)
		other   func(*swrtest.Share, *bench) // how the share that is there differs
	}{
		"made a minute earlier": {nil, func(s *swrtest.Share, b *bench) { s.Created = s.Created.Add(-time.Minute) }},
		"made a minute earlier, server ahead": {func(v *swrtest.Variants) { v.ClockSkew = 10 * time.Minute }, func(s *swrtest.Share, b *bench) {
			s.Created = s.Created.Add(9 * time.Minute)
		}},
		"made ten seconds earlier": {nil, func(s *swrtest.Share, b *bench) { s.Created = s.Created.Add(-10 * time.Second) }},
		"another description":      {nil, func(s *swrtest.Share, b *bench) { s.Description = "e" }},
		"another day":              {nil, func(s *swrtest.Share, b *bench) { s.Deadline = "2031-04-01T00:00:00.000Z" }},
		"for ever":                 {nil, func(s *swrtest.Share, b *bench) { s.Deadline = "forever" }},
		"no Date":                  {func(v *swrtest.Variants) { v.NoDate = true }, func(*swrtest.Share, *bench) {}},
	}
	for name, test := range tests {
		for lostAs, effect := range map[string]swrtest.Behavior{"reset": swrtest.ResetBefore(), "503": swrtest.Status(503, ""), "timeout": swrtest.HangBefore()} {
			t.Run(name+", POST lost by "+lostAs, func(t *testing.T) {
				b := loseAnswers(t, swrtest.OpCreate, effect, 1, test.variant)
				share := equal(t, b)
				test.other(&share, b)
				b.sim.PutShare(share)
				created, err := b.Create(b.ctx, acme, terms(t, "d"))
				failed := expectKind(t, err, swr.KindConflict)
				if created.Outcome != swr.NotCreated || failed.Err == nil || !strings.Contains(err.Error(), "may have made it") {
					t.Errorf("presence %d, %v", created.Outcome, err)
				}
				if held, _ := b.held(acme); held.Description != share.Description || held.Deadline != share.Deadline {
					t.Errorf("the other's share became %+v", held)
				}
			})
		}
	}
}

// A POST whose every answer is lost before it takes effect does not take over
// what another made long before, even where no conflict is ever told.
func TestNeverHeardOfButThere(t *testing.T) {
	b := loseAnswers(t, swrtest.OpCreate, swrtest.ResetBefore(), 0, nil)
	b.sim.PutShare(swrtest.Share{
		Namespace: acme.Namespace, Repository: acme.Repository, AccessDomain: acme.AccessDomain,
		Deadline: until + "T00:00:00.000Z", Description: "d", Created: b.clock.Now().Add(-time.Minute),
	})
	created, err := b.Create(b.ctx, acme, terms(t, "d"))
	expectKind(t, err, swr.KindConflict)
	if created.Outcome != swr.NotCreated {
		t.Errorf("presence %d", created.Outcome)
	}
}

// A first 409 never leads to adoption, nor do a busy 409, throttling or a refused
// connection before it, however equal and new the share is.
func TestConflictWithoutALostAnswer(t *testing.T) {
	for name, effect := range map[string]swrtest.Behavior{
		"first 409": {}, "busy": swrtest.Busy(), "throttled": swrtest.Throttle(), "401": {},
	} {
		t.Run(name, func(t *testing.T) {
			b := start(t, nil)
			if name == "busy" || name == "throttled" {
				b.sim.Inject(swrtest.Fault{Operation: swrtest.OpCreate, Times: 3, Behavior: effect})
			}
			b.putAcme("d")
			b.sim.ResetRequests()
			created, err := b.Create(b.ctx, acme, terms(t, "d"))
			failed := expectKind(t, err, swr.KindConflict)
			if created.Outcome != swr.NotCreated || failed.Status != http.StatusConflict || failed.Code != "SVCSTG.SWR.4090089" {
				t.Errorf("presence %d, %+v", created.Outcome, failed)
			}
			if strings.Contains(err.Error(), "may have made it") {
				t.Errorf("%q: nothing was lost", err)
			}
			if n := b.sim.Count(swrtest.OpGet, swrtest.OpList); n != 0 {
				t.Errorf("%d reads; want none", n)
			}
		})
	}
}

// A POST that is lost before it takes effect is sent again.
func TestLostPostIsRepeated(t *testing.T) {
	for name, effect := range map[string]swrtest.Behavior{
		"reset": swrtest.ResetBefore(), "503": swrtest.Status(503, ""), "timeout": swrtest.HangBefore(), "busy": swrtest.Busy(), "HTML": swrtest.HTMLPage(200),
	} {
		t.Run(name, func(t *testing.T) {
			b := loseAnswers(t, swrtest.OpCreate, effect, 3, nil)
			created, err := b.Create(b.ctx, acme, terms(t, "d"))
			if err != nil || created.Outcome != swr.Created {
				t.Errorf("%+v, %v", created, err)
			}
			if n := b.sim.Count(swrtest.OpCreate); n != 4 {
				t.Errorf("%d POSTs", n)
			}
		})
	}
}

// What became of a POST that nobody answers, where nobody answers reads either,
// is not known: neither made nor not.
func TestCreateInDoubt(t *testing.T) {
	for _, effect := range lost {
		b := loseAnswers(t, swrtest.OpCreate, effect, 0, nil)
		b.sim.Inject(swrtest.Fault{Operation: swrtest.OpGet, Behavior: swrtest.Status(503, "")})
		created, err := b.Create(b.ctx, acme, terms(t, "d"))
		if err == nil || created.Outcome != swr.Unknown {
			t.Errorf("%s: presence %d, %v", effect, created.Outcome, err)
		}
	}
}

// A PATCH whose answer was lost is repeated, and what the service holds decides.
func TestLostAnswerOfChange(t *testing.T) {
	for name, effect := range lost {
		for often, times := range onceAndForEver {
			t.Run(name+" "+often, func(t *testing.T) {
				b := loseAnswers(t, swrtest.OpUpdate, effect, times, nil)
				b.putAcme("old")
				share, err := b.Update(b.ctx, acme, terms(t, "new"))
				if err != nil || share == nil || share.Description != "new" {
					t.Errorf("%+v, %v", share, err)
				}
				b.expectHeld(t, acme, "new")
				if n := b.sim.Count(swrtest.OpUpdate); n < 2 || n > 6 {
					t.Errorf("%d PATCHes", n)
				}
			})
		}
	}
}

// A PATCH that never took effect is an error, with what the service still holds.
func TestChangeThatFails(t *testing.T) {
	for name, effect := range map[string]swrtest.Behavior{"reset": swrtest.ResetBefore(), "503": swrtest.Status(503, ""), "timeout": swrtest.HangBefore()} {
		t.Run(name, func(t *testing.T) {
			b := loseAnswers(t, swrtest.OpUpdate, effect, 0, nil)
			b.putAcme("old")
			share, err := b.Update(b.ctx, acme, terms(t, "new"))
			if err == nil || share == nil || share.Description != "old" {
				t.Errorf("%+v, %v", share, err)
			}
		})
	}
}

// A DELETE that took effect is a success, whatever became of its answer.
func TestLostAnswerOfRevoke(t *testing.T) {
	for name, effect := range lost {
		for missing, form := range map[string]swrtest.MissingShare{
			"204": swrtest.MissingDefault, "404": swrtest.MissingNotFound, "400": swrtest.MissingBadRequest,
		} {
			for often, times := range onceAndForEver {
				t.Run(name+" "+often+", then "+missing, func(t *testing.T) {
					b := loseAnswers(t, swrtest.OpDelete, effect, times, func(v *swrtest.Variants) { v.MissingOnDelete = form })
					b.putAcme("d")
					if err := b.Delete(b.ctx, acme, b.Host()); err != nil {
						t.Errorf("error %v", err)
					}
					if b.holds(acme) {
						t.Error("still there")
					}
				})
			}
		}
	}
}

// A DELETE that never took effect is an error that is no *Gone.
func TestRevokeThatFails(t *testing.T) {
	for name, effect := range map[string]swrtest.Behavior{
		"reset": swrtest.ResetBefore(), "503": swrtest.Status(503, ""), "timeout": swrtest.HangBefore(), "busy": swrtest.Busy(),
		"409": swrtest.Status(409, ""), "HTML 503": swrtest.HTMLPage(503),
	} {
		t.Run(name, func(t *testing.T) {
			b := loseAnswers(t, swrtest.OpDelete, effect, 0, nil)
			b.putAcme("d")
			err := b.Delete(b.ctx, acme, b.Host())
			if _, gone := errors.AsType[*swr.Gone](err); err == nil || gone {
				t.Errorf("error %v", err)
			}
			if !b.holds(acme) {
				t.Error("gone")
			}
		})
	}
}

// A success with a status that is not documented proves nothing: the share is
// read, and what is there decides.
func TestUnprovenSuccess(t *testing.T) {
	for _, effect := range []swrtest.Behavior{swrtest.Status(200, ""), swrtest.Status(202, ""), swrtest.Status(204, "")} {
		b := start(t, nil)
		b.sim.Inject(swrtest.Fault{Operation: swrtest.OpCreate, Behavior: effect})
		created, err := b.Create(b.clock.within(t, b.ctx, time.Minute), acme, terms(t, "d"))
		expectKind(t, err, swr.KindUnexpectedSuccess)
		if created.Outcome != swr.Unknown {
			t.Errorf("%s: presence %d", effect, created.Outcome)
		}
	}
	for _, effect := range []swrtest.Behavior{swrtest.Status(200, ""), swrtest.Status(202, "")} {
		b := start(t, nil)
		b.putAcme("d")
		b.sim.Inject(swrtest.Fault{Operation: swrtest.OpDelete, Behavior: effect})
		expectKind(t, b.Delete(b.clock.within(t, b.ctx, time.Minute), acme, ""), swr.KindUnexpectedSuccess)
		b.expectHeld(t, acme, "d")
	}
	b := start(t, nil)
	b.putAcme("old")
	b.sim.Inject(swrtest.Fault{Operation: swrtest.OpUpdate, Behavior: swrtest.Status(202, "")})
	share, err := b.Update(b.ctx, acme, terms(t, "new"))
	expectKind(t, err, swr.KindUnexpectedSuccess)
	if share == nil || share.Description != "old" {
		t.Errorf("%+v", share)
	}
}
