package provider

import (
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/config"
)

func providerSchema() schema.Schema {
	attributes := map[string]schema.Attribute{}
	for _, a := range config.Attributes {
		description := attributeDescription(a)
		switch a.Kind {
		case config.Bool:
			attributes[a.Name] = schema.BoolAttribute{Optional: true, Sensitive: a.Sensitive, MarkdownDescription: description}
		case config.Int:
			attributes[a.Name] = schema.Int64Attribute{Optional: true, Sensitive: a.Sensitive, MarkdownDescription: description}
		default:
			attributes[a.Name] = schema.StringAttribute{Optional: true, Sensitive: a.Sensitive, MarkdownDescription: description}
		}
	}
	return schema.Schema{
		MarkdownDescription: "Shares private container images in SWR (Software Repository for Container) with other accounts, " +
			"on Open Telekom Cloud, Huawei Cloud and compatible clouds.",
		Attributes: attributes,
	}
}

// attributeDescription returns the description of an attribute with its environment
// variables and default.
func attributeDescription(a config.Attribute) string {
	last := len(a.Env) - 1
	variables := "`" + a.Env[last] + "`"
	if last > 0 {
		variables = "`" + strings.Join(a.Env[:last], "`, `") + "` or " + variables
	}
	text := a.Description + " Environment: " + variables + "."
	if a.Default != "" {
		text += " Default: " + a.Default + "."
	}
	return text
}

// blockSettings returns the values of the provider block, and the name of the first
// attribute whose value is not known yet, or "" if all are known.
func blockSettings(block types.Object) (settings config.Settings, unknown string) {
	settings = config.Settings{}
	values := block.Attributes()
	for _, a := range config.Attributes {
		switch value := values[a.Name]; {
		case value.IsUnknown():
			return nil, a.Name
		case !value.IsNull():
			settings[a.Name] = settingText(value)
		}
	}
	return settings, ""
}

// settingText returns a value of the provider block as text.
func settingText(value attr.Value) string {
	switch value := value.(type) {
	case types.String:
		return value.ValueString()
	case types.Bool:
		return strconv.FormatBool(value.ValueBool())
	case types.Int64:
		return strconv.FormatInt(value.ValueInt64(), 10)
	}
	return ""
}
