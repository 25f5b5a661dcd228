package provider_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// finish waits for what the command left under way, and checks the invariants.
func (w *modelRun) finish(c *command) {
	time.Sleep(maxLatency + 5*time.Millisecond)
	result := "ok"
	if c.d.failed() {
		result = "failed"
	}
	w.logf("%s: %s, %s, now in the state: %v", c.name, c.plan, result, slices.Sorted(maps.Keys(w.state.objects)))
	for _, text := range c.d.errors {
		w.logf("    error: %s", unwrap(text))
	}
	for _, text := range c.d.warnings {
		w.logf("    warning: %.200s", unwrap(text))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.onNumber = nil
	now := w.actual()
	w.nothingUnplannedIsRevoked(c, now)
	w.nothingUnplannedIsGranted(c, now)
	w.recordMade(c, now)
	w.noShareIsForgotten(c, now)
	w.noShareIsTwiceInTheState(c)
	w.successIsTrue(c, now)
	w.messagesAreFit(c)
}

// fail fails the history. What differs from run to run belongs into the log, since
// a failure must be repeatable word by word.
func (w *modelRun) fail(c *command, invariant, share string) {
	w.t.Helper()
	w.t.Fatalf("%s: %s, after: %s", invariant, share, c.name)
}

// coreChecks: Terraform core accepts what the provider plans and returns, and each
// operation ends in bounded time.
func (w *modelRun) coreChecks(c *command, violation string) {
	w.logf("%s: %s", c.name, violation)
	w.fail(c, "core refuses it", strings.SplitN(violation, "\n", 2)[0])
}

// nothingUnplannedIsRevoked: a share ends only if the plan showed that, or others
// ended it. What others made is never touched, unless the plan of a guard showed it.
func (w *modelRun) nothingUnplannedIsRevoked(c *command, now map[string]swrtest.Share) {
	for _, key := range slices.Sorted(maps.Keys(c.before)) {
		share, exists := now[key]
		was := c.before[key]
		touched := !exists || !share.Created.Equal(was.Created) || termsOf(share) != termsOf(was)
		switch {
		case w.touched[key]:
		case touched && w.belongsElsewhere(c, key):
			w.fail(c, "the plan showed the share of another service than this one", key)
		case exists && share.Created.Equal(was.Created):
			want, planned := c.shown.updated[key]
			if termsOf(share) != termsOf(was) && !(planned && termsOf(share) == want) {
				w.logf("%s was %+v, is %+v", key, termsOf(was), termsOf(share))
				w.fail(c, "changed, and no plan showed it", key)
			}
		case !c.shown.revoked[key]:
			w.fail(c, "revoked, and no plan showed it", key)
		}
	}
}

// belongsElsewhere reports whether the command planned to change a share that is in
// its state, and that is at another endpoint than the share of the same names here.
func (w *modelRun) belongsElsewhere(c *command, key string) bool {
	for _, change := range c.plan.changes {
		before := c.process.attributesOf(change.before)
		text, _ := before["created"].(string)
		created, err := time.Parse(time.RFC3339, text)
		if change.typeName != shareType || err != nil || keyOfValues(before) != withoutPrefix(key) {
			continue
		}
		for _, at := range []modelEndpoint{w.primary, w.region} {
			there, found := c.before[at.prefix+withoutPrefix(key)]
			if found && at.prefix+withoutPrefix(key) != key && sameTime(there.Created, created) && !sameTime(c.before[key].Created, created) {
				return true
			}
		}
	}
	return false
}

// sameTime compares times of which one may have been cut to seconds.
func sameTime(a, b time.Time) bool { return a.Truncate(time.Second).Equal(b.Truncate(time.Second)) }

// nothingUnplannedIsGranted: a share is made only if the plan showed that, with the
// terms that it showed.
func (w *modelRun) nothingUnplannedIsGranted(c *command, now map[string]swrtest.Share) {
	for _, key := range slices.Sorted(maps.Keys(now)) {
		share := now[key]
		if was, existed := c.before[key]; w.touched[key] || w.mayAppear[key] || existed && share.Created.Equal(was.Created) {
			continue
		}
		if want, planned := c.shown.created[key]; !planned || want != termsOf(share) {
			w.logf("%s is %+v, planned as %+v", key, termsOf(share), want)
			w.fail(c, "granted, and no plan showed it", key)
		}
	}
}

// recordMade records the shares that the command made.
func (w *modelRun) recordMade(c *command, now map[string]swrtest.Share) {
	for key, share := range now {
		r, found := w.known[key]
		if !found || !r.created.Equal(share.Created) {
			r = record{maker: madeByProvider, created: share.Created}
			if c.killed {
				r.maker = lostByKill
			}
		}
		r.terms = termsOf(share)
		w.known[key] = r
	}
	for key := range w.known {
		if _, exists := now[key]; !exists {
			delete(w.known, key)
		}
	}
	clear(w.mayAppear)
}

// noShareIsForgotten: a share that this provider made is in the state, or the
// command that made it named it in an error.
func (w *modelRun) noShareIsForgotten(c *command, now map[string]swrtest.Share) {
	stated := c.process.keysIn(w.state)
	exactly := func(key string, r record) bool {
		for _, address := range stated[withoutPrefix(key)] {
			text, _ := c.process.attributesOf(w.state.objects[address])["created"].(string)
			if created, err := time.Parse(time.RFC3339, text); err == nil && sameTime(created, r.created) {
				return true
			}
		}
		return false
	}
	errors := strings.ToLower(strings.Join(c.d.errors, "\n"))
	for _, key := range slices.Sorted(maps.Keys(now)) {
		r := w.known[key]
		if r.maker == lostByKill && exactly(key, r) {
			r.maker = madeByProvider
		}
		if was, existed := c.before[key]; r.maker == madeByProvider && len(stated[withoutPrefix(key)]) == 0 {
			if madeNow := !existed || !was.Created.Equal(r.created); !madeNow || !strings.Contains(errors, withoutPrefix(key)) {
				w.fail(c, "forgotten", key)
			}
			r.maker = knownToUser
		}
		w.known[key] = r
	}
}

// noShareIsTwiceInTheState: no two resources have one share, since each would
// revoke it for the other.
func (w *modelRun) noShareIsTwiceInTheState(c *command) {
	stated := c.process.keysIn(w.state)
	for _, key := range slices.Sorted(maps.Keys(stated)) {
		switch {
		case len(stated[key]) < 2:
			delete(w.twice, key)
		case c.plan.target != "" || c.plan.noRefresh && c.d.failed():
			w.twice[key] = true // the user asked for half of a swap, or the state was old
		case c.process.stopped.Load() && c.shown.revoked[key]:
			w.twice[key] = true // the user interrupted the command before the deletion
		case !w.twice[key]:
			w.fail(c, "twice in the state", key)
		}
	}
}

// successIsTrue: after an apply without an error, what it created and updated is
// there with the planned terms, and what it deleted is not.
func (w *modelRun) successIsTrue(c *command, now map[string]swrtest.Share) {
	if c.d.failed() || c.killed || strings.HasPrefix(c.name, "plan") {
		return
	}
	wanted := maps.Clone(c.shown.created)
	maps.Copy(wanted, c.shown.updated)
	for _, key := range slices.Sorted(maps.Keys(wanted)) {
		if share, exists := now[key]; !w.touched[key] && (!exists || termsOf(share) != wanted[key]) {
			w.fail(c, "no error, but not there as planned", key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(c.shown.revoked)) {
		_, again := wanted[key]
		if _, exists := now[key]; exists && !again && !w.touched[key] {
			w.fail(c, "no error, but not revoked", key)
		}
	}
}

var unfit = regexp.MustCompile(`(?i)\bbug\b|panic|inconsistent|nil pointer|%!|<nil>|runtime error|\x1b`)

// messagesAreFit: no message is a bug report, a crash, too long, or has control
// characters.
func (w *modelRun) messagesAreFit(c *command) {
	for _, text := range c.d.all() {
		w.messages = append(w.messages, text)
		if len(text) > 4000 || unfit.MatchString(text) {
			w.logf("the message: %.5000s", text)
			w.fail(c, "a message is unfit", unfit.FindString(text))
		}
	}
}

// converge: once faults have ended, applies reach what is configured, in at most
// the bounded number; the next plan is empty; destroy leaves only what others made;
// and no message held a secret. What the messages asked the user to do is done.
func (w *modelRun) converge() {
	w.logf("faults end")
	w.removeFaults()
	w.terraform.sleep(11 * time.Minute) // longer than a create may be pending
	applies, reasons, twice := 0, map[string]bool{}, maps.Clone(w.twice)
	var c *command
	for round := 1; ; round++ {
		if round > 8 {
			w.fail(c, "does not converge", "after 8 rounds")
		}
		w.terraform.sleep(5 * time.Minute) // longer than the service lags
		c = w.begin("apply", w.primary)
		plan := w.planCommand(c, planOptions{}, 10, rand.New(rand.NewPCG(w.seed, 0)))
		if !plan.failed() {
			c.process = w.terraform.start(w.primary)
			w.runPlanned(c, plan, 10, rand.New(rand.NewPCG(w.seed, 1)))
			c.process.end()
		}
		w.finish(c)
		if !c.d.failed() && plan.empty() {
			break
		}
		if c.d.failed() && w.remedied(c) {
			continue
		}
		applies++
		allowed := 1
		reasonsForAnother(c, twice, reasons)
		for _, applicable := range reasons {
			if applicable {
				allowed++
			}
		}
		if applies > allowed {
			w.fail(c, "does not converge", fmt.Sprintf("%d applies", applies))
		}
	}
	w.stateIsService(c)

	c = w.begin("destroy", w.primary)
	plan := w.planCommand(c, planOptions{destroy: true}, 10, rand.New(rand.NewPCG(w.seed, 2)))
	c.process = w.terraform.start(w.primary)
	defer c.process.end()
	w.runPlanned(c, plan, 10, rand.New(rand.NewPCG(w.seed, 3)))
	w.finish(c)
	if c.d.failed() || len(w.state.objects) > 0 {
		w.fail(c, "can't be destroyed", strings.Join(slices.Sorted(maps.Keys(w.state.objects)), ", "))
	}
	for _, key := range slices.Sorted(maps.Keys(w.known)) {
		if w.known[key].maker == madeByProvider {
			w.fail(c, "left behind", key)
		}
	}
	w.noMessageHasASecret(c)
}

// reasonsForAnother adds why one more apply may be needed after a command: it
// revokes and creates the same share under two addresses, or has it twice, as the
// user asked for with -target; it creates a guard, which
// revokes nothing then; a guard that does not refer to the shares may come
// before they are made; or the list does not show yet what the guard allows.
func reasonsForAnother(c *command, twice, reasons map[string]bool) {
	for key := range c.shown.created {
		reasons["created and revoked"] = reasons["created and revoked"] || c.shown.revoked[key]
	}
	reasons["twice in the state"] = reasons["twice in the state"] || len(twice) > 0
	for _, text := range c.d.errors {
		reasons["late in the list"] = reasons["late in the list"] || strings.Contains(text, "The service does not list the share with")
	}
	if guard := c.plan.changes[guardAddress]; guard != nil && guard.action != noAction {
		reasons["guard created"] = reasons["guard created"] || guard.action == createAction || guard.action == replace
		reasons["guard without references"] = reasons["guard without references"] || !guard.refers
	}
}

// remedied does what the errors of a command ask for, and reports whether that was
// anything.
func (w *modelRun) remedied(c *command) bool {
	done := false
	addresses := maps.Clone(w.state.objects)
	for address := range w.config.resources {
		addresses[address] = w.state.objects[address]
	}
	for _, address := range slices.Sorted(maps.Keys(addresses)) {
		declared := w.config.resources[address].attributes
		for _, text := range c.d.errors {
			summary, _, _ := strings.Cut(text, "\n")
			concerns := func(share values) bool {
				return share["access_domain"] != nil && strings.Contains(strings.ToLower(summary), keyOfValues(share))
			}
			o := w.state.objects[address]
			_, exists := w.actual()[keyOfValues(declared)]
			switch {
			case concerns(c.process.attributesOf(o)) && (strings.Contains(text, "terraform state rm") || strings.Contains(text, "removed {")):
				w.removeFromState(address)
			case concerns(c.process.attributesOf(o)) && !o.tainted && strings.Contains(text, "-replace=ADDRESS"):
				w.taintObject(address)
			case o == nil && concerns(declared) && exists && strings.Contains(text, "import {") &&
				len(c.process.keysIn(w.state)[keyOfValues(declared)]) == 0:
				w.importInto(address)
			default:
				continue
			}
			done = true
		}
	}
	return done
}

// stateIsService: configuration, state and service are the same.
func (w *modelRun) stateIsService(c *command) {
	now, stated := w.actual(), c.process.keysIn(w.state)
	for _, address := range slices.Sorted(maps.Keys(w.config.resources)) {
		resource := w.config.resources[address]
		if resource.typeName != shareType {
			continue
		}
		key := keyOfValues(resource.attributes)
		share, exists := now[key]
		switch {
		case !exists:
			w.fail(c, "converged without it", key)
		case termsOf(share) != termsOfValues(resource.attributes):
			w.logf("configured %+v, the service has %+v", termsOfValues(resource.attributes), termsOf(share))
			w.fail(c, "converged with other terms", key)
		case !slices.Equal(stated[key], []string{address}):
			w.fail(c, "converged with another state", key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(now)) {
		if guard := w.config.resources[guardAddress]; guard.typeName != "" && strings.HasPrefix(key, "platform") && strings.Contains(key, "/"+modelRepositories[0]+"/") && !w.declares(key) {
			w.fail(c, "converged, and the guard let it be", key)
		}
	}
}

// noMessageHasASecret: neither passwords nor tokens are in any message.
func (w *modelRun) noMessageHasASecret(c *command) {
	secrets := append(secretsIn(w.primary.server), testPassword)
	secrets = append(secrets, secretsIn(w.region.server)...)
	for _, text := range append(w.messages, w.terraform.texts()...) {
		for _, secret := range secrets {
			if before, after, found := strings.Cut(text, secret); found {
				w.logf("a secret in: %s%s%.300s", before[max(0, len(before)-300):], secret, after)
				w.fail(c, "a message has a secret", "")
			}
		}
	}
}
