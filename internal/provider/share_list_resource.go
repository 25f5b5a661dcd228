package provider

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

var _ list.ListResourceWithConfigure = (*shareListResource)(nil)

// listTimeout limits a query. A query of a whole account lists the shares of each
// repository, one after the other.
const listTimeout = 30 * time.Minute

// shareListResource is the list resource swr_repository_share, for terraform
// query.
type shareListResource struct {
	resourceBase
}

type shareListModel struct {
	Namespace  types.String `tfsdk:"namespace"`
	Repository types.String `tfsdk:"repository"`
}

func newShareListResource() list.ListResource { return &shareListResource{} }

func (l *shareListResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_repository_share"
}

func (l *shareListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the shares of a repository, of an organization, or of all repositories that the account shares.",
		Attributes: map[string]schema.Attribute{
			"namespace": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: describe("namespace") + " Defaults to all organizations.",
				Validators:          []validator.String{namespaceRule},
			},
			"repository": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: describe("repository") + " Requires `namespace`. Defaults to all repositories.",
				Validators:          []validator.String{repositoryRule, stringvalidator.AlsoRequires(path.MatchRoot("namespace"))},
			},
		},
	}
}

// List streams the shares. It requests no more than Terraform asks for.
func (l *shareListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var model shareListModel
	diags := req.Config.Get(ctx, &model)
	if diags.HasError() || !l.session.requireConfigured(&diags, "Listing shares") {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = func(push func(list.ListResult) bool) {
		ctx, cancel := context.WithTimeout(ctx, listTimeout)
		defer cancel()

		listed := int64(0)
		for result := range l.results(ctx, req, model) {
			if !push(result) || result.Diagnostics.HasError() {
				return
			}
			if len(result.Diagnostics) > 0 {
				continue // a warning: more shares may follow
			}
			// The framework does not enforce Terraform's limit. More requests would
			// be wasted.
			if listed++; listed == req.Limit {
				return
			}
		}
	}
}

// results returns a result for each share of the selected repositories.
func (l *shareListResource) results(ctx context.Context, req list.ListRequest, model shareListModel) iter.Seq[list.ListResult] {
	return func(yield func(list.ListResult) bool) {
		for repo, err := range l.repositories(ctx, model) {
			if err != nil {
				yield(l.failedResult(opListSharedRepositories, swr.Key{Namespace: model.Namespace.ValueString()}, err))
				return
			}
			for share, err := range l.session.client.Shares(ctx, repo) {
				if errors.Is(err, swr.KindRepositoryMissing) && model.Repository.IsNull() {
					break // deleted since it was listed
				}
				var result list.ListResult
				if err != nil {
					result = l.failedResult(opListShares, repositoryKey(repo), err)
				} else {
					result = l.result(ctx, req, share)
				}
				if !yield(result) {
					return
				}
			}
		}
	}
}

// repositories returns the repositories that the configuration selects.
func (l *shareListResource) repositories(ctx context.Context, model shareListModel) iter.Seq2[swr.Repository, error] {
	return func(yield func(swr.Repository, error) bool) {
		if !model.Repository.IsNull() {
			yield(swr.Repository{Namespace: model.Namespace.ValueString(), Name: model.Repository.ValueString()}, nil)
			return
		}
		filter := swr.SharedFilter{Center: swr.CenterSelf, Namespace: model.Namespace.ValueString()}
		for repository, err := range l.session.client.SharedRepositories(ctx, filter) {
			if !yield(repository.Repo(), err) {
				return
			}
		}
	}
}

func (l *shareListResource) result(ctx context.Context, req list.ListRequest, share swr.Share) list.ListResult {
	if share.Key().Addressable() != nil {
		var diags diag.Diagnostics
		warnUnaddressable(&diags, repositoryKey(share.Key().Repo()), []string{share.AccessDomain})
		return list.ListResult{Diagnostics: diags}
	}
	key := share.Key()
	key.AccessDomain = escapeAccount(key.AccessDomain)
	model := newShareModel(key)
	if req.IncludeResource {
		if err := model.setFromAPI(share); err != nil {
			return l.failedResult(opLookUpShare, share.Key(), err)
		}
	}
	result := req.NewListResult(ctx)
	result.DisplayName = key.String()
	model.writeIdentity(result.Identity)
	if !req.IncludeResource {
		result.Resource = nil
		return result
	}
	model.write(ctx, &result.Resource.Raw, &result.Diagnostics)
	return result
}

func (l *shareListResource) failedResult(op operation, key swr.Key, err error) list.ListResult {
	var diags diag.Diagnostics
	if errors.Is(err, swr.KindListingIncomplete) {
		warnIncomplete(&diags, key, err.Error(), "There may be more shares.")
	} else {
		l.session.addError(&diags, op, key, err)
	}
	return list.ListResult{Diagnostics: diags}
}
