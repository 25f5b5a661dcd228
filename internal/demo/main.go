// Command demo shows the provider in use: it builds the provider, starts the
// simulator, and runs the real Terraform CLI through the life of a share, in a
// temporary directory. It checks each step against the service: which shares exist,
// and which requests changed them. With -picture it draws the README's picture.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/tfcli"
)

func main() {
	picture := flag.String("picture", "", "draw a plan into this SVG file instead")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	scenario := runSteps
	if *picture != "" {
		scenario = func(ctx context.Context, r *runner) error { return drawPlan(ctx, r, *picture) }
	}
	if err := run(ctx, os.Stdout, scenario); err != nil {
		if ctx.Err() != nil {
			err = fmt.Errorf("interrupted: %w", err)
		}
		fmt.Fprintln(os.Stderr, "\ndemo:", err)
		os.Exit(1)
	}
}

// run runs a scenario in a temporary directory with the provider, Terraform and the
// simulator.
func run(ctx context.Context, out io.Writer, scenario func(context.Context, *runner) error) (err error) {
	if _, err := tfcli.Find(); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "swr-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	fmt.Fprintln(out, "Building the provider. The first build takes about a minute.")
	mirror := filepath.Join(dir, "mirror")
	if err := tfcli.Mirror(ctx, mirror); err != nil {
		return err
	}
	cli, err := tfcli.NewWithMirror(dir, mirror)
	if err != nil {
		return err
	}
	if err := cli.Write("terraform.tf", tfcli.Requirements); err != nil {
		return err
	}
	server, err := swrtest.Listen("127.0.0.1:0")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	server.AddRepository(namespace, repository)
	cli.Env = []string{"SWR_ENDPOINT=" + server.URL, "OS_TOKEN=" + server.Token()}
	fmt.Fprintf(out, "A simulated SWR runs at %s with the repository %s/%s.\n", server.URL, namespace, repository)
	return scenario(ctx, &runner{out: out, cli: cli, server: server})
}
