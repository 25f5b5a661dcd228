// Package examples_test runs every example with the real Terraform CLI, against
// the simulator where the example needs a service.
package examples_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// partner is the share of the examples, as the service returns it.
var partner = swrtest.Share{
	Namespace: "platform", Repository: "team/app", AccessDomain: "OTC-EU-DE-00000000001000000100",
	Deadline: "2031-03-31T00:00:00.000Z", Description: "Contract 4711",
}

// startServer starts a simulator with the repository of the examples and the
// given shares.
func startServer(t *testing.T, shares ...swrtest.Share) *swrtest.Server {
	t.Helper()
	server := swrtest.Start(t)
	server.AddRepository(partner.Namespace, partner.Repository)
	for _, share := range shares {
		server.PutShare(share)
	}
	return server
}

// putShare creates or changes a share outside of Terraform.
func putShare(server *swrtest.Server, repository, account, deadline, description string) {
	server.PutShare(swrtest.Share{
		Namespace: "platform", Repository: repository, AccessDomain: account, Deadline: deadline, Description: description,
	})
}

// The provider examples and those of the README are separate configurations. Some
// contain the URLs of real clouds, so they are not applied.
func TestExamplesAreValid(t *testing.T) {
	t.Parallel()
	configurations := map[string]string{}
	for _, file := range glob(t, "provider/*.tf") {
		configurations[filepath.Base(file)] = read(t, file)
	}
	for i, match := range regexp.MustCompile("(?s)```terraform\n(.*?)```").FindAllStringSubmatch(read(t, "../README.md"), -1) {
		configurations[fmt.Sprintf("README.md %d", i)] = match[1]
	}
	if _, ok := configurations["README.md 0"]; !ok {
		t.Error("the README has no example")
	}
	for name, configuration := range configurations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tf := newWorkspace(t, nil)
			tf.writeMain(configuration)
			tf.run(0, "validate")
		})
	}
}

// The files of one resource or data source are one configuration.
func TestExamplesApply(t *testing.T) {
	t.Parallel()
	for _, dir := range append(glob(t, "resources/*"), glob(t, "data-sources/*")...) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			var configuration strings.Builder
			for _, file := range glob(t, dir+"/*.tf") {
				// A resource can be imported only once, and the import by
				// identity needs Terraform 1.12: it has a test of its own.
				if filepath.Base(file) != "import-by-identity.tf" {
					configuration.WriteString(read(t, file))
				}
			}
			text := configuration.String()
			server := startServer(t)
			if strings.Contains(text, "import {") || !strings.Contains(text, "resource \"") {
				server.PutShare(partner)
			}
			tf := newWorkspace(t, server)
			tf.writeMain(text)
			tf.apply()
			if strings.Contains(text, "resource \"") {
				tf.plan(0)
			}
		})
	}
}

func TestImportByIdentityExample(t *testing.T) {
	t.Parallel()
	const dir = "resources/swr_repository_share/"
	tf := newWorkspace(t, startServer(t, partner))
	tf.writeMain(read(t, dir+"resource.tf") + read(t, dir+"import-by-identity.tf"))
	assertContains(t, tf.apply(), "1 imported, 0 added, 0 changed")
}

func TestListExample(t *testing.T) {
	t.Parallel()
	tf := newWorkspace(t, startServer(t, partner))
	if help, err := tf.Run(t.Context(), "query", "-help"); err != nil || !strings.Contains(help.Output, "-generate-config-out") {
		t.Skip("this CLI does not support query", err) // since Terraform 1.14
	}
	tf.writeMain("")
	tf.write("list.tfquery.hcl", read(t, "list-resources/swr_repository_share/list-resource.tfquery.hcl"))
	assertContains(t, tf.run(0, "query"), "platform/team/app/OTC-EU-DE-00000000001000000100")
}

// The output that the guide shows is Terraform's. UPDATE=1 writes the files.
func TestGuideShowsRealOutput(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	putShare(server, "team/app", "OTC-EU-DE-00000000001000000666", "forever", "")
	tf := newWorkspace(t, server)
	tf.writeMain(read(t, "resources/swr_repository_shares_exclusive/resource.tf"))

	created := tf.runRaw(0, "apply", "-auto-approve")
	assertExcerpt(t, "testdata/exclusive-created.txt", created, "Warning: Undeclared share", "add it to access_domains.")
	planned := strings.ReplaceAll(tf.runRaw(0, "plan", "-out=saved"), "OpenTofu will", "Terraform will")
	assertExcerpt(t, "testdata/exclusive-plan.txt", planned, "Terraform will perform the following actions:", "\n    }")
	putShare(server, "team/app", "OTC-EU-DE-00000000001000000777", "forever", "")
	applied := tf.runRaw(0, "apply", "saved")
	assertExcerpt(t, "testdata/exclusive-appeared.txt", applied, "Warning: Undeclared share", "to revoke it.")
	assertShares(t, server, "team/app", acme, "OTC-EU-DE-00000000001000000777")
}

// assertExcerpt fails unless the file equals the part of the output from one text
// to another.
func assertExcerpt(t *testing.T, file, output, from, to string) {
	t.Helper()
	_, after, found := strings.Cut(output, from)
	between, _, closed := strings.Cut(after, to)
	if !found || !closed {
		t.Fatalf("no text from %q to %q in\n%s", from, to, output)
	}
	assertGolden(t, file, from+between+to+"\n")
}

// assertGolden fails unless the file has the content. With UPDATE=1, it writes it.
func assertGolden(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	assertEqual(t, got, read(t, file))
}

// Examples in the documentation come from the files of this directory, where they
// are tested. (internal/provider/guides_test.go tests the blocks of the guides.)
func TestTemplatesContainNoExamples(t *testing.T) {
	t.Parallel()
	for _, file := range append(glob(t, "../templates/*.tmpl"), glob(t, "../templates/*/*.tmpl")...) {
		content := read(t, file)
		if !strings.Contains(file, "/guides/") && (strings.Contains(content, "```terraform") || strings.Contains(content, "```hcl")) {
			t.Errorf("%s: move the example to examples/, where it is tested, and include it with tffile", file)
		}
	}
}
