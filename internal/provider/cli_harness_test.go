package provider_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/tfcli"
)

// Tests that run the real CLI are named TestCLI...; they alone depend on its
// version (make test-cli).

// binary is the provider as users run it.
var binary string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		if os.Getenv("TF_ACC") == "" { // or else the environment names a real cloud
			for _, variable := range os.Environ() {
				name, _, _ := strings.Cut(variable, "=")
				for _, prefix := range []string{"OS_", "HW_", "SWR_", "HUAWEICLOUD_SDK_", "AWS_"} {
					if strings.HasPrefix(name, prefix) {
						_ = os.Unsetenv(name)
					}
				}
			}
		}
		dir, err := os.MkdirTemp("", "swr-provider-test")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer func() { _ = os.RemoveAll(dir) }()
		if binary, err = tfcli.Binary(context.Background(), dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	}())
}

// cli runs the real Terraform CLI with the provider binary, in a directory of its
// own, with a simulator in the environment.
type cli struct {
	*tfcli.CLI
	t      *testing.T
	server *swrtest.Server
}

func newCLI(t *testing.T, server *swrtest.Server, config string) *cli {
	t.Helper()
	terraform, err := tfcli.New(t.TempDir(), binary)
	if err != nil {
		t.Fatal(err)
	}
	tf := &cli{CLI: terraform, t: t, server: server}
	tf.Env = []string{"SWR_ENDPOINT=" + server.URL, "OS_TOKEN=" + server.Token()}
	if parallelism := os.Getenv("TEST_PARALLELISM"); parallelism != "" {
		for _, command := range []string{"plan", "apply", "destroy"} {
			tf.Env = append(tf.Env, "TF_CLI_ARGS_"+command+"=-parallelism="+parallelism)
		}
	}
	tf.write("main.tf", config)
	return tf
}

func (tf *cli) write(name, content string) {
	tf.t.Helper()
	if err := tf.Write(name, content); err != nil {
		tf.t.Fatal(err)
	}
}

func (tf *cli) config(config string) { tf.t.Helper(); tf.write("main.tf", config) }

// output runs a command that must exit with the code, and returns what it
// printed.
func (tf *cli) output(code int, args ...string) string {
	tf.t.Helper()
	result, err := tf.Run(tf.t.Context(), args...)
	if err != nil {
		tf.t.Fatal(err)
	}
	if result.Code != code {
		tf.t.Fatalf("terraform %s: exit code %d instead of %d\n%s", strings.Join(args, " "), result.Code, code, result.Output)
	}
	return result.Output
}

// run is output with its messages unwrapped.
func (tf *cli) run(code int, args ...string) string {
	tf.t.Helper()
	return unwrap(tf.output(code, args...))
}

func (tf *cli) apply(args ...string) string {
	tf.t.Helper()
	return tf.run(success, append([]string{"apply", "-auto-approve"}, args...)...)
}

func (tf *cli) destroy() string { tf.t.Helper(); return tf.run(success, "destroy", "-auto-approve") }

// Exit codes; those of terraform plan -detailed-exitcode.
const (
	success  = 0
	noChange = 0
	failed   = 1
	changes  = 2
)

func (tf *cli) plan(code int, args ...string) string {
	tf.t.Helper()
	return tf.run(code, append([]string{"plan", "-detailed-exitcode"}, args...)...)
}

// generateConfig runs a command that generates configuration for the import blocks of
// a file. With a version of Terraform that looks for hashicorp/swr there
// (hashicorp/terraform#39144) it does what the guide on importing says.
func (tf *cli) generateConfig(imports string, args ...string) string {
	tf.t.Helper()
	result, err := tf.Run(tf.t.Context(), args...)
	if err != nil {
		tf.t.Fatal(err)
	}
	if result.Code == success {
		return result.Output
	}
	assertContains(tf.t, unwrap(result.Output), `unavailable provider "registry.terraform.io/hashicorp/swr"`)
	original := tf.file(imports)
	tf.write(imports, strings.ReplaceAll(original, "import {\n", "import {\n  provider = swr\n"))
	output := tf.output(success, args...)
	tf.write(imports, original)
	return output
}

// ids returns the ids in the state, each with whether it is tainted.
func (tf *cli) ids() map[string]bool {
	tf.t.Helper()
	state, err := tf.State()
	if err != nil {
		tf.t.Fatal(err)
	}
	return state.IDs()
}

func (tf *cli) file(name string) string {
	tf.t.Helper()
	content, err := os.ReadFile(filepath.Join(tf.Dir, name))
	if err != nil {
		tf.t.Fatal(err)
	}
	return string(content)
}

func (tf *cli) stateFile() string { tf.t.Helper(); return tf.file("terraform.tfstate") }

// planFile returns all that a plan file holds, unpacked.
func (tf *cli) planFile(name string) string {
	tf.t.Helper()
	archive, err := zip.OpenReader(filepath.Join(tf.Dir, name))
	if err != nil {
		tf.t.Fatal(err)
	}
	defer func() { _ = archive.Close() }()
	var all strings.Builder
	for _, file := range archive.File {
		content, err := file.Open()
		if err != nil {
			tf.t.Fatal(err)
		}
		if _, err := io.Copy(&all, content); err != nil {
			tf.t.Fatal(err)
		}
		_ = content.Close()
	}
	return all.String()
}

// trace makes the CLI log all it can to the file trace.log.
func (tf *cli) trace() {
	tf.Env = append(tf.Env, "TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(tf.Dir, "trace.log"))
}

var loggedRequest = regexp.MustCompile(`\[DEBUG\] +provider\.terraform-provider-swr: request: .*`)

// assertTraceable fails the test unless the log has a line for each request that
// the simulator received, with all that tells it from others.
func (tf *cli) assertTraceable() {
	tf.t.Helper()
	lines := loggedRequest.FindAllString(tf.file("trace.log"), -1)
	byID := map[string]string{}
	for i, line := range lines {
		lines[i] = strings.ReplaceAll(line, `"`, "")
		for _, field := range strings.Fields(line) {
			if id, ok := strings.CutPrefix(field, "request_id="); ok {
				byID[id] = lines[i]
			}
		}
	}
	for _, request := range tf.server.Requests() {
		line := byID[fmt.Sprintf("%032x", request.Number)]
		assertContains(tf.t, line, "method="+request.Method, "path="+request.Path, fmt.Sprintf("status=%d", request.Status), "duration_ms=", "attempt=")
	}
	if n := tf.server.Count(); len(lines) < n {
		tf.t.Errorf("%d requests in the log instead of %d", len(lines), n)
	}
}

// interrupt runs a command in a process group of its own, and sends SIGINT when
// the channel is closed: to Terraform alone, or as a terminal does to the whole
// group, and so to the provider too. It returns how long Terraform then took.
func (tf *cli) interrupt(now <-chan struct{}, group bool, args ...string) (printed string, code int, took time.Duration) {
	tf.t.Helper()
	cmd := tf.Command(tf.t.Context(), args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		tf.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	var err error
	select {
	case err = <-ended:
	case <-now:
		target := cmd.Process.Pid
		if group {
			target = -target
		}
		began := time.Now()
		if err := syscall.Kill(target, syscall.SIGINT); err != nil && !errors.Is(err, syscall.ESRCH) {
			tf.t.Error(err)
		}
		err = <-ended
		took = time.Since(began)
	}
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		tf.t.Fatal(err)
	}
	return unwrap(output.String()), cmd.ProcessState.ExitCode(), took
}

// skipUnless skips a test where the CLI's help of a command lacks the text: what
// the test needs came with a later version.
func (tf *cli) skipUnless(text string, command ...string) {
	tf.t.Helper()
	result, err := tf.Run(tf.t.Context(), append(command, "-help")...)
	if err != nil {
		tf.t.Fatal(err)
	}
	if !strings.Contains(result.Output, text) {
		tf.t.Skipf("this CLI has no %s %s", strings.Join(command, " "), text)
	}
}

// share is the configuration of a share with these arguments.
func share(name string, arguments ...string) string {
	return fmt.Sprintf("resource \"swr_repository_share\" %q {\n  %s\n}\n", name, strings.Join(arguments, "\n  "))
}

// partner is a share of platform/team/app with ACME and further arguments.
func partner(arguments ...string) string {
	return share("partner", append([]string{
		`namespace = "platform"`, `repository = "team/app"`, `access_domain = "ACME"`}, arguments...)...)
}

const (
	partnerID      = "platform/team/app/ACME"
	partnerAddress = "swr_repository_share.partner"
)

// exclusive is the configuration of an exclusive resource that allows these
// accounts, given as expressions.
func exclusive(name string, accounts ...string) string {
	return exclusiveOf(name, `"team/app"`, fmt.Sprintf("access_domains = [%s]", strings.Join(accounts, ", ")))
}

// exclusiveOf is the same of any repository, with arguments of its own.
func exclusiveOf(name, repository string, arguments ...string) string {
	return fmt.Sprintf("resource \"swr_repository_shares_exclusive\" %q {\n  namespace = \"platform\"\n  repository = %s\n  %s\n}\n",
		name, repository, strings.Join(arguments, "\n  "))
}

// manyShares is the configuration of that many shares of one repository.
func manyShares(count int, description string) string {
	return fmt.Sprintf(`
resource "swr_repository_share" "partner" {
  count         = %d
  namespace     = "platform"
  repository    = "team/app"
  access_domain = format("ACME-%%03d", count.index)
  deadline      = "2031-03-31"
  description   = %q
}
`, count, description)
}

// passwordEnv signs in as the user of startServer.
func passwordEnv(server *swrtest.Server, more ...string) []string {
	return append([]string{
		"SWR_ENDPOINT=" + server.URL, "OS_AUTH_URL=" + server.IAMURL, "OS_REGION_NAME=eu-de",
		"OS_USERNAME=jane", "OS_USER_DOMAIN_NAME=OWNER-ACCOUNT", "OS_PASSWORD=" + testPassword,
	}, more...)
}
