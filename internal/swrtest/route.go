package swrtest

import (
	"net/http"
	"net/url"
	"strings"
)

// The two spellings of one path segment.
const (
	segmentRepos        = "repos"
	segmentRepositories = "repositories"
)

// route is what a request's method and path say.
type route struct {
	kind       Operation
	segment    string // segmentRepos or segmentRepositories, or empty
	namespace  string
	repository string // with "/"
	account    string
}

// matchRoute reads a path as it stood on the wire. It is exact: a trailing or
// doubled slash, another base path or another method is no route. Whether the
// server offers the route is for Routes to say.
func matchRoute(method, basePath, escapedPath string) route {
	unknown := route{kind: OpUnknown}
	rest, ok := strings.CutPrefix(escapedPath, basePath+"/")
	if !ok {
		return unknown
	}
	segments := strings.Split(rest, "/")
	for i, segment := range segments {
		decoded, err := url.PathUnescape(segment)
		// An escaped slash is a slash to the gateway, which then has no
		// such route: "/" in a repository travels as "$".
		if err != nil || decoded == "" || strings.Contains(decoded, "/") {
			return unknown
		}
		segments[i] = decoded
	}
	switch {
	case matches(segments, "v3", "auth", "tokens"):
		return byMethod(route{}, method, map[string]Operation{http.MethodPost: OpLogin})
	case matches(segments, "v2", "manage", "shared-repositories"):
		return byMethod(route{}, method, map[string]Operation{http.MethodGet: OpSharedRepositories})
	case matches(segments, "v2", "manage", "namespaces", "", "", "", "access-domains"):
		return byMethod(shareRoute(segments), method, map[string]Operation{
			http.MethodPost: OpCreate,
			http.MethodGet:  OpList,
		})
	case matches(segments, "v2", "manage", "namespaces", "", "", "", "access-domains", ""):
		r := shareRoute(segments)
		r.account = segments[7]
		return byMethod(r, method, map[string]Operation{
			http.MethodGet:    OpGet,
			http.MethodPatch:  OpUpdate,
			http.MethodDelete: OpDelete,
		})
	}
	return unknown
}

// matches compares segments with a pattern in which "" stands for anything.
func matches(segments []string, pattern ...string) bool {
	if len(segments) != len(pattern) {
		return false
	}
	for i, want := range pattern {
		if want != "" && segments[i] != want {
			return false
		}
	}
	return true
}

func shareRoute(segments []string) route {
	return route{
		namespace:  segments[3],
		segment:    segments[4],
		repository: strings.ReplaceAll(segments[5], "$", "/"),
	}
}

func byMethod(r route, method string, kinds map[string]Operation) route {
	kind, ok := kinds[method]
	if r.segment != "" && r.segment != segmentRepos && r.segment != segmentRepositories {
		ok = false
	}
	if !ok {
		return route{kind: OpUnknown}
	}
	r.kind = kind
	return r
}
