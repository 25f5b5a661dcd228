package provider_test

import (
	"fmt"
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

// TestAccShareLifecycle takes one share through its life on a real cloud, where
// TF_ACC is set and the environment names one (.github/CONTRIBUTING.md). It
// fails, and leaves the share alone, where it exists already.
func TestAccShareLifecycle(t *testing.T) {
	if os.Getenv("TF_ACC") == "" {
		t.Skip("TF_ACC is not set: no real cloud is used")
	}
	const address = "swr_repository_share.test"
	names := map[string]string{}
	for _, variable := range []string{"SWR_TEST_NAMESPACE", "SWR_TEST_REPOSITORY", "SWR_TEST_ACCOUNT"} {
		if names[variable] = os.Getenv(variable); names[variable] == "" {
			t.Fatalf("%s is not set: name a repository, and an account to share it with, for the time of the test", variable)
		}
	}
	id := names["SWR_TEST_NAMESPACE"] + "/" + names["SWR_TEST_REPOSITORY"] + "/" + names["SWR_TEST_ACCOUNT"]
	config := func(deadline, description string) string {
		return fmt.Sprintf(`
resource "swr_repository_share" "test" {
  namespace     = %q
  repository    = %q
  access_domain = %q
  deadline      = %q
  description   = %q
}

data "swr_repository_shares" "test" {
  namespace  = swr_repository_share.test.namespace
  repository = swr_repository_share.test.repository
  depends_on = [swr_repository_share.test]
}
`, names["SWR_TEST_NAMESPACE"], names["SWR_TEST_REPOSITORY"], names["SWR_TEST_ACCOUNT"], deadline, description)
	}
	in := func(days int) time.Time { return time.Now().UTC().AddDate(0, 0, days) }
	day := func(days int) string { return in(days).Format(time.DateOnly) }
	// step applies, and then plans again, which must find nothing to do.
	step := func(deadline, description string, action plancheck.ResourceActionType) resource.TestStep {
		return resource.TestStep{
			Config: config(deadline, description),
			ConfigPlanChecks: resource.ConfigPlanChecks{
				PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)},
				PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
			},
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("id"), knownvalue.StringExact(id)),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("description"), knownvalue.StringExact(description)),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("status"), knownvalue.Bool(true)),
				statecheck.ExpectKnownValue("data.swr_repository_shares.test", tfjsonpath.New("shares"), knownvalue.NotNull()),
			},
		}
	}

	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: factories,
		Steps: []resource.TestStep{
			step(day(7), "terraform-provider-swr acceptance test", plancheck.ResourceActionCreate),
			// The same day in another form is the same deadline.
			step(in(7).Format("2006-01-02T")+"16:00:00.000Z", "terraform-provider-swr acceptance test", plancheck.ResourceActionNoop),
			step(day(8), "changed", plancheck.ResourceActionUpdate),
			step("forever", "", plancheck.ResourceActionUpdate),
			{
				ResourceName: address, ImportState: true, ImportStateId: id, ImportStateVerify: true,
			},
			{
				// Another share of the same names is refused, whoever made the first.
				Config: config("forever", "") + fmt.Sprintf(`
resource "swr_repository_share" "second" {
  namespace     = swr_repository_share.test.namespace
  repository    = swr_repository_share.test.repository
  access_domain = %q
  deadline      = "forever"
}
`, names["SWR_TEST_ACCOUNT"]),
				ExpectError: regexp.MustCompile(`already\s+shared\s+with\s+this\s+account`),
			},
		},
	})
}
