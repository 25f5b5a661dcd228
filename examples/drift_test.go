package examples_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	ossignal "os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/tfcli"
)

// Exit codes of drift.sh.
const (
	exitNoChanges = 0
	exitError     = 1
	exitDrift     = 2
	exitAttention = 3
)

func requireProgram(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skip(name + " is not installed")
	}
}

// driftCommand returns drift.sh, to be run in the directory with the environment.
// Its temporary files go to tempDir, and sh -x prints its commands to stderr.
func driftCommand(t *testing.T, dir, tempDir, terraform string, env []string, args ...string) *exec.Cmd {
	t.Helper()
	script, err := filepath.Abs("gitops/drift.sh")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh", append([]string{"-x", script}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(env, "TERRAFORM="+terraform, "TMPDIR="+tempDir)
	return cmd
}

// detectDrift runs drift.sh, which must end with the exit code and remove its
// temporary files. It returns the report, stdout and stderr.
func (tf workspace) detectDrift(code int) (report, stdout, stderr string) {
	tf.t.Helper()
	terraform, err := tfcli.Find()
	if err != nil {
		tf.t.Fatal(err)
	}
	tempDir := tf.t.TempDir()
	cmd := driftCommand(tf.t, tf.Dir, tempDir, terraform, tf.Command(context.Background()).Env)
	var out, trace bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &trace
	if err := cmd.Run(); cmd.ProcessState.ExitCode() != code {
		tf.t.Fatalf("drift.sh: %v, want exit code %d\n%s", err, code, trace.String())
	}
	report = read(tf.t, filepath.Join(tf.Dir, "drift-report.md"))
	assertEmptyDir(tf.t, tempDir)
	known := []string{".tf", ".tfvars", ".tfrc", ".tfstate", ".backup", ".md", ".hcl"}
	for _, file := range glob(tf.t, tf.Dir+"/*") {
		if !slices.Contains(known, filepath.Ext(file)) {
			tf.t.Errorf("unexpected file %s", file)
		}
	}
	assertEscaped(tf.t, report)
	return report, out.String(), trace.String()
}

func assertEmptyDir(t *testing.T, dir string) {
	t.Helper()
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("%s contains %v (%v)", dir, entries, err)
	}
}

// renderReport runs drift.jq on the lines of terraform plan -json and on the JSON
// of the plan.
func renderReport(t *testing.T, outcome, messages, plan string, env ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "jq", "-Rnr", "--arg", "outcome", outcome,
		"--argjson", "plan", "["+plan+"]", "-f", "gitops/drift.jq")
	cmd.Stdin = strings.NewReader(messages)
	cmd.Env = append(os.Environ(), env...)
	report, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, report)
	}
	assertEscaped(t, string(report))
	return string(report)
}

// escapedLine matches a line of a report: plain words, and visible text (V) in code
// spans that are fenced by one, two or four backticks.
var escapedLine = regexp.MustCompile(strings.ReplaceAll(
	"^[-# ]*(?:[A-Za-z0-9 .,:;()]|`V+`|``(?:`?V)+``|````(?:`{0,3}V)+````)*\n$",
	"V", "[^`\\x00-\\x1f\\x7f-\\x9f\\x{200b}-\\x{200f}\\x{202a}-\\x{202e}\\x{2066}-\\x{2069}]"))

// assertEscaped fails if text from the service can be outside of a code span.
func assertEscaped(t *testing.T, report string) {
	t.Helper()
	for line := range strings.Lines(report) {
		if !escapedLine.MatchString(line) {
			t.Errorf("text outside of a code span, or invisible text: %q", line)
		}
	}
}

// The sections of the report, and the order of their lines.
func TestDriftReport(t *testing.T) {
	t.Parallel()
	requireProgram(t, "jq")
	tf, server := newComplete(t)
	const secretTF = `
variable "motto" {
  type      = string
  sensitive = true
  default   = "correct horse"
}
resource "terraform_data" "secret" {
  input = { motto = var.motto, plain = "visible" }
}
resource "swr_repository_share" "secret" {
  namespace     = "security"
  repository    = "vault"
  access_domain = "SECRET"
  deadline      = "2020-01-01"
  description   = var.motto
}
output "motto" {
  value     = var.motto
  sensitive = true
}
`
	server.AddRepository("security", "vault")
	tf.write("secret.tf", secretTF)
	tf.apply()
	tf.write("leaving.tf", `
resource "swr_repository_share" "leaving" {
  namespace     = "platform"
  repository    = "team/app"
  access_domain = "LEAVING"
  deadline      = "forever"
}
`)
	// A full plan would be an error, since the account is not allowed.
	tf.run(0, "apply", "-auto-approve", "-target=swr_repository_share.leaving")

	putShare(server, "team/app", "UNDECLARED", "forever", "")
	putShare(server, "team/app", acme, "2031-12-31T00:00:00.000Z", "Contract 4711")
	server.PutShare(swrtest.Share{
		Namespace: "security", Repository: "vault", AccessDomain: "SECRET", Permit: "read",
		Deadline: "2020-01-01T00:00:00.000Z", Description: "battery staple",
	})
	server.DeleteShare("platform", "team/worker", auditor)
	tf.write("secret.tf", strings.Replace(secretTF, "correct horse", "wrong horse", 1))
	tf.write("leaving.tf", "output \"new\" { value = 1 }\n")

	report, stdout, trace := tf.detectDrift(exitDrift)
	assertGolden(t, "testdata/drift-report.md", report)
	assertEqual(t, stdout, "drift: see drift-report.md\n")
	assertContains(t, trace, "+ status=2")
	assertNotContains(t, report+stdout+trace, "horse", "staple", server.Token())
	assertNotContains(t, stdout+trace, "UNDECLARED") // nothing from the service outside of the report
	if n := server.Count(swrtest.OpDelete); n > 0 {
		t.Errorf("the plan sent %d DELETE requests", n)
	}
}

func TestDriftNoChangesAndErrors(t *testing.T) {
	t.Parallel()
	requireProgram(t, "jq")
	tf, server := newComplete(t)
	tf.apply()
	report, stdout, _ := tf.detectDrift(exitNoChanges)
	assertEqual(t, report, "# SWR shares: no changes\n\nThe cloud matches the configuration.\n")
	assertEqual(t, stdout, "no changes: see drift-report.md\n")

	server.Inject(swrtest.Fault{Operation: swrtest.OpList, Behavior: swrtest.Status(401, "SVCSTG.SWR.4010000")})
	report, stdout, trace := tf.detectDrift(exitError)
	assertContains(t, report, "# SWR shares: error\n\nThe plan failed, so the state of the cloud is unknown.\n",
		"## Errors\n\n- `", "\n- `Unable to read share platform/base/java/"+auditor+
			"` (`swr_repository_share.partner[\"auditor:base/java\"]`): `", "401 Unauthorized, SVCSTG.SWR.4010000")
	assertNotContains(t, report, "matches", "## Changes")
	assertNotContains(t, report+stdout+trace, server.Token())
	assertContains(t, stdout, "error: see drift-report.md")
	server.RemoveFaults()

	tf.write("invalid.tf", "resource {")
	report, _, _ = tf.detectDrift(exitError)
	assertContains(t, report, "# SWR shares: error", "## Errors\n\n- `")

	tf.Env = append(tf.Env, "TF_CLI_ARGS_plan=-invalid")
	report, _, _ = tf.detectDrift(exitError)
	assertContains(t, report, "## Errors\n\n- Terraform printed no message. See the log of the job.")
}

// Warnings that need attention have an exit code of their own, unless there is drift
// or an error.
func TestDriftAttention(t *testing.T) {
	t.Parallel()
	requireProgram(t, "jq")
	tf, server := newComplete(t)
	tf.apply()
	const title = "# SWR shares: attention\n\nThe plan has no changes, but its warnings need attention. " +
		"The cloud matches the configuration as far as it could be read.\n\n## Warnings\n\n"

	server.AddRepository("platform", "team/forgotten")
	putShare(server, "team/forgotten", acme, "forever", "")
	report, stdout, trace := tf.detectDrift(exitAttention)
	assertEqual(t, report, title+"- `Shares of repositories that are not listed in var.repositories: platform/team/forgotten for "+acme+".`\n")
	assertEqual(t, stdout, "attention: see drift-report.md\n")
	assertNotContains(t, stdout+trace, "forgotten") // nothing from the service outside of the report
	server.DeleteShare("platform", "team/forgotten", acme)

	for i := range 120 {
		putShare(server, "team/app", fmt.Sprintf("UNDECLARED-%03d", i), "forever", "")
	}
	server.SetVariants(func(v *swrtest.Variants) { v.Paging = swrtest.PagingIgnored })
	report, _, _ = tf.detectDrift(exitAttention)
	const warnings = "- `Incomplete list of shares of all organizations` (`data.swr_shares.account`)\n" +
		"- `Incomplete list of shares of platform/team/app` (`swr_repository_shares_exclusive.repository[\"team/app\"]`)\n" +
		"- `SWR did not return all shares of the account, so there may be others.`\n"
	assertEqual(t, report, title+warnings)

	// A change is drift, with the same warnings in the report.
	server.DeleteShare("platform", "team/worker", auditor)
	report, _, _ = tf.detectDrift(exitDrift)
	assertContains(t, report, "# SWR shares: drift", "\n## Warnings\n\n"+warnings)
}

// Options that leave the accounts unread are refused before a plan, wherever they
// are set, and neither the trace nor the report has the other options.
func TestDriftRefusesUnreadPlans(t *testing.T) {
	t.Parallel()
	requireProgram(t, "jq")
	for name, test := range map[string]struct {
		args   []string
		env    string
		option string
		where  string
	}{
		"argument":          {args: []string{"-lock-timeout=5m", "-refresh=false"}, option: "-refresh=false", where: "the arguments"},
		"two dashes":        {args: []string{"--refresh=F"}, option: "--refresh=F", where: "the arguments"},
		"minimal":           {args: []string{"-minimal-refresh"}, option: "-minimal-refresh", where: "the arguments"},
		"minimal, explicit": {args: []string{"-minimal-refresh=true", "-parallelism=2"}, option: "-minimal-refresh=true", where: "the arguments"},
		"all commands":      {env: "TF_CLI_ARGS=-no-color -minimal-refresh", option: "-minimal-refresh", where: "TF_CLI_ARGS"},
		"plan":              {env: "TF_CLI_ARGS_plan=-var token=c0rrect\t-refresh=0", option: "-refresh=0", where: "TF_CLI_ARGS_plan"},
		"quoted":            {env: `TF_CLI_ARGS_plan=-var "token=c0rrect" "-refresh='false'"`, option: "-refresh=false", where: "TF_CLI_ARGS_plan"},
		"escaped":           {env: `TF_CLI_ARGS=-refre\sh=false`, option: "-refresh=false", where: "TF_CLI_ARGS"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, tempDir := t.TempDir(), t.TempDir()
			cmd := driftCommand(t, dir, tempDir, "terraform-is-not-run", append(os.Environ(), test.env), test.args...)
			output, err := cmd.CombinedOutput()
			if code := cmd.ProcessState.ExitCode(); code != exitError {
				t.Fatalf("exit code %d, want %d: %v\n%s", code, exitError, err, output)
			}
			assertContains(t, string(output), "\nerror: "+test.option+" in "+test.where+" is not allowed: see drift-report.md\n")
			assertNotContains(t, string(output), "c0rrect", "terraform-is-not-run plan")
			assertEqual(t, read(t, filepath.Join(dir, "drift-report.md")), "# SWR shares: error\n\n`"+test.option+"` in "+test.where+
				" is not allowed: the plan would not read which accounts have access.\n")
			assertEmptyDir(t, tempDir)
		})
	}
}

// Options that read all accounts are passed to Terraform.
func TestDriftPassesOptions(t *testing.T) {
	t.Parallel()
	requireProgram(t, "jq")
	dir := t.TempDir()
	options := []string{"-refresh=true", "-minimal-refresh=false", "-var=text=a -refresh=false"}
	env := append(os.Environ(), "TF_CLI_ARGS_plan=-refresh=true -var=note=-refresh=false")
	cmd := driftCommand(t, dir, t.TempDir(), "true", env, options...)
	output, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, output)
	}
	// Two processes write the trace: the "+" may stand on another line.
	assertContains(t, strings.ReplaceAll(string(output), "run true", ""), "true plan -refresh=true -minimal-refresh=false")
}

// fakeTerraform returns a CLI whose plan ends with the exit code and whose plan file
// is the given JSON.
func fakeTerraform(t *testing.T, code int, plan string) string {
	t.Helper()
	dir := t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\ncase $1 in plan) exit %d ;; *) cat '%s/plan.json' ;; esac\n", code, dir)
	if err := errors.Join(
		os.WriteFile(filepath.Join(dir, "plan.json"), []byte(plan), 0o600),
		os.WriteFile(filepath.Join(dir, "terraform"), []byte(script), 0o700),
	); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "terraform")
}

// The report is a regular file, written as a whole, wherever it is. What is not a
// regular file is left alone, and the exit code is that of an error.
func TestDriftReportFile(t *testing.T) {
	t.Parallel()
	requireProgram(t, "jq")
	const unchanged = "# SWR shares: no changes\n\nThe cloud matches the configuration.\n"
	for name, test := range map[string]struct {
		path  string
		code  int
		setUp string // run by sh
		fails string // "" if there is a report
	}{
		"missing directory":       {path: "a/b/report.md"},
		"spaces and a dash":       {path: "-a b/-r *.md"},
		"a dash":                  {path: "-report.md"},
		"an older report":         {path: "report.md", setUp: "echo older >report.md"},
		"drift":                   {path: "a/report.md", code: exitDrift},
		"an error":                {path: "a/report.md", code: exitError},
		"another code of the CLI": {path: "a/report.md", code: 3},
		"symbolic link":           {path: "link", setUp: "echo kept >kept; ln -s kept link", fails: "not a regular file"},
		"dangling symbolic link":  {path: "link", setUp: "ln -s created link", fails: "not a regular file"},
		"directory":               {path: "dir", setUp: "mkdir dir", fails: "not a regular file"},
		"directory, with a slash": {path: "dir/", fails: "is a directory"},
		// As a device, which a test must not put at risk.
		"pipe":                      {path: "pipe", setUp: "mkfifo pipe", fails: "not a regular file"},
		"file in place of a folder": {path: "kept/report.md", setUp: "echo kept >kept", fails: "unable to create"},
		"no name is that long":      {path: strings.Repeat("x", 250), fails: "unable to write"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, tempDir := t.TempDir(), t.TempDir()
			if output, err := runShell(t, dir, "umask 027; "+test.setUp); err != nil {
				t.Fatalf("%v\n%s", err, output)
			}
			before := fileNames(t, dir)
			env := append(os.Environ(), "DRIFT_REPORT="+test.path)
			cmd := driftCommand(t, dir, tempDir, fakeTerraform(t, test.code, `{"resource_changes": []}`), env)
			output, _ := cmd.CombinedOutput()
			assertEmptyDir(t, tempDir)
			if test.fails != "" {
				assertContains(t, string(output), test.fails)
				if code := cmd.ProcessState.ExitCode(); code != exitError {
					t.Errorf("exit code %d\n%s", code, output)
				}
				if after := fileNames(t, dir); !slices.Equal(before, after) {
					t.Errorf("%v became %v", before, after)
				}
				if slices.Contains(before, "kept") {
					assertEqual(t, read(t, filepath.Join(dir, "kept")), "kept\n")
				}
				return
			}
			want := test.code
			if want == 3 {
				want = exitError
			}
			if code := cmd.ProcessState.ExitCode(); code != want {
				t.Errorf("exit code %d, want %d\n%s", code, want, output)
			}
			report := filepath.Join(dir, test.path)
			info, err := os.Lstat(report)
			if err != nil || !info.Mode().IsRegular() || info.Mode().Perm()&0o400 == 0 {
				t.Fatalf("%v, %v", info, err)
			}
			if test.code == 0 {
				assertEqual(t, read(t, report), unchanged)
			}
			assertContains(t, read(t, report), "# SWR shares: ")
			if files := fileNames(t, filepath.Dir(report)); len(files) != 1 {
				t.Errorf("files beside the report: %v", files)
			}
		})
	}
}

func fileNames(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func runShell(t *testing.T, dir, script string) ([]byte, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", script)
	cmd.Dir = dir
	return cmd.CombinedOutput()
}

// Without jq there is a report, too, and no plan whose options were not checked.
func TestDriftWithoutJQ(t *testing.T) {
	t.Parallel()
	bin, dir := t.TempDir(), t.TempDir()
	for _, program := range []string{"sh", "dirname", "mktemp", "mkdir", "rm", "mv", "cat", "chmod", "head", "grep"} {
		if path, err := exec.LookPath(program); err != nil || os.Symlink(path, filepath.Join(bin, program)) != nil {
			t.Skip(program + " is not installed")
		}
	}
	cmd := driftCommand(t, dir, t.TempDir(), "false", []string{"PATH=" + bin})
	output, _ := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != exitError {
		t.Errorf("exit code %d\n%s", code, output)
	}
	assertEqual(t, read(t, filepath.Join(dir, "drift-report.md")), "# SWR shares: error\n\nThe program jq is not installed.\n")
}

// Accounts that are known only after apply are no reason to lose the report, and no
// account is said to lose access that may be among them.
func TestDriftReportUnknownAccounts(t *testing.T) {
	t.Parallel()
	requireProgram(t, "jq")
	const plan = `{"resource_changes": [{
		"address": "swr_repository_shares_exclusive.app", "mode": "managed", "type": "swr_repository_shares_exclusive",
		"change": {"actions": ["update"],
			"before": {"namespace": "platform", "repository": "app", "access_domains": ["KNOWN", "OLD"]},
			"after": {"namespace": "platform", "repository": "app"%s},
			"after_unknown": {"access_domains": %s}}
	}]}`
	const changes = "\n## Changes\n\n- `swr_repository_shares_exclusive.app`\n"
	const unknown = "  - `access_domains`: some accounts are known only after apply\n"
	report := renderReport(t, "drift", "5\n[]\nnull\n{\"type\":\"diagnostic\"}\n",
		fmt.Sprintf(plan, `, "access_domains": ["known", "NEW", null]`, "[false, false, true]"))
	assertContains(t, report, "- `\"OLD\"` may lose access to `platform/app`: ", changes+
		"  - `\"NEW\"` is declared, but the repository is not shared with it\n"+unknown)
	assertNotContains(t, report, "KNOWN", "null", "loses")
	report = renderReport(t, "drift", "", fmt.Sprintf(plan, "", "true"))
	assertContains(t, report, "- `\"KNOWN\"` may lose access to `platform/app`: ", changes+unknown)
	assertNotContains(t, report, "loses")
}

// Credentials are masked under whatever name they have, and a short one does not hide
// the names in a report.
func TestDriftReportMasks(t *testing.T) {
	t.Parallel()
	requireProgram(t, "jq")
	env := []string{
		"SIGNING_PASSPHRASE=open sesame", "HTTPS_PROXY=http://user:pr0xy-word@proxy.example:3128", "http_proxy=http://u:0ther-word@h",
		"REGISTRY_KEY=k3y-material", "DOCKER_AUTH=YmFzaWM6YXV0aA==", "CI_PAT=ghp_0123456789", "ID_JWT=eyJhbGciOi",
		"MODE_TOKEN=team", "EMPTY_TOKEN=", "TINY_SECRET=a",
	}
	messages := func(detail string) string {
		diagnostic := map[string]any{"severity": "error", "summary": "Unable to plan team", "detail": detail}
		line, err := json.Marshal(map[string]any{"type": "diagnostic", "diagnostic": diagnostic})
		if err != nil {
			t.Fatal(err)
		}
		return string(line)
	}
	report := renderReport(t, "error", messages("open sesame pr0xy-word 0ther-word k3y-material YmFzaWM6YXV0aA== ghp_0123456789 "+
		"eyJhbGciOi (team) teams a steam proxy.example:3128"), "null", env...)
	assertContains(t, report, "- `Unable to plan ***`: `*** *** *** *** *** *** *** (***) teams a steam proxy.example:3128`\n")

	report = renderReport(t, "drift", "", `{"resource_changes": [{
		"address": "swr_repository_share.team", "mode": "managed", "type": "swr_repository_share",
		"change": {"actions": ["delete"], "before": {"namespace": "platform", "repository": "team/app", "access_domain": "team"}}
	}]}`, env...)
	assertContains(t, report, "- `\"team\"` loses access to `platform/team/app`: `swr_repository_share.team` will be destroyed\n")
}

func TestDriftReportMessages(t *testing.T) {
	t.Parallel()
	requireProgram(t, "jq")
	const warnings = `
{"type":"diagnostic","diagnostic":{"severity":"warning","summary":"Check block assertion failed","detail":"Ends soon.","address":"check.end"}}
{"type":"diagnostic","diagnostic":{"severity":"warning","summary":"The share has expired","detail":"Set a later deadline.","address":"swr_repository_share.a"}}
`
	const warningLines = "\n## Warnings\n\n- `Ends soon.` (`check.end`)\n- `The share has expired` (`swr_repository_share.a`)\n"
	assertEqual(t, renderReport(t, "no changes", warnings, "null"),
		"# SWR shares: attention\n\nThe plan has no changes, but its warnings need attention. "+
			"The cloud matches the configuration as far as it could be read.\n"+warningLines)

	// Each of the provider's warnings needs attention, and so does a plan with
	// -target. A deprecation does not.
	for warning, outcome := range map[string]string{
		`"Accounts of 2 repositories were not read","address":"module.m.swr_repository_shares_exclusive.a[\"b\"]"`: "attention",
		`"Incomplete list of shared repositories","address":"data.swr_shared_repositories.all"`:                    "attention",
		`"Resource targeting is in effect","detail":"..."`:                                                         "attention",
		`"Deprecated argument","address":"aws_instance.swr_proxy"`:                                                 "no changes",
	} {
		report := renderReport(t, "no changes", `{"type":"diagnostic","diagnostic":{"severity":"warning","summary":`+warning+`}}`, "null")
		assertContains(t, report, "# SWR shares: "+outcome+"\n", "\n## Warnings\n\n- `")
	}

	// Credentials are masked, including one that contains line breaks.
	const failure = `{"type":"diagnostic","diagnostic":{"severity":"error","summary":"Precondition of s3cr3t-token failed",` +
		`"detail":"401 for s3cr3t-token,\nand <b>first\n\nsecond</b>.\n\nAnother paragraph."}}`
	assertEqual(t, renderReport(t, "error", warnings+failure, "null", "OS_TOKEN=s3cr3t-token", "MY_SECRET=first\n\nsecond"),
		"# SWR shares: error\n\nThe plan failed, so the state of the cloud is unknown.\n\n## Errors\n\n"+
			"- `Precondition of *** failed`: `401 for ***, and <b>***</b>.`\n"+warningLines)
}

func TestDriftReportEscapesNames(t *testing.T) {
	t.Parallel()
	requireProgram(t, "jq")
	lines := map[string]string{
		"</td><script>|`` ``` ` [x](javascript:a(1)) ![i](http:x)": "- ````\"</td><script>|`` ``` ` [x](javascript:a(1)) ![i](http:x)\"```` loses",
		"@octocat <!-- --> **b** ~~s~~ #1 _e_ www.example.com":     "- `\"@octocat <!-- --> **b** ~~s~~ #1 _e_ www.example.com\"` loses",
		"`":                        "- ``\"`\"`` loses",
		"right\u202eleft\u200b":    "- `\"right\\u{202E}left\\u{200B}\"` loses",
		"line\nbreak\r\t\x1b[31m":  "- `\"line\\nbreak\\r\\t\\u001b[31m\"` loses",
		"$HOME $(id) %0A::error::": "- `\"$HOME $(id) %0A::error::\"` loses",
		"АCME":                     "- `\"АCME\"` (contains `U+0410`) loses", // with a Cyrillic letter
		strings.Repeat("x", 900):   "…` loses",
	}
	accounts, err := json.Marshal(slices.Collect(maps.Keys(lines)))
	if err != nil {
		t.Fatal(err)
	}
	report := renderReport(t, "drift", "", `{"resource_changes": [{
		"address": "swr_repository_shares_exclusive.app", "mode": "managed", "type": "swr_repository_shares_exclusive",
		"change": {"actions": ["update"],
			"before": {"namespace": "platform", "repository": "team/app", "access_domains": `+string(accounts)+`},
			"after": {"namespace": "platform", "repository": "team/app", "access_domains": []}}
	}, {
		"address": "swr_repository_share.app", "mode": "managed", "type": "swr_repository_share",
		"change": {"actions": ["update"], "before": {"description": "|`+"`"+`</td>\n[x](y)"}, "after": {"description": ""}}
	}]}`)
	for _, line := range lines {
		assertContains(t, report, line)
	}
	assertContains(t, report, "`description`: ``\"|`</td>\\n[x](y)\"``, declared as `\"\"`")
	if n := strings.Count(report, " loses "); n != len(lines) {
		t.Errorf("%d accounts lose access, want %d:\n%s", n, len(lines), report)
	}
}

// On a signal, drift.sh stops Terraform and removes the plan, an older report and
// all temporary files. The CLI is a script that writes the plan again when it is
// stopped.
func TestDriftCleansUpAfterSignal(t *testing.T) {
	t.Parallel()
	requireProgram(t, "jq")
	terraform := filepath.Join(t.TempDir(), "terraform")
	if err := os.WriteFile(terraform, []byte(`#!/bin/sh
for argument; do case $argument in -out=*) plan=${argument#-out=} ;; esac; done
trap 'echo secret >"$plan"; exit 1' TERM
echo secret >"$plan"
echo started >&3
cat <&4 & # blocks until the test is over
wait
`), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP} {
		if ossignal.Ignored(signal) {
			continue // for example under nohup: a shell cannot trap a signal that is ignored at its start
		}
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			dir, tempDir := t.TempDir(), t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "drift-report.md"), []byte("older"), 0o600); err != nil {
				t.Fatal(err)
			}
			started, startedWriter := newPipe(t)
			blockReader, _ := newPipe(t)
			cmd := driftCommand(t, dir, tempDir, terraform, os.Environ())
			cmd.ExtraFiles = []*os.File{startedWriter, blockReader}
			if err := errors.Join(cmd.Start(), startedWriter.Close()); err != nil {
				t.Fatal(err)
			}
			if _, err := started.Read(make([]byte, 1)); err != nil {
				t.Fatalf("the CLI was not started: %v", err)
			}
			if err := cmd.Process.Signal(signal); err != nil {
				t.Error(err)
			}
			err := cmd.Wait()
			if got, want := cmd.ProcessState.ExitCode(), 128+int(signal); got != want {
				t.Errorf("exit code %d, want %d: %v", got, want, err)
			}
			assertEmptyDir(t, tempDir)
			assertEmptyDir(t, dir)
		})
	}
}

func newPipe(t *testing.T) (reader, writer *os.File) {
	t.Helper()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = reader.Close(), writer.Close() })
	return reader, writer
}

// The pipelines use pinned actions and upload only the report.
func TestDriftPipelines(t *testing.T) {
	t.Parallel()
	workflow := read(t, "gitops/github-actions.yml")
	for _, action := range regexp.MustCompile(`uses: .*`).FindAllString(workflow, -1) {
		if !regexp.MustCompile(`^uses: [a-z]+/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`).MatchString(action) {
			t.Errorf("%q is not pinned", action)
		}
	}
	assertContains(t, workflow, " path: drift-report.md\n", "terraform_wrapper: false", "persist-credentials: false",
		"== '3'\n        run: exit 3\n", "!= '0' && steps.plan.outputs.code != '2' && steps.plan.outputs.code != '3'\n")
	pipeline := read(t, "gitops/gitlab-ci.yml")
	assertContains(t, pipeline, " paths: [drift-report.md]\n", "exit_codes: [2, 3]")
	// They sign in without a stored secret.
	assertContains(t, workflow, "id-token: write", "SWR_OIDC_IDP_ID: ", "SWR_OIDC_ID_TOKEN_FILE=$RUNNER_TEMP/id-token")
	assertContains(t, pipeline, "  id_tokens:\n    SWR_OIDC_ID_TOKEN:\n      aud: ", "SWR_OIDC_IDP_ID: ")
	for _, text := range []string{workflow, pipeline} {
		assertNotContains(t, text, "{{ secrets.", "ACCESS_KEY", "PASSWORD")
		if n := len(regexp.MustCompile(`(?m)^\s+paths?:`).FindAllString(text, -1)); n != 1 {
			t.Errorf("%d paths of artifacts, want 1", n)
		}
	}
}

func TestDriftScriptPassesShellcheck(t *testing.T) {
	t.Parallel()
	requireProgram(t, "shellcheck")
	if output, err := exec.CommandContext(t.Context(), "shellcheck", "gitops/drift.sh").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}
