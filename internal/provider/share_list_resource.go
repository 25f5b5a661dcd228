package provider

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

var (
	_ list.ListResourceWithConfigure      = (*shareListResource)(nil)
	_ list.ListResourceWithValidateConfig = (*shareListResource)(nil)
)

// listTimeout bounds a query. That of a whole account asks for each repository's
// shares, one after the other.
const listTimeout = 30 * time.Minute

// shareListResource is the list resource swr_repository_share, for terraform
// query: the shares of a repository, of an organization, or all that there are.
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
		MarkdownDescription: "The shares of a repository, of an organization, or of all that the account shares.",
		Attributes: map[string]schema.Attribute{
			"namespace": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: aboutNamespace + " Without it: all organizations.",
				Validators:          []validator.String{namespaceRule},
			},
			"repository": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: aboutRepository + " Needs `namespace`. Without it: all repositories.",
				Validators:          []validator.String{repoRule},
			},
		},
	}
}

// ValidateListResourceConfig refuses a repository without its organization.
func (l *shareListResource) ValidateListResourceConfig(ctx context.Context, req list.ValidateConfigRequest, resp *list.ValidateConfigResponse) {
	var model shareListModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if !model.Repository.IsNull() && model.Namespace.IsNull() {
		resp.Diagnostics.AddAttributeError(path.Root("repository"), "Invalid repository",
			"A repository is named together with the organization that holds it: set namespace too.")
	}
}

// List streams the shares. It asks the service for no more than what is wanted.
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
		for share, failed := range l.shares(ctx, model) {
			result := l.result(ctx, req, share, failed)
			if !push(result) || result.Diagnostics.HasError() {
				return
			}
			if failed != nil {
				continue
			}
			// Terraform's limit is a wish, which the framework does not see to.
			// Going on would mean asking for what nobody wants.
			if listed++; listed == req.Limit {
				return
			}
		}
	}
}

// listFailure is an error, and in what it occurred. One of the kind
// KindIncomplete is a warning, after which more shares may come.
type listFailure struct {
	at  doing
	err error
}

// shares gives the shares that the configuration names.
func (l *shareListResource) shares(ctx context.Context, model shareListModel) iter.Seq2[swr.Share, *listFailure] {
	if !model.Repository.IsNull() {
		return l.sharesOf(ctx, swr.Repository{Namespace: model.Namespace.ValueString(), Name: model.Repository.ValueString()})
	}
	filter := swr.SharedFilter{Center: swr.CenterSelf, Namespace: model.Namespace.ValueString()}
	return func(yield func(swr.Share, *listFailure) bool) {
		for repository, err := range l.session.client.SharedRepositories(ctx, filter) {
			if err != nil {
				yield(swr.Share{}, &listFailure{listingShared(filter.Namespace), err})
				return
			}
			for share, failed := range l.sharesOf(ctx, repository.Repo()) {
				if failed != nil && errors.Is(failed.err, swr.KindRepositoryMissing) {
					break // it was deleted since it was listed, and its shares with it
				}
				if !yield(share, failed) {
					return
				}
			}
		}
	}
}

func (l *shareListResource) sharesOf(ctx context.Context, repo swr.Repository) iter.Seq2[swr.Share, *listFailure] {
	return func(yield func(swr.Share, *listFailure) bool) {
		for share, err := range l.session.client.Shares(ctx, repo) {
			var failed *listFailure
			if err != nil {
				failed = &listFailure{listingShares(repo), err}
			}
			if !yield(share, failed) {
				return
			}
		}
	}
}

// result makes a result of a share, or of a failure to get one.
func (l *shareListResource) result(ctx context.Context, req list.ListRequest, share swr.Share, failed *listFailure) list.ListResult {
	var model shareResourceModel
	if failed == nil && req.IncludeResource {
		if err := model.take(share); err != nil {
			failed = &listFailure{doing{what: "list the share", key: share.Key()}, err}
		}
	}
	if failed != nil {
		return l.failure(*failed)
	}
	result := req.NewListResult(ctx)
	result.DisplayName = share.Key().String()
	result.Diagnostics.Append(result.Identity.Set(ctx, shareIdentityModel{
		Namespace:    types.StringValue(share.Namespace),
		Repository:   types.StringValue(share.Repository),
		AccessDomain: types.StringValue(share.AccessDomain),
	})...)
	if !req.IncludeResource {
		result.Resource = nil
		return result
	}
	model.ID = types.StringValue(share.Key().String())
	model.Timeouts = noTimeouts()
	result.Diagnostics.Append(result.Resource.Set(ctx, model)...)
	return result
}

func (l *shareListResource) failure(failed listFailure) list.ListResult {
	var diags diag.Diagnostics
	if errors.Is(failed.err, swr.KindListingIncomplete) {
		diags.AddWarning(fmt.Sprintf("The list of the shares of %s is not complete", failed.at.object()),
			sentence(failed.err.Error())+" There may be more shares.")
	} else {
		l.session.addError(&diags, failed.at, failed.err)
	}
	return list.ListResult{Diagnostics: diags}
}
