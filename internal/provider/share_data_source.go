package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

var _ datasource.DataSourceWithConfigure = (*shareDataSource)(nil)

// shareDataSource is the data source swr_repository_share: one share.
type shareDataSource struct {
	session *session
}

func newShareDataSource() datasource.DataSource { return &shareDataSource{} }

func (d *shareDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_repository_share"
}

func (d *shareDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := computedShareAttributes()
	attributes["namespace"] = lookedUpBy(aboutNamespace, namespaceRule)
	attributes["repository"] = lookedUpBy(aboutRepository, repoRule)
	attributes["access_domain"] = lookedUpBy(aboutAccessDomain, accountRule)
	resp.Schema = schema.Schema{
		MarkdownDescription: "One share, by its three names. It is an error if there is none.",
		Attributes:          attributes,
	}
}

func (d *shareDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.session = sessionFrom(req.ProviderData, &resp.Diagnostics)
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
	share, err := d.session.client.Get(ctx, key, "")
	if err == nil {
		err = model.take(share)
	}
	if err != nil {
		d.session.addError(&resp.Diagnostics, doing{what: "look up the share", key: key}, err)
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}

// computedShareAttributes are the attributes of a share as a data source gives
// them.
func computedShareAttributes() map[string]schema.Attribute {
	attributes := map[string]schema.Attribute{
		"status": schema.BoolAttribute{Computed: true, MarkdownDescription: aboutStatus},
	}
	for name, description := range map[string]string{
		"namespace":     aboutNamespace,
		"repository":    aboutRepository,
		"access_domain": aboutAccessDomain + " In the service's spelling.",
		"permit":        aboutPermit,
		"deadline":      aboutDeadline,
		"description":   aboutDescription,
		"creator_id":    aboutCreatorID,
		"creator_name":  aboutCreatorName,
		"created":       aboutCreated,
		"updated":       aboutUpdated,
		"expires_at":    aboutExpiresAt,
	} {
		attributes[name] = schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	return attributes
}

// lookedUpBy is an attribute by which something is looked up. It follows the same
// rules as in the resource: what they refuse can't exist.
func lookedUpBy(description string, name rule) schema.StringAttribute {
	return schema.StringAttribute{
		Required:            true,
		MarkdownDescription: description,
		Validators:          []validator.String{name},
	}
}
