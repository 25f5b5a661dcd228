package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

var _ datasource.DataSourceWithConfigure = (*sharesDataSource)(nil)

// sharesDataSource is the data source swr_repository_shares: all shares of a
// repository.
type sharesDataSource struct {
	session *session
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
		MarkdownDescription: "All shares of a repository.",
		Attributes: map[string]schema.Attribute{
			"namespace":  lookedUpBy(aboutNamespace, namespaceRule),
			"repository": lookedUpBy(aboutRepository, repoRule),
			"shares": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The shares, ordered by `access_domain`.",
				NestedObject:        schema.NestedAttributeObject{Attributes: computedShareAttributes()},
			},
			"complete": schema.BoolAttribute{
				Computed: true,
				MarkdownDescription: "Whether these are all. `false`, with a warning that says why, where the service would not show more: " +
					"some servers show 100 accounts and no way to the rest.",
			},
		},
	}
}

func (d *sharesDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.session = sessionFrom(req.ProviderData, &resp.Diagnostics)
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
	at := listingShares(repo)
	listing, err := d.session.client.List(ctx, repo)
	if err != nil {
		d.session.addError(&resp.Diagnostics, at, err)
		return
	}
	model.Complete = types.BoolValue(listing.Incomplete == "")
	model.Shares = make([]shareModel, len(listing.Shares)) // empty, but not null
	for i, share := range listing.Shares {
		if err := model.Shares[i].take(share); err != nil {
			d.session.addError(&resp.Diagnostics, at, err)
			return
		}
	}
	if listing.Incomplete != "" {
		resp.Diagnostics.AddWarning(fmt.Sprintf("The list of the shares of %s is not complete", repo),
			sentence(listing.Incomplete)+" There may be more accounts that can pull this image.")
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
