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
	kind       Kind
	segment    string // segmentRepos or segmentRepositories, or empty
	namespace  string
	repository string // with "/"
	account    string
}

// matchRoute reads a path as it stood on the wire. It is exact: a trailing or
// doubled slash, another base path or another method is no route. Whether the
// server offers the route is for Routes to say.
func matchRoute(method, basePath, escapedPath string) route {
	unknown := route{kind: KindUnknown}
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
		return byMethod(route{}, method, map[string]Kind{http.MethodPost: KindLogin})
	case matches(segments, "v2", "manage", "shared-repositories"):
		return byMethod(route{}, method, map[string]Kind{http.MethodGet: KindSharedRepositories})
	case matches(segments, "v2", "manage", "namespaces", "", "", "", "access-domains"):
		return byMethod(shareRoute(segments), method, map[string]Kind{
			http.MethodPost: KindCreate,
			http.MethodGet:  KindList,
		})
	case matches(segments, "v2", "manage", "namespaces", "", "", "", "access-domains", ""):
		r := shareRoute(segments)
		r.account = segments[7]
		return byMethod(r, method, map[string]Kind{
			http.MethodGet:    KindGet,
			http.MethodPatch:  KindUpdate,
			http.MethodDelete: KindDelete,
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

func byMethod(r route, method string, kinds map[string]Kind) route {
	kind, ok := kinds[method]
	if r.segment != "" && r.segment != segmentRepos && r.segment != segmentRepositories {
		ok = false
	}
	if !ok {
		return route{kind: KindUnknown}
	}
	r.kind = kind
	return r
}
