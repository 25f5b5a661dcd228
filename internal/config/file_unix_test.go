//go:build unix

package config

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Whatever file a user, or the author of a repository, names: reading it ends at
// once, takes little memory, and the error names file and source.
func TestHostileFiles(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	if err := syscall.Mkfifo(path("pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/dev/zero", path("link")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path("large"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path("large"), 200<<20); err != nil {
		t.Fatal(err)
	}
	const special = "it is a pipe, a device or a socket, not a regular file."
	for file, reasons := range map[string][2]string{
		path("pipe"):  {special, special},
		path("link"):  {special, special},
		"/dev/zero":   {special, special},
		dir:           {"it is a directory, not a file.", "it is a directory, not a file."},
		path("large"): {"it is larger than 4096 KiB.", "it is larger than 128 KiB."},
	} {
		const (
			cacert = "OS_CACERT"
			clouds = "OS_CLIENT_CONFIG_FILE"
			secure = "OS_CLIENT_SECURE_FILE"
		)
		for variable, reason := range map[string]string{cacert: reasons[0], clouds: reasons[1], secure: reasons[1]} {
			want := file + " from the environment variable " + variable + " can't be read: " + reason
			if variable == cacert {
				want = `The file "` + file + `" from the environment variable ` + variable + " can't be read: " + reason
			}
			block := Settings{"cloud": "token"}
			if variable == cacert {
				block = Settings{"token": "t", "endpoint": "https://swr.example"}
			}
			env := fakeEnvironment(vars{variable: file}, nil)
			env.ReadFile = func(path string, limit int64) ([]byte, error) {
				if path == "/work/clouds.yaml" {
					return []byte(cloudsYAML), nil
				}
				return readRegularFile(path, limit)
			}
			errs := within(t, time.Minute, 1<<20, func() []Diagnostic {
				_, _, errs := Resolve(block, env)
				return errs
			})
			if len(errs) != 1 || !strings.HasSuffix(errs[0].Detail, want) {
				t.Errorf("%s: got  %v\nwant %s", variable, errs, want)
			}
		}
	}
}

// A file that becomes a pipe after it was looked at does not block either.
func TestFileReplacedByPipe(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	err := within(t, time.Minute, 1<<20, func() error {
		_, err := readOpened(pipe, 1)
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("got %v", err)
	}
}

// A file without a size, as those of /proc, is limited as well.
func TestFileWithoutSize(t *testing.T) {
	const path = "/proc/self/environ"
	if info, err := os.Stat(path); err != nil || info.Size() > 0 {
		t.Skip("no /proc")
	}
	if _, err := readRegularFile(path, 1); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("got %v", err)
	}
}
