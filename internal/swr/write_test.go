package swr_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// The tables of decisions have tests of their own (decide_test.go). Here each
// decision is met once over HTTP.

// withFault serves a simulator that plays the behavior at an operation, so many
// times, or always if times is 0.
func withFault(t *testing.T, op swrtest.Operation, behavior swrtest.Behavior, times int, variants func(*swrtest.Variants)) *fixture {
	t.Helper()
	f := newFixture(t, variants, requestTimeout(behavior))
	f.sim.Inject(swrtest.Fault{Operation: op, Times: times, Behavior: behavior})
	return f
}

// expectOutcome checks what a create says, and whether it is an error.
func expectOutcome(t *testing.T, result swr.CreateResult, err error, want swr.CreateOutcome) {
	t.Helper()
	if result.Outcome != want || (err == nil) != (want == swr.Created) {
		t.Errorf("outcome %d, %v; want outcome %d", result.Outcome, err, want)
	}
}

// A POST that took effect although its response was lost is recognized, also where
// the response to each attempt is lost. The server's clock decides, not the
// client's, in whatever form it is shown.
func TestCreateWithLostResponse(t *testing.T) {
	for name, variant := range map[string]func(*swrtest.Variants){
		"plain":             nil,
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
		for often, times := range map[string]int{"once": 1, "always": 0} {
			t.Run(name+", "+often, func(t *testing.T) {
				f := withFault(t, swrtest.OpCreate, swrtest.ResetAfter(), times, variant)
				result, err := f.Create(f.ctx, acme, testSpec(t, "d"))
				expectOutcome(t, result, err, swr.Created)
				expectShare(t, result.Share, "d")
				if n := len(f.sim.AllShares()); n != 1 {
					t.Errorf("%d shares", n)
				}
			})
		}
	}
}

// A share that may be another client's is not adopted: the error is a conflict,
// even where the service never responds with one, and says what is known of who
// made the share.
func TestCreateDoesNotAdopt(t *testing.T) {
	tests := map[string]struct {
		variant func(*swrtest.Variants)
		created time.Duration // relative to the create
		text    string        // description of the existing share
		noList  bool          // the listing before the create fails
		want    string
	}{
		"created a minute earlier":   {nil, -time.Minute, "d", false, "existed before"},
		"created now":                {nil, 0, "d", false, "existed before"},
		"another description":        {nil, 0, "e", false, "existed before"},
		"not listed before":          {nil, 0, "d", true, "may have made it"},
		"not listed before, no Date": {func(v *swrtest.Variants) { v.NoDate = true }, 0, "d", true, "may have made it"},
	}
	for name, test := range tests {
		for often, times := range map[string]int{"once": 1, "always": 0} {
			t.Run(name+", POST lost "+often, func(t *testing.T) {
				f := withFault(t, swrtest.OpCreate, swrtest.ResetBefore(), times, test.variant)
				f.sim.PutShare(swrtest.Share{
					Namespace: acme.Namespace, Repository: acme.Repository, AccessDomain: acme.AccessDomain,
					Deadline: testDeadline + "T00:00:00.000Z", Description: test.text, Created: f.clock.Now().Add(test.created),
				})
				if test.noList {
					f.sim.Inject(swrtest.Fault{Operation: swrtest.OpList, Times: 1, Behavior: swrtest.Status(403, "SVCSTG.SWR.4030000")})
				}
				result, err := f.Create(f.ctx, acme, testSpec(t, "d"))
				expectOutcome(t, result, err, swr.NotCreated)
				if failed := expectKind(t, err, swr.KindConflict); failed.Err == nil || !strings.Contains(err.Error(), test.want) {
					t.Error(err)
				}
				f.expectStored(t, acme, test.text)
			})
		}
	}
}

// A 409 that follows no lost response is a conflict, however equal and new the
// share is, and nothing is read after it. A busy 409 and throttling lose nothing.
func TestConflictWithoutLostResponse(t *testing.T) {
	for name, behavior := range map[string]swrtest.Behavior{"first 409": {}, "busy": swrtest.Busy(), "throttled": swrtest.Throttle()} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, nil)
			if name != "first 409" {
				f.sim.Inject(swrtest.Fault{Operation: swrtest.OpCreate, Times: 3, Behavior: behavior})
			}
			f.putAcme("d")
			f.sim.ResetRequests()
			result, err := f.Create(f.ctx, acme, testSpec(t, "d"))
			expectOutcome(t, result, err, swr.NotCreated)
			failed := expectKind(t, err, swr.KindConflict)
			if failed.Status != http.StatusConflict || failed.Code != "SVCSTG.SWR.4090089" || strings.Contains(err.Error(), "may have made it") {
				t.Errorf("%+v", failed)
			}
			if last := f.sim.Requests()[f.sim.Count()-1]; last.Operation != swrtest.OpCreate {
				t.Errorf("%s after the create; want nothing", last.Operation)
			}
		})
	}
}

// A POST that the service may carry out later leaves a pending create, which
// recognizes the share.
func TestCreateThatTakesEffectLater(t *testing.T) {
	for name, test := range map[string]struct {
		behavior swrtest.Behavior
		variant  func(*swrtest.Variants)
		want     swr.PendingAction
	}{
		"no response":                     {swrtest.HangBefore(), nil, swr.PendingProceed},
		"reset":                           {swrtest.ResetBefore(), nil, swr.PendingProceed},
		"504":                             {swrtest.Status(504, ""), nil, swr.PendingProceed},
		"202":                             {swrtest.Status(202, ""), nil, swr.PendingProceed},
		"503":                             {swrtest.Status(503, ""), nil, swr.PendingProceed},
		"no response and no server clock": {swrtest.ResetBefore(), func(v *swrtest.Variants) { v.NoDate = true }, swr.PendingProceed},
	} {
		t.Run(name, func(t *testing.T) {
			f := withFault(t, swrtest.OpCreate, test.behavior, 0, test.variant)
			result, err := f.Create(f.clock.withTimeout(t, f.ctx, time.Minute), acme, testSpec(t, "d"))
			expectOutcome(t, result, err, swr.Unknown)
			f.putAcme("d")
			share, err := f.Get(f.ctx, acme, f.here())
			if got := result.Pending.Action(testSpec(t, "d"), share, err); got != test.want {
				t.Errorf("%d; want %d: %+v, created %s", got, test.want, result.Pending, share.Created)
			}
		})
	}
}

// A refusal by the service after a lost response leaves nothing pending, but one
// by a proxy does.
func TestRefusalAfterLostResponse(t *testing.T) {
	for name, test := range map[string]struct {
		refusal swrtest.Behavior
		want    swr.CreateOutcome
	}{
		"forbidden":            {swrtest.Status(403, "SVCSTG.SWR.4030000"), swr.NotCreated},
		"forbidden by a proxy": {swrtest.Status(403, ""), swr.Unknown},
		"no route by a proxy":  {swrtest.Status(404, ""), swr.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, nil)
			f.sim.Inject(swrtest.Fault{Operation: swrtest.OpCreate, Times: 1, Behavior: swrtest.ResetBefore()})
			f.sim.Inject(swrtest.Fault{Operation: swrtest.OpCreate, Behavior: test.refusal})
			result, err := f.Create(f.ctx, acme, testSpec(t, "d"))
			expectOutcome(t, result, err, test.want)
		})
	}
}

// After a lost response and a conflict the share exists by the service's word,
// though it shows none until the operation ends.
func TestConflictThatDoesNotShow(t *testing.T) {
	late := swrtest.Delays{Create: swrtest.Delay{For: time.Hour}}
	f := withFault(t, swrtest.OpCreate, swrtest.ResetAfter(), 1, func(v *swrtest.Variants) { v.GetDelay, v.ListDelay = late, late })
	result, err := f.Create(f.clock.withTimeout(t, f.ctx, time.Minute), acme, testSpec(t, "d"))
	expectOutcome(t, result, err, swr.Unknown)
}

// A service that accepts a share but has something else is reported, with what it
// has.
func TestCreateThatIsNotApplied(t *testing.T) {
	f := newFixture(t, nil)
	f.sim.Inject(swrtest.Fault{Operation: swrtest.OpGet, Behavior: swrtest.Respond(200, nil,
		`{"exist":true,"namespace":"platform","repository":"team/app","access_domain":"Acme","permit":"read","deadline":"forever","description":"\u001b[31m"}`)})
	result, err := f.Create(f.ctx, acme, testSpec(t, "d"))
	expectKind(t, err, swr.KindInvalidResponse)
	expectPrintable(t, f, err)
	if result.Outcome != swr.Created || result.Share.Deadline != "forever" {
		t.Errorf("%+v", result)
	}
}

// A PATCH whose response was lost is repeated, and what the service has decides.
func TestUpdateWithLostResponse(t *testing.T) {
	f := withFault(t, swrtest.OpUpdate, swrtest.ResetAfter(), 0, nil)
	f.putAcme("old")
	share, err := f.Update(f.ctx, acme, testSpec(t, "new"), swr.LastSeen{})
	if err != nil || share == nil || share.Description != "new" {
		t.Errorf("%+v, %v", share, err)
	}
	f.expectStored(t, acme, "new")
	f.expectCounts(t, map[swrtest.Operation]int{swrtest.OpUpdate: 6, swrtest.OpGet: 1})
}

// A share that can't be changed since "it does not exist", and that is listed all
// the same, is an error, and not gone.
func TestUpdateOfWhatIsListedAndMissing(t *testing.T) {
	f := withFault(t, swrtest.OpUpdate, swrtest.Status(404, "SVCSTG.SWR.4040091"), 0, nil)
	f.putAcme("old")
	share, err := f.Update(f.ctx, acme, testSpec(t, "new"), swr.LastSeen{})
	expectKind(t, err, swr.KindShareMissing)
	if share != nil {
		t.Errorf("%+v", share)
	}
	f.expectStored(t, acme, "old")
}

// A DELETE that took effect is a success, however the service responds to the
// next try.
func TestDeleteWithLostResponse(t *testing.T) {
	for name, form := range map[string]swrtest.MissingShare{
		"204": swrtest.MissingDefault, "404": swrtest.MissingNotFound, "400": swrtest.MissingBadRequest,
	} {
		t.Run(name, func(t *testing.T) {
			f := withFault(t, swrtest.OpDelete, swrtest.ResetAfter(), 1, func(v *swrtest.Variants) { v.MissingOnDelete = form })
			f.putAcme("d")
			if err := f.Delete(f.ctx, acme, f.here()); err != nil || f.has(acme) {
				t.Errorf("%v, still there: %t", err, f.has(acme))
			}
		})
	}
}

// A success with a status that is not documented proves nothing: the share is
// read, and what is there decides.
func TestUnexpectedSuccess(t *testing.T) {
	within := func(f *fixture) context.Context { return f.clock.withTimeout(t, f.ctx, time.Minute) }
	for _, status := range []int{200, 202, 204} {
		f := withFault(t, swrtest.OpCreate, swrtest.Status(status, ""), 0, nil)
		result, err := f.Create(within(f), acme, testSpec(t, "d"))
		expectKind(t, err, swr.KindUnexpectedSuccess)
		expectOutcome(t, result, err, swr.Unknown)
	}
	for _, status := range []int{200, 202} {
		f := withFault(t, swrtest.OpDelete, swrtest.Status(status, ""), 0, nil)
		f.putAcme("d")
		expectKind(t, f.Delete(within(f), acme, swr.LastSeen{}), swr.KindUnexpectedSuccess)
		f.expectStored(t, acme, "d")
	}
	f := withFault(t, swrtest.OpUpdate, swrtest.Status(202, ""), 0, nil)
	f.putAcme("old")
	share, err := f.Update(f.ctx, acme, testSpec(t, "new"), swr.LastSeen{})
	expectKind(t, err, swr.KindUnexpectedSuccess)
	if share == nil || share.Description != "old" {
		t.Errorf("%+v", share)
	}
}
