package provider

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// shareModel is a share as resource and data sources hold it. The resource has
// an id and timeouts besides.
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

// shareIdentityModel is the identity of the resource.
type shareIdentityModel struct {
	Namespace    types.String `tfsdk:"namespace"`
	Repository   types.String `tfsdk:"repository"`
	AccessDomain types.String `tfsdk:"access_domain"`
}

// noTimeouts is what a state holds where the configuration says nothing: null,
// but of the attribute's type.
func noTimeouts() timeouts.Value {
	return timeouts.Value{Object: types.ObjectNull(map[string]attr.Type{
		"create": types.StringType, "read": types.StringType, "update": types.StringType, "delete": types.StringType,
	})}
}

func (m shareModel) key() swr.Key {
	return swr.Key{
		Namespace:    m.Namespace.ValueString(),
		Repository:   m.Repository.ValueString(),
		AccessDomain: m.AccessDomain.ValueString(),
	}
}

// identity keeps the spelling that was stored first: the model's own.
func (m shareModel) identity() shareIdentityModel {
	return shareIdentityModel{Namespace: m.Namespace, Repository: m.Repository, AccessDomain: m.AccessDomain}
}

// terms gives what the share is to grant.
func (m shareModel) terms() (swr.ShareSpec, error) {
	end, err := swr.ParseDeadline(m.Deadline.ValueString())
	return swr.ShareSpec{
		Permit:      m.Permit.ValueString(),
		Deadline:    end,
		Description: m.Description.ValueString(),
	}, err
}

// same tells whether two models grant the same, and name the same share.
func (m shareModel) same(other shareModel) bool {
	return m.identity() == other.identity() &&
		m.Permit.Equal(other.Permit) && m.Deadline.Equal(other.Deadline) && m.Description.Equal(other.Description)
}

// take fills the model from what the service holds. Where the model has a value
// that means the same in another form, such as the case of an account or the
// time of a deadline's day, the model's form stays.
func (m *shareModel) take(share swr.Share) error {
	end, err := share.End()
	if err != nil {
		return err
	}
	m.Namespace = types.StringValue(share.Namespace)
	m.Repository = types.StringValue(share.Repository)
	if !swr.SameAccount(m.AccessDomain.ValueString(), share.AccessDomain) {
		m.AccessDomain = types.StringValue(share.AccessDomain)
	}
	m.Permit = types.StringValue(share.Permit)
	if written, err := swr.ParseDeadline(m.Deadline.ValueString()); err != nil || !written.SameDay(end) {
		m.Deadline = types.StringValue(end.Day())
	}
	m.Description = types.StringValue(share.Description)
	m.CreatorID = types.StringValue(share.CreatorID)
	m.CreatorName = types.StringValue(share.CreatorName)
	m.Created = sameInstant(m.Created, share.Created)
	m.Updated = sameInstant(m.Updated, share.Updated)
	m.Status = types.BoolPointerValue(share.Status)
	m.ExpiresAt = expiresAt(end)
	return nil
}

// keepPlanned keeps what a plan said of the share's making. Terraform takes no
// other value from an update, even where somebody shared anew by hand since the
// last refresh, or the service writes a time with fewer digits than before; the
// next refresh will tell.
func (m *shareModel) keepPlanned(plan shareModel) {
	for _, text := range []struct{ now, planned *types.String }{
		{&m.CreatorID, &plan.CreatorID}, {&m.CreatorName, &plan.CreatorName}, {&m.Created, &plan.Created},
	} {
		if !text.planned.IsUnknown() {
			*text.now = *text.planned
		}
	}
}

// forgetUnknown makes null what is not known: of a share that could not be read
// back, the next refresh will tell the rest.
func (m *shareModel) forgetUnknown() {
	for _, text := range []*types.String{&m.CreatorID, &m.CreatorName, &m.Created, &m.Updated} {
		if text.IsUnknown() {
			*text = types.StringNull()
		}
	}
	if m.Status.IsUnknown() {
		m.Status = types.BoolNull()
	}
}

// sameInstant keeps the older form of a time that did not change: a service that
// writes a fraction here and none there is not drift.
func sameInstant(older types.String, newer string) types.String {
	before, err1 := time.Parse(time.RFC3339Nano, older.ValueString())
	after, err2 := time.Parse(time.RFC3339Nano, newer)
	if err1 == nil && err2 == nil && before.Equal(after) {
		return older
	}
	return types.StringValue(newer)
}

// expiresAt gives the instant at which access ends, null for never.
func expiresAt(end swr.Deadline) types.String {
	at, ends := end.ExpiresAt()
	if !ends {
		return types.StringNull()
	}
	return types.StringValue(at.Format(time.RFC3339))
}
