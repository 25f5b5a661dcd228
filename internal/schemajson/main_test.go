package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/tfcli"
)

// What Terraform at hand prints, it prints just so.
func TestIsWhatTerraformPrints(t *testing.T) {
	mirror, work := t.TempDir(), t.TempDir()
	if err := tfcli.Mirror(t.Context(), mirror); err != nil {
		t.Fatal(err)
	}
	cli, err := tfcli.NewWithMirror(work, mirror)
	if err != nil {
		t.Fatal(err)
	}
	configuration, err := os.ReadFile(filepath.Join("..", "..", "examples", "provider", "provider.tf"))
	if err != nil {
		t.Fatal(err)
	}
	if err := cli.Write("main.tf", string(configuration)); err != nil {
		t.Fatal(err)
	}
	if output, err := cli.Command(t.Context(), "init").CombinedOutput(); err != nil {
		t.Fatalf("init: %v\n%s", err, output)
	}
	printed, err := cli.Command(t.Context(), "providers", "schema", "-json").Output()
	if err != nil {
		t.Fatalf("providers schema: %v\n%s", err, printed)
	}
	var theirs struct {
		Schemas map[string]map[string]any `json:"provider_schemas"`
	}
	fromJSON(t, printed, &theirs)

	schemas, err := read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var ours map[string]any
	fromJSON(t, toJSON(t, schemas), &ours)

	printedParts := theirs.Schemas[tfcli.Registry()+"/"+tfcli.Address]
	if len(printedParts) == 0 {
		t.Fatalf("the CLI prints nothing of the provider: %s", printed)
	}
	for part, want := range printedParts {
		if got, want := string(toJSON(t, ours[part])), string(toJSON(t, want)); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", part, got, want)
		}
	}
	for _, part := range []string{"provider", "resource_schemas", "data_source_schemas", "resource_identity_schemas"} {
		if ours[part] == nil {
			t.Errorf("%s are missing", part)
		}
	}
}

// toJSON sorts what has names.
func toJSON(t *testing.T, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func fromJSON(t *testing.T, text []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}
