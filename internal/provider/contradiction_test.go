package provider_test

import (
	"net/http"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// A repository whose shares are listed exists, whatever another response says:
// there is no need to push an image to it.
func TestContradictionAboutRepository(t *testing.T) {
	t.Parallel()
	s, server := appliedShare(t, swrtest.WithVariants(func(v *swrtest.Variants) { v.HideExpired = true }))
	s.apply(shareConfig.with("deadline", "2020-01-01")).ok(t)
	server.Inject(swrtest.Fault{Operation: swrtest.OpGet, Behavior: swrtest.Status(http.StatusNotFound, "SVCSTG.SWR.4040010")})
	before := s.attributes()
	d := s.read()
	d.assertError(t, "Unable to read share platform/team/app/ACME", "contradict each other", "The state was not changed")
	assertNotContains(t, d.String(), "Push an image")
	if !s.exists() {
		t.Fatal("the share is no longer in the state")
	}
	s.assertState(before)
}
