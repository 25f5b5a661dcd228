package swr

import (
	"context"
	"errors"
	"fmt"
	"iter"
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

// RepositoryInfo is a repository that the account shares, or that is shared
// with it.
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

// maxRepositories is how many shared repositories are read.
const maxRepositories = 100_000

// SharedRepositories returns the repositories that the filter selects. A page is
// requested only when the caller has consumed those before it. The error, if any,
// comes last; [KindListingIncomplete] means that there may be more repositories
// than the service would return.
func (c *Client) SharedRepositories(ctx context.Context, filter SharedFilter) iter.Seq2[RepositoryInfo, error] {
	return func(yield func(RepositoryInfo, error) bool) {
		first, err := c.firstSharedPage(ctx, filter)
		if err != nil {
			yield(RepositoryInfo{}, err)
			return
		}
		repositories := pager[RepositoryInfo]{
			fetch: func(ctx context.Context, offset int) (page[RepositoryInfo], error) {
				return c.sharedPage(ctx, filter, offset, c.routes.sharedByFilter.Load())
			},
			id:              func(r RepositoryInfo) any { return [3]string{r.Namespace, r.Name, r.DomainName} },
			itemName:        "repositories",
			limit:           maxRepositories,
			totalDocumented: true,
		}
		for repository, err := range repositories.all(ctx, first) {
			if err == nil && !filter.selects(repository) {
				continue
			}
			if !yield(repository, err) {
				return
			}
		}
	}
}

// firstSharedPage requests the first page. If the server rejects the request, it may
// know only the older form: that is tried once, and used from then on if it works.
func (c *Client) firstSharedPage(ctx context.Context, filter SharedFilter) (page[RepositoryInfo], error) {
	byFilter := c.routes.sharedByFilter.Load()
	first, err := c.sharedPage(ctx, filter, 0, byFilter)
	if byFilter || !errors.Is(err, KindInvalid) {
		return first, err
	}
	older, olderErr := c.sharedPage(ctx, filter, 0, true)
	if olderErr != nil {
		return first, err
	}
	c.routes.sharedByFilter.Store(true)
	return older, nil
}

// sharedPage requests one page, in the older form (byFilter) or the newer one. The
// service applies the filter too, so that it returns no more than necessary.
func (c *Client) sharedPage(ctx context.Context, filter SharedFilter, offset int, byFilter bool) (page[RepositoryInfo], error) {
	var found page[RepositoryInfo]
	_, err := c.do(ctx, request{
		call: callSharedRepositories,
		url: func(string) *url.URL {
			u := httpsafe.JoinPath(c.endpoint, "v2", "manage", "shared-repositories")
			query := filter.query(offset)
			if byFilter {
				query = filterQuery(query)
			}
			u.RawQuery = query.Encode()
			return u
		},
		decode: func(resp response) (err error) {
			found, err = decodeSharedRepositories(resp.body, filter.Center)
			found.total = max(found.total, rangeTotal(resp.header.Get("Content-Range")))
			return err
		},
	})
	return found, err
}

// query returns the filter as query parameters. A name with levels is left to
// selects: whether it has to be sent with "/" or with "$" depends on the service,
// and the wrong one would find nothing.
func (f SharedFilter) query(offset int) url.Values {
	query := pageQuery(offset)
	query.Set("center", string(f.Center))
	for name, value := range map[string]string{"namespace": f.Namespace, "name": f.Name, "domain_name": f.DomainName} {
		if value != "" && !strings.Contains(value, "/") {
			query.Set(name, value)
		}
	}
	if f.Status != nil {
		query.Set("status", strconv.FormatBool(*f.Status))
	}
	return query
}

// filterQuery returns the query in the older form, with all in one parameter
// (API.md, "Endpoints"). It has fewer parameters: the rest is left to selects.
func filterQuery(query url.Values) url.Values {
	var parts []string
	for _, name := range []string{"center", "namespace", "name", "limit", "offset"} {
		if query.Has(name) {
			parts = append(parts, name+"::"+query.Get(name))
		}
	}
	return url.Values{"filter": {strings.Join(parts, "|")}}
}

// selects reports whether the filter selects a repository that the service
// returned. The service matches names fuzzily, and may ignore a parameter.
func (f SharedFilter) selects(r RepositoryInfo) bool {
	return (f.Namespace == "" || r.Namespace == f.Namespace) &&
		(f.Name == "" || r.Name == f.Name) &&
		(f.DomainName == "" || r.DomainName == "" || SameAccount(r.DomainName, f.DomainName)) &&
		(f.Status == nil || r.Status == nil || *r.Status == *f.Status)
}

// decodeSharedRepositories decodes a list body, a bare array; null is an empty
// one.
func decodeSharedRepositories(body []byte, center Center) (page[RepositoryInfo], error) {
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
