package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// BenchmarkRefresh reads a share of which nothing changed, as every plan does of
// every share; the listing is at hand.
func BenchmarkRefresh(b *testing.B) {
	server := swrtest.Start(b, swrtest.WithLogLimit(0))
	states := seedShares(server, 100, 1)
	p := newProtocol(b, server)

	schema := p.schemas.ResourceSchemas[shareType]
	req := &tfprotov6.ReadResourceRequest{TypeName: shareType, CurrentState: p.object(schema, states[0])}
	read, err := p.ReadResource(b.Context(), req)
	if err != nil {
		b.Fatal(err)
	}
	req.CurrentState, req.Private, req.CurrentIdentity = read.NewState, read.Private, read.NewIdentity
	b.ReportAllocs()
	for b.Loop() {
		read, err := p.ReadResource(b.Context(), req)
		if err != nil || len(read.Diagnostics) > 0 {
			b.Fatal(err, read)
		}
	}
}

// BenchmarkPlanUnchanged plans a share of which nothing changes.
func BenchmarkPlanUnchanged(b *testing.B) {
	p := newProtocol(b, swrtest.Start(b))
	req := p.planRequest(shareConfig, shareState)
	b.ReportAllocs()
	for b.Loop() {
		plan, err := p.PlanResourceChange(b.Context(), req)
		if err != nil || len(plan.Diagnostics) > 0 {
			b.Fatal(err, plan)
		}
	}
}
