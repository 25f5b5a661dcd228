package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

var (
	_ datasource.DataSourceWithConfigure = (*shareDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*sharesDataSource)(nil)
)

// shareDataSource is the data source swr_repository_share.
type shareDataSource struct {
	dataSourceBase
}

func newShareDataSource() datasource.DataSource { return &shareDataSource{} }

func (d *shareDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_repository_share"
}

func (d *shareDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := computedShareAttributes()
	for name := range shareRules {
		attributes[name] = lookupAttribute(name)
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads a share. A share that does not exist is an error.",
		Attributes:          attributes,
	}
}

func (d *shareDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model shareModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !d.session.requireConfigured(&resp.Diagnostics, "Reading a share") {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, defaultTimeout)
	defer cancel()

	key := model.key()
	share, err := d.session.client.Get(ctx, key, swr.LastSeen{})
	if err == nil {
		err = model.setFromAPI(share)
	}
	if err != nil {
		d.session.addError(&resp.Diagnostics, opLookUpShare, key, err)
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}

// sharesDataSource is the data source swr_repository_shares.
type sharesDataSource struct {
	dataSourceBase
}

type sharesModel struct {
	Namespace  types.String `tfsdk:"namespace"`
	Repository types.String `tfsdk:"repository"`
	Shares     []shareModel `tfsdk:"shares"`
	Complete   types.Bool   `tfsdk:"complete"`
}

func newSharesDataSource() datasource.DataSource { return &sharesDataSource{} }

func (d *sharesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_repository_shares"
}

func (d *sharesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the shares of a repository.",
		Attributes: map[string]schema.Attribute{
			"namespace":  lookupAttribute("namespace"),
			"repository": lookupAttribute("repository"),
			"shares": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Shares of the repository, ordered by `access_domain`.",
				NestedObject:        schema.NestedAttributeObject{Attributes: computedShareAttributes()},
			},
			"complete": schema.BoolAttribute{
				Computed: true,
				MarkdownDescription: "Whether the list is complete. If the service does not return all shares, it is `false`, and a warning says why: " +
					"some servers return only 100 accounts, and a share with a name that no URL can contain is left out.",
			},
		},
	}
}

func (d *sharesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model sharesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !d.session.requireConfigured(&resp.Diagnostics, "Listing shares") {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, defaultTimeout)
	defer cancel()

	repo := swr.Repository{Namespace: model.Namespace.ValueString(), Name: model.Repository.ValueString()}
	listing, err := d.session.client.List(ctx, repo)
	if err != nil {
		d.session.addError(&resp.Diagnostics, opListShares, repositoryKey(repo), err)
		return
	}
	model.Complete = types.BoolValue(listing.Incomplete == "" && len(listing.Unaddressable) == 0)
	model.Shares = make([]shareModel, len(listing.Shares)) // empty, but not null
	for i, share := range listing.Shares {
		if err := model.Shares[i].setFromAPI(share); err != nil {
			d.session.addError(&resp.Diagnostics, opListShares, repositoryKey(repo), err)
			return
		}
	}
	warnIncomplete(&resp.Diagnostics, repositoryKey(repo), listing.Incomplete,
		"More accounts may be able to pull this image.")
	warnUnaddressable(&resp.Diagnostics, repositoryKey(repo), listing.Unaddressable)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
