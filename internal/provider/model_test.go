package provider_test

import (
	"flag"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// TestModel runs random histories of commands, of faults and of other people's
// hands against the simulator, and checks the invariants after each step. A history
// takes milliseconds, since its clock is that of a bubble of testing/synctest, and
// it is repeatable: all that is random is drawn from the seed. CONTRIBUTING.md says
// how to run it for longer, and how to repeat a failure.
func TestModel(t *testing.T) {
	t.Parallel()
	if _, err := schemas(); err != nil { // outside of the bubbles, which share them
		t.Fatal(err)
	}
	defaultFlag(t, "rapid.steps", modelSteps)
	if flagIsSet("rapid.seed") || flagIsSet("rapid.failfile") || flagIsSet("rapid.checks") {
		rapid.Check(t, modelHistory)
		return
	}
	limit := 8 * time.Second // of the gate; the last batch and a busy machine take longer
	if text := os.Getenv("MODELTIME"); text != "" {
		var err error
		if limit, err = time.ParseDuration(text); err != nil {
			t.Fatalf("MODELTIME: %v", err)
		}
	}
	began, histories := time.Now(), 0
	for batch := 5; time.Since(began) < limit; {
		defaultFlag(t, "rapid.checks", batch)
		rapid.Check(t, modelHistory)
		histories += batch
		// Each batch is a line in the log of a failure, so there are not to be many.
		batch = max(batch, int(float64(histories)*limit.Seconds()/time.Since(began).Seconds()/20))
	}
	t.Logf("%d histories in %s", histories, time.Since(began).Round(time.Second))
}

// modelSteps is how many actions a history has, on average. The same seed with
// another number is another history.
const modelSteps = 12

func flagIsSet(name string) (set bool) {
	flag.Visit(func(f *flag.Flag) { set = set || f.Name == name })
	return set
}

// defaultFlag sets a flag that is not on the command line.
func defaultFlag(t *testing.T, name string, value int) {
	t.Helper()
	if flagIsSet(name) {
		return
	}
	if err := flag.Lookup(name).Value.Set(strconv.Itoa(value)); err != nil {
		t.Fatal(err)
	}
}

func modelHistory(rt *rapid.T) {
	rapid.SyncTest(rt, func(rt *rapid.T) {
		runHistory(rt, &coreModel{network: &pipeNetwork{servers: map[string]*pipeListener{}}})
	})
}

// terraform runs the commands of a history: a model of Terraform core, or the CLI.
type terraform interface {
	// endpoints starts the two services. The second endpoint is the first service at
	// another address.
	endpoints(seed uint64) (primary, alias, region modelEndpoint)
	// limits returns for how long shares may be late, and how often faults occur.
	limits() (delays []time.Duration, times []int)
	// start starts a process of the provider.
	start(at modelEndpoint) *process
	plan(
		p *process, config configuration, before state, options planOptions, parallelism int, random *rand.Rand,
	) (plan *modelPlan, violation string)
	apply(
		p *process, before state, plan *modelPlan, parallelism int, random *rand.Rand,
	) (after state, d diagnostics, violation string)
	importObject(p *process, config configuration, before state, address, id string) (after state, d diagnostics)
	removeObject(before state, address string) (after state)
	taintObject(before state, address string) (after state)
	// events returns what may happen to the process amid an apply.
	events(p *process) map[string]func()
	sleep(time.Duration)
	// texts returns all other texts that must not have secrets.
	texts() []string
	close(w *modelRun)
}

const guardAddress = exclusiveType + ".only"

// The names that histories draw from. Few, so that they meet.
var (
	modelKeys         = []string{"a", "b", "c", "d"}
	modelRepositories = []string{"team/app", "web"}
	modelAccounts     = []string{"ACME", "BETA", "GAMMA"}
	modelDeadlines    = []string{"forever", "2031-03-31", "2000-01-04", "2031-03-31T16:00:00Z"}
	modelDescriptions = []string{"", "one", "two"}
)

func shareAddress(key string) string { return fmt.Sprintf("%s.partner[%q]", shareType, key) }

// modelRun is the service, the configuration and the state of one history.
type modelRun struct {
	t         *rapid.T
	terraform terraform
	// primary is where the shares belong, alias the same service at another address, and
	// region another service with shares of the same names.
	primary, alias, region modelEndpoint
	variant                string

	config configuration
	state  state
	saved  *modelPlan

	history   []string // what was logged
	converged bool     // the history has ended without a failure

	mu       sync.Mutex // guards all below
	known    map[string]record
	touched  map[string]bool // by others, during the current command
	requests int             // of the current command
	onNumber map[int]func()
	calls    map[string]int
	seed     uint64
	// mayAppear are shares whose create was under way when its command ended.
	mayAppear map[string]bool
	twice     map[string]bool // in the state, as the user asked for
	messages  []string        // of all commands
}

// logf logs a line of the history.
func (w *modelRun) logf(format string, args ...any) {
	w.t.Helper()
	w.history = append(w.history, fmt.Sprintf(format, args...))
	w.t.Logf(format, args...)
}

func runHistory(rt *rapid.T, terraform terraform) {
	w := &modelRun{
		t: rt, terraform: terraform,
		config: configuration{map[string]resourceConfig{}, map[string]string{}}, state: state{objects: map[string]*object{}},
		known: map[string]record{}, touched: map[string]bool{}, calls: map[string]int{}, mayAppear: map[string]bool{}, twice: map[string]bool{},
	}
	w.seed = rapid.Uint64().Draw(rt, "seed")
	defer terraform.close(w)
	w.startServices()
	w.drawVariant()

	for range rapid.IntRange(0, 3).Draw(rt, "shares at first") {
		w.addShare(rt)
	}
	rt.Repeat(map[string]func(*rapid.T){
		"add":          w.addShare,
		"change":       w.changeTerms,
		"move":         w.changeAccount,
		"remove":       w.removeShare,
		"rename":       w.renameKey,
		"swap":         w.swapKeys,
		"guard":        w.toggleGuard,
		"state rm":     w.stateRemove,
		"import":       w.importShare,
		"others":       w.othersAct,
		"clock":        w.stepClock,
		"fault":        w.injectFault,
		"faults":       w.injectNetworkFaults,
		"taint":        w.taint,
		"no fault":     func(*rapid.T) { w.removeFaults() },
		"plan":         w.runPlan,
		"apply":        w.runApply,
		"apply 2":      w.runApply, // as often as it matters
		"apply 3":      w.runApply,
		"apply 4":      w.runApply,
		"rename 2":     w.renameKey,
		"apply saved":  w.runSaved,
		"refresh-only": w.runRefreshOnly,
		"destroy":      w.runDestroy,
	})
	w.converge()
	w.converged = true
}

// startServices starts the two services. In the other region, others have made
// shares of the same names.
func (w *modelRun) startServices() {
	w.primary, w.alias, w.region = w.terraform.endpoints(w.seed)
	for i, repository := range modelRepositories {
		for _, account := range modelAccounts[i:] {
			putShare(w.region.server, repository, account, "forever")
		}
	}
	for key, share := range w.actual() {
		w.known[key] = record{madeByOthers, share.Created, termsOf(share)}
	}
	w.primary.server.OnRequest(w.onRequest)
	w.region.server.OnRequest(w.onRequest)
}

// drawEndpoint draws the endpoint of a command.
func (w *modelRun) drawEndpoint(t *rapid.T) modelEndpoint {
	switch rapid.IntRange(0, 11).Draw(t, "endpoint") {
	case 10:
		return w.alias
	case 11:
		return w.region
	}
	return w.primary
}

// onRequest runs before the service handles a request. Each request takes a time
// of its own, so that the order in which the service handles them is drawn from
// the seed.
func (w *modelRun) onRequest(request swrtest.RequestInfo) {
	w.mu.Lock()
	call := fmt.Sprint(request.Operation, request.Repository, request.Account)
	w.calls[call]++
	hash := fnv.New64a()
	fmt.Fprint(hash, w.seed, call, w.calls[call])
	w.mu.Unlock()
	time.Sleep(time.Duration(hash.Sum64()%uint64(maxLatency)) + time.Microsecond)
	if request.Operation == swrtest.OpLogin {
		return
	}
	w.mu.Lock()
	w.requests++
	f := w.onNumber[w.requests]
	w.mu.Unlock()
	if f != nil {
		f()
	}
}

const maxLatency = 20 * time.Millisecond

// drawVariant draws how this service differs from others.
func (w *modelRun) drawVariant() {
	names := []string{"plain"}
	for _, variant := range swrtest.NamedVariants() {
		// Not where the endpoint is wrong, or where time alone does not end a delay.
		if variant.Name != "no-routes" && variant.Name != "late-by-two-reads" {
			names = append(names, variant.Name)
		}
	}
	w.variant = rapid.SampledFrom(names).Draw(w.t, "variant")
	if variant, ok := swrtest.VariantByName(w.variant); ok {
		w.setVariants(variant.Apply)
	}
	if !strings.HasPrefix(w.variant, "late-") {
		w.drawDelay("new", func(d *swrtest.Delays) *swrtest.Delay { return &d.Create })
		w.drawDelay("revoked", func(d *swrtest.Delays) *swrtest.Delay { return &d.Delete })
	}
	w.logf("the service: %s", w.variant)
}

// setVariants changes the variants of both services.
func (w *modelRun) setVariants(change func(*swrtest.Variants)) {
	w.primary.server.SetVariants(change)
	w.region.server.SetVariants(change)
}

// drawDelay draws where and for how long shares of one kind do not show as they are.
func (w *modelRun) drawDelay(shares string, of func(*swrtest.Delays) *swrtest.Delay) {
	delays, _ := w.terraform.limits()
	lateBy := rapid.SampledFrom(delays).Draw(w.t, "late by")
	where := rapid.SampledFrom([]string{"lists and by name", "lists", "by name"}).Draw(w.t, "late in")
	if lateBy == 0 {
		return
	}
	w.variant += fmt.Sprintf(", %s shares %s late in %s", shares, lateBy, where)
	w.setVariants(func(v *swrtest.Variants) {
		if strings.Contains(where, "lists") {
			of(&v.ListDelay).For = lateBy
		}
		if strings.Contains(where, "by name") {
			of(&v.GetDelay).For = lateBy
		}
	})
}

// Actions on the configuration.

func (w *modelRun) drawTerms(t *rapid.T) values {
	return values{
		"deadline":    rapid.SampledFrom(modelDeadlines).Draw(t, "deadline"),
		"description": rapid.SampledFrom(modelDescriptions).Draw(t, "description"),
	}
}

// declared returns the keys of the configuration that have a share, or do not.
func (w *modelRun) declared(has bool) []string {
	return slices.DeleteFunc(slices.Clone(modelKeys), func(key string) bool {
		_, found := w.config.resources[shareAddress(key)]
		return found != has
	})
}

// drawKey draws one of these keys, or skips the action.
func drawKey(t *rapid.T, keys []string, label string) string {
	if len(keys) == 0 {
		t.Skip()
	}
	return rapid.SampledFrom(keys).Draw(t, label)
}

// drawFree draws a share that the configuration does not declare.
func (w *modelRun) drawFree(t *rapid.T) values {
	var free []values
	for _, repository := range modelRepositories {
		for _, account := range modelAccounts {
			names := values{"namespace": "platform", "repository": repository, "access_domain": account}
			if !w.declares(keyOfValues(names)) {
				free = append(free, names)
			}
		}
	}
	if len(free) == 0 {
		t.Skip()
	}
	return maps.Clone(free[rapid.IntRange(0, len(free)-1).Draw(t, "share")])
}

func (w *modelRun) declares(key string) bool {
	for _, resource := range w.config.resources {
		if resource.typeName == shareType && keyOfValues(resource.attributes) == key {
			return true
		}
	}
	return false
}

// edit changes the configuration. The guard's accounts follow.
func (w *modelRun) edit(what string, change func(map[string]resourceConfig)) {
	w.config = w.config.clone()
	change(w.config.resources)
	for from := range w.config.moved {
		if _, declared := w.config.resources[from]; declared {
			delete(w.config.moved, from) // Terraform would refuse it
		}
	}
	if guard, ok := w.config.resources[guardAddress]; ok {
		guard.attributes = guard.attributes.with("access_domains", w.guarded())
		w.config.resources[guardAddress] = guard
	}
	w.logf("edit: %s", what)
}

// guarded are the accounts of the guard: those that the configuration declares.
func (w *modelRun) guarded() []any {
	accounts := []any{}
	for _, address := range slices.Sorted(maps.Keys(w.config.resources)) {
		if r := w.config.resources[address]; r.typeName == shareType && r.attributes["repository"] == modelRepositories[0] {
			accounts = append(accounts, r.attributes["access_domain"])
		}
	}
	return accounts
}

func (w *modelRun) addShare(t *rapid.T) {
	key, attributes := drawKey(t, w.declared(false), "key"), w.drawFree(t)
	maps.Copy(attributes, w.drawTerms(t))
	w.edit(fmt.Sprintf("add %s: %v", key, attributes), func(resources map[string]resourceConfig) {
		resources[shareAddress(key)] = resourceConfig{typeName: shareType, attributes: attributes}
	})
}

func (w *modelRun) changeTerms(t *rapid.T) {
	key := drawKey(t, w.declared(true), "key")
	attributes := maps.Clone(w.config.resources[shareAddress(key)].attributes)
	maps.Copy(attributes, w.drawTerms(t))
	w.edit(fmt.Sprintf("change %s: %v", key, attributes), func(resources map[string]resourceConfig) {
		resources[shareAddress(key)] = resourceConfig{typeName: shareType, attributes: attributes}
	})
}

func (w *modelRun) changeAccount(t *rapid.T) {
	key := drawKey(t, w.declared(true), "key")
	attributes := maps.Clone(w.config.resources[shareAddress(key)].attributes)
	maps.Copy(attributes, w.drawFree(t))
	w.edit(fmt.Sprintf("another share for %s: %v", key, attributes), func(resources map[string]resourceConfig) {
		resources[shareAddress(key)] = resourceConfig{typeName: shareType, attributes: attributes}
	})
}

func (w *modelRun) removeShare(t *rapid.T) {
	key := drawKey(t, w.declared(true), "key")
	w.edit("remove "+key, func(resources map[string]resourceConfig) { delete(resources, shareAddress(key)) })
}

func (w *modelRun) renameKey(t *rapid.T) {
	from, to := drawKey(t, w.declared(true), "from"), drawKey(t, w.declared(false), "to")
	moved := rapid.Bool().Draw(t, "moved")
	w.edit(fmt.Sprintf("rename %s to %s, moved: %t", from, to, moved), func(resources map[string]resourceConfig) {
		resources[shareAddress(to)] = resources[shareAddress(from)]
		delete(resources, shareAddress(from))
		delete(w.config.moved, shareAddress(to)) // moved blocks must not form a cycle, nor have one destination
		delete(w.config.moved, shareAddress(from))
		maps.DeleteFunc(w.config.moved, func(_, destination string) bool { return destination == shareAddress(to) })
		if moved {
			w.config.moved[shareAddress(from)] = shareAddress(to)
		}
	})
}

func (w *modelRun) swapKeys(t *rapid.T) {
	first, second := drawKey(t, w.declared(true), "first"), drawKey(t, w.declared(true), "second")
	if first == second {
		t.Skip()
	}
	w.edit(fmt.Sprintf("swap %s and %s", first, second), func(resources map[string]resourceConfig) {
		a, b := shareAddress(first), shareAddress(second)
		resources[a], resources[b] = resources[b], resources[a]
	})
}

func (w *modelRun) toggleGuard(t *rapid.T) {
	refers := rapid.Bool().Draw(t, "refers")
	w.edit(fmt.Sprintf("guard, or none; it refers to the shares: %t", refers), func(resources map[string]resourceConfig) {
		if _, ok := resources[guardAddress]; ok {
			delete(resources, guardAddress)
			return
		}
		resources[guardAddress] = resourceConfig{exclusiveType, values{
			"namespace": "platform", "repository": modelRepositories[0],
		}, refers}
	})
}

// Actions of others, and of time.

func (w *modelRun) othersAct(t *rapid.T) {
	name, act := w.drawOthers(t)
	w.logf("others: %s", name)
	act()
}

// drawOthers draws what others do.
func (w *modelRun) drawOthers(t *rapid.T) (name string, act func()) {
	repository := rapid.SampledFrom(modelRepositories).Draw(t, "repository")
	account := rapid.SampledFrom(modelAccounts).Draw(t, "account")
	what := rapid.SampledFrom([]string{"make", "revoke", "edit", "make again"}).Draw(t, "what")
	sameUser := rapid.Bool().Draw(t, "same user")
	return fmt.Sprintf("%s %s/%s", what, repository, account), func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		share, exists := w.primary.server.Share("platform", repository, account)
		key := shareKey("platform", repository, account)
		switch {
		case what == "make" && exists, what != "make" && !exists:
			return
		case what == "edit":
			share.Description = "edited"
			w.primary.server.PutShare(share)
			w.known[key] = record{w.known[key].maker, share.Created, termsOf(share)}
		default:
			if exists {
				w.primary.server.DeleteShare("platform", repository, account)
				delete(w.known, key)
			}
			if what == "revoke" {
				break
			}
			made := swrtest.Share{
				Namespace: "platform", Repository: repository, AccessDomain: account, Description: "by hand",
				CreatorID: "0000other", CreatorName: "other",
			}
			if sameUser {
				made.CreatorID, made.CreatorName = "0000jane", "jane"
			}
			w.primary.server.PutShare(made)
			made, _ = w.primary.server.Share("platform", repository, account)
			w.known[key] = record{madeByOthers, made.Created, termsOf(made)}
		}
		w.touched[key] = true
	}
}

func (w *modelRun) stepClock(t *rapid.T) {
	step := rapid.SampledFrom([]time.Duration{time.Second, time.Minute, 11 * time.Minute, 26 * time.Hour}).Draw(t, "step")
	w.logf("clock: %s", step)
	w.terraform.sleep(step)
}

// modelFaults are those of FAULTS.md, but for a body of 100 MB, which takes too
// long.
var modelFaults = slices.DeleteFunc(faultLines(), func(line faultLine) bool { return line.name == "a body of 100 MB" })

// deceptive reports whether a fault is a false proof that a share does not exist:
// FAULTS.md has the first, and where the list does not show a share, or there is no
// route to ask for it by name, only the other one can say that it exists.
func (w *modelRun) deceptive(operation swrtest.Operation, line string) bool {
	late := strings.Contains(w.variant, "late")
	noGet := strings.HasPrefix(w.variant, "no-get-one") || strings.HasPrefix(w.variant, "seed-documents-only")
	switch operation {
	case swrtest.OpList:
		return line == "404, no such repository" || line == "an empty list" && (noGet || late)
	case swrtest.OpGet:
		return strings.HasPrefix(line, "404") && late
	}
	return false
}

func (w *modelRun) injectFault(t *rapid.T) {
	operation := rapid.SampledFrom([]swrtest.Operation{
		swrtest.OpLogin, swrtest.OpCreate, swrtest.OpList, swrtest.OpGet, swrtest.OpUpdate, swrtest.OpDelete,
	}).Draw(t, "operation")
	line := rapid.SampledFrom(modelFaults).Draw(t, "fault")
	_, howOften := w.terraform.limits()
	times := rapid.SampledFrom(howOften).Draw(t, "times")
	skip := rapid.IntRange(0, 2).Draw(t, "skip")
	if w.deceptive(operation, line.name) {
		t.Skip()
	}
	w.logf("fault: %s of %s, times %d, skip %d", line.name, operation, times, skip)
	w.removeFaults()
	fault := swrtest.Fault{Operation: operation, Behavior: line.behavior, Times: times, Skip: skip}
	w.primary.server.Inject(fault)
	w.region.server.Inject(fault)
}

func (w *modelRun) removeFaults() {
	w.primary.server.RemoveFaults()
	w.region.server.RemoveFaults()
}

// injectNetworkFaults lets a fifth of all requests fail.
func (w *modelRun) injectNetworkFaults(t *rapid.T) {
	w.logf("fault: a fifth of all requests fail")
	w.removeFaults()
	fault := swrtest.Fault{Probability: 0.2, Behavior: swrtest.OneOf(
		swrtest.ResetBefore(), swrtest.ResetAfter(), swrtest.CloseMidResponse(), swrtest.HangBefore(), swrtest.HangAfter(), swrtest.HangMidResponse(),
		swrtest.Status(500, "SVCSTG.SWR.5000001"), swrtest.HTMLPage(502).AfterEffect(), swrtest.Status(504, "").AfterEffect(),
		swrtest.ThrottleSeconds(1), swrtest.LatencyAfter(100*time.Millisecond),
	)}
	w.primary.server.Inject(fault)
	w.region.server.Inject(fault)
}

// Commands.

// command is one command, and what the invariants need to know of it.
type command struct {
	name    string
	at      modelEndpoint
	shown   shown
	plan    *modelPlan
	d       diagnostics
	killed  bool
	before  map[string]swrtest.Share
	process *process
}

func (w *modelRun) begin(name string, at modelEndpoint) *command {
	if at.name != "primary" {
		name += " at " + at.name
	}
	w.terraform.sleep(1100 * time.Millisecond) // so that no two commands make shares in one second
	w.mu.Lock()
	defer w.mu.Unlock()
	w.touched, w.requests, w.onNumber = map[string]bool{}, 0, map[int]func(){}
	return &command{name: name, at: at, before: w.actual()}
}

func (w *modelRun) random(t *rapid.T) *rand.Rand {
	return rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 0))
}

func drawParallelism(t *rapid.T) int {
	return rapid.SampledFrom([]int{10, 1, 2}).Draw(t, "parallelism")
}

// planCommand plans in a process of its own.
func (w *modelRun) planCommand(c *command, options planOptions, parallelism int, random *rand.Rand) *modelPlan {
	c.process = w.terraform.start(c.at)
	defer c.process.end()
	plan, violation := w.terraform.plan(c.process, w.config, w.state, options, parallelism, random)
	if violation != "" {
		w.coreChecks(c, violation)
	}
	c.plan = plan
	c.d.merge(plan.diagnostics)
	c.shown = c.process.shownBy(plan, c.at)
	return plan
}

func (w *modelRun) runPlan(t *rapid.T) {
	options := planOptions{noRefresh: rapid.IntRange(0, 3).Draw(t, "refresh") == 3}
	c := w.begin("plan "+options.String(), w.drawEndpoint(t))
	plan := w.planCommand(c, options, drawParallelism(t), w.random(t))
	w.finish(c)
	if !plan.failed() {
		w.saved = plan
	}
}

func (w *modelRun) runRefreshOnly(t *rapid.T) {
	c := w.begin("apply -refresh-only", w.drawEndpoint(t))
	plan := w.planCommand(c, planOptions{refreshOnly: true}, drawParallelism(t), w.random(t))
	if !plan.failed() {
		w.runPlanned(c, plan, 10, nil) // there is nothing to order
	}
	w.finish(c)
}

func (w *modelRun) runApply(t *rapid.T) {
	options := planOptions{noRefresh: rapid.IntRange(0, 7).Draw(t, "refresh") == 7}
	if rapid.IntRange(0, 7).Draw(t, "targeted") == 7 && len(w.config.resources) > 0 {
		options.target = rapid.SampledFrom(slices.Sorted(maps.Keys(w.config.resources))).Draw(t, "target")
	}
	c := w.begin("apply "+options.String(), w.drawEndpoint(t))
	parallelism, random := drawParallelism(t), w.random(t)
	plan := w.planCommand(c, options, parallelism, random)
	if !plan.failed() {
		w.applyPlan(t, c, plan, parallelism, random)
	}
	w.finish(c)
}

func (w *modelRun) runSaved(t *rapid.T) {
	if w.saved == nil || w.saved.serial != w.state.serial && w.saved.file == "" {
		t.Skip() // Terraform refuses a plan of another state, which only the CLI is to show
	}
	c := w.begin("apply of the saved plan", w.drawEndpoint(t))
	c.plan = w.saved
	w.applyPlan(t, c, w.saved, drawParallelism(t), w.random(t))
	w.finish(c)
}

func (w *modelRun) runDestroy(t *rapid.T) {
	c := w.begin("destroy", w.drawEndpoint(t))
	parallelism, random := drawParallelism(t), w.random(t)
	plan := w.planCommand(c, planOptions{destroy: true}, parallelism, random)
	if !plan.failed() {
		w.applyPlan(t, c, plan, parallelism, random)
	}
	w.finish(c)
}

// applyPlan applies a plan in a process of its own, and draws what happens amid it.
func (w *modelRun) applyPlan(t *rapid.T, c *command, plan *modelPlan, parallelism int, random *rand.Rand) {
	p := w.terraform.start(c.at)
	defer p.end()
	c.process, c.shown = p, p.shownBy(plan, c.at)
	signals := w.terraform.events(p)
	events := append([]string{"nothing", "nothing", "nothing"}, slices.Sorted(maps.Keys(signals))...)
	if c.at.name != w.region.name {
		// Others act at the primary endpoint. Shares of one user that are made in both endpoints in the same
		// second can't be told apart.
		events = append(events, "others")
	}
	event := rapid.SampledFrom(events).Draw(t, "amid the apply")
	if event != "nothing" {
		at := rapid.IntRange(1, 8).Draw(t, "after request")
		amid, name := signals[event], event
		switch event {
		case "others":
			name, amid = w.drawOthers(t)
			name = "others " + name
		case "kill":
			p.savesNothing = !rapid.Bool().Draw(t, "state saved meanwhile")
		}
		delay := time.Duration(rapid.IntRange(0, 30).Draw(t, "after ms")) * time.Millisecond
		c.name += fmt.Sprintf(", amid it: %s, %s after request %d", name, delay, at)
		w.mu.Lock()
		w.requests = 0
		w.onNumber[at] = func() {
			if delay > 0 {
				time.AfterFunc(delay, amid)
			} else {
				amid() // the request that has arrived takes its effect
			}
		}
		w.mu.Unlock()
	}
	w.runPlanned(c, plan, parallelism, random)
	c.killed = p.killed.Load()
}

// runPlanned applies a plan in the process of the command.
func (w *modelRun) runPlanned(c *command, plan *modelPlan, parallelism int, random *rand.Rand) {
	after, d, violation := w.terraform.apply(c.process, w.state, plan, parallelism, random)
	if violation != "" {
		w.coreChecks(c, violation)
	}
	c.d.merge(d)
	w.state = after
}

func (w *modelRun) stateRemove(t *rapid.T) {
	if len(w.state.objects) == 0 {
		t.Skip()
	}
	address := rapid.SampledFrom(slices.Sorted(maps.Keys(w.state.objects))).Draw(t, "address")
	w.removeFromState(address)
}

// removeFromState is terraform state rm. What it removes is no longer Terraform's.
func (w *modelRun) removeFromState(address string) {
	w.logf("state rm %s", address)
	o := w.state.objects[address]
	w.state = w.terraform.removeObject(w.state, address)
	if o.typeName != shareType {
		return
	}
	p := w.terraform.start(w.primary)
	defer p.end()
	for _, at := range []modelEndpoint{w.primary, w.region} {
		key := at.prefix + keyOfValues(p.attributesOf(o))
		if r, ok := w.known[key]; ok && r.maker == madeByProvider {
			w.known[key] = record{knownToUser, r.created, r.terms}
		}
		w.mayAppear[key] = true
	}
}

// taint is terraform taint, or -replace.
func (w *modelRun) taint(t *rapid.T) {
	if len(w.state.objects) == 0 {
		t.Skip()
	}
	w.taintObject(rapid.SampledFrom(slices.Sorted(maps.Keys(w.state.objects))).Draw(t, "address"))
}

func (w *modelRun) taintObject(address string) {
	w.logf("taint %s", address)
	w.state = w.terraform.taintObject(w.state, address)
}

func (w *modelRun) importShare(t *rapid.T) {
	var addresses []string
	for _, address := range slices.Sorted(maps.Keys(w.config.resources)) {
		if w.state.objects[address] == nil && address != guardAddress {
			addresses = append(addresses, address)
		}
	}
	w.importInto(drawKey(t, addresses, "address"))
}

// importInto is terraform import of the share that the address declares.
func (w *modelRun) importInto(address string) {
	attributes := w.config.resources[address].attributes
	id := fmt.Sprintf("%s/%s/%s", attributes["namespace"], attributes["repository"], attributes["access_domain"])
	c := w.begin(fmt.Sprintf("import %s %s", address, id), w.primary)
	c.process = w.terraform.start(c.at)
	defer c.process.end()
	if len(c.process.keysIn(w.state)[keyOfValues(attributes)]) > 0 {
		w.t.Skip() // nobody imports what is in the state
	}
	c.plan = &modelPlan{}
	w.state, c.d = w.terraform.importObject(c.process, w.config, w.state, address, id)
	if w.state.objects[address] != nil {
		if r, ok := w.known[keyOfValues(attributes)]; ok {
			w.known[keyOfValues(attributes)] = record{madeByProvider, r.created, r.terms}
		}
	}
	w.finish(c)
}
