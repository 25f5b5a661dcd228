package config

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestOSEnvironment(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the directories of Linux")
	}
	for _, test := range []struct {
		xdg  string
		want []string
	}{
		{"", []string{".", "/home/u/.config/openstack", "/etc/openstack"}},
		{"/xdg", []string{".", "/xdg/openstack", "/home/u/.config/openstack", "/etc/openstack"}},
	} {
		t.Setenv("HOME", "/home/u")
		t.Setenv("XDG_CONFIG_HOME", test.xdg)
		env := OSEnvironment()
		if !slices.Equal(env.CloudsDirs, test.want) || env.HomeDir != "/home/u" {
			t.Errorf("got %v and %s, want %v", env.CloudsDirs, env.HomeDir, test.want)
		}
	}
}

// The environment and the files of the process are used.
func TestResolveFromTheOperatingSystem(t *testing.T) {
	home := t.TempDir()
	dir := filepath.Join(home, ".config", "openstack")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "clouds.yaml"), []byte(cloudsYAML), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, "OS_") || strings.HasPrefix(name, "HW_") || strings.HasPrefix(name, "SWR_") {
			t.Setenv(name, "")
		}
	}
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("OS_CLOUD", "otc")
	expect(t, Settings{}, OSEnvironment(), vars{"user": "cloud-user"})
}
