package swrtest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// statuses sends the same request some times.
func statuses(t *testing.T, s *swrtest.Server, n int, kind swrtest.Operation) string {
	t.Helper()
	var got []string
	for range n {
		got = append(got, fmt.Sprint(send(t, requestOf(t, s, kind)).status))
	}
	return strings.Join(got, " ")
}

func TestFaultSelection(t *testing.T) {
	failing := swrtest.Status(500, "")
	for name, test := range map[string]struct {
		fault swrtest.Fault
		meets bool // a GET of the one account
	}{
		"any":                {swrtest.Fault{}, true},
		"kind":               {swrtest.Fault{Operation: swrtest.OpGet}, true},
		"other kind":         {swrtest.Fault{Operation: swrtest.OpList}, false},
		"unknown kind":       {swrtest.Fault{Operation: swrtest.OpUnknown}, false},
		"namespace":          {swrtest.Fault{Namespace: namespace}, true},
		"other namespace":    {swrtest.Fault{Namespace: "other"}, false},
		"repository":         {swrtest.Fault{Repository: repository}, true},
		"other repository":   {swrtest.Fault{Repository: "team"}, false},
		"account, any case":  {swrtest.Fault{Account: strings.ToUpper(account)}, true},
		"other account":      {swrtest.Fault{Account: "other"}, false},
		"certain":            {swrtest.Fault{Probability: 1}, true},
		"all but impossible": {swrtest.Fault{Probability: 1e-18}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := startWithShare(t)
			test.fault.Behavior = failing
			fault := s.Inject(test.fault)
			got := send(t, requestOf(t, s, swrtest.OpGet)).status
			if (got == 500) != test.meets || (fault.Count() == 1) != test.meets {
				t.Errorf("%d, fired %d", got, fault.Count())
			}
		})
	}
}

// A POST's account is its body's.
func TestFaultByAccountOfPost(t *testing.T) {
	s, _ := startWithShare(t)
	s.Inject(swrtest.Fault{Account: "NEW", Behavior: swrtest.Status(500, "")})
	if got := send(t, requestOf(t, s, swrtest.OpCreate)).status; got != 500 {
		t.Errorf("%d", got)
	}
}

// A route that the server has not is of no kind.
func TestFaultOnMissingRoute(t *testing.T) {
	s, _ := startWithShare(t)
	s.SetVariants(func(v *swrtest.Variants) { v.Routes.Get = swrtest.SpellingNone })
	get := s.Inject(swrtest.Fault{Operation: swrtest.OpGet, Behavior: swrtest.Status(500, "")})
	if got := statuses(t, s, 1, swrtest.OpGet); got != "404" || get.Count() != 0 {
		t.Errorf("%s", got)
	}
	s.Inject(swrtest.Fault{Operation: swrtest.OpUnknown, Behavior: swrtest.Status(502, "")})
	if got := statuses(t, s, 1, swrtest.OpGet); got != "502" {
		t.Errorf("%s", got)
	}
}

func TestFaultSkipTimesRemove(t *testing.T) {
	s, _ := startWithShare(t)
	first := s.Inject(swrtest.Fault{Name: "first", Skip: 1, Times: 2, Behavior: swrtest.Status(500, "")})
	second := s.Inject(swrtest.Fault{Skip: 1, Behavior: swrtest.Status(503, "")})
	// The second fault sees requests 1, 4, 5 and lets the first of them pass.
	if got := statuses(t, s, 5, swrtest.OpList); got != "200 500 500 503 503" {
		t.Errorf("%s", got)
	}
	if first.Count() != 2 || second.Count() != 2 {
		t.Errorf("fired %d and %d", first.Count(), second.Count())
	}
	if got := s.Requests()[1].Fault; got != "first" {
		t.Errorf("named %q", got)
	}
	second.Remove()
	second.Remove()
	if got := statuses(t, s, 1, swrtest.OpList); got != "200" {
		t.Errorf("removed: %s", got)
	}
	s.Inject(swrtest.Fault{Behavior: swrtest.Status(500, "")})
	s.RemoveFaults()
	if got := statuses(t, s, 1, swrtest.OpList); got != "200" {
		t.Errorf("all removed: %s", got)
	}
}

// Chance follows from the seed, and is about as likely as it says.
func TestFaultProbability(t *testing.T) {
	storm := func(seed uint64) string {
		s, _ := start(t, swrtest.WithSeed(seed))
		put(s, account)
		s.Inject(swrtest.Fault{Probability: 0.2, Behavior: swrtest.OneOf(
			swrtest.Status(500, ""), swrtest.Status(502, ""), swrtest.OneOf(swrtest.Status(503, ""), swrtest.Status(504, "")),
		)})
		return statuses(t, s, 300, swrtest.OpGet)
	}
	one := storm(1)
	if again := storm(1); again != one {
		t.Error("the same seed gave another storm")
	}
	if storm(2) == one {
		t.Error("another seed gave the same storm")
	}
	failed := 300 - strings.Count(one, "200")
	if failed < 40 || failed > 80 {
		t.Errorf("%d of 300 failed, want about 60", failed)
	}
	for _, status := range []string{"500", "502", "503", "504"} {
		if strings.Count(one, status) < 3 {
			t.Errorf("%d times %s", strings.Count(one, status), status)
		}
	}
}

// What becomes of one call does not depend on other calls before it.
func TestFaultChanceIsPerCall(t *testing.T) {
	outcome := func(accounts ...string) map[string]int {
		s, _ := start(t)
		s.Inject(swrtest.Fault{Probability: 0.5, Behavior: swrtest.Status(500, "")})
		got := map[string]int{}
		for _, name := range accounts {
			got[name] = do(t, s, http.MethodGet, onePath(name), "").status
		}
		return got
	}
	forth, back := outcome("a", "b", "c", "d", "e", "f"), outcome("f", "e", "d", "c", "b", "a")
	if fmt.Sprint(forth) != fmt.Sprint(back) {
		t.Errorf("%v and %v", forth, back)
	}
}

func TestOneOfAfter(t *testing.T) {
	s, _ := startWithShare(t)
	s.Inject(swrtest.Fault{Behavior: swrtest.OneOf(swrtest.Status(500, "")).AfterEffect()})
	if got := send(t, requestOf(t, s, swrtest.OpUpdate)); got.status != 500 || !tookEffect(s, swrtest.OpUpdate) {
		t.Errorf("%d", got.status)
	}
}

func TestRateLimit(t *testing.T) {
	s, c := startWithShare(t)
	s.SetRateLimit(3)
	if got := statuses(t, s, 5, swrtest.OpList); got != "200 200 200 429 429" {
		t.Errorf("%s", got)
	}
	if entry := s.Requests()[3]; entry.Fault != "rate limit" || entry.Status != 429 {
		t.Errorf("log: %+v", entry)
	}
	if got := statuses(t, s, 4, swrtest.OpLogin); got != "201 201 201 201" {
		t.Errorf("logins: %s", got)
	}
	c.advance(999 * time.Millisecond)
	if got := statuses(t, s, 1, swrtest.OpList); got != "429" {
		t.Errorf("too early: %s", got)
	}
	c.advance(time.Millisecond)
	if got := statuses(t, s, 4, swrtest.OpList); got != "200 200 200 429" {
		t.Errorf("a second later: %s", got)
	}
	s.SetRateLimit(1, swrtest.ThrottleForbidden(swrtest.CodeThrottledForbidden))
	if got := statuses(t, s, 2, swrtest.OpList); got != "200 403" {
		t.Errorf("by 403: %s", got)
	}
	s.SetRateLimit(0)
	if got := statuses(t, s, 9, swrtest.OpList); strings.Count(got, "200") != 9 {
		t.Errorf("lifted: %s", got)
	}
}
