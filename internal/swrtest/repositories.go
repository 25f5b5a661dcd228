package swrtest

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"
)

// ReceivedRepository is a repository that another account shares with this one.
type ReceivedRepository struct {
	DomainName  string // its owner
	Namespace   string
	Repository  string // with "/"
	Expired     bool   // the opposite of status in responses
	Description string
	Created     time.Time
}

func (r ReceivedRepository) sortKey() string {
	return strings.Join([]string{r.Namespace, r.Repository, r.DomainName}, "\x00")
}

// repositoryJSON has the documented fields in the documented order.
type repositoryJSON struct {
	Name         string   `json:"name"`
	Category     string   `json:"category"`
	Description  string   `json:"description"`
	Size         int64    `json:"size"` // bytes
	IsPublic     bool     `json:"is_public"`
	NumImages    int      `json:"num_images"`
	NumDownload  int      `json:"num_download"`
	CreatedAt    string   `json:"created_at"`
	UpdatedAt    string   `json:"updated_at"`
	Path         string   `json:"path"`
	InternalPath string   `json:"internal_path"`
	DomainName   string   `json:"domain_name"`
	Namespace    string   `json:"namespace"`
	Tags         []string `json:"tags"`
	Status       bool     `json:"status"`
	TotalRange   *int     `json:"total_range,omitempty"`
}

// sharedRepositories is GET /v2/manage/shared-repositories.
func (c *call) sharedRepositories() (response, error) {
	query, err := c.sharedQuery()
	if err != nil {
		return response{}, err
	}
	status := query.Get("status")
	if query.Has("status") && status != "true" && status != "false" {
		return response{}, errors.New("status: neither true nor false")
	}
	p, err := parsePage(query, false)
	if err != nil {
		return response{}, err
	}
	var all []repositoryJSON
	switch query.Get("center") {
	case "self":
		all = c.sharedByMe()
	case "thirdparty":
		all = c.sharedWithMe(status)
	default:
		return response{}, errors.New("center: neither self nor thirdparty")
	}
	namespace, owner, name := query.Get("namespace"), query.Get("domain_name"), query.Get("name")
	matching := all[:0]
	for _, item := range all {
		if (namespace == "" || item.Namespace == namespace) && (owner == "" || item.DomainName == owner) &&
			// The filter of names is fuzzy: it matches parts of names too.
			strings.Contains(item.Name, c.variants.repositoryInBody(name)) {
			matching = append(matching, item)
		}
	}
	items, total := slicePage(p, matching), len(matching)
	if c.variants.NoRepositoryTotals {
		return listResponse(c, items), nil
	}
	for i := range items {
		items[i].TotalRange = &total
	}
	resp := listResponse(c, items)
	resp.header.Set("Content-Range", p.contentRange(len(items), total))
	return resp, nil
}

// sharedQuery returns the parameters of shared-repositories, in one of its forms.
func (c *call) sharedQuery() (url.Values, error) {
	if !c.variants.FilterFormOnly {
		return c.query("center", "namespace", "name", "domain_name", "status", paramLimit, paramOffset)
	}
	query, err := c.query("filter")
	if err != nil {
		return nil, err
	}
	parameters := url.Values{}
	for part := range strings.SplitSeq(query.Get("filter"), "|") {
		name, value, ok := strings.Cut(part, "::")
		if !ok || !slices.Contains([]string{"center", "namespace", "name", paramLimit, paramOffset}, name) {
			return nil, errors.New("filter: not a list of name::value")
		}
		parameters.Add(name, value)
	}
	return parameters, nil
}

// sharedByMe returns the repositories with at least one share. Their status has
// no meaning, and is false.
func (c *call) sharedByMe() []repositoryJSON {
	var items []repositoryJSON
	for _, key := range c.sim.store.sortedKeys() {
		repo := c.sim.store.repositories[key]
		if len(repo.shares()) > 0 {
			items = append(items, c.sharedRepository(ownerDomainName, key, "", repo.created))
		}
	}
	return items
}

// sharedWithMe returns the repositories of others, of one status if not empty.
func (c *call) sharedWithMe(status string) []repositoryJSON {
	var items []repositoryJSON
	for _, r := range c.sim.received {
		item := c.sharedRepository(r.DomainName, repositoryKey{r.Namespace, r.Repository}, r.Description, r.Created)
		item.Status = !r.Expired
		if status == "" || item.Status == (status == "true") {
			items = append(items, item)
		}
	}
	return items
}

func (c *call) sharedRepository(
	owner string, key repositoryKey, description string, created time.Time,
) repositoryJSON {
	path := key.namespace + "/" + key.repository
	return repositoryJSON{
		Name:         c.variants.repositoryInBody(key.repository),
		Category:     "other",
		Description:  description,
		Size:         22613216,
		NumImages:    1,
		CreatedAt:    formatTime(created, c.variants.TimeDigits),
		UpdatedAt:    formatTime(created, c.variants.TimeDigits),
		Path:         "swr.example.com/" + path + ":latest",
		InternalPath: "10.125.0.198:20202/" + path + ":latest",
		DomainName:   owner,
		Namespace:    key.namespace,
		Tags:         []string{"latest"},
	}
}
