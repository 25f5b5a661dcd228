package provider_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/protoserver"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/provider"
)

// This file is a model of what Terraform core does with resources: it refreshes,
// plans and applies in an order drawn at random as the graph allows, and checks
// what core checks. See node_resource_abstract_instance.go in
// https://github.com/hashicorp/terraform/blob/v1.14.0/internal/terraform.

// coreViolation is the panic of a check that core makes too.
type coreViolation string

// coreTB turns the failures of the harness into a [coreViolation], since they may
// come from any goroutine.
type coreTB struct{ testing.TB }

func (coreTB) Helper()                           {}
func (coreTB) Logf(string, ...any)               {}
func (coreTB) Fatal(args ...any)                 { panic(coreViolation(fmt.Sprint(args...))) }
func (coreTB) Fatalf(format string, args ...any) { panic(coreViolation(fmt.Sprintf(format, args...))) }
func (coreTB) Errorf(format string, args ...any) { panic(coreViolation(fmt.Sprintf(format, args...))) }

// process is one process of the configured provider, as Terraform starts one for
// each walk of its graph.
type process struct {
	*harness
	network *processNetwork
	ctx     context.Context
	cancel  context.CancelFunc
	stopped atomic.Bool // by Ctrl-C
	killed  atomic.Bool
	// savesNothing: if it is killed, nothing of the command is saved.
	savesNothing bool
	at           modelEndpoint
	// Of the CLI: the command while it runs, the plan that it applies, and whether the
	// provider was killed, and not the CLI.
	command        *exec.Cmd
	planned        *modelPlan
	providerKilled atomic.Bool
}

// coreModel is a model of Terraform core and of its commands.
type coreModel struct {
	network *pipeNetwork
}

func (m *coreModel) endpoints(seed uint64) (primary, alias, region modelEndpoint) {
	const primaryAddress, aliasAddress, regionAddress = "127.0.0.1:9001", "127.0.0.1:9002", "127.0.0.1:9003"
	server := newModelSimulator(m.network, seed, primaryAddress, aliasAddress)
	return modelEndpoint{"primary", server, endpointURL(primaryAddress), ""},
		modelEndpoint{"alias", server, endpointURL(aliasAddress), ""},
		modelEndpoint{"region", newModelSimulator(m.network, seed, regionAddress), endpointURL(regionAddress), "region: "}
}

func (m *coreModel) limits() (delays []time.Duration, times []int) {
	return []time.Duration{0, 0, 400 * time.Millisecond, 8 * time.Second, 3 * time.Minute}, []int{1, 2, 0}
}

func (m *coreModel) start(at modelEndpoint) *process { return startProcess(m.network, at) }

func (m *coreModel) plan(
	p *process, config configuration, before state, options planOptions, parallelism int, random *rand.Rand,
) (plan *modelPlan, violation string) {
	return p.plan(config, before, options, parallelism, random)
}

func (m *coreModel) apply(
	p *process, before state, plan *modelPlan, parallelism int, random *rand.Rand,
) (after state, d diagnostics, violation string) {
	after, d, violation = p.apply(plan, parallelism, random)
	if p.killed.Load() && p.savesNothing {
		return before, d, violation
	}
	return after, d, violation
}

func (m *coreModel) importObject(p *process, _ configuration, before state, address, id string) (after state, d diagnostics) {
	o, d := p.importObject(id)
	if o == nil {
		return before, d
	}
	return before.with(address, o), d
}

func (m *coreModel) removeObject(before state, address string) (after state) {
	return before.with(address, nil)
}

func (m *coreModel) taintObject(before state, address string) (after state) {
	tainted := *before.objects[address]
	tainted.tainted = true
	return before.with(address, &tainted)
}

func (m *coreModel) events(p *process) map[string]func() {
	return map[string]func(){"interruption": p.interrupt, "kill": p.kill}
}

func (m *coreModel) sleep(d time.Duration) { time.Sleep(d) }
func (m *coreModel) texts() []string       { return nil }

func (m *coreModel) close(*modelRun) {
	m.network.close()
	time.Sleep(time.Hour) // until all that waits has ended
}

func startProcess(network *pipeNetwork, at modelEndpoint) *process {
	p := &process{network: network.newProcess(), at: at}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	backoff := func(n int) time.Duration { return min(500*time.Millisecond<<min(n-1, 10), 15*time.Second) }
	served, err := protoserver.Server(provider.NewWithNetwork(p.network, backoff)())
	p.harness = serve(coreTB{&testing.T{}}, nil, served, err) // nothing is left of it but its type
	block := passwordBlock(at.server).with("endpoint", at.url)
	resp, err := p.ConfigureProvider(p.ctx, &tfprotov6.ConfigureProviderRequest{Config: p.object(p.schemas.Provider, block)})
	p.must(err)
	if len(resp.Diagnostics) > 0 {
		panic(coreViolation(fmt.Sprintf("configure: %v", resp.Diagnostics[0])))
	}
	return p
}

// end ends the process.
func (p *process) end() {
	p.cancel()
	p.network.end()
}

// interrupt is Ctrl-C.
func (p *process) interrupt() {
	p.stopped.Store(true)
	_, _ = p.StopProvider(p.ctx, &tfprotov6.StopProviderRequest{}) // it returns no error
}

// kill ends the process in the middle of its work.
func (p *process) kill() {
	p.killed.Store(true)
	p.stopped.Store(true)
	p.end()
}

// object is a resource instance in the state.
type object struct {
	typeName string
	value    *tfprotov6.DynamicValue
	private  []byte
	identity *tfprotov6.ResourceIdentityData
	tainted  bool
	refers   bool // it was created from a configuration that refers to the shares
}

// state is a state file. Its objects are never changed, only replaced.
type state struct {
	serial  int
	objects map[string]*object // by address
}

func (s state) clone() state { return state{s.serial, maps.Clone(s.objects)} }

// with returns the next state, in which an object is another one, or none.
func (s state) with(address string, o *object) state {
	next := s.clone()
	next.serial++
	if next.objects[address] = o; o == nil {
		delete(next.objects, address)
	}
	return next
}

// resourceConfig is the configuration of one resource instance.
type resourceConfig struct {
	typeName   string
	attributes values
	refers     bool // a guard whose accounts are references to the shares
}

// configuration is what is declared, by address, and its moved blocks.
type configuration struct {
	resources map[string]resourceConfig
	moved     map[string]string // from an address to another
}

func (c configuration) clone() configuration {
	return configuration{maps.Clone(c.resources), maps.Clone(c.moved)}
}

const deleteAction action = "delete"

// change is what a plan does to one resource instance.
type change struct {
	address, typeName string
	action            action
	before            *object // nil for a creation
	config            values
	refers            bool
	planned           values // nil for a deletion
	private           []byte // planned; of a replacement, that of the plan to create
	identity          *tfprotov6.ResourceIdentityData
}

type planOptions struct {
	destroy, refreshOnly, noRefresh bool
	target                          string // an address; "": all
}

func (o planOptions) String() string {
	var flags []string
	for flag, set := range map[string]bool{
		"-destroy": o.destroy, "-refresh-only": o.refreshOnly, "-refresh=false": o.noRefresh, "-target=" + o.target: o.target != "",
	} {
		if set {
			flags = append(flags, flag)
		}
	}
	slices.Sort(flags)
	return strings.Join(flags, " ")
}

// modelPlan is a plan, as in a plan file.
type modelPlan struct {
	diagnostics
	planOptions
	file    string // of the CLI
	serial  int    // of the state that was planned
	prior   state  // refreshed
	changes map[string]*change
}

func (p *modelPlan) empty() bool {
	for _, c := range p.changes {
		if c.action != noAction {
			return false
		}
	}
	return true
}

func (p *modelPlan) String() string {
	var lines []string
	for _, address := range slices.Sorted(maps.Keys(p.changes)) {
		if c := p.changes[address]; c.action != noAction {
			lines = append(lines, fmt.Sprintf("%s %s", c.action, address))
		}
	}
	return "[" + strings.Join(lines, ", ") + "]"
}

// node is one step of a walk.
type node struct {
	name  string
	after []string // the nodes that it waits for, if there are any
	// run runs in a goroutine. It returns what changes the state, and whether the
	// nodes that wait for this one can go on.
	run func() (commit func(), ok bool)
}

// maxOperation is the longest that an operation may take: its timeout, a last
// request, and the grace of a write.
const maxOperation = 5*time.Minute + 90*time.Second

// walk runs the nodes in an order drawn at random, at most so many at a time, and
// returns the first violation. No node starts once the process was stopped.
func walk(nodes []*node, parallelism int, random *rand.Rand, p *process) (violation string) {
	type result struct {
		node   *node
		commit func()
		ok     bool
		panics any
		took   time.Duration
	}
	results := make(chan result, len(nodes))
	waiting := map[string]*node{}
	for _, n := range nodes {
		waiting[n.name] = n
	}
	running, failed, unfinished := 0, map[string]bool{}, maps.Clone(waiting)
	for {
		var ready []*node
		for _, name := range slices.Sorted(maps.Keys(waiting)) {
			n, blocked := waiting[name], false
			for _, before := range n.after {
				if failed[before] {
					failed[name] = true
				}
				_, is := unfinished[before]
				blocked = blocked || is
			}
			if failed[name] {
				delete(waiting, name)
				delete(unfinished, name)
			} else if !blocked {
				ready = append(ready, n)
			}
		}
		if p.stopped.Load() {
			ready = nil
		}
		if running < parallelism && len(ready) > 0 {
			n := ready[random.IntN(len(ready))]
			delete(waiting, n.name)
			running++
			go func() {
				began := time.Now()
				r := result{node: n}
				defer func() {
					r.panics, r.took = recover(), time.Since(began)
					results <- r
				}()
				r.commit, r.ok = n.run()
			}()
			time.Sleep(time.Duration(random.IntN(3000)) * time.Microsecond) // so that the next one comes later
			continue
		}
		if running == 0 {
			return violation
		}
		r := <-results
		running--
		delete(unfinished, r.node.name)
		failed[r.node.name] = !r.ok
		switch {
		case r.panics != nil && violation == "":
			violation = fmt.Sprintf("%s: %v", r.node.name, r.panics)
		case r.took > maxOperation && violation == "":
			violation = fmt.Sprintf("%s took longer than its timeout", r.node.name)
		}
		if r.commit != nil && !p.killed.Load() {
			r.commit()
		}
	}
}

// null is the null value of a resource.
func (p *process) null(typeName string) *tfprotov6.DynamicValue {
	return p.dynamic(tftypes.NewValue(p.typeOf(typeName), nil))
}

func (p *process) typeOf(typeName string) tftypes.Type {
	return p.schemas.ResourceSchemas[typeName].ValueType()
}

func (p *process) attributesOf(o *object) values {
	if o == nil {
		return nil
	}
	return p.decode(p.typeOf(o.typeName), o.value)
}

// readObject refreshes an object. nil means that it is gone.
func (p *process) readObject(o *object) (*object, diagnostics) {
	var d diagnostics
	read, err := p.ReadResource(p.ctx, &tfprotov6.ReadResourceRequest{
		TypeName: o.typeName, CurrentState: o.value, Private: o.private, CurrentIdentity: o.identity,
	})
	p.must(err)
	if d.add(read.Diagnostics); d.failed() {
		return o, d
	}
	value, err := read.NewState.Unmarshal(p.typeOf(o.typeName))
	p.must(err)
	if value.IsNull() {
		return nil, d
	}
	if !value.IsFullyKnown() {
		p.t.Errorf("a refresh returned unknown values: %s", value)
	}
	return &object{o.typeName, read.NewState, read.Private, read.NewIdentity, o.tainted, o.refers}, d
}

// propose returns what core proposes as the new state.
func (p *process) propose(config values, typeName string, prior values) values {
	proposed := values{}
	for _, attribute := range p.schemas.ResourceSchemas[typeName].Block.Attributes {
		if value := config[attribute.Name]; value != nil || !attribute.Computed {
			proposed[attribute.Name] = value
		} else if prior != nil {
			proposed[attribute.Name] = prior[attribute.Name]
		}
	}
	return proposed
}

// planObject plans one resource instance.
func (p *process) planObject(address string, config resourceConfig, current *object) (*change, diagnostics) {
	schema := p.schemas.ResourceSchemas[config.typeName]
	configured := p.object(schema, config.attributes)
	c := &change{address: address, typeName: config.typeName, before: current, config: config.attributes, refers: config.refers}
	call := func(prior *object, private []byte) (*tfprotov6.PlanResourceChangeResponse, diagnostics) {
		req := &tfprotov6.PlanResourceChangeRequest{
			TypeName: config.typeName, PriorState: p.null(config.typeName), Config: configured, PriorPrivate: private,
			ProposedNewState: p.object(schema, p.propose(config.attributes, config.typeName, p.attributesOf(prior))),
		}
		if prior != nil {
			req.PriorState, req.PriorIdentity = prior.value, prior.identity
		}
		resp, err := p.PlanResourceChange(p.ctx, req)
		p.must(err)
		var d diagnostics
		d.add(resp.Diagnostics)
		return resp, d
	}
	prior := current
	if current != nil && current.tainted {
		prior = nil
	}
	var private []byte
	if prior != nil {
		private = prior.private
	}
	resp, d := call(prior, private)
	if d.failed() {
		return nil, d
	}
	switch {
	case current == nil:
		c.action = createAction
	case current.tainted:
		c.action = replace
	case len(resp.RequiresReplace) > 0:
		c.action = replace
		var again diagnostics
		resp, again = call(nil, resp.PlannedPrivate)
		if d.merge(again); d.failed() {
			return nil, d
		}
		prior = nil
	case p.equal(schema.ValueType(), resp.PlannedState, current.value):
		c.action = noAction
	default:
		c.action = updateAction
	}
	c.planned, c.private, c.identity = p.decode(schema.ValueType(), resp.PlannedState), resp.PlannedPrivate, resp.PlannedIdentity
	before := p.attributesOf(prior)
	for name, value := range config.attributes {
		if value != nil && !sameValue(c.planned[name], value) && (before == nil || !sameValue(c.planned[name], before[name])) {
			p.t.Errorf("provider produced invalid plan: %s of %s is planned as %v, configured as %v", name, address, c.planned[name], value)
		}
	}
	return c, d
}

// planDeletion plans to delete an object.
func (p *process) planDeletion(address string, current *object) (*change, diagnostics) {
	var d diagnostics
	resp, err := p.PlanResourceChange(p.ctx, &tfprotov6.PlanResourceChangeRequest{
		TypeName: current.typeName, PriorState: current.value, ProposedNewState: p.null(current.typeName),
		Config: p.null(current.typeName), PriorPrivate: current.private, PriorIdentity: current.identity,
	})
	p.must(err)
	d.add(resp.Diagnostics)
	return &change{
		address: address, typeName: current.typeName, action: deleteAction, before: current,
		private: resp.PlannedPrivate, identity: resp.PlannedIdentity, refers: current.refers,
	}, d
}

// plan refreshes and plans. With -destroy the two are walks of their own, which
// core runs in two processes of the provider; here they are in one.
func (p *process) plan(
	config configuration, before state, options planOptions, parallelism int, random *rand.Rand,
) (plan *modelPlan, violation string) {
	plan = &modelPlan{planOptions: options, serial: before.serial, prior: before.clone(), changes: map[string]*change{}}
	for from, to := range config.moved {
		_, declared := config.resources[from]
		if o := plan.prior.objects[from]; o != nil && plan.prior.objects[to] == nil && !declared {
			delete(plan.prior.objects, from)
			plan.prior.objects[to] = o
		}
	}
	addresses := map[string]bool{}
	for address := range config.resources {
		addresses[address] = true
	}
	for address := range plan.prior.objects {
		addresses[address] = true
	}
	var shares []string
	for address := range addresses {
		if address != guardAddress && !selected(options, config, address) {
			delete(addresses, address)
		} else if address != guardAddress {
			shares = append(shares, address)
		}
	}
	if !selected(options, config, guardAddress) {
		delete(addresses, guardAddress)
	}
	refresh := !options.noRefresh
	visit := func(address string) *node {
		n := &node{name: address}
		declared, configured := config.resources[address]
		configured = configured && !options.destroy
		if configured && declared.refers {
			n.after = shares
		}
		current := plan.prior.objects[address]
		n.run = func() (func(), bool) {
			var d diagnostics
			var planned *change
			if configured {
				valid, err := p.ValidateResourceConfig(p.ctx, &tfprotov6.ValidateResourceConfigRequest{
					TypeName: declared.typeName, Config: p.object(p.schemas.ResourceSchemas[declared.typeName], declared.attributes),
				})
				p.must(err)
				d.add(valid.Diagnostics)
			}
			if current != nil && refresh && !d.failed() {
				var read diagnostics
				current, read = p.readObject(current)
				d.merge(read)
			}
			if !d.failed() && !options.refreshOnly {
				var more diagnostics
				if configured {
					planned, more = p.planObject(address, declared, current)
				} else if current != nil {
					planned, more = p.planDeletion(address, current)
				}
				d.merge(more)
			}
			return func() {
				plan.merge(d)
				if current == nil {
					delete(plan.prior.objects, address)
				} else {
					plan.prior.objects[address] = current
				}
				if planned != nil {
					plan.changes[address] = planned
				}
			}, !d.failed()
		}
		return n
	}
	var nodes []*node
	for address := range addresses {
		nodes = append(nodes, visit(address))
	}
	violation = walk(nodes, parallelism, random, p)
	return plan, violation
}

// selected reports whether -target selects an address: it is the target, or the
// guard that is the target refers to it.
func selected(options planOptions, config configuration, address string) bool {
	return options.target == "" || address == options.target ||
		options.target == guardAddress && config.resources[guardAddress].refers && config.resources[address].typeName == shareType
}

// apply applies a plan to its state.
func (p *process) apply(plan *modelPlan, parallelism int, random *rand.Rand) (after state, d diagnostics, violation string) {
	after = plan.prior.clone()
	after.serial++
	var nodes []*node
	add := func(name string, after []string, run func() (func(), bool)) {
		nodes = append(nodes, &node{name: name, after: after, run: run})
	}
	var shareWrites, shareDeletes []string
	for address, c := range plan.changes {
		if address == guardAddress {
			continue
		}
		if c.action == deleteAction || c.action == replace {
			shareDeletes = append(shareDeletes, "delete "+address)
		}
		if c.action != deleteAction && c.action != noAction {
			shareWrites = append(shareWrites, string(c.action)+" "+address)
		}
	}
	finish := func(address string, o *object, reported diagnostics) func() {
		return func() {
			d.merge(reported)
			if o == nil {
				delete(after.objects, address)
			} else {
				after.objects[address] = o
			}
		}
	}
	for address, c := range plan.changes {
		var writeAfter, deleteAfter []string
		if address == guardAddress {
			if c.refers {
				writeAfter = append(writeAfter, shareWrites...)
			}
			if c.before != nil && c.before.refers {
				writeAfter = append(writeAfter, shareDeletes...)
			}
		} else if guard := plan.changes[guardAddress]; guard != nil && guard.before != nil && guard.before.refers &&
			(guard.action == deleteAction || guard.action == replace) {
			deleteAfter = append(deleteAfter, "delete "+guardAddress)
		}
		if c.action == deleteAction || c.action == replace {
			add("delete "+address, deleteAfter, func() (func(), bool) {
				left, reported := p.deleteObject(c)
				return finish(address, left, reported), !reported.failed()
			})
			writeAfter = append(writeAfter, "delete "+address)
		}
		if c.action != deleteAction && c.action != noAction {
			add(string(c.action)+" "+address, writeAfter, func() (func(), bool) {
				left, reported := p.writeObject(c)
				return finish(address, left, reported), !reported.failed()
			})
		}
	}
	violation = walk(nodes, parallelism, random, p)
	if p.stopped.Load() {
		d.errors = append(d.errors, "Interrupted")
	}
	return after, d, violation
}

// deleteObject deletes an object, and returns what is left.
func (p *process) deleteObject(c *change) (*object, diagnostics) {
	var d diagnostics
	applied, err := p.ApplyResourceChange(p.ctx, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: c.typeName, PriorState: c.before.value, PlannedState: p.null(c.typeName), Config: p.null(c.typeName),
		PlannedPrivate: c.private, PlannedIdentity: c.identity,
	})
	p.must(err)
	d.add(applied.Diagnostics)
	value, err := applied.NewState.Unmarshal(p.typeOf(c.typeName))
	p.must(err)
	switch {
	case !value.IsNull() && !d.failed():
		p.t.Errorf("provider produced inconsistent result after apply: %s was deleted and is there", c.address)
	case d.failed() && value.IsNull():
		return c.before, d
	case !value.IsNull():
		return &object{c.typeName, applied.NewState, applied.Private, applied.NewIdentity, c.before.tainted, c.before.refers}, d
	}
	return nil, d
}

// writeObject creates or updates an object: core plans it again, and refuses a plan
// that differs.
func (p *process) writeObject(c *change) (*object, diagnostics) {
	current := c.before
	if c.action == replace {
		current = nil // deleted by a node of its own
	}
	again, d := p.planObject(c.address, resourceConfig{c.typeName, c.config, c.refers}, current)
	if d.failed() {
		return current, d
	}
	if again.action != c.action && !(c.action == replace && again.action == createAction) && !(c.action == updateAction && again.action == noAction) {
		p.t.Errorf("provider produced inconsistent final plan: %s of %s became %s", c.action, c.address, again.action)
	}
	for name, value := range c.planned {
		if value != unknown && !sameValue(again.planned[name], value) {
			p.t.Errorf("provider produced inconsistent final plan: %s of %s was %v, became %v", name, c.address, value, again.planned[name])
		}
	}
	schema := p.schemas.ResourceSchemas[c.typeName]
	req := &tfprotov6.ApplyResourceChangeRequest{
		TypeName: c.typeName, PriorState: p.null(c.typeName), PlannedState: p.object(schema, again.planned),
		Config: p.object(schema, c.config), PlannedPrivate: again.private, PlannedIdentity: again.identity,
	}
	if current != nil {
		req.PriorState = current.value
	}
	applied, err := p.ApplyResourceChange(p.ctx, req)
	p.must(err)
	d.add(applied.Diagnostics)
	value, err := applied.NewState.Unmarshal(schema.ValueType())
	p.must(err)
	if value.IsNull() {
		if !d.failed() {
			p.t.Errorf("provider produced inconsistent result after apply: %s is absent", c.address)
		}
		return current, d
	}
	if !value.IsFullyKnown() {
		p.t.Errorf("provider returned invalid result object after apply: %s has unknown values: %s", c.address, value)
	}
	o := &object{c.typeName, applied.NewState, applied.Private, applied.NewIdentity, current == nil && d.failed(), c.refers}
	if !d.failed() {
		result := p.attributesOf(o)
		for name, value := range again.planned {
			if value != unknown && !sameValue(result[name], value) {
				p.t.Errorf("provider produced inconsistent result after apply: %s of %s was %v, is %v", name, c.address, value, result[name])
			}
		}
	}
	return o, d
}

// importObject imports a share, as terraform import does.
func (p *process) importObject(id string) (*object, diagnostics) {
	var d diagnostics
	imported, err := p.ImportResourceState(p.ctx, &tfprotov6.ImportResourceStateRequest{TypeName: shareType, ID: id})
	p.must(err)
	if d.add(imported.Diagnostics); d.failed() {
		return nil, d
	}
	one := imported.ImportedResources[0]
	o, read := p.readObject(&object{typeName: shareType, value: one.State, private: one.Private, identity: one.Identity})
	d.merge(read)
	if d.failed() {
		return nil, d
	}
	if o == nil {
		d.errors = append(d.errors, "Cannot import non-existent remote object: "+id)
	}
	return o, d
}

// sameValue is [equalValues] that knows that a set has no order.
func sameValue(a, b any) bool {
	first, ok := a.([]any)
	second, both := b.([]any)
	if !ok || !both {
		return equalValues(a, b)
	}
	sorted := func(set []any) []string {
		texts := make([]string, len(set))
		for i, element := range set {
			texts[i] = fmt.Sprint(element)
		}
		slices.Sort(texts)
		return texts
	}
	return slices.Equal(sorted(first), sorted(second))
}
