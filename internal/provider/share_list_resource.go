package provider

import (
	"context"
	"errors"
	"fmt"
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
	session *session
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

func (l *shareListResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	l.session = sessionFrom(req.ProviderData, &resp.Diagnostics)
}

// List streams the shares. It requests no more than Terraform asks for.
func (l *shareListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var model shareListModel
	diags := req.Config.Get(ctx, &model)
	if diags.HasError() || !l.session.answers(&diags, "Listing shares") {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = func(push func(list.ListResult) bool) {
		ctx, cancel := context.WithTimeout(ctx, listTimeout)
		defer cancel()

		listed := int64(0)
		for share, failure := range l.shares(ctx, model) {
			result := l.result(ctx, req, share, failure)
			if !push(result) || result.Diagnostics.HasError() {
				return
			}
			if failure != nil {
				continue
			}
			// The framework does not enforce Terraform's limit, beyond which the
			// requests would be in vain.
			if listed++; listed == req.Limit {
				return
			}
		}
	}
}

// listFailure is an error and its operation. One of the kind KindListingIncomplete
// is a warning, which more shares may follow.
type listFailure struct {
	op  operation
	key swr.Key
	err error
}

// shares returns the shares that the configuration selects.
func (l *shareListResource) shares(ctx context.Context, model shareListModel) iter.Seq2[swr.Share, *listFailure] {
	if !model.Repository.IsNull() {
		return l.sharesOf(ctx, swr.Repository{Namespace: model.Namespace.ValueString(), Name: model.Repository.ValueString()})
	}
	filter := swr.SharedFilter{Center: swr.CenterSelf, Namespace: model.Namespace.ValueString()}
	return func(yield func(swr.Share, *listFailure) bool) {
		for repository, err := range l.session.client.SharedRepositories(ctx, filter) {
			if err != nil {
				yield(swr.Share{}, &listFailure{opListSharedRepositories, swr.Key{Namespace: filter.Namespace}, err})
				return
			}
			for share, failure := range l.sharesOf(ctx, repository.Repo()) {
				if failure != nil && errors.Is(failure.err, swr.KindRepositoryMissing) {
					break // deleted since it was listed
				}
				if !yield(share, failure) {
					return
				}
			}
		}
	}
}

func (l *shareListResource) sharesOf(ctx context.Context, repo swr.Repository) iter.Seq2[swr.Share, *listFailure] {
	return func(yield func(swr.Share, *listFailure) bool) {
		for share, err := range l.session.client.Shares(ctx, repo) {
			var failure *listFailure
			if err != nil {
				failure = &listFailure{opListShares, repositoryKey(repo), err}
			}
			if !yield(share, failure) {
				return
			}
		}
	}
}

// result returns the result for a share, or for a failure.
func (l *shareListResource) result(ctx context.Context, req list.ListRequest, share swr.Share, failure *listFailure) list.ListResult {
	model := newShareModel(share.Key())
	if failure == nil && req.IncludeResource {
		if err := model.setFromAPI(share); err != nil {
			failure = &listFailure{opLookUpShare, share.Key(), err}
		}
	}
	if failure != nil {
		return l.failedResult(*failure)
	}
	result := req.NewListResult(ctx)
	result.DisplayName = share.Key().String()
	model.writeIdentity(result.Identity)
	if !req.IncludeResource {
		result.Resource = nil
		return result
	}
	model.write(ctx, &result.Resource.Raw, &result.Diagnostics)
	return result
}

func (l *shareListResource) failedResult(failure listFailure) list.ListResult {
	var diags diag.Diagnostics
	if errors.Is(failure.err, swr.KindListingIncomplete) {
		diags.AddWarning(fmt.Sprintf("Incomplete list of shares of %s", objectName(failure.key)),
			sentence(failure.err.Error())+" There may be more shares.")
	} else {
		l.session.addError(&diags, failure.op, failure.key, failure.err)
	}
	return list.ListResult{Diagnostics: diags}
}
