package examples_test

import (
	"os"
	"path/filepath"
	"testing"
)

// newModule copies the example of a module with tests, and these tests.
func newModule(t *testing.T, tf workspace, tests ...string) {
	t.Helper()
	tf.copyExample("testing")
	if err := os.MkdirAll(filepath.Join(tf.Dir, "tests", "mocks"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range tests {
		tf.write(filepath.Join("tests", name), read(t, "testing/tests/"+name))
	}
}

// A module is tested with mocks, without a provider's configuration.
func TestModuleWithMock(t *testing.T) {
	t.Parallel()
	tf := newWorkspace(t, nil)
	newModule(t, tf, "mock.tftest.hcl", "mocks/swr.tfmock.hcl")
	assertContains(t, tf.run(0, "test"), "2 passed, 0 failed")
}

// A module is tested with the simulator, which has no share afterwards.
func TestModuleWithSimulator(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	tf := newWorkspace(t, server)
	newModule(t, tf, "simulator.tftest.hcl")
	assertContains(t, tf.run(0, "test"), "2 passed, 0 failed")
	assertShares(t, server, "team/app")
}
