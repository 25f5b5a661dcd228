package swrtest_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

func TestRequestLog(t *testing.T) {
	s, c := start(t)
	do(t, s, http.MethodPost, createPath(), createBody)
	do(t, s, http.MethodGet, listPath()+"?limit=10&offset=0", "")
	do(t, s, http.MethodDelete, sharePath("a b"), "")
	do(t, s, http.MethodGet, "/v2/nothing", "")
	log := s.Requests()
	if len(log) != 4 {
		t.Fatalf("%d entries", len(log))
	}
	create := log[0]
	if create.Number != 1 || create.Operation != swrtest.OpCreate || create.Method != http.MethodPost ||
		create.Path != swrtest.DefaultBasePath+"/v2/manage/namespaces/platform/repos/team$app/access-domains" ||
		create.Namespace != namespace || create.Repository != repository || create.Account != account ||
		string(create.Body) != createBody || create.Header.Get("X-Auth-Token") != s.Token() ||
		create.Status != 201 || !create.Time.Equal(c.Now()) || create.Fault != "" {
		t.Errorf("%+v", create)
	}
	if list := log[1]; list.Operation != swrtest.OpList || list.Query.Get("limit") != "10" || list.Account != "" {
		t.Errorf("%+v", list)
	}
	if remove := log[2]; remove.Account != "a b" || remove.Path != swrtest.DefaultBasePath+sharePath("a b") {
		t.Errorf("%+v", remove)
	}
	if unknown := log[3]; unknown.Operation != swrtest.OpUnknown || unknown.Status != 404 || unknown.Namespace != "" {
		t.Errorf("%+v", unknown)
	}
	counts := []int{s.Count(), s.Count(swrtest.OpList), s.Count(swrtest.OpList, swrtest.OpDelete), s.Count(swrtest.OpAny), s.Count(swrtest.OpGet)}
	if fmt.Sprint(counts) != "[4 1 2 4 0]" || len(s.Counts()) != 4 || s.Counts()[swrtest.OpUnknown] != 1 {
		t.Errorf("counts %v, %v", counts, s.Counts())
	}
	s.ResetRequests()
	if s.Count() != 0 || len(s.Requests()) != 0 {
		t.Error("not reset")
	}
	do(t, s, http.MethodGet, listPath(), "")
	if log := s.Requests(); len(log) != 1 || log[0].Number != 5 {
		t.Errorf("%+v", log)
	}
}

func TestLogLimit(t *testing.T) {
	for _, limit := range []int{0, 1, 3} {
		s, _ := start(t, swrtest.WithLogLimit(limit))
		for range 10 {
			do(t, s, http.MethodGet, listPath(), "")
		}
		log := s.Requests()
		if len(log) != limit || s.Count() != 10 || (limit > 0 && log[limit-1].Number != 10) {
			t.Errorf("limit %d: %d entries, %d counted", limit, len(log), s.Count())
		}
	}
}

// The hook runs before the request is handled, and may change everything.
func TestOnRequest(t *testing.T) {
	s, _ := start(t)
	var seen swrtest.RequestInfo
	s.OnRequest(func(info swrtest.RequestInfo) {
		seen = info
		put(s, account)
		s.SetVariants(func(v *swrtest.Variants) { v.ResponseAccountCase = swrtest.CaseUpper })
		s.Inject(swrtest.Fault{Operation: swrtest.OpGet, Behavior: swrtest.Busy()})
	})
	if got := listed(t, s, ""); fmt.Sprint(got) != "[ACME-CORP]" {
		t.Errorf("%v", got)
	}
	if seen.Operation != swrtest.OpList || seen.Number != 1 {
		t.Errorf("%+v", seen)
	}
	assertStatuses(t, s, swrtest.OpGet, "409")
	if s.Variants().ResponseAccountCase != swrtest.CaseUpper {
		t.Error("the variants were not kept")
	}
}
