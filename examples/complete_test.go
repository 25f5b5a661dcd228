package examples_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

const (
	acme    = "OTC-EU-DE-00000000001000000100"
	auditor = "OTC-EU-DE-00000000001000000200"
	sister  = "OTC-EU-DE-00000000001000000300"
)

// setUp applies the whole setup to a simulator.
func setUp(t *testing.T) (copied, *swrtest.Server) {
	t.Helper()
	server := swrtest.Start(t)
	for _, repository := range []string{"base/java", "team/app", "team/worker"} {
		server.AddRepository("platform", repository)
	}
	tf := copyExample(t, "complete", server)
	tf.run(0, "apply", "-auto-approve")
	return tf, server
}

func TestCompleteSetup(t *testing.T) {
	t.Parallel()
	tf, server := setUp(t)
	wantShared(t, server, "base/java", auditor, sister)
	wantShared(t, server, "team/app", acme, auditor)
	wantShared(t, server, "team/worker", acme, auditor)
	wantNone(t, tf.plan(0), "Warning")
	wantParts(t, tf.run(0, "output", "-json", "access"), `"`+acme+`":"2031-04-01T00:00:00Z"`, `"`+sister+`":"forever"`)

	// A share made by hand stands in the plan by name, and apply revokes it.
	server.PutShare(swrtest.Share{Namespace: "platform", Repository: "team/app", AccessDomain: "EVIL"})
	wantParts(t, tf.plan(2), `swr_repository_shares_exclusive.repository["team/app"] will be updated`, `- "EVIL"`)
	tf.run(0, "apply", "-auto-approve")
	wantShared(t, server, "team/app", acme, auditor)
	tf.plan(0)

	tf.run(0, "destroy", "-auto-approve")
	if left := server.AllShares(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// A partner leaves one repository, and another partner all; a third comes.
func TestCompleteSetupChanges(t *testing.T) {
	t.Parallel()
	tf, server := setUp(t)
	values := read(t, "complete/terraform.tfvars")
	tf.write("terraform.tfvars", strings.NewReplacer(
		`["team/app", "team/worker"]`, `["team/worker"]`, // acme's
		auditor, "OTC-EU-DE-00000000001000000400",
	).Replace(values))
	tf.run(0, "apply", "-auto-approve")
	wantShared(t, server, "base/java", sister, "OTC-EU-DE-00000000001000000400")
	wantShared(t, server, "team/worker", acme, "OTC-EU-DE-00000000001000000400")
	wantNone(t, tf.plan(0), "Warning")
}

func TestCompleteSetupChecks(t *testing.T) {
	t.Parallel()
	tf, _ := setUp(t)
	values := read(t, "complete/terraform.tfvars")
	wantParts(t, tf.plan(0, "-var=warn_days=3650"), "Access has ended, or ends within 3650 days",
		"acme:team/app on 2031-04-01T00:00:00Z", "auditor:base/java on 2031-01-01T00:00:00Z")

	tf.write("terraform.tfvars", strings.Replace(values, `["base/java"]`, `[]`, 1)) // sister's
	wantParts(t, tf.plan(2), "Partners without a repository: sister.")

	tf.write("terraform.tfvars", strings.Replace(values, `["base/java"]`, `["base/jvaa"]`, 1))
	wantParts(t, tf.plan(1), "sister:base/jvaa: the repository is not among var.repositories")
}
