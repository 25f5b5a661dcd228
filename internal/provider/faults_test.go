package provider_test

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

var update = flag.Bool("update", false, "write the files that tests compare with")

// faultsFile is the table of outcomes, for contributors.
const faultsFile = "../../.github/FAULTS.md"

// faultLines are the faults of the simulator, with the names of the table.
func faultLines() []faultLine {
	status := func(status int, code string) swrtest.Behavior { return swrtest.Status(status, code) }
	return []faultLine{
		{"reset, no effect", swrtest.ResetBefore()},
		{"reset, after the effect", swrtest.ResetAfter()},
		{"truncated response, after the effect", swrtest.CloseMidResponse()},
		{"timeout, no effect", swrtest.HangBefore()},
		{"timeout, after the effect", swrtest.HangAfter()},
		{"timeout within the response", swrtest.HangMidResponse()},
		{"latency before the effect", swrtest.LatencyBefore(100 * time.Millisecond)},
		{"latency after the effect", swrtest.LatencyAfter(100 * time.Millisecond)},
		{"500", status(500, "SVCSTG.SWR.5000001")},
		{"500, after the effect", status(500, "SVCSTG.SWR.5000001").AfterEffect()},
		{"502, an HTML page", swrtest.HTMLPage(502)},
		{"503, empty", status(503, "")},
		{"503, after the effect", status(503, "").AfterEffect()},
		{"504, after the effect", status(504, "").AfterEffect()},
		{"400 bad parameters", status(400, "SVCSTG.SWR.4000014")},
		{"400 wrong access key", status(400, "SVCSTG.SWR.4000031")},
		{"401", status(401, "SVCSTG.SWR.4010000")},
		{"403", status(403, "SVCSTG.SWR.4030000")},
		{"404, no such API path", swrtest.StatusAs(404, "APIGW.0101", swrtest.ShapeGateway)},
		{"404, an HTML page", swrtest.HTMLPage(404)},
		{"404, no such share", status(404, "SVCSTG.SWR.4040091")},
		{"404, no such namespace", status(404, "SVCSTG.SWR.4040058")},
		{"404, no such repository", status(404, "SVCSTG.SWR.4040010")},
		{"409 already shared", status(409, "SVCSTG.SWR.4090089")},
		{"409 busy", swrtest.Busy()},
		{"409 busy, after the effect", swrtest.Busy().AfterEffect()},
		{"429", swrtest.Throttle()},
		{"429, Retry-After 1", swrtest.ThrottleSeconds(1)},
		{"429, Retry-After with a date", swrtest.ThrottleDate(time.Second)},
		{"429, invalid Retry-After", swrtest.ThrottleRetryAfter("soon")},
		{"403, rate-limited (4031032)", swrtest.ThrottleForbidden(swrtest.CodeThrottledForbidden)},
		{"403, rate-limited (4031042)", swrtest.ThrottleForbidden(swrtest.CodeThrottledForbidden2)},
		{"302", swrtest.Redirect(302, "https://login.example/")},
		{"307, after the effect", swrtest.Redirect(307, "https://login.example/").AfterEffect()},
		{"200, an HTML page", swrtest.HTMLPage(200)},
		{"200, an HTML page, after the effect", swrtest.HTMLPage(200).AfterEffect()},
		{"200 with an error", swrtest.SuccessWithError("SVCSTG.SWR.5000001")},
		{"200 with an error, after the effect", swrtest.SuccessWithError("SVCSTG.SWR.5000001").AfterEffect()},
		{"200, empty", swrtest.Respond(200, nil, "")},
		{"202, after the effect", swrtest.Respond(202, nil, "").AfterEffect()},
		{"an empty list", swrtest.Respond(200, http.Header{"Content-Type": {"application/json"}}, "[]")},
		{"a list of nulls", swrtest.NullList()},
		{"wrong types", swrtest.WrongTypes()},
		{"wrong shape", swrtest.WrongShape()},
		{"a different share", swrtest.OtherShare()},
		{hugeBody, swrtest.HugeBody(100 << 20)},
	}
}

type faultLine struct {
	name     string
	behavior swrtest.Behavior
}

// faultColumns are the calls that the faults meet, each in an operation.
var faultColumns = []faultColumn{
	{"create: login", swrtest.OpLogin, false, (*faultRun).runCreate},
	{"create: list", swrtest.OpList, false, (*faultRun).runCreate},
	{"create: POST", swrtest.OpCreate, false, (*faultRun).runCreate},
	{"create: GET", swrtest.OpGet, false, (*faultRun).runCreate},
	{"read: list", swrtest.OpList, true, (*faultRun).runRead},
	{"update: PATCH", swrtest.OpUpdate, true, (*faultRun).runUpdate},
	{"update: GET", swrtest.OpGet, true, (*faultRun).runUpdate},
	{"delete: DELETE", swrtest.OpDelete, true, (*faultRun).runDelete},
	{"delete: list", swrtest.OpList, true, (*faultRun).runDelete},
}

type faultColumn struct {
	name      string
	operation swrtest.Operation
	// exists: there is a share before.
	exists bool
	// run runs the operation, checks its outcome, and describes it.
	run func(*faultRun) (outcome string, d diagnostics)
}

// noTimeout is a time that never runs out in a test.
const noTimeout = "60s"

const hugeBody = "a body of 100 MB"

// waitsForTimeout are the cells in which one fault makes an operation wait until
// it times out: the service says that it did what it did not do.
var waitsForTimeout = map[[2]string]bool{
	{"200, empty", "create: POST"}:           true,
	{"200, empty", "delete: DELETE"}:         true,
	{"404, no such share", "delete: DELETE"}: true,
}

// faultConfig is a configuration of the share.
func faultConfig(deadline, description, timeout string) values {
	return shareConfig.with("deadline", deadline).with("description", description).
		with("timeouts", values{"create": timeout, "read": timeout, "update": timeout, "delete": timeout})
}

// orphaned is a share that is not in the state. It is correct only if the service
// reported a rejection; the next apply must then print the import block.
const orphaned = "**error**, not in state, created"

// faultRun is one cell of the table.
type faultRun struct {
	*instance
	cell     string
	timeout  string  // of its operations
	creation planned // of a column that creates the share
}

// held returns the share that the service has.
func (r *faultRun) held() (swrtest.Share, bool) {
	return r.server.Share("platform", "team/app", "ACME")
}

// difference describes how state and service differ, "" if they do not.
func (r *faultRun) difference() string {
	held, ok := r.held()
	if ok != r.exists() {
		return fmt.Sprintf("the service has the share: %t; the state: %t", ok, r.exists())
	}
	if !ok {
		return ""
	}
	state := r.attributes()
	if state["description"] != held.Description || !strings.HasPrefix(held.Deadline, fmt.Sprint(state["deadline"])) || state["permit"] != held.Permit {
		return fmt.Sprintf("the service has %+v, the state %v", held, state)
	}
	return ""
}

func (r *faultRun) runCreate() (string, diagnostics) {
	d := r.applyPlan(r.creation)
	_, made := r.held()
	switch {
	case !d.failed():
		if difference := r.difference(); difference != "" {
			r.t.Errorf("%s: created without an error, but %s", r.cell, difference)
		}
		return "created", d
	case r.exists() && !r.tainted:
		r.t.Errorf("%s: an error, and the share is not tainted: %v", r.cell, d.errors)
	case r.exists() && made:
		return "**error**, tainted, created", d
	case r.exists():
		return "**error**, tainted, not created", d
	case made:
		return orphaned, d
	}
	return "**error**, not created", d
}

func (r *faultRun) runRead() (string, diagnostics) {
	d := r.refresh()
	switch {
	case d.failed():
		return "**error**, state kept", d
	case !r.exists():
		return "removed from the state", d
	}
	if difference := r.difference(); difference != "" {
		r.t.Errorf("%s: read without an error, but %s", r.cell, difference)
	}
	return "read", d
}

func (r *faultRun) runUpdate() (string, diagnostics) {
	d := r.applyWithoutRefresh(faultConfig("2032-03-31", "second", r.timeout))
	held, _ := r.held()
	if !d.failed() {
		if difference := r.difference(); difference != "" || held.Description != "second" {
			r.t.Errorf("%s: updated without an error, but %s", r.cell, difference)
		}
		return "updated", d
	}
	service := map[bool]string{true: "updated", false: "not updated"}
	state := map[bool]string{true: "updated", false: "kept"}
	return fmt.Sprintf("**error**, %s, state %s", service[held.Description == "second"], state[r.attributes()["description"] == "second"]), d
}

func (r *faultRun) runDelete() (string, diagnostics) {
	d := r.destroy()
	_, left := r.held()
	switch {
	case d.failed() && left:
		return "**error**, state kept, not revoked", d
	case d.failed():
		return "**error**, state kept, revoked", d
	case left:
		return "**FORGOTTEN**", d
	}
	return "revoked", d
}

// runFault injects one fault into one operation, and describes the outcome. A run
// without faults follows, which must bring state and service to what is
// configured.
func runFault(t *testing.T, line faultLine, column faultColumn, lasting bool) string {
	server := startServer(t)
	block := passwordBlock(server).with("max_retries", 1).with("request_timeout", noTimeout)
	r := &faultRun{
		instance: newHarness(t, server, block).inOneRun().newShare(), timeout: noTimeout,
		cell: fmt.Sprintf("%s / %s / lasting %t", line.name, column.name, lasting),
	}
	timesOut := strings.HasPrefix(line.name, "timeout")
	if lasting && !timesOut || waitsForTimeout[[2]string{line.name, column.name}] {
		r.timeout = "6s"
		if line.name == hugeBody { // the simulator needs seconds for several on a busy machine
			r.timeout = "15s"
		}
	}
	if column.exists {
		if d := r.applyWithoutRefresh(faultConfig("2031-03-31", "first", r.timeout)); d.failed() {
			t.Errorf("%s: it can't be prepared: %v", r.cell, d.errors)
			return "?"
		}
	} else {
		r.creation = r.planWithoutRefresh(faultConfig("2031-03-31", "first", r.timeout))
	}
	// Terraform applies in another process than it plans.
	if timesOut {
		block = block.with("request_timeout", "5s")
	}
	r.harness = newHarness(t, server, block).inOneRun()
	server.ResetRequests()
	fault := swrtest.Fault{Operation: column.operation, Behavior: line.behavior, Times: 1}
	if lasting {
		fault.Times = 0
	}
	injected := server.Inject(fault)

	outcome, d := column.run(r)
	if injected.Count() == 0 {
		t.Errorf("%s: the fault did not happen", r.cell)
	}
	if !d.failed() && injected.Count() > 0 && server.Count(column.operation) > 1 && strings.Contains("created updated revoked read", outcome) {
		outcome += "*"
	}
	if len(d.warnings) > 0 {
		outcome += ", warning"
	}
	secrets := append(secretsIn(server), testPassword)
	for _, text := range d.all() {
		if len(text) > 3000 || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }) {
			t.Errorf("%s: a message of %d bytes: %.3000q", r.cell, len(text), text)
		}
		assertNoSecrets(t, map[string]string{r.cell: text}, secrets...)
	}
	if strings.HasPrefix(outcome, "removed") || strings.Contains(outcome, "FORGOTTEN") {
		if line.name != "404, no such repository" || column.name != "read: list" {
			t.Errorf("%s: the state lost a share that exists", r.cell)
		}
		return outcome
	}
	if outcome == orphaned && line.name != "409 busy, after the effect" && line.name != "307, after the effect" {
		t.Errorf("%s: the share is orphaned: %v", r.cell, d.errors)
	}

	server.RemoveFaults()
	r.harness = newHarness(t, server, block.with("request_timeout", noTimeout)).inOneRun()
	r.settle(outcome)
	return outcome
}

// settle applies and destroys without faults.
func (r *faultRun) settle(outcome string) {
	if _, created := r.held(); r.exists() && !created {
		endPendingCreates(r.server)
	}
	if r.exists() { // a refresh takes its timeout from the state
		r.state = r.object(r.schema(), r.attributes().with("timeouts", faultConfig("", "", noTimeout)["timeouts"]))
	}
	if d := r.refresh(); d.failed() {
		r.t.Errorf("%s: the next refresh failed: %v", r.cell, d.errors)
	}
	d := r.applyWithoutRefresh(faultConfig("2032-03-31", "second", noTimeout))
	if outcome == orphaned {
		if !d.failed() || !strings.Contains(d.errors[0], "import {") {
			r.t.Errorf("%s: a share that may be another's was adopted", r.cell)
		}
		return
	}
	if difference := r.difference(); d.failed() || difference != "" || !r.exists() || r.tainted {
		r.t.Errorf("%s: the next apply did not help: %s, %v", r.cell, difference, d.errors)
	}
	if d := r.destroy(); d.failed() || r.exists() || len(r.server.AllShares()) > 0 {
		r.t.Errorf("%s: it can't be destroyed: %v", r.cell, d.errors)
	}
}

// Every fault of the simulator at every call, once and persistent: state and service
// are compared, and the next run, without faults, must reach the configured result.
// The table of outcomes is a document for users; -update writes it.
func TestFaultMatrix(t *testing.T) {
	t.Parallel()
	lines := faultLines()
	tables := map[bool][][]string{}
	for _, lasting := range []bool{false, true} {
		tables[lasting] = make([][]string, len(lines))
		for i := range lines {
			tables[lasting][i] = make([]string, len(faultColumns))
		}
	}
	var cells []func()
	for _, lasting := range []bool{true, false} {
		for i, line := range lines {
			for j, column := range faultColumns {
				cells = append(cells, func() { tables[lasting][i][j] = runFault(t, line, column, lasting) })
			}
		}
	}
	concurrently(len(cells), 100, func(n int) { cells[n]() }) // they mostly wait

	document := faultsDocument(lines, tables)
	t.Log("\n" + document)
	if *update {
		if err := os.WriteFile(faultsFile, []byte(document), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(faultsFile)
	if err != nil {
		t.Fatal(err)
	}
	was, is := strings.Split(string(kept), "\n"), strings.Split(document, "\n")
	for i := range max(len(was), len(is)) {
		if i >= len(was) || i >= len(is) || was[i] != is[i] {
			t.Errorf("%s is not current; run go test ./internal/provider -run TestFaultMatrix -update and look at the difference", faultsFile)
			break
		}
	}
	for _, line := range is {
		if !slices.Contains(was, line) {
			t.Errorf("new: %s", line)
		}
	}
}

func faultsDocument(lines []faultLine, tables map[bool][][]string) string {
	var b strings.Builder
	b.WriteString(faultsIntroduction)
	for _, lasting := range []bool{false, true} {
		b.WriteString(map[bool]string{
			false: "\n## Faults that occur once\n\n",
			true:  "\n## Faults that persist\n\n",
		}[lasting])
		b.WriteString("| fault |")
		for _, column := range faultColumns {
			b.WriteString(" " + column.name + " |")
		}
		b.WriteString("\n|---|" + strings.Repeat("---|", len(faultColumns)) + "\n")
		for i, line := range lines {
			fmt.Fprintf(&b, "| %s | %s |\n", line.name, strings.Join(tables[lasting][i], " | "))
		}
	}
	return b.String()
}

const faultsIntroduction = `# Results of failures

` + "`" + `go test ./internal/provider -run TestFaultMatrix -update` + "`" + ` generates this file; the
test fails if it is out of date. Each cell is one operation on one share, run
against the simulator with ` + "`" + `max_retries = 1` + "`" + `, in which one call fails. The test then
compares the state with the service. The next run, without faults, must reach the
configured result.

- **created**, **read**, **updated**, **revoked**: success; state and service agree.
  With a star, the call was sent more than once.
- **error**: the operation failed with a message. The rest of the cell says what the
  state and the service contain. A **tainted** share may exist: the next refresh
  reads it, and the next apply replaces it. If it does not show, it is kept for ten
  minutes, since the service may still carry the request out. **Not in state, created**: the service
  rejected the request but created the share. The next apply prints the ` + "`" + `import` + "`" + `
  block.
- **removed from the state**: happens, with a warning, only if the service reports
  that the whole repository does not exist (which is false in this test).
- A **warning** after "created": the share is in the state, but could not be read back.
`
