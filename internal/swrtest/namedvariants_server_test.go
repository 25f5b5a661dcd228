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

// viewsOf gives what list and GET one show after a POST, a PATCH and a DELETE:
// at once, after a second, and after two more. "-" stands for no share.
func viewsOf(t *testing.T, s *swrtest.Server, c *clock) string {
	t.Helper()
	var seen []string
	look := func() {
		list, one := "-", "-"
		if items := decode[[]share](t, do(t, s, http.MethodGet, listPath(), "").body); len(items) > 0 {
			list = items[0].Description
		}
		if item, _ := getOne(t, s, account); *item.Exist {
			one = item.Description
		}
		seen = append(seen, list+one)
	}
	for _, write := range []func(){
		func() { do(t, s, http.MethodPost, createPath(), createBody) },
		func() {
			do(t, s, http.MethodPatch, onePath(account), strings.Replace(updateBody, "changed", "u", 1))
		},
		func() { do(t, s, http.MethodDelete, onePath(account), "") },
	} {
		write()
		look()
		c.advance(time.Second)
		look()
		c.advance(2 * time.Second)
		look()
	}
	return strings.Join(seen, " ")
}

func delayChecks() map[string]variantCheck {
	// Without a delay: dd dd dd uu uu uu -- -- --
	return map[string]variantCheck{
		"late-list":         {viewsOf, "-d -d dd du du uu u- u- --"},
		"late-get-one":      {viewsOf, "d- d- dd ud ud uu -u -u --"},
		"late-create":       {viewsOf, "-- -- dd uu uu uu -- -- --"},
		"late-delete":       {viewsOf, "dd dd dd uu uu uu uu uu --"},
		"late-by-two-reads": {viewsOf, "-- -- dd dd dd uu uu uu --"},
	}
}

// badRequestBody is an error of SWR itself, with its Content-Type.
func badRequestBody(t *testing.T, s *swrtest.Server, _ *clock) string {
	t.Helper()
	got := do(t, s, http.MethodPost, createPath(), "{}")
	first, _, _ := strings.Cut(got.body, "\r")
	return strings.Join(append([]string{first}, got.header["Content-Type"]...), " ")
}

// errorID is a gateway's and SWR's error, and the header that names the request.
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

func errorChecks() map[string]variantCheck {
	const (
		item   = `{"errorCode":"SVCSTG.SWR.4000014","errorMessage":"Invalid request parameters.","detail":"access_domain: missing"}`
		plain  = `{"errors":[` + item + `]}`
		isJSON = " application/json;charset=utf-8"
	)
	return map[string]variantCheck{
		"errors-array":  {badRequestBody, "[" + item + "]" + isJSON},
		"errors-object": {badRequestBody, `{"errorCode":"SVCSTG.SWR.4000014","errorMessage":"Invalid request parameters."}` + isJSON},
		"errors-gateway": {badRequestBody, `{"error_code":"SVCSTG.SWR.4000014","error_msg":"Invalid request parameters.",` +
			`"request_id":"00000000000000000000000000000001"}` + isJSON},
		"errors-iam":          {badRequestBody, `{"error":{"code":400,"message":"The request body is invalid.","title":"Bad Request"}}` + isJSON},
		"errors-html":         {badRequestBody, "<html> text/html; charset=utf-8"},
		"errors-empty":        {badRequestBody, ""},
		"errors-without-type": {badRequestBody, plain},
		"errors-as-text":      {badRequestBody, plain + " text/plain; charset=utf-8"},
		"auth-gateway": {func(t *testing.T, s *swrtest.Server, _ *clock) string {
			s.ExpireTokens()
			got := do(t, s, http.MethodGet, listPath(), "")
			return fmt.Sprint(got.status, " ", got.body)
		}, `401 {"error_code":"APIGW.0301","error_msg":"Incorrect IAM authentication information.",` +
			`"request_id":"00000000000000000000000000000001"}`},
		"request-id-in-body": {errorID, "true true "},
		"request-id-nowhere": {errorID, "false false "},
	}
}

func serverChecks() map[string]variantCheck {
	return map[string]variantCheck{
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
		"unknown-project-403": {func(t *testing.T, s *swrtest.Server, _ *clock) string {
			s.AddUser(swrtest.User{Name: "u", Password: "p", Projects: []swrtest.Project{{Name: "eu-nl", ID: "1"}}})
			return fmt.Sprint(do(t, s, http.MethodPost, "/v3/auth/tokens", passwordLogin).status)
		}, "403"},
	}
}
