package provider_test

import (
	"fmt"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// BenchmarkRefresh reads a share of which nothing changed, as every plan does of
// every share; the listing is at hand.
func BenchmarkRefresh(b *testing.B) {
	server := swrtest.Start(b, swrtest.WithLogLimit(0))
	states := seedShares(server, 100, 1)
	share := newHarness(b, server).inOneRun().newShareIn(states[0])
	share.refresh().silent(b)
	b.ReportAllocs()
	for b.Loop() {
		share.refresh().silent(b)
	}
}

// BenchmarkPlanUnchanged plans a share of which nothing changes.
func BenchmarkPlanUnchanged(b *testing.B) {
	h := newHarness(b, swrtest.Start(b))
	req := h.planOf(fullConfig, fullState)
	b.ReportAllocs()
	for b.Loop() {
		plan, err := h.PlanResourceChange(b.Context(), req)
		if err != nil || len(plan.Diagnostics) > 0 {
			b.Fatal(err, plan)
		}
	}
}

// BenchmarkAccountShares reads an account of 1,000 repositories with 20 shares each.
func BenchmarkAccountShares(b *testing.B) {
	server := swrtest.Start(b, swrtest.WithLogLimit(0))
	repositories := map[string]int{}
	for n := range 1000 {
		repositories[fmt.Sprintf("platform/app%04d", n)] = 20
	}
	seedRepositories(server, repositories)
	h := newHarness(b, server)
	b.ReportAllocs()
	for b.Loop() {
		got, d := h.dataSource("swr_shares", values{})
		d.silent(b)
		if got["complete"] != true {
			b.Fatal("the list is not complete")
		}
	}
}
