package provider

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
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
			resp.Diagnostics.Append(r.session.planned.recordShare(state.key(), shareDeleted, swr.Key{})...)
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
	if r.session != nil && req.State.Raw.IsNull() {
		r.session.planned.private(plan.key()).restore(ctx, resp.Private, &resp.Diagnostics)
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

// record records what is planned for the share, and for the share that it replaces,
// and warns if the share to be created exists already.
//
// Terraform plans a replacement twice: first with the prior state, then without it,
// but with the prior private state. Only the first call is recorded. A tainted share
// is planned once, as a new one.
func (r *shareResource) record(
	ctx context.Context, req resource.ModifyPlanRequest, plan shareResourceModel, diags *diag.Diagnostics,
) {
	if r.session == nil {
		return
	}
	planned := &r.session.planned
	known := !plan.Namespace.IsUnknown() && !plan.Repository.IsUnknown() && !plan.AccessDomain.IsUnknown()
	if req.State.Raw.IsNull() {
		_, replacement := lastSeen.get(ctx, req.Private, diags)
		if known && !replacement {
			diags.Append(planned.recordShare(plan.key(), shareCreated, swr.Key{})...)
			r.session.warnIfExists(ctx, diags, plan.key(), swr.Key{})
		}
		return
	}
	state, config := readShare(ctx, req.State.Raw, diags), readShare(ctx, req.Config.Raw, diags)
	if diags.HasError() {
		return
	}
	prior := state.key()
	if known && prior == plan.key() {
		diags.Append(planned.recordShare(config.key(), shareKept, prior)...) // the plan has the spelling of the state
		return
	}
	diags.Append(planned.recordShare(prior, shareDeleted, prior)...)
	if known {
		diags.Append(planned.recordShare(plan.key(), shareCreated, prior)...)
		r.session.warnIfExists(ctx, diags, plan.key(), prior)
	}
}

// warnIfExists warns that a share that a resource creates exists already, so that its
// apply will fail. If the resource has another share, which it replaces, that one is
// lost first.
//
// A share that the list lacks may exist all the same, for example if it has expired
// and the service does not list it. The apply then reports it.
func (s *session) warnIfExists(ctx context.Context, diags *diag.Diagnostics, key, replaced swr.Key) {
	if s.unknownAttribute != "" || !s.planned.mustNotExist(key) {
		return
	}
	listing, first, err := s.planned.list(ctx, s.client, key.Repo())
	switch {
	case errors.Is(err, swr.KindRepositoryMissing), errors.Is(err, swr.KindNamespaceMissing):
		return // it may be created in the same apply, which reports it otherwise
	case err != nil && first:
		s.warnUnlisted(diags, key.Repo(), err)
	}
	listed := slices.ContainsFunc(listing.Shares, func(share swr.Share) bool {
		return swr.SameAccount(share.AccessDomain, key.AccessDomain)
	})
	// Meanwhile, another resource may have been found to have the share.
	if !listed || !s.planned.mustNotExist(key) {
		return
	}
	detail := "The plan creates this share, but the repository is already shared with this account. " +
		"Unless the apply also deletes the share, it will fail with a conflict. " +
		"Existing shares are not adopted automatically. " + importRemedy(key) +
		"\n\nIf a resource, or its key in for_each or count, was renamed, use a moved block instead, " +
		"which does not interrupt access:\n\n" + movedBlock
	if replaced != (swr.Key{}) {
		detail = fmt.Sprintf("The plan replaces share %[1]s with this share, "+
			"but the repository is already shared with this account. Unless the resource has create_before_destroy, "+
			"the apply will first revoke %[1]s, and then fail with a conflict.\n\n"+
			"Do not apply this plan. Keep the resource as it was, and declare this share in another resource, "+
			"which you import, with the address of that resource in \"to\":\n\n%[2]s\n\n"+
			"To revoke %[1]s, then remove the first resource from the configuration.",
			objectName(replaced), importBlock(key))
	}
	diags.AddWarning(fmt.Sprintf("Share %s already exists", objectName(key)), detail)
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
// configured may have a default, an expired share gets a warning, and what is planned
// is recorded.
func (p *swrProvider) PlanUnchanged(
	req *tfprotov6.PlanResourceChangeRequest,
) (resp *tfprotov6.PlanResourceChangeResponse, ok bool) {
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
	resp = &tfprotov6.PlanResourceChangeResponse{
		PlannedState:    req.PriorState,
		PlannedPrivate:  req.PriorPrivate,
		PlannedIdentity: req.PriorIdentity,
	}
	if p.session != nil {
		for _, conflict := range p.session.planned.recordShare(state.key(), shareKept, state.key()) {
			resp.Diagnostics = append(resp.Diagnostics, toProtocol(conflict))
		}
	}
	return resp, true
}

func toProtocol(d diag.Diagnostic) *tfprotov6.Diagnostic {
	severity := tfprotov6.DiagnosticSeverityWarning
	if d.Severity() == diag.SeverityError {
		severity = tfprotov6.DiagnosticSeverityError
	}
	return &tfprotov6.Diagnostic{Severity: severity, Summary: d.Summary(), Detail: d.Detail()}
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
