// Command empty is a provider with the schemas of swr and no service: what the
// framework costs when it is served as its documentation says, with all of its
// defaults. The benchmark compares the real provider with it.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	swr "github.com/terraform-provider-swr/terraform-provider-swr/internal/provider"
)

func main() {
	err := providerserver.Serve(context.Background(), func() provider.Provider { return emptyProvider{swr.New("empty")()} },
		providerserver.ServeOpts{Address: "registry.terraform.io/terraform-provider-swr/swr", ProtocolVersion: 6})
	if err != nil {
		log.Fatal(err)
	}
}

// emptyProvider has the schemas of the real provider, and no client.
type emptyProvider struct{ provider.Provider }

func (emptyProvider) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}

func (p emptyProvider) Resources(ctx context.Context) (all []func() resource.Resource) {
	for _, newReal := range p.Provider.Resources(ctx) {
		all = append(all, func() resource.Resource {
			real := newReal()
			if withIdentity, ok := real.(resource.ResourceWithIdentity); ok {
				return emptyResourceWithIdentity{emptyResource{real}, withIdentity}
			}
			return emptyResource{real}
		})
	}
	return all
}

// emptyResource has the schema of a real resource, and keeps its state as planned. It
// works on raw values, without a model, so that only the framework is measured.
type emptyResource struct{ resource.Resource }

type emptyResourceWithIdentity struct {
	emptyResource
	real resource.ResourceWithIdentity
}

func (r emptyResourceWithIdentity) IdentitySchema(ctx context.Context, req resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	r.real.IdentitySchema(ctx, req, resp)
}

func (emptyResource) Create(_ context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	resp.State.Raw = known(req.Plan.Raw)
	identify(resp.Identity, resp.State.Raw)
}

func (emptyResource) Read(_ context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	identify(resp.Identity, req.State.Raw) // the state stays as it is
}

func (emptyResource) Update(_ context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.State.Raw = known(req.Plan.Raw)
	identify(resp.Identity, resp.State.Raw)
}

func (emptyResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

// known returns the planned values, with null for unknown ones.
func known(plan tftypes.Value) tftypes.Value {
	values := attributes(plan)
	for name, value := range values {
		if !value.IsKnown() {
			values[name] = tftypes.NewValue(value.Type(), nil)
		}
	}
	return tftypes.NewValue(plan.Type(), values)
}

// identify sets the identity, if there is one, to the attributes of the same names.
func identify(identity *tfsdk.ResourceIdentity, state tftypes.Value) {
	if identity == nil {
		return
	}
	object, ok := identity.Raw.Type().(tftypes.Object)
	if !ok {
		log.Fatalf("the identity is a %s", identity.Raw.Type())
	}
	all := attributes(state)
	values := map[string]tftypes.Value{}
	for name := range object.AttributeTypes {
		values[name] = all[name]
	}
	identity.Raw = tftypes.NewValue(object, values)
}

func attributes(object tftypes.Value) (values map[string]tftypes.Value) {
	if err := object.As(&values); err != nil {
		log.Fatal(err)
	}
	return values
}
