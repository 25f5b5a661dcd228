package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/config"
)

var _ provider.ProviderWithListResources = (*swrProvider)(nil)

type swrProvider struct {
	version string
	session *session // nil before Configure
}

// New returns the constructor of the provider. The version is part of the User-Agent.
func New(version string) func() provider.Provider {
	return func() provider.Provider { return &swrProvider{version: version} }
}

func (p *swrProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "swr"
	resp.Version = p.version
}

func (p *swrProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = providerSchema()
}

// Configure creates the client. It sends nothing: the first request logs in.
func (p *swrProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var block types.Object
	resp.Diagnostics.Append(req.Config.Get(ctx, &block)...)
	if resp.Diagnostics.HasError() {
		return
	}
	settings, unknown := blockSettings(block)
	if unknown != "" {
		if req.ClientCapabilities.DeferralAllowed {
			resp.Deferred = &provider.Deferred{Reason: provider.DeferredReasonProviderConfigUnknown}
		}
		p.setSession(resp, &session{unknownAttribute: unknown})
		return
	}

	cfg, warnings, errs := config.Resolve(settings, config.OSEnvironment())
	for _, w := range warnings {
		resp.Diagnostics.Append(withAttribute(w.Attribute, diag.NewWarningDiagnostic(w.Summary, w.Detail)))
	}
	for _, e := range errs {
		resp.Diagnostics.Append(withAttribute(e.Attribute, diag.NewErrorDiagnostic(e.Summary, e.Detail)))
	}
	if resp.Diagnostics.HasError() {
		return
	}
	configured, err := newSession(cfg, p.version)
	if err != nil {
		resp.Diagnostics.AddError("Unable to create the API client", err.Error())
		return
	}
	p.setSession(resp, configured)
}

// withAttribute returns the diagnostic, for the named attribute (see
// [config.Attribute]) unless it is "".
func withAttribute(attribute string, d diag.Diagnostic) diag.Diagnostic {
	if attribute == "" {
		return d
	}
	object, name, isNested := strings.Cut(attribute, ".")
	if !isNested {
		return diag.WithPath(path.Root(attribute), d)
	}
	return diag.WithPath(path.Root(object).AtName(name), d)
}

func (p *swrProvider) setSession(resp *provider.ConfigureResponse, s *session) {
	p.session = s
	resp.ResourceData = s
	resp.DataSourceData = s
	resp.ListResourceData = s
}

func (p *swrProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{newShareResource, newExclusiveResource}
}

// SetAttributes returns the sets that the schemas have as lists, which are faster;
// see [protoserver.ProviderWithSets]. Terraform sends their elements in order, each
// of them once.
func (*swrProvider) SetAttributes() map[string][]string {
	return map[string][]string{typeExclusive: {pathAccessDomains.String()}}
}

func (p *swrProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		newShareDataSource, newSharesDataSource, newAccountSharesDataSource,
		newRepositoriesDataSource, newSharedRepositoriesDataSource,
	}
}

func (p *swrProvider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{newShareListResource}
}

func providerSchema() schema.Schema {
	attributes := map[string]schema.Attribute{}
	nested := map[string]map[string]schema.Attribute{}
	for _, a := range config.Attributes {
		object, name, isNested := strings.Cut(a.Name, ".")
		if !isNested {
			attributes[a.Name] = providerAttribute(a)
			continue
		}
		if nested[object] == nil {
			nested[object] = map[string]schema.Attribute{}
		}
		nested[object][name] = providerAttribute(a)
	}
	for name, description := range config.Nested {
		attributes[name] = schema.SingleNestedAttribute{
			Optional: true, Attributes: nested[name], MarkdownDescription: description,
		}
	}
	return schema.Schema{
		MarkdownDescription: "Shares private container images in SWR (Software Repository for Container) with other accounts, " +
			"on Open Telekom Cloud, Huawei Cloud and compatible clouds.",
		Attributes: attributes,
	}
}

func providerAttribute(a config.Attribute) schema.Attribute {
	description := attributeDescription(a)
	switch a.Kind {
	case config.Bool:
		return schema.BoolAttribute{Optional: true, Sensitive: a.Sensitive, MarkdownDescription: description}
	case config.Int:
		return schema.Int64Attribute{Optional: true, Sensitive: a.Sensitive, MarkdownDescription: description}
	default:
		return schema.StringAttribute{Optional: true, Sensitive: a.Sensitive, MarkdownDescription: description}
	}
}

// attributeDescription returns the description of an attribute with its environment
// variables and default.
func attributeDescription(a config.Attribute) string {
	text := a.Description
	if len(a.Env) > 0 {
		variables := make([]string, len(a.Env))
		for i, name := range a.Env {
			variables[i] = "`" + name + "`"
		}
		text += " Environment: " + enumerate(variables, "or") + "."
	}
	if a.Default != "" {
		text += " Default: " + a.Default + "."
	}
	return text
}

// blockSettings returns the values of the provider block, and the name of the first
// attribute whose value is not known yet, or "" if all are known.
func blockSettings(block types.Object) (settings config.Settings, unknown string) {
	settings = config.Settings{}
	values := block.Attributes() // a copy
	for _, a := range config.Attributes {
		value, name := values[a.Name], a.Name
		if object, attribute, isNested := strings.Cut(a.Name, "."); isNested {
			nested, ok := values[object].(types.Object)
			if value = nested.Attributes()[attribute]; !ok || nested.IsNull() || nested.IsUnknown() {
				value, name = nested, object
			}
		}
		switch {
		case value.IsUnknown():
			return nil, name
		case !value.IsNull():
			settings[a.Name] = value.String()
			if text, ok := value.(types.String); ok {
				settings[a.Name] = text.ValueString() // String would quote it
			}
		}
	}
	return settings, ""
}
