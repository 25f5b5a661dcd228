package swr

import (
	"net/http"
	"net/url"
	"sync/atomic"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

// call is an operation of the API.
type call int

const (
	callCreate call = iota
	callList
	callGet
	callUpdate
	callDelete
	callSharedRepositories
)

// isWrite reports whether the call changes something.
func (c call) isWrite() bool { return c == callCreate || c == callUpdate || c == callDelete }

// namesShare reports whether the URL of the call names one share.
func (c call) namesShare() bool { return c == callGet || c == callUpdate || c == callDelete }

// isSuccess reports whether the status is documented, or known, as the success
// of the call. Any other 2xx proves nothing.
func (c call) isSuccess(status int) bool {
	switch c {
	case callCreate:
		return status == http.StatusCreated
	case callUpdate:
		return status == http.StatusOK || status == http.StatusCreated
	case callDelete:
		return status == http.StatusNoContent
	default:
		return status == http.StatusOK
	}
}

// Two spellings of one path segment are in use: the document on sharing has
// "repos", the one on listing "repositories". See API.md, "Endpoints".
const (
	segmentRepos        = "repos"
	segmentRepositories = "repositories"
)

// routes has the spelling that the server knows for each call. It starts with the
// documented ones.
type routes struct {
	other [callSharedRepositories + 1]atomic.Bool
	// noGet: the server has no route to get one share by name.
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

// remember stores the spelling that worked.
func (r *routes) remember(c call, segment string) {
	documented := segmentRepositories
	if c == callCreate {
		documented = segmentRepos
	}
	r.other[c].Store(segment != documented)
}

// accessDomainsURL returns the URL of a repository's shares, or of the share with
// the account if that is not empty. The names must be addressable.
func accessDomainsURL(endpoint *url.URL, segment string, repo Repository, account string) *url.URL {
	parts := []string{"v2", "manage", "namespaces", repo.Namespace, segment, repositoryToAPI(repo.Name), "access-domains"}
	if account != "" {
		parts = append(parts, account)
	}
	return httpsafe.JoinPath(endpoint, parts...)
}
