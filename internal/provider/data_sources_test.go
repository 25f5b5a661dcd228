package provider_test

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

var (
	repositoryNames = values{"namespace": "platform", "repository": "team/app"}
	shareNames      = repositoryNames.with("access_domain", "ACME")
)

// field returns an attribute of each object in a list.
func field(list any, name string) (found []string) {
	objects, _ := list.([]any)
	for _, object := range objects {
		attributes, _ := object.(values)
		found = append(found, fmt.Sprint(attributes[name]))
	}
	return found
}

func TestShareDataSource(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	putShare(server, "team/app", "ACME", "2020-03-31T16:00:00.000Z")
	h := newHarness(t, server)
	got, d := h.dataSource("swr_repository_share", shareNames)
	d.silent(t)
	want := values{"deadline": "2020-03-31", "expires_at": "2020-04-01T00:00:00Z", "status": false, "permit": "read", "description": "by hand"}
	for name, want := range want {
		if got[name] != want {
			t.Errorf("%s is %v", name, got[name])
		}
	}
	_, d = h.dataSource("swr_repository_share", shareNames.with("access_domain", "NOBODY"))
	d.assertError(t, `"platform/team/app" is not shared with "NOBODY"`, "Check the three names and the endpoint")
	_, d = h.dataSource("swr_repository_shares", repositoryNames.with("repository", "nothing"))
	d.assertError(t, "Unable to list shares of platform/nothing", `The repository "platform/nothing" does not exist`)
}

// Package swr has tests of listings of every length.
func TestSharesDataSource(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		count    int
		paging   swrtest.Paging
		shown    int
		complete bool
	}{
		"none":       {0, swrtest.PagingHonored, 0, true},
		"two":        {2, swrtest.PagingHonored, 2, true},
		"complete":   {250, swrtest.PagingHonored, 250, true},
		"incomplete": {250, swrtest.PagingRejected, 100, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startServer(t, swrtest.WithVariants(func(v *swrtest.Variants) { v.Paging, v.NewestFirst = test.paging, true }))
			for i := range test.count {
				putShare(server, "team/app", fmt.Sprintf("ACME-%03d", i), "forever")
			}
			got, d := newHarness(t, server).dataSource("swr_repository_shares", repositoryNames)
			accounts := field(got["shares"], "access_domain")
			if len(accounts) != test.shown || !slices.IsSorted(accounts) || got["complete"] != test.complete {
				t.Errorf("%d shares, complete: %v", len(accounts), got["complete"])
			}
			if test.complete {
				d.silent(t)
			} else {
				d.assertWarning(t, "Incomplete list of shares of platform/team/app")
			}
		})
	}
}

// A share that moves from the second page to the first while they are read is
// listed, and a list that never comes to rest is not called complete.
func TestSharesDataSourceWhilePagesShift(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	for i := range 120 {
		putShare(server, "team/app", fmt.Sprintf("ACME-%03d", i), "forever")
	}
	h := newHarness(t, server)
	onSecondPage := func(do func()) {
		server.OnRequest(func(info swrtest.RequestInfo) {
			if info.Operation == swrtest.OpList && info.Query.Get("offset") == "100" {
				do()
			}
		})
	}
	var once sync.Once
	onSecondPage(func() { once.Do(func() { server.DeleteShare("platform", "team/app", "ACME-000") }) })
	got, d := h.dataSource("swr_repository_shares", repositoryNames)
	d.silent(t)
	if !slices.Contains(field(got["shares"], "access_domain"), "ACME-100") || got["complete"] != true {
		t.Errorf("complete: %v, %v", got["complete"], field(got["shares"], "access_domain"))
	}
	var n atomic.Int64
	onSecondPage(func() { putShare(server, "team/app", fmt.Sprintf("LATER-%d", n.Add(1)), "forever") })
	got, d = newHarness(t, server).dataSource("swr_repository_shares", repositoryNames)
	d.assertWarning(t, "The list of accounts changed on each of 5 consecutive reads")
	if got["complete"] != false {
		t.Errorf("complete: %v", got["complete"])
	}
}

// A data source that is read after a write of the same run has what was written.
func TestSharesDataSourceAfterWrite(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	putShare(server, "team/app", "FIRST", "forever")
	h := newHarness(t, server).inOneRun()
	before, d := h.dataSource("swr_repository_shares", repositoryNames)
	d.silent(t)
	h.newShare().apply(shareConfig).silent(t)
	after, d := h.dataSource("swr_repository_shares", repositoryNames)
	d.silent(t)
	if got := field(after["shares"], "access_domain"); len(field(before["shares"], "access_domain")) != 1 || !slices.Equal(got, []string{"ACME", "FIRST"}) {
		t.Errorf("shared with %v", got)
	}
}

func TestSharedRepositoriesDataSource(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	seedRepositories(server, map[string]int{"platform/app": 1, "platform/team/app": 2, "other/team/app": 1, "platform/unshared": 0})
	made := time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)
	server.AddReceivedRepositories(
		swrtest.ReceivedRepository{DomainName: "Them", Namespace: "z", Repository: "team/app", Description: "theirs", Created: made},
		swrtest.ReceivedRepository{DomainName: "Them", Namespace: "y", Repository: "old", Expired: true},
		swrtest.ReceivedRepository{DomainName: "Others", Namespace: "z", Repository: "app"},
	)
	h := newHarness(t, server)
	common := values{"category": "other", "size": int64(22613216), "is_public": false, "num_images": int64(1), "num_download": int64(0), "tags": []any{"latest"}}
	for _, test := range []struct {
		config values
		names  []string
		first  values
	}{
		{values{"center": "self"}, []string{"team/app", "app", "team/app"}, nil},
		{values{"center": "self", "namespace": "platform"}, []string{"app", "team/app"}, nil},
		{values{"center": "self", "name": "app"}, []string{"app"}, nil},
		{values{"center": "self", "namespace": "other"}, []string{"team/app"}, values{
			"namespace": "other", "name": "team/app", "domain_name": server.Owner(), "status": nil, "description": "",
			"path": "swr.example.com/other/team/app:latest", "internal_path": "10.125.0.198:20202/other/team/app:latest"}},
		{values{"center": "self", "namespace": "nobody"}, nil, nil},
		{values{"center": "thirdparty"}, []string{"old", "app", "team/app"}, nil},
		{values{"center": "thirdparty", "status": false}, []string{"old"}, nil},
		{values{"center": "thirdparty", "status": true, "domain_name": "Them"}, []string{"team/app"}, values{
			"namespace": "z", "name": "team/app", "domain_name": "Them", "status": true, "description": "theirs",
			"created_at": "2027-01-02T03:04:05Z", "updated_at": "2027-01-02T03:04:05Z",
			"path": "swr.example.com/z/team/app:latest", "internal_path": "10.125.0.198:20202/z/team/app:latest"}},
	} {
		got, d := h.dataSource("swr_shared_repositories", test.config)
		d.silent(t)
		if names := field(got["repositories"], "name"); !slices.Equal(names, test.names) || got["complete"] != true {
			t.Errorf("%v: %v, complete: %v", test.config, names, got["complete"])
		}
		if test.first == nil {
			continue
		}
		repositories, _ := got["repositories"].([]any)
		first, _ := repositories[0].(values)
		for _, want := range []values{common, test.first} {
			for name, value := range want {
				if !equalValues(first[name], value) {
					t.Errorf("%v: %s is %v instead of %v", test.config, name, first[name], value)
				}
			}
		}
	}
}

func TestRepositoriesDataSource(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	seedRepositories(server, map[string]int{"platform/app": 1, "platform/team/app": 0, "other/team/app": 1, "platform/zoo": 0})
	server.SetPublic("platform", "public")
	h := newHarness(t, server)
	for _, test := range []struct {
		config values
		names  []string
	}{
		{values{"namespace": "platform"}, []string{"app", "public", "team/app", "zoo"}},
		{values{"namespace": "platform", "is_public": false}, []string{"app", "team/app", "zoo"}},
		{values{"namespace": "platform", "is_public": true}, []string{"public"}},
		{values{"namespace": "platform", "name": "team/app"}, []string{"team/app"}},
		{values{"namespace": "platform", "name": "team/app", "is_public": true}, nil},
		{values{"namespace": "nobody"}, nil},
	} {
		server.ResetRequests()
		got, d := h.dataSource("swr_repositories", test.config)
		d.silent(t)
		if names := field(got["repositories"], "name"); !slices.Equal(names, test.names) || got["complete"] != true {
			t.Errorf("%v: %v, complete: %v", test.config, names, got["complete"])
		}
		assertRequests(t, server, map[swrtest.Operation]int{swrtest.OpRepositories: 1})
	}
	got, _ := h.dataSource("swr_repositories", values{"namespace": "platform", "name": "public"})
	repositories, _ := got["repositories"].([]any)
	if len(repositories) != 1 {
		t.Fatal(got)
	}
	first, _ := repositories[0].(values)
	for name, want := range (values{
		"namespace": "platform", "is_public": true, "domain_name": server.Owner(), "num_images": int64(1), "tags": []any{"latest"},
		"path": "swr.example.com/platform/public:latest",
	}) {
		if !equalValues(first[name], want) {
			t.Errorf("%s is %v instead of %v", name, first[name], want)
		}
	}
}

func TestRepositoriesDataSourceErrors(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	h := newHarness(t, server)
	for _, test := range []struct {
		config  values
		message string
	}{
		{values{"namespace": "platform", "name": "team$app"}, `AttributeName("name")`},
		{values{"namespace": "Platform"}, `namespace = "Platform"`},
	} {
		_, d := h.dataSource("swr_repositories", test.config)
		d.assertError(t, test.message)
	}
	assertNoRequests(t, server)
	server.Inject(swrtest.Fault{Operation: swrtest.OpRepositories, Behavior: swrtest.Respond(200, nil,
		`[{"namespace":"platform","name":"app","total_range":2}]`)})
	got, d := h.dataSource("swr_repositories", values{"namespace": "platform"})
	d.assertWarning(t, "Incomplete list of repositories", "ignores paging", "There may be more repositories")
	if len(field(got["repositories"], "name")) != 1 || got["complete"] != false {
		t.Errorf("%v", got)
	}
	server.RemoveFaults()
	server.SetVariants(func(v *swrtest.Variants) { v.Routes.NoRepositories = true })
	_, d = h.dataSource("swr_repositories", values{"namespace": "platform"})
	d.assertError(t, "Unable to list repositories of platform", "this service does not support listing repositories")
}

func TestSharedRepositoriesDataSourceValidation(t *testing.T) {
	t.Parallel()
	h := newHarness(t, swrtest.Start(t))
	for _, test := range []struct {
		config  values
		message string
	}{
		{values{"center": "me"}, `center = "me": must be "self"`},
		{values{"center": "self", "status": true}, "status is supported only with center"},
		{values{"center": "self", "name": "team$app"}, `AttributeName("name")`},
		{values{"center": "self", "namespace": "Platform"}, `namespace = "Platform"`},
		{values{"center": "thirdparty", "domain_name": "a/b"}, `AttributeName("domain_name")`},
	} {
		_, d := h.dataSource("swr_shared_repositories", test.config)
		d.assertError(t, test.message)
	}
	assertNoRequests(t, h.server)
}

func TestSharedRepositoriesDataSourceIncomplete(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	server.Inject(swrtest.Fault{Operation: swrtest.OpSharedRepositories, Behavior: swrtest.Respond(200, nil,
		`[{"namespace":"platform","name":"app","total_range":2}]`)})
	h := newHarness(t, server)
	got, d := h.dataSource("swr_shared_repositories", values{"center": "self"})
	d.assertWarning(t, "Incomplete list of shared repositories", "ignores paging", "There may be more repositories")
	if got["complete"] != false {
		t.Errorf("complete: %v", got["complete"])
	}
	server.RemoveFaults()
	server.SetVariants(func(v *swrtest.Variants) { v.Routes.NoSharedRepositories = true })
	_, d = h.dataSource("swr_shared_repositories", values{"center": "self"})
	d.assertError(t, "Unable to list shared repositories of all organizations", "this service does not support listing shared repositories")
}
