package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

var (
	_ resource.ResourceWithConfigure  = (*exclusiveResource)(nil)
	_ resource.ResourceWithModifyPlan = (*exclusiveResource)(nil)
)

// exclusiveResource is swr_repository_shares_exclusive: the guard of a
// repository, which lets these accounts pull it and no others.
//
// It never revokes what no plan has shown by name. Refresh writes the accounts
// that really have access into the state; so what a plan takes out of the set is
// what somebody has read, and Update revokes exactly that. It has no import,
// which would opt people into removals by accident.
type exclusiveResource struct {
	session *session
}

type exclusiveModel struct {
	Namespace     types.String   `tfsdk:"namespace"`
	Repository    types.String   `tfsdk:"repository"`
	AccessDomains types.Set      `tfsdk:"access_domains"`
	Timeouts      timeouts.Value `tfsdk:"timeouts"`
}

func newExclusiveResource() resource.Resource { return &exclusiveResource{} }

func (m exclusiveModel) repo() swr.Repository {
	return swr.Repository{Namespace: m.Namespace.ValueString(), Name: m.Repository.ValueString()}
}

func (m exclusiveModel) key(account string) swr.Key {
	return swr.Key{Namespace: m.Namespace.ValueString(), Repository: m.Repository.ValueString(), AccessDomain: account}
}

func (m exclusiveModel) accounts() accounts {
	known, _ := accountsOf(m.AccessDomains)
	return known
}

func (r *exclusiveResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_repository_shares_exclusive"
}

func (r *exclusiveResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = exclusiveSchema(ctx)
}

func (r *exclusiveResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.session = sessionFrom(req.ProviderData, &resp.Diagnostics)
}

// Create begins to guard. It revokes nothing: there is no plan yet that showed
// the accounts by name.
func (r *exclusiveResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan exclusiveModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.session.requireConfigured(&resp.Diagnostics, "Guarding a repository") {
		return
	}
	ctx, cancel := withTimeout(ctx, plan.Timeouts.Create, &resp.Diagnostics)
	defer cancel()

	actual, ok := r.list(ctx, plan.repo(), &resp.Diagnostics)
	if !ok || !r.requireShared(ctx, plan, actual, &resp.Diagnostics) {
		return
	}
	warnUndeclared(&resp.Diagnostics, plan.repo(), actual.without(plan.accounts()))
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	setLastSeen(ctx, resp.Private, r.session.client.Host(), &resp.Diagnostics)
}

// Read writes the accounts that really have access into the state.
func (r *exclusiveResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state exclusiveModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if r.session.unknown != "" {
		r.session.warnUnchecked(&resp.Diagnostics)
		return
	}
	ctx, cancel := withTimeout(ctx, state.Timeouts.Read, &resp.Diagnostics)
	defer cancel()

	listing, err := r.session.client.List(ctx, state.repo())
	switch {
	case errors.Is(err, swr.KindRepositoryMissing):
		resp.Diagnostics.AddWarning(fmt.Sprintf("The guarded repository %s does not exist", state.repo()),
			"Nobody can pull it. Remove the guard from the configuration if the repository is not to come back.")
	case err != nil:
		r.session.addError(&resp.Diagnostics, guarding("read the shares of", state.repo()).keeping(typeGuard), err)
		return
	case listing.Incomplete != "":
		resp.Diagnostics.AddWarning(fmt.Sprintf("The guard of %s can't see all accounts", state.repo()),
			sentence(listing.Incomplete)+" The state was kept as it was: an account that nobody declared may not show in this plan.")
		return
	}
	actual, err := r.actual(ctx, state, listing)
	if err != nil {
		r.session.addError(&resp.Diagnostics, guarding("read the shares of", state.repo()).keeping(typeGuard), err)
		return
	}
	if !actual.same(state.accounts()) {
		state.AccessDomains = actual.set()
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	}
	setLastSeen(ctx, resp.Private, r.session.client.Host(), &resp.Diagnostics)
}

// Update revokes what the plan took out of the set: exactly that, whoever shared
// it. An account that appeared since the plan is left alone.
func (r *exclusiveResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state exclusiveModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.session.requireConfigured(&resp.Diagnostics, "Guarding a repository") {
		return
	}
	if plan.AccessDomains.Equal(state.AccessDomains) {
		// Only the timeouts changed, which are Terraform's own.
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
		return
	}
	ctx, cancel := withTimeout(ctx, plan.Timeouts.Update, &resp.Diagnostics)
	defer cancel()

	known := state.accounts()
	doomed := known.without(plan.accounts())
	var listing swr.Listing
	if len(doomed) > 0 {
		var may bool
		if listing, may = r.mayRevoke(ctx, plan.repo(), req.Private, &resp.Diagnostics); !may {
			return
		}
	}
	for _, account := range doomed {
		err := r.session.client.Delete(ctx, plan.key(meant(account, listing)), "")
		if _, gone := errors.AsType[*swr.Gone](err); gone {
			err = nil // its own resource may have revoked it in the same apply
		}
		if err != nil {
			// The others are still tried: each is a door that is open.
			r.session.addError(&resp.Diagnostics, doing{what: "revoke the share", key: plan.key(account)}.keeping(typeGuard), err)
			continue
		}
		known = known.without(accounts{account})
	}

	actual, ok := r.list(ctx, plan.repo(), &resp.Diagnostics)
	if ok {
		ok = r.requireShared(ctx, plan, actual, &resp.Diagnostics)
		known = respell(actual, plan.accounts(), known)
		warnAppeared(&resp.Diagnostics, plan.repo(), actual.without(plan.accounts()).without(state.accounts()))
	}
	if !ok || resp.Diagnostics.HasError() {
		plan.AccessDomains = known.set() // what is true
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// Delete stops guarding. It revokes nothing.
func (r *exclusiveResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {
}

// list gives the accounts that the service shows.
func (r *exclusiveResource) list(ctx context.Context, repo swr.Repository, diags *diag.Diagnostics) (accounts, bool) {
	listing, err := r.session.client.List(ctx, repo)
	if err != nil {
		r.session.addError(diags, guarding("read the shares of", repo), err)
		return nil, false
	}
	if listing.Incomplete != "" {
		warnIncomplete(diags, repo, listing.Incomplete)
	}
	return listed(listing), true
}

// actual gives the accounts that have access: those that are listed, and those
// of the state that are not but exist by name. Some services leave expired
// shares out of their listings.
func (r *exclusiveResource) actual(ctx context.Context, state exclusiveModel, listing swr.Listing) (accounts, error) {
	actual := listed(listing)
	for _, account := range state.accounts().without(actual) {
		_, err := r.session.client.Get(ctx, state.key(account), "")
		if _, gone := errors.AsType[*swr.Gone](err); gone {
			continue
		}
		if err != nil {
			return nil, err
		}
		actual = append(actual, account)
	}
	return respell(actual, state.accounts()), nil
}

// requireShared adds an error for each account of the plan that is not shared
// with. It asks by name, since lists may lag.
func (r *exclusiveResource) requireShared(ctx context.Context, plan exclusiveModel, actual accounts, diags *diag.Diagnostics) bool {
	ok := true
	for _, account := range plan.accounts().without(actual) {
		_, err := r.session.client.Get(ctx, plan.key(account), "")
		if err == nil {
			continue
		}
		ok = false
		if _, gone := errors.AsType[*swr.Gone](err); !gone {
			r.session.addError(diags, doing{what: "read the share", key: plan.key(account)}, err)
			continue
		}
		diags.AddAttributeError(pathAccessDomains, fmt.Sprintf("%s is not shared with %q", plan.repo(), account), fmt.Sprintf(
			"The guard lets these accounts pull and no others, but it never shares. Declare the share, and refer to it in access_domains:\n\n"+
				"  resource \"swr_repository_share\" \"NAME\" {\n    namespace     = %q\n    repository    = %q\n    access_domain = %q\n    deadline      = \"YYYY-MM-DD\"\n  }",
			plan.Namespace.ValueString(), plan.Repository.ValueString(), account))
	}
	return ok
}

// mayRevoke tells whether the accounts of the state were seen at this endpoint,
// and all can be seen now, and gives these. Otherwise nothing is revoked: the plan
// showed somebody else's, or what remains would not be known.
func (r *exclusiveResource) mayRevoke(ctx context.Context, repo swr.Repository, private privateState, diags *diag.Diagnostics) (swr.Listing, bool) {
	if there, here := lastSeen(ctx, private, diags), r.session.client.Host(); there != "" && there != here {
		diags.AddError(fmt.Sprintf("Could not revoke shares of %s", repo), fmt.Sprintf(
			"The accounts were seen at %s, and this is %s, where the same names may stand for something else. Nothing was revoked. "+
				"Plan again, with a refresh, to see who can pull here.", httpsafe.Printable(there), here))
		return swr.Listing{}, false
	}
	listing, err := r.session.client.List(ctx, repo)
	if errors.Is(err, swr.KindRepositoryMissing) {
		return listing, true // and nothing to revoke
	}
	if err == nil && listing.Incomplete != "" {
		err = &swr.Error{Kind: swr.KindListingIncomplete, Err: errors.New(listing.Incomplete)}
	}
	if err != nil {
		r.session.addError(diags, guarding("revoke shares of", repo).keeping(typeGuard), err)
		return listing, false
	}
	return listing, true
}

// listed gives the accounts of a listing, as Terraform can hold them.
func listed(listing swr.Listing) accounts {
	found := make(accounts, len(listing.Shares))
	for i, share := range listing.Shares {
		found[i] = heldByTerraform(share.AccessDomain)
	}
	return found
}

// meant gives the service's own spelling of an account that Terraform can't hold
// as it is.
func meant(account string, listing swr.Listing) string {
	for _, share := range listing.Shares {
		if held := heldByTerraform(share.AccessDomain); held != share.AccessDomain && held == account {
			return share.AccessDomain
		}
	}
	return account
}

// respell gives the accounts in the spelling of the first set that names them.
func respell(actual accounts, spellings ...accounts) accounts {
	respelled := make(accounts, len(actual))
	for i, account := range actual {
		respelled[i] = account
	search:
		for _, spelling := range spellings {
			for _, known := range spelling {
				if swr.SameAccount(known, account) {
					respelled[i] = known
					break search
				}
			}
		}
	}
	return respelled
}

func guarding(what string, repo swr.Repository) doing {
	return doing{what: what, key: swr.Key{Namespace: repo.Namespace, Repository: repo.Name}}
}
