package provider

import (
	"context"
	"maps"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// limits returns timeouts with that one for create, and null for the rest.
func limits(create types.String) timeouts.Value {
	kinds := map[string]attr.Type{}
	values := map[string]attr.Value{}
	for _, name := range []string{"create", "read", "update", "delete"} {
		kinds[name], values[name] = types.StringType, types.StringNull()
	}
	values["create"] = create
	return timeouts.Value{Object: types.ObjectValueMust(kinds, values)}
}

func noLimits() timeouts.Value {
	return timeouts.Value{Object: types.ObjectNull(limits(types.StringNull()).AttributeTypes(context.Background()))}
}

// models returns states and plans as they occur: full, imported, to be created.
func models() map[string]shareResourceModel {
	full := shareResourceModel{Timeouts: noLimits()}
	full.ID = types.StringValue("the id")
	for _, field := range shareFields {
		*field.model(&full.shareModel) = types.StringValue("the " + field.name)
	}
	full.Status = types.BoolValue(true)
	limited := full
	limited.Timeouts = limits(types.StringValue("2m"))
	expired := full
	expired.Status, expired.Description = types.BoolValue(false), types.StringValue("")

	imported := shareResourceModel{Timeouts: noLimits()}
	imported.ID, imported.Namespace = types.StringValue("the id"), types.StringValue("the namespace")
	planned := full
	planned.ID, planned.Created, planned.ExpiresAt = types.StringUnknown(), types.StringUnknown(), types.StringNull()
	planned.Status, planned.Timeouts = types.BoolUnknown(), limits(types.StringUnknown())
	return map[string]shareResourceModel{
		"full": full, "with timeouts": limited, "expired": expired, "imported": imported, "planned": planned,
	}
}

func emptyShareState(t *testing.T) tfsdk.State {
	schema := shareResourceSchema()
	return tfsdk.State{Schema: schema, Raw: tftypes.NewValue(schema.Type().TerraformType(t.Context()), nil)}
}

// The resource's own way between values and model is the framework's.
func TestShareValuesAreTheFrameworks(t *testing.T) {
	t.Parallel()
	for name, model := range models() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			theirs := emptyShareState(t)
			if diags := theirs.Set(t.Context(), model); diags.HasError() {
				t.Fatal(diags)
			}
			ours := emptyShareState(t)
			var diags diag.Diagnostics
			model.write(t.Context(), &ours.Raw, &diags)
			if diags.HasError() || !ours.Raw.Equal(theirs.Raw) {
				t.Errorf("written as\n%s\ninstead of\n%s\n%v", ours.Raw, theirs.Raw, diags)
			}

			var want shareResourceModel
			diags.Append(theirs.Get(t.Context(), &want)...)
			got := readShare(t.Context(), theirs.Raw, &diags)
			if diags.HasError() || got.shareModel != want.shareModel || got.ID != want.ID || !got.Timeouts.Equal(want.Timeouts) {
				t.Errorf("read as\n%+v\ninstead of\n%+v\n%v", got, want, diags)
			}
		})
	}
}

func TestShareValuesThatDoNotFit(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	readShare(t.Context(), tftypes.NewValue(tftypes.String, "no object"), &diags)
	wrong := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"namespace": tftypes.Number}}
	readShare(t.Context(), tftypes.NewValue(wrong, map[string]tftypes.Value{"namespace": tftypes.NewValue(tftypes.Number, 1)}), &diags)
	raw := tftypes.NewValue(wrong, nil)
	models()["full"].write(t.Context(), &raw, &diags)
	if diags.ErrorsCount() != 3 || !raw.IsNull() {
		t.Errorf("%v", diags)
	}
}

// The identity is made of just the names that its schema has.
func TestShareIdentityIsTheFrameworks(t *testing.T) {
	t.Parallel()
	schema := shareIdentitySchema()
	empty := tftypes.NewValue(schema.Type().TerraformType(t.Context()), nil)
	for name, model := range models() {
		theirs := &tfsdk.ResourceIdentity{Schema: schema, Raw: empty}
		if diags := theirs.Set(t.Context(), struct {
			Namespace    types.String `tfsdk:"namespace"`
			Repository   types.String `tfsdk:"repository"`
			AccessDomain types.String `tfsdk:"access_domain"`
		}{model.Namespace, model.Repository, model.AccessDomain}); diags.HasError() {
			t.Fatal(diags)
		}
		ours := &tfsdk.ResourceIdentity{Schema: schema, Raw: empty}
		model.writeIdentity(ours)
		if !ours.Raw.Equal(theirs.Raw) {
			t.Errorf("%s: %s instead of %s", name, ours.Raw, theirs.Raw)
		}
	}
}

// The model has a field for each attribute.
func TestShareModelIsComplete(t *testing.T) {
	t.Parallel()
	names := []string{"id", "status", "timeouts"}
	for _, field := range shareFields {
		names = append(names, field.name)
	}
	if attributes := slices.Sorted(maps.Keys(shareResourceSchema().Attributes)); !slices.Equal(slices.Sorted(slices.Values(names)), attributes) {
		t.Errorf("%v instead of %v", names, attributes)
	}
}
