//go:build linux

package provider_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/tfcli"
)

// The memory of the provider's process is bounded, however much the responses of a
// service expand: one, and ten at once.
func TestCLIMemoryOfResponses(t *testing.T) {
	t.Parallel()
	var shares strings.Builder
	for n := range 33_000 {
		_, _ = fmt.Fprintf(&shares, `,{"namespace":"platform","repository":"team/app","access_domain":"A%07d","permit":"read","deadline":"forever"}`, n)
	}
	for name, body := range map[string]string{
		"shares":        "[" + shares.String()[1:] + "]",
		"empty objects": "[" + strings.Repeat("{},", 1<<20) + "{}]",
	} {
		for concurrent, limit := range map[int]int64{1: 64, 10: 200} {
			t.Run(fmt.Sprintf("%s, %d at once", name, concurrent), func(t *testing.T) {
				endpoint := expandingService(t, body)
				config := strings.Builder{}
				for n := range concurrent {
					_, _ = fmt.Fprintf(&config, "data \"swr_repository_shares\" \"r%d\" {\n  namespace = \"platform\"\n  repository = \"app%d\"\n}\n", n, n)
				}
				tf := newCLI(t, swrtest.Start(t), config.String())
				tf.Env = append(tf.Env, "SWR_ENDPOINT="+endpoint, "SWR_MAX_RETRIES=0")
				peak := tf.peakMemory(func() { tf.run(failed, "plan", "-parallelism=10") })
				t.Logf("%d MB", peak)
				if peak > limit {
					t.Errorf("%d MB; want at most %d", peak, limit)
				}
			})
		}
	}
}

// expandingService responds to everything with a body, compressed.
func expandingService(t *testing.T, body string) (endpoint string) {
	t.Helper()
	var compressed bytes.Buffer
	writer := gzip.NewWriter(&compressed)
	if _, err := io.WriteString(writer, body); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(compressed.Bytes())
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// peakMemory returns the peak memory in MB of a provider that serves the commands
// which fn runs.
func (tf *cli) peakMemory(fn func()) int64 {
	tf.t.Helper()
	provider := exec.CommandContext(tf.t.Context(), binary, "-debug")
	provider.Env = append(os.Environ(), tf.Env...)
	stdout, err := provider.StdoutPipe()
	if err != nil {
		tf.t.Fatal(err)
	}
	if err := provider.Start(); err != nil {
		tf.t.Fatal(err)
	}
	const variable = "TF_REATTACH_PROVIDERS="
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if _, value, ok := strings.Cut(lines.Text(), variable); ok {
			value = strings.Replace(strings.Trim(value, "'"), "registry.terraform.io", tfcli.Registry(), 1)
			tf.Env = append(tf.Env, variable+value)
			break
		}
	}
	fn()
	defer func() {
		_ = provider.Process.Signal(os.Interrupt)
		_ = provider.Wait() // it may report the signal
	}()
	// The usage that Wait returns has the memory of this process at the fork as well.
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", provider.Process.Pid))
	if err != nil {
		tf.t.Fatal(err)
	}
	var kilobytes int64
	_, peak, _ := strings.Cut(string(status), "VmHWM:")
	if _, err := fmt.Sscan(peak, &kilobytes); err != nil {
		tf.t.Fatal(err)
	}
	return kilobytes * 1024 / 1e6
}
