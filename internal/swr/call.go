package swr

import (
	"net/http"
	"net/url"
	"slices"
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
	callRepositories
	callSharedRepositories
)

// Two spellings of one path segment are in use: the document on sharing has
// "repos", the one on listing "repositories". See API.md, "Endpoints".
const (
	segmentRepos        = "repos"
	segmentRepositories = "repositories"
)

// calls has the method of each call, the documented spelling of the segment ("" if
// its path has neither), and the statuses that are documented, or known, as
// success. Any other 2xx proves nothing.
var calls = [...]struct {
	method  string
	segment string
	success []int
}{
	callCreate:             {http.MethodPost, segmentRepos, []int{http.StatusCreated}},
	callList:               {http.MethodGet, segmentRepositories, []int{http.StatusOK}},
	callGet:                {http.MethodGet, segmentRepositories, []int{http.StatusOK}},
	callUpdate:             {http.MethodPatch, segmentRepositories, []int{http.StatusOK, http.StatusCreated}},
	callDelete:             {http.MethodDelete, segmentRepositories, []int{http.StatusNoContent}},
	callRepositories:       {http.MethodGet, "", []int{http.StatusOK}},
	callSharedRepositories: {http.MethodGet, "", []int{http.StatusOK}},
}

func (c call) method() string { return calls[c].method }

// isWrite reports whether the call changes something.
func (c call) isWrite() bool { return c.method() != http.MethodGet }

// namesShare reports whether the URL of the call names one share.
func (c call) namesShare() bool { return c == callGet || c == callUpdate || c == callDelete }

// hasSegment reports whether the path of the call has the segment with two
// spellings.
func (c call) hasSegment() bool { return calls[c].segment != "" }

func (c call) isSuccess(status int) bool { return slices.Contains(calls[c].success, status) }

// routes is what is known of the server's routes.
type routes struct {
	// other is set for a call for which the server has not the documented spelling
	// but the other one.
	other [len(calls)]atomic.Bool
	// noGet: the server has no route to get one share by name.
	noGet atomic.Bool
	// filterForm is set for a list of repositories of which the server knows only
	// the older form.
	filterForm [len(calls)]atomic.Bool
}

// segment returns the spelling to try first.
func (r *routes) segment(c call) string {
	if r.other[c].Load() {
		return otherSegment(calls[c].segment)
	}
	return calls[c].segment
}

// remember stores the spelling that worked.
func (r *routes) remember(c call, segment string) { r.other[c].Store(segment != calls[c].segment) }

func otherSegment(segment string) string {
	if segment == segmentRepos {
		return segmentRepositories
	}
	return segmentRepos
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
