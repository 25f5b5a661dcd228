package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The released provider must not contain what only tests and the demo need.
func TestReleaseHasNoTestPackages(t *testing.T) {
	t.Parallel()
	const internal = "github.com/terraform-provider-swr/terraform-provider-swr/internal/"
	output, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := strings.Fields(string(output))
	if !slices.Contains(packages, internal+"swr") {
		t.Fatalf("%sswr is missing in the list of packages, so the list proves nothing", internal)
	}
	for _, unwanted := range []string{
		internal + "swrtest",
		internal + "tfcli",
		"github.com/hashicorp/terraform-plugin-testing",
		"github.com/hashicorp/terraform-plugin-sdk",
	} {
		for _, name := range packages {
			if strings.HasPrefix(name, unwanted) {
				t.Errorf("the provider is built with %s", name)
			}
		}
	}
}

// The tests that the documents name as proof exist.
func TestDocumentsNameTests(t *testing.T) {
	t.Parallel()
	var tests strings.Builder
	err := filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		tests.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{".github/SECURITY.md", "docs/guides/comparison.md"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		named := regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9]+)`").FindAllStringSubmatch(string(text), -1)
		if len(named) == 0 {
			t.Errorf("%s names no test", file)
		}
		for _, match := range named {
			if !strings.Contains(tests.String(), "func "+match[1]+"(") {
				t.Errorf("%s: there is no test %s", file, match[1])
			}
		}
	}
}
