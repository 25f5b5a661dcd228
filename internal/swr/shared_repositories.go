package swr

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

// Center says who shares, in the API's words.
type Center string

// The two centers.
const (
	CenterSelf       Center = "self"       // shared by the account
	CenterThirdParty Center = "thirdparty" // shared with the account, by others
)

// CheckCenter checks the word for who shares.
func CheckCenter(value string) error {
	if center := Center(value); center != CenterSelf && center != CenterThirdParty {
		return &RuleError{Field: "center", Value: value, Rule: `must be "self" (shared by this account) or "thirdparty" (shared with it)`}
	}
	return nil
}

// SharedFilter selects shared repositories. What is empty selects all.
type SharedFilter struct {
	Center     Center // never empty
	Namespace  string
	Name       string // exactly
	DomainName string // the owner, in any case of ASCII letters
	// Status tells valid shares (true) from expired ones. It is told of
	// [CenterThirdparty] alone.
	Status *bool
}

// SharedRepository is a repository that the account shares, or that is shared
// with it.
type SharedRepository struct {
	Namespace    string
	Name         string
	Category     string
	Description  string
	Size         int64 // bytes
	IsPublic     bool
	NumImages    int64
	NumDownload  int64
	CreatedAt    string
	UpdatedAt    string
	Path         string // where to pull it
	InternalPath string
	DomainName   string // the owner
	Tags         []string
	// Status tells valid (true) from expired; nil where it means nothing.
	Status *bool
}

// Repo gives the repository's names.
func (r SharedRepository) Repo() Repository { return Repository{Namespace: r.Namespace, Name: r.Name} }

// SharedRepositories gives the repositories that the filter selects, page by
// page: each page is asked for only when the caller wants more. The error, if
// there is one, comes last; of the kind [KindIncomplete] it says that there may
// be more repositories than the service would show.
func (c *Client) SharedRepositories(ctx context.Context, filter SharedFilter) iter.Seq2[SharedRepository, error] {
	return func(yield func(SharedRepository, error) bool) {
		first, err := c.sharedPage(ctx, filter, 0)
		if err != nil {
			yield(SharedRepository{}, err)
			return
		}
		all := walk[SharedRepository]{
			get: func(ctx context.Context, offset int) (piece[SharedRepository], error) {
				return c.sharedPage(ctx, filter, offset)
			},
			name:    func(r SharedRepository) any { return [3]string{r.Namespace, r.Name, r.DomainName} },
			noun:    "repositories",
			counted: true,
		}
		for repository, err := range all.from(ctx, first) {
			if err == nil && !filter.selects(repository) {
				continue
			}
			if !yield(repository, err) {
				return
			}
		}
	}
}

// sharedPage asks for one page. The filters are the service's in the first
// place, so that it sends no more than it must.
func (c *Client) sharedPage(ctx context.Context, filter SharedFilter, offset int) (piece[SharedRepository], error) {
	var found piece[SharedRepository]
	_, err := c.send(ctx, request{
		call:   callSharedRepositories,
		method: http.MethodGet,
		url: func(string) *url.URL {
			u := httpsafe.JoinPath(c.endpoint, "v2", "manage", "shared-repositories")
			u.RawQuery = filter.query(offset).Encode()
			return u
		},
		understand: func(got answer) *objection {
			var err error
			found, err = decodeShared(got.body, filter.Center)
			found.total = max(found.total, rangeTotal(got.header.Get("Content-Range")))
			return understood(got.body, err)
		},
	})
	return found, err
}

// query gives the filter as the service takes it. A name with levels is left to
// selects: whether it has to be sent with "/" or with "$" depends on the service,
// and the wrong one would find nothing.
func (f SharedFilter) query(offset int) url.Values {
	query := pageQuery(offset, pageSize)
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

// selects checks what the service gave: it matches names fuzzily, and may know a
// filter or not.
func (f SharedFilter) selects(r SharedRepository) bool {
	return (f.Namespace == "" || r.Namespace == f.Namespace) &&
		(f.Name == "" || r.Name == f.Name) &&
		(f.DomainName == "" || r.DomainName == "" || SameAccount(r.DomainName, f.DomainName)) &&
		(f.Status == nil || r.Status == nil || *r.Status == *f.Status)
}

// wireSharedRepository is a shared repository in a JSON body.
type wireSharedRepository struct {
	Name         string   `json:"name"`
	Category     string   `json:"category"`
	Description  string   `json:"description"`
	Size         int64    `json:"size"`
	IsPublic     bool     `json:"is_public"`
	NumImages    int64    `json:"num_images"`
	NumDownload  int64    `json:"num_download"`
	CreatedAt    string   `json:"created_at"`
	UpdatedAt    string   `json:"updated_at"`
	Path         string   `json:"path"`
	InternalPath string   `json:"internal_path"`
	DomainName   string   `json:"domain_name"`
	Namespace    string   `json:"namespace"`
	Tags         []string `json:"tags"`
	Status       *bool    `json:"status"`
	TotalRange   int      `json:"total_range"`
}

// decodeShared reads the body, a bare array; null is an empty one.
func decodeShared(body []byte, center Center) (piece[SharedRepository], error) {
	var elements []*wireSharedRepository
	if err := decodeJSON(body, &elements); err != nil {
		return piece[SharedRepository]{}, err
	}
	found := piece[SharedRepository]{items: make([]SharedRepository, 0, len(elements))}
	for i, element := range elements {
		if element == nil {
			return piece[SharedRepository]{}, fmt.Errorf("element %d of the list is null", i)
		}
		repository, err := element.repository(center)
		if err != nil {
			return piece[SharedRepository]{}, fmt.Errorf("element %d of the list is %w", i, err)
		}
		found.items = append(found.items, repository)
		found.total = max(found.total, element.TotalRange)
	}
	return found, nil
}

// repository checks that the element names a repository, and gives it.
func (w wireSharedRepository) repository(center Center) (SharedRepository, error) {
	repo := Repository{Namespace: w.Namespace, Name: repositoryFromWire(w.Name)}
	if err := repo.addressable(); err != nil {
		return SharedRepository{}, fmt.Errorf("no repository: %w", err)
	}
	if center == CenterSelf {
		w.Status = nil // it is sent, and means nothing
	}
	return SharedRepository{
		Namespace: repo.Namespace, Name: repo.Name, Category: w.Category, Description: w.Description,
		Size: w.Size, IsPublic: w.IsPublic, NumImages: w.NumImages, NumDownload: w.NumDownload,
		CreatedAt: w.CreatedAt, UpdatedAt: w.UpdatedAt, Path: w.Path, InternalPath: w.InternalPath,
		DomainName: w.DomainName, Tags: w.Tags, Status: w.Status,
	}, nil
}
