package provider

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

var pathDeadline = path.Root("deadline")

// ModifyPlan plans what follows from the configuration alone, and keeps the state
// if nothing that the service knows of changes.
func (r *shareResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		state := readShare(ctx, req.State.Raw, &resp.Diagnostics)
		if r.session != nil && !resp.Diagnostics.HasError() {
			r.session.planned.recordShare(state.key(), shareDeleted, &resp.Diagnostics)
		}
		return
	}
	plan := readShare(ctx, req.Plan.Raw, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	warnIfExpired(&resp.Diagnostics, plan)
	r.record(ctx, req, plan, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if !req.State.Raw.IsNull() {
		state := readShare(ctx, req.State.Raw, &resp.Diagnostics)
		if resp.Diagnostics.HasError() {
			return
		}
		if plan.shareModel == state.shareModel {
			return // as in most plans
		}
		if plan.sameSpec(state.shareModel) {
			// Since something differs, the framework made all computed values
			// unknown. It is a form or the timeouts: the service is not asked.
			state.Timeouts = plan.Timeouts
			state.write(ctx, &resp.Plan.Raw, &resp.Diagnostics)
			return
		}
	}
	plan.ID, plan.ExpiresAt = types.StringUnknown(), types.StringUnknown()
	if !plan.Namespace.IsUnknown() && !plan.Repository.IsUnknown() && !plan.AccessDomain.IsUnknown() {
		plan.ID = types.StringValue(plan.key().String())
	}
	if end, err := swr.ParseDeadline(plan.Deadline.ValueString()); err == nil {
		plan.ExpiresAt = expiresAt(end)
	}
	plan.write(ctx, &resp.Plan.Raw, &resp.Diagnostics)
}

// record records what is planned for the share, and for the share that it replaces.
//
// Terraform plans a replacement twice: first with the prior state, then without it,
// but with the prior private state. Only the first call is recorded.
func (r *shareResource) record(ctx context.Context, req resource.ModifyPlanRequest, plan shareResourceModel, diags *diag.Diagnostics) {
	if r.session == nil {
		return
	}
	known := !plan.Namespace.IsUnknown() && !plan.Repository.IsUnknown() && !plan.AccessDomain.IsUnknown()
	if req.State.Raw.IsNull() {
		_, replacement := lastSeen.get(ctx, req.Private, diags)
		if known && !replacement {
			r.session.planned.recordShare(plan.key(), shareCreated, diags)
		}
		return
	}
	state := readShare(ctx, req.State.Raw, diags)
	if diags.HasError() {
		return
	}
	if known && foldAccount(state.key()) == foldAccount(plan.key()) {
		r.session.planned.recordShare(plan.key(), shareKept, diags)
		return
	}
	r.session.planned.recordShare(state.key(), shareDeleted, diags)
	if known {
		r.session.planned.recordShare(plan.key(), shareReplaced, diags)
	}
}

// warnIfExpired warns of a share that no longer grants anything. The summary has
// its name, because Terraform merges warnings with equal summaries.
func warnIfExpired(diags *diag.Diagnostics, plan shareResourceModel) {
	end, err := swr.ParseDeadline(plan.Deadline.ValueString())
	if err != nil || !end.Past(time.Now()) {
		return
	}
	diags.AddAttributeWarning(pathDeadline,
		fmt.Sprintf("Share %s expired at the end of %s", objectName(plan.key()), end.Day()),
		"The account can no longer pull the image. Set a later deadline, or remove the share from the configuration.")
}

// preserveEquivalent plans the prior value if the configured one is equivalent.
// It must come before RequiresReplace.
func preserveEquivalent(equivalent func(prior, configured string) bool) planmodifier.String {
	return equivalentModifier{"A value that is equivalent to the prior value is not a change.", equivalent}
}

type equivalentModifier struct {
	description
	equivalent func(prior, configured string) bool
}

func (m equivalentModifier) PlanModifyString(_ context.Context, req planmodifier.StringRequest, resp *planmodifier.StringResponse) {
	if req.StateValue.IsNull() || req.PlanValue.IsNull() || req.PlanValue.IsUnknown() {
		return
	}
	if m.equivalent(req.StateValue.ValueString(), req.PlanValue.ValueString()) {
		resp.PlanValue = req.StateValue
	}
}

// shareValueType is the type of a share's state, plan and configuration.
var shareValueType = sync.OnceValue(func() tftypes.Type {
	return shareResourceSchema().Type().TerraformType(context.Background())
})

// PlanUnchanged plans a share that does not change, as most do not: the plan is
// the state. It returns what the framework would, and false if it can't tell. See
// package protoserver, which calls it.
//
// Terraform proposes the configured values, and those of the state for what is
// not configured. If these are the state to the byte, neither the plan modifiers
// nor ModifyPlan have anything to do, with three exceptions: a value that is not
// configured may have a default, an expired share gets a warning, and the share may
// conflict with another resource of the plan.
func (p *swrProvider) PlanUnchanged(req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, bool) {
	deferrable := req.ClientCapabilities != nil && req.ClientCapabilities.DeferralAllowed
	if req.TypeName != typeShare || deferrable || !sameBytes(req.PriorState, req.ProposedNewState) {
		return nil, false
	}
	state, known := unmarshalShare(req.PriorState)
	config, valid := unmarshalShare(req.Config)
	if !known || !valid ||
		config.Permit.IsNull() && state.Permit != types.StringValue(swr.PermitRead) ||
		config.Description.IsNull() && state.Description != types.StringValue("") {
		return nil, false
	}
	end, err := swr.ParseDeadline(state.Deadline.ValueString())
	if err != nil || end.Past(time.Now()) {
		return nil, false
	}
	if p.session != nil && p.session.planned.conflicts(state.key()) {
		return nil, false
	}
	return &tfprotov6.PlanResourceChangeResponse{
		PlannedState:    req.PriorState,
		PlannedPrivate:  req.PriorPrivate,
		PlannedIdentity: req.PriorIdentity,
	}, true
}

func sameBytes(a, b *tfprotov6.DynamicValue) bool {
	return a != nil && b != nil && len(a.MsgPack) > 0 && bytes.Equal(a.MsgPack, b.MsgPack)
}

// unmarshalShare returns the share in a value of the protocol, and false if there
// is none.
func unmarshalShare(value *tfprotov6.DynamicValue) (share shareResourceModel, ok bool) {
	if value == nil {
		return share, false
	}
	raw, err := value.Unmarshal(shareValueType())
	if err != nil || raw.IsNull() {
		return share, false
	}
	return share, share.decode(context.Background(), raw) == nil
}
