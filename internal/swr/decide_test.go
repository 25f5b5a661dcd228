package swr

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

var (
	allEffects   = []effect{effectRejected, effectApplied, effectAmbiguous, effectMayApplyLater}
	allResponses = []responseClass{
		respSuccess, respUnexpectedSuccess, respConflict, respShareMissing, respRepositoryMissing, respFailed,
	}
	allObserved = []observed{
		notObserved, observedUnknown, observedAbsent, observedRepositoryAbsent, observedNotYet, observedMatch, observedDifferent,
	}
	allOwnership = []ownership{undetermined, own, foreign}

	anyEffect       = allEffects[1:] // any that is not rejected
	anyButSuccess   = allResponses[1:]
	waitedForDelete = []responseClass{respSuccess, respUnexpectedSuccess, respShareMissing}
)

// expectation is what a table says for some effects and responses: a letter for
// each column.
type expectation struct {
	effects   []effect
	responses []responseClass
	columns   string
}

// expect returns the letter for a cell. Exactly one expectation must have it.
func expect(t *testing.T, table []expectation, e effect, r responseClass, column int) string {
	t.Helper()
	found := ""
	for _, row := range table {
		if slices.Contains(row.effects, e) && slices.Contains(row.responses, r) {
			if found != "" {
				t.Fatalf("effect %d, response %d: two expectations", e, r)
			}
			found = strings.Fields(row.columns)[column]
		}
	}
	if found == "" {
		t.Fatalf("effect %d, response %d: no expectation", e, r)
	}
	return found
}

func TestDecideCreate(t *testing.T) {
	letters := map[string]createConclusion{
		"failed":     {NotCreated, failed},
		"maybe-own":  {NotCreated, mayBeOwn},
		"foreign":    {NotCreated, existedBefore},
		"created":    {Created, succeeded},
		"differs":    {Created, notApplied},
		"unread":     {CreatedUnverified, unverified},
		"not-shown":  {CreatedUnverified, notShown},
		"may-appear": {Unknown, mayAppear},
		"unknown":    {Unknown, unverified},
	}
	// The columns are those of allObserved, the last two for each ownership.
	table := []expectation{
		{
			allEffects[:1], allResponses,
			"failed failed failed failed failed   failed failed failed   failed failed failed",
		},
		{
			anyEffect, []responseClass{respSuccess},
			"not-shown unread not-shown not-shown not-shown   created created created   differs differs differs",
		},
		{
			anyEffect, anyButSuccess,
			"unknown unknown failed failed may-appear   maybe-own created foreign   maybe-own created foreign",
		},
	}
	for _, e := range allEffects {
		for _, r := range allResponses {
			for _, o := range allObserved {
				for _, ownership := range allOwnership {
					column := int(o)
					if present := int(o - observedMatch); present >= 0 {
						column = int(observedMatch) + present*len(allOwnership) + int(ownership)
					}
					want := expect(t, table, e, r, column)
					if got := decide(createRules, situation{e, r, o, ownership}); got != letters[want] {
						t.Errorf("effect %d, response %d, observed %d, ownership %d: %+v; want %s", e, r, o, ownership, got, want)
					}
				}
			}
		}
	}
}

func TestDecideUpdateAndDelete(t *testing.T) {
	letters := map[string]conclusion{
		"ok": succeeded, "failed": failed, "unverified": unverified, "differs": notApplied,
		"gone": alreadyGone, "shown": stillShown, "other": otherSpelling,
	}
	tests := map[string]struct {
		rules []rule[conclusion]
		table []expectation
	}{
		// none unknown absent repository not-yet match different
		"update": {updateRules, []expectation{
			{allEffects[:1], allResponses, "failed failed failed failed failed failed failed"},
			{anyEffect, allResponses[:1], "unverified unverified unverified unverified unverified ok differs"},
			{anyEffect, anyButSuccess, "unverified unverified unverified unverified unverified ok failed"},
		}},
		"delete": {deleteRules, []expectation{
			{allEffects[:1], waitedForDelete, "failed unverified gone gone unverified shown other"},
			{anyEffect, waitedForDelete, "failed unverified ok gone unverified shown other"},
			{allEffects[:1], without(allResponses, waitedForDelete), "failed unverified gone gone unverified failed failed"},
			{anyEffect, without(allResponses, waitedForDelete), "failed unverified ok gone unverified failed failed"},
		}},
	}
	for name, test := range tests {
		for _, e := range allEffects {
			for _, r := range allResponses {
				for _, o := range allObserved {
					want := expect(t, test.table, e, r, int(o))
					if got := decide(test.rules, situation{effect: e, response: r, observed: o}); got != letters[want] {
						t.Errorf("%s: effect %d, response %d, observed %d: %d; want %s", name, e, r, o, got, want)
					}
				}
			}
		}
	}
}

func without[T comparable](all, some []T) []T {
	return slices.DeleteFunc(slices.Clone(all), func(v T) bool { return slices.Contains(some, v) })
}

func TestMayStillAppear(t *testing.T) {
	table := []expectation{
		{allEffects, []responseClass{respSuccess, respConflict}, "yes"},
		{allEffects[:3], []responseClass{respUnexpectedSuccess, respShareMissing, respRepositoryMissing, respFailed}, "no"},
		{allEffects[3:], []responseClass{respUnexpectedSuccess, respShareMissing, respRepositoryMissing, respFailed}, "yes"},
	}
	for _, e := range allEffects {
		for _, r := range allResponses {
			if want := expect(t, table, e, r, 0); mayStillAppear(e, r) != (want == "yes") {
				t.Errorf("effect %d, response %d: want %s", e, r, want)
			}
		}
	}
}

func TestDecidePending(t *testing.T) {
	want := map[observed][3]PendingAction{ // by undetermined, own, foreign
		notObserved:              {PendingKeep, PendingKeep, PendingKeep},
		observedUnknown:          {PendingKeep, PendingKeep, PendingKeep},
		observedAbsent:           {PendingProceed, PendingProceed, PendingProceed},
		observedRepositoryAbsent: {PendingProceed, PendingProceed, PendingProceed},
		observedNotYet:           {PendingKeep, PendingKeep, PendingKeep},
		observedMatch:            {PendingKeep, PendingProceed, PendingForget},
		observedDifferent:        {PendingKeep, PendingProceed, PendingForget},
	}
	for _, o := range allObserved {
		for _, ownership := range allOwnership {
			if got := decide(pendingRules, situation{observed: o, ownership: ownership}); got != want[o][ownership] {
				t.Errorf("observed %d, ownership %d: %d; want %d", o, ownership, got, want[o][ownership])
			}
		}
	}
}

func TestObserve(t *testing.T) {
	for name, test := range map[string]struct {
		err              error
		mayAppear, match bool
		want             observed
	}{
		"as asked for":                  {nil, false, true, observedMatch},
		"different":                     {nil, false, false, observedDifferent},
		"as asked for, may appear":      {nil, true, true, observedMatch},
		"gone":                          {&Gone{}, false, false, observedAbsent},
		"repository gone":               {&Gone{Repository: true}, false, false, observedRepositoryAbsent},
		"gone, but may appear":          {&Gone{}, true, false, observedNotYet},
		"repository gone, may appear":   {&Gone{Repository: true}, true, false, observedNotYet},
		"an error":                      {&Error{Kind: KindUnavailable}, false, false, observedUnknown},
		"an error, may appear":          {&Error{Kind: KindUnavailable}, true, false, observedUnknown},
		"missing, which proves nothing": {&Error{Kind: KindShareMissing}, false, false, observedUnknown},
	} {
		if got := observe(Share{}, test.err, test.mayAppear, test.match); got.state != test.want || !errors.Is(got.err, test.err) {
			t.Errorf("%s: %+v; want %d", name, got, test.want)
		}
	}
}

func TestClassifyResponse(t *testing.T) {
	for _, test := range []struct {
		err  error
		want responseClass
	}{
		{nil, respSuccess},
		{&Error{Kind: KindUnexpectedSuccess, Status: 202}, respUnexpectedSuccess},
		{&Error{Kind: KindUnexpectedSuccess, Status: 200, Excerpt: "<html>"}, respFailed},
		{&Error{Kind: KindUnexpectedSuccess, Status: 200, Code: "SVCSTG.SWR.4040091"}, respFailed},
		{&Error{Kind: KindConflict}, respConflict},
		{&Error{Kind: KindShareMissing}, respShareMissing},
		{&Error{Kind: KindRepositoryMissing}, respRepositoryMissing},
		{&Error{Kind: KindForbidden}, respFailed},
		{&Error{Kind: KindUnauthorized}, respFailed},
		{&Error{Kind: KindThrottled}, respFailed},
		{&Error{Kind: KindUnavailable}, respFailed},
		{&Error{Kind: KindNetwork}, respFailed},
		{&Error{Kind: KindRedirect}, respFailed},
	} {
		if got := classifyResponse(test.err); got != test.want {
			t.Errorf("%v: %d; want %d", test.err, got, test.want)
		}
	}
}

// The error of a write keeps that of the call and that of the lookup.
func TestConclusionToError(t *testing.T) {
	cause := &Error{Kind: KindNetwork, Err: errors.New("reset")}
	gone := &Gone{Key: testKey}
	share := Share{Permit: "read", Deadline: "forever", Description: "\x1b[31mred"}
	for c, test := range map[conclusion]struct {
		kind Kind // "" for no error
		text string
	}{
		succeeded:     {},
		otherSpelling: {},
		failed:        {KindNetwork, "reset"},
		unverified:    {KindNetwork, `reset; it could not be verified: "demo/team/app" is not shared with "swr"`},
		notShown:      {KindNotYet, "did not show it"},
		existedBefore: {KindConflict, "existed before this run: reset"},
		mayAppear:     {KindNetwork, "reset; the share does not show"},
		mayBeOwn:      {KindConflict, "reset"},
		notApplied:    {KindInvalidResponse, `permit "read", deadline "forever" and description "\\x1b[31mred"`},
		stillShown:    {KindNetwork, "reset; the service still shows the share"},
	} {
		err := c.toError(cause, observation{share: share, err: gone}, "it could not be verified")
		if test.kind == "" {
			if err != nil {
				t.Errorf("conclusion %d: %v", c, err)
			}
			continue
		}
		if !errors.Is(err, test.kind) || !strings.Contains(err.Error(), test.text) {
			t.Errorf("conclusion %d: %v; want %q, %s", c, err, test.text, test.kind)
		}
	}
	if err := alreadyGone.toError(cause, observation{err: gone}, ""); !errors.Is(err, gone) {
		t.Errorf("already gone: %v", err)
	}
	if err := unverified.toError(nil, observation{err: gone}, "the change"); !isGone(err) || strings.Contains(err.Error(), ";") {
		t.Errorf("without a cause: %v", err)
	}
}
