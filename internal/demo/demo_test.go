package main

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// runDemo runs the demo, and checks that it leaves no files behind.
func runDemo(ctx context.Context, t *testing.T, out io.Writer, steps []step) error {
	t.Helper()
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	err := run(ctx, out, steps, "")
	left, globErr := filepath.Glob(filepath.Join(temporary, "swr-demo-*"))
	if globErr != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, globErr)
	}
	return err
}

func TestDemoFailsIfTheServiceDiffers(t *testing.T) {
	changed := slices.Clone(steps)
	changed[1].manual = []share{undeclared}
	err := runDemo(t.Context(), t, io.Discard, changed)
	if err == nil || !strings.Contains(err.Error(), "2. Apply the plan: the service has the shares") {
		t.Errorf("the demo returned %v", err)
	}
}

func TestDemoCleansUpWhenInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	err := runDemo(ctx, t, writerFunc(func(p []byte) {
		if strings.Contains(string(p), "terraform apply") {
			cancel()
		}
	}), steps)
	if err == nil || ctx.Err() == nil {
		t.Errorf("the demo returned %v, interrupted: %v", err, ctx.Err())
	}
}

type writerFunc func([]byte)

func (w writerFunc) Write(p []byte) (int, error) { w(p); return len(p), nil }

func TestSummarize(t *testing.T) {
	t.Parallel()
	const change = "  # swr_repository_share.partner will be updated in-place\n"
	const deadline = `      ~ deadline      = "forever" -> "2031-03-31"` + "\n"
	const unknown = `      ~ updated       = "2026-11-22T03:25:40Z" -> (known after apply)` + "\n        # (8 unchanged attributes hidden)\n"
	const done = "swr_repository_share.partner: Modifications complete after 0s [id=platform/team/app/ACME]\n"
	for _, test := range []struct{ command, output, want string }{
		{"plan", "Terraform will:\n\n" + change + deadline + unknown + "\nPlan: 0 to add, 1 to change.\n", change + deadline + "Plan: 0 to add, 1 to change.\n"},
		{"plan", `      ~ access_domains = [` + "\n" + `          - "ACME",` + "\n        ]\n", `      ~ access_domains = [` + "\n" + `          - "ACME",` + "\n"},
		{"apply", change + deadline + unknown + done + "\nApply complete! Resources: 1 changed.\n", done + "Apply complete! Resources: 1 changed.\n"},
		{"plan", "\nNo changes. Your infrastructure is up to date.\n\nTerraform has\n", "No changes. Your infrastructure is up to date.\n"},
	} {
		if got := summarize(test.command, test.output); got != test.want {
			t.Errorf("summarize(%s) returned\n%s\nwant\n%s", test.command, got, test.want)
		}
	}
}

func TestDrawTerminal(t *testing.T) {
	t.Parallel()
	svg, err := drawTerminal("$ plan", "\x1b[1m\x1b[31m- \"<a&b>\"\nc\x1b[0m\x1b[0m d\x1b[4m\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<tspan font-weight="bold" fill="#ff6b6b">- &#34;&lt;a&amp;b&gt;&#34;</tspan>`,
		`<tspan font-weight="bold" fill="#ff6b6b">c</tspan><tspan> d</tspan></text>`,
	} {
		if !strings.Contains(svg, want) {
			t.Errorf("the picture lacks %s:\n%s", want, svg)
		}
	}
	decoder := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
