package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
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
	resourceBase
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

func (r *shareResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	plan := readShare(ctx, req.Plan.Raw, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !r.session.requireConfigured(&resp.Diagnostics, "Creating a share") {
		return
	}
	spec, ok := plan.spec(&resp.Diagnostics)
	if !ok {
		return
	}
	ctx, cancel := withTimeout(ctx, plan.Timeouts.Create, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}

	r.session.planned.recordApply()
	created, err := r.session.client.Create(ctx, plan.key(), spec)
	switch created.Outcome {
	case swr.NotCreated:
		r.session.addError(&resp.Diagnostics, opCreateShare, plan.key(), err)
		return
	case swr.Created:
		err = errors.Join(err, plan.setFromAPI(created.Share))
		if err != nil {
			r.session.addError(&resp.Diagnostics, opVerifyShare, plan.key(), err)
		}
		pendingCreate.remove(ctx, resp.Private, &resp.Diagnostics) // that of a share it replaces
	case swr.CreatedUnverified:
		r.session.addUnverified(&resp.Diagnostics, plan.key(), err)
		pendingCreate.set(ctx, resp.Private, created.Pending, &resp.Diagnostics)
	case swr.Unknown:
		addUnknown(&resp.Diagnostics, plan.key(), err)
		pendingCreate.set(ctx, resp.Private, created.Pending, &resp.Diagnostics)
	}
	// The share exists, or may exist: it must be in the state, whatever else fails.
	plan.nullUnknown()
	plan.writeIdentity(resp.Identity)
	plan.write(ctx, &resp.State.Raw, &resp.Diagnostics)
	r.session.recordEndpoint(ctx, resp.Private, &resp.Diagnostics)
}

func (r *shareResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	state := readShare(ctx, req.State.Raw, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	// First of all, because Terraform requires it even if the read fails.
	state.writeIdentity(resp.Identity)
	// Only an import leaves the deadline out of the state.
	imported := state.Deadline.IsNull()
	if r.session.unknownAttribute != "" {
		if imported {
			r.session.requireConfigured(&resp.Diagnostics, "Importing a share")
		} else {
			r.session.warnUnchecked(&resp.Diagnostics)
		}
		return
	}
	ctx, cancel := withTimeout(ctx, state.Timeouts.Read, &resp.Diagnostics)
	defer cancel()

	key, prior := state.key(), state.shareModel
	r.session.planned.recordRead(key)
	seen := shareLastSeen(ctx, req.Private, prior, &resp.Diagnostics)
	pending, isPending := pendingCreate.get(ctx, req.Private, &resp.Diagnostics)
	share, err := r.session.client.GetPending(ctx, key, seen, pending)
	if isPending {
		switch r.pendingAction(pending, opReadShare, state, share, err, &resp.Diagnostics) {
		case swr.PendingKeep:
			r.session.planned.recordPrivate(key, sharePrivateState{seen.Endpoint, &pending})
			return
		case swr.PendingForget:
			removeResource(ctx, resp)
			return
		}
	}
	if gone, ok := errors.AsType[*swr.Gone](err); ok {
		if imported {
			r.session.addError(&resp.Diagnostics, opImportShare, key, gone)
			return
		}
		warnIfRepositoryGone(&resp.Diagnostics, gone)
		removeResource(ctx, resp)
		return
	}
	if err == nil {
		err = state.setFromAPI(share)
	}
	if err != nil {
		op := opReadShare
		if imported {
			op = opImportShare
		}
		r.session.addError(&resp.Diagnostics, op, key, err)
		return
	}
	withoutID := state.ID.IsNull()
	if withoutID {
		state.ID = types.StringValue(key.String())
	}
	if withoutID || state.shareModel != prior { // most states are current
		state.write(ctx, &resp.State.Raw, &resp.Diagnostics)
	}
	if seen.Endpoint != r.session.client.NormalizedEndpoint() {
		r.session.recordEndpoint(ctx, resp.Private, &resp.Diagnostics)
	}
	pendingCreate.remove(ctx, resp.Private, &resp.Diagnostics)
	r.session.planned.recordPrivate(key, sharePrivateState{lastSeen: r.session.client.NormalizedEndpoint()})
}

func (r *shareResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	plan := readShare(ctx, req.Plan.Raw, &resp.Diagnostics)
	state := readShare(ctx, req.State.Raw, &resp.Diagnostics)
	state.writeIdentity(resp.Identity)
	if resp.Diagnostics.HasError() {
		return
	}
	if plan.sameSpec(state.shareModel) {
		// Only the timeouts changed, which the service does not know.
		plan.write(ctx, &resp.State.Raw, &resp.Diagnostics)
		return
	}
	if !r.session.requireConfigured(&resp.Diagnostics, "Updating a share") {
		return
	}
	spec, ok := plan.spec(&resp.Diagnostics)
	if !ok {
		return
	}
	ctx, cancel := withTimeout(ctx, plan.Timeouts.Update, &resp.Diagnostics)
	defer cancel()

	r.session.planned.recordApply()
	planned := plan.shareModel
	seen := shareLastSeen(ctx, req.Private, state.shareModel, &resp.Diagnostics)
	_, gone, ok := r.settlePending(ctx, req.Private, opUpdateShare, state, seen, &resp.Diagnostics)
	if !ok {
		return
	}
	if gone != nil {
		r.session.addError(&resp.Diagnostics, opUpdateShare, plan.key(), gone)
		return
	}
	share, err := r.session.client.Update(ctx, plan.key(), spec, seen)
	if share != nil {
		err = errors.Join(err, plan.setFromAPI(*share))
		plan.preservePlanned(planned)
	}
	if err != nil {
		r.session.addError(&resp.Diagnostics, opUpdateShare, plan.key(), err)
	}
	if share == nil {
		return // the state is not changed
	}
	plan.nullUnknown()
	plan.write(ctx, &resp.State.Raw, &resp.Diagnostics)
	r.session.recordEndpoint(ctx, resp.Private, &resp.Diagnostics)
	pendingCreate.remove(ctx, resp.Private, &resp.Diagnostics)
}

func (r *shareResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	state := readShare(ctx, req.State.Raw, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !r.session.requireConfigured(&resp.Diagnostics, "Deleting a share") {
		return
	}
	ctx, cancel := withTimeout(ctx, state.Timeouts.Delete, &resp.Diagnostics)
	defer cancel()

	r.session.planned.recordApply()
	seen := shareLastSeen(ctx, req.Private, state.shareModel, &resp.Diagnostics)
	if seen.Endpoint == "" {
		// A tainted share, in a plan that did not read it: Terraform passes no private
		// state, and keeps what is set here if the deletion fails.
		seen.Endpoint = swr.UnknownEndpoint
		lastSeen.set(ctx, resp.Private, seen.Endpoint, &resp.Diagnostics)
	}
	settled, gone, ok := r.settlePending(ctx, req.Private, opDeleteShare, state, seen, &resp.Diagnostics)
	if !ok {
		return // another client's share is not deleted; with an error the state is kept
	}
	if gone != nil { // a share that exists now is another resource's
		warnIfRepositoryGone(&resp.Diagnostics, gone)
		return
	}
	seen.Created, seen.CreatorID = cmp.Or(settled.Created, seen.Created), cmp.Or(settled.CreatorID, seen.CreatorID)
	err := r.session.client.Delete(ctx, state.key(), seen)
	if gone, ok := errors.AsType[*swr.Gone](err); ok {
		warnIfRepositoryGone(&resp.Diagnostics, gone)
		return
	}
	if recreated, ok := errors.AsType[*swr.Recreated](err); ok {
		resp.Diagnostics.AddWarning(fmt.Sprintf("Share %s was created again by another client", objectName(state.key())),
			sentence(recreated.Error())+" The account has access again. The new share is not managed by this configuration.")
		return
	}
	if err != nil {
		r.session.addError(&resp.Diagnostics, opDeleteShare, state.key(), err)
	}
}

// settlePending waits until it is known whether a pending create made the share. It
// returns the share, or that it does not exist, and reports whether to proceed. If the
// create is not pending, it returns neither.
func (r *shareResource) settlePending(ctx context.Context, private privateReader, op operation,
	state shareResourceModel, seen swr.LastSeen, diags *diag.Diagnostics,
) (share swr.Share, gone *swr.Gone, proceed bool) {
	pending, found := pendingCreate.get(ctx, private, diags)
	if !found {
		return swr.Share{}, nil, true
	}
	share, err := r.session.client.AwaitPending(ctx, state.key(), seen, pending)
	gone, _ = errors.AsType[*swr.Gone](err)
	return share, gone, r.pendingAction(pending, op, state, share, err, diags) == swr.PendingProceed
}

// pendingAction returns what to do about a share of the state whose create is
// pending. share and err are the result of looking it up. It adds the reason for
// any action but PendingProceed.
func (r *shareResource) pendingAction(pending swr.PendingCreate, op operation,
	state shareResourceModel, share swr.Share, err error, diags *diag.Diagnostics,
) swr.PendingAction {
	spec, ok := state.spec(diags)
	if !ok {
		return swr.PendingKeep
	}
	key := state.key()
	action := pending.Action(spec, share, err)
	if action == swr.PendingForget && op == opUpdateShare {
		action = swr.PendingKeep // Terraform does not let an update remove the resource
	}
	switch {
	case action == swr.PendingForget:
		diags.AddWarning(fmt.Sprintf("Share %s is not managed by this configuration", objectName(key)),
			"An earlier apply may have created the share: the response to its request was lost. "+
				"The share that exists was there before, so it is another client's. "+
				"It was left unchanged and removed from the state. "+importRemedy(key))
	case errors.Is(err, swr.KindNotYet) && op == opReadShare:
		diags.AddWarning(fmt.Sprintf("Share %s does not show yet", objectName(key)),
			sentence(err.Error())+" It was kept in the state. Plan again later.")
	case action == swr.PendingKeep && err != nil:
		r.session.addError(diags, op, key, err)
	case action == swr.PendingKeep:
		diags.AddError(fmt.Sprintf("Unable to determine who created share %s", objectName(key)), fmt.Sprintf(
			"An earlier apply may have created the share: the response to its request was lost. "+
				"A share exists, created by %q on %q, but whether it is the same one is not known. "+
				"It was left unchanged, and the state was not changed.\n\n"+
				"Inspect the share. Then remove it from the state:\n\n  terraform state rm ADDRESS\n\n"+
				"with the address of the resource. %s",
			httpsafe.Printable(share.CreatorName), httpsafe.Printable(share.Created), importRemedy(key)))
	}
	return action
}

// ImportState sets the names from the ID or the identity; the read that follows
// sets the rest.
func (r *shareResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	key, ok := importKey(ctx, req, &resp.Diagnostics)
	if !ok {
		return
	}
	imported := newShareModel(key)
	imported.write(ctx, &resp.State.Raw, &resp.Diagnostics)
	imported.writeIdentity(resp.Identity)
}

// importKey returns the names from the ID, or else from the identity.
func importKey(ctx context.Context, req resource.ImportStateRequest, diags *diag.Diagnostics) (key swr.Key, ok bool) {
	if req.ID != "" || req.Identity == nil {
		key, err := swr.ParseID(req.ID)
		if err != nil {
			diags.AddError("Invalid import ID", err.Error()+".")
		}
		return key, err == nil
	}
	var identity shareModel
	for _, field := range shareFields {
		if field.role == keyField {
			diags.Append(req.Identity.GetAttribute(ctx, path.Root(field.name), field.model(&identity))...)
		}
	}
	if diags.HasError() {
		return key, false
	}
	key = identity.key()
	err := key.Addressable()
	if err != nil {
		diags.AddError("Invalid import identity", err.Error()+".")
	}
	return key, err == nil
}
