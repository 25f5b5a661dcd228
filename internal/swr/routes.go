package swr

import (
	"net/url"
	"sync/atomic"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

// Two spellings of one segment are in use: the sharing document writes "repos",
// the list document "repositories". See api.md, "Endpoints".
const (
	segmentRepos        = "repos"
	segmentRepositories = "repositories"
)

// routes remembers, for each call, which spelling the server knows. It starts
// from what the documents say.
type routes struct {
	other [callSharedRepositories + 1]atomic.Bool
	// noShow: neither spelling had a route for asking for one share by name.
	noGet atomic.Bool
}

func (r *routes) segment(c call) string {
	if (c == callCreate) != r.other[c].Load() {
		return segmentRepos
	}
	return segmentRepositories
}

func otherSegment(segment string) string {
	if segment == segmentRepos {
		return segmentRepositories
	}
	return segmentRepos
}

// keep remembers the spelling that worked.
func (r *routes) remember(c call, segment string) {
	documented := segmentRepositories
	if c == callCreate {
		documented = segmentRepos
	}
	r.other[c].Store(segment != documented)
}

// accessDomainsURL gives the URL of a repository's shares, or of the one with
// the account where that is not empty. The names must be addressable.
func accessDomainsURL(endpoint *url.URL, segment string, repo Repository, account string) *url.URL {
	parts := []string{"v2", "manage", "namespaces", repo.Namespace, segment, repositoryToAPI(repo.Name), "access-domains"}
	if account != "" {
		parts = append(parts, account)
	}
	return httpsafe.JoinPath(endpoint, parts...)
}
