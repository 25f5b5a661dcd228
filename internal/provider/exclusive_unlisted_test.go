package provider_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// An account that the service does not list stays in the state after a failed
// update, unless it is known to have no access any more.
func TestExclusiveKeepsUnlistedAccountsOnErrors(t *testing.T) {
	t.Parallel()
	forbidden := swrtest.Status(http.StatusForbidden, "SVCSTG.SWR.4030000")
	for name, test := range map[string]struct {
		fault   swrtest.Fault
		planned []string
		message string
	}{
		"revocation": {
			fault:   swrtest.Fault{Operation: swrtest.OpDelete, Account: "OLD", Behavior: forbidden},
			planned: []string{"ACME"}, message: "Unable to revoke share platform/team/app/OLD",
		},
		"lookup": {
			fault:   swrtest.Fault{Operation: swrtest.OpGet, Account: "OLD", Behavior: forbidden},
			planned: []string{"OLD"}, message: "Unable to read share platform/team/app/OLD",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, server := appliedExclusive(t, swrtest.WithVariants(func(v *swrtest.Variants) { v.HideExpired = true }))
			putShare(server, "team/app", "OLD", "2020-01-01")
			e.apply(exclusiveValues("ACME", "OLD")).silent(t)

			p := e.plan(exclusiveValues(test.planned...))
			p.silent(t)
			server.Inject(test.fault)
			e.applyPlan(p).assertError(t, test.message)
			if known := accountsIn(e.attributes()); !slices.Contains(known, "OLD") {
				t.Errorf("the state does not have OLD, who has access: %v", known)
			}

			server.RemoveFaults()
			e.apply(exclusiveValues(test.planned...)).ok(t)
			assertShares(t, server, test.planned...)
		})
	}
}
