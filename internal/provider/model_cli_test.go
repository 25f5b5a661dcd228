package provider_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"pgregory.net/rapid"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/tfcli"
)

// TestModelCLI runs the histories of [TestModel] with the real CLI and the provider
// binary, over HTTP. It takes minutes, so only make model-cli runs it. A seed repeats
// the commands and the faults, but not the order of requests and signals.
func TestModelCLI(t *testing.T) {
	text := os.Getenv("MODELTIME_CLI")
	if text == "" {
		t.Skip("run it with make model-cli")
	}
	limit, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("MODELTIME_CLI: %v", err)
	}
	defaultFlag(t, "rapid.steps", modelSteps)
	defaultFlag(t, "rapid.checks", 1)
	repeats, workers := flagIsSet("rapid.seed") || flagIsSet("rapid.failfile"), runtime.GOMAXPROCS(0)
	if repeats {
		workers = 1
	}
	began := time.Now()
	for worker := range workers {
		t.Run(fmt.Sprintf("worker %d", worker+1), func(t *testing.T) {
			t.Parallel()
			for n := 1; time.Since(began) < limit; n++ {
				rapid.Check(t, func(rt *rapid.T) { runHistory(rt, newCLIModel(t)) })
				t.Logf("%d histories in %s", n, time.Since(began).Round(time.Second))
				if repeats {
					return
				}
			}
		})
	}
}

// cliModel runs the commands of one history with the CLI.
type cliModel struct {
	*cli
	primary, region *swrtest.Server
	ahead           atomic.Int64 // of the services' clock before the real one, in ns
	plans           int
	trace           bool
	printed         []string // by all commands

	mu sync.Mutex // guards process.command
}

func newCLIModel(t *testing.T) *cliModel {
	m := &cliModel{}
	dir := t.TempDir()
	// The wrapper records the id of each process of the provider.
	wrapper := filepath.Join(dir, "bin", filepath.Base(binary))
	m.must(os.Mkdir(filepath.Dir(wrapper), 0o700))
	script := fmt.Sprintf("#!/bin/sh\necho $$ >>%q\nexec %q \"$@\"\n", filepath.Join(dir, "pids"), binary)
	m.must(os.WriteFile(wrapper, []byte(script), 0o700))
	terraform, err := tfcli.New(dir, wrapper)
	m.must(err)
	m.cli = &cli{CLI: terraform, t: t}
	return m
}

// must panics, which fails the history.
func (m *cliModel) must(err error) {
	if err != nil {
		panic(err)
	}
}

// endpoints starts the services. Their clock is real time, and what sleep adds.
func (m *cliModel) endpoints(seed uint64) (primary, alias, region modelEndpoint) {
	listen := func() *swrtest.Server {
		server, err := swrtest.Listen("127.0.0.1:0", swrtest.WithBasePath("/cloud"), swrtest.WithSeed(seed),
			swrtest.WithClock(func() time.Time { return time.Now().Add(time.Duration(m.ahead.Load())) }))
		m.must(err)
		addRepositories(server)
		return server
	}
	m.primary, m.region = listen(), listen()
	m.trace = seed%3 == 0 // it takes time
	return modelEndpoint{"primary", m.primary, m.primary.URL, ""},
		modelEndpoint{"alias", m.primary, strings.Replace(m.primary.URL, "127.0.0.1", "localhost", 1), ""},
		modelEndpoint{"region", m.region, m.region.URL, "region: "}
}

func (m *cliModel) sleep(d time.Duration) { m.ahead.Add(int64(d)) }

// limits are short, since commands wait in real time.
func (m *cliModel) limits() (delays []time.Duration, times []int) {
	return []time.Duration{0, 0, 400 * time.Millisecond, 2 * time.Second}, []int{1, 2, 5}
}

func (m *cliModel) start(at modelEndpoint) *process { return startProcess(&pipeNetwork{}, at) }

func (m *cliModel) plan(
	p *process, config configuration, before state, options planOptions, parallelism int, _ *rand.Rand,
) (plan *modelPlan, violation string) {
	m.write("main.tf.json", hclOf(config))
	m.plans++
	plan = &modelPlan{
		planOptions: options, file: fmt.Sprintf("plan-%d", m.plans), serial: before.serial, changes: map[string]*change{},
	}
	args := []string{"plan", "-json", "-input=false", "-out=" + plan.file, fmt.Sprintf("-parallelism=%d", parallelism)}
	args = append(args, strings.Fields(options.String())...)
	if _, plan.diagnostics, violation = m.command(p, args...); violation != "" || plan.failed() {
		return plan, violation
	}
	output, d, violation := m.command(p, "show", "-json", plan.file)
	if plan.merge(d); violation != "" || plan.failed() {
		return plan, violation
	}
	var document struct {
		Changes []struct {
			Address, Type string
			Change        struct {
				Actions []string
				Before  json.RawMessage
				After   values
			}
		} `json:"resource_changes"`
	}
	m.must(json.Unmarshal([]byte(output), &document))
	for _, one := range document.Changes {
		kind, known := cliActions[strings.Join(one.Change.Actions, ", ")]
		if !known {
			return plan, fmt.Sprintf("%s is planned to %v", one.Address, one.Change.Actions)
		}
		c := &change{
			address: one.Address, typeName: one.Type, action: kind,
			planned: one.Change.After, refers: config.resources[one.Address].refers,
		}
		if string(one.Change.Before) != "null" {
			c.before = &object{typeName: one.Type, value: &tfprotov6.DynamicValue{JSON: one.Change.Before}}
		}
		plan.changes[one.Address] = c
	}
	return plan, ""
}

var cliActions = map[string]action{
	"no-op": noAction, "create": createAction, "update": updateAction, "delete": deleteAction, "delete, create": replace,
}

// hclOf returns a configuration in the JSON syntax.
func hclOf(config configuration) string {
	type block = map[string]any
	timeouts := func(operations ...string) block {
		limits := block{}
		for _, operation := range operations {
			limits[operation] = "10s"
		}
		return limits
	}
	instances, moved := block{}, []block{}
	types := block{shareType: block{"partner": block{
		"for_each": instances, "timeouts": timeouts("create", "read", "update", "delete"),
		"namespace": "${each.value.namespace}", "repository": "${each.value.repository}",
		"access_domain": "${each.value.access_domain}",
		"deadline":      "${each.value.deadline}", "description": "${each.value.description}",
	}}}
	for address, resource := range config.resources {
		if resource.typeName == shareType {
			_, key, _ := strings.Cut(address, `"`)
			instances[strings.TrimSuffix(key, `"]`)] = resource.attributes
			continue
		}
		guard := resource.attributes.with("timeouts", timeouts("create", "read", "update"))
		if resource.refers {
			guard["access_domains"] = fmt.Sprintf("${[for s in %s.partner : s.access_domain if s.repository == %q]}",
				shareType, guard["repository"])
		}
		types[exclusiveType] = block{"only": guard}
	}
	for from, to := range config.moved {
		moved = append(moved, block{"from": from, "to": to})
	}
	text, err := json.Marshal(block{"resource": types, "moved": moved})
	if err != nil {
		panic(err)
	}
	return string(text)
}

func (m *cliModel) apply(
	p *process, _ state, plan *modelPlan, parallelism int, _ *rand.Rand,
) (after state, d diagnostics, violation string) {
	p.planned = plan
	_, d, violation = m.command(p, "apply", "-json", "-input=false", fmt.Sprintf("-parallelism=%d", parallelism), plan.file)
	return m.state(), d, violation
}

func (m *cliModel) importObject(p *process, config configuration, _ state, address, id string) (after state, d diagnostics) {
	m.write("main.tf.json", hclOf(config))
	_, d, violation := m.command(p, "import", "-input=false", address, id)
	if violation != "" {
		panic(violation)
	}
	return m.state(), d
}

func (m *cliModel) removeObject(_ state, address string) (after state) {
	return m.editState("state", "rm", address)
}

func (m *cliModel) taintObject(_ state, address string) (after state) {
	return m.editState("taint", address)
}

func (m *cliModel) editState(args ...string) (after state) {
	if _, d, violation := m.command(&process{at: modelEndpoint{server: m.primary, url: m.primary.URL}}, args...); violation != "" || d.failed() {
		panic(fmt.Sprint(violation, d))
	}
	return m.state()
}

// state returns the state file. If the CLI was killed while it wrote the file, the
// user restores the backup.
func (m *cliModel) state() state {
	name := filepath.Join(m.Dir, "terraform.tfstate")
	if content, err := os.ReadFile(name); err == nil && !json.Valid(content) {
		m.must(os.Remove(name))
		if err := os.Rename(name+".backup", name); !os.IsNotExist(err) {
			m.must(err)
		}
	}
	file, err := m.State()
	m.must(err)
	s := state{file.Serial, map[string]*object{}}
	for _, resource := range file.Resources {
		for _, instance := range resource.Instances {
			address := resource.Type + "." + resource.Name
			if instance.IndexKey != nil {
				address += fmt.Sprintf("[%q]", instance.IndexKey)
			}
			attributes, err := json.Marshal(instance.Attributes)
			m.must(err)
			s.objects[address] = &object{
				typeName: resource.Type, value: &tfprotov6.DynamicValue{JSON: attributes}, tainted: instance.Status == "tainted",
			}
		}
	}
	return s
}

// events are signals to the CLI, to its process group as from a terminal, and to the
// provider. The CLI survives the end of the provider: it saves what was complete, and
// its output shows what was not (see unfinished). If the CLI is killed, what the
// command made can be in no state, which no provider can help.
func (m *cliModel) events(p *process) map[string]func() {
	signal := func(signal syscall.Signal, record func(), processes func(cli int) []int) func() {
		return func() {
			m.mu.Lock()
			defer m.mu.Unlock()
			if p.command == nil {
				return // it has ended
			}
			record()
			for _, id := range processes(p.command.Process.Pid) {
				_ = syscall.Kill(id, signal) // it may have ended
			}
		}
	}
	stopped := func() { p.stopped.Store(true) }
	orphaned := func() { p.stopped.Store(true); p.providerKilled.Store(true) }
	killed := func() { p.stopped.Store(true); p.killed.Store(true) }
	return map[string]func(){
		"interruption":         signal(syscall.SIGINT, stopped, func(cli int) []int { return []int{cli} }),
		"interruption of all":  signal(syscall.SIGINT, stopped, func(cli int) []int { return []int{-cli} }),
		"kill":                 signal(syscall.SIGKILL, killed, func(cli int) []int { return []int{cli} }),
		"kill of the provider": signal(syscall.SIGKILL, orphaned, m.providers),
	}
}

// providers returns the processes of the provider that a CLI has started.
func (m *cliModel) providers(cli int) (ids []int) {
	for _, text := range strings.Fields(m.file("pids")) {
		id, err := strconv.Atoi(text)
		m.must(err)
		if group, err := syscall.Getpgid(id); err == nil && group == cli {
			ids = append(ids, id)
		}
	}
	return ids
}

const (
	maxCommand = 3 * time.Minute
	// orphanTime is how long a provider goes on after its CLI was killed.
	orphanTime = 500 * time.Millisecond
)

// command runs a command at the endpoint of the process, until events end it.
func (m *cliModel) command(p *process, args ...string) (stdout string, d diagnostics, violation string) {
	ctx, cancel := context.WithTimeout(context.Background(), maxCommand)
	defer cancel()
	m.Env = passwordEnv(p.at.server, "SWR_ENDPOINT="+p.at.url, "SWR_MAX_RETRIES=2", "SWR_REQUEST_TIMEOUT=2s")
	if m.trace {
		m.cli.trace()
	}
	cmd := m.Command(ctx, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = time.Second
	var output, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &stderr
	m.mu.Lock()
	p.command = cmd
	m.must(cmd.Start())
	m.mu.Unlock()
	_ = cmd.Wait() // its exit code says more
	m.mu.Lock()
	p.command = nil
	m.mu.Unlock()
	if p.killed.Load() {
		time.Sleep(orphanTime)
	}
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // what is left of its group
	m.printed = append(m.printed, output.String(), stderr.String())
	if ctx.Err() != nil {
		return "", d, fmt.Sprintf("%s runs for longer than %s", args[0], maxCommand)
	}
	started, plain := map[string]bool{}, stderr.String()
	for line := range strings.Lines(output.String()) {
		var one struct {
			Type       string
			Diagnostic struct{ Severity, Summary, Detail string }
			Hook       struct{ Resource struct{ Addr string } }
		}
		if json.Unmarshal([]byte(line), &one) != nil {
			plain += line
			continue
		}
		text := one.Diagnostic.Summary + "\n" + one.Diagnostic.Detail
		switch {
		case one.Type == "apply_start":
			started[one.Hook.Resource.Addr] = true
		case one.Type == "apply_complete":
			delete(started, one.Hook.Resource.Addr)
		case one.Type != "diagnostic":
		case one.Diagnostic.Severity == "error":
			d.errors = append(d.errors, text)
		case !strings.Contains(text, "development overrides"):
			d.warnings = append(d.warnings, text)
		}
	}
	d.errors = append(d.errors, p.unfinished(started)...)
	if code := cmd.ProcessState.ExitCode(); code != success && !d.failed() {
		d.errors = append(d.errors, fmt.Sprintf("exit code %d\n%s", code, unwrap(plain)))
	} else if plain != "" {
		d.warnings = append(d.warnings, unwrap(plain))
	}
	return output.String(), d, ""
}

// unfinished returns what a user can tell after the provider was killed: which
// shares the CLI began to create, and did not say that they are complete.
func (p *process) unfinished(started map[string]bool) (errors []string) {
	for address := range started {
		if c := p.planned.changes[address]; p.providerKilled.Load() && c.typeName == shareType && c.planned != nil {
			errors = append(errors, fmt.Sprintf("%s was not completed: %s", address, keyOfValues(c.planned)))
		}
	}
	return errors
}

// texts are what was printed and logged, the state, and the plans.
func (m *cliModel) texts() []string {
	texts := slices.Clone(m.printed)
	for _, name := range []string{"terraform.tfstate", "terraform.tfstate.backup", "trace.log"} {
		content, err := os.ReadFile(filepath.Join(m.Dir, name))
		if !os.IsNotExist(err) {
			m.must(err)
		}
		texts = append(texts, string(content))
	}
	plans, err := filepath.Glob(filepath.Join(m.Dir, "plan-*"))
	m.must(err)
	for _, plan := range plans {
		texts = append(texts, m.planFile(filepath.Base(plan)))
	}
	return texts
}

// close ends the services. It logs a history that failed, since it may not fail
// again.
func (m *cliModel) close(w *modelRun) {
	if !w.converged {
		m.t.Logf("the history of the failure:\n%s", strings.Join(w.history, "\n"))
	}
	for _, server := range []*swrtest.Server{m.primary, m.region} {
		_ = server.Close() // of connections that faults left behind
	}
	_ = os.RemoveAll(m.Dir)
}
