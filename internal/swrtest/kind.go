package swrtest

// Kind says which call of the two APIs a request is.
type Operation string

// The calls that the simulator serves (api.md, "Endpoints" and "Signing in").
const (
	// KindAny matches every request where a Kind selects some.
	OpAny Operation = ""
	// KindCreate is POST .../access-domains: share a repository.
	OpCreate Operation = "create"
	// KindList is GET .../access-domains: the shares of a repository.
	OpList Operation = "list"
	// KindGet is GET .../access-domains/{access_domain}: one share.
	OpGet Operation = "get"
	// KindUpdate is PATCH .../access-domains/{access_domain}.
	OpUpdate Operation = "update"
	// KindDelete is DELETE .../access-domains/{access_domain}.
	OpDelete Operation = "delete"
	// KindSharedRepositories is GET /v2/manage/shared-repositories.
	OpSharedRepositories Operation = "shared-repositories"
	// KindLogin is POST /v3/auth/tokens at the IAM.
	OpLogin Operation = "login"
	// KindUnknown is a request to no route that either API has.
	OpUnknown Operation = "unknown"
)

// Kinds returns the calls of both APIs, without KindAny and KindUnknown, in
// the order of api.md.
func Operations() []Operation {
	return []Operation{
		OpCreate, OpList, OpGet, OpUpdate, OpDelete,
		OpSharedRepositories, OpLogin,
	}
}
