package provider_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// putText shares platform/team/app with an account, as somebody at the console would
// who wants to control the terminal of whoever plans.
func putText(server *swrtest.Server, account, text string) {
	server.PutShare(swrtest.Share{
		Namespace: "platform", Repository: "team/app", AccessDomain: account, Description: text, CreatorName: text,
	})
}

// What the user wrote is stored as it is. What somebody else wrote is escaped, is
// drift, and stays the same text from one refresh to the next.
func TestShareDescriptionIsEscaped(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	share := newHarness(t, server).newShare()
	config := shareConfig.with("description", "one\ttab,\r\ntwo lines, \u200d")
	share.apply(config).silent(t)
	share.assertState(config)
	share.assertUnchanged(config)

	putText(server, "ACME", "one\ttab\x1b[2J\nPlan: 0 to add")
	p := share.plan(config)
	p.assertAction(t, updateAction)
	drift := values{"description": "one\\u0009tab\\u001b[2J\nPlan: 0 to add", "creator_name": `one\u0009tab\u001b[2J\u000aPlan: 0 to add`}
	share.assertState(drift)
	share.refresh().silent(t)
	share.assertState(drift)
	share.applyPlan(share.plan(config)).silent(t)
	share.assertState(config)
	share.assertUnchanged(config)

	imported := newHarness(t, server).newShare()
	imported.importID(partnerID).silent(t)
	imported.assertState(values{"description": "one\\u0009tab,\\u000d\ntwo lines, \\u200d"})
	imported.apply(config).silent(t) // once
	imported.assertUnchanged(config)
}

// Accounts that differ only in how they are composed, or in an escape that one of
// them has in its name, stay different accounts, and are revoked as such.
func TestExclusiveEscapesAccounts(t *testing.T) {
	t.Parallel()
	e, server := appliedExclusive(t)
	for _, account := range []string{"\u00c9", "E\u0301", `E\u0301`, "ACME\u200b", "ACME\u3164"} {
		putShare(server, "team/app", account, "forever")
	}
	config := exclusiveValues("ACME")
	for range 2 {
		e.refresh().silent(t)
		e.assertAccounts("ACME", `ACME\u200b`, `ACME\u3164`, `E\u005cu0301`, `E\u0301`, "\u00c9")
	}
	server.ResetRequests()
	e.applyPlan(e.plan(config)).silent(t)
	assertShares(t, server, "ACME")
	assertRequests(t, server, map[swrtest.Operation]int{swrtest.OpDelete: 5})

	e.plan(exclusiveValues("ACME", `E\u0301`)).assertError(t, `must not contain "\u"`)

	// One that is declared is the same account, in either form. As with its case, the
	// state keeps the form that it had first.
	declared := newHarness(t, server).newShare()
	declared.apply(shareConfig.with("access_domain", "acme\u200b")).ok(t)
	config = exclusiveValues("ACME", "acme\u200b")
	e.apply(config).ok(t)
	putShare(server, "team/app", "LATER", "forever")
	e.refresh().silent(t)
	e.assertAccounts("ACME", "LATER", `acme\u200b`)
	e.apply(config).ok(t)
	e.assertUnchanged(config)
	assertShares(t, server, "ACME", "acme\u200b")
	created := newHarness(t, server).newExclusive()
	created.apply(config).ok(t)
	created.refresh().silent(t)
	created.assertAccounts("ACME", "acme\u200b")
	created.assertUnchanged(config)
}

// An account that no URL can name is never in a state, but in a warning, and plans go
// on as without it.
func TestUnaddressableAccounts(t *testing.T) {
	t.Parallel()
	e, server := appliedExclusive(t)
	config := exclusiveValues("ACME")
	for _, account := range []string{"a/../x", "..", " ", "\x1b[2J"} {
		putShare(server, "team/app", account, "forever")
	}
	warning := []string{"Accounts of platform/team/app that can't be managed", `shares with "\u001b[2J", " ", ".." and "a/../x"`, "console"}
	p := e.plan(config)
	p.assertWarning(t, warning...)
	p.assertAction(t, noAction)
	e.assertAccounts("ACME")
	putShare(server, "team/app", "EVIL", "forever")
	e.apply(config).assertWarning(t, warning...)
	e.assertAccounts("ACME")
	newHarness(t, server).newExclusive().plan(config).assertWarning(t, warning...)

	h := newHarness(t, server)
	shares, d := h.dataSource("swr_repository_shares", repositoryNames)
	d.assertWarning(t, warning...)
	if accounts := field(shares["shares"], "access_domain"); len(accounts) != 1 || shares["complete"] != false {
		t.Errorf("the data source has %q, complete: %v", accounts, shares["complete"])
	}
	listed := h.list(query{namespace: "platform", repository: "team/app", include: true})
	listed.assertWarning(t, warning...)
	if len(listed.ids) != 1 {
		t.Errorf("listed: %q", listed.ids)
	}

	server.RemoveRepository("platform", "team/app")
	putShare(server, "team/app", "ACME", "forever")
	e.assertUnchanged(config)

	// A state of an earlier version may have one. A complete list without it ends it.
	older := e.object(e.schema(), exclusiveValues("ACME", "a/../x"))
	e.state = older
	server.ResetRequests()
	e.refresh().silent(t)
	e.assertAccounts("ACME")
	assertRequests(t, server, map[swrtest.Operation]int{swrtest.OpList: 1, swrtest.OpGet: 0})
}

// More accounts than anybody can review are an error.
func TestExclusiveTooManyAccounts(t *testing.T) {
	t.Parallel()
	e, server := appliedExclusive(t)
	config := exclusiveValues("ACME")
	var accounts []string
	for i := range 1200 {
		accounts = append(accounts, fmt.Sprintf("EVIL-%04d", i))
		putShare(server, "team/app", accounts[i], "forever")
	}
	e.plan(config).assertError(t, "Too many accounts can pull platform/team/app", "more than 1000 accounts", "The state was not changed")
	e.assertAccounts("ACME")
	newHarness(t, server).newExclusive().plan(config).assertError(t, "Too many accounts can pull platform/team/app")
	newHarness(t, server).newExclusive().applyWithoutRefresh(config).assertError(t, "Too many accounts can pull platform/team/app")
	e.plan(exclusiveValues(accounts...)).assertError(t, "access_domains contains 1200 accounts")
}

// Accounts that appear while others are revoked: the error does not say that nothing
// was revoked, and the state has those that remain.
func TestExclusiveTooManyAccountsSincePlan(t *testing.T) {
	t.Parallel()
	e, server := appliedExclusive(t)
	putShare(server, "team/app", "EVIL", "forever")
	e.refresh().silent(t)
	planned := e.plan(exclusiveValues("ACME"))
	var once sync.Once
	server.OnRequest(func(request swrtest.RequestInfo) {
		if request.Operation == swrtest.OpDelete {
			once.Do(func() {
				for i := range 1200 {
					putShare(server, "team/app", fmt.Sprintf("EVIL-%04d", i), "forever")
				}
			})
		}
	})
	d := e.applyPlan(planned)
	d.assertError(t, "Too many accounts can pull platform/team/app", "Accounts that the plan removed were revoked before")
	assertNotContains(t, d.String(), "nothing was revoked")
	e.assertAccounts("ACME")
}

// A terminal receives nothing of a console user that it would obey.
func TestCLIEscapesServiceText(t *testing.T) {
	t.Parallel()
	tf, server := newCLIWithExclusive(t)
	tf.config(tf.file("main.tf") + `
data "swr_repository_shares" "all" {
  namespace  = "platform"
  repository = "team/app"
}
output "all" { value = data.swr_repository_shares.all }
`)
	const attack = "x\x1b[2J\x1b[1;1H\u009b2J\r\u202e\u2066\u200b\nNo changes."
	putText(server, "ACME", attack)
	putText(server, "EVIL\u200b\u202e", attack)
	putText(server, "\x1b[2J", attack)
	outputs := map[string]string{
		"plan":  tf.output(changes, "plan", "-no-color", "-detailed-exitcode", "-out=saved"),
		"show":  tf.output(success, "show", "-no-color", "saved"),
		"apply": tf.output(success, "apply", "-no-color", "saved"),
		"state": tf.output(success, "show", "-no-color"),
	}
	assertContains(t, outputs["plan"], `x\u001b[2J\u001b[1;1H\u009b2J\u000d\u202e\u2066\u200b`, `- "EVIL\\u200b\\u202e"`, `"\u001b[2J"`)
	for name, output := range outputs {
		for _, r := range output {
			if r != '\n' && (unicode.IsControl(r) || strings.ContainsRune("\u202e\u2066\u200b", r)) {
				t.Errorf("the output of %s has %q:\n%q", name, r, output)
				break
			}
		}
	}
	assertShares(t, server, "\x1b[2J", "ACME")
}
