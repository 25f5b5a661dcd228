package main

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	framework "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/provider"
)

// emptyProvider has the schemas of the real provider, and does nothing.
type emptyProvider struct {
	real framework.Provider
}

func newProvider() framework.Provider { return emptyProvider{real: provider.New("empty")()} }

func (p emptyProvider) Metadata(ctx context.Context, req framework.MetadataRequest, resp *framework.MetadataResponse) {
	p.real.Metadata(ctx, req, resp)
}

func (p emptyProvider) Schema(ctx context.Context, req framework.SchemaRequest, resp *framework.SchemaResponse) {
	p.real.Schema(ctx, req, resp)
}

func (emptyProvider) Configure(context.Context, framework.ConfigureRequest, *framework.ConfigureResponse) {
}

// DataSources gives the real ones, for their schemas; the benchmark reads none.
func (p emptyProvider) DataSources(ctx context.Context) []func() datasource.DataSource {
	return p.real.DataSources(ctx)
}

func (p emptyProvider) Resources(ctx context.Context) []func() resource.Resource {
	var all []func() resource.Resource
	for _, real := range p.real.Resources(ctx) {
		all = append(all, func() resource.Resource { return empty(real()) })
	}
	return all
}
