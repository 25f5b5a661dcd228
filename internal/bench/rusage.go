//go:build unix

package main

import (
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// Terraform starts this program instead of the provider: a link with the provider's
// name, in a directory with a link to the provider and a file for resource usage.
const (
	providerName = "terraform-provider-swr"
	measuredName = "measured"
	usageName    = "usage"
)

// rusage is the CPU time of processes in seconds, and the peak memory of the largest
// of them in MB.
type rusage struct{ cpu, peak float64 }

// runMeasured runs the provider of a directory, appends its resource usage to the
// file, and returns its exit code.
func runMeasured(dir string) int {
	signal.Ignore(os.Interrupt) // as providers do: Terraform tells them when to stop
	cmd := exec.Command(filepath.Join(dir, measuredName), os.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Run(); cmd.ProcessState == nil {
		log.Fatal(err)
	}
	used := rusageOf(cmd.ProcessState)
	file, err := os.OpenFile(filepath.Join(dir, usageName), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = fmt.Fprintln(file, used.cpu, used.peak)
	}
	if err != nil {
		log.Fatal(err)
	}
	return cmd.ProcessState.ExitCode()
}

// rusageOf returns the usage of a process and of the children that it waited for.
func rusageOf(state *os.ProcessState) rusage {
	used := rusage{cpu: (state.UserTime() + state.SystemTime()).Seconds()}
	if counters, ok := state.SysUsage().(*syscall.Rusage); ok {
		used.peak = float64(counters.Maxrss) / 1e6
		if runtime.GOOS != "darwin" { // other systems count in kilobytes
			used.peak *= 1024
		}
	}
	return used
}

// takeRusage returns the usage that processes appended to the file of a directory, and
// removes the file.
func takeRusage(dir string) (sum rusage, err error) {
	content, err := os.ReadFile(filepath.Join(dir, usageName))
	if errors.Is(err, os.ErrNotExist) {
		return sum, nil // no provider ran
	}
	for line := range strings.Lines(string(content)) {
		var one rusage
		if _, err := fmt.Sscan(line, &one.cpu, &one.peak); err != nil {
			return sum, fmt.Errorf("resource usage %q: %w", line, err)
		}
		sum = rusage{sum.cpu + one.cpu, max(sum.peak, one.peak)}
	}
	return sum, errors.Join(err, os.Remove(filepath.Join(dir, usageName)))
}
