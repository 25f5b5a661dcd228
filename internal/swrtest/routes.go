package swrtest

import (
	"net/http"
	"net/url"
	"strings"
)

// Operation is a call of one of the two APIs.
type Operation string

const (
	// OpAny matches every request where an operation selects some.
	OpAny                Operation = ""
	OpCreate             Operation = "create" // share a repository with an account
	OpList               Operation = "list"   // the shares of a repository
	OpGet                Operation = "get"    // one share
	OpUpdate             Operation = "update"
	OpDelete             Operation = "delete"
	OpRepositories       Operation = "repositories" // of the account
	OpSharedRepositories Operation = "shared-repositories"

	// The calls of the IAM.
	OpLogin          Operation = "login"           // a token for a password or another token
	OpAssumeRole     Operation = "assume-role"     // a token of an agency
	OpIDToken        Operation = "id-token"        // a token for an OpenID Connect id token
	OpSecurityTokens Operation = "security-tokens" // a temporary key pair of an agency
	OpShowToken      Operation = "show-token"
	OpProjects       Operation = "projects"
	OpDomains        Operation = "domains"
	OpUsers          Operation = "users"
	OpCatalog        Operation = "catalog"

	// OpUnknown is a request to a path or method that neither API has.
	OpUnknown Operation = "unknown"
)

// endpoint is a method and path of one of the APIs.
type endpoint struct {
	op      Operation
	method  string
	pattern []string // path segments, without the base path
}

const (
	pathOfShares = "v2/manage/namespaces/{namespace}/{segment}/{repository}/access-domains"
	pathOfShare  = pathOfShares + "/{account}"
	pathOfTokens = "v3/auth/tokens"
)

// endpoints are in the order of API.md, "Endpoints" and "Signing in".
var endpoints = []endpoint{
	newEndpoint(OpCreate, http.MethodPost, pathOfShares),
	newEndpoint(OpList, http.MethodGet, pathOfShares),
	newEndpoint(OpGet, http.MethodGet, pathOfShare),
	newEndpoint(OpUpdate, http.MethodPatch, pathOfShare),
	newEndpoint(OpDelete, http.MethodDelete, pathOfShare),
	newEndpoint(OpRepositories, http.MethodGet, "v2/manage/repos"),
	newEndpoint(OpSharedRepositories, http.MethodGet, "v2/manage/shared-repositories"),
	newEndpoint(OpLogin, http.MethodPost, pathOfTokens),
	newEndpoint(OpAssumeRole, http.MethodPost, pathOfTokens), // by its body: see tokenOperation
	newEndpoint(OpIDToken, http.MethodPost, "v3.0/OS-AUTH/id-token/tokens"),
	newEndpoint(OpSecurityTokens, http.MethodPost, "v3.0/OS-CREDENTIAL/securitytokens"),
	newEndpoint(OpShowToken, http.MethodGet, pathOfTokens),
	newEndpoint(OpProjects, http.MethodGet, "v3/projects"),
	newEndpoint(OpDomains, http.MethodGet, "v3/auth/domains"),
	newEndpoint(OpUsers, http.MethodGet, "v3/users"),
	newEndpoint(OpCatalog, http.MethodGet, "v3/auth/catalog"),
}

func newEndpoint(op Operation, method, path string) endpoint {
	return endpoint{op, method, strings.Split(path, "/")}
}

// iam reports whether the IAM has the call, not SWR.
func (op Operation) iam() bool {
	switch op {
	case OpLogin, OpAssumeRole, OpIDToken, OpSecurityTokens, OpShowToken, OpProjects, OpDomains, OpUsers, OpCatalog:
		return true
	}
	return false
}

// Operations returns the operations of both APIs, without OpAny and OpUnknown.
func Operations() []Operation {
	ops := make([]Operation, len(endpoints))
	for i, e := range endpoints {
		ops[i] = e.op
	}
	return ops
}

// route is the operation and the parameters of a request's method and path.
type route struct {
	op         Operation
	segment    string // segmentRepos, segmentRepositories, or empty
	namespace  string
	repository string // with "/"
	account    string
}

// matchRoute returns the route of a path as sent. It is exact: a trailing or
// doubled slash, another base path or another method is OpUnknown. Whether the
// server has the route is for Routes to decide.
func matchRoute(method, basePath, escapedPath string) route {
	unknown := route{op: OpUnknown}
	path, ok := strings.CutPrefix(escapedPath, basePath+"/")
	if !ok {
		return unknown
	}
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		decoded, err := url.PathUnescape(segment)
		// The gateway decodes an escaped slash and then has no such route:
		// "/" in a repository is sent as "$".
		if err != nil || decoded == "" || strings.Contains(decoded, "/") {
			return unknown
		}
		segments[i] = decoded
	}
	for _, e := range endpoints {
		if r, ok := e.match(segments); ok && e.method == method {
			return r
		}
	}
	return unknown
}

func (e endpoint) match(segments []string) (route, bool) {
	r := route{op: e.op}
	if len(segments) != len(e.pattern) {
		return r, false
	}
	for i, name := range e.pattern {
		value := segments[i]
		matches := true
		switch name {
		case "{namespace}":
			r.namespace = value
		case "{segment}":
			r.segment = value
			matches = value == segmentRepos || value == segmentRepositories
		case "{repository}":
			r.repository = strings.ReplaceAll(value, "$", "/")
		case "{account}":
			r.account = value
		default:
			matches = value == name
		}
		if !matches {
			return r, false
		}
	}
	return r, true
}

// The two spellings of one path segment.
const (
	segmentRepos        = "repos"
	segmentRepositories = "repositories"
)

// Spelling selects the spellings of a path segment under which a call has a
// route (API.md, "Two spellings of one segment").
type Spelling int

const (
	// SpellingDocumented is what the documents have: both spellings for POST
	// ("repos" in the older one, "repositories" in the newer ones), and
	// "repositories" for the others.
	SpellingDocumented   Spelling = iota
	SpellingBoth                  // as on Open Telekom Cloud
	SpellingRepositories          // "repositories" only
	SpellingRepos                 // "repos" only
	SpellingNone                  // no route for the call
)

// Routes selects the routes of a server. The zero value is the documented
// modern server.
type Routes struct {
	Create, List, Get, Update, Delete Spelling
	NoRepositories                    bool // no GET /v2/manage/repos
	NoSharedRepositories              bool // no GET /v2/manage/shared-repositories
	NoIAM                             bool // no IAM
}

// UniformRoutes returns routes with one spelling for all five calls on shares.
func UniformRoutes(s Spelling) Routes {
	return Routes{Create: s, List: s, Get: s, Update: s, Delete: s}
}

// MinimalRoutes returns the routes of the two documents in testdata, and
// DELETE: POST under "repos", the list and DELETE under "repositories", and the
// IAM.
func MinimalRoutes() Routes {
	r := UniformRoutes(SpellingNone)
	r.Create, r.List, r.Delete = SpellingRepos, SpellingRepositories, SpellingRepositories
	r.NoRepositories, r.NoSharedRepositories = true, true
	return r
}

// NoRoutes returns the routes of an endpoint that is not SWR: a mistyped one,
// or a proxy.
func NoRoutes() Routes {
	r := UniformRoutes(SpellingNone)
	r.NoRepositories, r.NoSharedRepositories, r.NoIAM = true, true, true
	return r
}

// serves reports whether the server has the route.
func (r Routes) serves(rt route) bool {
	if rt.op.iam() {
		return !r.NoIAM
	}
	spelling := SpellingNone
	switch rt.op {
	case OpCreate:
		spelling = r.Create
	case OpList:
		spelling = r.List
	case OpGet:
		spelling = r.Get
	case OpUpdate:
		spelling = r.Update
	case OpDelete:
		spelling = r.Delete
	case OpRepositories:
		return !r.NoRepositories
	case OpSharedRepositories:
		return !r.NoSharedRepositories
	}
	switch spelling {
	case SpellingDocumented:
		return rt.segment == segmentRepositories || rt.op == OpCreate
	case SpellingBoth:
		return true
	case SpellingRepositories:
		return rt.segment == segmentRepositories
	case SpellingRepos:
		return rt.segment == segmentRepos
	default:
		return false
	}
}
