package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

var pathAccessDomains = path.Root("access_domains")

func exclusiveSchema(ctx context.Context) schema.Schema {
	return schema.Schema{
		MarkdownDescription: "Guards a repository: these accounts may pull it and no others. Refresh reads who really can pull, so that a share " +
			"that somebody made by hand stands in the plan by name, and apply revokes exactly what the plan showed. " +
			"It never creates a share, revokes nothing when it is created, and stops guarding when it is destroyed.",
		Attributes: map[string]schema.Attribute{
			"namespace": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: aboutNamespace + " A change replaces the guard.",
				Validators:          []validator.String{namespaceRule},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"repository": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: aboutRepository + " A change replaces the guard.",
				Validators:          []validator.String{repoRule},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"access_domains": schema.SetAttribute{
				Required:    true,
				ElementType: types.StringType,
				MarkdownDescription: "The accounts that may pull, without regard to case. Refer to the shares (`swr_repository_share.x.access_domain`), " +
					"so that they are made first. Empty: nobody. Each must be shared with by a resource of its own.",
				Validators: []validator.Set{accountsRule{}},
			},
			"timeouts": timeoutsFor(ctx, timeouts.Opts{Create: true, Read: true, Update: true}),
		},
	}
}

// ModifyPlan sees to it that a plan shows by name whom its apply revokes.
//
// What is known at plan must follow from configuration and prior state alone:
// Terraform plans again during apply, and refuses a value that came out
// differently. So the service is asked only for warnings, and for whether all
// accounts can be seen.
func (r *exclusiveResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return // guarding is to stop
	}
	var plan exclusiveModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.session.requireConfigured(&resp.Diagnostics, "Guarding a repository") {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, defaultTimeout)
	defer cancel()

	planned, all := accountsOf(plan.AccessDomains)
	if all && !plan.Namespace.IsUnknown() && !plan.Repository.IsUnknown() {
		r.session.guards.refuseSecond(plan.repo(), planned, &resp.Diagnostics)
	}
	if req.State.Raw.IsNull() {
		r.warnAtCreation(ctx, plan, &resp.Diagnostics)
		return
	}
	var state exclusiveModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || state.repo() != plan.repo() {
		return // to be replaced: planned anew without a prior state
	}
	prior := state.accounts()
	if all && planned.same(prior) {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, pathAccessDomains, state.AccessDomains)...)
		return
	}
	doomed := prior.without(planned)
	switch {
	case len(doomed) == 0:
	case !all:
		resp.Diagnostics.AddAttributeError(pathAccessDomains, "The plan can't show whom the guard would revoke", fmt.Sprintf(
			"access_domains of the guard of %s is not wholly known before apply, and the guard revokes nothing that no plan has shown by name. "+
				"Apply what the accounts come from first, with -target.", plan.repo()))
	default:
		r.mayRevoke(ctx, plan.repo(), req.Private, &resp.Diagnostics)
	}
}

// warnAtCreation names the accounts that the plan after this one will revoke.
func (r *exclusiveResource) warnAtCreation(ctx context.Context, plan exclusiveModel, diags *diag.Diagnostics) {
	planned, all := accountsOf(plan.AccessDomains)
	if !all || plan.Namespace.IsUnknown() || plan.Repository.IsUnknown() {
		return // apply will tell
	}
	listing, err := r.session.client.List(ctx, plan.repo())
	if errors.Is(err, swr.KindRepositoryMissing) || errors.Is(err, swr.KindNamespaceMissing) {
		return // it may be made in the same apply
	}
	if err != nil {
		r.session.addError(diags, guarding("read the shares of", plan.repo()), err)
		return
	}
	if listing.Incomplete != "" {
		warnIncomplete(diags, plan.repo(), listing.Incomplete)
	}
	warnUndeclared(diags, plan.repo(), listed(listing).without(planned))
}

// warnUndeclared names accounts, one a warning: Terraform folds warnings with
// equal summaries, and whoever reads the plan must see each name.
func warnUndeclared(diags *diag.Diagnostics, repo swr.Repository, undeclared accounts) {
	for _, account := range undeclared {
		diags.AddAttributeWarning(pathAccessDomains,
			fmt.Sprintf("%s is shared with %q, which is not declared", repo, httpsafe.Printable(account)),
			"A guard that is created revokes nothing. The next plan will show this account as to be revoked. "+
				"To let it keep its access, declare a swr_repository_share for it and add it to access_domains.")
	}
}

// warnAppeared names accounts that no plan has shown.
func warnAppeared(diags *diag.Diagnostics, repo swr.Repository, appeared accounts) {
	for _, account := range appeared {
		diags.AddAttributeWarning(pathAccessDomains,
			fmt.Sprintf("%s is shared with %q, which appeared since the plan", repo, httpsafe.Printable(account)),
			"The plan did not show this account, so it was left alone. Plan again to see it and to revoke it.")
	}
}

func warnIncomplete(diags *diag.Diagnostics, repo swr.Repository, why string) {
	diags.AddWarning(fmt.Sprintf("The guard of %s can't see all accounts", repo),
		sentence(why)+" An account that nobody declared may not show.")
}
