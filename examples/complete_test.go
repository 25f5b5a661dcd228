package examples_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

const (
	acme    = "OTC-EU-DE-00000000001000000100"
	auditor = "OTC-EU-DE-00000000001000000200"
	sister  = "OTC-EU-DE-00000000001000000300"
)

// newComplete returns examples/complete, not applied yet, and its simulator.
func newComplete(t *testing.T) (workspace, *swrtest.Server) {
	t.Helper()
	server := swrtest.Start(t)
	for _, repository := range []string{"base/java", "team/app", "team/worker"} {
		server.AddRepository("platform", repository)
	}
	tf := newWorkspace(t, server)
	tf.copyExample("complete")
	return tf, server
}

func TestComplete(t *testing.T) {
	t.Parallel()
	tf, server := newComplete(t)
	output := tf.apply()
	assertContains(t, output, `"`+acme+`" = "2031-04-01T00:00:00Z"`, `"`+sister+`" = "forever"`)
	assertContains(t, output, `"account" = "`+acme+`" "description" = "Contract 4711" "repository" = "platform/team/worker" "until" = "2031-04-01T00:00:00Z"`)
	assertShares(t, server, "base/java", auditor, sister)
	assertShares(t, server, "team/app", acme, auditor)
	assertShares(t, server, "team/worker", acme, auditor)
	assertNotContains(t, tf.plan(0), "Warning")

	// The plan shows an undeclared account by name, and apply revokes it.
	putShare(server, "team/app", "UNDECLARED", "forever", "")
	assertContains(t, tf.plan(2), `swr_repository_shares_exclusive.repository["team/app"] will be updated`, `- "UNDECLARED"`)
	tf.apply()
	assertShares(t, server, "team/app", acme, auditor)

	// A partner leaves one repository, another leaves all, and a third joins.
	const joining = "OTC-EU-DE-00000000001000000400"
	variables := read(t, "complete/terraform.tfvars")
	leave := strings.NewReplacer(`["team/app", "team/worker"]`, `["team/worker"]`, auditor, joining)
	tf.write("terraform.tfvars", leave.Replace(variables))
	tf.apply()
	assertShares(t, server, "base/java", sister, joining)
	assertShares(t, server, "team/app", joining)
	assertShares(t, server, "team/worker", acme, joining)
	assertNotContains(t, tf.plan(0), "Warning")

	tf.run(0, "destroy", "-auto-approve")
	if shares := server.AllShares(); len(shares) > 0 {
		t.Errorf("shares after destroy: %v", shares)
	}
}

func TestCompleteChecks(t *testing.T) {
	t.Parallel()
	tf, _ := newComplete(t)
	variables := read(t, "complete/terraform.tfvars")
	const repositories = `["base/java"]` // sister's
	tf.write("terraform.tfvars", strings.Replace(variables, repositories, `[]`, 1))
	assertContains(t, tf.plan(2, "-var=warn_days=3650"), "Partners without a repository: sister.", "Access has ended, or ends within 3650 days",
		"acme:team/app on 2031-04-01T00:00:00Z", "auditor:base/java on 2031-01-01T00:00:00Z")

	tf.write("terraform.tfvars", strings.Replace(variables, repositories, `["base/jvaa"]`, 1))
	assertContains(t, tf.plan(1), "sister:base/jvaa: the repository is not listed in var.repositories")
}

// A share in a repository without swr_repository_shares_exclusive is found, in any
// organization, and also by a plan without a refresh.
func TestCompleteFindsUnguardedRepositories(t *testing.T) {
	t.Parallel()
	tf, server := newComplete(t)
	tf.apply()
	server.AddRepository("platform", "team/forgotten")
	server.AddRepository("other", "team/app")
	assertNotContains(t, tf.plan(0), "Warning")
	putShare(server, "team/forgotten", strings.ToLower(acme), "forever", "")
	server.PutShare(swrtest.Share{Namespace: "other", Repository: "team/app", AccessDomain: "UNDECLARED", Deadline: "forever"})
	for _, option := range []string{"-refresh=true", "-refresh=false"} {
		assertContains(t, tf.plan(0, option), "Shares of repositories that are not listed in var.repositories: "+
			"other/team/app for UNDECLARED (not in var.partners), platform/team/forgotten for "+strings.ToLower(acme)+".")
	}

	for i := range 120 {
		putShare(server, "team/forgotten", fmt.Sprintf("MORE-%03d", i), "forever", "")
	}
	server.SetVariants(func(v *swrtest.Variants) { v.Paging = swrtest.PagingIgnored })
	assertContains(t, tf.plan(0), "SWR did not return all shares of the account, so there may be others.")
}
