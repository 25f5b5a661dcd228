package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// Descriptions that the resource shares with the data sources.
const (
	aboutNamespace    = "Organization that holds the repository."
	aboutRepository   = "Image repository, with `/` between its levels, such as `team/app`."
	aboutAccessDomain = "Name of the account that the repository is shared with, such as `OTC-EU-DE-00000000001000000100`."
	aboutPermit       = "What the account may do: `read`, that is pull."
	aboutDeadline     = "Last day of access, in UTC, as `YYYY-MM-DD`, or `forever`."
	aboutDescription  = "Free text."
	aboutCreatorID    = "Id of the user who shared."
	aboutCreatorName  = "Name of the user who shared."
	aboutCreated      = "When the share was made, RFC 3339."
	aboutUpdated      = "When the share was last changed, RFC 3339."
	aboutStatus       = "`true`: valid; `false`: expired."
	aboutExpiresAt    = "The instant at which access ends, RFC 3339: 00:00:00Z on the day after the end date. Null for `forever`."
)

// timeoutsAttribute bounds the operations on a share.
var timeoutsAttribute = timeoutsFor(context.Background(), timeouts.Opts{
	Create: true, Read: true, Update: true, Delete: true,
})

func shareResourceSchema() schema.Schema {
	computed := func(description string, modifiers ...planmodifier.String) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description, PlanModifiers: modifiers}
	}
	return schema.Schema{
		MarkdownDescription: "Shares a private image repository with another account of the same region, until a day or forever.",
		Attributes: map[string]schema.Attribute{
			"namespace": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: aboutNamespace + " A change replaces the share.",
				Validators:          []validator.String{namespaceRule},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"repository": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: aboutRepository + " A change replaces the share.",
				Validators:          []validator.String{repoRule},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"access_domain": schema.StringAttribute{
				Required: true,
				MarkdownDescription: aboutAccessDomain + " A change replaces the share, but for a change of case " +
					"alone, which is none; the state then keeps the older spelling.",
				Validators:    []validator.String{accountRule},
				PlanModifiers: []planmodifier.String{keepForm(swr.SameAccount), stringplanmodifier.RequiresReplace()},
			},
			"deadline": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "End of access: a date `2031-03-31`, a UTC time `2031-03-31T16:00:00Z`, or `forever`. " +
					"SWR counts in whole days: access ends at 00:00:00 UTC on the day after the date, whatever the time. " +
					"Two forms of one UTC day are the same deadline; a change of form alone is no change, and the state keeps the older form.",
				Validators:    []validator.String{deadlineRule},
				PlanModifiers: []planmodifier.String{keepForm(sameDeadline)},
			},
			"permit": schema.StringAttribute{
				Optional: true, Computed: true,
				Default:             stringdefault.StaticString(swr.PermitRead),
				MarkdownDescription: aboutPermit + " Default: `read`, the only permission that SWR knows.",
				Validators:          []validator.String{permitRule},
			},
			"description": schema.StringAttribute{
				Optional: true, Computed: true,
				Default:             stringdefault.StaticString(""),
				MarkdownDescription: aboutDescription + " At most 1000 characters. Default: none; text that was set by hand is then drift.",
				Validators:          []validator.String{descriptionRule},
			},
			"id":           computed("`namespace/repository/access_domain`."),
			"creator_id":   computed(aboutCreatorID, stringplanmodifier.UseNonNullStateForUnknown()),
			"creator_name": computed(aboutCreatorName, stringplanmodifier.UseNonNullStateForUnknown()),
			"created":      computed(aboutCreated, stringplanmodifier.UseNonNullStateForUnknown()),
			"updated":      computed(aboutUpdated),
			"status":       schema.BoolAttribute{Computed: true, MarkdownDescription: aboutStatus},
			"expires_at":   computed(aboutExpiresAt),
			"timeouts":     timeoutsAttribute,
		},
	}
}

func shareIdentitySchema() identityschema.Schema {
	required := func(description string) identityschema.StringAttribute {
		return identityschema.StringAttribute{RequiredForImport: true, Description: description}
	}
	return identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"namespace":     required("Organization that holds the repository."),
		"repository":    required("Image repository, with / between its levels."),
		"access_domain": required("Name of the account that the repository is shared with."),
	}}
}
