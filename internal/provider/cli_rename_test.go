package provider_test

import (
	"fmt"
	"strings"
	"testing"
)

// Each key of for_each is renamed without a moved block, so that Terraform deletes
// and creates each share in one run, in no order. After at most two applies state
// and service agree again, and no apply reports success before.
func TestCLIRenameWithoutMoved(t *testing.T) {
	t.Parallel()
	const count = 12
	config := func(prefix string) string {
		return fmt.Sprintf(`
resource "swr_repository_share" "partner" {
  for_each      = { for n in range(%d) : "%s-${n}" => format("ACME-%%03d", n) }
  namespace     = "platform"
  repository    = "team/app"
  access_domain = each.value
  deadline      = "2031-03-31"
  timeouts      = { create = "30s", delete = "30s" }
}
`, count, prefix)
	}
	for _, parallelism := range []int{1, 10, 50} {
		t.Run(fmt.Sprint(parallelism), func(t *testing.T) {
			t.Parallel()
			server := startServer(t)
			tf := newCLI(t, server, config("old"))
			tf.apply()

			tf.config(config("new"))
			apply := []string{"apply", "-auto-approve", fmt.Sprintf("-parallelism=%d", parallelism)}
			for n := 1; ; n++ {
				result, err := tf.Run(t.Context(), apply...)
				if err != nil {
					t.Fatal(err)
				}
				state := tf.stateFile()
				for account := range count {
					if id := fmt.Sprintf(`"id": "platform/team/app/ACME-%03d"`, account); strings.Count(state, id) > 1 {
						t.Errorf("the state has %s twice after apply %d", id, n)
					}
				}
				if result.Code == success {
					t.Logf("%d applies", n)
					break
				}
				if n == 2 {
					t.Fatalf("the second apply failed:\n%s", result.Output)
				}
				assertContains(t, unwrap(result.Output), "use a moved block instead")
			}
			if shares := server.Shares("platform", "team/app"); len(shares) != count {
				t.Errorf("the service has %d shares", len(shares))
			}
			tf.plan(noChange)
		})
	}
}
