package provider_test

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

const partnerAddress = "swr_repository_share.partner"

func expect(attribute string, value knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(partnerAddress, tfjsonpath.New(attribute), value)
}

func planned(action plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(partnerAddress, action)}}
}

func TestShareLifecycle(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	server.AddRepository("platform", "team/app")
	block := providerBlock(server)

	// holds checks what the service holds after a step, and which requests led
	// there.
	holds := func(deadline, description string, want map[swrtest.Operation]int) resource.TestCheckFunc {
		return func(*terraform.State) error {
			held, ok := server.Share("platform", "team/app", "ACME")
			if !ok {
				t.Error("the service does not hold the share")
			}
			if held.Deadline != deadline || held.Description != description || held.Permit != "read" {
				t.Errorf("the service holds %+v", held)
			}
			requests(t, server, want)
			server.ResetRequests()
			return nil
		}
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories,
		CheckDestroy: func(*terraform.State) error {
			if left := server.AllShares(); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
			return nil
		},
		Steps: []resource.TestStep{
			{
				Config: block + partner(`deadline = "2031-03-31"`),
				Check:  holds("2031-03-31T00:00:00.000Z", "", map[swrtest.Operation]int{swrtest.OpCreate: 1}),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectKnownValue(partnerAddress, tfjsonpath.New("id"), knownvalue.StringExact("platform/team/app/ACME")),
					plancheck.ExpectKnownValue(partnerAddress, tfjsonpath.New("expires_at"), knownvalue.StringExact("2031-04-01T00:00:00Z")),
				}},
				ConfigStateChecks: []statecheck.StateCheck{
					expect("id", knownvalue.StringExact("platform/team/app/ACME")),
					expect("permit", knownvalue.StringExact("read")),
					expect("description", knownvalue.StringExact("")),
					expect("status", knownvalue.Bool(true)),
					expect("creator_id", knownvalue.StringRegexp(regexp.MustCompile(`.`))),
					expect("creator_name", knownvalue.StringRegexp(regexp.MustCompile(`.`))),
					expect("created", knownvalue.StringRegexp(regexp.MustCompile(`^20\d\d-`))),
					expect("updated", knownvalue.StringRegexp(regexp.MustCompile(`^20\d\d-`))),
				},
			},
			{ // Changes go in place: a PATCH alone, so that access is never interrupted.
				Config:           block + partner(`deadline = "2032-01-01T16:00:00Z"`, `description = "Contract 4711"`),
				Check:            holds("2032-01-01T16:00:00.000Z", "Contract 4711", map[swrtest.Operation]int{swrtest.OpUpdate: 1}),
				ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
			},
			{ // A description that is removed is cleared.
				Config:           block + partner(`deadline = "forever"`),
				Check:            holds("forever", "", map[swrtest.Operation]int{swrtest.OpUpdate: 1}),
				ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{
					expect("expires_at", knownvalue.Null()),
				},
			},
			{ // Timeouts are Terraform's own: nothing is sent for them.
				Config:           block + partner(`deadline = "forever"`, `timeouts = { create = "2m" }`),
				Check:            holds("forever", "", nil),
				ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
			},
			{ // Changed by hand: planned back.
				PreConfig: func() {
					held, _ := server.Share("platform", "team/app", "ACME")
					held.Deadline, held.Description = "2040-01-01T00:00:00.000Z", "by hand"
					server.PutShare(held)
				},
				Config:           block + partner(`deadline = "forever"`),
				Check:            holds("forever", "", map[swrtest.Operation]int{swrtest.OpUpdate: 1}),
				ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
			},
			{ // Revoked by hand: planned anew.
				PreConfig:        func() { server.DeleteShare("platform", "team/app", "ACME") },
				Config:           block + partner(`deadline = "forever"`),
				Check:            holds("forever", "", map[swrtest.Operation]int{swrtest.OpCreate: 1}),
				ConfigPlanChecks: planned(plancheck.ResourceActionCreate),
			},
			{ // Another account replaces.
				Config: block + share("partner", `namespace = "platform"`, `repository = "team/app"`, `access_domain = "OTHER"`, `deadline = "forever"`),
				Check: func(*terraform.State) error {
					requests(t, server, map[swrtest.Operation]int{swrtest.OpCreate: 1, swrtest.OpDelete: 1})
					return nil
				},
				ConfigPlanChecks: planned(plancheck.ResourceActionReplace),
			},
		},
	})
}

// A form of the same is no change: no plan, no request, and the state keeps the
// older spelling.
func TestShareFormsOfTheSame(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	server.AddRepository("platform", "team/app")
	block := providerBlock(server)
	older := []statecheck.StateCheck{
		expect("deadline", knownvalue.StringExact("2031-03-31")),
		expect("access_domain", knownvalue.StringExact("ACME")),
		expect("id", knownvalue.StringExact("platform/team/app/ACME")),
	}
	same := func(account, deadline string) resource.TestStep {
		return resource.TestStep{
			Config:            block + share("partner", `namespace = "platform"`, `repository = "team/app"`, `access_domain = "`+account+`"`, `deadline = "`+deadline+`"`),
			ConfigPlanChecks:  planned(plancheck.ResourceActionNoop),
			ConfigStateChecks: older,
		}
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories,
		Steps: []resource.TestStep{
			{Config: block + partner(`deadline = "2031-03-31"`), ConfigStateChecks: older},
			same("acme", "2031-03-31"),
			same("AcMe", "2031-03-31T16:00:00.000Z"),
			same("ACME", "2031-03-31T23:59:59+00:00"),
			{ // What changes besides is sent, and the forms stay.
				PreConfig: server.ResetRequests,
				Config: block + share("partner", `namespace = "platform"`, `repository = "team/app"`, `access_domain = "acme"`,
					`deadline = "2031-03-31T16:00:00Z"`, `description = "new"`),
				ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate),
				ConfigStateChecks: older,
				Check: func(*terraform.State) error {
					requests(t, server, map[swrtest.Operation]int{swrtest.OpUpdate: 1})
					return nil
				},
			},
			{ // The long s is no s, though Unicode folds them: another account.
				Config:           block + share("partner", `namespace = "platform"`, `repository = "team/app"`, `access_domain = "\u017F"`, `deadline = "forever"`),
				ConfigPlanChecks: planned(plancheck.ResourceActionReplace),
			},
			{
				Config:           block + share("partner", `namespace = "platform"`, `repository = "team/app"`, `access_domain = "s"`, `deadline = "forever"`),
				ConfigPlanChecks: planned(plancheck.ResourceActionReplace),
			},
		},
	})
}
