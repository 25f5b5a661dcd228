package provider_test

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// traced is the environment that makes Terraform log all it can.
func (tf *workspace) traced() []string {
	return []string{"TF_LOG=TRACE", "TF_LOG_PATH=" + filepath.Join(tf.Dir, "trace.log")}
}

// log gives what was logged so far.
func (tf *workspace) log() string {
	tf.t.Helper()
	content, err := os.ReadFile(filepath.Join(tf.Dir, "trace.log"))
	if err != nil {
		tf.t.Fatal(err)
	}
	return string(content)
}

// planFile gives all that a plan file holds, unpacked.
func (tf *workspace) planFile(name string) string {
	tf.t.Helper()
	archive, err := zip.OpenReader(filepath.Join(tf.Dir, name))
	if err != nil {
		tf.t.Fatal(err)
	}
	defer func() { _ = archive.Close() }()
	var all strings.Builder
	for _, file := range archive.File {
		content, err := file.Open()
		if err != nil {
			tf.t.Fatal(err)
		}
		if _, err := io.Copy(&all, content); err != nil {
			tf.t.Fatal(err)
		}
		_ = content.Close()
	}
	return all.String()
}

// noSecrets fails where a text holds a secret, in any form in which programs
// write texts: as it is, in JSON, in a URL, in HTML, quoted.
func noSecrets(t *testing.T, texts map[string]string, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		encoded, err := json.Marshal(secret)
		if err != nil {
			t.Fatal(err)
		}
		quoted := fmt.Sprintf("%q", secret)
		for _, form := range []string{
			secret, string(encoded[1 : len(encoded)-1]), quoted[1 : len(quoted)-1],
			url.QueryEscape(secret), url.PathEscape(secret), html.EscapeString(secret),
		} {
			for name, text := range texts {
				if at := strings.Index(text, form); at >= 0 {
					line := text[strings.LastIndexByte(text[:at], '\n')+1:]
					line, _, _ = strings.Cut(line, "\n")
					t.Errorf("%s holds the secret %q:\n%.2000s", name, secret, line)
				}
			}
		}
	}
}

var loggedRequest = regexp.MustCompile(`\[DEBUG\] +provider\.terraform-provider-swr: request: .*`)

// traceable fails unless the log has a line for each request that the simulator
// got, with all that tells it from others.
func (tf *workspace) traceable(server *swrtest.Server, log string) {
	tf.t.Helper()
	lines := loggedRequest.FindAllString(log, -1)
	byID := map[string]string{}
	for i, line := range lines {
		lines[i] = strings.ReplaceAll(line, `"`, "")
		for _, field := range strings.Fields(line) {
			if id, ok := strings.CutPrefix(field, "request_id="); ok {
				byID[id] = lines[i]
			}
		}
	}
	for _, request := range server.Requests() {
		if request.Status == 0 {
			continue // it was never answered, so it has no id
		}
		line := byID[fmt.Sprintf("%032x", request.Number)]
		fields := []string{"method=" + request.Method, "path=" + request.Path, fmt.Sprintf("status=%d", request.Status), "duration_ms=", "attempt="}
		for _, field := range fields {
			if !strings.Contains(line, field) {
				tf.t.Errorf("request %d lacks %q in the log: %q", request.Number, field, line)
			}
		}
	}
	if len(lines) < len(server.Requests()) {
		tf.t.Errorf("%d requests in the log instead of %d", len(lines), len(server.Requests()))
	}
}
