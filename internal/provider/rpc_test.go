package provider_test

import (
	"bytes"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// world is one share as Terraform manages it: a state, and the calls of the
// protocol that change it, made as Terraform makes them. It is for tests that
// need hundreds of runs, for which the CLI is too slow.
type world struct {
	*protocol
	server *swrtest.Server

	state    *tfprotov6.DynamicValue
	private  []byte
	identity *tfprotov6.ResourceIdentityData
	tainted  bool
	limit    string // the timeouts of its operations
}

// outcome is what a call of the provider told.
type outcome struct {
	errors, warnings []string
}

func (o outcome) failed() bool { return len(o.errors) > 0 }

func (o *outcome) add(diagnostics []*tfprotov6.Diagnostic) {
	for _, d := range diagnostics {
		text := d.Summary + "\n" + d.Detail
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			o.errors = append(o.errors, text)
		} else {
			o.warnings = append(o.warnings, text)
		}
	}
}

// newWorld configures a provider with the block.
func newWorld(t testing.TB, server *swrtest.Server, block map[string]any) *world {
	t.Helper()
	served, err := factories["swr"]()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{protocol: &protocol{ProviderServer: served, t: t}, server: server}
	if w.schemas, err = served.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{}); err != nil {
		t.Fatal(err)
	}
	config := map[string]any{"endpoint": server.URL}
	maps.Copy(config, block)
	resp, err := served.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{Config: w.object(w.schemas.Provider, config)})
	if err != nil {
		t.Fatal(err)
	}
	w.clean(resp.Diagnostics)
	return w
}

// restart goes on with another process of the provider.
func (w *world) restart(block map[string]any) {
	w.t.Helper()
	w.protocol = newWorld(w.t, w.server, block).protocol
}

func (w *world) schema() *tfprotov6.Schema { return w.schemas.ResourceSchemas[shareType] }

// null is the state of what is not there.
func (w *world) null() *tfprotov6.DynamicValue {
	kind := w.schema().ValueType()
	return w.value(kind, tftypes.NewValue(kind, nil))
}

// there tells whether the state holds the share.
func (w *world) there() bool { return w.state != nil }

// keep takes a new state over.
func (w *world) keep(state *tfprotov6.DynamicValue, private []byte, identity *tfprotov6.ResourceIdentityData) {
	w.t.Helper()
	value, err := state.Unmarshal(w.schema().ValueType())
	if err != nil {
		w.t.Fatal(err)
	}
	if !value.IsFullyKnown() {
		w.t.Errorf("the state has unknown values: %s", value)
	}
	if value.IsNull() {
		w.state, w.private, w.identity, w.tainted = nil, nil, nil, false
		return
	}
	w.state, w.private, w.identity = state, private, identity
}

// fields are the texts of the state.
func (w *world) fields() map[string]string { return w.strings(w.schema().ValueType(), w.state) }

// refresh reads the share.
func (w *world) refresh() outcome {
	w.t.Helper()
	var told outcome
	if !w.there() {
		return told
	}
	before, private := w.state, w.private
	read, err := w.ReadResource(w.t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: shareType, CurrentState: w.state, Private: w.private, CurrentIdentity: w.identity,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	told.add(read.Diagnostics)
	if told.failed() {
		// Terraform keeps what it had; the provider must not have meant another.
		if !w.same(read.NewState, before) || (len(read.Private) > 0 && !bytes.Equal(read.Private, private)) {
			w.t.Errorf("a read that failed gave another state: %v", told.errors)
		}
		return told
	}
	w.keep(read.NewState, read.Private, read.NewIdentity)
	return told
}

func (w *world) same(a, b *tfprotov6.DynamicValue) bool {
	w.t.Helper()
	return w.equal(w.schema().ValueType(), a, b)
}

// proposal is what Terraform proposes for a configuration: the configuration,
// with what the provider computes as it was.
func (w *world) proposal(config map[string]any) *tfprotov6.DynamicValue {
	w.t.Helper()
	proposed := maps.Clone(config)
	if w.there() {
		for name, text := range w.fields() {
			if _, configured := config[name]; !configured {
				proposed[name] = text
			}
		}
	}
	return w.object(w.schema(), proposed)
}

// apply brings the share to the configuration, without a refresh, and replaces
// it if it is tainted.
func (w *world) apply(config map[string]any) outcome {
	w.t.Helper()
	if w.tainted {
		if told := w.destroy(); told.failed() {
			return told
		}
	}
	prior := w.state
	if prior == nil {
		prior = w.null()
	}
	plan, err := w.PlanResourceChange(w.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: shareType, PriorState: prior, ProposedNewState: w.proposal(config), Config: w.object(w.schema(), config),
		PriorPrivate: w.private, PriorIdentity: w.identity,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	var told outcome
	told.add(plan.Diagnostics)
	if told.failed() || w.same(plan.PlannedState, prior) {
		return told
	}
	applied, err := w.ApplyResourceChange(w.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: shareType, PriorState: prior, PlannedState: plan.PlannedState, Config: w.object(w.schema(), config),
		PlannedPrivate: plan.PlannedPrivate, PlannedIdentity: plan.PlannedIdentity,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	told.add(applied.Diagnostics)
	fresh := !w.there()
	w.keep(applied.NewState, applied.Private, applied.NewIdentity)
	w.tainted = fresh && w.there() && told.failed()
	return told
}

// destroy revokes the share, without a refresh.
func (w *world) destroy() outcome {
	w.t.Helper()
	var told outcome
	if !w.there() {
		return told
	}
	before := w.state
	applied, err := w.ApplyResourceChange(w.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: shareType, PriorState: w.state, PlannedState: w.null(), Config: w.null(),
		PlannedPrivate: w.private, PlannedIdentity: w.identity,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	told.add(applied.Diagnostics)
	if told.failed() {
		if !w.same(applied.NewState, before) {
			w.t.Errorf("a revoke that failed gave another state: %v", told.errors)
		}
		return told
	}
	w.keep(applied.NewState, applied.Private, applied.NewIdentity)
	return told
}

// held is the share as the service holds it.
func (w *world) held() (swrtest.Share, bool) {
	return w.server.Share("platform", "team/app", "ACME")
}

// agrees says how state and service differ, "" if they do not.
func (w *world) agrees() string {
	held, holds := w.held()
	if holds != w.there() {
		return fmt.Sprintf("the service holds the share: %t; the state: %t", holds, w.there())
	}
	if !holds {
		return ""
	}
	state := w.fields()
	if state["description"] != held.Description || !strings.HasPrefix(held.Deadline, state["deadline"]) || state["permit"] != held.Permit {
		return fmt.Sprintf("the service holds %+v, the state %v", held, state)
	}
	return ""
}
