package provider

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

var (
	_ resource.ResourceWithConfigure   = (*shareResource)(nil)
	_ resource.ResourceWithIdentity    = (*shareResource)(nil)
	_ resource.ResourceWithImportState = (*shareResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*shareResource)(nil)
)

// shareResource is swr_repository_share.
type shareResource struct {
	session *session
}

func newShareResource() resource.Resource { return &shareResource{} }

func (r *shareResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_repository_share"
}

func (r *shareResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = shareResourceSchema()
}

func (r *shareResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = shareIdentitySchema()
}

func (r *shareResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.session = sessionFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *shareResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	plan := readShare(ctx, req.Plan.Raw, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !r.session.requireConfigured(&resp.Diagnostics, "Creating a share") {
		return
	}
	terms, err := plan.terms()
	if err != nil {
		addRuleError(&resp.Diagnostics, pathDeadline, err)
		return
	}
	ctx, cancel := withTimeout(ctx, plan.Timeouts.Create, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}

	created, err := r.session.client.Create(ctx, plan.key(), terms)
	switch created.Outcome {
	case swr.NotCreated:
		r.session.addError(&resp.Diagnostics, doing{what: "create the share", key: plan.key()}, err)
		return
	case swr.Created:
		err = errors.Join(err, plan.take(created.Share))
		if err != nil {
			r.session.addError(&resp.Diagnostics, doing{what: confirming, key: plan.key()}, err)
		}
	case swr.CreatedUnverified:
		r.session.addUnconfirmed(&resp.Diagnostics, plan.key(), err)
	case swr.Unknown:
		r.session.addDoubtful(&resp.Diagnostics, plan.key(), err)
		note(ctx, resp.Private, doubtKey, created.Pending, &resp.Diagnostics)
	}
	// From here on the share exists, or may: whatever else fails, it must stand
	// in the state.
	plan.forgetUnknown()
	plan.writeIdentity(resp.Identity)
	plan.write(ctx, &resp.State.Raw, &resp.Diagnostics)
	r.sawHere(ctx, resp.Private, &resp.Diagnostics)
}

func (r *shareResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	state := readShare(ctx, req.State.Raw, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	// First thing: it is asked for even where the read ends early.
	state.writeIdentity(resp.Identity)
	// The deadline is never missing from a state, but where an import has put the
	// names alone into it.
	imported := state.Deadline.IsNull()
	if r.session.unknown != "" {
		if imported {
			r.session.requireConfigured(&resp.Diagnostics, "Importing a share")
		} else {
			r.session.warnUnchecked(&resp.Diagnostics)
		}
		return
	}
	ctx, cancel := withTimeout(ctx, state.Timeouts.Read, &resp.Diagnostics)
	defer cancel()

	key, known := state.key(), state.shareModel
	seenAt := lastSeen(ctx, req.Private, &resp.Diagnostics)
	share, err := r.session.client.Get(ctx, key, seenAt)
	if gone, ok := errors.AsType[*swr.Gone](err); ok {
		if imported {
			addNothingToImport(&resp.Diagnostics, gone, r.session)
			return
		}
		warnIfRepositoryGone(&resp.Diagnostics, gone)
		resp.State.RemoveResource(ctx)
		return
	}
	if doubt, doubted := inDoubt(ctx, req.Private, &resp.Diagnostics); doubted && err == nil {
		switch originOf(doubt, state, share, &resp.Diagnostics) {
		case swr.Undetermined:
			return
		case swr.Foreign:
			resp.State.RemoveResource(ctx)
			return
		}
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, doubtKey, nil)...)
	}
	if err == nil {
		err = state.take(share)
	}
	if err != nil {
		at := doing{what: "read the share", key: key}
		if !imported {
			at = at.keeping(typeShare)
		}
		r.session.addError(&resp.Diagnostics, at, err)
		return
	}
	unnamed := state.ID.IsNull()
	if unnamed {
		state.ID = types.StringValue(key.String())
	}
	if unnamed || state.shareModel != known { // most states are right, and left alone
		state.write(ctx, &resp.State.Raw, &resp.Diagnostics)
	}
	if seenAt != r.session.client.Host() {
		r.sawHere(ctx, resp.Private, &resp.Diagnostics)
	}
}

func (r *shareResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	plan := readShare(ctx, req.Plan.Raw, &resp.Diagnostics)
	state := readShare(ctx, req.State.Raw, &resp.Diagnostics)
	state.writeIdentity(resp.Identity)
	if resp.Diagnostics.HasError() {
		return
	}
	if plan.same(state.shareModel) {
		// Only the timeouts changed, which are Terraform's own.
		plan.write(ctx, &resp.State.Raw, &resp.Diagnostics)
		return
	}
	if !r.session.requireConfigured(&resp.Diagnostics, "Changing a share") {
		return
	}
	terms, err := plan.terms()
	if err != nil {
		addRuleError(&resp.Diagnostics, pathDeadline, err)
		return
	}
	ctx, cancel := withTimeout(ctx, plan.Timeouts.Update, &resp.Diagnostics)
	defer cancel()

	planned := plan.shareModel
	share, err := r.session.client.Update(ctx, plan.key(), terms)
	if share != nil {
		err = errors.Join(err, plan.take(*share))
		plan.keepPlanned(planned)
	}
	if err != nil {
		r.session.addError(&resp.Diagnostics, doing{what: "change the share", key: plan.key()}.keeping(typeShare), err)
	}
	if share == nil {
		return // the state stays what it was
	}
	plan.forgetUnknown()
	plan.write(ctx, &resp.State.Raw, &resp.Diagnostics)
	r.sawHere(ctx, resp.Private, &resp.Diagnostics)
}

func (r *shareResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	state := readShare(ctx, req.State.Raw, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !r.session.requireConfigured(&resp.Diagnostics, "Revoking a share") {
		return
	}
	ctx, cancel := withTimeout(ctx, state.Timeouts.Delete, &resp.Diagnostics)
	defer cancel()

	seenAt := lastSeen(ctx, req.Private, &resp.Diagnostics)
	if doubt, doubted := inDoubt(ctx, req.Private, &resp.Diagnostics); doubted {
		share, err := r.session.client.Get(ctx, state.key(), seenAt)
		if err != nil && !errors.As(err, new(*swr.Gone)) {
			r.session.addError(&resp.Diagnostics, doing{what: "revoke the share", key: state.key()}.keeping(typeShare), err)
			return
		}
		if err == nil && originOf(doubt, state, share, &resp.Diagnostics) != swr.Own {
			return // another's is left alone; with an error the state stays
		}
	}
	err := r.session.client.Delete(ctx, state.key(), seenAt)
	if gone, ok := errors.AsType[*swr.Gone](err); ok {
		warnIfRepositoryGone(&resp.Diagnostics, gone)
		return
	}
	if err != nil {
		r.session.addError(&resp.Diagnostics, doing{what: "revoke the share", key: state.key()}.keeping(typeShare), err)
	}
}

// ImportState takes the names from the id or the identity; the read that follows
// fetches the rest.
func (r *shareResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	key, ok := importKey(ctx, req, &resp.Diagnostics)
	if !ok {
		return
	}
	for name, value := range map[string]string{
		"id":            key.String(),
		"namespace":     key.Namespace,
		"repository":    key.Repository,
		"access_domain": key.AccessDomain,
	} {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(name), value)...)
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, shareIdentityModel{
		Namespace:    types.StringValue(key.Namespace),
		Repository:   types.StringValue(key.Repository),
		AccessDomain: types.StringValue(key.AccessDomain),
	})...)
}

// importKey reads the id, or else the identity.
func importKey(ctx context.Context, req resource.ImportStateRequest, diags *diag.Diagnostics) (swr.Key, bool) {
	if req.ID == "" && req.Identity != nil {
		var identity shareIdentityModel
		diags.Append(req.Identity.Get(ctx, &identity)...)
		if diags.HasError() {
			return swr.Key{}, false
		}
		key := swr.Key{
			Namespace:    identity.Namespace.ValueString(),
			Repository:   identity.Repository.ValueString(),
			AccessDomain: identity.AccessDomain.ValueString(),
		}
		if err := key.Addressable(); err != nil {
			diags.AddError("Nothing can be imported by this identity", err.Error()+".")
			return swr.Key{}, false
		}
		return key, true
	}
	key, err := swr.ParseID(req.ID)
	if err != nil {
		diags.AddError("Nothing can be imported by this id", err.Error()+".")
		return swr.Key{}, false
	}
	return key, true
}

// sawHere notes that the share was seen at this endpoint.
func (r *shareResource) sawHere(ctx context.Context, private writablePrivateState, diags *diag.Diagnostics) {
	setLastSeen(ctx, private, r.session.client.Host(), diags)
}
