package swrtest_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestImports checks that the simulator imports only the standard library, so
// that it shares no code with what it tests.
func TestImports(t *testing.T) {
	const own = "github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
	checked := 0
	err := filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			host, _, _ := strings.Cut(name, "/")
			if name != own && strings.Contains(host, ".") {
				t.Errorf("%s imports %s", path, name)
			}
		}
		checked++
		return nil
	})
	if err != nil || checked < 15 {
		t.Errorf("%d files checked: %v", checked, err)
	}
}
