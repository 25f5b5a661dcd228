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
				server.PutShare(swrtest.Share{Namespace: "platform", Repository: "team/app",
					AccessDomain: "OTC-EU-DE-00000000001000000100", Deadline: "2031-03-31T00:00:00.000Z", Description: "Contract 4711"})
			}
			terraform := initialized(t, configuration.String())
			terraform.cli.Env = []string{"SWR_ENDPOINT=" + server.URL, "OS_TOKEN=" + server.Token()}
			terraform.run("apply", "-auto-approve")
			terraform.run("plan", "-detailed-exitcode")
		})
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

// run runs a command that must succeed.
func (tf terraform) run(args ...string) {
	tf.t.Helper()
	result, err := tf.cli.Run(tf.t.Context(), args...)
	if err != nil {
		tf.t.Fatal(err)
	}
	if result.Code != 0 {
		tf.t.Fatalf("terraform %s: exit code %d\n%s", strings.Join(args, " "), result.Code, result.Output)
	}
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
