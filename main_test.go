package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// The release must not contain what only tests and the demo need.
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
