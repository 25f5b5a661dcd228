package examples_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/tfcli"
)

// copied is an example in a directory of its own, with a simulator in the
// environment.
type copied struct {
	*tfcli.CLI
	t *testing.T
}

// copyExample copies a directory of examples/ and initializes it.
func copyExample(t *testing.T, dir string, server *swrtest.Server) copied {
	t.Helper()
	cli, err := tfcli.NewWithMirror(t.TempDir(), mirror)
	if err != nil {
		t.Fatal(err)
	}
	cli.Env = []string{"SWR_ENDPOINT=" + server.URL, "OS_TOKEN=" + server.Token()}
	tf := copied{cli, t}
	for _, file := range append(glob(t, dir+"/*.tf"), vars(t, dir)...) {
		tf.write(filepath.Base(file), read(t, file))
	}
	tf.run(0, "init")
	return tf
}

// vars gives the files that hold the values of an example's variables, if any.
func vars(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(dir + "/*.tfvars")
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func (tf copied) write(name, content string) {
	tf.t.Helper()
	if err := tf.Write(name, content); err != nil {
		tf.t.Fatal(err)
	}
}

// run runs a command that must end with the code, and gives what it printed,
// with its line breaks and frames taken out.
func (tf copied) run(code int, args ...string) string {
	tf.t.Helper()
	result, err := tf.Run(tf.t.Context(), args...)
	if err != nil {
		tf.t.Fatal(err)
	}
	if result.Code != code {
		tf.t.Fatalf("terraform %s: exit code %d instead of %d\n%s", strings.Join(args, " "), result.Code, code, result.Output)
	}
	return strings.Join(strings.Fields(strings.NewReplacer("│", " ", "╷", " ", "╵", " ").Replace(result.Output)), " ")
}

func (tf copied) plan(code int, args ...string) string {
	tf.t.Helper()
	return tf.run(code, append([]string{"plan", "-detailed-exitcode"}, args...)...)
}

// files gives what lies in a directory, by name.
func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// sharedWith gives the accounts that a repository is shared with.
func sharedWith(server *swrtest.Server, repository string) []string {
	var accounts []string
	for _, share := range server.Shares("platform", repository) {
		accounts = append(accounts, share.AccessDomain)
	}
	return accounts
}

// wantShared fails unless the repository is shared with just these accounts.
func wantShared(t *testing.T, server *swrtest.Server, repository string, want ...string) {
	t.Helper()
	if got := sharedWith(server, repository); !slices.Equal(got, want) {
		t.Errorf("%s is shared with %q instead of %q", repository, got, want)
	}
}

func wantParts(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in\n%s", part, text)
		}
	}
}

func wantNone(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(text, part) {
			t.Errorf("%q stands in\n%s", part, text)
		}
	}
}
