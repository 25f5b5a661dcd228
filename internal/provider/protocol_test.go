package provider_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// protocol speaks to the provider as Terraform does, without a CLI: for what the
// CLI at hand may be too old for.
type protocol struct {
	tfprotov6.ProviderServer
	t       testing.TB
	schemas *tfprotov6.GetProviderSchemaResponse
}

// newProtocol gives a provider that is configured for the simulator.
func newProtocol(t testing.TB, server *swrtest.Server) *protocol {
	t.Helper()
	served, err := factories["swr"]()
	if err != nil {
		t.Fatal(err)
	}
	p := &protocol{ProviderServer: served, t: t}
	if p.schemas, err = served.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{}); err != nil {
		t.Fatal(err)
	}
	block := p.object(p.schemas.Provider, map[string]any{"endpoint": server.URL, "token": server.Token()})
	resp, err := served.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{Config: block})
	if err != nil {
		t.Fatal(err)
	}
	p.clean(resp.Diagnostics)
	return p
}

// object makes a value of a schema, with what is not given null.
func (p *protocol) object(schema *tfprotov6.Schema, values map[string]any) *tfprotov6.DynamicValue {
	p.t.Helper()
	kind, ok := schema.ValueType().(tftypes.Object)
	if !ok {
		p.t.Fatalf("the schema is a %T", schema.ValueType())
	}
	attributes := map[string]tftypes.Value{}
	for name, of := range kind.AttributeTypes {
		attributes[name] = tftypes.NewValue(of, values[name])
	}
	return p.value(kind, tftypes.NewValue(kind, attributes))
}

func (p *protocol) value(of tftypes.Type, value tftypes.Value) *tfprotov6.DynamicValue {
	p.t.Helper()
	dynamic, err := tfprotov6.NewDynamicValue(of, value)
	if err != nil {
		p.t.Fatal(err)
	}
	return &dynamic
}

// strings gives the texts of an object.
func (p *protocol) strings(of tftypes.Type, value *tfprotov6.DynamicValue) map[string]string {
	p.t.Helper()
	object, err := value.Unmarshal(of)
	if err != nil {
		p.t.Fatal(err)
	}
	var attributes map[string]tftypes.Value
	if err := object.As(&attributes); err != nil {
		p.t.Fatal(err)
	}
	texts := map[string]string{}
	for name, attribute := range attributes {
		var text string
		if attribute.IsKnown() && !attribute.IsNull() && attribute.Type().Is(tftypes.String) {
			if err := attribute.As(&text); err != nil {
				p.t.Fatal(err)
			}
			texts[name] = text
		}
	}
	return texts
}

// clean fails on any diagnostic.
func (p *protocol) clean(diagnostics []*tfprotov6.Diagnostic) {
	p.t.Helper()
	for _, d := range diagnostics {
		p.t.Fatalf("%s: %s", d.Summary, d.Detail)
	}
}

const shareType = "swr_repository_share"

// shareIdentityType is the identity's type in the protocol.
var shareIdentityType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{
	"namespace": tftypes.String, "repository": tftypes.String, "access_domain": tftypes.String,
}}

func (p *protocol) identity(namespace, repository, account string) *tfprotov6.ResourceIdentityData {
	return &tfprotov6.ResourceIdentityData{IdentityData: p.value(shareIdentityType, tftypes.NewValue(shareIdentityType, map[string]tftypes.Value{
		"namespace":     tftypes.NewValue(tftypes.String, namespace),
		"repository":    tftypes.NewValue(tftypes.String, repository),
		"access_domain": tftypes.NewValue(tftypes.String, account),
	}))}
}

// importAndRead imports by identity and reads, as Terraform does.
func (p *protocol) importAndRead(identity *tfprotov6.ResourceIdentityData) (*tfprotov6.ReadResourceResponse, []*tfprotov6.Diagnostic) {
	p.t.Helper()
	imported, err := p.ImportResourceState(p.t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: shareType, Identity: identity})
	if err != nil {
		p.t.Fatal(err)
	}
	if len(imported.Diagnostics) > 0 {
		return nil, imported.Diagnostics
	}
	one := imported.ImportedResources[0]
	read, err := p.ReadResource(p.t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: shareType, CurrentState: one.State, Private: one.Private, CurrentIdentity: one.Identity,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return read, read.Diagnostics
}

func TestProtocolImportByIdentity(t *testing.T) {
	t.Parallel()
	variant, _ := swrtest.VariantByName("accounts-upper")
	server := swrtest.Start(t, swrtest.WithVariants(variant.Apply))
	byHand(server, "team/app", "Acme", "forever")
	p := newProtocol(t, server)
	stateType := p.schemas.ResourceSchemas[shareType].ValueType()

	read, diagnostics := p.importAndRead(p.identity("platform", "team/app", "acme"))
	p.clean(diagnostics)
	state := p.strings(stateType, read.NewState)
	if state["id"] != "platform/team/app/acme" || state["access_domain"] != "acme" || state["deadline"] != "forever" || state["description"] != "by hand" {
		t.Errorf("the state is %v", state)
	}
	identity := p.strings(shareIdentityType, read.NewIdentity.IdentityData)
	if identity["namespace"] != "platform" || identity["repository"] != "team/app" || identity["access_domain"] != "acme" {
		t.Errorf("the identity is %v: the server's case must not flow into it", identity)
	}

	for _, bad := range []struct{ namespace, repository, account, message string }{
		{"platform", "team/app", "NOBODY", "platform/team/app/NOBODY"},
		{"elsewhere", "team/app", "acme", `"elsewhere" does not exist`},
		{"", "team/app", "acme", "namespace is empty"},
		{"platform", "", "acme", "repository"},
		{"platform", "team/app", "", "access_domain is empty"},
		{"platform", "team/app", "a/b", `access_domain "a/b" contains a /`},
		{"platform", "team/app", "..", "must not be"},
	} {
		_, diagnostics := p.importAndRead(p.identity(bad.namespace, bad.repository, bad.account))
		if len(diagnostics) == 0 || !strings.Contains(diagnostics[0].Summary+diagnostics[0].Detail, bad.message) {
			t.Errorf("%+v: %+v", bad, diagnostics)
		}
	}
	requests(t, server, nil)
}

// A state without an identity, as an older Terraform leaves it, gets one at refresh.
func TestProtocolReadGivesIdentity(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	byHand(server, "team/app", "ACME", "forever")
	p := newProtocol(t, server)
	schema := p.schemas.ResourceSchemas[shareType]
	read, err := p.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: shareType, CurrentState: p.object(schema, map[string]any{
		"id": "platform/team/app/Acme", "namespace": "platform", "repository": "team/app", "access_domain": "Acme", "deadline": "forever",
	})})
	if err != nil {
		t.Fatal(err)
	}
	p.clean(read.Diagnostics)
	if identity := p.strings(shareIdentityType, read.NewIdentity.IdentityData); identity["access_domain"] != "Acme" {
		t.Errorf("the identity is %v", identity)
	}
}

// Where the client allows it, a provider that is not configured yet defers.
func TestProtocolDefers(t *testing.T) {
	t.Parallel()
	p := newProtocol(t, swrtest.Start(t))
	config := p.object(p.schemas.Provider, map[string]any{"endpoint": tftypes.UnknownValue})
	resp, err := p.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		Config: config, ClientCapabilities: &tfprotov6.ConfigureProviderClientCapabilities{DeferralAllowed: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	p.clean(resp.Diagnostics)
	read, err := p.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: shareType,
		CurrentState: p.object(p.schemas.ResourceSchemas[shareType], map[string]any{
			"id": "platform/team/app/ACME", "namespace": "platform", "repository": "team/app", "access_domain": "ACME", "deadline": "forever",
		}),
		CurrentIdentity:    p.identity("platform", "team/app", "ACME"),
		ClientCapabilities: &tfprotov6.ReadResourceClientCapabilities{DeferralAllowed: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	p.clean(read.Diagnostics)
	if read.Deferred == nil || read.Deferred.Reason != tfprotov6.DeferredReasonProviderConfigUnknown {
		t.Errorf("deferred: %+v", read.Deferred)
	}
}

// equal tells whether two values of a type are the same.
func (p *protocol) equal(of tftypes.Type, a, b *tfprotov6.DynamicValue) bool {
	p.t.Helper()
	first, err := a.Unmarshal(of)
	if err != nil {
		p.t.Fatal(err)
	}
	second, err := b.Unmarshal(of)
	if err != nil {
		p.t.Fatal(err)
	}
	return first.Equal(second)
}
