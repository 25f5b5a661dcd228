package examples_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	ossignal "os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/tfcli"
)

// Exit codes of drift.sh.
const (
	noChange = 0
	failed   = 1
	drift    = 2
)

// drifting is the whole setup, with drift.sh to watch it.
type drifting struct {
	copied

	server *swrtest.Server
	temp   string // where the script keeps the plan
}

func startDrifting(t *testing.T) *drifting {
	t.Helper()
	if _, err := exec.LookPath("jq"); err != nil {
		t.Skip("drift.sh needs jq, which is not installed")
	}
	tf, server := setUp(t)
	return &drifting{tf, server, t.TempDir()}
}

// command gives drift.sh, in the example's directory and with its environment.
func (d *drifting) command(args ...string) *exec.Cmd {
	d.t.Helper()
	script, err := filepath.Abs("gitops/drift.sh")
	if err != nil {
		d.t.Fatal(err)
	}
	terraform, err := tfcli.Find()
	if err != nil {
		d.t.Fatal(err)
	}
	cmd := exec.CommandContext(d.t.Context(), "sh", append([]string{script}, args...)...)
	cmd.Dir = d.Dir
	cmd.Env = append(d.Command(context.Background()).Env, "TERRAFORM="+terraform, "TMPDIR="+d.temp)
	return cmd
}

// check runs drift.sh, which must end with the code and leave nothing but the
// report behind, and gives the report and what was printed.
func (d *drifting) check(code int, args ...string) (report, printed string) {
	d.t.Helper()
	var output bytes.Buffer
	cmd := d.command(args...)
	cmd.Stdout, cmd.Stderr = &output, &output
	err := cmd.Run()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		d.t.Fatal(err)
	}
	report = read(d.t, filepath.Join(d.Dir, "drift-report.md"))
	if got := cmd.ProcessState.ExitCode(); got != code {
		d.t.Fatalf("drift.sh: exit code %d instead of %d\n%s\n%s", got, code, output.String(), report)
	}
	d.leftNothing()
	wantHarmless(d.t, report)
	return report, output.String()
}

func (d *drifting) leftNothing() {
	d.t.Helper()
	if left := files(d.t, d.temp); len(left) > 0 {
		d.t.Errorf("left behind: %q", left)
	}
	for _, name := range files(d.t, d.Dir) {
		switch filepath.Ext(name) {
		case ".tf", ".tfvars", ".tfrc", ".tfstate", ".backup", ".md", ".hcl", ".terraform":
		default:
			d.t.Errorf("left behind: %q", name)
		}
	}
}

// wantHarmless fails where foreign text could stand outside of a code span: there
// is no Markdown or HTML outside but the report's own.
func wantHarmless(t *testing.T, report string) {
	t.Helper()
	for line := range strings.Lines(report) {
		if outside := outsideCode(t, line); !regexp.MustCompile(`^[-# ]*[A-Za-z0-9 .,:;()]*\n$`).MatchString(outside) {
			t.Errorf("outside of code stands %q, in the line %q", outside, line)
		}
		if strings.ContainsFunc(strings.TrimSuffix(line, "\n"), func(r rune) bool {
			return r < ' ' || (r >= 0x7f && r < 0xa0) || (r >= 0x200b && r <= 0x200f) || (r >= 0x202a && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069)
		}) {
			t.Errorf("characters that can't be seen stand in %q", line)
		}
	}
}

// outsideCode takes the code spans out of a line, as CommonMark finds them: from
// a run of backticks to the next run of the same length.
func outsideCode(t *testing.T, line string) string {
	t.Helper()
	var outside strings.Builder
	for {
		before, _, found := strings.Cut(line, "`")
		outside.WriteString(before)
		if !found {
			return outside.String()
		}
		fence, inside := ticks(line[len(before):])
		for closed := false; !closed; {
			text, _, found := strings.Cut(inside, "`")
			if !found {
				t.Errorf("a code span is not closed in %q", line)
				return outside.String()
			}
			var run string
			run, inside = ticks(inside[len(text):])
			closed = run == fence
		}
		line = inside
	}
}

// ticks splits a text after the backticks that it begins with.
func ticks(text string) (run, rest string) {
	rest = strings.TrimLeft(text, "`")
	return text[:len(text)-len(rest)], rest
}

func TestDriftNone(t *testing.T) {
	t.Parallel()
	d := startDrifting(t)
	report, printed := d.check(noChange)
	if want := "# SWR shares: no change\n\nThe cloud is as declared.\n"; report != want {
		t.Errorf("the report is\n%s", report)
	}
	if want := "no change: see drift-report.md\n"; printed != want {
		t.Errorf("it printed %q", printed)
	}

	// Warnings stand in the report, and are no drift.
	report, _ = d.check(noChange, "-var=warn_days=3650")
	wantParts(t, report, "## Warnings\n\n- `Access has ended, or ends within 3650 days: acme:team/app on 2031-04-01T00:00:00Z")
}

// Who has access, what changes, what is missing: in this order.
func TestDriftReport(t *testing.T) {
	t.Parallel()
	d := startDrifting(t)
	d.write("secret.tf", `
variable "motto" {
  type      = string
  sensitive = true
  default   = "correct horse"
}
resource "terraform_data" "secret" {
  input = { motto = var.motto, plain = "seen" }
}
resource "swr_repository_share" "secret" {
  namespace     = "platform"
  repository    = "base/java"
  access_domain = "SECRET"
  deadline      = "2020-01-01"
  description   = var.motto
}
resource "swr_repository_share" "leaving" {
  namespace     = "platform"
  repository    = "team/app"
  access_domain = "LEAVING"
  deadline      = "forever"
}
output "motto" {
  value     = var.motto
  sensitive = true
}
`)
	d.run(0, "apply", "-auto-approve")

	share := func(repository, account, deadline, description string) {
		d.server.PutShare(swrtest.Share{Namespace: "platform", Repository: repository, AccessDomain: account, Deadline: deadline, Description: description})
	}
	share("team/app", "EVIL", "forever", "")
	share("team/app", acme, "2031-12-31T00:00:00.000Z", "Contract 4711")
	share("base/java", "SECRET", "2020-01-01T00:00:00.000Z", "battery staple")
	d.server.DeleteShare("platform", "team/worker", auditor)
	secret := read(t, filepath.Join(d.Dir, "secret.tf"))
	secret = secret[:strings.Index(secret, `resource "swr_repository_share" "leaving"`)]
	d.write("secret.tf", strings.Replace(secret, "correct horse", "wrong horse", 1))
	d.write("more.tf", "output \"more\" { value = 1 }\n")

	report, printed := d.check(drift)
	if want := readGolden(t); report != want {
		t.Errorf("the report is\n%s\ninstead of\n%s", report, want)
	}
	wantNone(t, report+printed, "horse", "staple", d.server.Token())
	if n := d.server.Count(swrtest.OpDelete); n > 0 {
		t.Errorf("%d revocations by a plan", n)
	}
}

func readGolden(t *testing.T) string {
	t.Helper()
	return read(t, "testdata/drift-report.md")
}

// Where there is no plan, that is neither drift nor the lack of it.
func TestDriftError(t *testing.T) {
	t.Parallel()
	d := startDrifting(t)
	d.check(noChange)

	d.server.Inject(swrtest.Fault{Operation: swrtest.OpList, Behavior: swrtest.Status(403, "SVCSTG.SWR.4030000")})
	report, printed := d.check(failed)
	wantParts(t, report, "# SWR shares: error\n\nNo plan could be made", "## Errors\n\n- `Unable to read share platform/base/java/"+auditor+
		"` (`swr_repository_share.partner[\"auditor:base/java\"]`): `", "403 Forbidden, SVCSTG.SWR.4030000")
	wantNone(t, report, "as declared", "## Changes")
	wantParts(t, printed, "error: see drift-report.md")
	d.server.RemoveFaults()

	// What has expired can be told from what is wrong, and neither the credential
	// nor what an answer quotes of it shows.
	d.server.Inject(swrtest.Fault{Operation: swrtest.OpList, Behavior: swrtest.Status(401, "SVCSTG.SWR.4010000")})
	report, printed = d.check(failed)
	wantParts(t, report, "`Unable to read share platform/base/java/"+auditor, "401 Unauthorized, SVCSTG.SWR.4010000")
	wantNone(t, report+printed, d.server.Token())
	d.server.RemoveFaults()
	d.write("refused.tf", `resource "terraform_data" "refused" {
  lifecycle {
    precondition {
      condition     = var.warn_days == 0
      error_message = "401 for `+d.server.Token()+`,\nand <b>more</b>.\n\nAnother paragraph."
    }
  }
}`)
	report, _ = d.check(failed)
	wantParts(t, report, "- `Resource precondition failed`: `401 for ***, and <b>more</b>.`\n")
	wantNone(t, report, "Another paragraph", d.server.Token())
	if err := os.Remove(filepath.Join(d.Dir, "refused.tf")); err != nil {
		t.Fatal(err)
	}

	// What a message quotes from the environment's credentials is masked.
	d.write("wrong.tf", `check "quote" {
  assert {
    condition     = var.warn_days == 0
    error_message = "Signing in with `+d.server.Token()+`."
  }
}`)
	report, _ = d.check(noChange)
	wantParts(t, report, "- `Signing in with ***.`")

	d.write("wrong.tf", "resource {")
	report, _ = d.check(failed)
	wantParts(t, report, "# SWR shares: error", "## Errors")

	d.Env = append(d.Env, "TF_CLI_ARGS_plan=-nonsense")
	report, _ = d.check(failed)
	wantParts(t, report, "Terraform gave no message; see the log of the job.")
}

// A name is what somebody else chose.
func TestDriftWithNastyNames(t *testing.T) {
	t.Parallel()
	d := startDrifting(t)
	names := map[string]string{
		"</td><script>|`` ``` ` [x](javascript:alert(1)) ![i](http:x)": "- ````\"</td><script>|`` ``` ` [x](javascript:alert(1)) ![i](http:x)\"```` loses",
		"@octocat <!-- --> **b** ~~s~~ #1 _e_ www.example.com":         "- `\"@octocat <!-- --> **b** ~~s~~ #1 _e_ www.example.com\"` loses",
		"`":                        "- ``\"`\"`` loses",
		"right\u202eleft\u200b":    "- `\"right\\u{202E}left\\u{200B}\"` loses",
		"line\nbreak\r\t\x1b[31m":  "- `\"line\\nbreak\\r\\t\\u001b[31m\"` loses",
		"$HOME $(id) %0A::error::": "- `\"$HOME $(id) %0A::error::\"` loses",
		"АCME":                     "- `\"АCME\"` (with `U+0410`) loses", // with a Cyrillic letter
		strings.Repeat("x", 900):   "…` loses",
	}
	for name := range names {
		d.server.PutShare(swrtest.Share{Namespace: "platform", Repository: "team/app", AccessDomain: name, Deadline: "forever"})
	}
	d.server.PutShare(swrtest.Share{Namespace: "platform", Repository: "base/java", AccessDomain: sister, Deadline: "forever", Description: "|`</td>\n[x](y)"})
	report, printed := d.check(drift)
	for _, want := range names {
		wantParts(t, report, want)
	}
	wantParts(t, report, "`description` is ``\"|`</td>\\n[x](y)\"``, declared")
	if n := strings.Count(report, " loses "); n != len(names) {
		t.Errorf("%d revocations are reported instead of %d:\n%s", n, len(names), report)
	}
	wantNone(t, printed, "script", "octocat")
}

// Whatever ends the script, no plan stays behind, and nothing of it is traced.
func TestDriftLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	d := startDrifting(t)
	d.check(noChange)
	// Terraform may begin a read after the provider was told to stop.
	d.Env = append(d.Env, "SWR_REQUEST_TIMEOUT=1s", "SWR_MAX_RETRIES=0")
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP} {
		if ossignal.Ignored(signal) {
			continue // under nohup, say: a shell can't trap what it was started without
		}
		cmd := d.command()
		d.server.Inject(swrtest.Fault{Operation: swrtest.OpList, Behavior: swrtest.HangBefore()})
		asked := make(chan struct{})
		var once sync.Once
		d.server.OnRequest(func(swrtest.RequestInfo) { once.Do(func() { close(asked) }) })
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		<-asked
		if err := cmd.Process.Signal(signal); err != nil {
			t.Error(err)
		}
		err := cmd.Wait()
		if got := cmd.ProcessState.ExitCode(); got != 128+int(signal) {
			t.Errorf("exit code %d after %s: %v", got, signal, err)
		}
		d.leftNothing()
		if _, err := os.Stat(filepath.Join(d.Dir, "drift-report.md")); err == nil {
			t.Error("an older report is left")
		}
		d.server.OnRequest(nil)
		d.server.RemoveFaults()
	}

	d.server.PutShare(swrtest.Share{Namespace: "platform", Repository: "team/app", AccessDomain: "EVIL", Deadline: "forever"})
	traced := d.command()
	traced.Args = append([]string{traced.Args[0], "-x"}, traced.Args[1:]...)
	output, _ := traced.CombinedOutput()
	wantParts(t, string(output), "+ status=2")
	wantNone(t, string(output), "EVIL", d.server.Token())
}

// What runs elsewhere is pinned, and gives away the report alone.
func TestDriftPipelines(t *testing.T) {
	t.Parallel()
	workflow := read(t, "gitops/github-actions.yml")
	actions := regexp.MustCompile(`uses: .*`).FindAllString(workflow, -1)
	for _, action := range actions {
		if !regexp.MustCompile(`^uses: [a-z]+/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`).MatchString(action) {
			t.Errorf("%q is not pinned", action)
		}
	}
	wantParts(t, workflow, " path: drift-report.md\n", "terraform_wrapper: false", "persist-credentials: false")
	pipeline := read(t, "gitops/gitlab-ci.yml")
	wantParts(t, pipeline, " paths: [drift-report.md]\n", "exit_codes: 2")
	for _, text := range []string{workflow, pipeline} {
		if n := len(regexp.MustCompile(`(?m)^\s+paths?:`).FindAllString(text, -1)); n != 1 {
			t.Errorf("%d paths become artifacts, instead of the report's", n)
		}
	}

	if _, err := exec.LookPath("shellcheck"); err != nil {
		t.Skip("shellcheck is not installed")
	}
	if said, err := exec.CommandContext(t.Context(), "shellcheck", "gitops/drift.sh").CombinedOutput(); err != nil {
		t.Errorf("%s\n%v", said, err)
	}
}
