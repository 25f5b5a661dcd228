package provider_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// shareIDs returns the ids of the shares of a data source, in its order.
func shareIDs(shares any) (ids []string) {
	objects, _ := shares.([]any)
	for _, object := range objects {
		share, _ := object.(values)
		ids = append(ids, fmt.Sprintf("%s/%s/%s", share["namespace"], share["repository"], share["access_domain"]))
	}
	return ids
}

func TestAccountSharesDataSource(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	seedRepositories(server, map[string]int{"platform/app": 2, "platform/team/app": 2, "other/zoo": 1, "platform/unshared": 0})
	putShare(server, "app", "acme-0009", "2020-01-01T00:00:00.000Z")
	const other, app, team = "other/zoo/ACME-0000", "platform/app/ACME-000", "platform/team/app/ACME-000"
	const expired = "platform/app/acme-0009"
	h := newHarness(t, server)
	for _, test := range []struct {
		config values
		ids    []string
		lists  int
	}{
		{values{}, []string{other, app + "0", app + "1", expired, team + "0", team + "1"}, 3},
		{values{"namespace": "platform"}, []string{app + "0", app + "1", expired, team + "0", team + "1"}, 2},
		{values{"access_domain": "acme-0000"}, []string{other, app + "0", team + "0"}, 3},
		{values{"access_domain": "ACME-0009"}, []string{expired}, 3},
		{values{"status": false}, []string{expired}, 3},
		{values{"status": true, "namespace": "platform", "access_domain": "ACME-0001"}, []string{app + "1", team + "1"}, 2},
		{values{"access_domain": "ACME"}, nil, 3},
		{values{"namespace": "nobody"}, nil, 0},
	} {
		server.ResetRequests()
		got, d := h.dataSource("swr_shares", test.config)
		d.silent(t)
		if ids := shareIDs(got["shares"]); !slices.Equal(ids, test.ids) || got["complete"] != true {
			t.Errorf("%v: %v, complete: %v", test.config, ids, got["complete"])
		}
		assertRequests(t, server, map[swrtest.Operation]int{swrtest.OpSharedRepositories: 1, swrtest.OpList: test.lists, swrtest.OpGet: 0})
	}

	// The attributes are those of the data source of one share.
	names := values{"namespace": "platform", "repository": "app", "access_domain": "acme-0009"}
	one, d := h.dataSource("swr_repository_share", names)
	d.silent(t)
	got, _ := h.dataSource("swr_shares", values{"status": false})
	if shares, _ := got["shares"].([]any); len(shares) != 1 || !equalValues(shares[0], one) {
		t.Errorf("%v instead of %v", got["shares"], one)
	}
}

// A share whose status the service does not return is in both lists.
func TestAccountSharesWithoutStatus(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	putShare(server, "team/app", "ACME", "forever")
	server.Inject(swrtest.Fault{Operation: swrtest.OpList, Behavior: swrtest.Respond(200, nil,
		`[{"namespace":"platform","repository":"team/app","access_domain":"ACME","deadline":"forever","permit":"read"}]`)})
	for _, status := range []bool{true, false} {
		got, d := newHarness(t, server).dataSource("swr_shares", values{"status": status})
		d.silent(t)
		if len(shareIDs(got["shares"])) != 1 {
			t.Errorf("status %t: %v", status, got)
		}
	}
}

// Ten repositories are read at the same time, and no more.
func TestAccountSharesInParallel(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	repositories := map[string]int{}
	for i := range 35 {
		repositories[fmt.Sprintf("platform/app%02d", i)] = 1
	}
	all := seedRepositories(server, repositories)
	var mu sync.Mutex
	running, most, arrived := 0, 0, 0
	ten := make(chan struct{})
	server.OnRequest(func(info swrtest.RequestInfo) {
		if info.Operation != swrtest.OpList {
			return
		}
		mu.Lock()
		running++
		most = max(most, running)
		if arrived++; arrived == 10 {
			close(ten)
		}
		mu.Unlock()
		select {
		case <-ten:
		case <-t.Context().Done():
		}
		mu.Lock()
		running--
		mu.Unlock()
	})
	got, d := newHarness(t, server).dataSource("swr_shares", values{})
	d.silent(t)
	if ids := shareIDs(got["shares"]); !slices.Equal(ids, all) || most > 10 {
		t.Errorf("%v, %d at the same time", ids, most)
	}
	assertRequests(t, server, map[swrtest.Operation]int{swrtest.OpSharedRepositories: 1, swrtest.OpList: 35})
}

func TestAccountSharesIncomplete(t *testing.T) {
	t.Parallel()
	rejected := swrtest.WithVariants(func(v *swrtest.Variants) { v.Paging = swrtest.PagingRejected })
	for name, test := range map[string]struct {
		config   values
		setup    func(*swrtest.Server)
		shares   int
		warnings []string // none: complete
	}{
		"lists of shares": {values{}, func(*swrtest.Server) {}, 202,
			[]string{"Incomplete list of shares of all organizations", "- platform/app: the service returns the first 100 accounts",
				"- platform/team/app: the service", "There may be more shares."}},
		"a listed account": {values{"access_domain": "acme-0005"}, func(*swrtest.Server) {}, 2, nil},
		// An account beyond the first page can be asked for by name.
		"an account":       {values{"access_domain": "acme-0119"}, func(*swrtest.Server) {}, 2, nil},
		"nobody's account": {values{"access_domain": "NOBODY"}, func(*swrtest.Server) {}, 0, nil},
		"a list and no name": {values{"access_domain": "NOBODY"}, func(s *swrtest.Server) {
			s.SetVariants(func(v *swrtest.Variants) { v.Routes.Get = swrtest.SpellingNone })
		}, 0, []string{"- platform/app: the service returns the first 100 accounts", "- platform/team/app"}},
		"the list of repositories": {values{"namespace": "staging"}, func(s *swrtest.Server) {
			s.Inject(swrtest.Fault{Operation: swrtest.OpSharedRepositories, Behavior: swrtest.Respond(200, nil,
				`[{"namespace":"staging","name":"app","total_range":2}]`)})
		}, 2, []string{"Incomplete list of shares of staging", "- staging: the service returns the first 1 repositories and ignores paging"}},
		"an account without a URL": {values{"namespace": "staging"}, func(s *swrtest.Server) {
			s.PutShare(swrtest.Share{Namespace: "staging", Repository: "app", AccessDomain: "a/b"})
		}, 2, []string{`Accounts of staging/app that can't be managed`, `"a/b"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := swrtest.Start(t, rejected)
			seedRepositories(server, map[string]int{"platform/app": 120, "platform/team/app": 130, "staging/app": 2})
			test.setup(server)
			got, d := newHarness(t, server).dataSource("swr_shares", test.config)
			if n := len(shareIDs(got["shares"])); n != test.shares || got["complete"] != (test.warnings == nil) {
				t.Errorf("%d shares, complete: %v", n, got["complete"])
			}
			if test.warnings == nil {
				d.silent(t)
			} else {
				d.assertWarning(t, test.warnings...)
			}
		})
	}
}

// A repository that can't be read is an error that names it; one that was deleted
// since it was listed has no shares.
func TestAccountSharesOfUnreadableRepository(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		operation swrtest.Operation
		behavior  swrtest.Behavior
		words     []string // none: skipped
	}{
		"forbidden":    {swrtest.OpList, swrtest.Status(403, "SVCSTG.SWR.4030000"), []string{"Unable to list shares of platform/b", "403"}},
		"unauthorized": {swrtest.OpList, swrtest.Status(401, "SVCSTG.SWR.4010000"), []string{"Unable to list shares of platform/b", "401"}},
		"unavailable":  {swrtest.OpList, swrtest.Status(503, ""), []string{"Unable to list shares of platform/b", "503"}},
		"nonsense":     {swrtest.OpList, swrtest.WrongShape(), []string{"Unable to list shares of platform/b"}},
		"no namespace": {swrtest.OpList, swrtest.Status(404, "SVCSTG.SWR.4040058"), []string{"Unable to list shares of platform/b"}},
		"deleted":      {swrtest.OpList, swrtest.Status(404, "SVCSTG.SWR.4040010"), nil},
		"the list itself": {swrtest.OpSharedRepositories, swrtest.Status(404, "SVCSTG.SWR.4040010"),
			[]string{"Unable to list shared repositories of all organizations"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := swrtest.Start(t)
			seedRepositories(server, map[string]int{"platform/a": 1, "platform/b": 1, "platform/c": 1})
			fault := swrtest.Fault{Operation: test.operation, Behavior: test.behavior}
			if test.operation == swrtest.OpList {
				fault.Repository = "b"
			}
			server.Inject(fault)
			h := newHarness(t, server, values{"endpoint": server.URL, "token": server.Token(), "max_retries": 0})
			got, d := h.dataSource("swr_shares", values{})
			if test.words != nil {
				d.assertError(t, test.words...)
				return
			}
			d.silent(t)
			if ids := shareIDs(got["shares"]); strings.Join(ids, " ") != "platform/a/ACME-0000 platform/c/ACME-0000" || got["complete"] != true {
				t.Errorf("%v, complete: %v", ids, got["complete"])
			}
		})
	}
}

// Shares of the same run are listed, even if the service does not list their
// repository as shared yet.
func TestAccountSharesAfterWrite(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	seedRepositories(server, map[string]int{"platform/other": 1})
	h := newHarness(t, server).inOneRun()
	h.newShare().apply(shareConfig).silent(t)
	server.Inject(swrtest.Fault{Operation: swrtest.OpSharedRepositories, Times: 1, Behavior: swrtest.Respond(200, nil,
		`[{"namespace":"platform","name":"other"}]`)})
	for range 2 { // the second time the service lists it
		got, d := h.dataSource("swr_shares", values{"namespace": "platform"})
		d.silent(t)
		if ids := shareIDs(got["shares"]); !slices.Equal(ids, []string{"platform/other/ACME-0000", "platform/team/app/ACME"}) {
			t.Errorf("%v", ids)
		}
	}
}
