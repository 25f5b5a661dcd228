// Command swr-simulator runs SWR's sharing API and an IAM on a loopback address
// of this machine, in memory, and prints the environment that points the
// provider at it.
//
// It knows the flags and what is printed; all else is package swrtest's. It is
// for trying things out and for demonstrations, never part of a release.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// The exit statuses, as package flag has them for a bad command line.
const (
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(report(run(ctx, os.Args[1:], os.Stdout, os.Stderr), os.Stderr))
}

// report prints an error and returns the exit status.
func report(err error, stderr io.Writer) int {
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		return exitUsage // package flag has said why
	}
	if _, printErr := fmt.Fprintln(stderr, "swr-simulator:", err); printErr != nil {
		return exitFailed
	}
	return exitFailed
}
