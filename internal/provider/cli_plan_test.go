package provider_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// shareWith is the configuration of a share of platform/team/app with an account, given
// as an expression, and further arguments.
func shareWith(name, account string, arguments ...string) string {
	return share(name, append([]string{
		`namespace = "platform"`, `repository = "team/app"`, "access_domain = " + account, `deadline = "forever"`,
	}, arguments...)...)
}

// importInto is the block that imports a share of platform/team/app.
func importInto(name, account string) string {
	return fmt.Sprintf("import {\n  to = swr_repository_share.%s\n  id = \"platform/team/app/%s\"\n}\n", name, account)
}

// warnings are how the warnings of this provider's plans begin; the CLI has its own.
var warnings = []string{"Warning: Share", "Warning: Duplicate", "Warning: Unable"}

// resourceIn returns the state of a resource as JSON, for a test to edit.
func resourceIn(t *testing.T, state map[string]any) map[string]any {
	t.Helper()
	resources, _ := state["resources"].([]any)
	if len(resources) != 1 {
		t.Fatalf("%d resources", len(resources))
	}
	resource, _ := resources[0].(map[string]any)
	return resource
}

// assertReported fails the test unless the output has each summary, and each once.
func assertReported(t *testing.T, output string, summaries ...string) {
	t.Helper()
	for _, summary := range summaries {
		if n := strings.Count(output, summary); n != 1 {
			t.Errorf("%q is reported %d times:\n%s", summary, n, output)
		}
	}
}

// A plan reports the conflicts between resources before apply revokes anything.
func TestCLIPlanConflicts(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	tf := newCLI(t, server, shareWith("old", `"ACME"`))
	tf.apply()
	server.ResetRequests()

	tf.config(shareWith("new", `"ACME"`))
	output := tf.plan(changes)
	assertReported(t, output, "Warning: Share platform/team/app/ACME is revoked and created again")
	assertContains(t, output, "moved {")
	tf.config(shareWith("old", `"ACME"`) + shareWith("new", `"ACME"`))
	assertReported(t, tf.plan(changes), "Warning: Duplicate swr_repository_share for platform/team/app/ACME")
	tf.config(shareWith("old", `"ACME"`) + exclusiveOf("only", `"team/app"`, "access_domains = []"))
	assertReported(t, tf.plan(failed), "Error: Share platform/team/app/ACME is declared, but not in access_domains")
	assertRequests(t, server, nil)
}

// Entries of count are inserted, and keys of for_each exchanged: each share that is
// revoked and created again is named.
func TestCLIPlanMovedShares(t *testing.T) {
	t.Parallel()
	const recreated = "Warning: Share platform/team/app/%s is revoked and created again"
	count := func(accounts string) string {
		return "locals { accounts = [" + accounts + "] }\n" +
			shareWith("partner", "local.accounts[count.index]", "count = length(local.accounts)")
	}
	forEach := func(accounts string) string { return shareWith("partner", "each.value", "for_each = {"+accounts+"}") }
	for name, test := range map[string]struct {
		before, after string
		recreated     []string
		others        []string
	}{
		"count": {count(`"A", "B", "C"`), count(`"NEW", "A", "B", "C"`), []string{"A", "B", "C"}, []string{"NEW"}},
		"swap":  {forEach(`x = "ACC-1", y = "ACC-2"`), forEach(`x = "ACC-2", y = "ACC-1"`), []string{"ACC-1", "ACC-2"}, nil},
		"moved to another key": {
			forEach(`x = "ACC-1"`), forEach(`x = "ACC-2", y = "ACC-1"`), []string{"ACC-1"}, []string{"ACC-2"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startServer(t)
			tf := newCLI(t, server, test.before)
			tf.apply()
			tf.plan(noChange)
			tf.config(test.after)
			output := tf.plan(changes)
			for _, account := range test.recreated {
				assertReported(t, output, fmt.Sprintf(recreated, account))
			}
			for _, account := range test.others {
				assertNotContains(t, output, fmt.Sprintf(recreated, account))
			}
			assertNotContains(t, output, "Duplicate swr_repository_share", "Error:")
		})
	}
}

// A share that is in the state twice is not revoked because one of its resources is
// removed from the configuration.
func TestCLIPlanShareInStateTwice(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	tf := newCLI(t, server, shareWith("stale", `"ACME"`))
	tf.apply()
	tf.config(shareWith("stale", `"ACME"`) + shareWith("partner", `"ACME"`) + importInto("partner", "ACME"))
	assertReported(t, tf.apply(), "Warning: Duplicate swr_repository_share for platform/team/app/ACME")

	tf.config(shareWith("partner", `"ACME"`))
	output := tf.plan(failed)
	assertReported(t, output, "Error: Share platform/team/app/ACME is in the state twice")
	assertContains(t, output, "terraform state rm ADDRESS", "destroy = false")
	tf.run(success, "state", "rm", "swr_repository_share.stale")
	tf.plan(noChange)
	assertShares(t, server, "ACME")
}

// A deposed object does not differ from a removed resource for a provider. If it has
// the share that another object keeps, the message says how to remove it; otherwise
// it is deleted.
func TestCLIPlanDeposed(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	acc := func(n int) string {
		return shareWith("partner", fmt.Sprintf(`"ACC-%d"`, n), "lifecycle {\n create_before_destroy = true\n }")
	}
	tf := newCLI(t, server, acc(1))
	tf.apply()
	server.Inject(swrtest.Fault{Operation: swrtest.OpDelete, Behavior: swrtest.Status(403, "SVCSTG.SWR.4030000")})
	tf.config(acc(2))
	assertContains(t, tf.run(failed, "apply", "-auto-approve"), "Unable to delete share platform/team/app/ACC-1")
	server.RemoveFaults()
	assertShares(t, server, "ACC-1", "ACC-2")
	output := tf.plan(changes) // ACC-1 is deposed, and ACC-2 is kept
	assertContains(t, output, "0 to add, 0 to change, 1 to destroy")
	assertNotContains(t, output, warnings...)
	tf.config(acc(1)) // the deposed share is to be created
	assertReported(t, tf.plan(changes), "Warning: Share platform/team/app/ACC-1 is revoked and created again")
	tf.config(acc(2))
	tf.apply()

	var state map[string]any
	if err := json.Unmarshal([]byte(tf.stateFile()), &state); err != nil {
		t.Fatal(err)
	}
	resource := resourceIn(t, state)
	instances, _ := resource["instances"].([]any)
	copied, err := json.Marshal(instances[0])
	if err != nil {
		t.Fatal(err)
	}
	var deposed map[string]any
	if err := json.Unmarshal(copied, &deposed); err != nil {
		t.Fatal(err)
	}
	deposed["deposed"] = "0123abcd"
	resource["instances"] = append(instances, deposed)
	edited, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	tf.write("terraform.tfstate", string(edited))
	assertContains(t, tf.plan(failed), "Share platform/team/app/ACC-2 is in the state twice", "deposed object", "import {")
	tf.run(success, "state", "rm", "swr_repository_share.partner")
	tf.config(acc(2) + importInto("partner", "ACC-2"))
	assertContains(t, tf.plan(changes), "1 to import, 0 to add, 0 to change, 0 to destroy")
}

var importBlockInOutput = regexp.MustCompile(`(?s)import \{.*?\}\s*?\n`)

// The plan says that a share to be created exists already, with the block that
// imports it; names are quoted as HCL.
func TestCLIPlanExistingShare(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	const account = `"$${a}%%{b}"`
	config := shareWith("partner", account, `description = "by hand"`)
	putShare(server, "team/app", "${a}%{b}", "forever")
	tf := newCLI(t, server, config)
	output := tf.output(changes, "plan", "-no-color", "-detailed-exitcode")
	assertContains(t, unwrap(output), "Warning: Share platform/team/app/${a}%{b} already exists", "use a moved block")
	block := importBlockInOutput.FindString(strings.NewReplacer("│", " ").Replace(output))
	assertContains(t, block, `id = "platform/team/app/$${a}%%{b}"`)
	assertRequests(t, server, map[swrtest.Operation]int{swrtest.OpList: 1})

	tf.config(config + strings.Replace(block, ".NAME", ".partner", 1))
	output = tf.apply()
	assertContains(t, output, "1 imported, 0 added, 0 changed, 0 destroyed")
	assertNotContains(t, output, warnings...)
	tf.plan(noChange)
}

// A replacement would revoke a share before it fails to create the other one.
func TestCLIPlanReplacementByExistingShare(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	acc := func(name, account string) string { return shareWith(name, account, `description = "by hand"`) }
	tf := newCLI(t, server, acc("partner", `"ACC-1"`))
	tf.apply()
	putShare(server, "team/app", "ACC-2", "forever")
	tf.config(acc("partner", `"ACC-2"`))
	output := tf.plan(changes)
	assertReported(t, output, "Warning: Share platform/team/app/ACC-2 already exists")
	assertContains(t, output, "replaces share platform/team/app/ACC-1", "first revoke platform/team/app/ACC-1",
		"Do not apply this plan", `id = "platform/team/app/ACC-2"`)

	// As the message says.
	tf.config(acc("partner", `"ACC-1"`) + acc("other", `"ACC-2"`) + importInto("other", "ACC-2"))
	tf.apply()
	assertShares(t, server, "ACC-1", "ACC-2")
	tf.config(acc("other", `"ACC-2"`))
	tf.apply()
	assertShares(t, server, "ACC-2")
	tf.plan(noChange)
}

// The list of a repository is requested once for all its new shares, and not at all
// without a refresh.
func TestCLIPlanRequests(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	server.AddRepository("platform", "other")
	putShare(server, "other", "ACME-003", "forever")
	other := strings.NewReplacer(`"partner"`, `"other"`, "team/app", "other")
	tf := newCLI(t, server, manyShares(20, "")+other.Replace(manyShares(5, "")))
	output := tf.plan(changes)
	assertReported(t, output, "Warning: Share platform/other/ACME-003 already exists")
	assertNotContains(t, output, "platform/team/app/ACME-003 already exists")
	assertRequests(t, server, map[swrtest.Operation]int{swrtest.OpList: 2, swrtest.OpGet: 0})

	tf.config(partner(`deadline = "forever"`))
	tf.apply()
	tf.config(partner(`deadline = "forever"`) + share("other", `namespace = "platform"`, `repository = "other"`,
		`access_domain = "ACME-003"`, `deadline = "forever"`, "depends_on = [swr_repository_share.partner]"))
	server.ResetRequests()
	assertNotContains(t, tf.plan(changes, "-refresh=false"), warnings...)
	assertNoRequests(t, server)
	assertReported(t, tf.plan(changes), "Warning: Share platform/other/ACME-003 already exists")
}

// However an exclusive resource is replaced, a message explains why the accounts that
// the plan shows as removed are not revoked.
func TestCLIPlanExclusiveReplaced(t *testing.T) {
	t.Parallel()
	const only = "swr_repository_shares_exclusive.only"
	for name, test := range map[string]struct {
		prepare func(tf *cli)
		args    []string
		want    []string
		left    []string
	}{
		"tainted": {
			func(tf *cli) { tf.run(success, "taint", only) }, nil,
			[]string{"Undeclared share platform/team/app/ROGUE"}, []string{"ACME", "ROGUE"},
		},
		"names": {
			func(tf *cli) {
				tf.config(partner(`deadline = "forever"`) + exclusiveOf("only", `"other"`, "access_domains = []"))
			}, nil,
			[]string{
				"Replacing swr_repository_shares_exclusive of platform/team/app revokes nothing",
				"Undeclared share platform/other/OTHER",
			},
			[]string{"ACME", "ROGUE"},
		},
		"destroyed": {
			nil, []string{"-destroy"},
			[]string{"Destroying swr_repository_shares_exclusive of platform/team/app revokes nothing"}, []string{"ROGUE"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tf, server := newCLIWithExclusive(t)
			server.AddRepository("platform", "other")
			putShare(server, "team/app", "ROGUE", "forever")
			putShare(server, "other", "OTHER", "forever")
			if test.prepare != nil {
				test.prepare(tf)
			}
			output := tf.plan(changes, append(test.args, "-out=saved")...)
			assertContains(t, output, `- "ROGUE"`)
			assertReported(t, output, test.want...)
			tf.run(success, "apply", "saved")
			assertShares(t, server, test.left...)
		})
	}

	// Terraform shows no warning of the plan of a replacement.
	tf, server := newCLIWithExclusive(t)
	putShare(server, "team/app", "ROGUE", "forever")
	assertContains(t, tf.plan(failed, "-replace="+only),
		"Error: Replacing swr_repository_shares_exclusive of platform/team/app does not revoke ROGUE", "Apply without replacing it first")
	tf.apply()
	assertShares(t, server, "ACME")
	tf.apply("-replace=" + only)
	assertShares(t, server, "ACME")
}

// With -minimal-refresh, Terraform plans the shares that change twice, before and after
// it reads them.
func TestCLIPlanMinimalRefresh(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	forEach := func(accounts string) string { return shareWith("partner", "each.value", "for_each = {"+accounts+"}") }
	tf := newCLI(t, server, forEach(`x = "ACC-1", y = "ACC-2", z = "ACC-3"`))
	tf.skipUnless("-minimal-refresh", "plan")
	tf.apply()
	tf.plan(noChange, "-minimal-refresh")
	for config, recreated := range map[string][]string{
		forEach(`x = "ACC-2", y = "ACC-1", z = "ACC-3"`): {"ACC-1", "ACC-2"},
		forEach(`x = "ACC-1", new = "ACC-2"`):            {"ACC-2"},
	} {
		tf.config(config)
		output := tf.plan(changes, "-minimal-refresh")
		for _, account := range recreated {
			assertReported(t, output, "Warning: Share platform/team/app/"+account+" is revoked and created again")
		}
		assertNotContains(t, output, "Warning: Duplicate", "Error:", "already exists")
	}
	tf.config(forEach(`x = "ACC-1", y = "ACC-2", z = "ACC-3"`) + exclusive("only"))
	assertContains(t, tf.plan(failed, "-minimal-refresh"), "Share platform/team/app/ACC-1 is declared, but not in access_domains")
}
