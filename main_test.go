package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Users get the provider and nothing that only tests and the demo need.
func TestReleaseHoldsNothingOfTheTests(t *testing.T) {
	t.Parallel()
	const internal = "github.com/terraform-provider-swr/terraform-provider-swr/internal/"
	unwanted := []string{
		internal + "swrtest",
		internal + "tfcli",
		"github.com/hashicorp/terraform-plugin-testing",
		"github.com/hashicorp/terraform-plugin-sdk",
	}

	packages := strings.Fields(run(t, "go", "list", "-deps", "."))
	if !slices.Contains(packages, internal+"swr") {
		t.Fatal("the list of packages lacks one that is needed, so it proves nothing")
	}
	for _, path := range packages {
		for _, prefix := range unwanted {
			if strings.HasPrefix(path, prefix) {
				t.Errorf("the provider is built with %s", path)
			}
		}
	}

	// The binary says the same: Go keeps the names of functions in it.
	binary := filepath.Join(t.TempDir(), "provider")
	run(t, "go", "build", "-o", binary, ".")
	content, err := os.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(content), internal+"swr.") {
		t.Fatal("the binary does not name a package that is needed, so it proves nothing")
	}
	for _, prefix := range unwanted {
		if strings.Contains(string(content), prefix) {
			t.Errorf("the binary holds %s", prefix)
		}
	}
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), name, args...).Output()
	if err != nil {
		t.Fatalf("%s %s: %v", name, strings.Join(args, " "), err)
	}
	return string(output)
}
