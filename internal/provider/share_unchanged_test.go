package provider_test

import (
	"maps"
	"reflect"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/protoserver"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/provider"
)

// values are the attributes of a share, by name; what is missing is null.
type values map[string]any

func (v values) with(name string, value any) values {
	changed := maps.Clone(v)
	changed[name] = value
	return changed
}

var (
	shareConfig = values{
		"namespace": "platform", "repository": "team/app", "access_domain": "ACME", "deadline": "2099-12-31",
		"permit": "read", "description": "Contract",
	}
	shareState = values{
		"namespace": "platform", "repository": "team/app", "access_domain": "ACME", "deadline": "2099-12-31",
		"permit": "read", "description": "Contract",
		"id": "platform/team/app/ACME", "creator_id": "1", "creator_name": "someone", "status": true,
		"created": "2026-01-01T00:00:00Z", "updated": "2026-01-01T00:00:00Z", "expires_at": "2100-01-01T00:00:00Z",
	}
)

// planRequest makes the request of a plan as Terraform does: it proposes what is
// configured, and for computed attributes that are not, what the state holds.
func (p *protocol) planRequest(config, state values) *tfprotov6.PlanResourceChangeRequest {
	schema := p.schemas.ResourceSchemas[shareType]
	proposed := values{}
	for _, attribute := range schema.Block.Attributes {
		if value, configured := config[attribute.Name]; configured {
			proposed[attribute.Name] = value
		} else if attribute.Computed {
			proposed[attribute.Name] = state[attribute.Name]
		}
	}
	return &tfprotov6.PlanResourceChangeRequest{
		TypeName: shareType, Config: p.object(schema, config), PriorState: p.object(schema, state), ProposedNewState: p.object(schema, proposed),
		PriorPrivate: []byte(`{"last_seen":"ImhlcmUi"}`),
	}
}

func (p *protocol) timeouts(create any) map[string]tftypes.Value {
	kind, ok := p.schemas.ResourceSchemas[shareType].ValueType().(tftypes.Object)
	if !ok {
		p.t.Fatal("the schema is no object")
	}
	of, ok := kind.AttributeTypes["timeouts"].(tftypes.Object)
	if !ok {
		p.t.Fatal("timeouts is no object")
	}
	limits := map[string]tftypes.Value{}
	for name, kind := range of.AttributeTypes {
		limits[name] = tftypes.NewValue(kind, nil)
	}
	limits["create"] = tftypes.NewValue(tftypes.String, create)
	return limits
}

// bareFramework is the provider as the framework serves it, with no shortcut.
func bareFramework(t *testing.T) *protocol {
	t.Helper()
	p := &protocol{ProviderServer: providerserver.NewProtocol6(provider.New("test")())(), t: t}
	var err error
	if p.schemas, err = p.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{}); err != nil {
		t.Fatal(err)
	}
	return p
}

// The provider's own answer to a plan that changes nothing is the framework's,
// and it gives none where the framework would plan or say anything.
func TestProtocolPlanUnchanged(t *testing.T) {
	t.Parallel()
	planner, ok := provider.New("test")().(protoserver.UnchangedPlanner)
	if !ok {
		t.Fatal("the provider plans nothing by itself")
	}
	p := bareFramework(t)
	bare := values{"namespace": "platform", "repository": "team/app", "access_domain": "ACME", "deadline": "2099-12-31"}
	limited := p.timeouts("2m")
	for name, test := range map[string]struct {
		config, state values
		unchanged     bool
	}{
		"as configured":                 {shareConfig, shareState, true},
		"forever":                       {shareConfig.with("deadline", "forever"), shareState.with("deadline", "forever").with("expires_at", nil), true},
		"with defaults":                 {bare, shareState.with("description", ""), true},
		"with timeouts":                 {shareConfig.with("timeouts", limited), shareState.with("timeouts", limited), true},
		"expired, says the service":     {shareConfig, shareState.with("status", false), true},
		"description no longer there":   {bare, shareState, false},
		"description set by hand":       {shareConfig, shareState.with("description", "by hand"), false},
		"permit of another kind":        {bare, shareState.with("description", "").with("permit", "write"), false},
		"permit not known yet":          {shareConfig, shareState.with("permit", nil), false},
		"deadline moved":                {shareConfig.with("deadline", "2098-12-31"), shareState, false},
		"deadline in another form":      {shareConfig.with("deadline", "2099-12-31T00:00:00Z"), shareState, false},
		"deadline past":                 {shareConfig.with("deadline", "2020-01-01"), shareState.with("deadline", "2020-01-01"), false},
		"deadline of no form":           {shareConfig.with("deadline", "soon"), shareState.with("deadline", "soon"), false},
		"account in another case":       {shareConfig.with("access_domain", "acme"), shareState, false},
		"another repository":            {shareConfig.with("repository", "team/other"), shareState, false},
		"timeouts added":                {shareConfig.with("timeouts", limited), shareState, false},
		"timeouts removed":              {shareConfig, shareState.with("timeouts", limited), false},
		"a value that is not known yet": {shareConfig.with("description", tftypes.UnknownValue), shareState, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := &protocol{ProviderServer: p.ProviderServer, t: t, schemas: p.schemas}
			req := p.planRequest(test.config, test.state)
			got, unchanged := planner.PlanUnchanged(req)
			if unchanged != test.unchanged {
				t.Fatalf("unchanged: %t", unchanged)
			}
			want, err := p.PlanResourceChange(t.Context(), req)
			if err != nil {
				t.Fatal(err)
			}
			of := p.schemas.ResourceSchemas[shareType].ValueType()
			differs := len(want.Diagnostics) > 0 || len(want.RequiresReplace) > 0 || !p.equal(of, want.PlannedState, req.PriorState)
			if !unchanged {
				return
			}
			if differs || !p.equal(of, got.PlannedState, want.PlannedState) || string(got.PlannedPrivate) != string(want.PlannedPrivate) {
				t.Errorf("the framework answers %+v instead of %+v", want, got)
			}
			// Nothing else is in an answer, so nothing can be missing from this one.
			got.PlannedState, got.PlannedPrivate, got.PlannedIdentity = nil, nil, nil
			want.PlannedState, want.PlannedPrivate, want.PlannedIdentity = nil, nil, nil
			if !reflect.DeepEqual(got, want) { //nolint:forbidigo // to compare all fields, also those to come
				t.Errorf("the framework answers %+v instead of %+v", want, got)
			}
		})
	}
}

// Other plans are the framework's own: of other resources, of what comes and
// goes, and of a provider that is not configured yet.
func TestProtocolPlanOthers(t *testing.T) {
	t.Parallel()
	planner, ok := provider.New("test")().(protoserver.UnchangedPlanner)
	if !ok {
		t.Fatal("the provider plans nothing by itself")
	}
	p := bareFramework(t)
	schema := p.schemas.ResourceSchemas[shareType]
	none := p.value(schema.ValueType(), tftypes.NewValue(schema.ValueType(), nil))
	for name, change := range map[string]func(*tfprotov6.PlanResourceChangeRequest){
		"another resource": func(r *tfprotov6.PlanResourceChangeRequest) { r.TypeName = "swr_repository_shares_exclusive" },
		"deferrable": func(r *tfprotov6.PlanResourceChangeRequest) {
			r.ClientCapabilities = &tfprotov6.PlanResourceChangeClientCapabilities{DeferralAllowed: true}
		},
		"to be created":   func(r *tfprotov6.PlanResourceChangeRequest) { r.PriorState = none },
		"to be destroyed": func(r *tfprotov6.PlanResourceChangeRequest) { r.ProposedNewState = none },
		"nothing at all":  func(r *tfprotov6.PlanResourceChangeRequest) { r.PriorState, r.ProposedNewState = none, none },
		"no values":       func(r *tfprotov6.PlanResourceChangeRequest) { r.PriorState, r.ProposedNewState = nil, nil },
		"no configuration": func(r *tfprotov6.PlanResourceChangeRequest) {
			r.Config = nil
		},
	} {
		req := p.planRequest(shareConfig, shareState)
		change(req)
		if resp, ok := planner.PlanUnchanged(req); ok {
			t.Errorf("%s: %+v", name, resp)
		}
	}
}

// The test logs a notice when PlanUnchanged is no longer needed.
func TestFrameworkStillPlansNothingAtLength(t *testing.T) {
	p := bareFramework(t)
	planner, ok := provider.New("test")().(protoserver.UnchangedPlanner)
	if !ok {
		t.Fatal("the provider plans nothing by itself")
	}
	req := p.planRequest(shareConfig, shareState)
	theirs := testing.AllocsPerRun(10, func() {
		if _, err := p.PlanResourceChange(t.Context(), req); err != nil {
			t.Error(err)
		}
	})
	ours := testing.AllocsPerRun(10, func() { planner.PlanUnchanged(req) })
	t.Logf("%.0f allocations instead of %.0f", ours, theirs)
	if theirs < 3*ours {
		t.Log("The framework plans no changes about as cheaply as the provider: " +
			"PlanUnchanged and internal/protoserver/unchanged_shortcut.go can go.")
	}
}
