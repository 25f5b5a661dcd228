//go:build unix

package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/tfcli"
)

// scenario is a number of shares, spread evenly over repositories.
type scenario struct {
	shares, repositories int
	latency              time.Duration // of the service
	seeded               bool          // the shares exist before the first step, and are not destroyed
	account              bool          // what is measured reads the account as a whole
	// exclusive: each repository has an exclusive resource. Its shares exist, and have
	// no resources. Only targets that use the API are measured.
	exclusive bool
}

// exclusiveScenario returns a scenario with exclusive resources of so many accounts.
func exclusiveScenario(repositories, accounts int) scenario {
	return scenario{shares: accounts * repositories, repositories: repositories, latency: 20 * time.Millisecond, exclusive: true}
}

// scenarios returns all combinations that SWR allows: it shares a repository with at
// most 500 accounts. Latencies are in milliseconds.
func scenarios(shares, repositories, latencies []int, seedAbove int) (all []scenario) {
	for _, n := range shares {
		for _, r := range repositories {
			for _, ms := range latencies {
				if n <= 500*r {
					latency := time.Duration(ms) * time.Millisecond
					all = append(all, scenario{shares: n, repositories: r, latency: latency, seeded: n > seedAbove})
				}
			}
		}
	}
	return all
}

func (s scenario) String() string {
	if s.exclusive {
		return fmt.Sprintf("Exclusive resources: %d, accounts of each: %d, latency: %d ms",
			s.repositories, s.shares/s.repositories, s.latency.Milliseconds())
	}
	return fmt.Sprintf("Shares: %d, repositories: %d, latency: %d ms", s.shares, s.repositories, s.latency.Milliseconds())
}

// spread returns the number of shares of each repository.
func (s scenario) spread() []int {
	counts := make([]int, s.repositories)
	for n := range s.shares {
		counts[n%s.repositories]++
	}
	return counts
}

// step is a Terraform command and what it must print.
type step struct{ name, command, output string }

const (
	stepSchema  = "schema"
	stepApply   = "apply"
	stepPlan    = "plan"
	stepDrift   = "plan with drift"
	stepDestroy = "destroy"
)

// steps returns what is measured. Commands that change nothing are repeated.
func (s scenario) steps() []step {
	if s.account {
		return s.accountSteps()
	}
	drifted := 0
	for _, n := range s.spread() {
		drifted += (n + 9) / 10 // every tenth share of a repository, see main.tf.tmpl
	}
	apply := step{stepApply, "apply -auto-approve", fmt.Sprintf("Resources: %d added", s.shares)}
	schema := step{stepSchema, "providers schema -json", `"swr_repository_share"`}
	plan := step{stepPlan, "plan", "No changes."}
	drift := step{stepDrift, "plan", fmt.Sprintf("Plan: 0 to add, %d to change, 0 to destroy.", drifted)}
	destroy := step{stepDestroy, "destroy -auto-approve", fmt.Sprintf("Resources: %d destroyed.", s.shares)}
	if s.exclusive {
		apply.output = fmt.Sprintf("Resources: %d added", s.repositories)
		return []step{apply, plan, plan, plan}
	}
	if s.seeded {
		return []step{plan, plan, plan, drift}
	}
	return []step{schema, schema, schema, apply, plan, plan, plan, drift, destroy}
}

// target is what is measured.
type target struct {
	name    string
	binary  string // path of the provider; "" if Terraform needs none
	usesAPI bool   // calls the simulator, where shares drift and requests are counted
}

const (
	targetSWR   = "swr"
	targetOther = "other"
	targetEmpty = "empty"
	targetData  = "terraform_data"
)

// workspace is a working directory for one target in one scenario.
type workspace struct {
	target
	scenario
	server *swrtest.Server // also for targets that do not use it
	cli    *tfcli.CLI
	usage  string // file for the resource usage of the provider
}

// measure runs all steps. The targets take turns at each step, so that other load on
// the machine affects all of them alike.
func (s scenario) measure(ctx context.Context, dir string, targets []target) (_ result, err error) {
	result := result{scenario: s, measured: map[key][]measurement{}}
	var workspaces []*workspace
	for _, t := range targets {
		if (s.exclusive || s.account) && !t.usesAPI {
			continue
		}
		server, listenErr := swrtest.Listen("127.0.0.1:0", swrtest.WithLogLimit(0))
		if listenErr != nil {
			return result, listenErr
		}
		defer func() { err = errors.Join(err, server.Close()) }()
		w := &workspace{target: t, scenario: s, server: server}
		if err := w.prepare(ctx, dir); err != nil {
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

// prepare creates the repositories and, in a new directory, the configuration, and
// seeds the shares if the scenario says so.
func (w *workspace) prepare(ctx context.Context, parent string) error {
	dir, err := os.MkdirTemp(parent, w.name+"-")
	if err != nil {
		return err
	}
	if w.cli, err = tfcli.New(dir, filepath.Join(parent, launcher)); err != nil {
		return err
	}
	w.usage = filepath.Join(dir, "usage")
	w.cli.Env = []string{"SWR_ENDPOINT=" + w.server.URL, "OS_TOKEN=" + w.server.Token(),
		envBinary + "=" + w.binary, envUsage + "=" + w.usage}
	w.server.SetLatency(w.latency)
	if w.account {
		return w.prepareAccount()
	}
	for n := range w.repositories {
		w.server.AddRepository("platform", repositoryName(n))
	}
	if w.seeded {
		err = w.seed(ctx)
	}
	if w.exclusive {
		w.share()
	}
	return errors.Join(err, w.configure(w.scenario))
}

//go:embed main.tf.tmpl
var configText string

// configure writes the configuration of a scenario: a block for each repository, with
// for_each over its accounts. (All shares in one block would measure Terraform, which
// takes time quadratic in the instances of a block.) Shares drift at the service or,
// if the target does not use it, with the variable.
func (w *workspace) configure(s scenario) error {
	var config strings.Builder
	data := map[string]any{"Target": w.name, "Spread": s.spread(), "Exclusive": s.exclusive}
	err := template.Must(template.New("config").Parse(configText)).Execute(&config, data)
	return errors.Join(err, w.cli.Write("provider.tf", config.String()))
}

// seed creates what an apply of the scenario would create, in the state and at the
// service, in less time: it applies one share for each repository and copies it.
// The plans prove the copies right, since they find no changes.
func (w *workspace) seed(ctx context.Context) error {
	one := scenario{shares: w.repositories, repositories: w.repositories}
	if err := w.configure(one); err != nil {
		return err
	}
	if _, err := w.measure(ctx, step{stepApply, "apply -auto-approve", "Apply complete!"}); err != nil {
		return err
	}
	content, err := os.ReadFile(filepath.Join(w.cli.Dir, "terraform.tfstate"))
	var state struct {
		Version   int                          `json:"version"`
		Resources []map[string]json.RawMessage `json:"resources"` // the repositories in order
	}
	if err := errors.Join(err, json.Unmarshal(content, &state)); err != nil {
		return err
	}
	shares := w.server.AllShares() // in the same order; none if the target does not use the API
	for repository, count := range w.spread() {
		first := strings.Trim(string(state.Resources[repository]["instances"]), "[] \n")
		var instances []string
		for n := range count {
			change := strings.NewReplacer(account(repository, 0), account(repository, n), "Contract 0", fmt.Sprint("Contract ", n))
			instances = append(instances, change.Replace(first))
			if w.usesAPI {
				share := shares[repository]
				share.AccessDomain, share.Description = change.Replace(share.AccessDomain), change.Replace(share.Description)
				w.server.PutShare(share)
			}
		}
		state.Resources[repository]["instances"] = json.RawMessage("[" + strings.Join(instances, ",") + "]")
	}
	content, err = json.Marshal(state)
	return errors.Join(err, w.cli.Write("terraform.tfstate", string(content)))
}

// share creates the shares, at the service alone.
func (w *workspace) share() {
	for repository, count := range w.spread() {
		for n := range count {
			w.server.PutShare(swrtest.Share{Namespace: "platform", Repository: repositoryName(repository), AccessDomain: account(repository, n)})
		}
	}
}

// repositoryName returns the name of a repository, as main.tf.tmpl does.
func repositoryName(n int) string { return fmt.Sprintf("team/app%02d", n) }

// account returns the name of an account, as main.tf.tmpl does.
func account(repository, n int) string { return fmt.Sprintf("OTC-EU-DE-%02d%018d", repository, n) }

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
	if err := os.WriteFile(w.usage, nil, 0o600); err != nil {
		return m, err
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
	used, err := readRusage(w.usage)
	if err == nil && w.binary != "" && used.cpu == 0 {
		err = errors.New("the resource usage of the provider is missing")
	}
	m.values[providerCPU], m.values[peakMemory] = used.cpu, used.peak
	// Terraform waits for this program, and this program for the provider.
	m.values[terraformCPU] = rusageOf(cmd.ProcessState).cpu - used.cpu
	m.requests = w.server.Counts()
	m.values[requestCount] = float64(w.server.Count())
	return m, err
}
