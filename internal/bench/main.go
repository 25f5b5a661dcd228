//go:build unix

// Command bench measures the provider as users run it: the binary as it is
// released, under the real Terraform CLI, against the simulator. At each step it
// also measures, in turn, a provider with the same schema and no service (the
// framework with its defaults) and terraform_data (Terraform alone).
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/tfcli"
)

func main() {
	log.SetFlags(0)
	if binary := os.Getenv(envBinary); binary != "" {
		os.Exit(runMeasured(binary))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		log.Fatal("bench: ", err)
	}
}

func run(ctx context.Context) (err error) {
	shares, repositories, latencies := []int{100, 500, 1000, 5000}, []int{10}, []int{0, 20}
	exclusive := []int{50, 500}
	var clis []string
	list := func(name, usage string, values *[]int) {
		flag.Func(name, usage+", such as 10,50", func(text string) error { return json.Unmarshal([]byte("["+text+"]"), values) })
	}
	list("shares", "numbers of shares", &shares)
	list("repositories", "numbers of repositories that the shares are spread over", &repositories)
	list("latency", "response times of the service in milliseconds", &latencies)
	list("exclusive", "numbers of accounts of each of 4 exclusive resources", &exclusive)
	flag.Func("cli", "path of the CLI to run (repeatable; default: terraform, or TF_ACC_TERRAFORM_PATH)", func(path string) error {
		clis = append(clis, path)
		return nil
	})
	seedAbove := flag.Int("seed-above", 1000, "do not apply and destroy more shares than this: Terraform itself takes very long")
	account := flag.Bool("account", false, "measure only what reads an account of 1,000 repositories with 20 shares each, at 20 ms")
	quick := flag.Bool("quick", false, "measure only 100 and 1000 shares of 10 repositories at 20 ms, and exclusive resources")
	path := func(name, usage string) *string { // absolute, since the providers run in other directories
		value := new(string)
		flag.Func(name, usage, func(text string) (err error) { *value, err = filepath.Abs(text); return err })
		return value
	}
	against := path("against", "another build of the provider to measure as well")
	profiles := path("profile", "directory for CPU and allocation profiles of the provider, which is slower then")
	write := flag.String("write", "", "directory for BENCHMARKS.md, updated after each scenario")
	flag.Parse()
	if *quick {
		shares, repositories, latencies = []int{100, 1000}, []int{10}, []int{20}
	}

	dir, err := os.MkdirTemp("", "swr-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	targets, err := buildTargets(ctx, dir, *against, *profiles)
	if err := errors.Join(err, os.Setenv("PROVIDER_BENCH_PROFILES", *profiles)); err != nil {
		return err
	}
	all := scenarios(shares, repositories, latencies, *seedAbove)
	for _, accounts := range exclusive {
		all = append(all, exclusiveScenario(4, accounts))
	}
	if !*quick {
		all = append(all, exclusiveScenario(100, 100), accountScenario)
	}
	if *account {
		all = []scenario{accountScenario}
	}
	if clis == nil {
		clis = []string{""}
	}
	var binary samples
	if file, err := os.Stat(targets[0].binary); err == nil && *profiles == "" {
		binary = samples{float64(file.Size()) / 1e6}
	}
	report := report{Machine: describeMachine()}
	for _, path := range clis {
		version, err := chooseCLI(ctx, path)
		if err != nil {
			return err
		}
		fmt.Println(version)
		one := &cliReport{CLI: version, binary: binary}
		report.CLIs = append(report.CLIs, one)
		for _, s := range all {
			if s.account && isOpenTofu(version) {
				continue // no query
			}
			if err := one.measure(ctx, s, dir, targets); err != nil {
				return err
			}
			if err := report.write(*write); err != nil {
				return err
			}
		}
		fmt.Println(one.Thresholds())
	}
	return nil
}

// measure measures a scenario, and adds the result.
func (r *cliReport) measure(ctx context.Context, s scenario, dir string, targets []target) error {
	fmt.Println(s)
	result, err := s.measure(ctx, dir, targets)
	if err == nil {
		r.Results = append(r.Results, result)
	}
	return err
}

// chooseCLI makes package tfcli use the CLI at a path, if one is given, and returns the
// name and the version of the CLI.
func chooseCLI(ctx context.Context, path string) (version string, err error) {
	if path == "" {
		path, err = tfcli.Find()
	} else {
		path, err = exec.LookPath(path)
	}
	if err != nil {
		return "", err
	}
	output, err := exec.CommandContext(ctx, path, "version").CombinedOutput()
	if version = versionLine.FindString(string(output)); err != nil || version == "" {
		return "", fmt.Errorf("%s version: %w\n%s", path, cmp.Or(err, errors.New("no version")), output)
	}
	host := "registry.terraform.io"
	if isOpenTofu(version) {
		host = "registry.opentofu.org"
	}
	return version, errors.Join(os.Setenv("TF_ACC_TERRAFORM_PATH", path), os.Setenv("TF_ACC_PROVIDER_HOST", host))
}

// versionLine matches the line that has the version: there may be warnings before it.
var versionLine = regexp.MustCompile(`(?m)^(Terraform|OpenTofu) v\S+`)

// isOpenTofu reports whether a CLI with this name and version is OpenTofu.
func isOpenTofu(version string) bool { return strings.HasPrefix(version, "OpenTofu") }

// launcher is the file name of this program where Terraform expects the provider.
const launcher = "terraform-provider-swr"

// buildTargets builds all programs, the provider as .goreleaser.yml does, and returns
// the targets. Another build of the provider and a directory for profiles are optional.
func buildTargets(ctx context.Context, dir, other, profiles string) ([]target, error) {
	targets := []target{
		{targetSWR, filepath.Join(dir, "swr"), true},
		{targetEmpty, filepath.Join(dir, "empty"), false},
		{targetData, "", false},
	}
	if other != "" {
		targets = append(targets, target{targetOther, other, true})
	}
	source := "."
	if profiles != "" {
		source = "./internal/bench/profiled"
	}
	for _, args := range [][]string{
		{targets[0].binary, "-tags=grpcnotrace,nethttpomithttp2", source},
		{targets[1].binary, "./internal/bench/empty"},
		{filepath.Join(dir, launcher), "./internal/bench"},
	} {
		args = append([]string{"build", "-trimpath", "-ldflags=-s -w", "-o"}, args...)
		if out, err := exec.CommandContext(ctx, "go", args...).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("go %v: %w\n%s", args, err, out)
		}
	}
	return targets, nil
}

// Terraform starts this program in place of the provider, with these variables.
const (
	envBinary = "PROVIDER_BENCH_BINARY" // the provider to run and measure
	envUsage  = "PROVIDER_BENCH_USAGE"  // the file to append its resource usage to
)

// rusage is the CPU time of processes in seconds, and the peak memory of the largest
// of them in MB.
type rusage struct{ cpu, peak float64 }

// runMeasured runs a provider, appends its resource usage to the file, and returns
// its exit code.
func runMeasured(binary string) int {
	signal.Ignore(os.Interrupt) // as providers do: Terraform tells them when to stop
	cmd := exec.Command(binary, os.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Run(); cmd.ProcessState == nil {
		log.Fatal(err)
	}
	used := rusageOf(cmd.ProcessState)
	file, openErr := os.OpenFile(os.Getenv(envUsage), os.O_APPEND|os.O_WRONLY, 0)
	_, err := fmt.Fprintln(file, used.cpu, used.peak)
	if err := errors.Join(openErr, err); err != nil {
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

// readRusage returns the usage that all processes appended to a file.
func readRusage(file string) (sum rusage, err error) {
	content, err := os.ReadFile(file)
	for line := range strings.Lines(string(content)) {
		var one rusage
		if _, err := fmt.Sscan(line, &one.cpu, &one.peak); err != nil {
			return sum, fmt.Errorf("resource usage %q: %w", line, err)
		}
		sum = rusage{sum.cpu + one.cpu, max(sum.peak, one.peak)}
	}
	return sum, err
}
