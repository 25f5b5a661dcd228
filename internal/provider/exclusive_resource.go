package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/sync/errgroup"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

var (
	_ resource.ResourceWithConfigure  = (*exclusiveResource)(nil)
	_ resource.ResourceWithModifyPlan = (*exclusiveResource)(nil)
	_ resource.ResourceWithMoveState  = (*exclusiveResource)(nil)
)

// exclusiveResource is swr_repository_shares_exclusive: only these accounts may
// pull the repository.
//
// It never revokes an account that no plan has shown by name. Refresh sets the
// state to the accounts that have access, so an account that the plan removes
// from the set is one that somebody has read, and Update revokes exactly these.
// It has no import, which could revoke accounts by accident.
type exclusiveResource struct {
	resourceBase
}

type exclusiveModel struct {
	Namespace     types.String   `tfsdk:"namespace"`
	Repository    types.String   `tfsdk:"repository"`
	AccessDomains types.List     `tfsdk:"access_domains"`
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
	known, _ := accountsFromList(m.AccessDomains)
	return known
}

func (r *exclusiveResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_repository_shares_exclusive"
}

func (r *exclusiveResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages which accounts may pull a repository: these and no others. Refresh reads the accounts that have " +
			"access, so that the plan shows by name a share that was created outside of Terraform, and apply revokes exactly the " +
			"accounts that the plan showed. The resource does not create shares. Creating or destroying it revokes nothing.",
		Attributes: map[string]schema.Attribute{
			"namespace":  nameAttribute("namespace", "resource."),
			"repository": nameAttribute("repository", "resource."),
			// For Terraform this is a set; see [swrProvider.SetAttributes].
			"access_domains": schema.ListAttribute{
				Required:    true,
				ElementType: types.StringType,
				MarkdownDescription: "Accounts that may pull the repository, regardless of case. Refer to the shares " +
					"(`swr_repository_share.example.access_domain`), so that they are created first: each account needs a share of its own. " +
					"If empty, no other account may pull it.",
				Validators: []validator.List{
					accountsRule{"values must be valid account names, and unique regardless of case"},
				},
			},
			"timeouts": timeoutsAttribute(ctx, timeouts.Opts{Create: true, Read: true, Update: true}),
		},
	}
}

// MoveState accepts the resource from this provider under another address. The
// next plan may revoke the accounts of its state.
func (r *exclusiveResource) MoveState(context.Context) []resource.StateMover {
	return []resource.StateMover{sameProviderMover(typeExclusive,
		"Then declare a new "+typeExclusive+", which revokes nothing when it is created.")}
}

// Create revokes nothing: no plan has shown the accounts by name yet.
func (r *exclusiveResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan exclusiveModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.session.requireConfigured(&resp.Diagnostics, typeExclusive) {
		return
	}
	ctx, cancel := withTimeout(ctx, plan.Timeouts.Create, &resp.Diagnostics)
	defer cancel()

	r.session.planned.recordApply()
	shared, ok := r.list(ctx, plan.repo(), nothingChanged, &resp.Diagnostics)
	if !ok || !r.requireShared(ctx, plan.accounts(), &shared, &resp.Diagnostics) {
		return
	}
	warnUndeclared(&resp.Diagnostics, plan.repo(), shared.accounts.difference(plan.accounts()))
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	r.session.recordEndpoint(ctx, resp.Private, &resp.Diagnostics)
}

// Read sets the state to the accounts that have access. At another endpoint than
// before, no plan has shown these: the resource is removed from the state, so that
// the plan is a creation, which revokes nothing.
func (r *exclusiveResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state exclusiveModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.session.unread.recordRead(state.repo())
	if r.session.unknownAttribute != "" {
		r.session.warnUnchecked(&resp.Diagnostics)
		return
	}
	if there, _ := lastSeen.get(ctx, req.Private, &resp.Diagnostics); !r.session.client.IsEndpoint(there) {
		resp.Diagnostics.AddWarning(fmt.Sprintf("Accounts of %s were last read at another endpoint", state.repo()), fmt.Sprintf(
			"They were last read at %s, but the endpoint is now %s, where no plan has shown the accounts. "+
				"The plan shows %s as to be created, which revokes nothing. If the endpoint is wrong, do not apply the plan: correct it.",
			httpsafe.Printable(there), r.session.client.NormalizedEndpoint(), typeExclusive))
		removeResource(ctx, resp)
		return
	}
	ctx, cancel := withTimeout(ctx, state.Timeouts.Read, &resp.Diagnostics)
	defer cancel()

	prior := state.accounts()
	current, err := r.observe(ctx, state.repo())
	switch {
	case errors.Is(err, swr.KindRepositoryMissing):
		resp.Diagnostics.AddWarning(fmt.Sprintf("Repository %s does not exist", state.repo()),
			"No account can pull it. If it will not be created again, remove "+typeExclusive+" from the configuration.")
		prior = nil // a share can't exist without its repository
	case err != nil:
		r.session.addError(&resp.Diagnostics, opReadExclusive, repositoryKey(state.repo()), err)
		return
	case !current.report(&resp.Diagnostics, nothingChanged, "The state was not changed. Undeclared accounts may be missing from this plan."),
		current.incomplete != "":
		return
	}
	for _, err := range r.missing(ctx, &current, prior) {
		if !isGone(err) {
			r.session.addError(&resp.Diagnostics, opReadExclusive, repositoryKey(state.repo()), err)
			return
		}
	}
	if !current.accounts.equal(state.accounts()) {
		state.AccessDomains = current.accounts.preferSpelling(state.accounts()).toList()
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	}
	r.session.recordEndpoint(ctx, resp.Private, &resp.Diagnostics)
}

// Update revokes exactly the accounts that the plan removed from the set, no
// matter who shared with them. It leaves accounts that appeared since the plan.
func (r *exclusiveResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state exclusiveModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.session.requireConfigured(&resp.Diagnostics, typeExclusive) {
		return
	}
	if plan.AccessDomains.Equal(state.AccessDomains) {
		// Only the timeouts changed, which the service does not know.
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
		return
	}
	ctx, cancel := withTimeout(ctx, plan.Timeouts.Update, &resp.Diagnostics)
	defer cancel()

	r.session.planned.recordApply()
	var revoked, notRevoked accounts
	toRevoke := state.accounts().difference(plan.accounts())
	var before observation
	if len(toRevoke) > 0 {
		var ok bool
		before, ok = r.checkRevocable(ctx, plan.repo(), req.Private, &resp.Diagnostics)
		if !ok || !r.checkDistinct(ctx, plan.repo(), toRevoke, plan.accounts(), &resp.Diagnostics) {
			return
		}
	}
	for i, err := range r.revoke(ctx, before, toRevoke) {
		// The share may be gone: its own resource may have deleted it in this apply.
		switch key := plan.key(toRevoke[i]); {
		case err == nil || isGone(err):
			revoked = append(revoked, toRevoke[i])
			continue
		case errors.Is(err, errNotStarted):
			resp.Diagnostics.AddError(fmt.Sprintf("Unable to %s %s", opRevokeShare, objectName(key)),
				sentence(err.Error())+" The account was not revoked and remains in the state. Plan and apply again to revoke it.")
		default:
			r.session.addError(&resp.Diagnostics, opRevokeShare, key, err)
		}
		notRevoked = append(notRevoked, toRevoke[i])
	}

	remaining := state.accounts().difference(revoked)
	effect := nothingChanged
	if len(revoked) > 0 {
		effect = revokedAccounts
	}
	after, ok := r.list(ctx, plan.repo(), effect, &resp.Diagnostics)
	if ok {
		ok = r.requireShared(ctx, plan.accounts(), &after, &resp.Diagnostics)
		// A list may lag, or leave out expired shares.
		after.accounts = append(after.accounts, notRevoked.difference(after.accounts)...)
		remaining = after.accounts.preferSpelling(plan.accounts(), remaining)
		warnNew(&resp.Diagnostics, plan.repo(), after.accounts.difference(plan.accounts()).difference(state.accounts()))
	}
	if !ok || resp.Diagnostics.HasError() {
		plan.AccessDomains = remaining.toList() // the plan was not reached
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// maxConcurrentRevocations is how many accounts an update revokes at a time.
const maxConcurrentRevocations = 16

// errNotStarted means that no request was sent for an account.
var errNotStarted = errors.New("the revocation was not started")

// revoke revokes accounts concurrently, and returns the error of each. One that
// fails does not keep the others from being revoked.
func (r *exclusiveResource) revoke(ctx context.Context, seen observation, toRevoke accounts) []error {
	errs := make([]error, len(toRevoke))
	var group errgroup.Group
	group.SetLimit(maxConcurrentRevocations)
	for i, account := range toRevoke {
		group.Go(func() error {
			key := repositoryKey(seen.repo)
			key.AccessDomain = seen.apiSpelling(account)
			if ctx.Err() == nil {
				errs[i] = r.session.client.Delete(ctx, key, swr.LastSeen{})
			} else {
				errs[i] = fmt.Errorf("%w: %w", errNotStarted, context.Cause(ctx))
			}
			return nil
		})
	}
	_ = group.Wait() // the errors are in errs
	return errs
}

// Delete revokes nothing.
func (r *exclusiveResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {
	r.session.planned.recordApply()
}
