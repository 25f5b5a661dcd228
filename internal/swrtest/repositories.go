package swrtest

import (
	"errors"
	"iter"
	"net/url"
	"slices"
	"strconv"
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

// repositoryJSON is an element of both lists. It has the documented fields in the documented order.
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

// repositories is GET /v2/manage/repos: the repositories of the account.
func (c *call) repositories() (response, error) {
	query, err := c.repositoryQuery("namespace", "name", "is_public")
	if err != nil {
		return response{}, err
	}
	public, err := parseFlag(query, "is_public")
	if err != nil {
		return response{}, err
	}
	name := query.Get("name")
	if strings.Contains(name, "/") {
		return response{}, errors.New(`name: "/" must be sent as "$"`)
	}
	name = strings.ReplaceAll(name, "$", "/")
	return c.listRepositories(query, func(yield func(repositoryJSON) bool) {
		for _, key := range c.sim.store.sortedKeys() {
			repo := c.sim.store.repositories[key]
			matches := name == "" || key.repository == name || c.variants.FilterFormOnly && strings.Contains(key.repository, name)
			if c.sim.store.namespaces[key.namespace] != c.caller.account {
				continue
			}
			if !matches || public != "" && public != strconv.FormatBool(repo.public) {
				continue
			}
			item := c.repositoryItem(c.caller.account.Name, key, "", repo.created)
			item.IsPublic = repo.public
			if !yield(item) {
				return
			}
		}
	})
}

// sharedRepositories is GET /v2/manage/shared-repositories.
func (c *call) sharedRepositories() (response, error) {
	query, err := c.repositoryQuery("center", "namespace", "name", "domain_name", "status")
	if err != nil {
		return response{}, err
	}
	status, err := parseFlag(query, "status")
	if err != nil {
		return response{}, err
	}
	var all []repositoryJSON
	switch query.Get("center") {
	case centerSelf:
		all = c.sharedByMe()
	case "thirdparty":
		all = c.sharedWithMe(status)
	default:
		return response{}, errors.New("center: neither self nor thirdparty")
	}
	owner, name := query.Get("domain_name"), c.variants.repositoryInBody(query.Get("name"))
	return c.listRepositories(query, func(yield func(repositoryJSON) bool) {
		for _, item := range all {
			// The filter of names is fuzzy: it matches parts of names too.
			if (owner == "" || item.DomainName == owner) && strings.Contains(item.Name, name) && !yield(item) {
				return
			}
		}
	})
}

// centerSelf selects repositories of the account.
const centerSelf = "self"

// repositoryQuery returns the parameters of a list of repositories, in the form that
// the server has. The older one knows fewer.
func (c *call) repositoryQuery(allowed ...string) (url.Values, error) {
	if !c.variants.FilterFormOnly {
		return c.query(append(allowed, paramLimit, paramOffset)...)
	}
	query, err := c.query("filter")
	if err != nil {
		return nil, err
	}
	parameters := url.Values{}
	for part := range strings.SplitSeq(query.Get("filter"), "|") {
		name, value, ok := strings.Cut(part, "::")
		if !ok || !slices.Contains([]string{"center", "namespace", "name", paramLimit, paramOffset}, name) || parameters.Has(name) {
			return nil, errors.New("filter: not a list of name::value")
		}
		parameters.Add(name, value)
	}
	if c.route.op == OpRepositories && parameters.Has("center") && parameters.Get("center") != centerSelf {
		return nil, errors.New("center: not self")
	}
	return parameters, nil
}

// parseFlag returns a parameter that is true, false or missing.
func parseFlag(query url.Values, name string) (string, error) {
	value := query.Get(name)
	if query.Has(name) && value != "true" && value != "false" {
		return "", errors.New(name + ": neither true nor false")
	}
	return value, nil
}

// listRepositories returns a page of the repositories in the queried namespace.
func (c *call) listRepositories(query url.Values, all iter.Seq[repositoryJSON]) (response, error) {
	p, err := parsePage(query, false)
	if err != nil {
		return response{}, err
	}
	var matching []repositoryJSON
	for item := range all {
		if namespace := query.Get("namespace"); namespace == "" || item.Namespace == namespace {
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

// sharedByMe returns the caller's repositories with at least one share. Their
// status has no meaning, and is false.
func (c *call) sharedByMe() []repositoryJSON {
	var items []repositoryJSON
	for _, key := range c.sim.store.sortedKeys() {
		repo := c.sim.store.repositories[key]
		if c.sim.store.namespaces[key.namespace] == c.caller.account && len(repo.shares()) > 0 {
			items = append(items, c.repositoryItem(c.caller.account.Name, key, "", repo.created))
		}
	}
	return items
}

// sharedWithMe returns the repositories of others, of one status if not empty.
// AddReceivedRepositories adds to those of the owner's account only.
func (c *call) sharedWithMe(status string) []repositoryJSON {
	var items []repositoryJSON
	received := c.sim.received
	if c.caller.account != c.sim.iam.owner() {
		received = nil
	}
	for _, r := range received {
		item := c.repositoryItem(r.DomainName, repositoryKey{r.Namespace, r.Repository}, r.Description, r.Created)
		item.Status = !r.Expired
		if status == "" || item.Status == (status == "true") {
			items = append(items, item)
		}
	}
	return items
}

func (c *call) repositoryItem(
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
