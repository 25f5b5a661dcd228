package provider_test

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

var seed = flag.Uint64("seed", 4711, "seed of the random faults and of the times of interruptions")

// 200 shares are created, changed and destroyed while a fifth of all requests
// fail in random ways: all succeed, or what failed is reported, and state and
// service agree on each.
func TestRandomFaults(t *testing.T) {
	t.Parallel()
	t.Logf("seed %d (choose another with -seed)", *seed)
	server := startServer(t, swrtest.WithSeed(*seed))
	network := swrtest.OneOf(
		swrtest.ResetBefore(), swrtest.ResetAfter(), swrtest.CloseMidResponse(), swrtest.HangBefore(), swrtest.HangAfter(), swrtest.HangMidResponse(),
		swrtest.Status(500, "SVCSTG.SWR.5000001"), swrtest.Status(500, "").AfterEffect(), swrtest.HTMLPage(502), swrtest.HTMLPage(502).AfterEffect(),
		swrtest.Status(503, ""), swrtest.Status(504, "").AfterEffect(), swrtest.HTMLPage(200), swrtest.HTMLPage(200).AfterEffect(),
		swrtest.Throttle(), swrtest.ThrottleSeconds(1), swrtest.LatencyAfter(100*time.Millisecond),
	)
	service := swrtest.OneOf(network, network, network, swrtest.Busy(), swrtest.ThrottleForbidden(swrtest.CodeThrottledForbidden))
	block := passwordBlock(server).with("request_timeout", "1s")
	config := func(n int, description string) values {
		return shareConfig.with("access_domain", fmt.Sprintf("ACME-%03d", n)).with("description", description)
	}
	shares := make([]*instance, 200)
	h := newHarness(t, server, block).inOneRun()
	for n := range shares {
		shares[n] = h.newShare()
	}
	for _, phase := range []struct {
		name string
		run  func(s *instance, n int) diagnostics
		want string // the description at the service, "" if it has no share
	}{
		{"create", func(s *instance, n int) diagnostics { return s.apply(config(n, "first")) }, "first"},
		{"update", func(s *instance, n int) diagnostics { return s.apply(config(n, "second")) }, "second"},
		{"destroy", func(s *instance, _ int) diagnostics { return s.destroy() }, ""},
	} {
		server.ResetRequests()
		injected := []*swrtest.InjectedFault{server.Inject(swrtest.Fault{Operation: swrtest.OpLogin, Probability: 0.2, Behavior: network})}
		for _, operation := range []swrtest.Operation{swrtest.OpCreate, swrtest.OpList, swrtest.OpGet, swrtest.OpUpdate, swrtest.OpDelete} {
			injected = append(injected, server.Inject(swrtest.Fault{Operation: operation, Probability: 0.2, Behavior: service}))
		}
		h = newHarness(t, server, block).inOneRun()
		reported := make([]diagnostics, len(shares))
		concurrently(len(shares), 100, func(n int) {
			shares[n].harness = h
			reported[n] = phase.run(shares[n], n)
		})
		fired := 0
		for _, injection := range injected {
			fired += injection.Count()
		}
		server.RemoveFaults()
		t.Logf("%s: %d requests, %d of them failed", phase.name, server.Count(), fired)
		if fired < server.Count()/10 {
			t.Errorf("%s: only %d of %d requests failed", phase.name, fired, server.Count())
		}

		h = newHarness(t, server, block).inOneRun()
		agrees := func(n int) bool {
			held, made := server.Share("platform", "team/app", fmt.Sprintf("ACME-%03d", n))
			return made == shares[n].exists() && (!made || held.Description == shares[n].attributes()["description"])
		}
		concurrently(len(shares), 100, func(n int) {
			if d := reported[n]; d.failed() {
				t.Logf("reported: %s", unwrap(d.String()))
				assertContains(t, d.String(), fmt.Sprintf("ACME-%03d", n), "attempts in")
			} else if !agrees(n) {
				t.Errorf("%s of ACME-%03d: state and service differ, and nothing was reported", phase.name, n)
			}
			shares[n].harness = h
			if d := phase.run(shares[n], n); d.failed() || !agrees(n) {
				t.Errorf("%s of ACME-%03d without faults: %s", phase.name, n, d)
			}
			if held, _ := server.Share("platform", "team/app", fmt.Sprintf("ACME-%03d", n)); held.Description != phase.want {
				t.Errorf("%s: the service has %+v", phase.name, held)
			}
		})
	}
	if left := server.AllShares(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
