//go:build unix

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/tfcli"
)

// describeMachine says what the figures were measured on.
func describeMachine(ctx context.Context) (string, error) {
	dir, err := os.MkdirTemp("", "swr-bench-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	cli, err := tfcli.New(dir, dir)
	if err != nil {
		return "", err
	}
	out, err := cli.Command(ctx, "version", "-json").Output()
	if err != nil {
		return "", err
	}
	var terraform struct {
		Version string `json:"terraform_version"`
	}
	if err := json.Unmarshal(out, &terraform); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s/%s, %d CPUs%s%s, %s, Terraform %s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(),
		about("/proc/cpuinfo", "model name", " (", ")"), memory(), strings.Replace(runtime.Version(), "go", "Go ", 1), terraform.Version), nil
}

func memory() string {
	var kilobytes int
	if _, err := fmt.Sscanf(about("/proc/meminfo", "MemTotal", "", ""), "%d kB", &kilobytes); err != nil {
		return ""
	}
	return fmt.Sprintf(", %d GB of memory", (kilobytes+1<<19)>>20)
}

// about gives a value of a file of "name: value" lines, between two texts; ""
// where there is no such file or value.
func about(file, name, before, after string) string {
	content, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer func() { _ = content.Close() }()
	for lines := bufio.NewScanner(content); lines.Scan(); {
		if key, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(key) == name {
			return before + strings.TrimSpace(value) + after
		}
	}
	return ""
}
