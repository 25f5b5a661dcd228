package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

var _ resource.ResourceWithImportState = (*shareResource)(nil)

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

// shareIdentityModel is the identity of a share.
type shareIdentityModel struct {
	Namespace    types.String `tfsdk:"namespace"`
	Repository   types.String `tfsdk:"repository"`
	AccessDomain types.String `tfsdk:"access_domain"`
}

// importKey returns the names from the ID, or else from the identity.
func importKey(ctx context.Context, req resource.ImportStateRequest, diags *diag.Diagnostics) (swr.Key, bool) {
	if req.ID != "" || req.Identity == nil {
		key, err := swr.ParseID(req.ID)
		if err != nil {
			diags.AddError("Invalid import ID", err.Error()+".")
		}
		return key, err == nil
	}
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
		diags.AddError("Invalid import identity", err.Error()+".")
		return swr.Key{}, false
	}
	return key, true
}
