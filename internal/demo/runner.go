package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/tfcli"
)

// runner runs steps with a Terraform CLI and a service.
type runner struct {
	out    io.Writer
	cli    *tfcli.CLI
	server *swrtest.Server
}

func runSteps(ctx context.Context, r *runner) error {
	for i, step := range steps {
		fmt.Fprintf(r.out, "\n%d. %s\n", i+1, step.title)
		if err := r.run(ctx, step); err != nil {
			return fmt.Errorf("%d. %s: %w", i+1, step.title, err)
		}
	}
	fmt.Fprintln(r.out, "\nDone. Every step was checked against the service. The temporary files are removed.")
	return nil
}

func (r *runner) run(ctx context.Context, s step) error {
	if s.manualChange != nil {
		s.manualChange(r.server)
	}
	if s.config != "" {
		if err := r.cli.Write(s.file, s.config); err != nil {
			return err
		}
		r.print("  ", s.config)
	}
	for _, c := range s.commands {
		fmt.Fprintf(r.out, "   $ terraform %s\n", strings.Join(c.args, " "))
		r.server.ResetRequests()
		output, code, err := r.terraform(ctx, c.args...)
		if err == nil {
			r.print("| ", summarize(c.args[0], output))
			err = c.check(output, code, r.server.Count)
		}
		if err != nil {
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

// terraform returns the output and exit code of a command. It waits for Terraform
// after Ctrl-C, which Terraform also gets from the terminal.
func (r *runner) terraform(ctx context.Context, args ...string) (output string, code int, err error) {
	if err := ctx.Err(); err != nil {
		return "", 0, err
	}
	cmd := r.cli.Command(ctx, args...)
	cmd.Cancel, cmd.WaitDelay = func() error { return nil }, 20*time.Second
	combined, err := cmd.CombinedOutput()
	if _, exited := errors.AsType[*exec.ExitError](err); exited && ctx.Err() == nil {
		err = nil
	}
	return string(combined), cmd.ProcessState.ExitCode(), err
}

// check compares the result of a command with what is expected.
func (c command) check(output string, code int, count func(...swrtest.Operation) int) error {
	if code != c.code {
		return fmt.Errorf("exit code %d, want %d\n%s", code, c.code, output)
	}
	for _, want := range c.output {
		if !strings.Contains(output, want) {
			return fmt.Errorf("the output lacks %q\n%s", want, output)
		}
	}
	for _, operation := range []swrtest.Operation{swrtest.OpCreate, swrtest.OpUpdate, swrtest.OpDelete} {
		if n := count(operation); n != c.writes[operation] {
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
	planLines  = regexp.MustCompile(`(?m)^(  # \w.* will be .*|Plan: .*|No changes\..*| +[-+~] \w+ += .*[^)])$\n?`)
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
