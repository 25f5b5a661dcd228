package provider_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// shareConfig is the configuration of a share of platform/team/app with ACME.
var shareConfig = values{"namespace": "platform", "repository": "team/app", "access_domain": "ACME", "deadline": "forever"}

// appliedShare returns a share that was applied, and the simulator that has it.
func appliedShare(t *testing.T, options ...swrtest.Option) (*instance, *swrtest.Server) {
	t.Helper()
	server := startServer(t, options...)
	s := newHarness(t, server, values{"token": server.Token(), "max_retries": 0}).newShare()
	s.apply(shareConfig).silent(t)
	server.ResetRequests()
	return s, server
}

// assertShareState fails the test unless the state has these attributes.
func (i *instance) assertState(want values) {
	i.t.Helper()
	state := i.attributes()
	for name, value := range want {
		if !equalValues(state[name], value) {
			i.t.Errorf("%s is %v in the state instead of %v", name, state[name], value)
		}
	}
}

func TestShareLifecycle(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	s := newHarness(t, server).newShare()
	held := func() swrtest.Share {
		held, ok := server.Share("platform", "team/app", "ACME")
		if !ok {
			t.Fatal("the service does not have the share")
		}
		return held
	}
	for _, step := range []struct {
		name     string
		before   func()
		config   values
		action   action
		requests map[swrtest.Operation]int
		deadline string // at the service
		text     string // the description at the service
		state    values
	}{
		{"create", nil, shareConfig.with("deadline", "2031-03-31"), createAction,
			map[swrtest.Operation]int{swrtest.OpCreate: 1, swrtest.OpGet: 1}, "2031-03-31T00:00:00.000Z", "",
			values{"id": partnerID, "permit": "read", "description": "", "status": true, "deadline": "2031-03-31", "expires_at": "2031-04-01T00:00:00Z"}},
		{"update in place, so that access is never interrupted", nil,
			shareConfig.with("deadline", "2032-01-01T16:00:00Z").with("description", "Contract 4711"), updateAction,
			map[swrtest.Operation]int{swrtest.OpUpdate: 1}, "2032-01-01T16:00:00.000Z", "Contract 4711",
			values{"expires_at": "2032-01-02T00:00:00Z"}},
		{"a removed description is cleared", nil, shareConfig, updateAction,
			map[swrtest.Operation]int{swrtest.OpUpdate: 1}, "forever", "", values{"expires_at": nil, "description": ""}},
		{"timeouts send nothing", nil, shareConfig.with("timeouts", values{"create": "2m"}), updateAction, nil, "forever", "", nil},
		{"drift is planned back", func() {
			share := held()
			share.Deadline, share.Description = "2040-01-01T00:00:00.000Z", "by hand"
			server.PutShare(share)
		}, shareConfig, updateAction, map[swrtest.Operation]int{swrtest.OpUpdate: 1}, "forever", "", nil},
		{"revoked by hand", func() { server.DeleteShare("platform", "team/app", "ACME") }, shareConfig, createAction,
			map[swrtest.Operation]int{swrtest.OpCreate: 1}, "forever", "", nil},
	} {
		t.Log(step.name)
		if step.before != nil {
			step.before()
		}
		server.ResetRequests()
		p := s.plan(step.config)
		p.silent(t)
		p.assertAction(t, step.action)
		for _, name := range []string{"id", "expires_at"} { // they follow from the configuration
			if p.values[name] == unknown {
				t.Errorf("%s: %s is unknown at plan", step.name, name)
			}
		}
		assertRequests(t, server, nil)
		s.applyPlan(p).silent(t)
		assertRequests(t, server, step.requests)
		if share := held(); share.Deadline != step.deadline || share.Description != step.text || share.Permit != "read" {
			t.Errorf("%s: the service has %+v", step.name, share)
		}
		s.assertState(step.state)
		s.assertUnchanged(step.config)
		s.assertIdentity(partnerID)
	}
	state, share := s.attributes(), held()
	if state["creator_id"] != share.CreatorID || state["creator_name"] != share.CreatorName ||
		!strings.HasPrefix(fmt.Sprint(state["created"]), share.Created.UTC().Format(time.DateOnly)) || state["updated"] == nil {
		t.Errorf("the state has %v, the service %+v", state, share)
	}

	server.ResetRequests()
	other := shareConfig.with("access_domain", "OTHER")
	s.plan(other).assertAction(t, replace)
	s.apply(other).silent(t)
	assertShares(t, server, "OTHER")
	assertRequests(t, server, map[swrtest.Operation]int{swrtest.OpCreate: 1, swrtest.OpDelete: 1})
	s.destroy().silent(t)
	assertShares(t, server)
}

// Another spelling of the same is no change: no plan, no request, and the state
// keeps the older one.
func TestShareEquivalentSpellings(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	s := newHarness(t, server).newShare()
	with := func(account, deadline string) values {
		return shareConfig.with("access_domain", account).with("deadline", deadline)
	}
	s.apply(with("ACME", "2031-03-31")).silent(t)
	older := values{"deadline": "2031-03-31", "access_domain": "ACME", "id": partnerID}
	server.ResetRequests()
	for _, config := range []values{with("acme", "2031-03-31"), with("AcMe", "2031-03-31T16:00:00.000Z"), with("ACME", "2031-03-31T23:59:59+00:00")} {
		s.assertUnchanged(config)
		s.assertState(older)
	}
	assertRequests(t, server, nil)

	s.apply(with("acme", "2031-03-31T16:00:00Z").with("description", "new")).silent(t)
	assertRequests(t, server, map[swrtest.Operation]int{swrtest.OpUpdate: 1})
	s.assertState(older)

	// The long s is no s, though Unicode folds them.
	s.apply(with("\u017F", "forever")).silent(t)
	s.plan(with("s", "forever")).assertAction(t, replace)
}

// Whatever form a server gives things back in, nothing is planned after an apply,
// a change arrives, and a destroy leaves nothing.
func TestShareOnEveryVariant(t *testing.T) {
	t.Parallel()
	deadlines := map[string]string{
		"Acme-1": "2031-03-31", "ACME-2": "2031-03-31T00:00:00Z", "acme-3": "2031-03-31T16:00:00.000Z", "aCMe-4": "forever",
	}
	for _, variant := range swrtest.NamedVariants() {
		var variants swrtest.Variants
		variant.Apply(&variants)
		if variants.Routes == swrtest.NoRoutes() {
			continue // TestShareIsNotGone
		}
		t.Run(variant.Name, func(t *testing.T) {
			t.Parallel()
			server := startServer(t, swrtest.WithVariants(variant.Apply))
			for account, deadline := range deadlines {
				t.Run(account, func(t *testing.T) {
					t.Parallel()
					config := shareConfig.with("access_domain", account).with("deadline", deadline)
					s := newHarness(t, server).newShare()
					s.apply(config).silent(t)
					s.assertState(config)
					s.assertUnchanged(config)

					imported := s.newShare() // whose spelling is kept, too
					imported.importID("platform/team/app/" + swapCase(account)).silent(t)
					imported.assertState(values{"access_domain": swapCase(account)})
					imported.assertUnchanged(config)

					description := "changed"
					if variants.Routes.Update == swrtest.NoRoutes().Update {
						s.apply(config.with("description", "changed")).assertError(t, "terraform apply -replace=ADDRESS", "The account has no access until the share is created again")
						description = ""
					} else {
						s.apply(config.with("description", "changed")).silent(t)
					}
					held := server.Shares("platform", "team/app")
					n := slices.IndexFunc(held, func(share swrtest.Share) bool { return strings.EqualFold(share.AccessDomain, account) })
					if n < 0 || held[n].Description != description {
						t.Errorf("the service has %+v", held)
					}
					s.destroy().silent(t)
					held = server.Shares("platform", "team/app")
					if slices.ContainsFunc(held, func(share swrtest.Share) bool { return strings.EqualFold(share.AccessDomain, account) }) {
						t.Errorf("the service has %+v", held)
					}
				})
			}
		})
	}
}

func swapCase(text string) string {
	return strings.Map(func(r rune) rune {
		if upper := strings.ToUpper(string(r)); upper != string(r) {
			return []rune(upper)[0]
		}
		return []rune(strings.ToLower(string(r)))[0]
	}, text)
}

// What the service returns is an error, changes nothing in the state, and sends
// nothing that writes: at a refresh and at a destroy.
func TestShareIsNotGone(t *testing.T) {
	t.Parallel()
	fault := func(behavior swrtest.Behavior) func(*swrtest.Server) {
		return func(s *swrtest.Server) { s.Inject(swrtest.Fault{Behavior: behavior}) }
	}
	for name, test := range map[string]struct {
		change func(*swrtest.Server)
		words  []string
	}{
		"no such route": {func(s *swrtest.Server) { s.SetVariants(func(v *swrtest.Variants) { v.Routes = swrtest.NoRoutes() }) },
			[]string{"404 Not Found", "The server does not implement this API path", "http://127.0.0.1:", "from the provider block", "The state was not changed"}},
		"no such organization": {func(s *swrtest.Server) { s.RemoveNamespace("platform") },
			[]string{`The organization "platform" does not exist`, "404 Not Found", "SVCSTG.SWR.4040058", "removed {", "token from the provider block"}},
		"401": {fault(swrtest.Status(http.StatusUnauthorized, "SVCSTG.SWR.4010000")),
			[]string{"401 Unauthorized", "SVCSTG.SWR.4010000", "token from the provider block"}},
		"403": {fault(swrtest.Status(http.StatusForbidden, "SVCSTG.SWR.4030000")), []string{"403 Forbidden", "token from the provider block"}},
		"a redirect": {fault(swrtest.Redirect(http.StatusFound, "https://login.example/page?session=s3cret")),
			[]string{"302 Found", "https://login.example/page", "Redirects are not followed"}},
		"another share": {fault(swrtest.OtherShare()), []string{"instead of", `"elsewhere/other/app"`}},
		"nonsense":      {fault(swrtest.NullList()), []string{`begins with "[null,null,null]"`}},
		"control characters": {fault(swrtest.Respond(http.StatusBadRequest, http.Header{"Content-Type": {"application/json"}},
			`{"errors":[{"errorCode":"\u001b[31mX","errorMessage":"\u001b[2J\u202e"}]}`)), []string{`\x1b[31mX`, `\u202e`}},
		"out of order": {fault(swrtest.Status(http.StatusServiceUnavailable, "SVCSTG.SWR.5030001")), []string{"503 Service Unavailable, SVCSTG.SWR.5030001"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, server := appliedShare(t)
			test.change(server)
			left := len(server.AllShares())
			s.refresh().assertError(t, test.words...)
			d := s.destroy()
			d.assertError(t, partnerID)
			assertNotContains(t, d.String(), "s3cret", "\x1b", "\u202e")
			if len(server.AllShares()) != left {
				t.Error("the share is gone from the service")
			}
			s.assertExists(true)
		})
	}
}

// The same state at another endpoint.
func TestShareIsNotGoneElsewhere(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		seed  func(*swrtest.Server)
		words []string
	}{
		"an empty service":       {func(*swrtest.Server) {}, []string{`The organization "platform" does not exist for this account`, "removed {"}},
		"the organization alone": {func(s *swrtest.Server) { s.AddNamespace("platform") }, []string{"which was last seen at http://127.0.0.1", "removed {"}},
		"the repository too":     {func(s *swrtest.Server) { s.AddRepository("platform", "team/app") }, []string{"which was last seen at http://127.0.0.1", "removed {"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, server := appliedShare(t)
			here, elsewhere := s.harness, swrtest.Start(t)
			test.seed(elsewhere)
			s.harness = newHarness(t, elsewhere)
			s.refresh().assertError(t, append(test.words, strings.TrimPrefix(elsewhere.URL, "http://")[:15])...)
			s.destroy().assertError(t, test.words...)
			assertRequests(t, elsewhere, nil)
			assertShares(t, server, "ACME")
			s.harness = here
			s.assertUnchanged(shareConfig)
		})
	}
}

// A repository that was deleted takes its shares with it.
func TestShareGoneWithItsRepository(t *testing.T) {
	t.Parallel()
	s, server := appliedShare(t)
	server.RemoveRepository("platform", "team/app")
	p := s.plan(shareConfig)
	p.assertWarning(t, "Share platform/team/app/ACME was deleted with its repository")
	p.assertAction(t, createAction)
	destroyed, server := appliedShare(t)
	server.RemoveRepository("platform", "team/app")
	destroyed.destroy().assertWarning(t, "was deleted with its repository")
	destroyed.assertExists(false)
}

func TestShareDeletedByAnotherClient(t *testing.T) {
	t.Parallel()
	s, server := appliedShare(t)
	server.DeleteShare("platform", "team/app", "ACME")
	s.destroy().silent(t)
	s.assertExists(false)
}

// A share that exists is never adopted automatically, nor is one that is equal to
// what was asked for, though the response to the POST was lost.
func TestShareExists(t *testing.T) {
	t.Parallel()
	for name, posts := range map[string]int{"conflict": 1, "lost response": 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startServer(t)
			server.PutShare(swrtest.Share{Namespace: "platform", Repository: "team/app", AccessDomain: "ACME", Permit: "read", Deadline: "forever",
				Created: time.Now().Add(-time.Minute)})
			if name == "lost response" {
				server.Inject(swrtest.Fault{Operation: swrtest.OpCreate, Times: 1, Behavior: swrtest.ResetAfter()})
			}
			s := newHarness(t, server).newShare()
			s.apply(shareConfig).assertError(t, "Unable to create share platform/team/app/ACME", "409 Conflict", "SVCSTG.SWR.4090089",
				`import { to = swr_repository_share.NAME id = "platform/team/app/ACME" }`)
			s.assertExists(false)
			assertRequests(t, server, map[swrtest.Operation]int{swrtest.OpCreate: posts})

			s.importID(partnerID).silent(t) // as the message says
			s.assertUnchanged(shareConfig)
		})
	}
}

// What a share needs is named where it is missing.
func TestShareOfWhatIsMissing(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	server.AddAccounts("OTHER")
	s := newHarness(t, server).newShare()
	s.apply(shareConfig).assertError(t, `The account "ACME" does not exist`, "SVCSTG.SWR.4001041")
	server.RemoveRepository("platform", "team/app")
	s.apply(shareConfig).assertError(t, `The repository "platform/team/app" does not exist. Push an image to it first`)
	server.RemoveNamespace("platform")
	d := s.apply(shareConfig)
	d.assertError(t, `The organization "platform" does not exist`)
	assertNotContains(t, d.String(), "removed {", "state was not changed") // there is none
	s.assertExists(false)
}

// A share that was accepted and does not show in time is in the state, not tainted.
func TestShareThatDoesNotShow(t *testing.T) {
	t.Parallel()
	server := startServer(t, swrtest.WithVariants(func(v *swrtest.Variants) {
		hidden := swrtest.Delays{Create: swrtest.Delay{Reads: 1000}}
		v.ListDelay, v.GetDelay = hidden, hidden
	}))
	s := newHarness(t, server).newShare()
	s.apply(shareConfig.with("timeouts", values{"create": "5s"})).assertWarning(t,
		"Share platform/team/app/ACME was created, but does not show yet", "did not show it before the operation ended")
	if !s.exists() || s.tainted {
		t.Error("the state does not have the share, not tainted")
	}
	assertShares(t, server, "ACME")
}

// The outcome of a create was not known: its response was lost, and so were the
// reads after it. The share is in the state, tainted. What the next run finds is
// kept if the create made it; a share that was there before is another's, and is
// neither replaced nor revoked.
func TestShareWithUnknownOutcome(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		lost    swrtest.Behavior
		foreign bool // made an hour before
	}{
		"made":                   {swrtest.ResetAfter(), false},
		"not made":               {swrtest.ResetBefore(), false},
		"another's":              {swrtest.ResetBefore(), true},
		"another's and conflict": {swrtest.ResetAfter(), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := func() (*instance, *swrtest.Server) {
				server := startServer(t)
				if test.foreign {
					server.PutShare(swrtest.Share{
						Namespace: "platform", Repository: "team/app", AccessDomain: "ACME", Deadline: "forever", Created: time.Now().Add(-time.Hour),
					})
				}
				return unknownOutcome(t, server, test.lost), server
			}
			for _, refresh := range []bool{true, false} {
				s, server := start()
				var d diagnostics
				if len(server.AllShares()) == 0 {
					s.refresh().assertWarning(t, "Share platform/team/app/ACME does not show yet", "was kept in the state")
					endPendingCreates(server)
				}
				if refresh {
					d = s.refresh().ok(t)
				}
				d.merge(s.destroy())
				d.ok(t)
				if left := len(server.AllShares()); s.exists() || (left == 1) != test.foreign {
					t.Errorf("refresh %t: %d shares are left, in the state: %t", refresh, left, s.exists())
				}
				if test.foreign {
					assertRequests(t, server, nil)
					d.assertWarning(t, "Share platform/team/app/ACME is not managed by this configuration", "import {")
				}
			}

			s, server := start()
			if test.foreign {
				s.apply(shareConfig).assertError(t, "409 Conflict", "import {")
				assertRequests(t, server, map[swrtest.Operation]int{swrtest.OpCreate: 1})
				return
			}
			if len(server.AllShares()) == 1 {
				s.refresh().silent(t)
				s.tainted = false // as terraform untaint does
				s.assertUnchanged(shareConfig)
				assertRequests(t, server, nil)
			} else {
				endPendingCreates(server)
			}
			s.apply(shareConfig).silent(t)
			s.assertUnchanged(shareConfig)
		})
	}
}

// unknownOutcome returns a share whose create failed like this, and could
// not be looked for.
func unknownOutcome(t *testing.T, server *swrtest.Server, lost swrtest.Behavior) *instance {
	t.Helper()
	s := newHarness(t, server, values{"token": server.Token(), "max_retries": 0}).newShare()
	server.Inject(swrtest.Fault{Operation: swrtest.OpCreate, Times: 1, Behavior: lost})
	server.Inject(swrtest.Fault{Operation: swrtest.OpGet, Behavior: swrtest.Status(503, "")})
	s.apply(shareConfig).assertError(t, "Share platform/team/app/ACME may have been created")
	if !s.exists() || !s.tainted {
		t.Error("the state does not have the share as tainted")
	}
	server.RemoveFaults()
	server.ResetRequests()
	return s
}

// endPendingCreates lets ten minutes pass on the server's clock, after which a share
// that does not show does not exist.
func endPendingCreates(server *swrtest.Server) {
	server.SetClock(func() time.Time { return time.Now().Add(11 * time.Minute) })
}

// A share with an unknown outcome is renamed, and the new address creates it first. The
// old one then deletes nothing.
func TestShareWithUnknownOutcomeRenamed(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	s := unknownOutcome(t, server, swrtest.ResetBefore())
	run := newHarness(t, server).inOneRun()
	renamed := run.newShare()
	renamed.apply(shareConfig).ok(t)
	s.harness = run
	s.destroy().silent(t)
	assertRequests(t, server, map[swrtest.Operation]int{swrtest.OpCreate: 1})
	assertShares(t, server, "ACME")
	renamed.assertUnchanged(shareConfig)
}

// Where it can't be determined who created an existing share, nothing is forgotten,
// replaced or revoked: it is an error that says how to go on.
func TestShareWithUndeterminedOwner(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*swrtest.Server){
		"edited since": func(s *swrtest.Server) {
			share, _ := s.Share("platform", "team/app", "ACME")
			share.Description = "edited by hand"
			s.PutShare(share)
		},
		"contradicting clocks": func(s *swrtest.Server) {
			share, _ := s.Share("platform", "team/app", "ACME")
			share.Created = share.Created.Add(-time.Hour)
			s.PutShare(share)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startServer(t)
			s := unknownOutcome(t, server, swrtest.ResetAfter())
			change(server)
			for _, d := range []diagnostics{s.refresh(), s.apply(shareConfig), s.destroy()} {
				d.assertError(t, "Unable to determine who created share platform/team/app/ACME", "the state was not changed", "terraform state rm", "import {")
			}
			s.assertExists(true)
			assertRequests(t, server, nil)

			imported := s.newShare() // the way out that the message names
			imported.importID(partnerID).silent(t)
			imported.apply(shareConfig).silent(t)
			imported.assertUnchanged(shareConfig)
		})
	}
}

// Each bad value is refused at plan, in a message that names attribute, value and
// rule. The rules themselves are tested in package swr.
func TestShareValidation(t *testing.T) {
	t.Parallel()
	h := newHarness(t, startServer(t))
	for name, test := range map[string]struct {
		attribute string
		value     any
		rule      string
	}{
		"namespace":         {"namespace", "aBc", `'B' is not allowed`},
		"repository":        {"repository", "team$app", `write "team/app"`},
		"account":           {"access_domain", "a/b", `must not contain "/"`},
		"account of dots":   {"access_domain", "..", `must not be "." or ".."`},
		"permit":            {"permit", "write", `must be "read"`},
		"deadline":          {"deadline", "2031-02-30", "there is no such day"},
		"deadline's offset": {"deadline", "2031-03-31T23:00:00-02:00", `the UTC day "2031-04-01"`},
		"last deadline":     {"deadline", "9999-12-31", `the last possible day is 9999-12-30; for access without an end write "forever"`},
		"description":       {"description", strings.Repeat("ä", 1001), "must have at most 1000 characters; it has 1001"},
	} {
		d := h.forTest(t).newShare().validate(shareConfig.with(test.attribute, test.value))
		d.assertError(t, test.attribute+" = ", test.rule)
		if len(d.errors) != 1 {
			t.Errorf("%s: %v", name, d.errors)
		}
	}
	d := h.newShare().validate(shareConfig.with("timeouts", values{"create": "0s", "read": "1s", "update": "-5m"}))
	d.assertError(t, `timeouts.create = "0s": must be greater than 0`, `timeouts.update = "-5m": must be greater than 0`)
	assertNotContains(t, d.String(), `"1s"`)
	h.newShare().validate(shareConfig.with("timeouts", values{"create": "soon"})).assertError(t, `"soon"`)
	h.newExclusive().validate(exclusiveValues().with("timeouts", values{"read": "-1ns"})).assertError(t, `timeouts.read = "-1ns": must be greater than 0`)
	assertNoRequests(t, h.server)
}

// A value that is unknown at plan is checked before it is sent.
func TestShareValidationAtApply(t *testing.T) {
	t.Parallel()
	s := newHarness(t, startServer(t)).newShare()
	p := s.planWithoutRefresh(shareConfig.with("deadline", unknown))
	p.silent(t)
	s.applyPlan(s.planWithoutRefresh(shareConfig.with("deadline", "2031-02-30"))).assertError(t, "Invalid deadline", "2031-02-30")
	assertRequests(t, s.server, nil)
}

// Terraform folds warnings of one summary: it names the share.
func TestShareWarnings(t *testing.T) {
	t.Parallel()
	s := newHarness(t, startServer(t)).newShare()
	past := shareConfig.with("deadline", "2020-01-01")
	s.plan(past).assertWarning(t, `Share platform/team/app/ACME expired at the end of 2020-01-01`)
	s.apply(past).ok(t)
	p := s.plan(past)
	p.assertWarning(t, `Share platform/team/app/ACME expired at the end of 2020-01-01`)
	p.assertAction(t, noAction)
	odd := values{"namespace": "plat--form", "repository": "team/app", "access_domain": "A\u200bB", "deadline": "forever"}
	s.validate(odd).assertWarning(t, "hyphens next to each other", "invisible character U+200B")
}

// While the provider's configuration is not known yet, existing shares keep their
// state, new ones are planned, and what needs the service is an error.
func TestUnknownProviderConfiguration(t *testing.T) {
	t.Parallel()
	s, server := appliedShare(t)
	h := unconfigured(t, server)
	h.configure(values{"endpoint": unknown}).silent(t)
	s.harness = h
	p := s.plan(shareConfig)
	p.assertWarning(t, "Existing shares were not checked", `"endpoint"`)
	if p.action != noAction || !s.exists() {
		t.Errorf("the plan is to %s", p.action)
	}
	if p := h.newShare().plan(shareConfig); p.action != createAction || len(p.all()) > 0 {
		t.Errorf("the plan is to %s: %s", p.action, p)
	}
	h.newShare().importID(partnerID).assertError(t, "Provider configuration not yet known", `"endpoint"`)
	h.newExclusive().plan(exclusiveValues()).assertError(t, "Provider configuration not yet known", `"endpoint"`)
	for typeName, config := range map[string]values{
		"swr_repository_share": shareNames, "swr_repository_shares": repositoryNames, "swr_shares": {},
		"swr_repositories": {"namespace": "platform"}, "swr_shared_repositories": {"center": "self"},
	} {
		_, d := h.dataSource(typeName, config)
		d.assertError(t, "Provider configuration not yet known", `"endpoint"`)
	}
	if listed := h.list(query{}); len(listed.errors) != 1 || !strings.Contains(listed.errors[0], "Provider configuration not yet known") {
		t.Errorf("%+v", listed)
	}
	assertNoRequests(t, server)
}
