package provider_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/big"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/protoserver"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/provider"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// factories serve the provider in process.
var factories = map[string]func() (tfprotov6.ProviderServer, error){
	"swr": func() (tfprotov6.ProviderServer, error) { return protoserver.Server(provider.New("test")()) },
}

const (
	shareType     = "swr_repository_share"
	exclusiveType = "swr_repository_shares_exclusive"
)

// values are the attributes of an object by name: nil, string, bool, int64,
// []any, values, or unknown.
type values map[string]any

// unknown is a value that is not known yet.
const unknown = tftypes.UnknownValue

func (v values) with(name string, value any) values {
	changed := maps.Clone(v)
	changed[name] = value
	return changed
}

// harness serves the provider in process and calls it as Terraform does, over
// the protocol, without a CLI. It is one process of a configured provider.
type harness struct {
	tfprotov6.ProviderServer
	t       testing.TB
	server  *swrtest.Server
	schemas *tfprotov6.GetProviderSchemaResponse
	block   values
	oneRun  bool // the commands of instances share this process
}

// newHarness configures a provider for the simulator, with a token or else with
// what the block has.
func newHarness(t testing.TB, server *swrtest.Server, block ...values) *harness {
	t.Helper()
	h := unconfigured(t, server)
	if len(block) == 0 {
		block = []values{{"token": server.Token()}}
	}
	if d := h.configure(block[0]); len(d.all()) > 0 {
		t.Fatal(d)
	}
	return h
}

func unconfigured(t testing.TB, server *swrtest.Server) *harness {
	t.Helper()
	served, err := factories["swr"]()
	return serve(t, server, served, err)
}

func serve(t testing.TB, server *swrtest.Server, served tfprotov6.ProviderServer, err error) *harness {
	t.Helper()
	h := &harness{ProviderServer: served, t: t, server: server}
	h.must(err)
	h.schemas, err = schemas()
	h.must(err)
	return h
}

// schemas are the same for all, and take their time.
var schemas = sync.OnceValues(func() (*tfprotov6.GetProviderSchemaResponse, error) {
	served, err := factories["swr"]()
	if err != nil {
		return nil, err
	}
	return served.GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
})

// configure configures the provider with the block, whose endpoint is the
// simulator's unless it has one of its own.
func (h *harness) configure(block values) (d diagnostics) {
	h.t.Helper()
	config := values{"endpoint": h.server.URL}
	maps.Copy(config, block)
	h.block = config
	resp, err := h.ConfigureProvider(h.t.Context(), &tfprotov6.ConfigureProviderRequest{Config: h.object(h.schemas.Provider, config)})
	h.must(err)
	d.add(resp.Diagnostics)
	return d
}

func (h *harness) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// forTest returns the same provider for a subtest.
func (h *harness) forTest(t testing.TB) *harness {
	same := *h
	same.t = t
	return &same
}

// inOneRun makes all that instances do one run of Terraform, in one process.
func (h *harness) inOneRun() *harness {
	h.oneRun = true
	return h
}

// diagnostics are what a call reported, each as summary and detail.
type diagnostics struct {
	errors, warnings []string
}

func (d *diagnostics) add(reported []*tfprotov6.Diagnostic) {
	for _, one := range reported {
		text := one.Summary + "\n" + one.Detail
		if one.Attribute != nil {
			text = one.Attribute.String() + ": " + text
		}
		if one.Severity == tfprotov6.DiagnosticSeverityError {
			d.errors = append(d.errors, text)
		} else {
			d.warnings = append(d.warnings, text)
		}
	}
}

func (d *diagnostics) merge(other diagnostics) {
	d.errors = append(d.errors, other.errors...)
	d.warnings = append(d.warnings, other.warnings...)
}

func (d diagnostics) failed() bool { return len(d.errors) > 0 }
func (d diagnostics) all() []string {
	return append(d.errors[:len(d.errors):len(d.errors)], d.warnings...)
}
func (d diagnostics) String() string { return strings.Join(d.all(), "\n\n") }

// ok fails the test where an error was reported.
func (d diagnostics) ok(t testing.TB) diagnostics {
	t.Helper()
	if d.failed() {
		t.Fatalf("errors:\n%s", strings.Join(d.errors, "\n\n"))
	}
	return d
}

// silent fails the test where anything was reported.
func (d diagnostics) silent(t testing.TB) {
	t.Helper()
	if len(d.all()) > 0 {
		t.Fatalf("reported:\n%s", d)
	}
}

// assertError fails the test unless errors were reported that contain the parts.
func (d diagnostics) assertError(t testing.TB, parts ...string) {
	t.Helper()
	if !d.failed() {
		t.Errorf("no error; warnings: %v", d.warnings)
	}
	assertContains(t, unwrap(strings.Join(d.errors, "\n")), parts...)
}

// assertWarning fails the test unless there are warnings alone, with the parts.
func (d diagnostics) assertWarning(t testing.TB, parts ...string) {
	t.Helper()
	d.ok(t)
	assertContains(t, unwrap(strings.Join(d.warnings, "\n")), parts...)
}

// toTerraform returns a value of the type. What is missing of an object is null.
func (h *harness) toTerraform(of tftypes.Type, value any) tftypes.Value {
	h.t.Helper()
	elements := func(of tftypes.Type, list []any) []tftypes.Value {
		converted := make([]tftypes.Value, len(list))
		for i, element := range list {
			converted[i] = h.toTerraform(of, element)
		}
		return converted
	}
	switch value := value.(type) {
	case values:
		object, ok := of.(tftypes.Object)
		if !ok {
			h.t.Fatalf("a %s takes no attributes", of)
		}
		attributes := map[string]tftypes.Value{}
		for name, of := range object.AttributeTypes {
			attributes[name] = h.toTerraform(of, value[name])
		}
		for name := range value {
			if _, known := attributes[name]; !known {
				h.t.Fatalf("there is no attribute %s", name)
			}
		}
		return tftypes.NewValue(of, attributes)
	case []any:
		switch of := of.(type) {
		case tftypes.Set:
			return tftypes.NewValue(of, elements(of.ElementType, value))
		case tftypes.List:
			return tftypes.NewValue(of, elements(of.ElementType, value))
		}
		h.t.Fatalf("a %s takes no elements", of)
	}
	return tftypes.NewValue(of, value)
}

// fromTerraform is the inverse of toTerraform.
func (h *harness) fromTerraform(value tftypes.Value) any {
	h.t.Helper()
	switch {
	case !value.IsKnown():
		return unknown
	case value.IsNull():
		return nil
	case value.Type().Is(tftypes.String):
		return as[string](h, value)
	case value.Type().Is(tftypes.Bool):
		return as[bool](h, value)
	case value.Type().Is(tftypes.Number):
		number := as[*big.Float](h, value)
		integer, _ := number.Int64()
		return integer
	case value.Type().Is(tftypes.Object{}):
		object := values{}
		for name, attribute := range as[map[string]tftypes.Value](h, value) {
			object[name] = h.fromTerraform(attribute)
		}
		return object
	}
	list := []any{}
	for _, element := range as[[]tftypes.Value](h, value) {
		list = append(list, h.fromTerraform(element))
	}
	return list
}

func as[T any](h *harness, value tftypes.Value) (converted T) {
	h.t.Helper()
	h.must(value.As(&converted))
	return converted
}

func (h *harness) dynamic(value tftypes.Value) *tfprotov6.DynamicValue {
	h.t.Helper()
	dynamic, err := tfprotov6.NewDynamicValue(value.Type(), value)
	h.must(err)
	return &dynamic
}

// object returns an object of the schema with the values.
func (h *harness) object(schema *tfprotov6.Schema, attributes values) *tfprotov6.DynamicValue {
	h.t.Helper()
	return h.dynamic(h.toTerraform(schema.ValueType(), attributes))
}

// decode returns the attributes of an object; nil if it is null.
func (h *harness) decode(of tftypes.Type, object *tfprotov6.DynamicValue) values {
	h.t.Helper()
	value, err := object.Unmarshal(of)
	h.must(err)
	attributes, _ := h.fromTerraform(value).(values)
	return attributes
}

func (h *harness) equal(of tftypes.Type, a, b *tfprotov6.DynamicValue) bool {
	h.t.Helper()
	first, err := a.Unmarshal(of)
	h.must(err)
	second, err := b.Unmarshal(of)
	h.must(err)
	return first.Equal(second)
}

// shareIdentityType is the identity of a share in the protocol.
var shareIdentityType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{
	"namespace": tftypes.String, "repository": tftypes.String, "access_domain": tftypes.String,
}}

func (h *harness) identity(namespace, repository, account string) *tfprotov6.ResourceIdentityData {
	h.t.Helper()
	return &tfprotov6.ResourceIdentityData{IdentityData: h.dynamic(h.toTerraform(shareIdentityType, values{
		"namespace": namespace, "repository": repository, "access_domain": account,
	}))}
}

// identityID returns the id that an identity stands for.
func (h *harness) identityID(identity *tfprotov6.ResourceIdentityData) string {
	h.t.Helper()
	if identity == nil {
		return ""
	}
	names := h.decode(shareIdentityType, identity.IdentityData)
	return fmt.Sprintf("%s/%s/%s", names["namespace"], names["repository"], names["access_domain"])
}

// dataSource reads a data source.
func (h *harness) dataSource(typeName string, config values) (attributes values, d diagnostics) {
	h.t.Helper()
	schema := h.schemas.DataSourceSchemas[typeName]
	object := h.object(schema, config)
	valid, err := h.ValidateDataResourceConfig(h.t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{TypeName: typeName, Config: object})
	h.must(err)
	if d.add(valid.Diagnostics); d.failed() {
		return nil, d
	}
	read, err := h.ReadDataSource(h.t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: typeName, Config: object})
	h.must(err)
	if d.add(read.Diagnostics); d.failed() {
		return nil, d
	}
	return h.decode(schema.ValueType(), read.State), d
}

// instance is one resource instance as Terraform manages it: its state, and the
// calls that change it, made in Terraform's order and checked by its rules.
type instance struct {
	*harness
	typeName string
	state    *tfprotov6.DynamicValue // nil: there is none
	private  []byte
	identity *tfprotov6.ResourceIdentityData
	tainted  bool
}

// newRun starts another process of the provider, as Terraform does for each of
// its commands.
func (i *instance) newRun() {
	i.t.Helper()
	if !i.oneRun {
		next := unconfigured(i.t, i.server)
		next.configure(i.block)
		i.harness = next
	}
}

func (h *harness) newShare() *instance     { return &instance{harness: h, typeName: shareType} }
func (h *harness) newExclusive() *instance { return &instance{harness: h, typeName: exclusiveType} }

func (i *instance) schema() *tfprotov6.Schema { return i.schemas.ResourceSchemas[i.typeName] }
func (i *instance) exists() bool              { return i.state != nil }

// attributes returns those of the state.
func (i *instance) attributes() values {
	i.t.Helper()
	if !i.exists() {
		return nil
	}
	return i.decode(i.schema().ValueType(), i.state)
}

// prior returns the state, null if there is none.
func (i *instance) prior() *tfprotov6.DynamicValue {
	if i.exists() {
		return i.state
	}
	return i.dynamic(tftypes.NewValue(i.schema().ValueType(), nil))
}

func (i *instance) same(a, b *tfprotov6.DynamicValue) bool {
	i.t.Helper()
	return i.equal(i.schema().ValueType(), a, b)
}

// setState takes over what a call returned.
func (i *instance) setState(state *tfprotov6.DynamicValue, private []byte, identity *tfprotov6.ResourceIdentityData) {
	i.t.Helper()
	value, err := state.Unmarshal(i.schema().ValueType())
	i.must(err)
	if !value.IsFullyKnown() {
		i.t.Errorf("the state has unknown values: %s", value)
	}
	if value.IsNull() {
		i.state, i.private, i.identity, i.tainted = nil, nil, nil, false
		return
	}
	i.state, i.private, i.identity = state, private, identity
}

// refresh reads the resource.
func (i *instance) refresh() (d diagnostics) {
	i.t.Helper()
	i.newRun()
	return i.read()
}

func (i *instance) read() (d diagnostics) {
	i.t.Helper()
	if !i.exists() {
		return d
	}
	read, err := i.ReadResource(i.t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: i.typeName, CurrentState: i.state, Private: i.private, CurrentIdentity: i.identity,
	})
	i.must(err)
	if d.add(read.Diagnostics); d.failed() {
		// Terraform keeps what it had; the provider must not return another.
		if !i.same(read.NewState, i.state) || (len(read.Private) > 0 && !bytes.Equal(read.Private, i.private)) {
			i.t.Errorf("a read that failed returned another state: %v", d.errors)
		}
		return d
	}
	i.setState(read.NewState, read.Private, read.NewIdentity)
	i.private = read.Private // Terraform keeps it for the plan, even if the resource is gone
	return d
}

type action string

const (
	noAction     action = "no action"
	createAction action = "create"
	updateAction action = "update"
	replace      action = "replace"
)

// planned is a plan for one instance.
type planned struct {
	diagnostics
	action action
	values values
	config *tfprotov6.DynamicValue
	resp   *tfprotov6.PlanResourceChangeResponse
}

// assertAction fails the test unless the plan is to do this.
func (p planned) assertAction(t testing.TB, want action) {
	t.Helper()
	if p.action != want {
		t.Errorf("the plan is to %s instead of %s: %v", p.action, want, p.values)
	}
}

// plan validates the configuration, refreshes the state and plans.
func (i *instance) plan(config values) planned {
	i.t.Helper()
	i.newRun()
	d := i.validate(config)
	if !d.failed() {
		d.merge(i.read())
	}
	if d.failed() {
		return planned{diagnostics: d}
	}
	p := i.planChange(config)
	d.merge(p.diagnostics)
	p.diagnostics = d
	return p
}

func (i *instance) validate(config values) (d diagnostics) {
	i.t.Helper()
	valid, err := i.ValidateResourceConfig(i.t.Context(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: i.typeName, Config: i.object(i.schema(), config),
	})
	i.must(err)
	d.add(valid.Diagnostics)
	return d
}

// planRequest proposes what Terraform would: what is configured, and of computed
// attributes that are not, what the state has.
func (i *instance) planRequest(config values) *tfprotov6.PlanResourceChangeRequest {
	i.t.Helper()
	proposed, state := values{}, i.attributes()
	for _, attribute := range i.schema().Block.Attributes {
		if value := config[attribute.Name]; value != nil || !attribute.Computed {
			proposed[attribute.Name] = value
		} else if i.exists() {
			proposed[attribute.Name] = state[attribute.Name]
		} else if !attribute.Optional {
			proposed[attribute.Name] = unknown
		}
	}
	return &tfprotov6.PlanResourceChangeRequest{
		TypeName: i.typeName, PriorState: i.prior(), ProposedNewState: i.object(i.schema(), proposed), Config: i.object(i.schema(), config),
		PriorPrivate: i.private, PriorIdentity: i.identity,
	}
}

// planWithoutRefresh plans as with -refresh=false.
func (i *instance) planWithoutRefresh(config values) planned {
	i.t.Helper()
	i.newRun()
	return i.planChange(config)
}

func (i *instance) planChange(config values) (p planned) {
	i.t.Helper()
	if i.tainted { // Terraform plans it as a new one
		p = (&instance{harness: i.harness, typeName: i.typeName}).planChange(config)
		p.action = replace
		return p
	}
	req := i.planRequest(config)
	p.config = req.Config
	var err error
	p.resp, err = i.PlanResourceChange(i.t.Context(), req)
	i.must(err)
	if p.add(p.resp.Diagnostics); p.failed() {
		return p
	}
	p.values = i.decode(i.schema().ValueType(), p.resp.PlannedState)
	switch {
	case !i.exists():
		p.action, p.resp.PlannedPrivate = createAction, nil // planned again during apply
	case len(p.resp.RequiresReplace) > 0:
		// Terraform plans it again as a new one, but with the private state, which it
		// drops when it plans the new one during apply. It shows no warning of that plan.
		fresh := &instance{harness: i.harness, typeName: i.typeName, private: p.resp.PlannedPrivate}
		replacement := fresh.planChange(config)
		if !replacement.failed() {
			replacement.diagnostics = p.diagnostics
		}
		replacement.action, replacement.resp.PlannedPrivate = replace, nil
		return replacement
	case i.same(p.resp.PlannedState, i.state):
		p.action = noAction
	default:
		p.action = updateAction
	}
	// Terraform's rule: what is configured is planned, or what the state has.
	state := i.attributes()
	for name, value := range config {
		if value != nil && value != unknown && !equalValues(p.values[name], value) && (state == nil || !equalValues(p.values[name], state[name])) {
			i.t.Errorf("%s is planned as %v, configured as %v", name, p.values[name], value)
		}
	}
	return p
}

// equalValues reports whether two values are equal; null is what an object lacks.
func equalValues(a, b any) bool {
	first, ok := a.(values)
	second, both := b.(values)
	if !ok || !both {
		return fmt.Sprint(a) == fmt.Sprint(b)
	}
	for _, object := range []values{first, second} {
		for name := range object {
			if !equalValues(first[name], second[name]) {
				return false
			}
		}
	}
	return true
}

// apply plans with a refresh and applies the plan.
func (i *instance) apply(config values) diagnostics {
	i.t.Helper()
	return i.planAndApply(i.plan(config))
}

// applyWithoutRefresh is apply with -refresh=false.
func (i *instance) applyWithoutRefresh(config values) diagnostics {
	i.t.Helper()
	return i.planAndApply(i.planWithoutRefresh(config))
}

// planAndApply applies a plan unless it failed, and returns the diagnostics of both.
func (i *instance) planAndApply(p planned) diagnostics {
	i.t.Helper()
	d := p.diagnostics
	if !d.failed() {
		d.merge(i.applyPlan(p))
	}
	return d
}

// applyPlan applies a plan as it is.
func (i *instance) applyPlan(p planned) (d diagnostics) {
	i.t.Helper()
	i.newRun()
	switch p.action {
	case noAction:
		return d
	case replace:
		if d = i.delete(); d.failed() {
			return d
		}
	}
	created := !i.exists()
	applied, err := i.ApplyResourceChange(i.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: i.typeName, PriorState: i.prior(), PlannedState: p.resp.PlannedState, Config: p.config,
		PlannedPrivate: p.resp.PlannedPrivate, PlannedIdentity: p.resp.PlannedIdentity,
	})
	i.must(err)
	d.add(applied.Diagnostics)
	i.setState(applied.NewState, applied.Private, applied.NewIdentity)
	i.tainted = created && i.exists() && d.failed()
	if !d.failed() { // Terraform's rule: what was known at plan is what is applied.
		state := i.attributes()
		for name, value := range p.values {
			if value != unknown && !equalValues(state[name], value) {
				i.t.Errorf("%s was planned as %v and is %v", name, value, state[name])
			}
		}
	}
	return d
}

// destroy destroys the resource without a refresh.
func (i *instance) destroy() (d diagnostics) {
	i.t.Helper()
	i.newRun()
	return i.delete()
}

// planDestroy plans to destroy the resource.
func (i *instance) planDestroy() (d diagnostics) {
	i.t.Helper()
	null := i.dynamic(tftypes.NewValue(i.schema().ValueType(), nil))
	planned, err := i.PlanResourceChange(i.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: i.typeName, PriorState: i.state, ProposedNewState: null, Config: null, PriorPrivate: i.private,
	})
	i.must(err)
	d.add(planned.Diagnostics)
	return d
}

func (i *instance) delete() (d diagnostics) {
	i.t.Helper()
	if !i.exists() {
		return d
	}
	null := i.dynamic(tftypes.NewValue(i.schema().ValueType(), nil))
	applied, err := i.ApplyResourceChange(i.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: i.typeName, PriorState: i.state, PlannedState: null, Config: null,
		PlannedPrivate: i.private, PlannedIdentity: i.identity,
	})
	i.must(err)
	if d.add(applied.Diagnostics); d.failed() {
		if !i.same(applied.NewState, i.state) {
			i.t.Errorf("a destroy that failed returned another state: %v", d.errors)
		}
		i.private = applied.Private
		return d
	}
	i.setState(applied.NewState, applied.Private, applied.NewIdentity)
	return d
}

// importID imports by id, and importIdentity by identity. Both then read.
func (i *instance) importID(id string) diagnostics {
	i.t.Helper()
	return i.importState(&tfprotov6.ImportResourceStateRequest{TypeName: i.typeName, ID: id})
}

func (i *instance) importIdentity(namespace, repository, account string) diagnostics {
	i.t.Helper()
	return i.importState(&tfprotov6.ImportResourceStateRequest{TypeName: i.typeName, Identity: i.harness.identity(namespace, repository, account)})
}

func (i *instance) importState(req *tfprotov6.ImportResourceStateRequest) (d diagnostics) {
	i.t.Helper()
	i.newRun()
	imported, err := i.ImportResourceState(i.t.Context(), req)
	i.must(err)
	if d.add(imported.Diagnostics); d.failed() {
		return d
	}
	one := imported.ImportedResources[0]
	i.setState(one.State, one.Private, one.Identity)
	d.merge(i.read())
	if d.failed() {
		i.state = nil
	}
	return d
}

// assertUnchanged plans, and fails the test unless there is nothing to do.
func (i *instance) assertUnchanged(config values) {
	i.t.Helper()
	p := i.plan(config)
	p.ok(i.t)
	if p.action != noAction {
		i.t.Errorf("%s is planned: %v instead of %v", p.action, p.values, i.attributes())
	}
}

// assertExists fails the test unless the state has the resource, or has not.
func (i *instance) assertExists(want bool) {
	i.t.Helper()
	if i.exists() != want {
		i.t.Errorf("the resource is in the state: %t", !want)
	}
}

// assertIdentity fails the test unless the state has the identity of this id.
func (i *instance) assertIdentity(want string) {
	i.t.Helper()
	if id := i.identityID(i.identity); id != want {
		i.t.Errorf("the identity is %s instead of %s", id, want)
	}
}
