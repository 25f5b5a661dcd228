package swrtest

// Spelling says under which spelling of a path segment a call has a route
// (api.md, "Two spellings of one segment").
type Spelling int

// The spellings under which a call may be served.
const (
	// SpellingDocumented serves what documents name: both spellings for POST
	// (the older document says "repos", the newer ones "repositories"), and
	// "repositories" for the others.
	SpellingDocumented Spelling = iota
	// SpellingBoth serves "repos" and "repositories", as Open Telekom Cloud does.
	SpellingBoth
	// SpellingRepositories serves "repositories" alone.
	SpellingRepositories
	// SpellingRepos serves "repos" alone.
	SpellingRepos
	// SpellingNone has no route for the call.
	SpellingNone
)

// Routes says which routes a server has. The zero value is the documented
// modern server.
type Routes struct {
	Create, List, Get, Update, Delete Spelling
	// NoSharedRepositories takes GET /v2/manage/shared-repositories away.
	NoSharedRepositories bool
	// NoLogin takes POST /v3/auth/tokens away.
	NoLogin bool
}

// UniformRoutes returns routes with one spelling for all five calls on shares.
func UniformRoutes(s Spelling) Routes {
	return Routes{Create: s, List: s, Get: s, Update: s, Delete: s}
}

// MinimalRoutes is a server that offers what the two documents in testdata
// describe, and DELETE: POST under "repos", the list and DELETE under
// "repositories", and nothing else but the IAM.
func MinimalRoutes() Routes {
	return Routes{
		Create:               SpellingRepos,
		List:                 SpellingRepositories,
		Get:                  SpellingNone,
		Update:               SpellingNone,
		Delete:               SpellingRepositories,
		NoSharedRepositories: true,
	}
}

// NoRoutes is an endpoint that has none of the routes: a mistyped one, or a proxy.
func NoRoutes() Routes {
	r := UniformRoutes(SpellingNone)
	r.NoSharedRepositories = true
	r.NoLogin = true
	return r
}

// serves says whether the server has the route.
func (r Routes) serves(rt route) bool {
	var spelling Spelling
	switch rt.kind {
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
	case OpSharedRepositories:
		return !r.NoSharedRepositories
	case OpLogin:
		return !r.NoLogin
	default:
		return false
	}
	switch spelling {
	case SpellingDocumented:
		return rt.segment == segmentRepositories || rt.kind == OpCreate
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
