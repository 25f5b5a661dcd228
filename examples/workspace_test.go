package examples_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/tfcli"
)

// Set by TestMain: the filesystem mirror that contains the provider, and a
// directory in which terraform init has installed it from there.
var mirrorDir, initDir string

// TestMain builds the provider and runs terraform init once for all tests, with
// the first example of the documentation.
func TestMain(m *testing.M) {
	code := 1
	dir, err := os.MkdirTemp("", "swr-examples-")
	if err == nil {
		mirrorDir, initDir = filepath.Join(dir, "mirror"), filepath.Join(dir, "init")
		err = initOnce(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	} else {
		code = m.Run()
	}
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

func initOnce(ctx context.Context) error {
	if err := errors.Join(tfcli.Mirror(ctx, mirrorDir), os.Mkdir(initDir, 0o700)); err != nil {
		return err
	}
	configuration, err := os.ReadFile("provider/provider.tf")
	if err != nil {
		return err
	}
	cli, err := tfcli.NewWithMirror(initDir, mirrorDir)
	if err != nil {
		return err
	}
	if err := cli.Write("main.tf", string(configuration)); err != nil {
		return err
	}
	result, err := cli.Run(ctx, "init")
	if err == nil && result.Code != 0 {
		err = fmt.Errorf("terraform init: exit code %d\n%s", result.Code, result.Output)
	}
	return err
}

// workspace is an initialized working directory.
type workspace struct {
	*tfcli.CLI
	t *testing.T
}

// newWorkspace returns an empty working directory. The environment contains the
// endpoint and the token of the server, if there is one.
func newWorkspace(t *testing.T, server *swrtest.Server) workspace {
	t.Helper()
	cli, err := tfcli.NewWithMirror(t.TempDir(), mirrorDir)
	if err != nil {
		t.Fatal(err)
	}
	cli.Env = []string{"TF_DATA_DIR=" + filepath.Join(initDir, ".terraform")}
	if server != nil {
		cli.Env = append(cli.Env, "SWR_ENDPOINT="+server.URL, "OS_TOKEN="+server.Token())
	}
	tf := workspace{cli, t}
	tf.write(".terraform.lock.hcl", read(t, filepath.Join(initDir, ".terraform.lock.hcl")))
	return tf
}

// copyExample copies the configuration and the variables of an example.
func (tf workspace) copyExample(dir string) {
	tf.t.Helper()
	for _, file := range glob(tf.t, dir+"/*.tf*") {
		tf.write(filepath.Base(file), read(tf.t, file))
	}
}

// writeMain writes a configuration, with the required_providers block that most
// of the documentation's examples omit.
func (tf workspace) writeMain(configuration string) {
	tf.t.Helper()
	if !strings.Contains(configuration, "required_providers") {
		configuration += "\nterraform {\n  required_providers {\n    swr = { source = \"" + tfcli.Address + "\" }\n  }\n}\n"
	}
	tf.write("main.tf", configuration)
}

func (tf workspace) write(name, content string) {
	tf.t.Helper()
	if err := tf.Write(name, content); err != nil {
		tf.t.Fatal(err)
	}
}

// run runs a command that must end with the exit code, and returns its output
// without line breaks and frames.
func (tf workspace) run(code int, args ...string) string {
	tf.t.Helper()
	output := strings.NewReplacer("│", " ", "╷", " ", "╵", " ").Replace(tf.runRaw(code, args...))
	return strings.Join(strings.Fields(output), " ")
}

// runRaw is like run, but returns the output unchanged. It skips the test if the
// CLI is too old for an argument in the configuration.
func (tf workspace) runRaw(code int, args ...string) string {
	tf.t.Helper()
	result, err := tf.Run(tf.t.Context(), args...)
	if err != nil {
		tf.t.Fatal(err)
	}
	for _, argument := range []string{"ephemeral", "identity", "source"} { // since Terraform 1.10, 1.12, and not in OpenTofu
		if strings.Contains(result.Output, fmt.Sprintf("An argument named %q is not expected here", argument)) {
			tf.t.Skipf("this CLI does not support %s", argument)
		}
	}
	if result.Code != code {
		tf.t.Fatalf("terraform %s: exit code %d, want %d\n%s", strings.Join(args, " "), result.Code, code, result.Output)
	}
	return result.Output
}

func (tf workspace) apply() string {
	tf.t.Helper()
	return tf.run(0, "apply", "-auto-approve")
}

func (tf workspace) plan(code int, args ...string) string {
	tf.t.Helper()
	return tf.run(code, append([]string{"plan", "-detailed-exitcode"}, args...)...)
}

// assertShares fails unless the repository is shared with exactly these accounts.
func assertShares(t *testing.T, server *swrtest.Server, repository string, want ...string) {
	t.Helper()
	var got []string
	for _, share := range server.Shares("platform", repository) {
		got = append(got, share.AccessDomain)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s is shared with %q, want %q", repository, got, want)
	}
}

func assertEqual(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func assertContains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in\n%s", part, text)
		}
	}
}

func assertNotContains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(text, part) {
			t.Errorf("unexpected %q in\n%s", part, text)
		}
	}
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: no files (%v)", pattern, err)
	}
	return files
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
