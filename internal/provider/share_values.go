package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// The resource of a share comes by the thousand, so it goes between Terraform's
// values and its model by itself. The framework's own way, Get and Set, works by
// reflection and compiles a regular expression for each field at each turn
// (terraform-plugin-framework, internal/reflect, isValidFieldName): it was a
// quarter of the CPU that the plan of a thousand shares took. What comes
// one by one goes the framework's way. A test compares the two.

// textField is a field of the model under its name in the schema.
type textField struct {
	name  string
	value *types.String
}

// texts gives all fields of the model but status and timeouts.
func (m *shareResourceModel) texts() []textField {
	return []textField{
		{"id", &m.ID},
		{"namespace", &m.Namespace}, {"repository", &m.Repository}, {"access_domain", &m.AccessDomain},
		{"permit", &m.Permit}, {"deadline", &m.Deadline}, {"description", &m.Description},
		{"creator_id", &m.CreatorID}, {"creator_name", &m.CreatorName},
		{"created", &m.Created}, {"updated", &m.Updated}, {"expires_at", &m.ExpiresAt},
	}
}

// readShare gives the model of a state or plan.
func readShare(ctx context.Context, raw tftypes.Value, diags *diag.Diagnostics) shareResourceModel {
	var model shareResourceModel
	if err := model.decode(ctx, raw); err != nil {
		diags.AddError("Unable to read the values of the share", fmt.Sprintf("This is a bug in the provider: %s.", err))
	}
	return model
}

func (m *shareResourceModel) decode(ctx context.Context, raw tftypes.Value) error {
	var attributes map[string]tftypes.Value
	if err := raw.As(&attributes); err != nil {
		return err
	}
	for _, field := range m.texts() {
		value := attributes[field.name]
		if !value.IsKnown() {
			*field.value = types.StringUnknown()
			continue
		}
		var text *string
		if err := value.As(&text); err != nil {
			return fmt.Errorf("%s: %w", field.name, err)
		}
		*field.value = types.StringPointerValue(text)
	}
	if status := attributes["status"]; !status.IsKnown() {
		m.Status = types.BoolUnknown()
	} else {
		var valid *bool
		if err := status.As(&valid); err != nil {
			return fmt.Errorf("status: %w", err)
		}
		m.Status = types.BoolPointerValue(valid)
	}
	limits, err := timeoutsAttribute.GetType().ValueFromTerraform(ctx, attributes["timeouts"])
	if err != nil {
		return fmt.Errorf("timeouts: %w", err)
	}
	m.Timeouts, _ = limits.(timeouts.Value)
	return nil
}

// write puts the model into a state or plan.
func (m shareResourceModel) write(ctx context.Context, raw *tftypes.Value, diags *diag.Diagnostics) {
	encoded, err := m.encode(ctx, raw.Type())
	if err != nil {
		diags.AddError("Unable to write the values of the share", fmt.Sprintf("This is a bug in the provider: %s.", err))
		return
	}
	*raw = encoded
}

func (m shareResourceModel) encode(ctx context.Context, of tftypes.Type) (tftypes.Value, error) {
	attributes := map[string]tftypes.Value{}
	var err error
	for _, field := range m.texts() {
		if attributes[field.name], err = field.value.ToTerraformValue(ctx); err != nil {
			return tftypes.Value{}, fmt.Errorf("%s: %w", field.name, err)
		}
	}
	if attributes["status"], err = m.Status.ToTerraformValue(ctx); err != nil {
		return tftypes.Value{}, fmt.Errorf("status: %w", err)
	}
	if attributes["timeouts"], err = m.Timeouts.ToTerraformValue(ctx); err != nil {
		return tftypes.Value{}, fmt.Errorf("timeouts: %w", err)
	}
	if err := tftypes.ValidateValue(of, attributes); err != nil {
		return tftypes.Value{}, err
	}
	return tftypes.NewValue(of, attributes), nil
}

// writeIdentity gives a share its identity: the spelling that was stored first,
// the model's own.
func (m shareModel) writeIdentity(identity *tfsdk.ResourceIdentity) {
	identity.Raw = tftypes.NewValue(identity.Raw.Type(), map[string]tftypes.Value{
		"namespace":     tftypes.NewValue(tftypes.String, m.Namespace.ValueStringPointer()),
		"repository":    tftypes.NewValue(tftypes.String, m.Repository.ValueStringPointer()),
		"access_domain": tftypes.NewValue(tftypes.String, m.AccessDomain.ValueStringPointer()),
	})
}
