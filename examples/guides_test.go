package examples_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// renewText runs renew.sh, which must end with the exit code, on the output of
// examples/renew and on the configuration in the directory.
func renewText(t *testing.T, code int, access, dir string, env ...string) (text, stderr string) {
	t.Helper()
	requireProgram(t, "jq")
	script, err := filepath.Abs("renew/renew.sh")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "bash", script)
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(access)
	cmd.Env = append(cmd.Environ(), env...)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); cmd.ProcessState.ExitCode() != code {
		t.Fatalf("renew.sh: %v, want exit code %d\n%s\n%s", err, code, out.String(), problems.String())
	}
	return out.String(), problems.String()
}

// The issue has the shares that end, whether they are declared or not, and the line
// that declares each deadline.
func TestRenew(t *testing.T) {
	t.Parallel()
	requireProgram(t, "jq")
	server := startServer(t)
	configuration := newWorkspace(t, server)
	configuration.write("terraform.tfvars", fmt.Sprintf(`partners = {
  soon = {
    account  = "SOON"
    deadline = %[1]q
  }
  near = {
    account  = "near"
    deadline = "%[1]sT16:00:00Z"
  }
  far = { account = "FAR", deadline = %[2]q }
}
`, day(3), day(300)))
	for account, deadline := range map[string]string{"SOON": day(3), "NEAR": day(3), "FAR": day(300), "ENDED": day(-3)} {
		putShare(server, "team/app", account, deadline+"T00:00:00.000Z", "")
	}
	putShare(server, "team/app", "NEVER", "forever", "")
	putShare(server, "team/app", "SAME-DAY", day(3)+"T00:00:00.000Z", "")
	putShare(server, "team/app", "OTHER", day(4)+"T00:00:00.000Z", "from the `console`\n# title")

	tf := newWorkspace(t, server)
	tf.copyExample("renew")
	tf.apply()
	access := tf.runRaw(0, "output", "-json", "access")
	text, _ := renewText(t, 2, access, configuration.Dir)
	assertEqual(t, text, strings.NewReplacer("'", "`", "D3", day(3), "D4", day(4), "E3", accessEnd(3), "E4", accessEnd(4),
		"X3", day(-3), "Y3", accessEnd(-3)).Replace(
		`Decide for each share: set a later deadline in the line, or remove the share from the configuration.

## Access ends within 30 days

- 'NEAR' on 'platform/team/app': E3
  - './terraform.tfvars:8': 'deadline = "D3T16:00:00Z"'
- 'SAME-DAY' on 'platform/team/app': E3
  - No line of the configuration names the account.
  - './terraform.tfvars:4': 'deadline = "D3"'
  - './terraform.tfvars:8': 'deadline = "D3T16:00:00Z"'
- 'SOON' on 'platform/team/app': E3
  - './terraform.tfvars:4': 'deadline = "D3"'
- 'OTHER' on 'platform/team/app': E4, ''from the 'console' # title''
  - No line of the configuration names the account.
  - No line of the configuration has the deadline 'D4'.

## Access has ended

- 'ENDED' on 'platform/team/app': Y3
  - No line of the configuration names the account.
  - No line of the configuration has the deadline 'X3'.
`))

	server.DeleteShare("platform", "team/app", "ENDED")
	tf.apply()
	access = tf.runRaw(0, "output", "-json", "access")
	if text, _ := renewText(t, 0, access, configuration.Dir, "RENEW_DAYS=0"); text != "" {
		t.Errorf("no share ends, but the text is\n%s", text)
	}
}

// Nothing is concluded from an incomplete list or from another input.
func TestRenewIncompleteAndErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text, _ := renewText(t, 2, `{"complete": false, "shares": []}`, dir)
	assertContains(t, text, "SWR did not return all shares: other shares may end, too.")
	_, stderr := renewText(t, 1, `{"shares": []}`, dir)
	assertContains(t, stderr, `error: the input is not the output "access"`)
	_, stderr = renewText(t, 1, `{"complete": true, "shares": []}`, dir, "RENEW_DAYS=1 month")
	assertContains(t, stderr, "error: RENEW_DAYS is not a number of days: 1 month")
}

func TestRenewPipeline(t *testing.T) {
	t.Parallel()
	workflow := read(t, "renew/github-actions.yml")
	for _, action := range regexp.MustCompile(`uses: .*`).FindAllString(workflow, -1) {
		assertContains(t, read(t, "gitops/github-actions.yml"), action) // pinned, and the same version
	}
	assertContains(t, workflow, "persist-credentials: false", "terraform_wrapper: false", "id-token: write")
	assertNotContains(t, workflow, "{{ secrets.", "ACCESS_KEY", "PASSWORD")
	requireProgram(t, "shellcheck")
	if output, err := exec.CommandContext(t.Context(), "shellcheck", "renew/renew.sh").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}

// Shares that are declared are revoked by the configuration that declares them, and
// the others by examples/revoke.
func TestRevokeAccount(t *testing.T) {
	t.Parallel()
	declared, server := newComplete(t)
	declared.apply()
	server.AddRepository("other", "unguarded")
	server.PutShare(swrtest.Share{Namespace: "other", Repository: "unguarded", AccessDomain: acme, Permit: "read", Deadline: "forever"})
	putShare(server, "base/java", acme, "2020-01-01T00:00:00.000Z", "has ended") // not declared, but guarded

	tf := newWorkspace(t, server)
	tf.write("main.tf", read(t, "revoke/main.tf"))
	account := "-var=account=" + strings.ToLower(acme)
	assertContains(t, tf.plan(0, account), "can still pull: other/unguarded, platform/base/java, platform/team/app, platform/team/worker.")

	variables := read(t, "complete/terraform.tfvars")
	from, to := strings.Index(variables, "  acme = {"), strings.Index(variables, "  auditor = {")
	declared.write("terraform.tfvars", variables[:from]+variables[to:])
	declared.run(0, "apply", "-auto-approve", "-target=swr_repository_share.partner")
	assertContains(t, tf.plan(0, account), "can still pull: other/unguarded, platform/base/java.")
	declared.apply()
	assertContains(t, tf.plan(0, account), "can still pull: other/unguarded.")

	tf.write("import.tf", read(t, "revoke/import.tf"))
	assertContains(t, tf.run(0, "apply", "-auto-approve", account), "1 imported, 0 added, 0 changed, 0 destroyed")
	assertContains(t, tf.run(0, "destroy", "-auto-approve", account), "1 destroyed")
	assertNotContains(t, tf.plan(0, account), "Warning")
	for _, share := range server.AllShares() {
		if share.AccessDomain == acme {
			t.Errorf("%s is left", share.Repository)
		}
	}
}

func TestReceive(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	server.AddReceivedRepositories(
		swrtest.ReceivedRepository{DomainName: "PARTNER", Namespace: "partner", Repository: "team/app"},
		swrtest.ReceivedRepository{DomainName: "PARTNER", Namespace: "partner", Repository: "ended", Expired: true})
	tf := newWorkspace(t, server)
	tf.copyExample("receive")
	assertNotContains(t, tf.run(0, "plan", `-var=images=["partner/team/app"]`), "Warning")
	assertContains(t, tf.run(0, "plan", `-var=images=["partner/team/app", "partner/ended", "partner/revoked"]`),
		"Not shared with this account: partner/revoked.", "Access has ended: partner/ended of PARTNER.")
}

// The policies have only actions and condition keys that are documented.
func TestPermissions(t *testing.T) {
	t.Parallel()
	known := read(t, "../internal/swr/API.md")
	for _, file := range glob(t, "permissions/*.json") {
		var policy struct {
			Version   string
			Statement []struct {
				Effect    string
				Action    []string
				Resource  []string
				Condition map[string]map[string][]string
			}
		}
		decoder := json.NewDecoder(strings.NewReader(read(t, file)))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&policy); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, statement := range policy.Statement {
			for _, action := range statement.Action {
				assertContains(t, known, "`"+action+"`")
			}
			for _, keys := range statement.Condition {
				for key := range keys {
					if key != "g:PrincipalUrn" { // of all services
						assertContains(t, known, "`"+key+"`")
					}
				}
			}
		}
	}
}
