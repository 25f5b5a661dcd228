package main

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// emptyResource has the schema of a real resource and keeps what it is given. It
// works on the raw values, with no model and no reflection, so that it measures
// the framework and nothing of its own.
type emptyResource struct {
	real resource.Resource
}

// emptyResourceWithIdentity is an emptyResource of one that has an identity.
type emptyResourceWithIdentity struct {
	emptyResource
	real resource.ResourceWithIdentity
}

func empty(real resource.Resource) resource.Resource {
	without := emptyResource{real: real}
	if with, ok := real.(resource.ResourceWithIdentity); ok {
		return emptyResourceWithIdentity{emptyResource: without, real: with}
	}
	return without
}

func (r emptyResource) Metadata(ctx context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	r.real.Metadata(ctx, req, resp)
}

func (r emptyResource) Schema(ctx context.Context, req resource.SchemaRequest, resp *resource.SchemaResponse) {
	r.real.Schema(ctx, req, resp)
}

func (r emptyResourceWithIdentity) IdentitySchema(ctx context.Context, req resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	r.real.IdentitySchema(ctx, req, resp)
}

func (emptyResource) Create(_ context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	resp.State.Raw = known(req.Plan.Raw, &resp.Diagnostics)
	identify(resp.Identity, resp.State.Raw, &resp.Diagnostics)
}

func (emptyResource) Read(_ context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	identify(resp.Identity, req.State.Raw, &resp.Diagnostics)
}

func (emptyResource) Update(_ context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.State.Raw = known(req.Plan.Raw, &resp.Diagnostics)
	identify(resp.Identity, resp.State.Raw, &resp.Diagnostics)
}

func (emptyResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

// known gives a plan with null for what it does not know.
func known(plan tftypes.Value, diags *diag.Diagnostics) tftypes.Value {
	var attributes map[string]tftypes.Value
	if err := plan.As(&attributes); err != nil {
		diags.AddError("The plan can't be read", err.Error())
		return plan
	}
	for name, value := range attributes {
		if !value.IsKnown() {
			attributes[name] = tftypes.NewValue(value.Type(), nil)
		}
	}
	return tftypes.NewValue(plan.Type(), attributes)
}

// identify sets an identity, which the framework insists on, to the state's
// attributes of its names.
func identify(identity *tfsdk.ResourceIdentity, state tftypes.Value, diags *diag.Diagnostics) {
	if identity == nil {
		return
	}
	var attributes map[string]tftypes.Value
	of, ok := identity.Raw.Type().(tftypes.Object)
	if err := state.As(&attributes); err != nil || !ok {
		diags.AddError("The identity can't be set", fmt.Sprintf("It is a %s; %v.", identity.Raw.Type(), err))
		return
	}
	names := map[string]tftypes.Value{}
	for name := range of.AttributeTypes {
		names[name] = attributes[name]
	}
	identity.Raw = tftypes.NewValue(of, names)
}
