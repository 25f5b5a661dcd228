package provider_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// BenchmarkExclusive makes the calls of a plan for a repository that is shared with
// many accounts. The time must not grow with the square of their number.
func BenchmarkExclusive(b *testing.B) {
	for _, count := range []int{50, 500, 1000} {
		server := swrtest.Start(b, swrtest.WithLogLimit(0))
		var accounts []string
		for _, share := range seedShares(server, count, 1) {
			accounts = append(accounts, fmt.Sprint(share["access_domain"]))
		}
		repository := values{"namespace": "platform", "repository": "team/app00"}
		config := repository.with("access_domains", list(accounts...))
		h := newHarness(b, server).inOneRun()
		e, created := h.newExclusive(), h.newExclusive()
		e.apply(config).silent(b)

		validation := &tfprotov6.ValidateResourceConfigRequest{TypeName: exclusiveType, Config: e.object(e.schema(), config)}
		unchanged := e.planRequest(config)
		removed := e.planRequest(repository.with("access_domains", list(accounts[count/2:]...)))
		creation := created.planRequest(repository.with("access_domains", list()))
		plan := func(h *harness, req *tfprotov6.PlanResourceChangeRequest) (d diagnostics, err error) {
			resp, err := h.PlanResourceChange(b.Context(), req)
			if err == nil {
				d.add(resp.Diagnostics)
			}
			return d, err
		}
		// Plans of one run with other accounts of the repository would be a conflict.
		planInNewRun := func(req *tfprotov6.PlanResourceChangeRequest) func() (diagnostics, error) {
			return func() (diagnostics, error) { return plan(newHarness(b, server), req) }
		}
		for _, call := range []struct {
			name string
			make func() (diagnostics, error)
		}{
			{"validate", func() (d diagnostics, err error) {
				resp, err := h.ValidateResourceConfig(b.Context(), validation)
				if err == nil {
					d.add(resp.Diagnostics)
				}
				return d, err
			}},
			{"refresh", func() (diagnostics, error) { return e.read(), nil }},
			{"plan unchanged", func() (diagnostics, error) { return plan(h, unchanged) }},
			{"plan removing half", planInNewRun(removed)},
			{"plan creation without accounts", planInNewRun(creation)},
		} {
			b.Run(fmt.Sprintf("%s/%d", call.name, count), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if d, err := call.make(); err != nil || d.failed() {
						b.Fatal(err, d)
					}
				}
			})
		}
	}
}
