package swrtest

import (
	"net/http"
	"strings"
	"time"
)

// ReceivedRepository is a repository that another account shares with this one.
type ReceivedRepository struct {
	DomainName string // its owner
	Namespace  string
	Repository string // with "/"
	// Expired is the opposite of the answer's status.
	Expired     bool
	Description string
	Created     time.Time
}

func (r ReceivedRepository) sortKey() string {
	return strings.Join([]string{r.Namespace, r.Repository, r.DomainName}, "\x00")
}

// The two centers of GET /v2/manage/shared-repositories.
const (
	centerSelf       = "self"
	centerThirdparty = "thirdparty"
)

// sharedRepositoryJSON has the documented fields in the documented order.
type sharedRepositoryJSON struct {
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
func (c *call) sharedRepositories() answer {
	query, ok := c.query()
	if !ok {
		return c.badRequest("the query can't be read")
	}
	if problem := unknownParameter(query,
		"center", "namespace", "name", "domain_name", "status", paramLimit, paramOffset); problem != "" {
		return c.badRequest(problem)
	}
	status := query.Get("status")
	if query.Has("status") && status != "true" && status != "false" {
		return c.badRequest("status: neither true nor false")
	}
	p, problem := parsePage(query, false)
	if problem != "" {
		return c.badRequest(problem)
	}
	var all []sharedRepositoryJSON
	switch query.Get("center") {
	case centerSelf:
		all = c.sharedByMe()
	case centerThirdparty:
		all = c.sharedWithMe(status)
	default:
		return c.badRequest("center: neither self nor thirdparty")
	}
	matching := all[:0]
	for _, item := range all {
		// The filter of names is fuzzy: it finds parts of names too.
		if (query.Get("namespace") == "" || item.Namespace == query.Get("namespace")) &&
			(query.Get("domain_name") == "" || item.DomainName == query.Get("domain_name")) &&
			strings.Contains(item.Name, c.variants.repositoryInBody(query.Get("name"))) {
			matching = append(matching, item)
		}
	}
	return c.sharedPage(p, matching)
}

func (c *call) sharedPage(p page, all []sharedRepositoryJSON) answer {
	items := cutPage(p, all)
	if len(items) == 0 {
		items = []sharedRepositoryJSON{}
		if c.variants.NullLists {
			items = nil
		}
	}
	if c.variants.NoSharedTotals {
		return c.jsonAnswer(http.StatusOK, items)
	}
	total := len(all)
	for i := range items {
		items[i].TotalRange = &total
	}
	result := c.jsonAnswer(http.StatusOK, items)
	result.header.Set("Content-Range", p.contentRange(len(items), total))
	return result
}

// sharedByMe are the repositories with at least one share. Their status means
// nothing, and is false.
func (c *call) sharedByMe() []sharedRepositoryJSON {
	var items []sharedRepositoryJSON
	for _, key := range c.sim.store.sortedKeys() {
		repo := c.sim.store.repositories[key]
		if repo.count() > 0 {
			items = append(items, c.sharedRepository(ownerDomainName, key, "", repo.created))
		}
	}
	return items
}

// sharedWithMe are the repositories of others, of one status if that is given.
func (c *call) sharedWithMe(status string) []sharedRepositoryJSON {
	var items []sharedRepositoryJSON
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
) sharedRepositoryJSON {
	path := key.namespace + "/" + key.repository
	return sharedRepositoryJSON{
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
