package tfcli

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// Registry gives the host that the CLI adds to Address. For OpenTofu's another is
// named in TF_ACC_PROVIDER_HOST, as for all of the tests.
func Registry() string {
	return cmp.Or(os.Getenv("TF_ACC_PROVIDER_HOST"), "registry.terraform.io")
}

// Mirror builds the provider into a filesystem mirror in the directory, from
// which terraform init installs it as if it came from the registry.
func Mirror(ctx context.Context, dir string) error {
	target := filepath.Join(dir, Registry(), filepath.FromSlash(Address), "0.1.0", runtime.GOOS+"_"+runtime.GOARCH)
	if err := os.MkdirAll(target, 0o700); err != nil {
		return err
	}
	_, err := Binary(ctx, target)
	return err
}

// NewWithMirror prepares the directory like New, but for a user's own way:
// terraform init first, which finds the provider in the mirror and looks
// nowhere else.
func NewWithMirror(dir, mirror string) (*CLI, error) {
	path, err := Find()
	if err != nil {
		return nil, err
	}
	cli := &CLI{Dir: dir, path: path, rc: filepath.Join(dir, "cli.tfrc")}
	rc := fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror)
	return cli, os.WriteFile(cli.rc, []byte(rc), 0o600)
}
