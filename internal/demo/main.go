// Command demo shows the provider at work on this machine: it builds the
// provider, serves the simulator, and takes the real Terraform CLI through the
// life of a share, in a directory that is gone at the end.
//
// It knows the story and checks each step against the service itself: what it
// holds, and which requests changed it. It fails where a step comes out
// otherwise.
package main

import (
	"context"
	"errors"
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
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		if ctx.Err() != nil {
			err = fmt.Errorf("interrupted at %w", err)
		}
		fmt.Fprintln(os.Stderr, "\ndemo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	if err := tell(ctx, out, func(*swrtest.Server) {}); err != nil {
		return err
	}
	fmt.Fprintln(out, "\nDone: every step came out as told, on the service too. Nothing of it is left on this machine.")
	return nil
}

// tell tells the story on a service that was prepared for it, and leaves nothing
// behind.
func tell(ctx context.Context, out io.Writer, prepare func(*swrtest.Server)) (err error) {
	if _, err := tfcli.Find(); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "swr-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	fmt.Fprintln(out, "Building the provider; the first time takes a minute.")
	mirror := filepath.Join(dir, "mirror")
	if err := tfcli.Mirror(ctx, mirror); err != nil {
		return err
	}
	work := filepath.Join(dir, "work")
	if err := os.Mkdir(work, 0o700); err != nil {
		return err
	}
	cli, err := tfcli.NewWithMirror(work, mirror)
	if err != nil {
		return err
	}

	if err := cli.Write("terraform.tf", requirements); err != nil {
		return err
	}

	server, err := swrtest.Listen("127.0.0.1:0")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	server.AddRepository(namespace, repository)
	prepare(server)
	cli.Env = []string{"SWR_ENDPOINT=" + server.URL, "OS_TOKEN=" + server.Token()}
	fmt.Fprintf(out, "A simulated SWR listens at %s, and holds the repository %s/%s.\n", server.URL, namespace, repository)

	stage := &stage{out: out, cli: cli, server: server}
	for i, scene := range story {
		if err := stage.play(ctx, i+1, scene); err != nil {
			return fmt.Errorf("%d. %s: %w", i+1, scene.title, err)
		}
	}
	return nil
}
