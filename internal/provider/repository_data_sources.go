package provider

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

var (
	_ datasource.DataSourceWithConfigure      = (*repositoriesDataSource)(nil)
	_ datasource.DataSourceWithConfigure      = (*sharedRepositoriesDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*sharedRepositoriesDataSource)(nil)
)

// repositoriesDataSource is the data source swr_repositories.
type repositoriesDataSource struct {
	dataSourceBase
}

type repositoriesModel struct {
	Namespace    types.String      `tfsdk:"namespace"`
	Name         types.String      `tfsdk:"name"`
	IsPublic     types.Bool        `tfsdk:"is_public"`
	Repositories []repositoryModel `tfsdk:"repositories"`
	Complete     types.Bool        `tfsdk:"complete"`
}

func newRepositoriesDataSource() datasource.DataSource { return &repositoriesDataSource{} }

func (d *repositoriesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_repositories"
}

func (d *repositoriesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the repositories of an organization, shared or not.",
		Attributes: map[string]schema.Attribute{
			"namespace": lookupAttribute("namespace"),
			"name":      filterAttribute("Exact name of the repository, with `/` between its levels.", repositoryRule),
			"is_public": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "`true` for public repositories, `false` for private ones. Only private repositories can be shared.",
			},
			"repositories": repositoriesAttribute("Repositories, ordered by `name`.", repositoryAttributes()),
			"complete":     repositoriesCompleteAttribute(),
		},
	}
}

func (d *repositoriesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model repositoriesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !d.session.requireConfigured(&resp.Diagnostics, "Listing repositories") {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, defaultTimeout)
	defer cancel()

	repositories := d.session.client.Repositories(ctx, swr.RepositoryFilter{
		Namespace: model.Namespace.ValueString(),
		Name:      model.Name.ValueString(),
		IsPublic:  model.IsPublic.ValueBoolPointer(),
	})
	found, complete := d.session.collectRepositories(&resp.Diagnostics, opListRepositories, model.Namespace.ValueString(), repositories)
	if resp.Diagnostics.HasError() {
		return
	}
	model.Complete = types.BoolValue(complete)
	model.Repositories = make([]repositoryModel, len(found)) // empty, but not null
	for i, repository := range found {
		model.Repositories[i] = newRepositoryModel(repository)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}

// sharedRepositoriesDataSource is the data source swr_shared_repositories.
type sharedRepositoriesDataSource struct {
	dataSourceBase
}

type sharedRepositoriesModel struct {
	Center       types.String            `tfsdk:"center"`
	Namespace    types.String            `tfsdk:"namespace"`
	Name         types.String            `tfsdk:"name"`
	DomainName   types.String            `tfsdk:"domain_name"`
	Status       types.Bool              `tfsdk:"status"`
	Repositories []sharedRepositoryModel `tfsdk:"repositories"`
	Complete     types.Bool              `tfsdk:"complete"`
}

// repositoryModel is a repository in a data source.
type repositoryModel struct {
	Namespace    types.String   `tfsdk:"namespace"`
	Name         types.String   `tfsdk:"name"`
	Category     types.String   `tfsdk:"category"`
	Description  types.String   `tfsdk:"description"`
	Size         types.Int64    `tfsdk:"size"`
	IsPublic     types.Bool     `tfsdk:"is_public"`
	NumImages    types.Int64    `tfsdk:"num_images"`
	NumDownload  types.Int64    `tfsdk:"num_download"`
	CreatedAt    types.String   `tfsdk:"created_at"`
	UpdatedAt    types.String   `tfsdk:"updated_at"`
	Path         types.String   `tfsdk:"path"`
	InternalPath types.String   `tfsdk:"internal_path"`
	DomainName   types.String   `tfsdk:"domain_name"`
	Tags         []types.String `tfsdk:"tags"`
}

// sharedRepositoryModel is a repository with the status of its share.
type sharedRepositoryModel struct {
	repositoryModel

	Status types.Bool `tfsdk:"status"`
}

func newSharedRepositoriesDataSource() datasource.DataSource { return &sharedRepositoriesDataSource{} }

func (d *sharedRepositoriesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_shared_repositories"
}

func (d *sharedRepositoriesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := repositoryAttributes()
	attributes["status"] = schema.BoolAttribute{
		Computed:            true,
		MarkdownDescription: "`true` if the share is valid, `false` if it has expired. Null for `center = \"self\"`.",
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the repositories that the account shares with others, or that others share with it.",
		Attributes: map[string]schema.Attribute{
			"center": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "`self` for repositories that this account shares, `thirdparty` for repositories that others share with this account.",
				Validators:          []validator.String{centerRule},
			},
			"namespace":   filterAttribute("Organization of the repositories.", namespaceRule),
			"name":        filterAttribute("Exact name of the repositories, with `/` between its levels.", repositoryRule),
			"domain_name": filterAttribute("Account that owns the repositories, regardless of case.", accountRule),
			"status": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "`true` for repositories whose share is valid, `false` for those whose share has expired. " +
					"Only supported with `center = \"thirdparty\"`: SWR has no status for `self`.",
			},
			"repositories": repositoriesAttribute("Repositories, ordered by `namespace` and `name`.", attributes),
			"complete":     repositoriesCompleteAttribute(),
		},
	}
}

// filterAttribute returns an optional filter.
func filterAttribute(description string, check rule) schema.StringAttribute {
	return schema.StringAttribute{Optional: true, MarkdownDescription: description, Validators: []validator.String{check}}
}

func repositoriesAttribute(description string, attributes map[string]schema.Attribute) schema.ListNestedAttribute {
	return schema.ListNestedAttribute{
		Computed: true, MarkdownDescription: description, NestedObject: schema.NestedAttributeObject{Attributes: attributes},
	}
}

func repositoriesCompleteAttribute() schema.BoolAttribute {
	return schema.BoolAttribute{
		Computed:            true,
		MarkdownDescription: "Whether the list is complete. If the service does not return all repositories, it is `false`, and a warning says why.",
	}
}

// repositoryAttributes returns the attributes of a [repositoryModel].
func repositoryAttributes() map[string]schema.Attribute {
	attributes := map[string]schema.Attribute{
		"size":         schema.Int64Attribute{Computed: true, MarkdownDescription: "Size in bytes."},
		"is_public":    schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the repository is public."},
		"num_images":   schema.Int64Attribute{Computed: true, MarkdownDescription: "Number of images."},
		"num_download": schema.Int64Attribute{Computed: true, MarkdownDescription: "Number of downloads."},
		"tags": schema.ListAttribute{
			Computed: true, ElementType: types.StringType, MarkdownDescription: "Tags of the images.",
		},
	}
	for name, description := range map[string]string{
		"namespace":     describe("namespace"),
		"name":          describe("repository"),
		"category":      "Category of the repository, such as `app_server`, `linux` or `other`.",
		"description":   "Description of the repository.",
		"created_at":    "Time when the repository was created.",
		"updated_at":    "Time when the repository was last updated.",
		"path":          "Address to pull the repository from.",
		"internal_path": "Address to pull the repository from within the cloud.",
		"domain_name":   "Account that owns the repository.",
	} {
		attributes[name] = schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	return attributes
}

// ValidateConfig refuses a filter that SWR has no data for.
func (d *sharedRepositoriesDataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	var center types.String
	var status types.Bool
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("center"), &center)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("status"), &status)...)
	if center.ValueString() == string(swr.CenterSelf) && !status.IsNull() {
		resp.Diagnostics.AddAttributeError(path.Root("status"), "Invalid status",
			`status is supported only with center = "thirdparty": SWR has no status for the repositories that this account shares. `+
				"For these, omit status and read the shares with the data source swr_repository_shares.")
	}
}

func (d *sharedRepositoriesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model sharedRepositoriesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !d.session.requireConfigured(&resp.Diagnostics, "Listing shared repositories") {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, defaultTimeout)
	defer cancel()

	found, complete := d.session.collectRepositories(&resp.Diagnostics, opListSharedRepositories, model.Namespace.ValueString(),
		d.session.client.SharedRepositories(ctx, model.filter()))
	if resp.Diagnostics.HasError() {
		return
	}
	model.Complete = types.BoolValue(complete)
	model.Repositories = make([]sharedRepositoryModel, len(found)) // empty, but not null
	for i, repository := range found {
		model.Repositories[i] = sharedRepositoryModel{newRepositoryModel(repository), types.BoolPointerValue(repository.Status)}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}

// collectRepositories returns the repositories of a list, ordered by namespace, name
// and owner, and whether they are all. If not, it adds a warning.
func (s *session) collectRepositories(
	diags *diag.Diagnostics, op operation, namespace string, repositories iter.Seq2[swr.RepositoryInfo, error],
) (found []swr.RepositoryInfo, complete bool) {
	complete = true
	for repository, err := range repositories {
		if errors.Is(err, swr.KindListingIncomplete) {
			complete = false
			diags.AddWarning("Incomplete list of "+strings.TrimSuffix(op.noun, " of"), sentence(err.Error())+" There may be more repositories.")
			break
		}
		if err != nil {
			s.addError(diags, op, swr.Key{Namespace: namespace}, err)
			return nil, false
		}
		found = append(found, repository)
	}
	slices.SortStableFunc(found, func(a, b swr.RepositoryInfo) int {
		return cmp.Or(
			cmp.Compare(a.Namespace, b.Namespace),
			cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.DomainName, b.DomainName))
	})
	return found, complete
}

func (m sharedRepositoriesModel) filter() swr.SharedFilter {
	return swr.SharedFilter{
		Center:     swr.Center(m.Center.ValueString()),
		Namespace:  m.Namespace.ValueString(),
		Name:       m.Name.ValueString(),
		DomainName: m.DomainName.ValueString(),
		Status:     m.Status.ValueBoolPointer(),
	}
}

func newRepositoryModel(r swr.RepositoryInfo) repositoryModel {
	tags := make([]types.String, len(r.Tags)) // empty, but not null
	for i, tag := range r.Tags {
		tags[i] = types.StringValue(escapeText(tag))
	}
	return repositoryModel{
		Namespace:    types.StringValue(escapeText(r.Namespace)),
		Name:         types.StringValue(escapeText(r.Name)),
		Category:     types.StringValue(escapeText(r.Category)),
		Description:  types.StringValue(escapeDescription(r.Description)),
		Size:         types.Int64Value(r.Size),
		IsPublic:     types.BoolValue(r.IsPublic),
		NumImages:    types.Int64Value(r.NumImages),
		NumDownload:  types.Int64Value(r.NumDownload),
		CreatedAt:    types.StringValue(escapeText(r.CreatedAt)),
		UpdatedAt:    types.StringValue(escapeText(r.UpdatedAt)),
		Path:         types.StringValue(escapeText(r.Path)),
		InternalPath: types.StringValue(escapeText(r.InternalPath)),
		DomainName:   types.StringValue(escapeAccount(r.DomainName)),
		Tags:         tags,
	}
}
