package provider

import (
	"context"
	"errors"
	"iter"
	"math"
	"sync"

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

// shareListResource is the list resource swr_repository_share, for terraform
// query.
type shareListResource struct {
	resourceBase
}

type shareListModel struct {
	Namespace    types.String `tfsdk:"namespace"`
	Repository   types.String `tfsdk:"repository"`
	AccessDomain types.String `tfsdk:"access_domain"`
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
			"access_domain": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: describe("access_domain") + " Regardless of case. Defaults to all accounts.",
				Validators:          []validator.String{accountRule},
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
		ctx, cancel := context.WithTimeout(ctx, accountTimeout)
		defer cancel()

		limit := &resultLimit{remaining: math.MaxInt}
		if req.Limit > 0 {
			limit.remaining = int(req.Limit)
		}
		for result := range l.results(ctx, req, model, limit) {
			if !push(result) || result.Diagnostics.HasError() {
				return
			}
			// The framework does not enforce Terraform's limit. More requests would
			// be wasted.
			if len(result.Diagnostics) == 0 && limit.count() == 0 {
				return // after a warning, more shares may follow
			}
		}
	}
}

// resultLimit counts how many more shares Terraform wants.
type resultLimit struct {
	mu        sync.Mutex
	remaining int
}

func (r *resultLimit) left() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.remaining
}

// count counts a share, and returns how many are left.
func (r *resultLimit) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.remaining--
	return r.remaining
}

// list lists the shares of a repository, up to the limit.
func (r *resultLimit) list(ctx context.Context, client *swr.Client, repo swr.Repository) (listing swr.Listing, err error) {
	defer client.DropListing(repo)
	limit := r.left()
	for share, err := range client.Shares(ctx, repo) {
		switch {
		case errors.Is(err, swr.KindListingIncomplete):
			listing.Incomplete = err.Error()
			return listing, nil
		case err != nil:
			return listing, err
		case share.Key().Addressable() != nil:
			listing.Unaddressable = append(listing.Unaddressable, share.AccessDomain)
			continue
		}
		if listing.Shares = append(listing.Shares, share); len(listing.Shares) == limit {
			break
		}
	}
	return listing, nil
}

// results returns a result for each selected share, and for each warning.
func (l *shareListResource) results(
	ctx context.Context, req list.ListRequest, model shareListModel, limit *resultLimit,
) iter.Seq[list.ListResult] {
	read, enough := limit.list, limit.left // each shared repository has a share
	if account := model.AccessDomain.ValueString(); account != "" {
		read, enough = shareFilter{accessDomain: account}.list, func() int { return maxParallelLists }
	}
	// It starts with one repository, so that a small limit wastes no request.
	done := 0
	width := func() int { return min(done+1, maxParallelLists, enough()) }
	return func(yield func(list.ListResult) bool) {
		for listed := range l.session.listEach(ctx, l.repositories(ctx, model), read, width) {
			done++
			for result := range l.repositoryResults(ctx, req, model, listed) {
				if !yield(result) {
					return
				}
			}
		}
	}
}

// repositoryResults returns the results of one repository.
func (l *shareListResource) repositoryResults(
	ctx context.Context, req list.ListRequest, model shareListModel, listed repositoryListing,
) iter.Seq[list.ListResult] {
	return func(yield func(list.ListResult) bool) {
		for _, share := range listed.Shares {
			if !yield(l.result(ctx, req, share)) {
				return
			}
		}
		key := repositoryKey(listed.repo)
		if listed.failed == opListSharedRepositories {
			key = swr.Key{Namespace: model.Namespace.ValueString()}
		}
		var diags diag.Diagnostics
		switch {
		case errors.Is(listed.err, swr.KindListingIncomplete):
			warnIncomplete(&diags, key, listed.err.Error(), "There may be more shares.")
		case listed.err != nil && (!listed.isDeleted() || !model.Repository.IsNull()):
			l.session.addError(&diags, listed.failed, key, listed.err)
		}
		warnIncomplete(&diags, key, listed.Incomplete, "There may be more shares.")
		warnUnaddressable(&diags, key, listed.Unaddressable)
		if len(diags) > 0 {
			yield(list.ListResult{Diagnostics: diags})
		}
	}
}

// repositories returns the repositories that the configuration selects.
func (l *shareListResource) repositories(ctx context.Context, model shareListModel) iter.Seq2[swr.Repository, error] {
	if model.Repository.IsNull() {
		return l.session.client.RepositoriesWithShares(ctx, model.Namespace.ValueString())
	}
	return func(yield func(swr.Repository, error) bool) {
		yield(swr.Repository{Namespace: model.Namespace.ValueString(), Name: model.Repository.ValueString()}, nil)
	}
}

func (l *shareListResource) result(ctx context.Context, req list.ListRequest, share swr.Share) list.ListResult {
	key := share.Key()
	key.AccessDomain = escapeAccount(key.AccessDomain)
	model := newShareModel(key)
	if req.IncludeResource {
		if err := model.setFromAPI(share); err != nil {
			var diags diag.Diagnostics
			l.session.addError(&diags, opLookUpShare, share.Key(), err)
			return list.ListResult{Diagnostics: diags}
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
