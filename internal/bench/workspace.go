//go:build unix

package main

import (
	"context"
	"encoding/json"
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

// workspace is a working directory for one target in one scenario.
type workspace struct {
	target
	scenario
	server   *swrtest.Server // also for targets that do not use it
	cli      *tfcli.CLI
	provider string // directory of what Terraform starts
}

// measure runs all steps. The targets take turns at each step, so that other load on
// the machine affects all of them alike.
func (s scenario) measure(ctx context.Context, dir string, targets []target) (_ result, err error) {
	result := result{scenario: s, measured: map[key][]measurement{}}
	if dir, err = os.MkdirTemp(dir, "scenario-"); err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	var workspaces []*workspace
	for _, t := range targets {
		server, listenErr := swrtest.Listen("127.0.0.1:0", swrtest.WithLogLimit(0))
		if listenErr != nil {
			return result, listenErr
		}
		defer func() { err = errors.Join(err, server.Close()) }()
		w := &workspace{target: t, scenario: s, server: server, provider: filepath.Join(dir, t.name, "provider")}
		if err := w.prepare(ctx, filepath.Join(dir, t.name)); err != nil {
			return result, err
		}
		workspaces = append(workspaces, w)
	}
	for _, step := range s.steps() {
		for _, w := range workspaces {
			if step.name == stepSchema && w.binary == "" {
				continue
			}
			m, err := w.measure(ctx, step)
			if err != nil {
				return result, fmt.Errorf("%s: terraform %s: %w", w.name, step.command, err)
			}
			k := key{step.name, w.name}
			result.measured[k] = append(result.measured[k], m)
			fmt.Printf("  %-15s %-14s wall %6.2f s, CPU: Terraform %6.2f s, provider %5.2f s, peak memory %5.1f MB, requests %v\n",
				k.step, k.target, m.values[wall], m.values[terraformCPU], m.values[providerCPU], m.values[peakMemory], m.requests)
		}
	}
	return result, nil
}

// prepare creates the repositories and the configuration, and seeds the shares if the
// scenario says so.
func (w *workspace) prepare(ctx context.Context, dir string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	err = errors.Join(os.MkdirAll(w.provider, 0o700), os.Symlink(self, filepath.Join(w.provider, providerName)))
	if err == nil && w.binary != "" {
		err = os.Symlink(w.binary, filepath.Join(w.provider, measuredName))
	}
	if err != nil {
		return err
	}
	if w.cli, err = tfcli.New(dir, filepath.Join(w.provider, providerName)); err != nil {
		return err
	}
	w.cli.Env = []string{"SWR_ENDPOINT=" + w.server.URL, "OS_TOKEN=" + w.server.Token()}
	w.server.SetLatency(w.latency)
	for n := range w.repositories {
		w.server.AddRepository(namespace, repositoryName(n))
	}
	if w.seeded {
		if err := w.seed(ctx); err != nil {
			return err
		}
	}
	return w.configure(w.scenario)
}

// configure replaces the file that tfcli.New wrote: terraform_data needs no provider.
func (w *workspace) configure(s scenario) error {
	config, err := w.config(s)
	return errors.Join(err, w.cli.Write("provider.tf", config))
}

// seed creates what an apply of the scenario would create, in the state and at the
// service, in less time: it applies one share for each repository and copies it.
// The plans prove the copies right, since they find no changes.
func (w *workspace) seed(ctx context.Context) error {
	one := scenario{shares: w.repositories, repositories: w.repositories}
	if err := w.configure(one); err != nil {
		return err
	}
	if _, err := w.measure(ctx, one.apply()); err != nil {
		return err
	}
	path := filepath.Join(w.cli.Dir, "terraform.tfstate")
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var state struct {
		Version   int    `json:"version"`
		Serial    int    `json:"serial"`
		Lineage   string `json:"lineage"`
		Resources []struct {
			Mode      string            `json:"mode"`
			Type      string            `json:"type"`
			Name      string            `json:"name"`
			Provider  string            `json:"provider"`
			Instances []json.RawMessage `json:"instances"`
		} `json:"resources"` // the repositories in order
	}
	if err := json.Unmarshal(content, &state); err != nil {
		return err
	}
	for repository, count := range w.spread() {
		resource := &state.Resources[repository]
		first, shares := string(resource.Instances[0]), w.server.Shares(namespace, repositoryName(repository))
		for n := 1; n < count; n++ {
			replacer := strings.NewReplacer(account(repository, 0), account(repository, n), contract(0), contract(n))
			resource.Instances = append(resource.Instances, json.RawMessage(replacer.Replace(first)))
			for _, share := range shares { // one, or none if the target does not use the API
				share.AccessDomain, share.Description = account(repository, n), contract(n)
				w.server.PutShare(share)
			}
		}
	}
	if content, err = json.Marshal(state); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o600)
}

// measure runs a step.
func (w *workspace) measure(ctx context.Context, s step) (m measurement, err error) {
	args := strings.Fields(s.command)
	if s.name == stepDrift {
		if !w.usesAPI {
			args = append(args, "-var=drift=!")
		}
		for _, share := range w.server.AllShares() {
			if strings.HasSuffix(share.Description, "0") { // those that drift with the variable
				share.Description += " (changed)"
				w.server.PutShare(share)
			}
		}
	}
	w.server.ResetRequests()
	cmd := w.cli.Command(ctx, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	start := time.Now()
	output, err := cmd.CombinedOutput()
	m.values[wall] = time.Since(start).Seconds()
	if err == nil && !strings.Contains(string(output), s.output) {
		err = fmt.Errorf("the output lacks %q", s.output)
	}
	if err != nil {
		return m, fmt.Errorf("%w\n%s", err, output[max(0, len(output)-2000):])
	}
	used, err := takeRusage(w.provider)
	if err == nil && w.binary != "" && used.cpu == 0 {
		err = errors.New("the resource usage of the provider is missing")
	}
	m.values[providerCPU], m.values[peakMemory] = used.cpu, used.peak
	// Terraform waits for this program, and this program for the provider.
	m.values[terraformCPU] = rusageOf(cmd.ProcessState).cpu - used.cpu
	m.requests = maps.Clone(w.server.Counts())
	for _, n := range m.requests {
		m.values[requestCount] += float64(n)
	}
	return m, err
}
