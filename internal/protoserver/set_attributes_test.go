package protoserver

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// providerWithSets has a resource with two lists, and presents some as sets.
type providerWithSets struct {
	stubProvider
	sets map[string][]string
}

func (providerWithSets) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "stub"
}
func (p providerWithSets) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return stubResource{} }}
}
func (p providerWithSets) SetAttributes() map[string][]string { return p.sets }

type stubResource struct{ resource.Resource }

func (stubResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "stub_lists"
}

func (stubResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema.Attributes = map[string]schema.Attribute{
		"list": schema.ListAttribute{Optional: true, ElementType: types.StringType},
		"set":  schema.ListAttribute{Optional: true, ElementType: types.StringType},
		"text": schema.StringAttribute{Optional: true},
	}
}

func TestSetAttributes(t *testing.T) {
	t.Parallel()
	server := newServer(t, providerWithSets{sets: map[string][]string{"stub_lists": {"set"}}})
	for range 2 { // Terraform may ask more than once
		resp, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
		if err != nil {
			t.Fatal(err)
		}
		for _, attribute := range resp.ResourceSchemas["stub_lists"].Block.Attributes {
			want := map[string]tftypes.Type{
				"list": tftypes.List{ElementType: tftypes.String}, "set": tftypes.Set{ElementType: tftypes.String}, "text": tftypes.String,
			}[attribute.Name]
			if !attribute.Type.Equal(want) {
				t.Errorf("%s is a %s instead of a %s", attribute.Name, attribute.Type, want)
			}
		}
	}
}

// A set that would silently be a list is an error.
func TestSetAttributesMustBeLists(t *testing.T) {
	t.Parallel()
	for _, sets := range []map[string][]string{{"stub_lists": {"text"}}, {"stub_lists": {"other"}}, {"stub_other": {"set"}}} {
		server := newServer(t, providerWithSets{sets: sets})
		if _, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{}); err == nil {
			t.Errorf("no error for %v", sets)
		}
	}
}

// Allocations stand for the time, which depends on the machine.
func TestSetAttributesAreNeeded(t *testing.T) {
	allocations := func(n int) float64 {
		var elements []tftypes.Value
		for i := range n {
			elements = append(elements, tftypes.NewValue(tftypes.String, string(rune('a'+i))))
		}
		set := tftypes.NewValue(tftypes.Set{ElementType: tftypes.String}, elements)
		return testing.AllocsPerRun(1, func() { set.Equal(set) })
	}
	if allocations(100) < 3*allocations(50) {
		t.Log("Comparing sets is linear: set_attributes.go can go if the framework's own comparisons are too.")
	}
}
