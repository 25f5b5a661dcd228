package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// Each key of for_each is renamed without a moved block, so that Terraform deletes
// and creates each share in one run, in no order. After at most two applies state
// and service agree again, and no apply reports success before.
func TestCLIRenameWithoutMoved(t *testing.T) {
	t.Parallel()
	config := func(count int, prefix string) string {
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
	for _, test := range []struct{ count, parallelism int }{{12, 1}, {12, 10}, {12, 50}, {200, 10}} {
		t.Run(fmt.Sprintf("%+v", test), func(t *testing.T) {
			t.Parallel()
			count, parallelism := test.count, test.parallelism
			server := startServer(t)
			tf := newCLI(t, server, config(count, "old"))
			tf.apply()

			tf.config(config(count, "new"))
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

// An entry is put at the top of a count list, so that each share moves to the next
// address.
func TestCLIInsertIntoCount(t *testing.T) {
	t.Parallel()
	config := func(accounts string) string {
		return fmt.Sprintf(`
locals { accounts = [%s] }
resource "swr_repository_share" "partner" {
  count         = length(local.accounts)
  namespace     = "platform"
  repository    = "team/app"
  access_domain = local.accounts[count.index]
  deadline      = "2031-03-31"
  timeouts      = { create = "30s", delete = "30s" }
}
`, accounts)
	}
	for _, parallelism := range []int{1, 10, 50} {
		t.Run(fmt.Sprint(parallelism), func(t *testing.T) {
			t.Parallel()
			server := startServer(t)
			tf := newCLI(t, server, config(`"A", "B", "C"`))
			tf.apply()
			tf.config(config(`"NEW", "A", "B", "C"`))
			tf.applyTwice(fmt.Sprintf("-parallelism=%d", parallelism))
			assertShares(t, server, "A", "B", "C", "NEW")
			tf.plan(noChange)
		})
	}
}

// The delete of a renamed share fails. The share stays in the state once, under its
// old address, and the next apply finishes the rename.
func TestCLIRenameWithFailingDelete(t *testing.T) {
	t.Parallel()
	for _, parallelism := range []int{1, 10} {
		t.Run(fmt.Sprint(parallelism), func(t *testing.T) {
			t.Parallel()
			server := startServer(t)
			tf := newCLI(t, server, partner(`deadline = "forever"`))
			tf.apply()
			tf.config(share("renamed", `namespace = "platform"`, `repository = "team/app"`, `access_domain = "ACME"`, `deadline = "forever"`))
			server.Inject(swrtest.Fault{Operation: swrtest.OpDelete, Behavior: swrtest.Status(403, "SVCSTG.SWR.4030000")})
			printed := tf.run(failed, "apply", "-auto-approve", fmt.Sprintf("-parallelism=%d", parallelism))
			assertContains(t, printed, "Unable to delete share platform/team/app/ACME", "Unable to create share platform/team/app/ACME")
			if n := strings.Count(tf.stateFile(), `"id": "platform/team/app/ACME"`); n != 1 {
				t.Errorf("the share is in the state %d times", n)
			}
			assertShares(t, server, "ACME")
			server.RemoveFaults()
			tf.applyTwice()
			assertShares(t, server, "ACME")
			tf.plan(noChange)
		})
	}
}

// applyTwice applies until the apply succeeds, at most twice.
func (tf *cli) applyTwice(args ...string) {
	tf.t.Helper()
	args = append([]string{"apply", "-auto-approve"}, args...)
	result, err := tf.Run(tf.t.Context(), args...)
	if err != nil {
		tf.t.Fatal(err)
	}
	if result.Code != success {
		tf.t.Logf("the first apply failed:\n%s", result.Output)
		tf.run(success, args...)
	}
}
