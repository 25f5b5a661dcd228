package swr

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/url"
	"strconv"
	"strings"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

// Center selects repositories by who shares them. The word is the API's.
type Center string

// The values of Center.
const (
	CenterSelf       Center = "self"       // shared by the account
	CenterThirdParty Center = "thirdparty" // shared with the account, by others
)

// CheckCenter checks the value of a [Center].
func CheckCenter(value string) error {
	if center := Center(value); center != CenterSelf && center != CenterThirdParty {
		return &RuleError{
			Field: "center", Value: value,
			Rule: `must be "self" (shared by this account) or "thirdparty" (shared with it)`,
		}
	}
	return nil
}

// RepositoryFilter selects repositories of the account. An empty field selects all.
type RepositoryFilter struct {
	Namespace string
	Name      string // exact
	IsPublic  *bool
}

// SharedFilter selects shared repositories. An empty field selects all.
type SharedFilter struct {
	Center     Center // never empty
	Namespace  string
	Name       string // exact
	DomainName string // the owner, in any case of ASCII letters
	// Status selects valid shares (true) or expired ones (false). It applies to
	// [CenterThirdParty] only.
	Status *bool
}

// RepositoryInfo describes a repository of the account, or one that is shared with
// it.
type RepositoryInfo struct {
	Namespace    string   `json:"namespace"`
	Name         string   `json:"name"`
	Category     string   `json:"category"`
	Description  string   `json:"description"`
	Size         int64    `json:"size"` // bytes
	IsPublic     bool     `json:"is_public"`
	NumImages    int64    `json:"num_images"`
	NumDownload  int64    `json:"num_download"`
	CreatedAt    string   `json:"created_at"`
	UpdatedAt    string   `json:"updated_at"`
	Path         string   `json:"path"` // pull address
	InternalPath string   `json:"internal_path"`
	DomainName   string   `json:"domain_name"` // the owner
	Tags         []string `json:"tags"`
	// Status is true for valid, false for expired, nil where it has no meaning.
	Status *bool `json:"status"`
}

// Repo returns the repository's names.
func (r RepositoryInfo) Repo() Repository { return Repository{Namespace: r.Namespace, Name: r.Name} }

// maxRepositories is how many repositories are read.
const maxRepositories = 100_000

// Repositories returns the repositories of the account that the filter selects,
// shared or not. It reads pages as [Client.SharedRepositories] does.
func (c *Client) Repositories(ctx context.Context, filter RepositoryFilter) iter.Seq2[RepositoryInfo, error] {
	return c.listRepositories(ctx, repositoryList{
		call: callRepositories, path: "repos", center: CenterSelf, query: filter.query(), selects: filter.selects,
	})
}

// SharedRepositories returns the shared repositories that the filter selects. A page
// is requested only when the caller has consumed those before it. The error, if any,
// comes last; [KindListingIncomplete] means that there may be more repositories
// than the service would return.
func (c *Client) SharedRepositories(ctx context.Context, filter SharedFilter) iter.Seq2[RepositoryInfo, error] {
	return c.listRepositories(ctx, repositoryList{
		call: callSharedRepositories, path: "shared-repositories", center: filter.Center, query: filter.query(), selects: filter.selects,
	})
}

// RepositoriesWithShares returns the repositories that the account shares, of all
// namespaces if it is "". It has each of them once, and also those that this client
// has shared and that the service may not list yet. It ends as
// [Client.SharedRepositories] does.
func (c *Client) RepositoriesWithShares(ctx context.Context, namespace string) iter.Seq2[Repository, error] {
	return func(yield func(Repository, error) bool) {
		seen := map[Repository]bool{}
		for _, repo := range c.operations.sharedRepositories(namespace) {
			if !seen[repo] && !yield(repo, nil) {
				return
			}
			seen[repo] = true
		}
		for repository, err := range c.SharedRepositories(ctx, SharedFilter{Center: CenterSelf, Namespace: namespace}) {
			repo := repository.Repo()
			if err == nil && seen[repo] {
				continue
			}
			if !yield(repo, err) {
				return
			}
			seen[repo] = true
		}
	}
}

// query returns the filter as query parameters. A name with levels is documented to
// be sent with "$".
func (f RepositoryFilter) query() url.Values {
	query := url.Values{}
	setQuery(query, map[string]string{"namespace": f.Namespace, "name": repositoryToAPI(f.Name)})
	if f.IsPublic != nil {
		query.Set("is_public", strconv.FormatBool(*f.IsPublic))
	}
	return query
}

func (f RepositoryFilter) selects(r RepositoryInfo) bool {
	return (f.Namespace == "" || r.Namespace == f.Namespace) &&
		(f.Name == "" || r.Name == f.Name) &&
		(f.IsPublic == nil || r.IsPublic == *f.IsPublic)
}

// query returns the filter as query parameters. A name with levels is left to
// selects: whether it has to be sent with "/" or with "$" depends on the service,
// and the wrong one would find nothing.
func (f SharedFilter) query() url.Values {
	query := url.Values{"center": {string(f.Center)}}
	name := f.Name
	if strings.Contains(name, "/") {
		name = ""
	}
	setQuery(query, map[string]string{"namespace": f.Namespace, "name": name, "domain_name": f.DomainName})
	if f.Status != nil {
		query.Set("status", strconv.FormatBool(*f.Status))
	}
	return query
}

func (f SharedFilter) selects(r RepositoryInfo) bool {
	return (f.Namespace == "" || r.Namespace == f.Namespace) &&
		(f.Name == "" || r.Name == f.Name) &&
		(f.DomainName == "" || r.DomainName == "" || SameAccount(r.DomainName, f.DomainName)) &&
		(f.Status == nil || r.Status == nil || *r.Status == *f.Status)
}

// setQuery sets the parameters that are not empty.
func setQuery(query url.Values, parameters map[string]string) {
	for name, value := range parameters {
		if value != "" {
			query.Set(name, value)
		}
	}
}

// repositoryList is one of the two lists of repositories, and what to select of it.
type repositoryList struct {
	call   call
	path   string // the last segment
	center Center
	query  url.Values // the filter, so that the service returns no more than necessary
	// selects reports whether the filter selects a repository that the service
	// returned. The service matches names fuzzily, and may ignore a parameter.
	selects func(RepositoryInfo) bool
}

// listRepositories returns the selected repositories of a list.
func (c *Client) listRepositories(ctx context.Context, list repositoryList) iter.Seq2[RepositoryInfo, error] {
	return func(yield func(RepositoryInfo, error) bool) {
		first, err := c.firstRepositoryPage(ctx, list)
		if err != nil {
			yield(RepositoryInfo{}, err)
			return
		}
		repositories := pager[RepositoryInfo]{
			fetch: func(ctx context.Context, offset int) (page[RepositoryInfo], error) {
				return c.repositoryPage(ctx, list, offset, c.routes.filterForm[list.call].Load())
			},
			id:              func(r RepositoryInfo) any { return [3]string{r.Namespace, r.Name, r.DomainName} },
			itemName:        "repositories",
			limit:           maxRepositories,
			totalDocumented: true,
		}
		for repository, err := range repositories.all(ctx, first) {
			if err == nil && !list.selects(repository) {
				continue
			}
			if !yield(repository, err) {
				return
			}
		}
	}
}

// firstRepositoryPage requests the first page. If the server rejects the request, it
// may know only the older form: that is tried once, and used from then on if it works.
func (c *Client) firstRepositoryPage(ctx context.Context, list repositoryList) (page[RepositoryInfo], error) {
	filterForm := &c.routes.filterForm[list.call]
	known := filterForm.Load()
	first, err := c.repositoryPage(ctx, list, 0, known)
	if known || !errors.Is(err, KindInvalid) {
		return first, err
	}
	older, olderErr := c.repositoryPage(ctx, list, 0, true)
	if olderErr != nil {
		return first, err
	}
	filterForm.Store(true)
	return older, nil
}

// repositoryPage requests one page, in the older form or the newer one.
func (c *Client) repositoryPage(ctx context.Context, list repositoryList, offset int, filterForm bool) (page[RepositoryInfo], error) {
	var found page[RepositoryInfo]
	_, err := c.do(ctx, request{
		call: list.call,
		url: func(string) *url.URL {
			u := httpsafe.JoinPath(c.endpoint, "v2", "manage", list.path)
			query := pageQuery(offset)
			maps.Copy(query, list.query)
			if filterForm {
				query = filterQuery(list.center, query)
			}
			u.RawQuery = query.Encode()
			return u
		},
		decode: func(resp response) (err error) {
			found, err = decodeRepositories(resp.body, list.center)
			found.total = max(found.total, rangeTotal(resp.header.Get("Content-Range")))
			return err
		},
	})
	return found, err
}

// filterQuery returns the query in the older form, with all in one parameter
// (API.md, "Endpoints"). It has fewer parameters, and how it spells a name with
// levels is not documented: the rest is left to selects.
func filterQuery(center Center, query url.Values) url.Values {
	parts := []string{"center::" + string(center)}
	for _, name := range []string{"namespace", "name", "limit", "offset"} {
		if value := query.Get(name); value != "" && !strings.Contains(value, "$") {
			parts = append(parts, name+"::"+value)
		}
	}
	return url.Values{"filter": {strings.Join(parts, "|")}}
}

// decodeRepositories decodes a list body, a bare array; null is an empty one.
func decodeRepositories(body []byte, center Center) (page[RepositoryInfo], error) {
	type element struct {
		RepositoryInfo

		TotalRange int `json:"total_range"`
	}
	total := 0
	repositories, err := decodeArray(body, func(e element) (RepositoryInfo, error) {
		total = max(total, e.TotalRange)
		e.Name = repositoryFromAPI(e.Name)
		if center == CenterSelf {
			e.Status = nil // it is sent, but has no meaning
		}
		if err := e.Repo().addressable(); err != nil {
			return RepositoryInfo{}, fmt.Errorf("not a repository: %w", err)
		}
		return e.RepositoryInfo, nil
	})
	return page[RepositoryInfo]{items: repositories, total: total}, err
}
