package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/auth"
)

var _ provider.ProviderWithListResources = (*swrProvider)(nil)

type swrProvider struct {
	version string
}

// New gives the provider's constructor. The version stands in the User-Agent.
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

// Configure makes the client. It sends nothing: a login waits for the first
// request that needs it.
func (p *swrProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var block providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &block)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if unknown := block.unknown(); unknown != "" {
		if req.ClientCapabilities.DeferralAllowed {
			resp.Deferred = &provider.Deferred{Reason: provider.DeferredReasonProviderConfigUnknown}
		}
		p.provide(resp, &session{unknown: unknown})
		return
	}

	config, warnings, err := auth.Resolve(block.settings(), auth.OSEnvironment())
	for _, warning := range warnings {
		if warning.Attribute == "" {
			resp.Diagnostics.AddWarning(warning.Summary, warning.Detail)
		} else {
			resp.Diagnostics.AddAttributeWarning(path.Root(warning.Attribute), warning.Summary, warning.Detail)
		}
	}
	for _, fault := range auth.ConfigErrors(err) {
		if fault.Attribute == "" {
			resp.Diagnostics.AddError(fault.Summary, fault.Detail)
		} else {
			resp.Diagnostics.AddAttributeError(path.Root(fault.Attribute), fault.Summary, fault.Detail)
		}
	}
	if resp.Diagnostics.HasError() {
		return
	}
	opened, err := newSession(config, p.version)
	if err != nil {
		resp.Diagnostics.AddError("The connection to SWR could not be prepared", err.Error())
		return
	}
	p.provide(resp, opened)
}

func (p *swrProvider) provide(resp *provider.ConfigureResponse, s *session) {
	resp.ResourceData = s
	resp.DataSourceData = s
	resp.ListResourceData = s
}

func (p *swrProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{newShareResource, newExclusiveResource}
}

func (p *swrProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{newShareDataSource, newSharesDataSource, newSharedRepositoriesDataSource}
}

func (p *swrProvider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{newShareListResource}
}
