package swrtest_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// variantCheck observes a server. The result is want with the variant, and
// something else without it.
type variantCheck struct {
	observe func(t *testing.T, s *swrtest.Server, c *clock) string
	want    string
}

// TestNamedVariants checks that each variant changes the server as it should.
func TestNamedVariants(t *testing.T) {
	seen := map[string]bool{}
	for _, variant := range swrtest.NamedVariants() {
		t.Run(variant.Name, func(t *testing.T) {
			check, ok := variantChecks[variant.Name]
			if !ok || seen[variant.Name] || variant.Summary == "" || strings.Contains(variant.Summary, "\n") {
				t.Fatal("a variant needs one check, and a summary of one line")
			}
			seen[variant.Name] = true
			plain, plainClock := start(t)
			if got := check.observe(t, plain, plainClock); got == check.want {
				t.Errorf("without the variant: %s, the same as with it", got)
			}
			s, c := start(t, swrtest.WithVariants(variant.Apply))
			if got := check.observe(t, s, c); got != check.want {
				t.Errorf("got  %s\nwant %s", got, check.want)
			}
		})
	}
	if len(variantChecks) != len(seen) {
		t.Errorf("%d checks for %d variants", len(variantChecks), len(seen))
	}
}

const (
	reposRoutes        = "create repos, list repos, get repos, update repos, delete repos"
	repositoriesRoutes = "create repositories, list repositories, get repositories, update repositories, delete repositories"

	errorItem   = `{"errorCode":"SVCSTG.SWR.4000014","errorMessage":"Invalid request parameters.","detail":"access_domain: missing"}`
	plainErrors = `{"errors":[` + errorItem + `]}`
	isJSON      = " application/json;charset=utf-8"
)

var variantChecks = map[string]variantCheck{
	"both-spellings":         {routesOf, reposRoutes + ", " + repositoriesRoutes + ", repositories, shared, login"},
	"only-repositories":      {routesOf, repositoriesRoutes + ", repositories, shared, login"},
	"only-repos":             {routesOf, reposRoutes + ", repositories, shared, login"},
	"seed-documents-only":    {routesOf, "create repos, list repositories, delete repositories, login"},
	"no-get-one":             {routesOf, "create repos, create repositories, list repositories, update repositories, delete repositories, repositories, shared, login"},
	"no-patch":               {routesOf, "create repos, create repositories, list repositories, get repositories, delete repositories, repositories, shared, login"},
	"no-repositories":        {routesOf, "create repos, " + repositoriesRoutes + ", shared, login"},
	"no-shared-repositories": {routesOf, "create repos, " + repositoriesRoutes + ", repositories, login"},
	"no-routes":              {routesOf, ""},
	"no-route-swr": {noRouteBody, `404 application/json;charset=utf-8 ` +
		`{"errors":[{"errorCode":"SVCSTG.SWR.4040083","errorMessage":"The API does not exist."}]}`},
	"no-route-plain": {noRouteBody, "404 text/plain; charset=utf-8 404 page not found"},
	"no-route-html":  {noRouteBody, "404 text/html; charset=utf-8 <html>\r"},
	"no-route-empty": {noRouteBody, "404  "},

	"missing-get-404":    {statusAndCode(http.MethodGet, sharePath(account), ""), "404 4040091"},
	"missing-get-400":    {statusAndCode(http.MethodGet, sharePath(account), ""), "400 4001090"},
	"missing-delete-404": {statusAndCode(http.MethodDelete, sharePath(account), ""), "404 4040091"},
	"missing-delete-400": {statusAndCode(http.MethodDelete, sharePath(account), ""), "400 4001090"},
	"missing-patch-400":  {statusAndCode(http.MethodPatch, sharePath(account), updateBody), "400 4001090"},
	"missing-namespace-4041061": {
		statusAndCode(http.MethodGet, sharesPath("repositories", "elsewhere", repository), ""), "404 4041061",
	},
	"missing-repository-4040113": {
		statusAndCode(http.MethodGet, sharesPath("repositories", namespace, "nothing"), ""), "404 4040113",
	},
	"conflict-without-code": {func(t *testing.T, s *swrtest.Server, c *clock) string {
		put(s, account)
		return statusAndCode(http.MethodPost, createPath(), createBody)(t, s, c)
	}, "409 "},

	"write-body-object": {writes, "201{} 201{} 204"},
	"create-200":        {writes, "200 201 204"},
	"create-202":        {writes, "202 201 204"},
	"patch-200":         {writes, "201 200 204"},
	"patch-202":         {writes, "201 202 204"},
	"patch-204":         {writes, "201 204 204"},
	"delete-200":        {writes, "201 201 200"},
	"delete-202":        {writes, "201 201 202"},
	"patch-keeps-description": {func(t *testing.T, s *swrtest.Server, _ *clock) string {
		do(t, s, http.MethodPost, createPath(), createBody)
		do(t, s, http.MethodPatch, sharePath(account), `{"permit":"read","deadline":"forever"}`)
		got, _ := s.Share(namespace, repository, account)
		return got.Description + "," + got.Deadline
	}, "d,forever"},

	"accounts-upper": {accountsSeen, "ACME-CORP ACME-CORP Acme-Corp"},
	"accounts-lower": {accountsSeen, "acme-corp acme-corp Acme-Corp"},
	"case-sensitive-paths": {func(t *testing.T, s *swrtest.Server, _ *clock) string {
		put(s, "acme-corp")
		one := getOne(t, s, account)
		create := do(t, s, http.MethodPost, createPath(), createBody)
		remove := do(t, s, http.MethodDelete, sharePath("ACME-CORP"), "")
		return fmt.Sprint(*one.Exist, create.status, remove.status, len(s.AllShares()))
	}, "false 201 204 2"},
	"stored-upper-case-sensitive": {func(t *testing.T, s *swrtest.Server, c *clock) string {
		seen := accountsSeen(t, s, c)
		one := getOne(t, s, account)
		again := do(t, s, http.MethodPost, createPath(), createBody)
		return fmt.Sprint(seen, *one.Exist, again.status)
	}, "ACME-CORP ACME-CORP ACME-CORPfalse 409"},
	"dollar-in-bodies": {func(t *testing.T, s *swrtest.Server, _ *clock) string {
		put(s, account)
		one := getOne(t, s, account)
		return one.Repository
	}, "team$app"},
	"refuse-repeated-hyphens": {
		statusAndCode(http.MethodGet, sharesPath("repositories", namespace, "a--b"), ""), "400 4000014",
	},

	"deadline-as-sent":  {deadlineSeen, "2031-03-31T16:30:00.000Z 2031-03-31"},
	"deadline-seconds":  {deadlineSeen, "2031-03-31T16:30:00Z 2031-03-31T00:00:00Z"},
	"deadline-micros":   {deadlineSeen, "2031-03-31T16:30:00.000000Z 2031-03-31T00:00:00.000000Z"},
	"deadline-nanos":    {deadlineSeen, "2031-03-31T16:30:00.000000000Z 2031-03-31T00:00:00.000000000Z"},
	"deadline-offset":   {deadlineSeen, "2031-03-31T16:30:00+00:00 2031-03-31T00:00:00+00:00"},
	"deadline-midnight": {deadlineSeen, "2031-03-31T00:00:00.000Z 2031-03-31T00:00:00.000Z"},
	"times-micros":      {timesSeen, "2030-06-01T12:00:00.123456Z 2030-06-01T12:00:00.123456Z"},
	"times-nanos":       {timesSeen, "2030-06-01T12:00:00.123456789Z 2030-06-01T12:00:00.123456789Z"},
	"no-date":           {serverTimes, " 12:00:00"},
	"clock-ahead":       {serverTimes, "Sat, 01 Jun 2030 12:10:00 GMT 12:10:00"},
	"clock-behind":      {serverTimes, "Sat, 01 Jun 2030 11:50:00 GMT 11:50:00"},

	"list-ignores-paging": {pagesOf150, "[100 100 100] 100"},
	"list-refuses-paging": {pagesOf150, "[100 400 400] 100"},
	"list-content-range": {func(t *testing.T, s *swrtest.Server, _ *clock) string {
		put(s, "a", "b", "c")
		bare := do(t, s, http.MethodGet, listPath(), "")
		page := do(t, s, http.MethodGet, listPath()+"?limit=2&offset=2", "")
		return bare.header.Get("Content-Range") + " " + page.header.Get("Content-Range")
	}, "0-3/3 2-1/3"},
	"list-limit-alone": {statusAndCode(http.MethodGet, listPath()+"?limit=2", ""), "200 "},
	"list-null": {func(t *testing.T, s *swrtest.Server, _ *clock) string {
		shared := do(t, s, http.MethodGet, "/v2/manage/shared-repositories?center=self", "")
		return do(t, s, http.MethodGet, listPath(), "").body + shared.body
	}, "nullnull"},
	"list-newest-first": {func(t *testing.T, s *swrtest.Server, _ *clock) string {
		put(s, "b", "a", "c")
		return strings.Join(listed(t, s, ""), " ")
	}, "c a b"},
	"list-hides-expired": {func(t *testing.T, s *swrtest.Server, _ *clock) string {
		put(s, "valid")
		s.PutShare(swrtest.Share{
			Namespace: namespace, Repository: repository, AccessDomain: "expired", Deadline: "2030-05-31T00:00:00.000Z",
		})
		one := getOne(t, s, "expired")
		return fmt.Sprint(listed(t, s, ""), *one.Exist, one.Status)
	}, "[valid] true false"},
	"repositories-without-totals": {func(t *testing.T, s *swrtest.Server, _ *clock) string {
		put(s, account)
		var found []any
		for _, path := range []string{"repos", "shared-repositories?center=self"} {
			got := do(t, s, http.MethodGet, "/v2/manage/"+path, "")
			found = append(found, got.status, got.header.Get("Content-Range"), strings.Contains(got.body, "total_range"))
		}
		return fmt.Sprint(found...)
	}, "200false 200false"},
	"accounts-unicode-lower": {func(t *testing.T, s *swrtest.Server, _ *clock) string {
		do(t, s, http.MethodPost, createPath(), strings.Replace(createBody, "Acme-Corp", "MÜLLER", 1))
		return fmt.Sprint(listed(t, s, ""), getOne(t, s, "MÜLLER").AccessDomain)
	}, "[müller]müller"},
	"repositories-filter-only": {func(t *testing.T, s *swrtest.Server, _ *clock) string {
		put(s, account)
		var found []any
		for _, query := range []string{"filter=center::self%7Cnamespace::platform%7Cname::eam%7Climit::10%7Coffset::0", "center=self"} {
			for _, path := range []string{"repos?", "shared-repositories?"} {
				got := do(t, s, http.MethodGet, "/v2/manage/"+path+query, "")
				found = append(found, got.status, strings.Contains(got.body, repository))
			}
		}
		return fmt.Sprint(found...)
	}, "200 true 200 true 400 false 400 false"},
	"document-layout": {func(t *testing.T, s *swrtest.Server, _ *clock) string {
		put(s, account)
		first, _, _ := strings.Cut(do(t, s, http.MethodGet, listPath(), "").body, "\n")
		return first
	}, "[ {"},

	// Without a delay: dd dd dd uu uu uu -- -- --
	"late-list":         {viewsOf, "-d -d dd du du uu u- u- --"},
	"late-get-one":      {viewsOf, "d- d- dd ud ud uu -u -u --"},
	"late-create":       {viewsOf, "-- -- dd uu uu uu -- -- --"},
	"late-delete":       {viewsOf, "dd dd dd uu uu uu uu uu --"},
	"late-by-two-reads": {viewsOf, "-- -- dd dd dd uu uu uu --"},

	"errors-array":  {badRequestBody, "[" + errorItem + "]" + isJSON},
	"errors-object": {badRequestBody, `{"errorCode":"SVCSTG.SWR.4000014","errorMessage":"Invalid request parameters."}` + isJSON},
	"errors-gateway": {badRequestBody, `{"error_code":"SVCSTG.SWR.4000014","error_msg":"Invalid request parameters.",` +
		`"request_id":"00000000000000000000000000000001"}` + isJSON},
	"errors-iam":          {badRequestBody, `{"error":{"code":400,"message":"The request body is invalid.","title":"Bad Request"}}` + isJSON},
	"errors-html":         {badRequestBody, "<html> text/html; charset=utf-8"},
	"errors-empty":        {badRequestBody, ""},
	"errors-without-type": {badRequestBody, plainErrors},
	"errors-as-text":      {badRequestBody, plainErrors + " text/plain; charset=utf-8"},
	"auth-gateway": {func(t *testing.T, s *swrtest.Server, _ *clock) string {
		s.ExpireTokens()
		got := do(t, s, http.MethodGet, listPath(), "")
		return fmt.Sprint(got.status, " ", got.body)
	}, `401 {"error_code":"APIGW.0301","error_msg":"Incorrect IAM authentication information: ` +
		`token expires, expires_at: 2030-06-01T12:00:00.123456Z","request_id":"00000000000000000000000000000001"}`},
	"request-id-in-body": {errorID, "true true "},
	"request-id-nowhere": {errorID, "false false "},

	"gzip": {func(t *testing.T, s *swrtest.Server, _ *clock) string {
		plain := do(t, s, http.MethodGet, listPath(), "")
		r := newRequest(t, s, http.MethodGet, listPath(), "")
		r.Header.Set("Accept-Encoding", "gzip")
		got := send(t, r)
		if got.header.Get("Content-Encoding") != "gzip" {
			return plain.body + " " + got.body
		}
		zip, err := gzip.NewReader(strings.NewReader(got.body))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(zip)
		if err != nil {
			t.Fatal(err)
		}
		return plain.body + " unzipped " + string(text)
	}, "[] unzipped []"},
	"signature-access":     {signatureForms, "200 401"},
	"signature-credential": {signatureForms, "401 200"},
	"signature-none":       {signatureForms, "401 401"},
	"catalog-with-swr": {func(t *testing.T, s *swrtest.Server, _ *clock) string {
		s.AddUser(swrtest.User{Name: "u", Password: "p"})
		got := do(t, s, http.MethodPost, "/v3/auth/tokens", passwordLogin)
		return fmt.Sprint(strings.Contains(got.body, `"type":"swr"`))
	}, "true"},
	"catalog-with-smn": {func(t *testing.T, s *swrtest.Server, _ *clock) string {
		return fmt.Sprint(strings.Contains(do(t, s, http.MethodGet, "/v3/auth/catalog", "").body, `"type":"smn"`))
	}, "true"},
	"older-clients": {olderClientsSeen, "OK Created OK Created " + reposRoutes},
	"unknown-project-403": {func(t *testing.T, s *swrtest.Server, _ *clock) string {
		s.AddUser(swrtest.User{Name: "u", Password: "p", Projects: []swrtest.Project{{Name: "eu-nl", ID: "1"}}})
		return fmt.Sprint(do(t, s, http.MethodPost, "/v3/auth/tokens", passwordLogin).status)
	}, "403"},
}

// routesOf returns the calls that have a route, under both spellings.
func routesOf(t *testing.T, s *swrtest.Server, _ *clock) string {
	t.Helper()
	var found []string
	probe := func(name, method, path, body string) {
		got := do(t, s, method, path, body)
		if got.status != http.StatusNotFound || !strings.Contains(got.body, "APIGW.0101") {
			found = append(found, name)
		}
	}
	for _, segment := range []string{"repos", "repositories"} {
		shares := sharesPath(segment, namespace, repository)
		probe("create "+segment, http.MethodPost, shares, createBody)
		probe("list "+segment, http.MethodGet, shares, "")
		probe("get "+segment, http.MethodGet, shares+"/"+account, "")
		probe("update "+segment, http.MethodPatch, shares+"/"+account, updateBody)
		probe("delete "+segment, http.MethodDelete, shares+"/"+account, "")
	}
	probe("repositories", http.MethodGet, "/v2/manage/repos", "")
	probe("shared", http.MethodGet, "/v2/manage/shared-repositories?center=self", "")
	probe("login", http.MethodPost, "/v3/auth/tokens", "{}")
	return strings.Join(found, ", ")
}

func noRouteBody(t *testing.T, s *swrtest.Server, _ *clock) string {
	t.Helper()
	got := do(t, s, http.MethodGet, "/v2/nothing", "")
	first, _, _ := strings.Cut(got.body, "\n")
	return fmt.Sprint(got.status, " ", got.header.Get("Content-Type"), " ", first)
}

// statusAndCode observes the status and SWR's code of a response.
func statusAndCode(method, path, body string) func(*testing.T, *swrtest.Server, *clock) string {
	return func(t *testing.T, s *swrtest.Server, _ *clock) string {
		t.Helper()
		got := do(t, s, method, path, body)
		code := ""
		if _, rest, ok := strings.Cut(got.body, "SVCSTG.SWR."); ok {
			code, _, _ = strings.Cut(rest, `"`)
		}
		return fmt.Sprint(got.status, " ", code)
	}
}

// writes returns the status and body of a POST, a PATCH and a DELETE.
func writes(t *testing.T, s *swrtest.Server, _ *clock) string {
	t.Helper()
	create := do(t, s, http.MethodPost, createPath(), createBody)
	update := do(t, s, http.MethodPatch, sharePath(account), updateBody)
	remove := do(t, s, http.MethodDelete, sharePath(account), "")
	return fmt.Sprint(create.status, create.body, " ", update.status, update.body, " ", remove.status, remove.body)
}

// accountsSeen creates a share and returns its account in responses and as stored.
func accountsSeen(t *testing.T, s *swrtest.Server, _ *clock) string {
	t.Helper()
	do(t, s, http.MethodPost, createPath(), createBody)
	stored := s.Shares(namespace, repository)[0].AccessDomain
	one := getOne(t, s, stored)
	return strings.Join(append(listed(t, s, ""), one.AccessDomain, stored), " ")
}

// deadlineSeen returns the deadlines in responses, of a share that ends in an
// afternoon and of one created by hand.
func deadlineSeen(t *testing.T, s *swrtest.Server, _ *clock) string {
	t.Helper()
	do(t, s, http.MethodPost, createPath(), strings.Replace(createBody, "T00:00", "T16:30", 1))
	one := getOne(t, s, account)
	s.PutShare(swrtest.Share{Namespace: namespace, Repository: repository, AccessDomain: "by-hand", Deadline: "2031-03-31"})
	byHand := getOne(t, s, "by-hand")
	return one.Deadline + " " + byHand.Deadline
}

func timesSeen(t *testing.T, s *swrtest.Server, _ *clock) string {
	t.Helper()
	do(t, s, http.MethodPost, createPath(), createBody)
	one := getOne(t, s, account)
	return one.Created + " " + one.Updated
}

func serverTimes(t *testing.T, s *swrtest.Server, _ *clock) string {
	t.Helper()
	got := do(t, s, http.MethodPost, createPath(), createBody)
	stored, _ := s.Share(namespace, repository, account)
	return strings.Join(got.header["Date"], ",") + " " + stored.Created.Format("15:04:05")
}

// pagesOf150 returns how many records of 150 a list without parameters and two
// pages have, and how many different ones in all.
func pagesOf150(t *testing.T, s *swrtest.Server, _ *clock) string {
	t.Helper()
	for i := range 150 {
		put(s, fmt.Sprintf("account-%03d", i))
	}
	distinct := map[string]bool{}
	var counts []string
	for _, query := range []string{"", "?limit=100&offset=0", "?limit=100&offset=100"} {
		got := do(t, s, http.MethodGet, listPath()+query, "")
		if got.status != http.StatusOK {
			counts = append(counts, fmt.Sprint(got.status))
			continue
		}
		items := decode[[]share](t, got.body)
		counts = append(counts, fmt.Sprint(len(items)))
		for _, item := range items {
			distinct[item.AccessDomain] = true
		}
	}
	return fmt.Sprint(counts, len(distinct))
}

// viewsOf returns what the list and GET of one share show after a POST, a PATCH
// and a DELETE: at once, after a second, and after two more. "-" is no share.
func viewsOf(t *testing.T, s *swrtest.Server, c *clock) string {
	t.Helper()
	var seen []string
	read := func() {
		list, one := "-", "-"
		if items := decode[[]share](t, do(t, s, http.MethodGet, listPath(), "").body); len(items) > 0 {
			list = items[0].Description
		}
		if item := getOne(t, s, account); *item.Exist {
			one = item.Description
		}
		seen = append(seen, list+one)
	}
	for _, write := range []func(){
		func() { do(t, s, http.MethodPost, createPath(), createBody) },
		func() {
			do(t, s, http.MethodPatch, sharePath(account), strings.Replace(updateBody, "changed", "u", 1))
		},
		func() { do(t, s, http.MethodDelete, sharePath(account), "") },
	} {
		write()
		read()
		c.advance(time.Second)
		read()
		c.advance(2 * time.Second)
		read()
	}
	return strings.Join(seen, " ")
}

// badRequestBody returns an error of SWR itself, with its Content-Type.
func badRequestBody(t *testing.T, s *swrtest.Server, _ *clock) string {
	t.Helper()
	got := do(t, s, http.MethodPost, createPath(), "{}")
	first, _, _ := strings.Cut(got.body, "\r")
	return strings.Join(append([]string{first}, got.header["Content-Type"]...), " ")
}

// errorID returns whether a gateway's and SWR's error have the request id in the
// body, and the header with it.
func errorID(t *testing.T, s *swrtest.Server, _ *clock) string {
	t.Helper()
	gateway := do(t, s, http.MethodGet, "/v2/nothing", "")
	own := do(t, s, http.MethodPost, createPath(), "{}")
	return fmt.Sprint(
		strings.Contains(gateway.body, strings.Repeat("0", 31)+"1"), " ",
		strings.Contains(own.body, strings.Repeat("0", 31)+"2"), " ",
		own.header.Get("X-Request-Id"),
	)
}
