package main

import (
	"bytes"
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

// interruptTime is how long a command may take to end once Ctrl-C, which
// Terraform gets from the terminal as well, has stopped the demo.
const interruptTime = 20 * time.Second

// stage is where scenes are played: a Terraform CLI and a service.
type stage struct {
	out    io.Writer
	cli    *tfcli.CLI
	server *swrtest.Server
}

func (s *stage) play(ctx context.Context, number int, scene scene) error {
	fmt.Fprintf(s.out, "\n%d. %s\n", number, scene.title)
	if scene.byHand != nil {
		scene.byHand(s.server)
	}
	if scene.file != "" {
		if err := s.cli.Write(scene.file, scene.declares); err != nil {
			return err
		}
		s.print("  ", scene.declares)
	}
	for _, act := range scene.acts {
		if err := s.perform(ctx, act); err != nil {
			return fmt.Errorf("terraform %s: %w", act.command[0], err)
		}
	}
	return s.compare(scene.holds)
}

// perform runs a command and checks what came of it.
func (s *stage) perform(ctx context.Context, act act) error {
	fmt.Fprintf(s.out, "   $ terraform %s\n", strings.Join(act.command, " "))
	s.server.ResetRequests()
	output, code, err := s.terraform(ctx, act.command)
	if err != nil {
		return err
	}
	if code != act.code {
		return fmt.Errorf("exit code %d instead of %d\n%s", code, act.code, output)
	}
	s.print("| ", essential(act.command[0], output))
	for _, part := range act.shows {
		if !strings.Contains(output, part) {
			return fmt.Errorf("the output lacks %q\n%s", part, output)
		}
	}
	if err := s.compareWrites(act.writes); err != nil {
		return err
	}
	if act.proves != "" {
		fmt.Fprintln(s.out, "   checked: "+act.proves)
	}
	return nil
}

func (s *stage) terraform(ctx context.Context, args []string) (output string, code int, err error) {
	if err := ctx.Err(); err != nil {
		return "", 0, err
	}
	cmd := s.cli.Command(ctx, args...)
	cmd.Cancel = func() error { return nil }
	cmd.WaitDelay = interruptTime
	var buffer bytes.Buffer
	cmd.Stdout, cmd.Stderr = &buffer, &buffer
	err = cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); exited && ctx.Err() == nil {
		err = nil
	}
	return buffer.String(), cmd.ProcessState.ExitCode(), err
}

// compareWrites checks that the service got these writing requests and no
// other.
func (s *stage) compareWrites(want map[swrtest.Operation]int) error {
	for _, kind := range []swrtest.Operation{swrtest.OpCreate, swrtest.OpUpdate, swrtest.OpDelete} {
		if got := s.server.Count(kind); got != want[kind] {
			return fmt.Errorf("the service got %d requests of kind %q instead of %d", got, kind, want[kind])
		}
	}
	return nil
}

// compare checks that the service holds exactly these shares.
func (s *stage) compare(want []grant) error {
	var got []grant
	for _, share := range s.server.AllShares() {
		got = append(got, grant{share.AccessDomain, share.Deadline, share.Description})
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("the service holds %v instead of %v", got, want)
	}
	return nil
}

// print indents a text.
func (s *stage) print(indent, text string) {
	for line := range strings.Lines(text) {
		fmt.Fprint(s.out, "   "+indent+line)
	}
}

// What tells the story in Terraform's output: in a plan, what is to be changed
// and is known; in an apply, what was done; in both, the sums.
var (
	inPlan  = regexp.MustCompile(`^(  # \w.* will be .*|Plan: .*|No changes\..*| +[-+~] \w+ += .*)$`)
	inApply = regexp.MustCompile(`^(\w.*: \w+ complete.*|\w+ complete! .*)$`)
	unknown = regexp.MustCompile(`\(known after apply\)$`)
)

func essential(command, output string) string {
	tells := inApply
	if command == "plan" {
		tells = inPlan
	}
	var told strings.Builder
	for line := range strings.Lines(output) {
		if text := strings.TrimSuffix(line, "\n"); tells.MatchString(text) && !unknown.MatchString(text) {
			told.WriteString(line)
		}
	}
	return told.String()
}
