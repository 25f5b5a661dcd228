//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/tfcli"
)

// The steps of a round.
const (
	stepSchema  = "schema"
	stepApply   = "apply"
	stepPlan    = "plan"
	stepDrift   = "plan with drift"
	stepDestroy = "destroy"
)

// steps gives a round's steps, in order. What changes nothing is done several
// times.
func (s scenario) steps() []string {
	if s.Seeded {
		return []string{stepPlan, stepPlan, stepPlan, stepDrift}
	}
	return []string{
		stepSchema, stepSchema, stepSchema, stepApply, stepPlan, stepPlan, stepPlan, stepDrift, stepDestroy,
	}
}

// measurement is what one command of one subject took.
type measurement struct {
	Wall         time.Duration
	TerraformCPU time.Duration
	ProviderCPU  time.Duration // of all processes that the command started
	ProviderPeak int64         // of the largest of them, in bytes
	Requests     map[swrtest.Operation]int
	Connections  int
}

// stage is one subject in one scenario, ready to be measured step by step.
type stage struct {
	subject  subject
	scenario scenario
	server   *swrtest.Server // nil where nothing is served
	cli      *tfcli.CLI
	reports  string
}

// newStage prepares a directory of its own. The provider that Terraform finds
// there is this program, as the meter.
func newStage(ctx context.Context, dir string, of subject, in scenario) (_ *stage, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s := &stage{subject: of, scenario: in, reports: filepath.Join(dir, "reports")}
	place := filepath.Join(dir, "provider", "terraform-provider-swr")
	for _, made := range []string{s.reports, filepath.Dir(place), filepath.Join(dir, "work")} {
		if err := os.MkdirAll(made, 0o700); err != nil {
			return nil, err
		}
	}
	if err := os.Symlink(self, place); err != nil {
		return nil, err
	}
	if s.cli, err = tfcli.New(filepath.Join(dir, "work"), place); err != nil {
		return nil, err
	}
	if of.Provider == "" {
		// Only what Terraform has built in.
		if err := os.Remove(filepath.Join(s.cli.Dir, "provider.tf")); err != nil {
			return nil, err
		}
	}
	s.cli.Env = []string{envMetered + "=" + of.Provider, envReport + "=" + s.reports}
	if of.Serves {
		if s.server, err = swrtest.Listen("127.0.0.1:0", swrtest.WithLogLimit(0)); err != nil {
			return nil, err
		}
		for n := range in.Repositories {
			s.server.AddRepository(namespace, repositoryName(n))
		}
		s.server.SetLatency(in.Latency)
		s.cli.Env = append(s.cli.Env, "SWR_ENDPOINT="+s.server.URL, "OS_TOKEN="+s.server.Token())
	}
	if in.Seeded {
		if err := s.seed(ctx); err != nil {
			return nil, errors.Join(err, s.close())
		}
	}
	return s, s.cli.Write("main.tf", of.config(in))
}

func (s *stage) close() error {
	if s.server == nil {
		return nil
	}
	return s.server.Close()
}

// measure runs one step.
func (s *stage) measure(ctx context.Context, step string) (measurement, error) {
	args, expected := s.command(step)
	connections := 0
	if s.server != nil {
		if step == stepDrift {
			s.drift()
		}
		s.server.ResetRequests()
		connections = s.server.Connections()
	}
	cmd := s.cli.Command(ctx, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	began := time.Now()
	output, err := cmd.CombinedOutput()
	taken := measurement{Wall: time.Since(began)}
	if err != nil {
		return taken, fmt.Errorf("%s: terraform %s: %w\n%s", s.subject.Name, strings.Join(args, " "), err, tail(output))
	}
	if !strings.Contains(string(output), expected) {
		return taken, fmt.Errorf("%s: terraform %s does not say %q:\n%s", s.subject.Name, strings.Join(args, " "), expected, tail(output))
	}
	provider, err := readUsage(s.reports)
	if err == nil && s.subject.Provider != "" && provider.CPU == 0 {
		err = errors.New("the provider left no figures")
	}
	taken.ProviderCPU, taken.ProviderPeak = provider.CPU, provider.Peak
	// Terraform waits for the meter, and that for the provider.
	taken.TerraformCPU = usageOf(cmd.ProcessState).CPU - provider.CPU
	if s.server != nil {
		taken.Requests = maps.Clone(s.server.Counts())
		taken.Connections = s.server.Connections() - connections
	}
	return taken, err
}

// command gives a step's arguments, and what it has to print.
func (s *stage) command(step string) (args []string, expected string) {
	drifted := 0
	for n := range s.scenario.Repositories {
		drifted += (s.scenario.sharesOf(n) + driftEvery - 1) / driftEvery
	}
	switch step {
	case stepSchema:
		return []string{"providers", "schema", "-json"}, "swr_repository_share"
	case stepApply:
		return []string{"apply", "-auto-approve"}, fmt.Sprintf("Apply complete! Resources: %d added", s.scenario.Shares)
	case stepPlan:
		return []string{"plan"}, "No changes."
	case stepDrift:
		args = []string{"plan"}
		if !s.subject.Serves {
			args = append(args, "-var=drift=!")
		}
		return args, fmt.Sprintf("Plan: 0 to add, %d to change, 0 to destroy.", drifted)
	default:
		return []string{"destroy", "-auto-approve"}, fmt.Sprintf("Destroy complete! Resources: %d destroyed.", s.scenario.Shares)
	}
}

// drift changes a tenth of each repository's shares behind Terraform's back.
func (s *stage) drift() {
	for repository := range s.scenario.Repositories {
		for n, share := range s.server.Shares(namespace, repositoryName(repository)) {
			if n%driftEvery == 0 {
				share.Description += " (by hand)"
				s.server.PutShare(share)
			}
		}
	}
}

// tail gives the end of an output, where Terraform says what went wrong.
func tail(output []byte) string {
	const most = 2000
	return string(output[max(0, len(output)-most):])
}
