// Package examples_test runs every example as a user would: with the real
// Terraform CLI, after terraform init. What needs a service gets the simulator.
package examples_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/tfcli"
)

// mirror is where terraform init finds the provider.
var mirror string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "swr-examples-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer func() { _ = os.RemoveAll(dir) }()
		if err := tfcli.Mirror(context.Background(), dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		mirror = dir
		return m.Run()
	}())
}

// Each provider example is a configuration of its own. They name real clouds, so
// they are not applied.
func TestProviderExamplesAreValid(t *testing.T) {
	t.Parallel()
	for _, file := range glob(t, "provider/*.tf") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			initialized(t, read(t, file)).run("validate")
		})
	}
}

// The files of one resource or data source make one configuration.
func TestExamplesApply(t *testing.T) {
	t.Parallel()
	for _, dir := range append(glob(t, "resources/*"), glob(t, "data-sources/*")...) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			var configuration strings.Builder
			for _, file := range glob(t, dir+"/*.tf") {
				// Terraform knows identities in import blocks from 1.12 on, and
				// takes one import of a resource.
				if filepath.Base(file) != "import-by-identity.tf" {
					configuration.WriteString(read(t, file))
				}
			}
			server := swrtest.Start(t)
			server.AddRepository("platform", "team/app")
			if strings.Contains(configuration.String(), "import {") || strings.Contains(configuration.String(), "data \"") {
				server.PutShare(partner)
			}
			terraform := initialized(t, configuration.String()).at(server)
			terraform.run("apply", "-auto-approve")
			terraform.run("plan", "-detailed-exitcode")
		})
	}
}

// Terraform knows identities in import blocks from 1.12 on.
func TestImportByIdentityExample(t *testing.T) {
	t.Parallel()
	const dir = "resources/swr_repository_share/"
	terraform := sharedWithPartner(t, read(t, dir+"resource.tf")+read(t, dir+"import-by-identity.tf"))
	if said := terraform.run("apply", "-auto-approve"); !strings.Contains(said, "1 imported, 0 added, 0 changed") {
		t.Errorf("the import is not one:\n%s", said)
	}
}

// Terraform has queries from 1.14 on.
func TestListExample(t *testing.T) {
	t.Parallel()
	terraform := sharedWithPartner(t, "")
	if help, err := terraform.cli.Run(t.Context(), "query", "-help"); err != nil || !strings.Contains(help.Output, "-generate-config-out") {
		t.Skip("this CLI has no query", err)
	}
	if err := terraform.cli.Write("list.tfquery.hcl", read(t, "list-resources/swr_repository_share/list-resource.tfquery.hcl")); err != nil {
		t.Fatal(err)
	}
	if said := terraform.run("query"); !strings.Contains(said, "platform/team/app/OTC-EU-DE-00000000001000000100") {
		t.Errorf("the share is not listed:\n%s", said)
	}
}

// The README's examples are configurations of their own.
func TestReadmeIsValid(t *testing.T) {
	t.Parallel()
	found := regexp.MustCompile("(?s)```(?:terraform|hcl)\n(.*?)```").FindAllStringSubmatch(read(t, "../README.md"), -1)
	if len(found) == 0 {
		t.Error("the README has no example")
	}
	for i, example := range found {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			initialized(t, example[1]).run("validate")
		})
	}
}

// All that the documentation shows comes from the files above. (A guide's blocks
// make sense only in turn; internal/provider/guides_test.go follows them.)
func TestTemplatesHaveNoExamplesOfTheirOwn(t *testing.T) {
	t.Parallel()
	err := filepath.WalkDir("../templates", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if entry.Name() == "guides" {
				return fs.SkipDir
			}
			return nil
		}
		if content := read(t, path); strings.Contains(content, "```terraform") || strings.Contains(content, "```hcl") {
			t.Errorf("%s: put the example into examples/ and name it with tffile, so that it is tested", path)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// partner is the share of the examples, as it was made by hand.
var partner = swrtest.Share{
	Namespace: "platform", Repository: "team/app", AccessDomain: "OTC-EU-DE-00000000001000000100",
	Deadline: "2031-03-31T00:00:00.000Z", Description: "Contract 4711",
}

type terraform struct {
	t   *testing.T
	cli *tfcli.CLI
}

// initialized makes a working directory with a configuration.
func initialized(t *testing.T, configuration string) terraform {
	t.Helper()
	cli, err := tfcli.NewWithMirror(t.TempDir(), mirror)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(configuration, "required_providers") {
		configuration += "\nterraform {\n  required_providers {\n    swr = {\n      source = \"" + tfcli.Address + "\"\n    }\n  }\n}\n"
	}
	if err := cli.Write("main.tf", configuration); err != nil {
		t.Fatal(err)
	}
	initialized := terraform{t, cli}
	initialized.run("init")
	return initialized
}

// at signs in at a simulator.
func (tf terraform) at(server *swrtest.Server) terraform {
	tf.cli.Env = []string{"SWR_ENDPOINT=" + server.URL, "OS_TOKEN=" + server.Token()}
	return tf
}

// sharedWithPartner makes a working directory with a configuration, where the
// partner's share exists.
func sharedWithPartner(t *testing.T, configuration string) terraform {
	t.Helper()
	server := swrtest.Start(t)
	server.AddRepository(partner.Namespace, partner.Repository)
	server.PutShare(partner)
	return initialized(t, configuration).at(server)
}

// run runs a command that must succeed, and gives what it printed. An example of
// what the CLI at hand is too old for is skipped.
func (tf terraform) run(args ...string) string {
	tf.t.Helper()
	result, err := tf.cli.Run(tf.t.Context(), args...)
	if err != nil {
		tf.t.Fatal(err)
	}
	for _, argument := range []string{"ephemeral", "identity"} { // from Terraform 1.10 on, and from 1.12 on
		if strings.Contains(result.Output, fmt.Sprintf("An argument named %q is not expected here", argument)) {
			tf.t.Skipf("this CLI does not know %s", argument)
		}
	}
	if result.Code != 0 {
		tf.t.Fatalf("terraform %s: exit code %d\n%s", strings.Join(args, " "), result.Code, result.Output)
	}
	return result.Output
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) == 0 {
		t.Fatalf("%s: nothing found (%v)", pattern, err)
	}
	return found
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
