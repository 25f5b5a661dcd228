package swrtest

import "time"

// Variants are the ways in which servers differ (api.md). The zero value is
// the plain server of the newer documents; each field departs from it in one
// way, and they combine.
type Variants struct {
	// Routes says which routes there are.
	Routes Routes
	// NoSuchRoute is how a route that does not exist is answered.
	NoSuchRoute NoRouteResponse

	// MissingOnGet, MissingOnDelete and MissingOnUpdate are the responses to
	// calls on a share that does not exist.
	MissingOnGet, MissingOnDelete, MissingOnUpdate MissingShare
	// MissingShareCode is the code of a 404 for a share that does not exist;
	// empty: SVCSTG.SWR.4040091.
	MissingShareCode string
	// MissingNamespaceCode is the code of a 404 for a namespace; empty:
	// SVCSTG.SWR.4040058. SVCSTG.SWR.4041061 was seen too.
	MissingNamespaceCode string
	// MissingRepositoryCode is the code of a 404 for a repository; empty:
	// SVCSTG.SWR.4040010. SVCSTG.SWR.4040113 was seen too.
	MissingRepositoryCode string
	// ConflictWithoutCode answers POST of an existing share with a bare 409,
	// without SVCSTG.SWR.4090089.
	ConflictWithoutCode bool

	// CreateStatus, UpdateStatus and DeleteStatus replace 201, 201 and 204.
	CreateStatus, UpdateStatus, DeleteStatus int
	// WriteBodyObject answers POST and PATCH with `{}` instead of nothing.
	WriteBodyObject bool
	// PatchKeepsDescription: a PATCH without description keeps the old one
	// instead of clearing it.
	PatchKeepsDescription bool

	// ResponseAccountCase is the case in which accounts are given back.
	ResponseAccountCase LetterCase
	// StoredAccountCase is the case in which a POST stores the account; with
	// CaseSensitivePaths the share is then found under that spelling alone.
	StoredAccountCase LetterCase
	// CaseSensitivePaths finds a share only under its stored spelling, and
	// lets shares exist side by side that differ in case alone.
	CaseSensitivePaths bool
	// RejectRepeatedHyphens reads the rule of names strictly.
	RejectRepeatedHyphens bool
	// DollarInBodies gives repositories back with "$" instead of "/".
	DollarInBodies bool
	// DeadlineFormat is how deadlines are written in answers.
	DeadlineFormat DeadlineFormat
	// TimeDigits is the number of digits (0 to 9) of the fraction in created
	// and updated.
	TimeDigits int

	// Paging is what the list makes of limit and offset.
	Paging Paging
	// LimitWithoutOffset lets limit stand without offset, and offset without limit.
	LimitWithoutOffset bool
	// ListContentRange adds Content-Range to lists of a server that pages.
	ListContentRange bool
	// NullLists answers `null` for an empty list.
	NullLists bool
	// NewestFirst orders lists by creation, newest first, instead of by account.
	NewestFirst bool
	// HideExpired leaves expired shares out of lists.
	HideExpired bool
	// NoSharedTotals leaves Content-Range and total_range out of
	// shared-repositories.
	NoSharedTotals bool
	// DocumentLayout spreads JSON answers over lines exactly as the list
	// document's example has it.
	DocumentLayout bool

	// ListDelay and GetDelay are how long a list, and GET one, go on showing
	// what was there before a write.
	ListDelay, GetDelay Delays

	// ErrorShape is the body of errors of SWR itself. Errors of the gateway
	// (APIGW.…) and of the IAM have shapes of their own.
	ErrorShape ErrorShape
	// ErrorContentType is the Content-Type of errors; empty: what fits the
	// body; "-": none.
	ErrorContentType string
	// AuthErrors is the form of a 401.
	AuthErrors AuthErrorFormat
	// Signatures says which forms of signature are taken.
	Signatures SignatureFormats
	// RequestID says where an answer names its request.
	RequestID RequestIDLocation
	// NoDate leaves the Date header out.
	NoDate bool
	// ClockSkew is how far the server's clock (Date, created, status, the
	// check of signatures) is ahead of the simulator's.
	ClockSkew time.Duration
	// Gzip compresses bodies for clients that offer to take it.
	Gzip bool

	// CatalogWithSWR lists SWR in the IAM's catalog; real ones often lack it.
	CatalogWithSWR bool
	// UnknownProjectStatus is the status of a login with an unknown project;
	// 0: 401. 403 is the other one.
	UnknownProjectStatus int
}

// NoRouteResponse is how a server says that it has no such route.
type NoRouteResponse int

// The forms of api.md, "No such route is not no such share".
const (
	NoRouteGateway NoRouteResponse = iota // APIGW.0101
	NoRouteSWR                            // SVCSTG.SWR.4040083
	NoRoutePlain                          // a plain text page
	NoRouteHTML                           // an HTML page
	NoRouteEmpty                          // no body at all
)

// MissingShare is the response to a call on a share that does not exist.
type MissingShare int

// The forms of api.md, "A share that does not exist". For PATCH they follow
// from GET and DELETE: it is not documented.
const (
	MissingDefault    MissingShare = iota // GET: 200 with "exist": false; DELETE: 204; PATCH: 404
	MissingNotFound                       // 404 with MissingShareCode
	MissingBadRequest                     // 400 with SVCSTG.SWR.4001090
)

// LetterCase is a case of letters (ASCII letters only).
type LetterCase int

// The cases in which a server may store or give back accounts.
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

// Paging is what the list of a repository's shares makes of limit and offset.
type Paging int

// The three servers of api.md, "List". All give 100 records where not asked.
const (
	PagingHonored  Paging = iota // as the sibling lists do
	PagingIgnored                // always the first 100
	PagingRejected               // 400 SVCSTG.SWR.4000014
)

// Delays are delays after each kind of write.
type Delays struct {
	Create, Update, Delete Delay
}

// Delay is how long a view of a share lags behind a write: for a time on the
// simulator's clock, for a number of looks, or for both, whichever lasts longer.
type Delay struct {
	For   time.Duration
	Reads int
}

// ErrorShape is the shape of an error's body (api.md, "Error bodies").
type ErrorShape int

// The shapes of api.md.
const (
	ShapeErrors  ErrorShape = iota // {"errors":[{"errorCode",…}]}
	ShapeArray                     // [{"errorCode",…}]
	ShapeObject                    // {"errorCode","errorMessage"}
	ShapeGateway                   // {"error_code","error_msg","request_id"}
	ShapeIAM                       // {"error":{"code","message","title"}}
	ShapeHTML                      // an HTML page
	ShapeEmpty                     // nothing
)

// AuthErrorFormat is the form of a 401.
type AuthErrorFormat int

// The forms of api.md.
const (
	AuthSWR     AuthErrorFormat = iota // SVCSTG.SWR.4010000
	AuthGateway                        // APIGW.0301
)

// SignatureFormats says which forms of Authorization a server takes.
type SignatureFormats int

// The forms of api.md, "Signing in".
const (
	SignatureBoth       SignatureFormats = iota
	SignatureAccess                      // Access=AK alone
	SignatureCredential                  // Credential=AK/… alone
	SignatureNone                        // tokens alone
)

// RequestIDLocation says where an answer names its request.
type RequestIDLocation int

// The places of api.md. The gateway's errors have a request_id in the body in
// any case but the last.
const (
	RequestIDInHeader RequestIDLocation = iota // X-Request-Id
	RequestIDInBody                            // request_id in error bodies
	RequestIDNowhere
)
