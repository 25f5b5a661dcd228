package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// shareTimeouts limits the operations of a share.
var shareTimeouts = timeoutsAttribute(context.Background(), timeouts.Opts{
	Create: true, Read: true, Update: true, Delete: true,
})

// describe returns the description of a field of a share.
func describe(name string) string {
	for _, field := range shareFields {
		if field.name == name {
			return field.description
		}
	}
	panic("a share has no " + name)
}

// shareRules check the names of a share, wherever they are configured: what they
// refuse can't exist.
var shareRules = map[string]rule{"namespace": namespaceRule, "repository": repositoryRule, "access_domain": accountRule}

// nameAttribute returns a part of a share's name. A change of it replaces the
// resource, which the end of the description names.
func nameAttribute(name, replaced string, modifiers ...planmodifier.String) schema.StringAttribute {
	return schema.StringAttribute{
		Required:            true,
		MarkdownDescription: describe(name) + " Changing this replaces the " + replaced,
		Validators:          []validator.String{shareRules[name]},
		PlanModifiers:       append(modifiers, stringplanmodifier.RequiresReplace()),
	}
}

func shareResourceSchema() schema.Schema {
	attributes := map[string]schema.Attribute{
		"namespace":  nameAttribute("namespace", "share."),
		"repository": nameAttribute("repository", "share."),
		"access_domain": nameAttribute("access_domain",
			"share; a change of case only is ignored, and the state keeps the older spelling.", preserveEquivalent(swr.SameAccount)),
		"deadline": schema.StringAttribute{
			Required: true,
			MarkdownDescription: "End of access: a date `2031-03-31`, a UTC time `2031-03-31T16:00:00Z`, or `forever`. " +
				"SWR counts whole days: access ends at 00:00:00 UTC on the day after the date, regardless of the time. " +
				"Two forms of the same UTC day are the same deadline; a change of form only is ignored, and the state keeps the older form.",
			Validators:    []validator.String{deadlineRule},
			PlanModifiers: []planmodifier.String{preserveEquivalent(sameDeadline)},
		},
		"permit": schema.StringAttribute{
			Optional: true, Computed: true,
			Default:             stringdefault.StaticString(swr.PermitRead),
			MarkdownDescription: describe("permit") + " Defaults to `read`, the only permission that SWR supports.",
			Validators:          []validator.String{permitRule},
		},
		"description": schema.StringAttribute{
			Optional: true, Computed: true,
			Default: stringdefault.StaticString(""),
			MarkdownDescription: describe("description") + " At most 1000 characters. Defaults to an empty description: " +
				"if it is not set, a description that was set outside of Terraform is drift.",
			Validators: []validator.String{descriptionRule},
		},
		"id":       schema.StringAttribute{Computed: true, MarkdownDescription: "ID of the share: `namespace/repository/access_domain`."},
		"status":   schema.BoolAttribute{Computed: true, MarkdownDescription: statusDescription},
		"timeouts": shareTimeouts,
	}
	for _, field := range shareFields {
		attribute := schema.StringAttribute{Computed: true, MarkdownDescription: field.description}
		switch field.role {
		case immutableField:
			attribute.PlanModifiers = []planmodifier.String{stringplanmodifier.UseNonNullStateForUnknown()}
			fallthrough
		case computedField:
			attributes[field.name] = attribute
		}
	}
	return schema.Schema{
		MarkdownDescription: "Shares a private image repository with another account of the same region, until a given day or forever.",
		Attributes:          attributes,
	}
}

func shareIdentitySchema() identityschema.Schema {
	attributes := map[string]identityschema.Attribute{}
	for _, field := range shareFields {
		if field.role == keyField {
			attributes[field.name] = identityschema.StringAttribute{RequiredForImport: true, Description: field.description}
		}
	}
	return identityschema.Schema{Attributes: attributes}
}

// computedShareAttributes returns the attributes of a share in a data source.
func computedShareAttributes() map[string]datasource.Attribute {
	attributes := map[string]datasource.Attribute{
		"status": datasource.BoolAttribute{Computed: true, MarkdownDescription: statusDescription},
	}
	for _, field := range shareFields {
		attributes[field.name] = datasource.StringAttribute{Computed: true, MarkdownDescription: field.description}
	}
	attributes["access_domain"] = datasource.StringAttribute{
		Computed: true, MarkdownDescription: describe("access_domain") + " In the service's spelling.",
	}
	return attributes
}

// lookupAttribute returns a required part of a share's name in a data source.
func lookupAttribute(name string) datasource.StringAttribute {
	return datasource.StringAttribute{
		Required:            true,
		MarkdownDescription: describe(name),
		Validators:          []validator.String{shareRules[name]},
	}
}
