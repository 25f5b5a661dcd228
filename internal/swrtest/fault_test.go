package swrtest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// assertStatuses sends requests for an operation and checks their statuses.
func assertStatuses(t *testing.T, s *swrtest.Server, op swrtest.Operation, want string) {
	t.Helper()
	var got []string
	for range strings.Fields(want) {
		got = append(got, fmt.Sprint(send(t, requestFor(t, s, op)).status))
	}
	if seen := strings.Join(got, " "); seen != want {
		t.Errorf("statuses %s, want %s", seen, want)
	}
}

func TestFaultSelection(t *testing.T) {
	for name, test := range map[string]struct {
		op    swrtest.Operation
		fault swrtest.Fault
		count int
	}{
		"any":                {swrtest.OpGet, swrtest.Fault{}, 1},
		"operation":          {swrtest.OpGet, swrtest.Fault{Operation: swrtest.OpGet}, 1},
		"other operation":    {swrtest.OpGet, swrtest.Fault{Operation: swrtest.OpList}, 0},
		"unknown operation":  {swrtest.OpGet, swrtest.Fault{Operation: swrtest.OpUnknown}, 0},
		"namespace":          {swrtest.OpGet, swrtest.Fault{Namespace: namespace}, 1},
		"other namespace":    {swrtest.OpGet, swrtest.Fault{Namespace: "other"}, 0},
		"repository":         {swrtest.OpGet, swrtest.Fault{Repository: repository}, 1},
		"other repository":   {swrtest.OpGet, swrtest.Fault{Repository: "team"}, 0},
		"account, any case":  {swrtest.OpGet, swrtest.Fault{Account: strings.ToUpper(account)}, 1},
		"other account":      {swrtest.OpGet, swrtest.Fault{Account: "other"}, 0},
		"account in body":    {swrtest.OpCreate, swrtest.Fault{Account: "NEW"}, 1},
		"certain":            {swrtest.OpGet, swrtest.Fault{Probability: 1}, 1},
		"all but impossible": {swrtest.OpGet, swrtest.Fault{Probability: 1e-18}, 0},
		// A route that the server does not have has no operation.
		"missing route":          {swrtest.OpUpdate, swrtest.Fault{Operation: swrtest.OpUpdate}, 0},
		"missing route, unknown": {swrtest.OpUpdate, swrtest.Fault{Operation: swrtest.OpUnknown}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := startWithShare(t)
			s.SetVariants(func(v *swrtest.Variants) { v.Routes.Update = swrtest.SpellingNone })
			test.fault.Behavior = swrtest.Status(500, "")
			fault := s.Inject(test.fault)
			got := send(t, requestFor(t, s, test.op)).status
			if (got == 500) != (test.count == 1) || fault.Count() != test.count {
				t.Errorf("%d, count %d", got, fault.Count())
			}
		})
	}
}

func TestFaultSkipTimesRemove(t *testing.T) {
	s, _ := startWithShare(t)
	first := s.Inject(swrtest.Fault{Name: "first", Skip: 1, Times: 2, Behavior: swrtest.Status(500, "")})
	second := s.Inject(swrtest.Fault{Skip: 1, Behavior: swrtest.Status(503, "")})
	// The second fault sees requests 1, 4, 5 and lets the first of them pass.
	assertStatuses(t, s, swrtest.OpList, "200 500 500 503 503")
	if first.Count() != 2 || second.Count() != 2 {
		t.Errorf("counts %d and %d", first.Count(), second.Count())
	}
	if got := s.Requests()[1].Fault; got != "first" {
		t.Errorf("named %q", got)
	}
	second.Remove()
	second.Remove()
	assertStatuses(t, s, swrtest.OpList, "200")
	s.Inject(swrtest.Fault{Behavior: swrtest.Status(500, "")})
	s.RemoveFaults()
	assertStatuses(t, s, swrtest.OpList, "200")
}

// Chance follows from the seed, and is about as likely as it says.
func TestFaultProbability(t *testing.T) {
	statuses := func(seed uint64) string {
		s, _ := start(t, swrtest.WithSeed(seed))
		put(s, account)
		s.Inject(swrtest.Fault{Probability: 0.2, Behavior: swrtest.OneOf(
			swrtest.Status(500, ""), swrtest.Status(502, ""), swrtest.OneOf(swrtest.Status(503, ""), swrtest.Status(504, "")),
		)})
		var got []string
		for range 300 {
			got = append(got, fmt.Sprint(send(t, requestFor(t, s, swrtest.OpGet)).status))
		}
		return strings.Join(got, " ")
	}
	one := statuses(1)
	if statuses(1) != one || statuses(2) == one {
		t.Error("the statuses do not follow from the seed")
	}
	if failed := 300 - strings.Count(one, "200"); failed < 40 || failed > 80 {
		t.Errorf("%d of 300 failed, want about 60", failed)
	}
	for _, status := range []string{"500", "502", "503", "504"} {
		if strings.Count(one, status) < 3 {
			t.Errorf("%d times %s", strings.Count(one, status), status)
		}
	}
}

// The fault of one call does not depend on other calls before it.
func TestFaultChanceIsPerCall(t *testing.T) {
	statuses := func(accounts ...string) map[string]int {
		s, _ := start(t)
		s.Inject(swrtest.Fault{Probability: 0.5, Behavior: swrtest.Status(500, "")})
		got := map[string]int{}
		for _, name := range accounts {
			got[name] = do(t, s, http.MethodGet, sharePath(name), "").status
		}
		return got
	}
	forth, back := statuses("a", "b", "c", "d", "e", "f"), statuses("f", "e", "d", "c", "b", "a")
	if fmt.Sprint(forth) != fmt.Sprint(back) {
		t.Errorf("%v and %v", forth, back)
	}
}

func TestOneOfAfterEffect(t *testing.T) {
	s, _ := startWithShare(t)
	s.Inject(swrtest.Fault{Behavior: swrtest.OneOf(swrtest.Status(500, "")).AfterEffect()})
	assertStatuses(t, s, swrtest.OpUpdate, "500")
	assertEffect(t, s, swrtest.OpUpdate, true)
}

func TestRateLimit(t *testing.T) {
	s, c := startWithShare(t)
	s.SetRateLimit(3)
	assertStatuses(t, s, swrtest.OpList, "200 200 200 429 429")
	if entry := s.Requests()[3]; entry.Fault != "rate limit" || entry.Status != 429 {
		t.Errorf("log: %+v", entry)
	}
	assertStatuses(t, s, swrtest.OpLogin, "201 201 201 201")
	c.advance(999 * time.Millisecond)
	assertStatuses(t, s, swrtest.OpList, "429")
	c.advance(time.Millisecond)
	assertStatuses(t, s, swrtest.OpList, "200 200 200 429")
	s.SetRateLimit(1, swrtest.ThrottleForbidden(swrtest.CodeThrottledForbidden))
	assertStatuses(t, s, swrtest.OpList, "200 403")
	s.SetRateLimit(0)
	assertStatuses(t, s, swrtest.OpList, "200 200 200 200")
}
