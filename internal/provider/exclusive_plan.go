package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

var pathAccessDomains = path.Root("access_domains")

// ModifyPlan ensures that a plan shows by name the accounts that its apply
// revokes.
//
// Planned values must follow from configuration and prior state alone: Terraform
// plans again during apply, and refuses a value that differs. The service is
// asked only for warnings, and whether it lists all accounts.
//
// Terraform plans a replacement twice: first with the prior state, then without it,
// but with the prior private state. Of the second plan it shows only errors.
func (r *exclusiveResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		var state exclusiveModel
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		if resp.Diagnostics.HasError() {
			return
		}
		warnRevokesNothing(&resp.Diagnostics, "Destroying", state)
		return
	}
	var plan exclusiveModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.session.requireConfigured(&resp.Diagnostics, typeExclusive) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, defaultTimeout)
	defer cancel()
	defer r.session.unread.warn(ctx, plan.repo(), &resp.Diagnostics)

	planned, complete := accountsFromList(plan.AccessDomains)
	if complete && !plan.Namespace.IsUnknown() && !plan.Repository.IsUnknown() {
		r.session.planned.recordExclusive(plan.repo(), planned, &resp.Diagnostics)
	}
	if req.State.Raw.IsNull() {
		if _, replacement := lastSeen.get(ctx, req.Private, &resp.Diagnostics); replacement {
			r.requireNothingRemoved(plan.repo(), &resp.Diagnostics)
		} else {
			r.warnAtCreation(ctx, plan, &resp.Diagnostics)
		}
		return
	}
	var state exclusiveModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.session.recordPlannedExclusive(state.repo())
	if state.repo() != plan.repo() {
		warnRevokesNothing(&resp.Diagnostics, "Replacing", state)
		r.warnAtCreation(ctx, plan, &resp.Diagnostics)
		return
	}
	prior := state.accounts()
	removed := prior.difference(planned)
	r.session.planned.recordRemoved(plan.repo(), removed)
	if complete && planned.equal(prior) {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, pathAccessDomains, state.AccessDomains)...)
		if resp.Plan.Raw.Equal(req.State.Raw) {
			r.session.unread.recordUnchanged(plan.repo())
		}
		return
	}
	if len(removed) == 0 || r.warnOutdated(ctx, state, planned, complete, req.Private, &resp.Diagnostics) {
		return
	}
	if !complete {
		resp.Diagnostics.AddAttributeError(pathAccessDomains, fmt.Sprintf("Accounts to revoke from %s not yet known", plan.repo()), fmt.Sprintf(
			"access_domains is not fully known before apply, and %s revokes only accounts that a plan has shown by name. "+
				"First apply the resources that the accounts come from, with -target.", typeExclusive))
		return
	}
	if _, ok := r.checkRevocable(ctx, plan.repo(), req.Private, &resp.Diagnostics); ok {
		r.checkDistinct(ctx, plan.repo(), removed, planned, &resp.Diagnostics)
	}
}

// warnRevokesNothing warns that the accounts that the plan shows as removed are not
// revoked. It does nothing if there are none.
func warnRevokesNothing(diags *diag.Diagnostics, action string, state exclusiveModel) {
	if len(state.accounts()) == 0 {
		return
	}
	diags.AddWarning(fmt.Sprintf("%s %s of %s revokes nothing", action, typeExclusive, state.repo()),
		"The accounts that the plan shows as removed keep their access, unless their own swr_repository_share is destroyed.")
}

// requireNothingRemoved adds an error if the resource is replaced although its names do
// not change, as with -replace, and the plan would show accounts as removed.
func (r *exclusiveResource) requireNothingRemoved(repo swr.Repository, diags *diag.Diagnostics) {
	if removed := r.session.planned.removed(repo); len(removed) > 0 {
		diags.AddAttributeError(pathAccessDomains,
			fmt.Sprintf("Replacing %s of %s does not revoke %s", typeExclusive, repo, removed),
			"The plan would show accounts as removed that the apply does not revoke, "+
				"because creating the resource revokes nothing. "+
				"Apply without replacing it first, which revokes the accounts.")
	}
}

// warnAtCreation warns of the accounts that the plan after this one revokes.
func (r *exclusiveResource) warnAtCreation(ctx context.Context, plan exclusiveModel, diags *diag.Diagnostics) {
	planned, complete := accountsFromList(plan.AccessDomains)
	if !complete || plan.Namespace.IsUnknown() || plan.Repository.IsUnknown() {
		return // apply warns of them
	}
	current, err := r.observe(ctx, plan.repo())
	if errors.Is(err, swr.KindRepositoryMissing) || errors.Is(err, swr.KindNamespaceMissing) {
		return // it may be created in the same apply
	}
	if err != nil {
		r.session.addError(diags, opListShares, repositoryKey(plan.repo()), err)
		return
	}
	if !current.report(diags, nothingChanged, undeclaredMayBeMissing) {
		return
	}
	undeclared := slices.DeleteFunc(current.accounts.difference(planned), func(account string) bool {
		key := repositoryKey(plan.repo())
		key.AccessDomain = current.apiSpelling(account)
		return r.session.planned.deletes(key)
	})
	warnUndeclared(diags, plan.repo(), undeclared)
}

// warnUndeclared warns of each account by itself: Terraform merges warnings with
// equal summaries, and the plan must show each name.
func warnUndeclared(diags *diag.Diagnostics, repo swr.Repository, undeclared accounts) {
	for _, account := range undeclared {
		diags.AddAttributeWarning(pathAccessDomains,
			fmt.Sprintf("Undeclared share %s/%s", repo, httpsafe.Printable(account)),
			typeExclusive+" revokes nothing when it is created. This apply does not revoke this account, even if the plan "+
				"shows it as removed, unless it also destroys its swr_repository_share. If the account still has access, "+
				"the next plan proposes to revoke it. "+
				"To keep its access, declare a swr_repository_share for it and add it to access_domains.")
	}
}

// warnNew warns of each account that no plan has shown.
func warnNew(diags *diag.Diagnostics, repo swr.Repository, created accounts) {
	for _, account := range created {
		diags.AddAttributeWarning(pathAccessDomains,
			fmt.Sprintf("Undeclared share %s/%s, created since the plan", repo, httpsafe.Printable(account)),
			"The plan did not show this account, so it was not revoked. Plan again to see it and to revoke it.")
	}
}
