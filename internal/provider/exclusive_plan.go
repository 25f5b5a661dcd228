package provider

import (
	"context"
	"errors"
	"fmt"
	"sync"

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
func (r *exclusiveResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		warnDestroy(ctx, req, &resp.Diagnostics)
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

	planned, complete := accountsFromSet(plan.AccessDomains)
	if complete && !plan.Namespace.IsUnknown() && !plan.Repository.IsUnknown() {
		r.session.exclusives.register(plan.repo(), planned, &resp.Diagnostics)
	}
	if req.State.Raw.IsNull() {
		r.warnAtCreation(ctx, plan, &resp.Diagnostics)
		return
	}
	var state exclusiveModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || state.repo() != plan.repo() {
		return // to be replaced: Terraform plans it again without a prior state
	}
	prior := state.accounts()
	if complete && planned.equal(prior) {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, pathAccessDomains, state.AccessDomains)...)
		if resp.Plan.Raw.Equal(req.State.Raw) {
			r.session.unread.recordUnchanged(plan.repo())
		}
		return
	}
	if len(prior.difference(planned)) == 0 || r.warnOutdated(ctx, state, planned, complete, req.Private, &resp.Diagnostics) {
		return
	}
	if !complete {
		resp.Diagnostics.AddAttributeError(pathAccessDomains, fmt.Sprintf("Accounts to revoke from %s not yet known", plan.repo()), fmt.Sprintf(
			"access_domains is not fully known before apply, and %s revokes only accounts that a plan has shown by name. "+
				"First apply the resources that the accounts come from, with -target.", typeExclusive))
		return
	}
	r.checkRevocable(ctx, plan.repo(), req.Private, &resp.Diagnostics)
}

// warnDestroy warns that the accounts that the plan shows as removed are not revoked.
func warnDestroy(ctx context.Context, req resource.ModifyPlanRequest, diags *diag.Diagnostics) {
	var state exclusiveModel
	diags.Append(req.State.Get(ctx, &state)...)
	if diags.HasError() || len(state.accounts()) == 0 {
		return
	}
	diags.AddWarning(fmt.Sprintf("Destroying %s of %s revokes nothing", typeExclusive, state.repo()),
		"The accounts that the plan shows as removed keep their access, unless their own swr_repository_share is destroyed.")
}

// warnAtCreation warns of the accounts that the plan after this one revokes.
func (r *exclusiveResource) warnAtCreation(ctx context.Context, plan exclusiveModel, diags *diag.Diagnostics) {
	planned, complete := accountsFromSet(plan.AccessDomains)
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
	warnIncomplete(diags, repositoryKey(plan.repo()), current.incomplete, undeclaredMayBeMissing)
	warnUndeclared(diags, plan.repo(), current.accounts.difference(planned))
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

// exclusiveRegistry records which repositories are managed exclusively in one run.
// Two resources for one repository would revoke each other's accounts.
type exclusiveRegistry struct {
	mu           sync.Mutex
	byRepository map[swr.Repository]accounts
}

// register adds an error if another resource manages the repository with other
// accounts. The same resource may be planned more than once.
func (r *exclusiveRegistry) register(repo swr.Repository, planned accounts, diags *diag.Diagnostics) {
	r.mu.Lock()
	defer r.mu.Unlock()
	other, found := r.byRepository[repo]
	if !found {
		if r.byRepository == nil {
			r.byRepository = map[swr.Repository]accounts{}
		}
		r.byRepository[repo] = planned
		return
	}
	if !other.equal(planned) {
		diags.AddAttributeError(pathAccessDomains, fmt.Sprintf("Duplicate swr_repository_shares_exclusive for %s", repo), fmt.Sprintf(
			"Two resources manage the accounts of this repository: one allows %s, the other %s. "+
				"Each would revoke the accounts that only the other allows. Keep one resource, with all accounts.", other, planned))
	}
}
