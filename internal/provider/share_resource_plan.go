package provider

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

var pathDeadline = path.Root("deadline")

// ModifyPlan says what apply will find: what follows from the configuration
// alone is known at plan, and what does not change keeps its value.
func (r *shareResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return // to be destroyed
	}
	plan := readShare(ctx, req.Plan.Raw, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	warnIfPast(&resp.Diagnostics, plan)
	if !req.State.Raw.IsNull() {
		state := readShare(ctx, req.State.Raw, &resp.Diagnostics)
		if resp.Diagnostics.HasError() {
			return
		}
		if plan.shareModel == state.shareModel {
			return // the plan is the state, as of most shares
		}
		if plan.same(state.shareModel) {
			// The framework made all computed values unknown, since something
			// differs: a form, or the timeouts. To the service it is the same.
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

// warnIfPast warns of a share that grants nothing any more. Its name stands in
// the summary, since Terraform folds warnings whose summaries are equal.
func warnIfPast(diags *diag.Diagnostics, plan shareResourceModel) {
	end, err := swr.ParseDeadline(plan.Deadline.ValueString())
	if err != nil || !end.Past(time.Now()) {
		return
	}
	diags.AddAttributeWarning(pathDeadline,
		fmt.Sprintf("Share %s expired at the end of %s", objectName(plan.key()), end.Day()),
		"The account can no longer pull the image. Set a later deadline, or remove the share from the configuration.")
}

// keepForm plans the prior value where the configured one means the same. It
// must stand before RequiresReplace.
func keepForm(same func(prior, configured string) bool) planmodifier.String {
	return formKeeper{same: same}
}

type formKeeper struct {
	same func(prior, configured string) bool
}

func (formKeeper) Description(context.Context) string {
	return "A value that is equivalent to the prior value is not a change."
}

func (k formKeeper) MarkdownDescription(ctx context.Context) string { return k.Description(ctx) }

func (k formKeeper) PlanModifyString(_ context.Context, req planmodifier.StringRequest, resp *planmodifier.StringResponse) {
	if req.StateValue.IsNull() || req.PlanValue.IsNull() || req.PlanValue.IsUnknown() {
		return
	}
	if k.same(req.StateValue.ValueString(), req.PlanValue.ValueString()) {
		resp.PlanValue = req.StateValue
	}
}

func sameDeadline(prior, configured string) bool {
	before, err1 := swr.ParseDeadline(prior)
	after, err2 := swr.ParseDeadline(configured)
	return err1 == nil && err2 == nil && before.SameDay(after)
}
