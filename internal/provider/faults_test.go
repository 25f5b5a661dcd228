package provider_test

import (
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

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
		{"cut off, after the effect", swrtest.CloseMidResponse()},
		{"silence, no effect", swrtest.HangBefore()},
		{"silence, after the effect", swrtest.HangAfter()},
		{"silence amid the answer", swrtest.HangMidResponse()},
		{"latency before the effect", swrtest.LatencyBefore(100 * time.Millisecond)},
		{"latency after the effect", swrtest.LatencyAfter(100 * time.Millisecond)},
		{"500", status(500, "SVCSTG.SWR.5000001")},
		{"500, after the effect", status(500, "SVCSTG.SWR.5000001").AfterEffect()},
		{"502, an HTML page", swrtest.HTMLPage(502)},
		{"503, empty", status(503, "")},
		{"503, after the effect", status(503, "").AfterEffect()},
		{"504, after the effect", status(504, "").AfterEffect()},
		{"400 bad parameters", status(400, "SVCSTG.SWR.4000014")},
		{"400 wrong key pair", status(400, "SVCSTG.SWR.4000031")},
		{"401", status(401, "SVCSTG.SWR.4010000")},
		{"403", status(403, "SVCSTG.SWR.4030000")},
		{"404, no such route", swrtest.StatusAs(404, "APIGW.0101", swrtest.ShapeGateway)},
		{"404, an HTML page", swrtest.HTMLPage(404)},
		{"404, no such share", status(404, "SVCSTG.SWR.4040091")},
		{"404, no such namespace", status(404, "SVCSTG.SWR.4040058")},
		{"404, no such repository", status(404, "SVCSTG.SWR.4040010")},
		{"409 already shared", status(409, "SVCSTG.SWR.4090089")},
		{"409 busy", swrtest.Busy()},
		{"409 busy, after the effect", swrtest.Busy().AfterEffect()},
		{"429", swrtest.Throttle()},
		{"429, Retry-After 1", swrtest.ThrottleSeconds(1)},
		{"429, Retry-After a date", swrtest.ThrottleDate(time.Second)},
		{"429, Retry-After nonsense", swrtest.ThrottleRetryAfter("soon")},
		{"403 that throttles (4031032)", swrtest.ThrottleForbidden(swrtest.CodeThrottledForbidden)},
		{"403 that throttles (4031042)", swrtest.ThrottleForbidden(swrtest.CodeThrottledForbidden2)},
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
		{"another share", swrtest.OtherShare()},
		{"a body of 100 MB", swrtest.HugeBody(100 << 20)},
	}
}

type faultLine struct {
	name   string
	effect swrtest.Behavior
}

// faultColumns are the calls that the faults meet, each in an operation.
var faultColumns = []faultColumn{
	{"create: login", swrtest.OpLogin, false, (*world).create},
	{"create: POST", swrtest.OpCreate, false, (*world).create},
	{"create: GET", swrtest.OpGet, false, (*world).create},
	{"read: list", swrtest.OpList, true, (*world).read},
	{"update: PATCH", swrtest.OpUpdate, true, (*world).change},
	{"update: GET", swrtest.OpGet, true, (*world).change},
	{"delete: DELETE", swrtest.OpDelete, true, (*world).revoke},
	{"delete: list", swrtest.OpList, true, (*world).revoke},
}

type faultColumn struct {
	name string
	kind swrtest.Operation
	// exists: there is a share when the operation begins.
	exists bool
	// operate makes the operation, checks its outcome, and puts it into words.
	operate func(*world) (words string, told outcome)
}

// patience is time that never runs out in a test.
const patience = "60s"

// configOf is a configuration of the share.
func configOf(deadline, description, limit string) map[string]any {
	limits := map[string]tftypes.Value{}
	for _, operation := range []string{"create", "read", "update", "delete"} {
		limits[operation] = tftypes.NewValue(tftypes.String, limit)
	}
	return map[string]any{
		"namespace": "platform", "repository": "team/app", "access_domain": "ACME",
		"deadline": deadline, "description": description, "timeouts": limits,
	}
}

// madeAndUnknown is a share that is not in the state. That is right only where the
// service said that it refused; the next apply must then give the import block.
const madeAndUnknown = "**error**, not in state, made"

func (w *world) create() (string, outcome) {
	told := w.apply(configOf("2031-03-31", "first", w.limit))
	_, holds := w.held()
	switch {
	case !told.failed():
		if difference := w.agrees(); difference != "" {
			w.t.Errorf("created without an error, but %s", difference)
		}
		return "made", told
	case w.there() && !w.tainted:
		w.t.Errorf("an error, and the share is not tainted: %v", told.errors)
	case w.there() && holds:
		return "**error**, tainted, made", told
	case w.there():
		return "**error**, tainted, not made", told
	case holds:
		return madeAndUnknown, told
	}
	return "**error**, not made", told
}

func (w *world) read() (string, outcome) {
	told := w.refresh()
	switch {
	case told.failed():
		return "**error**, state kept", told
	case !w.there():
		return "gone", told
	}
	if difference := w.agrees(); difference != "" {
		w.t.Errorf("read without an error, but %s", difference)
	}
	return "read", told
}

func (w *world) change() (string, outcome) {
	told := w.apply(configOf("2032-03-31", "second", w.limit))
	held, _ := w.held()
	if !told.failed() {
		if difference := w.agrees(); difference != "" || held.Description != "second" {
			w.t.Errorf("changed without an error, but %s", difference)
		}
		return "changed", told
	}
	did := map[bool]string{true: "changed", false: "not changed"}
	return fmt.Sprintf("**error**, %s, state %s", did[held.Description == "second"],
		map[bool]string{true: "new", false: "old"}[w.fields()["description"] == "second"]), told
}

func (w *world) revoke() (string, outcome) {
	told := w.destroy()
	_, holds := w.held()
	switch {
	case told.failed() && holds:
		return "**error**, state kept, not revoked", told
	case told.failed():
		return "**error**, state kept, revoked", told
	case holds:
		return "**FORGOTTEN**", told
	}
	return "revoked", told
}

// oneFault plays one fault in one operation, and gives what came of it in words.
// It ends with a run without faults, which must bring state and service to what
// is wanted.
func oneFault(t *testing.T, line faultLine, column faultColumn, lasting bool) string {
	server := swrtest.Start(t)
	fillAccount(server)
	block := map[string]any{
		"auth_url": server.IAMURL, "user_name": "jane", "password": thePassword, "domain_name": "OWNER-ACCOUNT", "region": "eu-de",
		"max_retries": 1, "request_timeout": patience,
	}
	w := newWorld(t, server, block)
	silent := strings.HasPrefix(line.name, "silence")
	w.limit = patience
	if lasting && !silent {
		w.limit = "6s"
	}
	if column.exists {
		if told := w.apply(configOf("2031-03-31", "first", w.limit)); told.failed() {
			t.Errorf("the setting failed: %v", told.errors)
			return "?"
		}
	}
	if silent {
		hurried := maps.Clone(block)
		hurried["request_timeout"] = "3s"
		w.restart(hurried)
	}
	server.ResetRequests()
	fault := swrtest.Fault{Operation: column.kind, Behavior: line.effect, Times: 1}
	if lasting {
		fault.Times = 0
	}
	injected := server.Inject(fault)

	at := fmt.Sprintf("%s / %s / lasting %t", line.name, column.name, lasting)
	words, told := column.operate(w)
	if injected.Count() == 0 {
		t.Errorf("%s: the fault did not happen", at)
	}
	if !told.failed() && injected.Count() > 0 && server.Count(column.kind) > 1 && strings.Contains("made changed revoked read", words) {
		words += "*"
	}
	if len(told.warnings) > 0 {
		words += ", warning"
	}
	for _, text := range append(told.errors, told.warnings...) {
		if len(text) > 3000 || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }) {
			t.Errorf("%s: a message of %d bytes: %.3000q", at, len(text), text)
		}
		noSecrets(t, map[string]string{at: text}, append(secretsSeen(server), thePassword)...)
	}
	if strings.HasPrefix(words, "gone") || strings.Contains(words, "FORGOTTEN") {
		if line.name != "404, no such repository" || column.name != "read: list" {
			t.Errorf("%s: the state forgot a share that is there", at)
		}
		return words
	}
	if words == madeAndUnknown && line.name != "409 busy, after the effect" && line.name != "307, after the effect" {
		t.Errorf("%s: the share is orphaned: %v", at, told.errors)
	}

	server.RemoveFaults()
	w.restart(block)
	w.settle(at, words)
	return words
}

// settle applies and destroys without faults.
func (w *world) settle(at string, words string) {
	if told := w.refresh(); told.failed() {
		w.t.Errorf("%s: the next refresh failed: %v", at, told.errors)
	}
	told := w.apply(configOf("2032-03-31", "second", patience))
	if words == madeAndUnknown {
		if !told.failed() || !strings.Contains(told.errors[0], "import {") {
			w.t.Errorf("%s: a share that may be another's was taken over", at)
		}
		return
	}
	if difference := w.agrees(); told.failed() || difference != "" || !w.there() || w.tainted {
		w.t.Errorf("%s: the next apply did not help: %s, %v", at, difference, told.errors)
	}
	if told := w.destroy(); told.failed() || w.there() || len(w.server.AllShares()) > 0 {
		w.t.Errorf("%s: it can't be destroyed: %v", at, told.errors)
	}
}

// Every fault of the simulator at every call, once and lasting: state and service
// are compared, and the next run, without faults, must bring both to what is
// wanted. The table of outcomes is kept for contributors; -update writes it.
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
				cells = append(cells, func() { tables[lasting][i][j] = oneFault(t, line, column, lasting) })
			}
		}
	}
	atOnce(len(cells), 30, func(n int) { cells[n]() }) // they mostly wait

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
			false: "\n## A fault that happens once\n\n",
			true:  "\n## A fault that lasts\n\n",
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

const faultsIntroduction = `# What the provider makes of faults

` + "`go test ./internal/provider -run TestFaultMatrix -update`" + ` writes this file; the
test fails if it is not current. Each cell is one operation on one share against
the simulator, with max_retries = 1, in which one call meets one fault. Afterwards
state and service are compared, and a run without faults must bring both to what
is wanted.

- **made**, **read**, **changed**, **revoked**: as wanted, without an error; state and
  service agree. A star: the call was sent more than once.
- **error**: the operation failed with a message. What follows says what the state
  holds, and what really became of it at the service. "Tainted" is a share that
  may be there: the next refresh finds out, and the next apply replaces it.
  "Not in state, made" is a service that did what it said it refused: the next
  apply gives the import block.
- **gone**: the state let go of the share, with a warning. Only the service's word
  that the whole repository does not exist does that; here it is a lie.
- A **warning** after "made": the share is in the state, but could not be read back.
`
