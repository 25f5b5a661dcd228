package provider_test

import "testing"

// A plan reports the conflicts between resources before apply revokes anything.
func TestCLIPlanConflicts(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	acme := []string{`namespace = "platform"`, `repository = "team/app"`, `access_domain = "ACME"`, `deadline = "forever"`}
	tf := newCLI(t, server, share("old", acme...))
	tf.apply()

	tf.config(share("new", acme...))
	assertContains(t, tf.plan(changes), "Share platform/team/app/ACME is revoked and created again", "moved {")
	tf.config(share("old", acme...) + share("new", acme...))
	assertContains(t, tf.plan(changes), "Duplicate swr_repository_share for platform/team/app/ACME")
	tf.config(share("old", acme...) + exclusiveOf("only", `"team/app"`, "access_domains = []"))
	assertContains(t, tf.output(1, "plan"), "Share platform/team/app/ACME is declared, but not in access_domains")
	assertShares(t, server, "ACME")
}
