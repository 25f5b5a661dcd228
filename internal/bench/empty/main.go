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
	for _, newResource := range p.Provider.Resources(ctx) {
		all = append(all, func() resource.Resource {
			real := newResource()
			if share, ok := real.(resource.ResourceWithIdentity); ok {
				return emptyShare{share}
			}
			return real // the benchmark only reads its schema
		})
	}
	return all
}

// emptyShare has the schema of the real resource, and keeps its state as planned. It
// works on raw values, without a model, so that only the framework is measured.
type emptyShare struct{ resource.ResourceWithIdentity }

func (emptyShare) Create(_ context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	store(req.Plan.Raw, &resp.State, resp.Identity)
}

func (emptyShare) Read(_ context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	store(req.State.Raw, &resp.State, resp.Identity)
}

func (emptyShare) Update(_ context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	store(req.Plan.Raw, &resp.State, resp.Identity)
}

func (emptyShare) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

// store sets the state to a value, with null for what is unknown, and the identity to
// the attributes of the same names.
func store(value tftypes.Value, state *tfsdk.State, identity *tfsdk.ResourceIdentity) {
	var attributes map[string]tftypes.Value
	if err := value.As(&attributes); err != nil {
		log.Fatal(err)
	}
	for name, attribute := range attributes {
		if !attribute.IsKnown() {
			attributes[name] = tftypes.NewValue(attribute.Type(), nil)
		}
	}
	state.Raw = tftypes.NewValue(value.Type(), attributes)
	identifying := map[string]tftypes.Value{}
	for name := range identity.Schema.GetAttributes() {
		identifying[name] = attributes[name]
	}
	identity.Raw = tftypes.NewValue(identity.Raw.Type(), identifying)
}
