package swrtest

import (
	"net/http"
	"time"
)

// NamedVariant is one departure from the zero Variants with a name, for the
// command's -variant and for tests that go through all of them.
type NamedVariant struct {
	Name    string
	Summary string // one line
	Apply   func(*Variants)
}

// delayed is how long the late-* variants lag behind a write.
const delayed = 2 * time.Second

// NamedVariants returns every variant of api.md by name, in a fixed order.
func NamedVariants() []NamedVariant {
	var all []NamedVariant
	for _, group := range [][]NamedVariant{
		routeVariants, missingVariants, writeVariants, nameVariants, timeVariants,
		listVariants, delayVariants, errorVariants, serverVariants,
	} {
		all = append(all, group...)
	}
	return all
}

// VariantByName finds a named variant.
func VariantByName(name string) (NamedVariant, bool) {
	for _, v := range NamedVariants() {
		if v.Name == name {
			return v, true
		}
	}
	return NamedVariant{}, false
}

var routeVariants = []NamedVariant{
	{"both-spellings", "every call under repos and under repositories", func(v *Variants) { v.Routes = UniformRoutes(SpellingBoth) }},
	{"only-repositories", "every call under repositories alone", func(v *Variants) { v.Routes = UniformRoutes(SpellingRepositories) }},
	{"only-repos", "every call under repos alone", func(v *Variants) { v.Routes = UniformRoutes(SpellingRepos) }},
	{"seed-documents-only", "POST under repos, list and DELETE under repositories, nothing else", func(v *Variants) { v.Routes = MinimalRoutes() }},
	{"no-get-one", "no route to show one share", func(v *Variants) { v.Routes.Get = SpellingNone }},
	{"no-patch", "no route to change a share", func(v *Variants) { v.Routes.Update = SpellingNone }},
	{"no-shared-repositories", "no route to list shared repositories", func(v *Variants) { v.Routes.NoSharedRepositories = true }},
	{"no-routes", "404 to everything", func(v *Variants) { v.Routes = NoRoutes() }},
	{"no-route-swr", "no such route: SVCSTG.SWR.4040083 instead of APIGW.0101", func(v *Variants) { v.NoSuchRoute = NoRouteSWR }},
	{"no-route-plain", "no such route: a plain 404 page", func(v *Variants) { v.NoSuchRoute = NoRoutePlain }},
	{"no-route-html", "no such route: an HTML 404 page", func(v *Variants) { v.NoSuchRoute = NoRouteHTML }},
	{"no-route-empty", "no such route: a 404 without a body", func(v *Variants) { v.NoSuchRoute = NoRouteEmpty }},
}

var missingVariants = []NamedVariant{
	{"missing-get-404", "GET of a missing share: 404 instead of exist false", func(v *Variants) { v.MissingOnGet = MissingNotFound }},
	{"missing-get-400", "GET of a missing share: 400 SVCSTG.SWR.4001090", func(v *Variants) { v.MissingOnGet = MissingBadRequest }},
	{"missing-delete-404", "DELETE of a missing share: 404 instead of 204", func(v *Variants) { v.MissingOnDelete = MissingNotFound }},
	{"missing-delete-400", "DELETE of a missing share: 400 SVCSTG.SWR.4001090", func(v *Variants) { v.MissingOnDelete = MissingBadRequest }},
	{"missing-patch-400", "PATCH of a missing share: 400 instead of 404", func(v *Variants) { v.MissingOnUpdate = MissingBadRequest }},
	{"missing-namespace-4041061", "missing namespace: 4041061 instead of 4040058", func(v *Variants) { v.MissingNamespaceCode = "SVCSTG.SWR.4041061" }},
	{"missing-repository-4040113", "missing repository: 4040113 instead of 4040010", func(v *Variants) { v.MissingRepositoryCode = "SVCSTG.SWR.4040113" }},
	{"conflict-without-code", "POST of an existing share: a bare 409", func(v *Variants) { v.ConflictWithoutCode = true }},
}

var writeVariants = []NamedVariant{
	{"write-body-object", "POST and PATCH answer {} instead of nothing", func(v *Variants) { v.WriteBodyObject = true }},
	{"create-200", "POST answers 200", func(v *Variants) { v.CreateStatus = http.StatusOK }},
	{"create-202", "POST answers 202", func(v *Variants) { v.CreateStatus = http.StatusAccepted }},
	{"patch-200", "PATCH answers 200", func(v *Variants) { v.UpdateStatus = http.StatusOK }},
	{"patch-202", "PATCH answers 202", func(v *Variants) { v.UpdateStatus = http.StatusAccepted }},
	{"patch-204", "PATCH answers 204", func(v *Variants) { v.UpdateStatus = http.StatusNoContent }},
	{"delete-200", "DELETE answers 200", func(v *Variants) { v.DeleteStatus = http.StatusOK }},
	{"delete-202", "DELETE answers 202", func(v *Variants) { v.DeleteStatus = http.StatusAccepted }},
	{"patch-keeps-description", "PATCH without description keeps it", func(v *Variants) { v.PatchKeepsDescription = true }},
}

var nameVariants = []NamedVariant{
	{"accounts-upper", "accounts come back in upper case", func(v *Variants) { v.ResponseAccountCase = CaseUpper }},
	{"accounts-lower", "accounts come back in lower case", func(v *Variants) { v.ResponseAccountCase = CaseLower }},
	{"case-sensitive-paths", "paths find the stored spelling of an account alone", func(v *Variants) { v.CaseSensitivePaths = true }},
	{"stored-upper-case-sensitive", "accounts are stored in upper case, and paths find that alone", func(v *Variants) {
		v.StoredAccountCase, v.CaseSensitivePaths = CaseUpper, true
	}},
	{"dollar-in-bodies", "repositories come back with $ for /", func(v *Variants) { v.DollarInBodies = true }},
	{"refuse-repeated-hyphens", "names with repeated hyphens are refused", func(v *Variants) { v.RejectRepeatedHyphens = true }},
}

var timeVariants = []NamedVariant{
	{"deadline-as-sent", "deadlines come back as they were sent", func(v *Variants) { v.DeadlineFormat = DeadlineAsSent }},
	{"deadline-seconds", "deadlines come back without fraction", func(v *Variants) { v.DeadlineFormat = DeadlineSeconds }},
	{"deadline-micros", "deadlines come back with 6 digits of fraction", func(v *Variants) { v.DeadlineFormat = DeadlineMicros }},
	{"deadline-nanos", "deadlines come back with 9 digits of fraction", func(v *Variants) { v.DeadlineFormat = DeadlineNanos }},
	{"deadline-offset", "deadlines come back with +00:00", func(v *Variants) { v.DeadlineFormat = DeadlineOffset }},
	{"deadline-midnight", "deadlines come back as midnight of their day", func(v *Variants) { v.DeadlineFormat = DeadlineMidnight }},
	{"times-micros", "created and updated with 6 digits of fraction", func(v *Variants) { v.TimeDigits = 6 }},
	{"times-nanos", "created and updated with 9 digits of fraction", func(v *Variants) { v.TimeDigits = 9 }},
	{"no-date", "no Date header", func(v *Variants) { v.NoDate = true }},
	{"clock-ahead", "the server's clock is 10 minutes ahead", func(v *Variants) { v.ClockSkew = 10 * time.Minute }},
	{"clock-behind", "the server's clock is 10 minutes behind", func(v *Variants) { v.ClockSkew = -10 * time.Minute }},
}

var listVariants = []NamedVariant{
	{"list-ignores-paging", "lists ignore limit and offset: always the first 100", func(v *Variants) { v.Paging = PagingIgnored }},
	{"list-refuses-paging", "lists refuse limit and offset with 400", func(v *Variants) { v.Paging = PagingRejected }},
	{"list-content-range", "lists carry Content-Range", func(v *Variants) { v.ListContentRange = true }},
	{"list-limit-alone", "lists take limit without offset", func(v *Variants) { v.LimitWithoutOffset = true }},
	{"list-null", "empty lists are null", func(v *Variants) { v.NullLists = true }},
	{"list-newest-first", "lists are ordered by creation", func(v *Variants) { v.NewestFirst = true }},
	{"list-hides-expired", "lists leave expired shares out", func(v *Variants) { v.HideExpired = true }},
	{"shared-without-totals", "shared-repositories without Content-Range and total_range", func(v *Variants) { v.NoSharedTotals = true }},
	{"document-layout", "JSON is spread over lines as in the documents", func(v *Variants) { v.DocumentLayout = true }},
}

var delayVariants = []NamedVariant{
	{"late-list", "lists follow each write 2 s later", func(v *Variants) { v.ListDelay = sameDelays(Delay{For: delayed}) }},
	{"late-get-one", "GET one follows each write 2 s later", func(v *Variants) { v.GetDelay = sameDelays(Delay{For: delayed}) }},
	{"late-create", "a new share appears 2 s later everywhere", func(v *Variants) {
		v.ListDelay.Create, v.GetDelay.Create = Delay{For: delayed}, Delay{For: delayed}
	}},
	{"late-delete", "a revoked share disappears 2 s later everywhere", func(v *Variants) {
		v.ListDelay.Delete, v.GetDelay.Delete = Delay{For: delayed}, Delay{For: delayed}
	}},
	{"late-by-two-reads", "lists and GET one follow each write at the third look", func(v *Variants) {
		v.ListDelay, v.GetDelay = sameDelays(Delay{Reads: 2}), sameDelays(Delay{Reads: 2})
	}},
}

func sameDelays(d Delay) Delays { return Delays{Create: d, Update: d, Delete: d} }

var errorVariants = []NamedVariant{
	{"errors-array", "error bodies are [{…}]", func(v *Variants) { v.ErrorShape = ShapeArray }},
	{"errors-object", "error bodies are {errorCode, errorMessage}", func(v *Variants) { v.ErrorShape = ShapeObject }},
	{"errors-gateway", "error bodies are {error_code, error_msg, request_id}", func(v *Variants) { v.ErrorShape = ShapeGateway }},
	{"errors-iam", "error bodies are {error: {code, message, title}}", func(v *Variants) { v.ErrorShape = ShapeIAM }},
	{"errors-html", "error bodies are HTML pages", func(v *Variants) { v.ErrorShape = ShapeHTML }},
	{"errors-empty", "errors have no body", func(v *Variants) { v.ErrorShape = ShapeEmpty }},
	{"errors-without-type", "errors have no Content-Type", func(v *Variants) { v.ErrorContentType = "-" }},
	{"errors-as-text", "errors are called text/plain", func(v *Variants) { v.ErrorContentType = typeText }},
	{"auth-gateway", "401 comes from the gateway, as APIGW.0301", func(v *Variants) { v.AuthErrors = AuthGateway }},
	{"request-id-in-body", "the request id stands in error bodies", func(v *Variants) { v.RequestID = RequestIDInBody }},
	{"request-id-nowhere", "no request id", func(v *Variants) { v.RequestID = RequestIDNowhere }},
}

var serverVariants = []NamedVariant{
	{"gzip", "answers are compressed for clients that offer it", func(v *Variants) { v.Gzip = true }},
	{"signature-access", "only signatures with Access=", func(v *Variants) { v.Signatures = SignatureAccess }},
	{"signature-credential", "only signatures with Credential=", func(v *Variants) { v.Signatures = SignatureCredential }},
	{"signature-none", "tokens alone, no signatures", func(v *Variants) { v.Signatures = SignatureNone }},
	{"catalog-with-swr", "the IAM's catalog lists SWR", func(v *Variants) { v.CatalogWithSWR = true }},
	{"unknown-project-403", "login with an unknown project: 403 instead of 401", func(v *Variants) { v.UnknownProjectStatus = http.StatusForbidden }},
}
