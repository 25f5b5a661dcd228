package provider

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// shareModel is a share in the resource and in the data sources.
type shareModel struct {
	Namespace    types.String `tfsdk:"namespace"`
	Repository   types.String `tfsdk:"repository"`
	AccessDomain types.String `tfsdk:"access_domain"`
	Permit       types.String `tfsdk:"permit"`
	Deadline     types.String `tfsdk:"deadline"`
	Description  types.String `tfsdk:"description"`
	CreatorID    types.String `tfsdk:"creator_id"`
	CreatorName  types.String `tfsdk:"creator_name"`
	Created      types.String `tfsdk:"created"`
	Updated      types.String `tfsdk:"updated"`
	Status       types.Bool   `tfsdk:"status"`
	ExpiresAt    types.String `tfsdk:"expires_at"`
}

// shareResourceModel is the resource swr_repository_share.
type shareResourceModel struct {
	shareModel

	ID       types.String   `tfsdk:"id"`
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

// fieldRole is what a field is to a share. The order matters: the user sets the
// first two, and the service the last two.
type fieldRole int

const (
	keyField       fieldRole = iota // a part of its name
	specField                       // what it grants
	immutableField                  // set by the service, once
	computedField                   // set by the service
)

// shareField is a string attribute of a share.
type shareField struct {
	name        string
	role        fieldRole
	description string
	model       func(*shareModel) *types.String
	api         func(swr.Share) string // nil for a value that the provider computes
	// equivalent reports whether the service's value means the same as the prior
	// one, which then stays. If nil, only an equal value does.
	equivalent func(prior, current string) bool
	escape     func(current string) string // escapeText if nil
}

// escaped returns the service's value as the model holds it.
func (f shareField) escaped(current string) string {
	if f.escape == nil {
		return escapeText(current)
	}
	return f.escape(current)
}

// shareFields are the attributes of a share that are strings: all but the status.
var shareFields = []shareField{
	{name: "namespace", role: keyField, description: "Organization that contains the repository.",
		model: func(m *shareModel) *types.String { return &m.Namespace }, api: func(s swr.Share) string { return s.Namespace }},
	{name: "repository", role: keyField, description: "Image repository, with `/` between its levels, such as `team/app`.",
		model: func(m *shareModel) *types.String { return &m.Repository }, api: func(s swr.Share) string { return s.Repository }},
	// Another spelling is of the same account: the service found it by the prior name.
	{name: "access_domain", role: keyField, equivalent: swr.MayBeSameAccount, escape: escapeAccount,
		description: "Account that may pull the repository, such as `OTC-EU-DE-00000000001000000100`.",
		model:       func(m *shareModel) *types.String { return &m.AccessDomain }, api: func(s swr.Share) string { return s.AccessDomain }},
	{name: "permit", role: specField, description: "Permission of the account: `read`, which allows it to pull.",
		model: func(m *shareModel) *types.String { return &m.Permit }, api: func(s swr.Share) string { return s.Permit }},
	{name: "deadline", role: specField, equivalent: sameDeadline,
		description: "Last day of access in UTC, as `YYYY-MM-DD`, or `forever`.",
		model:       func(m *shareModel) *types.String { return &m.Deadline },
		api:         func(s swr.Share) string { end, _ := s.End(); return end.Day() }},
	// What the user wrote is stored as it is, even with a tab.
	{name: "description", role: specField, equivalent: sameText, escape: escapeDescription,
		description: "Description of the share.",
		model:       func(m *shareModel) *types.String { return &m.Description }, api: func(s swr.Share) string { return s.Description }},
	{name: "creator_id", role: immutableField, description: "ID of the user who created the share.",
		model: func(m *shareModel) *types.String { return &m.CreatorID }, api: func(s swr.Share) string { return s.CreatorID }},
	{name: "creator_name", role: immutableField, description: "Name of the user who created the share.",
		model: func(m *shareModel) *types.String { return &m.CreatorName }, api: func(s swr.Share) string { return s.CreatorName }},
	{name: "created", role: immutableField, equivalent: sameInstant,
		description: "Time when the share was created, in RFC 3339 format.",
		model:       func(m *shareModel) *types.String { return &m.Created }, api: func(s swr.Share) string { return s.Created }},
	{name: "updated", role: computedField, equivalent: sameInstant,
		description: "Time when the share was last updated, in RFC 3339 format.",
		model:       func(m *shareModel) *types.String { return &m.Updated }, api: func(s swr.Share) string { return s.Updated }},
	{name: "expires_at", role: computedField,
		description: "Time when access ends, in RFC 3339 format: 00:00:00Z on the day after the end date. Null for `forever`.",
		model:       func(m *shareModel) *types.String { return &m.ExpiresAt }},
}

const statusDescription = "`true` if the share is valid, `false` if it has expired."

// sameText reports whether the prior text is the current one, to the byte.
func sameText(prior, current string) bool { return prior != "" && prior == current } // it may be null

// sameDeadline reports whether two deadlines end access at the same instant.
func sameDeadline(prior, current string) bool {
	before, err1 := swr.ParseDeadline(prior)
	after, err2 := swr.ParseDeadline(current)
	return err1 == nil && err2 == nil && before.SameDay(after)
}

// sameInstant reports whether two times are equal, in whatever form: a service
// that writes a fraction of a second only sometimes causes no drift.
func sameInstant(prior, current string) bool {
	before, err1 := time.Parse(time.RFC3339Nano, prior)
	after, err2 := time.Parse(time.RFC3339Nano, current)
	return err1 == nil && err2 == nil && before.Equal(after)
}

// newShareModel returns the resource with its names only.
func newShareModel(key swr.Key) shareResourceModel {
	return shareResourceModel{
		shareModel: shareModel{
			Namespace:    types.StringValue(key.Namespace),
			Repository:   types.StringValue(key.Repository),
			AccessDomain: types.StringValue(key.AccessDomain),
		},
		ID: types.StringValue(key.String()),
		// Null, but of the attribute's type.
		Timeouts: timeouts.Value{Object: types.ObjectNull(map[string]attr.Type{
			"create": types.StringType, "read": types.StringType, "update": types.StringType, "delete": types.StringType,
		})},
	}
}

func (m shareModel) key() swr.Key {
	return swr.Key{
		Namespace:    m.Namespace.ValueString(),
		Repository:   m.Repository.ValueString(),
		AccessDomain: m.AccessDomain.ValueString(),
	}
}

// spec returns what the share grants. A deadline that was not known when it was
// validated may be invalid.
func (m shareModel) spec(diags *diag.Diagnostics) (spec swr.ShareSpec, ok bool) {
	end, err := swr.ParseDeadline(m.Deadline.ValueString())
	if err != nil {
		addRuleError(diags, pathDeadline, err)
	}
	return swr.ShareSpec{
		Permit:      m.Permit.ValueString(),
		Deadline:    end,
		Description: m.Description.ValueString(),
	}, err == nil
}

// sameSpec reports whether two models name the same share and grant the same.
func (m shareModel) sameSpec(other shareModel) bool {
	for _, field := range shareFields {
		if field.role <= specField && !field.model(&m).Equal(*field.model(&other)) {
			return false
		}
	}
	return true
}

// setFromAPI sets the model to what the service returned. A value that is
// equivalent, such as another case of an account, does not replace the model's. Any
// other is escaped, so that it can't control the terminal that shows it.
func (m *shareModel) setFromAPI(share swr.Share) error {
	end, err := share.End()
	if err != nil {
		return err
	}
	for _, field := range shareFields {
		if field.api == nil {
			continue
		}
		value, current := field.model(m), field.api(share)
		if field.equivalent == nil || !field.equivalent(value.ValueString(), current) {
			*value = types.StringValue(field.escaped(current))
		}
	}
	m.Status = types.BoolPointerValue(share.Status)
	m.ExpiresAt = expiresAt(end)
	return nil
}

// preservePlanned sets what the service sets only once to its planned value.
// Terraform accepts no other from an update, even if somebody has deleted and
// created the share since the last refresh; the next refresh corrects it.
func (m *shareModel) preservePlanned(plan shareModel) {
	for _, field := range shareFields {
		if planned := field.model(&plan); field.role == immutableField && !planned.IsUnknown() {
			*field.model(m) = *planned
		}
	}
}

// nullUnknown sets unknown values to null. If a share could not be read back, the
// next refresh sets them.
func (m *shareModel) nullUnknown() {
	for _, field := range shareFields {
		if value := field.model(m); value.IsUnknown() {
			*value = types.StringNull()
		}
	}
	if m.Status.IsUnknown() {
		m.Status = types.BoolNull()
	}
}

// expiresAt returns the time when access ends, null for never.
func expiresAt(end swr.Deadline) types.String {
	at, ends := end.ExpiresAt()
	if !ends {
		return types.StringNull()
	}
	return types.StringValue(at.Format(time.RFC3339))
}

// The conversions below do what Get and Set of the framework do. These use
// reflection and compile a regular expression for each field of each call
// (terraform-plugin-framework, internal/reflect, isValidFieldName), which took a
// quarter of the CPU time of a plan of a thousand shares. A test compares both. See
// internal/protoserver/UPSTREAM.md.

// readShare returns the model of a state or plan.
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
	for _, field := range shareFields {
		if err := decodeAttribute(ctx, attributes, field.name, types.StringType, field.model(&m.shareModel)); err != nil {
			return err
		}
	}
	return errors.Join(
		decodeAttribute(ctx, attributes, "id", types.StringType, &m.ID),
		decodeAttribute(ctx, attributes, "status", types.BoolType, &m.Status),
		decodeAttribute(ctx, attributes, "timeouts", shareTimeouts.GetType(), &m.Timeouts))
}

func decodeAttribute[T attr.Value](ctx context.Context, attributes map[string]tftypes.Value, name string, of attr.Type, value *T) error {
	decoded, err := of.ValueFromTerraform(ctx, attributes[name])
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	*value, _ = decoded.(T)
	return nil
}

// write sets a state or plan to the model.
func (m shareResourceModel) write(ctx context.Context, raw *tftypes.Value, diags *diag.Diagnostics) {
	encoded, err := m.encode(ctx, raw.Type())
	if err != nil {
		diags.AddError("Unable to write the values of the share", fmt.Sprintf("This is a bug in the provider: %s.", err))
		return
	}
	*raw = encoded
}

func (m shareResourceModel) encode(ctx context.Context, objectType tftypes.Type) (tftypes.Value, error) {
	attributes := make(map[string]tftypes.Value, len(shareFields)+3)
	var err error
	for _, field := range shareFields {
		if attributes[field.name], err = field.model(&m.shareModel).ToTerraformValue(ctx); err != nil {
			return tftypes.Value{}, fmt.Errorf("%s: %w", field.name, err)
		}
	}
	for name, value := range map[string]attr.Value{"id": m.ID, "status": m.Status, "timeouts": m.Timeouts} {
		if attributes[name], err = value.ToTerraformValue(ctx); err != nil {
			return tftypes.Value{}, fmt.Errorf("%s: %w", name, err)
		}
	}
	if err := tftypes.ValidateValue(objectType, attributes); err != nil {
		return tftypes.Value{}, err
	}
	return tftypes.NewValue(objectType, attributes), nil
}

// writeIdentity sets the identity to the model's names, in the spelling that was
// stored first: Terraform refuses an identity that changes.
func (m shareModel) writeIdentity(identity *tfsdk.ResourceIdentity) {
	names := map[string]tftypes.Value{}
	for _, field := range shareFields {
		if field.role == keyField {
			names[field.name] = tftypes.NewValue(tftypes.String, field.model(&m).ValueStringPointer())
		}
	}
	identity.Raw = tftypes.NewValue(identity.Raw.Type(), names)
}
