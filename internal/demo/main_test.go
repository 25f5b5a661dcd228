package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// The demo is not to tell a story that did not happen.
func TestFailsWhereTheServiceDiffers(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	var out bytes.Buffer
	// Somebody else shares the repository at the very moment of the repair.
	meddle := func(server *swrtest.Server) {
		server.OnRequest(func(request swrtest.RequestInfo) {
			if request.Operation == swrtest.OpUpdate {
				server.PutShare(swrtest.Share{Namespace: namespace, Repository: repository, AccessDomain: "SOMEBODY"})
			}
		})
	}
	err := tell(t.Context(), &out, meddle)
	if err == nil || !strings.Contains(err.Error(), "5. Repair it: the service holds") {
		t.Errorf("the demo ended with %v\n%s", err, out.String())
	}
	wantEmpty(t, temporary)
}

func TestCleansUpWhenInterrupted(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	ctx, cancel := context.WithCancel(t.Context())
	err := tell(ctx, &interrupter{at: "terraform apply", cancel: cancel}, func(*swrtest.Server) {})
	if err == nil || ctx.Err() == nil {
		t.Errorf("the demo ended with %v, interrupted: %v", err, ctx.Err())
	}
	wantEmpty(t, temporary)
}

// interrupter cancels once a text is printed.
type interrupter struct {
	at     string
	cancel context.CancelFunc
}

func (i *interrupter) Write(p []byte) (int, error) {
	if strings.Contains(string(p), i.at) {
		i.cancel()
	}
	return len(p), nil
}

func wantEmpty(t *testing.T, dir string) {
	t.Helper()
	left, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range left {
		// The go command keeps its own files there.
		if strings.HasPrefix(entry.Name(), "swr-demo-") {
			t.Errorf("%s was left behind", entry.Name())
		}
	}
}
