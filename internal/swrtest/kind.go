package swrtest

// Kind says which call of the two APIs a request is.
type Kind string

// The calls that the simulator serves (api.md, "Endpoints" and "Signing in").
const (
	// KindAny matches every request where a Kind selects some.
	KindAny Kind = ""
	// KindCreate is POST .../access-domains: share a repository.
	KindCreate Kind = "create"
	// KindList is GET .../access-domains: the shares of a repository.
	KindList Kind = "list"
	// KindGet is GET .../access-domains/{access_domain}: one share.
	KindGet Kind = "get"
	// KindUpdate is PATCH .../access-domains/{access_domain}.
	KindUpdate Kind = "update"
	// KindDelete is DELETE .../access-domains/{access_domain}.
	KindDelete Kind = "delete"
	// KindSharedRepositories is GET /v2/manage/shared-repositories.
	KindSharedRepositories Kind = "shared-repositories"
	// KindLogin is POST /v3/auth/tokens at the IAM.
	KindLogin Kind = "login"
	// KindUnknown is a request to no route that either API has.
	KindUnknown Kind = "unknown"
)

// Kinds returns the calls of both APIs, without KindAny and KindUnknown, in
// the order of api.md.
func Kinds() []Kind {
	return []Kind{
		KindCreate, KindList, KindGet, KindUpdate, KindDelete,
		KindSharedRepositories, KindLogin,
	}
}
