package swrtest

import (
	"net/http"
	"strings"
	"time"
)

// Variants are the ways in which servers differ (API.md). The zero value is the
// plain server of the newer documents; each field departs from it in one way,
// and they combine.
type Variants struct {
	Routes      Routes
	NoSuchRoute NoRouteResponse

	// Responses to calls on a share that does not exist.
	MissingOnGet, MissingOnDelete, MissingOnUpdate MissingShare
	// Codes of a 404; empty: SVCSTG.SWR.4040091, .4040058 and .4040010.
	MissingShareCode, MissingNamespaceCode, MissingRepositoryCode string
	// ConflictWithoutCode is a POST of an existing share that returns a bare
	// 409, without SVCSTG.SWR.4090089.
	ConflictWithoutCode bool

	// CreateStatus, UpdateStatus and DeleteStatus replace 201, 201 and 204.
	CreateStatus, UpdateStatus, DeleteStatus int
	// WriteBodyObject returns `{}` to POST and PATCH instead of no body.
	WriteBodyObject bool
	// PatchKeepsDescription is a PATCH without description that keeps the old
	// one instead of clearing it.
	PatchKeepsDescription bool

	// ResponseAccountCase is the case of accounts in responses.
	ResponseAccountCase LetterCase
	// StoredAccountCase is the case in which a POST stores the account. With
	// CaseSensitivePaths the share is then found only under that spelling.
	StoredAccountCase LetterCase
	// AccountName is the name under which the service knows an account, for POST and
	// for paths: another case of letters beyond ASCII, or another name altogether.
	// Nil: as it was sent.
	AccountName func(string) string
	// CaseSensitivePaths finds a share only under its stored spelling, and
	// allows shares that differ only in case.
	CaseSensitivePaths bool
	// RejectRepeatedHyphens reads the rule of names strictly.
	RejectRepeatedHyphens bool
	// DollarInBodies returns repositories with "$" instead of "/".
	DollarInBodies bool
	DeadlineFormat DeadlineFormat
	// TimeDigits is the number of digits (0 to 9) of the fraction in created
	// and updated.
	TimeDigits int

	Paging Paging
	// LimitWithoutOffset allows limit without offset, and offset without limit.
	LimitWithoutOffset bool
	// ListContentRange adds Content-Range to lists of a server that pages.
	ListContentRange bool
	// NullLists returns `null` for an empty list.
	NullLists bool
	// NewestFirst orders lists by creation, newest first, instead of by account.
	NewestFirst bool
	// HideExpired leaves expired shares out of lists.
	HideExpired bool
	// NoRepositoryTotals leaves Content-Range and total_range out of the lists of
	// repositories.
	NoRepositoryTotals bool
	// FilterFormOnly is a server with the older form of the lists of repositories:
	// all parameters are in one, filter, and names are matched fuzzily.
	FilterFormOnly bool
	// DocumentLayout formats JSON over lines as in the list document's example.
	DocumentLayout bool

	// ListDelay and GetDelay are how long a list, and GET of one share, keep
	// returning what was there before a write.
	ListDelay, GetDelay Delays

	// ErrorShape is the body of SWR's own errors. Errors of the gateway
	// (APIGW.…) and of the IAM have shapes of their own.
	ErrorShape ErrorShape
	// ErrorContentType is the Content-Type of errors; empty: as fits the body;
	// "-": none.
	ErrorContentType string
	AuthErrors       AuthErrorFormat
	Signatures       SignatureFormats
	RequestID        RequestIDLocation
	// NoDate leaves the Date header out.
	NoDate bool
	// ClockSkew is how far the server's clock (Date, created, status, the check
	// of signatures) is ahead of the simulator's.
	ClockSkew time.Duration
	// Gzip compresses bodies for clients that accept it.
	Gzip bool

	// CatalogWithSWR lists SWR in the IAM's catalog; real ones often lack it.
	CatalogWithSWR bool
	// CatalogWithSMN lists SMN, whose host gophertelekomcloud makes SWR's from.
	CatalogWithSMN bool
	// UnknownProjectStatus is the status of a login with an unknown project, and
	// of a signed request with an unknown X-Project-Id: 0 (401) or 403.
	UnknownProjectStatus int

	// OlderClients accepts what the clients of the two older providers send
	// though no document has it. Real servers accept it too.
	OlderClients bool
}

// NoRouteResponse is the response to a request for a route that the server does
// not have (API.md, "No such route").
type NoRouteResponse int

const (
	NoRouteGateway NoRouteResponse = iota // APIGW.0101
	NoRouteSWR                            // SVCSTG.SWR.4040083
	NoRoutePlain                          // a plain text page
	NoRouteHTML                           // an HTML page
	NoRouteEmpty                          // no body
)

// MissingShare is the response to a call on a share that does not exist (API.md,
// "Missing"). PATCH is not documented: its forms follow from GET and DELETE.
type MissingShare int

const (
	MissingDefault    MissingShare = iota // GET: 200 with "exist": false; DELETE: 204; PATCH: 404
	MissingNotFound                       // 404 with MissingShareCode
	MissingBadRequest                     // 400 with SVCSTG.SWR.4001090
)

// LetterCase is the case in which a server stores or returns accounts. Only
// ASCII letters have one.
type LetterCase int

const (
	CaseAsSent LetterCase = iota
	CaseUpper
	CaseLower
)

func (c LetterCase) apply(account string) string {
	switch c {
	case CaseUpper:
		return foldUpper(account)
	case CaseLower:
		return fold(account)
	default:
		return account
	}
}

// storedAccount returns the spelling in which a POST stores an account.
func (v Variants) storedAccount(account string) string {
	if v.AccountName != nil {
		account = v.AccountName(account)
	}
	return v.StoredAccountCase.apply(account)
}

// accountInPath returns the account that a path means.
func (v Variants) accountInPath(account string) string {
	if v.AccountName != nil && !v.CaseSensitivePaths {
		return v.AccountName(account)
	}
	return account
}

// DeadlineFormat is the format of deadlines in responses. What is not a time
// ("forever") is returned unchanged.
type DeadlineFormat int

const (
	DeadlineMillis   DeadlineFormat = iota // 2031-03-31T16:00:00.000Z, as in the documents
	DeadlineAsSent                         // the text of the request
	DeadlineSeconds                        // 2031-03-31T16:00:00Z
	DeadlineMicros                         // 2031-03-31T16:00:00.000000Z
	DeadlineNanos                          // 2031-03-31T16:00:00.000000000Z
	DeadlineOffset                         // 2031-03-31T16:00:00+00:00
	DeadlineMidnight                       // 2031-03-31T00:00:00.000Z: validity counts in whole days
)

func (f DeadlineFormat) apply(deadline string) string {
	t, ok := parseDeadline(deadline)
	switch {
	case !ok || f == DeadlineAsSent:
		return deadline
	case f == DeadlineOffset:
		return t.Format("2006-01-02T15:04:05+00:00")
	case f == DeadlineMidnight:
		t = t.Truncate(24 * time.Hour)
	}
	digits, ok := map[DeadlineFormat]int{DeadlineSeconds: 0, DeadlineMicros: 6, DeadlineNanos: 9}[f]
	if !ok {
		digits = 3
	}
	return formatTime(t, digits)
}

// Paging is what the list of a repository's shares does with limit and offset
// (API.md, "Lists"). Without them all servers return 100 records.
type Paging int

const (
	PagingHonored  Paging = iota // as in sibling lists
	PagingIgnored                // always the first 100
	PagingRejected               // 400 SVCSTG.SWR.4000014
)

// Delays are the delays after each kind of write.
type Delays struct {
	Create, Update, Delete Delay
}

// Delay is how long a write does not show: for a time on the simulator's clock,
// for a number of reads, or for both, whichever lasts longer.
type Delay struct {
	For   time.Duration
	Reads int
}

// ErrorShape is the shape of an error's body (API.md, "Other errors").
type ErrorShape int

const (
	ShapeErrors  ErrorShape = iota // {"errors":[{"errorCode",…}]}
	ShapeArray                     // [{"errorCode",…}]
	ShapeObject                    // {"errorCode","errorMessage"}
	ShapeGateway                   // {"error_code","error_msg","request_id"}
	ShapeIAM                       // {"error":{"code","message","title"}}
	ShapeHTML                      // an HTML page
	ShapeEmpty                     // no body
)

// AuthErrorFormat is the format of a 401.
type AuthErrorFormat int

const (
	AuthSWR     AuthErrorFormat = iota // SVCSTG.SWR.4010000
	AuthGateway                        // APIGW.0301
)

// SignatureFormats selects the forms of Authorization that a server accepts
// (API.md, "Signing in").
type SignatureFormats int

const (
	SignatureBoth       SignatureFormats = iota
	SignatureAccess                      // Access=AK only
	SignatureCredential                  // Credential=AK/… only
	SignatureNone                        // tokens only
)

// RequestIDLocation is where a response has its request id. The gateway's errors
// have it in the body too, except with RequestIDNowhere.
type RequestIDLocation int

const (
	RequestIDInHeader RequestIDLocation = iota // X-Request-Id
	RequestIDInBody                            // request_id in error bodies
	RequestIDNowhere
)

// NamedVariant is one departure from the zero Variants, for the command's
// -variant and for tests that run with each of them.
type NamedVariant struct {
	Name    string
	Summary string // one line
	Apply   func(*Variants)
}

// NamedVariants returns every variant of API.md, in a fixed order.
func NamedVariants() []NamedVariant { return append([]NamedVariant(nil), namedVariants...) }

// VariantByName returns the variant of a name.
func VariantByName(name string) (NamedVariant, bool) {
	for _, v := range namedVariants {
		if v.Name == name {
			return v, true
		}
	}
	return NamedVariant{}, false
}

// lateBy is how long the late-* variants lag behind a write.
var lateBy = Delay{For: 2 * time.Second}

func afterEachWrite(d Delay) Delays { return Delays{Create: d, Update: d, Delete: d} }

var namedVariants = []NamedVariant{
	{"both-spellings", "every call under repos and under repositories", func(v *Variants) { v.Routes = UniformRoutes(SpellingBoth) }},
	{"only-repositories", "every call under repositories only", func(v *Variants) { v.Routes = UniformRoutes(SpellingRepositories) }},
	{"only-repos", "every call under repos only", func(v *Variants) { v.Routes = UniformRoutes(SpellingRepos) }},
	{"seed-documents-only", "POST under repos, list and DELETE under repositories, nothing else", func(v *Variants) {
		v.Routes = MinimalRoutes()
	}},
	{"no-get-one", "no route to get one share", func(v *Variants) { v.Routes.Get = SpellingNone }},
	{"no-patch", "no route to update a share", func(v *Variants) { v.Routes.Update = SpellingNone }},
	{"no-repositories", "no route to list repositories", func(v *Variants) { v.Routes.NoRepositories = true }},
	{"no-shared-repositories", "no route to list shared repositories", func(v *Variants) { v.Routes.NoSharedRepositories = true }},
	{"no-routes", "404 to everything", func(v *Variants) { v.Routes = NoRoutes() }},
	{"no-route-swr", "no such route: SVCSTG.SWR.4040083 instead of APIGW.0101", func(v *Variants) { v.NoSuchRoute = NoRouteSWR }},
	{"no-route-plain", "no such route: a plain 404 page", func(v *Variants) { v.NoSuchRoute = NoRoutePlain }},
	{"no-route-html", "no such route: an HTML 404 page", func(v *Variants) { v.NoSuchRoute = NoRouteHTML }},
	{"no-route-empty", "no such route: a 404 without a body", func(v *Variants) { v.NoSuchRoute = NoRouteEmpty }},

	{"missing-get-404", "GET of a missing share: 404 instead of exist false", func(v *Variants) { v.MissingOnGet = MissingNotFound }},
	{"missing-get-400", "GET of a missing share: 400 SVCSTG.SWR.4001090", func(v *Variants) { v.MissingOnGet = MissingBadRequest }},
	{"missing-delete-404", "DELETE of a missing share: 404 instead of 204", func(v *Variants) { v.MissingOnDelete = MissingNotFound }},
	{"missing-delete-400", "DELETE of a missing share: 400 SVCSTG.SWR.4001090", func(v *Variants) { v.MissingOnDelete = MissingBadRequest }},
	{"missing-patch-400", "PATCH of a missing share: 400 instead of 404", func(v *Variants) { v.MissingOnUpdate = MissingBadRequest }},
	{"missing-namespace-4041061", "missing namespace: 4041061 instead of 4040058", func(v *Variants) {
		v.MissingNamespaceCode = "SVCSTG.SWR.4041061"
	}},
	{"missing-repository-4040113", "missing repository: 4040113 instead of 4040010", func(v *Variants) {
		v.MissingRepositoryCode = "SVCSTG.SWR.4040113"
	}},
	{"conflict-without-code", "POST of an existing share: a bare 409", func(v *Variants) { v.ConflictWithoutCode = true }},

	{"write-body-object", "POST and PATCH return {} instead of no body", func(v *Variants) { v.WriteBodyObject = true }},
	{"create-200", "POST returns 200", func(v *Variants) { v.CreateStatus = http.StatusOK }},
	{"create-202", "POST returns 202", func(v *Variants) { v.CreateStatus = http.StatusAccepted }},
	{"patch-200", "PATCH returns 200", func(v *Variants) { v.UpdateStatus = http.StatusOK }},
	{"patch-202", "PATCH returns 202", func(v *Variants) { v.UpdateStatus = http.StatusAccepted }},
	{"patch-204", "PATCH returns 204", func(v *Variants) { v.UpdateStatus = http.StatusNoContent }},
	{"delete-200", "DELETE returns 200", func(v *Variants) { v.DeleteStatus = http.StatusOK }},
	{"delete-202", "DELETE returns 202", func(v *Variants) { v.DeleteStatus = http.StatusAccepted }},
	{"patch-keeps-description", "PATCH without description keeps the old one", func(v *Variants) { v.PatchKeepsDescription = true }},

	{"accounts-upper", "accounts are returned in upper case", func(v *Variants) { v.ResponseAccountCase = CaseUpper }},
	{"accounts-lower", "accounts are returned in lower case", func(v *Variants) { v.ResponseAccountCase = CaseLower }},
	{"case-sensitive-paths", "paths match only the stored spelling of an account", func(v *Variants) { v.CaseSensitivePaths = true }},
	{"stored-upper-case-sensitive", "accounts are stored in upper case, and paths match only that", func(v *Variants) {
		v.StoredAccountCase, v.CaseSensitivePaths = CaseUpper, true
	}},
	{"accounts-unicode-lower", "accounts are stored, and looked for, in lower case, beyond ASCII too", func(v *Variants) {
		v.AccountName = strings.ToLower
	}},
	{"dollar-in-bodies", "repositories are returned with $ for /", func(v *Variants) { v.DollarInBodies = true }},
	{"refuse-repeated-hyphens", "names with repeated hyphens are rejected", func(v *Variants) { v.RejectRepeatedHyphens = true }},

	{"deadline-as-sent", "deadlines are returned as they were sent", func(v *Variants) { v.DeadlineFormat = DeadlineAsSent }},
	{"deadline-seconds", "deadlines are returned without fraction", func(v *Variants) { v.DeadlineFormat = DeadlineSeconds }},
	{"deadline-micros", "deadlines are returned with 6 digits of fraction", func(v *Variants) { v.DeadlineFormat = DeadlineMicros }},
	{"deadline-nanos", "deadlines are returned with 9 digits of fraction", func(v *Variants) { v.DeadlineFormat = DeadlineNanos }},
	{"deadline-offset", "deadlines are returned with +00:00", func(v *Variants) { v.DeadlineFormat = DeadlineOffset }},
	{"deadline-midnight", "deadlines are returned as midnight of their day", func(v *Variants) { v.DeadlineFormat = DeadlineMidnight }},
	{"times-micros", "created and updated with 6 digits of fraction", func(v *Variants) { v.TimeDigits = 6 }},
	{"times-nanos", "created and updated with 9 digits of fraction", func(v *Variants) { v.TimeDigits = 9 }},
	{"no-date", "no Date header", func(v *Variants) { v.NoDate = true }},
	{"clock-ahead", "the server's clock is 10 minutes ahead", func(v *Variants) { v.ClockSkew = 10 * time.Minute }},
	{"clock-behind", "the server's clock is 10 minutes behind", func(v *Variants) { v.ClockSkew = -10 * time.Minute }},

	{"list-ignores-paging", "lists ignore limit and offset: always the first 100", func(v *Variants) { v.Paging = PagingIgnored }},
	{"list-refuses-paging", "lists reject limit and offset with 400", func(v *Variants) { v.Paging = PagingRejected }},
	{"list-content-range", "lists have Content-Range", func(v *Variants) { v.ListContentRange = true }},
	{"list-limit-alone", "lists accept limit without offset", func(v *Variants) { v.LimitWithoutOffset = true }},
	{"list-null", "empty lists are null", func(v *Variants) { v.NullLists = true }},
	{"list-newest-first", "lists are ordered by creation, newest first", func(v *Variants) { v.NewestFirst = true }},
	{"list-hides-expired", "lists leave expired shares out", func(v *Variants) { v.HideExpired = true }},
	{"repositories-without-totals", "lists of repositories without Content-Range and total_range", func(v *Variants) { v.NoRepositoryTotals = true }},
	{"repositories-filter-only", "lists of repositories take filter=center::self|… only", func(v *Variants) { v.FilterFormOnly = true }},
	{"document-layout", "JSON is formatted over lines as in the documents", func(v *Variants) { v.DocumentLayout = true }},

	{"late-list", "lists show each write 2 s later", func(v *Variants) { v.ListDelay = afterEachWrite(lateBy) }},
	{"late-get-one", "GET of one share shows each write 2 s later", func(v *Variants) { v.GetDelay = afterEachWrite(lateBy) }},
	{"late-create", "a new share appears 2 s later everywhere", func(v *Variants) {
		v.ListDelay.Create, v.GetDelay.Create = lateBy, lateBy
	}},
	{"late-delete", "a revoked share disappears 2 s later everywhere", func(v *Variants) {
		v.ListDelay.Delete, v.GetDelay.Delete = lateBy, lateBy
	}},
	{"late-by-two-reads", "lists and GET of one share show each write at the third read", func(v *Variants) {
		v.ListDelay, v.GetDelay = afterEachWrite(Delay{Reads: 2}), afterEachWrite(Delay{Reads: 2})
	}},

	{"errors-array", "error bodies are [{…}]", func(v *Variants) { v.ErrorShape = ShapeArray }},
	{"errors-object", "error bodies are {errorCode, errorMessage}", func(v *Variants) { v.ErrorShape = ShapeObject }},
	{"errors-gateway", "error bodies are {error_code, error_msg, request_id}", func(v *Variants) { v.ErrorShape = ShapeGateway }},
	{"errors-iam", "error bodies are {error: {code, message, title}}", func(v *Variants) { v.ErrorShape = ShapeIAM }},
	{"errors-html", "error bodies are HTML pages", func(v *Variants) { v.ErrorShape = ShapeHTML }},
	{"errors-empty", "errors have no body", func(v *Variants) { v.ErrorShape = ShapeEmpty }},
	{"errors-without-type", "errors have no Content-Type", func(v *Variants) { v.ErrorContentType = "-" }},
	{"errors-as-text", "errors have Content-Type text/plain", func(v *Variants) { v.ErrorContentType = typeText }},
	{"auth-gateway", "401 comes from the gateway, as APIGW.0301", func(v *Variants) { v.AuthErrors = AuthGateway }},
	{"request-id-in-body", "the request id is in error bodies", func(v *Variants) { v.RequestID = RequestIDInBody }},
	{"request-id-nowhere", "no request id", func(v *Variants) { v.RequestID = RequestIDNowhere }},

	{"gzip", "responses are compressed for clients that accept it", func(v *Variants) { v.Gzip = true }},
	{"signature-access", "only signatures with Access=", func(v *Variants) { v.Signatures = SignatureAccess }},
	{"signature-credential", "only signatures with Credential=", func(v *Variants) { v.Signatures = SignatureCredential }},
	{"signature-none", "only tokens, no signatures", func(v *Variants) { v.Signatures = SignatureNone }},
	{"catalog-with-swr", "the IAM's catalog lists SWR", func(v *Variants) { v.CatalogWithSWR = true }},
	{"catalog-with-smn", "the IAM's catalog lists SMN", func(v *Variants) { v.CatalogWithSMN = true }},
	{"unknown-project-403", "login with an unknown project: 403 instead of 401", func(v *Variants) {
		v.UnknownProjectStatus = http.StatusForbidden
	}}, {"older-clients", "what the opentelekomcloud and huaweicloud providers need", func(v *Variants) {
		v.OlderClients, v.CatalogWithSMN, v.CatalogWithSWR = true, true, true
		v.Routes = UniformRoutes(SpellingBoth) // gophertelekomcloud has repos in all calls
		v.WriteBodyObject = true               // terraform-provider-huaweicloud fails without a body
	}},
}
