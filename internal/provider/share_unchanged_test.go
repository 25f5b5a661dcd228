package provider_test

import (
	"reflect"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/protoserver"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/provider"
)

var (
	fullConfig = values{
		"namespace": "platform", "repository": "team/app", "access_domain": "ACME", "deadline": "2099-12-31",
		"permit": "read", "description": "Contract",
	}
	fullState = values{
		"namespace": "platform", "repository": "team/app", "access_domain": "ACME", "deadline": "2099-12-31",
		"permit": "read", "description": "Contract",
		"id": "platform/team/app/ACME", "creator_id": "1", "creator_name": "someone", "status": true,
		"created": "2026-01-01T00:00:00Z", "updated": "2026-01-01T00:00:00Z", "expires_at": "2100-01-01T00:00:00Z",
	}
)

// bareFramework is the provider as the framework serves it, with no shortcut.
func bareFramework(t *testing.T) *harness {
	t.Helper()
	return serve(t, nil, providerserver.NewProtocol6(provider.New("test")())(), nil)
}

func unchangedPlanner(t *testing.T) protoserver.UnchangedPlanner {
	t.Helper()
	planner, ok := provider.New("test")().(protoserver.UnchangedPlanner)
	if !ok {
		t.Fatal("the provider plans nothing by itself")
	}
	return planner
}

// planOf requests the plan of a share with that configuration and state.
func (h *harness) planOf(config, state values) *tfprotov6.PlanResourceChangeRequest {
	s := h.newShareIn(state)
	s.private = []byte(`{"last_seen":"ImhlcmUi"}`)
	return s.planRequest(config)
}

// The provider's own response to a plan that changes nothing is the framework's,
// and it gives null where the framework would plan or say anything.
func TestPlanUnchanged(t *testing.T) {
	t.Parallel()
	planner, h := unchangedPlanner(t), bareFramework(t)
	bare := values{"namespace": "platform", "repository": "team/app", "access_domain": "ACME", "deadline": "2099-12-31"}
	limited := values{"create": "2m"}
	for name, test := range map[string]struct {
		config, state values
		unchanged     bool
	}{
		"as configured":                 {fullConfig, fullState, true},
		"forever":                       {fullConfig.with("deadline", "forever"), fullState.with("deadline", "forever").with("expires_at", nil), true},
		"with defaults":                 {bare, fullState.with("description", ""), true},
		"with timeouts":                 {fullConfig.with("timeouts", limited), fullState.with("timeouts", limited), true},
		"expired, says the service":     {fullConfig, fullState.with("status", false), true},
		"description no longer there":   {bare, fullState, false},
		"description set by hand":       {fullConfig, fullState.with("description", "by hand"), false},
		"permit of another kind":        {bare, fullState.with("description", "").with("permit", "write"), false},
		"permit not known yet":          {fullConfig, fullState.with("permit", nil), false},
		"deadline moved":                {fullConfig.with("deadline", "2098-12-31"), fullState, false},
		"deadline in another form":      {fullConfig.with("deadline", "2099-12-31T00:00:00Z"), fullState, false},
		"deadline past":                 {fullConfig.with("deadline", "2020-01-01"), fullState.with("deadline", "2020-01-01"), false},
		"deadline of no form":           {fullConfig.with("deadline", "soon"), fullState.with("deadline", "soon"), false},
		"account in another case":       {fullConfig.with("access_domain", "acme"), fullState, false},
		"another repository":            {fullConfig.with("repository", "team/other"), fullState, false},
		"timeouts added":                {fullConfig.with("timeouts", limited), fullState, false},
		"timeouts removed":              {fullConfig, fullState.with("timeouts", limited), false},
		"a value that is not known yet": {fullConfig.with("description", unknown), fullState, false},
	} {
		t.Run(name, func(t *testing.T) {
			h := h.forTest(t)
			req := h.planOf(test.config, test.state)
			got, unchanged := planner.PlanUnchanged(req)
			if unchanged != test.unchanged {
				t.Fatalf("unchanged: %t", unchanged)
			}
			want, err := h.PlanResourceChange(t.Context(), req)
			h.must(err)
			of := h.schemas.ResourceSchemas[shareType].ValueType()
			differs := len(want.Diagnostics) > 0 || len(want.RequiresReplace) > 0 || !h.equal(of, want.PlannedState, req.PriorState)
			if !unchanged {
				return
			}
			if differs || !h.equal(of, got.PlannedState, want.PlannedState) || string(got.PlannedPrivate) != string(want.PlannedPrivate) {
				t.Errorf("the framework returns %+v instead of %+v", want, got)
			}
			// Nothing else is in a response, so nothing can be missing from this one.
			got.PlannedState, got.PlannedPrivate, got.PlannedIdentity = nil, nil, nil
			want.PlannedState, want.PlannedPrivate, want.PlannedIdentity = nil, nil, nil
			if !reflect.DeepEqual(got, want) { //nolint:forbidigo // to compare all fields, also those to come
				t.Errorf("the framework returns %+v instead of %+v", want, got)
			}
		})
	}
}

// Other plans are the framework's own: of other resources, of what comes and
// goes, and of a provider that is not configured yet.
func TestPlanUnchangedLeavesOthers(t *testing.T) {
	t.Parallel()
	planner, h := unchangedPlanner(t), bareFramework(t)
	schema := h.schemas.ResourceSchemas[shareType]
	null := h.dynamic(tftypes.NewValue(schema.ValueType(), nil))
	for name, change := range map[string]func(*tfprotov6.PlanResourceChangeRequest){
		"another resource": func(r *tfprotov6.PlanResourceChangeRequest) { r.TypeName = "swr_repository_shares_exclusive" },
		"deferrable": func(r *tfprotov6.PlanResourceChangeRequest) {
			r.ClientCapabilities = &tfprotov6.PlanResourceChangeClientCapabilities{DeferralAllowed: true}
		},
		"to be created":   func(r *tfprotov6.PlanResourceChangeRequest) { r.PriorState = null },
		"to be destroyed": func(r *tfprotov6.PlanResourceChangeRequest) { r.ProposedNewState = null },
		"nothing at all":  func(r *tfprotov6.PlanResourceChangeRequest) { r.PriorState, r.ProposedNewState = null, null },
		"no values":       func(r *tfprotov6.PlanResourceChangeRequest) { r.PriorState, r.ProposedNewState = nil, nil },
		"no configuration": func(r *tfprotov6.PlanResourceChangeRequest) {
			r.Config = nil
		},
	} {
		req := h.planOf(fullConfig, fullState)
		change(req)
		if resp, ok := planner.PlanUnchanged(req); ok {
			t.Errorf("%s: %+v", name, resp)
		}
	}
}
