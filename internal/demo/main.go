// Command demo shows the provider in use: it builds the provider, starts the
// simulator, and runs the real Terraform CLI through the life of a share, in a
// temporary directory. It checks each step against the service: which shares exist,
// and which requests changed them. With -picture it also draws the README's picture.
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
	"regexp"
	"slices"
	"strings"
	"syscall"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/tfcli"
)

func main() {
	picture := flag.String("picture", "", "also draw a plan into this SVG file")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Stdout, steps, *picture); err != nil {
		if ctx.Err() != nil {
			err = fmt.Errorf("interrupted: %w", err)
		}
		fmt.Fprintln(os.Stderr, "\ndemo:", err)
		os.Exit(1)
	}
}

// run runs steps in a temporary directory with the provider, Terraform and the
// simulator, and draws the picture unless its file is "".
func run(ctx context.Context, out io.Writer, steps []step, picture string) (err error) {
	dir, err := os.MkdirTemp("", "swr-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	mirror := filepath.Join(dir, "mirror")
	cli, err := tfcli.NewWithMirror(dir, mirror)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "Building the provider. The first build takes about a minute.")
	if err := errors.Join(tfcli.Mirror(ctx, mirror), cli.Write("terraform.tf", tfcli.Requirements)); err != nil {
		return err
	}
	server, err := swrtest.Listen("127.0.0.1:0")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	server.AddRepository(namespace, repository)
	cli.Env = []string{"SWR_ENDPOINT=" + server.URL, "OS_TOKEN=" + server.Token(), "TF_CLI_ARGS="} // with colors
	fmt.Fprintf(out, "A simulated SWR runs at %s with the repository %s/%s.\n", server.URL, namespace, repository)
	r := &runner{out: out, cli: cli, server: server}
	for i, step := range steps {
		fmt.Fprintf(out, "\n%d. %s\n", i+1, step.title)
		err := r.run(ctx, step)
		if err == nil && step.picture && picture != "" {
			err = drawPlan(picture, r.output)
		}
		if err != nil {
			return fmt.Errorf("%d. %s: %w", i+1, step.title, err)
		}
	}
	fmt.Fprintln(out, "\nDone. Every step was checked against the service. The temporary files are removed.")
	return nil
}

// runner runs steps with a Terraform CLI and a service.
type runner struct {
	out    io.Writer
	cli    *tfcli.CLI
	server *swrtest.Server
	output string // of the last command, with colors
}

func (r *runner) run(ctx context.Context, s step) error {
	for _, s := range s.manual {
		r.server.PutShare(swrtest.Share{Namespace: namespace, Repository: repository,
			AccessDomain: s.account, Deadline: s.deadline, Description: s.description})
	}
	if s.config != "" {
		config, err := configs.ReadFile(s.config)
		if err := errors.Join(err, r.cli.Write(s.config, string(config))); err != nil {
			return err
		}
		r.print("  ", string(config))
	}
	for _, c := range s.commands {
		fmt.Fprintf(r.out, "   $ terraform %s\n", strings.Join(c.args, " "))
		if err := r.terraform(ctx, c); err != nil {
			return fmt.Errorf("terraform %s: %w", c.args[0], err)
		}
		if c.checked != "" {
			fmt.Fprintln(r.out, "   checked: "+c.checked)
		}
	}
	var shares []share
	for _, s := range r.server.AllShares() {
		shares = append(shares, share{s.AccessDomain, s.Deadline, s.Description})
	}
	if !slices.Equal(shares, s.shares) {
		return fmt.Errorf("the service has the shares %v, want %v", shares, s.shares)
	}
	return nil
}

// terraform runs a command, and compares its result with what is expected. After
// Ctrl-C it waits for Terraform, which also gets it from the terminal.
func (r *runner) terraform(ctx context.Context, c command) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r.server.ResetRequests()
	result, err := r.cli.Run(context.WithoutCancel(ctx), c.args...)
	if err != nil {
		return err
	}
	r.output = result.Output
	output := escapeCode.ReplaceAllString(r.output, "")
	r.print("| ", summarize(c.args[0], output))
	if result.Code != c.code {
		return fmt.Errorf("exit code %d, want %d\n%s", result.Code, c.code, output)
	}
	for _, want := range c.output {
		if !strings.Contains(output, want) {
			return fmt.Errorf("the output lacks %q\n%s", want, output)
		}
	}
	for _, operation := range []swrtest.Operation{swrtest.OpCreate, swrtest.OpUpdate, swrtest.OpDelete} {
		if n := r.server.Count(operation); n != c.writes[operation] {
			return fmt.Errorf("%d requests to %s, want %d", n, operation, c.writes[operation])
		}
	}
	return nil
}

// print prints a text with indentation.
func (r *runner) print(indent, text string) {
	for line := range strings.Lines(text) {
		fmt.Fprint(r.out, "   "+indent+line)
	}
}

var (
	planLines  = regexp.MustCompile(`(?m)^(  # \w.* will be .*|Plan: .*|No changes\..*| +[-+~] (?:\w+ += |").*[^)])$\n?`)
	applyLines = regexp.MustCompile(`(?m)^(\w.*: \w+ complete.*|\w+ complete! .*)$\n?`)
)

// summarize returns the lines of Terraform's output that matter: of a plan the known
// changes, of an apply what was done, and the totals.
func summarize(command, output string) string {
	if command == "plan" {
		return strings.Join(planLines.FindAllString(output, -1), "")
	}
	return strings.Join(applyLines.FindAllString(output, -1), "")
}
