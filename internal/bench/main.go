//go:build unix

// Command bench measures the provider as its users run it: the binary as it is
// released, under the real Terraform CLI, on the simulator. Beside it, turn by
// turn, it measures a provider with the same schema and nothing behind it, and
// Terraform's own terraform_data: what any provider costs with the framework's
// defaults, and what Terraform takes by itself.
//
// It knows how to run and how to count, and nothing of how the provider works.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

func main() {
	if binary := os.Getenv(envMetered); binary != "" {
		os.Exit(meter(binary, os.Getenv(envReport)))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// numbers is a flag that takes several, with commas between them.
type numbers []int

func (n *numbers) String() string {
	texts := make([]string, len(*n))
	for i, number := range *n {
		texts[i] = strconv.Itoa(number)
	}
	return strings.Join(texts, ",")
}

func (n *numbers) Set(text string) error {
	*n = nil
	for one := range strings.SplitSeq(text, ",") {
		number, err := strconv.Atoi(one)
		if err != nil {
			return err
		}
		*n = append(*n, number)
	}
	return nil
}

func run(ctx context.Context, args []string, out io.Writer) (err error) {
	shares, repositories, latencies := numbers{100, 500, 1000, 5000}, numbers{1, 10, 50}, numbers{0, 20}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.Var(&shares, "shares", "counts of shares")
	flags.Var(&repositories, "repositories", "counts of repositories that they are of")
	flags.Var(&latencies, "latency", "milliseconds that the service takes to answer")
	seedAbove := flags.Int("seed-above", 1000, "no apply and no destroy of more shares than this: they take Terraform itself very long")
	quick := flags.Bool("quick", false, "only 100 and 1,000 shares of 10 repositories at 20 ms, once")
	rounds := flags.Int("rounds", 1, "rounds of up to 1,000 shares; of more there is one. Each has three plans")
	against := flags.String("against", "", "another build of the provider, to be measured beside")
	only := flags.String("subjects", "", "what to measure, of swr, empty, terraform_data and other; default all")
	profile := flags.String("profile", "", "a directory for CPU and allocation profiles of the provider, which is slower then")
	write := flags.String("write", "", "a directory for BENCHMARKS.md and benchmarks.svg, written anew after each scenario")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *quick {
		shares, repositories, latencies, *rounds = numbers{100, 1000}, numbers{10}, numbers{20}, 1
	}

	dir, err := os.MkdirTemp("", "swr-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	source := "."
	if *profile != "" {
		source = "./internal/bench/profiled"
		if err := os.Setenv("PROVIDER_BENCH_PROFILES", *profile); err != nil {
			return err
		}
	}
	swr, empty := filepath.Join(dir, "swr"), filepath.Join(dir, "empty")
	if err := errors.Join(build(ctx, swr, source, releaseTags), build(ctx, empty, "./internal/bench/empty", "")); err != nil {
		return err
	}
	on, err := describeMachine(ctx)
	if err != nil {
		return err
	}
	report := report{machine: on}
	if size, err := os.Stat(swr); err == nil && *profile == "" {
		report.binarySize = size.Size()
	}
	for _, in := range scenarios(shares, repositories, latencies, *rounds, *seedAbove) {
		fmt.Fprintln(out, in)
		found := result{scenario: in}
		for n := range in.Rounds {
			fmt.Fprintf(out, "round %d of %d\n", n+1, in.Rounds)
			if err := found.round(ctx, dir, choose(subjects(swr, empty, *against), *only), out); err != nil {
				return err
			}
		}
		report.results = append(report.results, found)
		if *write != "" {
			if err := report.write(*write); err != nil {
				return err
			}
		}
	}
	fmt.Fprintln(out, report.promises())
	return nil
}

// releaseTags are those of .goreleaser.yml.
const releaseTags = "grpcnotrace,nethttpomithttp2"

// build builds a program the way it is released.
func build(ctx context.Context, binary, source, tags string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-tags="+tags, "-o", binary, source)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w\n%s", source, err, out)
	}
	return nil
}
