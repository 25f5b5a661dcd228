package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// Whatever form a server gives things back in: the plan after an apply is clean,
// a change arrives, and a destroy leaves nothing.
func TestShareOnEveryServer(t *testing.T) {
	t.Parallel()
	for _, variant := range swrtest.NamedVariants() {
		var variants swrtest.Variants
		variant.Apply(&variants)
		if variants.Routes == swrtest.NoRoutes() {
			continue // TestNoRoute
		}
		t.Run(variant.Name, func(t *testing.T) {
			t.Parallel()
			server := swrtest.Start(t, swrtest.WithVariants(variant.Apply))
			server.AddRepository("platform", "team/app")
			tf := newWorkspace(t, server, fourForms("first"))
			tf.apply()
			holdsForms(t, server, "first")
			tf.plan(noChange)

			tf.write(fourForms("second"))
			if variants.Routes.Update == swrtest.NoRoutes().Update {
				wants(t, tf.run(failed, "apply", "-auto-approve"), "terraform apply -replace=ADDRESS", "The account has no access until the share is created again")
				holdsForms(t, server, "first")
			} else {
				tf.apply()
				holdsForms(t, server, "second")
			}
			tf.destroy()
			if left := server.AllShares(); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// fourForms shares with accounts of mixed case, one for each form of a deadline.
func fourForms(description string) string {
	return fmt.Sprintf(`
resource "swr_repository_share" "partner" {
  for_each = {
    "Acme-1" = "2031-03-31"
    "ACME-2" = "2031-03-31T00:00:00Z"
    "acme-3" = "2031-03-31T16:00:00.000Z"
    "aCMe-4" = "forever"
  }
  namespace     = "platform"
  repository    = "team/app"
  access_domain = each.key
  deadline      = each.value
  description   = %q
}
`, description)
}

// holdsForms fails unless the service holds what fourForms declares.
func holdsForms(t *testing.T, server *swrtest.Server, description string) {
	t.Helper()
	held := server.Shares("platform", "team/app")
	if len(held) != 4 {
		t.Errorf("the service holds %d shares instead of 4", len(held))
	}
	for _, share := range held {
		forever := strings.HasSuffix(share.AccessDomain, "4")
		if share.Description != description || (share.Deadline == "forever") != forever || (!forever && !strings.HasPrefix(share.Deadline, "2031-03-31T")) {
			t.Errorf("the service holds %+v", share)
		}
	}
}

// 150 shares of one repository: applied, then a clean plan, whatever the server
// makes of paging.
func TestShareBeyondOnePage(t *testing.T) {
	t.Parallel()
	for name, paging := range map[string]swrtest.Paging{
		"pages": swrtest.PagingHonored, "ignores paging": swrtest.PagingIgnored, "refuses paging": swrtest.PagingRejected,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := swrtest.Start(t, swrtest.WithVariants(func(v *swrtest.Variants) { v.Paging = paging }))
			server.AddRepository("platform", "team/app")
			tf := newWorkspace(t, server, `
resource "swr_repository_share" "partner" {
  count         = 150
  namespace     = "platform"
  repository    = "team/app"
  access_domain = format("ACME-%03d", count.index)
  deadline      = "2031-03-31"
}`)
			tf.apply()
			if n := len(server.Shares("platform", "team/app")); n != 150 {
				t.Fatalf("the service holds %d shares", n)
			}
			server.ResetRequests()
			tf.plan(noChange)
			requests(t, server, nil)
			server.DeleteShare("platform", "team/app", "ACME-149")
			wants(t, tf.plan(changes), "1 to add, 0 to change, 0 to destroy")
			tf.destroy()
			if left := server.AllShares(); len(left) > 0 {
				t.Errorf("left behind: %d", len(left))
			}
		})
	}
}
