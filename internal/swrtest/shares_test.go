package swrtest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// TestCalls checks all five calls on shares with the documented server.
func TestCalls(t *testing.T) {
	s, c := start(t)
	if one := getOne(t, s, account); *one.Exist || one.Namespace != "" || one.Created != "" || one.Deadline != "" {
		t.Errorf("before: %+v", one)
	}
	if got := do(t, s, http.MethodPost, createPath(), createBody); got.status != http.StatusCreated || got.body != "" || got.header.Get("Content-Type") != "" {
		t.Errorf("POST: %d %q %v", got.status, got.body, got.header)
	}
	c.advance(time.Hour)
	if got := do(t, s, http.MethodPatch, sharePath("ACME-CORP"), updateBody); got.status != http.StatusCreated || got.body != "" {
		t.Errorf("PATCH: %d %q", got.status, got.body)
	}
	const fields = `"namespace":"platform","repository":"team/app","access_domain":"Acme-Corp","permit":"read",` +
		`"deadline":"forever","description":"changed","creator_id":"0504186e6a8010e01f3ec009a7279baa","creator_name":"sim-user",` +
		`"created":"2030-06-01T12:00:00Z","updated":"2030-06-01T13:00:00Z","status":true`
	if got := do(t, s, http.MethodGet, listPath(), ""); got.body != "[{"+fields+"}]" {
		t.Errorf("list: %s", got.body)
	}
	if got := do(t, s, http.MethodGet, sharePath("acme-corp"), ""); got.body != "{"+fields+`,"exist":true}` {
		t.Errorf("get: %s", got.body)
	}
	again := do(t, s, http.MethodPost, createPath(), strings.Replace(createBody, account, "ACME-CORP", 1))
	assertResponse(t, again, http.StatusConflict, "SVCSTG.SWR.4090089")
	for range 2 { // the second time there is nothing to revoke
		if got := do(t, s, http.MethodDelete, sharePath("acme-CORP"), ""); got.status != http.StatusNoContent || got.body != "" {
			t.Errorf("DELETE: %d %q", got.status, got.body)
		}
	}
	if got := do(t, s, http.MethodGet, listPath(), ""); got.body != "[]" || len(s.AllShares()) != 0 {
		t.Errorf("after: %s", got.body)
	}
}

// Only the case of ASCII letters is ignored.
func TestCaseIsASCII(t *testing.T) {
	s, _ := start(t)
	put(s, "Kelvin", "straße")
	for _, other := range []string{"\u212aelvin", "STRASSE", "stra\u1e9ee"} {
		if one := getOne(t, s, other); *one.Exist {
			t.Errorf("%q is found", other)
		}
	}
	if one := getOne(t, s, "kELVIN"); !*one.Exist {
		t.Error("kELVIN is not found")
	}
}

func TestMissingParents(t *testing.T) {
	s, _ := start(t)
	for code, path := range map[string]string{
		"SVCSTG.SWR.4040058": sharesPath("repositories", "elsewhere", repository),
		"SVCSTG.SWR.4040010": sharesPath("repositories", namespace, "nothing"),
	} {
		for _, call := range []struct{ method, path, body string }{
			{http.MethodGet, path, ""},
			{http.MethodPost, path, createBody},
			{http.MethodGet, path + "/a", ""},
			{http.MethodPatch, path + "/a", updateBody},
			{http.MethodDelete, path + "/a", ""},
		} {
			assertResponse(t, do(t, s, call.method, call.path, call.body), http.StatusNotFound, code)
		}
	}
	assertResponse(t, do(t, s, http.MethodPatch, sharePath(account), updateBody), http.StatusNotFound, "SVCSTG.SWR.4040091")
}

func TestAddAccounts(t *testing.T) {
	s, _ := start(t)
	s.AddAccounts("other")
	assertResponse(t, do(t, s, http.MethodPost, createPath(), createBody), http.StatusBadRequest, "SVCSTG.SWR.4001041")
	s.AddAccounts("ACME-corp")
	assertResponse(t, do(t, s, http.MethodPost, createPath(), createBody), http.StatusCreated)
}

func TestFiveHundredAccounts(t *testing.T) {
	s, _ := start(t)
	for i := range 500 {
		put(s, fmt.Sprint("account-", i))
	}
	assertResponse(t, do(t, s, http.MethodPost, createPath(), createBody), http.StatusBadRequest, "SVCSTG.SWR.4000014")
	s.DeleteShare(namespace, repository, "account-7")
	assertResponse(t, do(t, s, http.MethodPost, createPath(), createBody), http.StatusCreated)
}

// A share ends at 00:00:00 UTC on the day after its end date, whatever its time.
func TestStatus(t *testing.T) {
	day := time.Date(2031, 3, 31, 0, 0, 0, 0, time.UTC)
	for _, deadline := range []string{"2031-03-31T00:00:00.000Z", "2031-03-31T23:59:59.999Z", "2031-03-31", "2031-03-31T08:00:00+08:00"} {
		s := swrtest.Share{Deadline: deadline}
		if !s.Valid(day.Add(24*time.Hour-time.Nanosecond)) || s.Valid(day.Add(24*time.Hour)) {
			t.Errorf("%s ends at another time", deadline)
		}
	}
	for _, deadline := range []string{"forever", "", "invalid"} {
		if !(swrtest.Share{Deadline: deadline}).Valid(day.AddDate(1000, 0, 0)) {
			t.Errorf("%q ends", deadline)
		}
	}
}

// TestSeeding checks the changes outside the API, which are not in the log.
func TestSeeding(t *testing.T) {
	s, c := start(t)
	s.AddNamespace("empty")
	s.PutShare(swrtest.Share{Namespace: "b", Repository: "r", AccessDomain: "x"})
	s.PutShare(swrtest.Share{Namespace: "a", Repository: "r", AccessDomain: "Y", Deadline: "invalid", CreatorName: "me"})
	s.PutShare(swrtest.Share{Namespace: "a", Repository: "r", AccessDomain: "X", Description: "d"})
	var names []string
	for _, share := range append(s.AllShares(), s.Shares("a", "r")...) {
		names = append(names, share.Namespace+share.AccessDomain)
	}
	if fmt.Sprint(names) != "[aX aY bx aX aY]" {
		t.Errorf("%v", names)
	}
	share, ok := s.Share("b", "r", "X")
	if !ok || share.Permit != "read" || share.Deadline != "forever" || share.CreatorName != "sim-user" ||
		!share.Created.Equal(c.Now()) || !share.Updated.Equal(c.Now()) {
		t.Errorf("defaults: %+v %v", share, ok)
	}
	if share, _ := s.Share("a", "r", "Y"); share.CreatorName != "me" || share.CreatorID != "" || share.Deadline != "invalid" {
		t.Errorf("no defaults: %+v", share)
	}
	if !s.DeleteShare("a", "r", "y") || s.DeleteShare("a", "r", "y") || s.DeleteShare("a", "nothing", "y") {
		t.Error("DeleteShare is wrong about what there was")
	}
	s.RemoveRepository("a", "r")
	if _, ok := s.Share("a", "r", "X"); ok || s.Shares("a", "r") != nil {
		t.Error("the repository still exists")
	}
	s.RemoveNamespace("b")
	for namespace, code := range map[string]string{"a": "4040010", "b": "4040058", "empty": "4040010"} {
		assertResponse(t, do(t, s, http.MethodGet, sharesPath("repositories", namespace, "r"), ""), http.StatusNotFound, code)
	}
	if n := s.Count(); n != 3 {
		t.Errorf("%d requests counted, 3 sent", n)
	}
}

// A list still has a share that was revoked, and created again within its delay.
func TestCreateWithinDelay(t *testing.T) {
	s, c := start(t, swrtest.WithVariants(func(v *swrtest.Variants) {
		v.ListDelay = swrtest.Delays{Create: swrtest.Delay{For: time.Minute}, Delete: swrtest.Delay{For: time.Minute}}
	}))
	put(s, account)
	do(t, s, http.MethodDelete, sharePath(account), "")
	assertResponse(t, do(t, s, http.MethodPost, createPath(), createBody), http.StatusCreated)
	description := func() string {
		return decode[[]share](t, do(t, s, http.MethodGet, listPath(), "").body)[0].Description
	}
	if got := description(); got != "" {
		t.Errorf("within the delay: %q", got)
	}
	c.advance(time.Minute)
	if got := description(); got != "d" {
		t.Errorf("after it: %q", got)
	}
}

// A revoked share that still shows is found by its name in any case.
func TestRevokedShareStillShows(t *testing.T) {
	s, c := start(t, swrtest.WithVariants(func(v *swrtest.Variants) {
		v.GetDelay.Delete = swrtest.Delay{For: time.Minute}
	}))
	put(s, account)
	do(t, s, http.MethodDelete, sharePath(account), "")
	for _, name := range []string{account, "ACME-CORP"} {
		if one := getOne(t, s, name); !*one.Exist {
			t.Errorf("%s does not show", name)
		}
	}
	if _, ok := s.Share(namespace, repository, account); ok {
		t.Error("the share still exists")
	}
	c.advance(time.Minute)
	if one := getOne(t, s, account); *one.Exist {
		t.Error("the share still shows")
	}
}

// With two spellings of an account, each request is for its own one.
func TestTwoSpellings(t *testing.T) {
	s, _ := start(t)
	put(s, "acme", "ACME")
	if got := listed(t, s, ""); fmt.Sprint(got) != "[ACME acme]" {
		t.Fatalf("%v", got)
	}
	do(t, s, http.MethodDelete, sharePath("acme"), "")
	if got := listed(t, s, ""); fmt.Sprint(got) != "[ACME]" {
		t.Errorf("%v", got)
	}
	put(s, "acme")
	if one := getOne(t, s, "Acme"); one.AccessDomain != "ACME" {
		t.Errorf("neither spelling: %s", one.AccessDomain)
	}
}
