//go:build unix

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// The meter stands in the provider's place: Terraform starts it, it starts the
// provider, and writes down what the operating system counted for that process
// alone. It is this very program, told by the environment which role it has.
const (
	envMetered = "PROVIDER_BENCH_METERED" // the provider's binary
	envReport  = "PROVIDER_BENCH_REPORT"  // the directory for what was counted
)

// usage is what processes took.
type usage struct {
	CPU  time.Duration `json:"cpu"`
	Peak int64         `json:"peak"` // of memory, in bytes
}

// meter runs the provider in its own place, and gives its exit code.
func meter(binary, report string) int {
	signal.Ignore(os.Interrupt) // as providers do: Terraform says when to stop
	provider := exec.Command(binary, os.Args[1:]...)
	provider.Stdin, provider.Stdout, provider.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := provider.Run(); err != nil && provider.ProcessState == nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if err := writeUsage(report, usageOf(provider.ProcessState)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return provider.ProcessState.ExitCode()
}

// usageOf gives what a process took, with the descendants that it waited for.
func usageOf(ended *os.ProcessState) usage {
	used := usage{CPU: ended.UserTime() + ended.SystemTime()}
	if counted, ok := ended.SysUsage().(*syscall.Rusage); ok {
		used.Peak = counted.Maxrss
		if runtime.GOOS != "darwin" { // elsewhere it counts in kilobytes
			used.Peak *= 1024
		}
	}
	return used
}

func writeUsage(dir string, used usage) error {
	content, err := json.Marshal(used)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(dir, "*.json")
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Close())
}

// readUsage adds up what the meters wrote since the last call. Of memory it
// gives the most that one process took.
func readUsage(dir string) (sum usage, err error) {
	reports, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return sum, err
	}
	for _, report := range reports {
		content, err := os.ReadFile(report)
		if err != nil {
			return sum, err
		}
		var one usage
		if err := json.Unmarshal(content, &one); err != nil {
			return sum, fmt.Errorf("%s: %w", strings.TrimSpace(string(content)), err)
		}
		sum.CPU += one.CPU
		sum.Peak = max(sum.Peak, one.Peak)
		if err := os.Remove(report); err != nil {
			return sum, err
		}
	}
	return sum, nil
}
