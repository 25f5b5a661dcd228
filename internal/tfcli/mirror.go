package tfcli

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// Registry returns the registry host that the CLI adds to Address. As for all tests,
// TF_ACC_PROVIDER_HOST names another host, which OpenTofu needs.
func Registry() string {
	return cmp.Or(os.Getenv("TF_ACC_PROVIDER_HOST"), "registry.terraform.io")
}

// Mirror builds the provider into a filesystem mirror, from which terraform init
// installs it as if it came from the registry.
func Mirror(ctx context.Context, dir string) error {
	target := filepath.Join(dir, Registry(), filepath.FromSlash(Address), "0.1.0", runtime.GOOS+"_"+runtime.GOARCH)
	if err := os.MkdirAll(target, 0o700); err != nil {
		return err
	}
	_, err := Binary(ctx, target)
	return err
}

// NewWithMirror prepares a working directory as users do: terraform init is needed
// first, and installs the provider from the mirror only.
func NewWithMirror(dir, mirror string) (*CLI, error) {
	path, err := Find()
	if err != nil {
		return nil, err
	}
	cli := &CLI{Dir: dir, path: path, rc: filepath.Join(dir, "cli.tfrc")}
	rc := fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror)
	return cli, os.WriteFile(cli.rc, []byte(rc), 0o600)
}
