package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

const (
	// accountTimeout limits what reads the shares of a whole account.
	accountTimeout = 30 * time.Minute
	// maxParallelLists is how many repositories it reads at the same time: as many as
	// a plan of the shares would with Terraform's default of -parallelism.
	maxParallelLists = 10
	// maxIncompleteNames is how many repositories a warning names.
	maxIncompleteNames = 20
)

var _ datasource.DataSourceWithConfigure = (*accountSharesDataSource)(nil)

// accountSharesDataSource is the data source swr_shares.
type accountSharesDataSource struct {
	dataSourceBase
}

type accountSharesModel struct {
	Namespace    types.String `tfsdk:"namespace"`
	AccessDomain types.String `tfsdk:"access_domain"`
	Status       types.Bool   `tfsdk:"status"`
	Shares       []shareModel `tfsdk:"shares"`
	Complete     types.Bool   `tfsdk:"complete"`
}

func newAccountSharesDataSource() datasource.DataSource { return &accountSharesDataSource{} }

func (d *accountSharesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_shares"
}

func (d *accountSharesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the shares of all repositories of the account, or of an organization.",
		Attributes: map[string]schema.Attribute{
			"namespace":     filterAttribute(describe("namespace")+" Defaults to all organizations.", namespaceRule),
			"access_domain": filterAttribute(describe("access_domain")+" Regardless of case. Defaults to all accounts.", accountRule),
			"status": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "`true` for shares that are valid, `false` for those that have expired. " +
					"A share whose status the service does not return is in both lists.",
			},
			"shares": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Shares, ordered by `namespace`, `repository` and `access_domain`.",
				NestedObject:        schema.NestedAttributeObject{Attributes: computedShareAttributes()},
			},
			"complete": schema.BoolAttribute{
				Computed: true,
				MarkdownDescription: "Whether the list is complete. If the service does not return all repositories, or all shares of one, " +
					"it is `false`, and a warning says why.",
			},
		},
	}
}

func (d *accountSharesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model accountSharesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !d.session.requireConfigured(&resp.Diagnostics, "Listing shares") {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, accountTimeout)
	defer cancel()

	namespace := model.Namespace.ValueString()
	filter := shareFilter{accessDomain: model.AccessDomain.ValueString(), status: model.Status.ValueBoolPointer()}
	width := func() int { return maxParallelLists }
	complete := true
	var incomplete []string
	model.Shares = []shareModel{} // empty, but not null
	for listed := range d.session.listEach(ctx, d.session.client.RepositoriesWithShares(ctx, namespace), filter.list, width) {
		key, err := repositoryKey(listed.repo), listed.err
		if listed.isDeleted() {
			continue
		}
		if listed.failed == opListSharedRepositories {
			key = swr.Key{Namespace: namespace}
			if errors.Is(err, swr.KindListingIncomplete) {
				incomplete = append(incomplete, objectName(key)+": "+err.Error())
				continue
			}
		}
		for i := 0; err == nil && i < len(listed.Shares); i++ {
			var share shareModel
			err = share.setFromAPI(listed.Shares[i])
			model.Shares = append(model.Shares, share)
		}
		if err != nil {
			d.session.addError(&resp.Diagnostics, listed.failed, key, err)
			return
		}
		if listed.Incomplete != "" {
			incomplete = append(incomplete, objectName(key)+": "+listed.Incomplete)
		}
		complete = complete && len(listed.Unaddressable) == 0
		warnUnaddressable(&resp.Diagnostics, key, listed.Unaddressable)
	}
	warnIncompleteLists(&resp.Diagnostics, swr.Key{Namespace: namespace}, incomplete)
	slices.SortStableFunc(model.Shares, func(a, b shareModel) int {
		return cmp.Or(
			cmp.Compare(a.Namespace.ValueString(), b.Namespace.ValueString()),
			cmp.Compare(a.Repository.ValueString(), b.Repository.ValueString()),
			cmp.Compare(a.AccessDomain.ValueString(), b.AccessDomain.ValueString()))
	})
	model.Complete = types.BoolValue(complete && len(incomplete) == 0)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}

// warnIncompleteLists warns of lists that are not complete, each of them a name and
// why. It does nothing if there are none.
func warnIncompleteLists(diags *diag.Diagnostics, key swr.Key, incomplete []string) {
	if len(incomplete) == 0 {
		return
	}
	detail := "These lists are not complete:\n"
	for _, line := range incomplete[:min(len(incomplete), maxIncompleteNames)] {
		detail += "\n  - " + line
	}
	if more := len(incomplete) - maxIncompleteNames; more > 0 {
		detail += fmt.Sprintf("\n  - %d more", more)
	}
	diags.AddWarning("Incomplete list of shares of "+objectName(key), detail+"\n\nThere may be more shares.")
}

// shareFilter selects shares. An empty field selects all.
type shareFilter struct {
	accessDomain string // in any case of ASCII letters
	status       *bool
}

func (f shareFilter) selects(share swr.Share) bool {
	return (f.accessDomain == "" || swr.SameAccount(share.AccessDomain, f.accessDomain)) &&
		(f.status == nil || share.Status == nil || *share.Status == *f.status)
}

// list returns the shares of a repository that the filter selects. An account has one
// share of a repository, so that with an account the result may be complete where
// the listing is not.
func (f shareFilter) list(ctx context.Context, client *swr.Client, repo swr.Repository) (swr.Listing, error) {
	defer client.DropListing(repo)
	listing, err := client.List(ctx, repo)
	if f.accessDomain != "" && err == nil {
		listing.Unaddressable = nil
		f.complete(ctx, client, repo, &listing)
	}
	listing.Shares = slices.DeleteFunc(listing.Shares, func(share swr.Share) bool { return !f.selects(share) })
	return listing, err
}

// complete completes an incomplete listing as far as the account is concerned, by
// asking for its share by name.
func (f shareFilter) complete(ctx context.Context, client *swr.Client, repo swr.Repository, listing *swr.Listing) {
	if listing.Incomplete == "" {
		return
	}
	listed := slices.ContainsFunc(listing.Shares, shareFilter{accessDomain: f.accessDomain}.selects)
	if !listed {
		share, err := client.Get(ctx, swr.Key{Namespace: repo.Namespace, Repository: repo.Name, AccessDomain: f.accessDomain}, swr.LastSeen{})
		if err == nil {
			listing.Shares = append(listing.Shares, share)
		} else if !isGone(err) {
			return
		}
	}
	listing.Incomplete = ""
}

// repositoryListing is what was read of a repository.
type repositoryListing struct {
	repo swr.Repository
	swr.Listing

	failed operation // what err is an error of: the list of shares, or that of repositories
	err    error
}

// isDeleted reports whether the repository was deleted since it was listed.
func (r repositoryListing) isDeleted() bool {
	return r.failed == opListShares && errors.Is(r.err, swr.KindRepositoryMissing)
}

// listFunc lists shares of a repository.
type listFunc func(context.Context, *swr.Client, swr.Repository) (swr.Listing, error)

// listEach lists the shares of each repository, of several at the same time, and
// returns the results in the order of the repositories. width returns how many may be
// read at the same time; it is called again for each result. Results that were not
// consumed yet are in memory: at most one for each of these.
func (s *session) listEach(
	ctx context.Context, repositories iter.Seq2[swr.Repository, error], list listFunc, width func() int,
) iter.Seq[repositoryListing] {
	return func(yield func(repositoryListing) bool) {
		next, stop := iter.Pull2(repositories)
		defer stop()
		var running sync.WaitGroup
		defer running.Wait()
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()

		var pending []chan repositoryListing
		for more := true; ; {
			for more && len(pending) < width() {
				repo, err, ok := next()
				if more = ok && err == nil; !ok {
					break
				}
				result := make(chan repositoryListing, 1)
				pending = append(pending, result)
				if err != nil {
					result <- repositoryListing{failed: opListSharedRepositories, err: err}
					break
				}
				running.Go(func() {
					listing, err := list(ctx, s.client, repo)
					result <- repositoryListing{repo, listing, opListShares, err}
				})
			}
			if len(pending) == 0 {
				return
			}
			listed := <-pending[0]
			pending = pending[1:]
			if !yield(listed) {
				return
			}
		}
	}
}
