package examples_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// deny returns what the policies say of the plan in the directory, one message a line.
func (tf workspace) deny(opa, labels string) string {
	tf.t.Helper()
	tf.runRaw(0, "plan", "-out=plan.tfplan")
	tf.write("plan.json", tf.runRaw(0, "show", "-json", "plan.tfplan"))
	tf.write("labels.json", `{"settings": {"labels": [`+labels+`]}}`)
	cmd := exec.CommandContext(tf.t.Context(), opa, "eval", "--fail-defined", "--format=raw", "--data=swr.rego",
		"--data=settings.json", "--data=labels.json", "--input=plan.json", "data.swr.deny[_]")
	cmd.Dir = tf.Dir
	output, err := cmd.CombinedOutput()
	if code, denied := cmd.ProcessState.ExitCode(), len(output) > 0; code != 0 != denied || code > 1 {
		tf.t.Fatalf("opa: %v\n%s", err, output)
	}
	return string(output)
}

// Each policy refuses a plan that breaks it, and passes one that keeps it.
// `make test-policies` builds opa and runs this test.
func TestPolicies(t *testing.T) {
	t.Parallel()
	opa := os.Getenv("OPA")
	if opa == "" {
		t.Skip("OPA is not set to the path of opa")
	}
	kept := fmt.Sprintf(`
resource "swr_repository_share" "partner" {
  namespace     = "platform"
  repository    = "team/app"
  access_domain = %q
  deadline      = %q
  description   = "Contract OPS-4711"
}

resource "swr_repository_shares_exclusive" "app" {
  namespace      = "platform"
  repository     = "team/app"
  access_domains = [swr_repository_share.partner.access_domain]
}
`, acme, day(400))
	const share, guard = "swr_repository_share.partner: ", "swr_repository_shares_exclusive.app: "
	const needsLabel = " loses access to platform/team/app, which needs the label revoke-access."
	none := kept[strings.Index(kept, `resource "swr_repository_shares_exclusive"`):]
	none = strings.Replace(none, "[swr_repository_share.partner.access_domain]", "[]", 1)
	tests := map[string]struct {
		applied  string // before the plan
		planned  string
		labels   string
		settings []string // to replace in settings.json
		want     string
	}{
		"kept":              {planned: kept},
		"kept, not changed": {applied: kept, planned: kept},
		"forever": {
			planned: strings.Replace(kept, day(400), "forever", 1),
			want:    share + "access without an end is not allowed.",
		},
		"too long": {
			planned: strings.Replace(kept, day(400), day(402), 1),
			want:    share + "access ends at " + accessEnd(402) + ", more than 400 days from now.",
		},
		"no ticket": {
			planned: strings.Replace(kept, "OPS-4711", "4711", 1),
			want:    share + `the description has no ticket (\b[A-Z]+-[0-9]+\b).`,
		},
		"no description": {
			planned: strings.Replace(kept, "description ", "# description ", 1),
			want:    share + `the description has no ticket (\b[A-Z]+-[0-9]+\b).`,
		},
		"another account": {
			planned: strings.Replace(kept, acme, sister, 1),
			want:    share + "the account " + sister + " is not allowed.",
		},
		"the account in another case": {planned: strings.Replace(kept, acme, strings.ToLower(acme), 1)},
		"no guard": {
			planned: kept[:strings.Index(kept, `resource "swr_repository_shares_exclusive"`)],
			want:    share + "no swr_repository_shares_exclusive manages platform/team/app.",
		},
		"destroyed":             {applied: kept, planned: none, want: share + acme + needsLabel + "\n" + guard + acme + needsLabel},
		"destroyed, with label": {applied: kept, planned: none, labels: `"revoke-access"`},
		"replaced": {
			applied: kept, planned: strings.Replace(kept, acme, auditor, 1),
			want: share + acme + needsLabel + "\n" + guard + acme + needsLabel,
		},
		"known after apply": {
			planned: strings.Replace(kept, `"Contract OPS-4711"`, "terraform_data.ticket.id", 1) + `resource "terraform_data" "ticket" {}`,
			want:    share + "description is known only after apply, so it cannot be checked.",
		},
		"setting of another type": {
			planned: kept, settings: []string{"400", `"400"`},
			want: share + "access ends at " + accessEnd(400) + ", more than 400 days from now.",
		},
		"missing setting": {planned: kept, settings: []string{"ticket", "tickets"}, want: "The setting ticket is missing."},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startServer(t)
			tf := newWorkspace(t, server)
			tf.copyPolicies(test.settings)
			if test.applied != "" {
				tf.writeMain(test.applied)
				tf.apply()
			}
			tf.writeMain(test.planned)
			assertEqual(t, tf.deny(opa, test.labels), lines(test.want))
		})
	}

	// An account that was added in the console is revoked only with the label.
	t.Run("undeclared", func(t *testing.T) {
		t.Parallel()
		server := startServer(t)
		tf := newWorkspace(t, server)
		tf.copyPolicies(nil)
		tf.writeMain(kept)
		tf.apply()
		putShare(server, "team/app", "UNDECLARED", "forever", "")
		assertEqual(t, tf.deny(opa, `"other"`), lines(guard+"UNDECLARED"+needsLabel))
		assertEqual(t, tf.deny(opa, `"other", "revoke-access"`), "")
	})
}

func (tf workspace) copyPolicies(settings []string) {
	tf.t.Helper()
	tf.write("swr.rego", read(tf.t, "policies/swr.rego"))
	tf.write("settings.json", strings.NewReplacer(settings...).Replace(read(tf.t, "policies/settings.json")))
}

// lines adds a line break at the end of a text that is not empty.
func lines(text string) string {
	if text == "" {
		return ""
	}
	return text + "\n"
}
