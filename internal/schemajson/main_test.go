package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/tfcli"
)

// Parts that the installed Terraform does not print are not compared.
func TestPrintsWhatTerraformPrints(t *testing.T) {
	mirror := t.TempDir()
	if err := tfcli.Mirror(t.Context(), mirror); err != nil {
		t.Fatal(err)
	}
	cli, err := tfcli.NewWithMirror(t.TempDir(), mirror)
	if err != nil {
		t.Fatal(err)
	}
	config, err := os.ReadFile(filepath.Join("..", "..", "examples", "provider", "provider.tf"))
	if err != nil {
		t.Fatal(err)
	}
	if err := cli.Write("main.tf", string(config)); err != nil {
		t.Fatal(err)
	}
	if output, err := cli.Command(t.Context(), "init").CombinedOutput(); err != nil {
		t.Fatalf("init: %v\n%s", err, output)
	}
	printed, err := cli.Command(t.Context(), "providers", "schema", "-json").Output()
	if err != nil {
		t.Fatalf("providers schema: %v\n%s", err, printed)
	}
	schemas, err := readSchemas(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ours, err := json.Marshal(schemas)
	if err != nil {
		t.Fatal(err)
	}

	var terraform struct {
		Schemas map[string]map[string]any `json:"provider_schemas"`
	}
	var got map[string]any
	if err := json.Unmarshal(printed, &terraform); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(ours, &got); err != nil {
		t.Fatal(err)
	}
	want := terraform.Schemas[tfcli.Registry()+"/"+tfcli.Address]
	for _, part := range []string{"provider", "resource_schemas", "data_source_schemas", "resource_identity_schemas"} {
		if got[part] == nil {
			t.Errorf("%s: missing", part)
		}
	}
	if len(want) == 0 {
		t.Fatalf("Terraform does not print the provider: %s", printed)
	}
	for part := range want {
		if !reflect.DeepEqual(got[part], want[part]) {
			t.Errorf("%s: got\n%v\nwant\n%v", part, got[part], want[part])
		}
	}
}
