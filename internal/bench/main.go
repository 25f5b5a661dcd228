//go:build unix

// Command bench measures the provider as users run it: the binary as it is
// released, under the real Terraform CLI, against the simulator. At each step it
// also measures, in turn, a provider with the same schema and no service (the
// framework with its defaults) and terraform_data (Terraform alone).
package main

import (
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
	"syscall"
)

func main() {
	log.SetFlags(0)
	if filepath.Base(os.Args[0]) == providerName {
		os.Exit(runMeasured(filepath.Dir(os.Args[0])))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		log.Fatal("bench: ", err)
	}
}

func run(ctx context.Context, args []string) (err error) {
	shares, repositories, latencies := []int{100, 500, 1000, 5000}, []int{1, 10, 50}, []int{0, 20}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	list := func(name, usage string, values *[]int) {
		flags.Func(name, usage+", such as 10,50", func(text string) error { return json.Unmarshal([]byte("["+text+"]"), values) })
	}
	list("shares", "numbers of shares", &shares)
	list("repositories", "numbers of repositories that the shares are spread over", &repositories)
	list("latency", "response times of the service in milliseconds", &latencies)
	seedAbove := flags.Int("seed-above", 1000, "do not apply and destroy more shares than this: Terraform itself takes very long")
	quick := flags.Bool("quick", false, "measure only 100 and 1000 shares of 10 repositories at 20 ms")
	against := flags.String("against", "", "another build of the provider to measure as well")
	profiles := flags.String("profile", "", "directory for CPU and allocation profiles of the provider, which is slower then")
	write := flags.String("write", "", "directory for BENCHMARKS.md and benchmarks.svg, updated after each scenario")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *quick {
		shares, repositories, latencies = []int{100, 1000}, []int{10}, []int{20}
	}

	// Terraform and the provider run in other directories.
	for _, path := range []*string{against, profiles} {
		if *path != "" {
			if *path, err = filepath.Abs(*path); err != nil {
				return err
			}
		}
	}
	dir, err := os.MkdirTemp("", "swr-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	source := "."
	if *profiles != "" {
		source = "./internal/bench/profiled"
		if err := os.Setenv("PROVIDER_BENCH_PROFILES", *profiles); err != nil {
			return err
		}
	}
	swr, empty := filepath.Join(dir, "swr"), filepath.Join(dir, "empty")
	if err := errors.Join(build(ctx, swr, source, releaseTags), build(ctx, empty, "./internal/bench/empty", "")); err != nil {
		return err
	}
	machine, err := describeMachine(ctx)
	if err != nil {
		return err
	}
	report := report{Machine: machine}
	if file, err := os.Stat(swr); err == nil && *profiles == "" {
		report.binary = samples{float64(file.Size()) / 1e6}
	}
	for _, s := range scenarios(shares, repositories, latencies, *seedAbove) {
		fmt.Println(s)
		result, err := s.measure(ctx, dir, targets(swr, empty, *against))
		if err != nil {
			return err
		}
		report.Results = append(report.Results, result)
		if *write != "" {
			if err := report.write(*write); err != nil {
				return err
			}
		}
	}
	fmt.Println(report.Thresholds())
	return nil
}

// releaseTags are the build tags of .goreleaser.yml.
const releaseTags = "grpcnotrace,nethttpomithttp2"

// build builds a program as the release is built.
func build(ctx context.Context, binary, source, tags string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-tags="+tags, "-o", binary, source)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w\n%s", source, err, out)
	}
	return nil
}
