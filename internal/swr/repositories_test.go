package swr_test

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// putRepositories shares n repositories.
func (f *fixture) putRepositories(n int) {
	for i := range n {
		f.sim.PutShare(swrtest.Share{Namespace: "many", Repository: fmt.Sprintf("app%04d", i), AccessDomain: "ACME"})
	}
}

// shared returns the names of what is listed, and the error at the end.
func (f *fixture) shared(filter swr.SharedFilter) (names []string, err error) {
	return repositoryNames(f.SharedRepositories(f.ctx, filter))
}

// repositories returns the names of what is listed, and the error at the end.
func (f *fixture) repositories(filter swr.RepositoryFilter) (names []string, err error) {
	return repositoryNames(f.Repositories(f.ctx, filter))
}

func repositoryNames(listed iter.Seq2[swr.RepositoryInfo, error]) (names []string, err error) {
	for repository, err := range listed {
		if err != nil {
			return names, err
		}
		names = append(names, repository.Repo().String())
	}
	return names, nil
}

func TestSharedRepositoriesOfAnyTotal(t *testing.T) {
	for _, totals := range []bool{true, false} {
		for count, pages := range map[int]int{0: 1, 1: 1, 99: 1, 100: 1, 101: 2, 250: 3, 300: 3} {
			if !totals && count > 0 && count%100 == 0 {
				pages++ // a full page leaves open whether there are more
			}
			t.Run(fmt.Sprintf("%d, totals %t", count, totals), func(t *testing.T) {
				f := newFixture(t, func(v *swrtest.Variants) { v.NoRepositoryTotals = !totals })
				f.putRepositories(count)
				names, err := f.shared(swr.SharedFilter{Center: swr.CenterSelf})
				if err != nil || len(names) != count || len(slices.Compact(slices.Sorted(slices.Values(names)))) != count {
					t.Errorf("%d repositories, error %v", len(names), err)
				}
				f.expectCounts(t, map[swrtest.Operation]int{swrtest.OpSharedRepositories: pages})
			})
		}
	}
}

// A server that knows only the older form rejects the newer one, once.
func TestSharedRepositoriesByFilterAlone(t *testing.T) {
	f := newFixture(t, func(v *swrtest.Variants) { v.FilterFormOnly = true })
	f.putRepositories(150)
	f.sim.PutShare(swrtest.Share{Namespace: "platform", Repository: "team/app", AccessDomain: "ACME"})
	f.sim.AddReceivedRepositories(
		swrtest.ReceivedRepository{DomainName: "Them", Namespace: "z", Repository: "app"},
		swrtest.ReceivedRepository{DomainName: "Them", Namespace: "y", Repository: "app", Expired: true},
	)
	valid := true
	for _, test := range []struct {
		filter   swr.SharedFilter
		count    int
		requests int
	}{
		{swr.SharedFilter{Center: swr.CenterSelf}, 151, 3}, // a rejected one, and two pages
		{swr.SharedFilter{Center: swr.CenterSelf, Namespace: "platform", Name: "team/app"}, 1, 1},
		{swr.SharedFilter{Center: swr.CenterSelf, Name: "app0042"}, 1, 1},
		{swr.SharedFilter{Center: swr.CenterThirdParty, DomainName: "them"}, 2, 1},
		{swr.SharedFilter{Center: swr.CenterThirdParty, Status: &valid}, 1, 1},
	} {
		f.sim.ResetRequests()
		names, err := f.shared(test.filter)
		if err != nil || len(names) != test.count {
			t.Errorf("%+v: %d repositories, error %v", test.filter, len(names), err)
		}
		f.expectCounts(t, map[swrtest.Operation]int{swrtest.OpSharedRepositories: test.requests})
	}
}

// A request that is rejected in both forms is reported as the newer one was.
func TestSharedRepositoriesRejectedInBothForms(t *testing.T) {
	f := newFixture(t, nil)
	f.sim.Inject(swrtest.Fault{Operation: swrtest.OpSharedRepositories, Times: 1, Behavior: swrtest.Status(400, "SVCSTG.SWR.4000056")})
	_, err := f.shared(swr.SharedFilter{Center: swr.CenterSelf})
	if !errors.Is(err, swr.KindInvalid) || !strings.Contains(err.Error(), "4000056") {
		t.Errorf("got %v", err)
	}
	f.expectCounts(t, map[swrtest.Operation]int{swrtest.OpSharedRepositories: 2})
}

func TestSharedRepositoriesFilters(t *testing.T) {
	yes, no := true, false
	for name, dollar := range map[string]bool{"slash": false, "dollar": true} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, func(v *swrtest.Variants) { v.DollarInBodies = dollar })
			for _, of := range []string{"platform/app", "platform/team/app", "platform/team/apple", "other/app"} {
				namespace, repository, _ := strings.Cut(of, "/")
				f.sim.PutShare(swrtest.Share{Namespace: namespace, Repository: repository, AccessDomain: "a"})
			}
			f.sim.AddReceivedRepositories(
				swrtest.ReceivedRepository{DomainName: "Them", Namespace: "z", Repository: "app"},
				swrtest.ReceivedRepository{DomainName: "Them", Namespace: "y", Repository: "app", Expired: true},
				swrtest.ReceivedRepository{DomainName: "Others", Namespace: "z", Repository: "app"},
			)
			for filter, want := range map[swr.SharedFilter]string{
				{Center: swr.CenterSelf}:                                                 "other/app platform/app platform/team/app platform/team/apple",
				{Center: swr.CenterSelf, Namespace: "platform"}:                          "platform/app platform/team/app platform/team/apple",
				{Center: swr.CenterSelf, Name: "app"}:                                    "other/app platform/app",
				{Center: swr.CenterSelf, Name: "team/app"}:                               "platform/team/app",
				{Center: swr.CenterSelf, Name: "team"}:                                   "",
				{Center: swr.CenterSelf, DomainName: "nobody"}:                           "",
				{Center: swr.CenterThirdParty}:                                           "y/app z/app z/app",
				{Center: swr.CenterThirdParty, Status: &yes}:                             "z/app z/app",
				{Center: swr.CenterThirdParty, Status: &no}:                              "y/app",
				{Center: swr.CenterThirdParty, DomainName: "Others"}:                     "z/app",
				{Center: swr.CenterThirdParty, DomainName: "Them", Namespace: "y"}:       "y/app",
				{Center: swr.CenterThirdParty, DomainName: "Th", Namespace: "y"}:         "",
				{Center: swr.CenterThirdParty, Name: "ap", Namespace: "y"}:               "",
				{Center: swr.CenterThirdParty, Name: "app", Namespace: "y", Status: &no}: "y/app",
			} {
				if names, err := f.shared(filter); err != nil || strings.Join(names, " ") != want {
					t.Errorf("%+v: %v, error %v; want %s", filter, names, err, want)
				}
			}
		})
	}
}

// The status has a meaning for repositories shared by others only.
func TestSharedRepositoriesElements(t *testing.T) {
	f := newFixture(t, nil)
	f.putRepositories(1)
	f.sim.AddReceivedRepositories(swrtest.ReceivedRepository{DomainName: "Them", Namespace: "z", Repository: "team/app", Expired: true, Description: "theirs"})
	for center, check := range map[swr.Center]func(swr.RepositoryInfo) bool{
		swr.CenterSelf: func(r swr.RepositoryInfo) bool {
			return r.Status == nil && r.Namespace == "many" && r.DomainName == f.sim.Owner() && r.Size > 0 && r.Path != "" && len(r.Tags) == 1
		},
		swr.CenterThirdParty: func(r swr.RepositoryInfo) bool {
			return r.Status != nil && !*r.Status && r.Name == "team/app" && r.DomainName == "Them" && r.Description == "theirs"
		},
	} {
		for repository, err := range f.SharedRepositories(f.ctx, swr.SharedFilter{Center: center}) {
			if err != nil || !check(repository) {
				t.Errorf("%+v, error %v", repository, err)
			}
		}
	}
}

// Responses of a service instead of a list of repositories.
func TestSharedRepositoriesResponses(t *testing.T) {
	const one = `{"namespace":"platform","name":"app"}`
	for name, check := range map[string]struct {
		body  string
		shown int
		kind  swr.Kind // "" where it is fine
		word  string
	}{
		"null":                  {"null", 0, "", ""},
		"an empty list":         {"[]", 0, "", ""},
		"just the names":        {"[" + one + "]", 1, "", ""},
		"null tags":             {`[{"namespace":"platform","name":"app","tags":null,"status":null}]`, 1, "", ""},
		"a total beyond":        {`[{"namespace":"platform","name":"app","total_range":5}]`, 1, swr.KindListingIncomplete, "ignores paging"},
		"a total of nonsense":   {`[{"namespace":"platform","name":"app","total_range":-5}]`, 1, "", ""},
		"the same twice":        {"[" + one + "," + one + "]", 1, "", ""},
		"a null element":        {"[" + one + ",null]", 0, swr.KindInvalidResponse, "element 1 of the list is null"},
		"no name":               {`[{"namespace":"platform"}]`, 0, swr.KindInvalidResponse, "element 0 of the list is not a repository"},
		"no namespace":          {`[{"name":"app"}]`, 0, swr.KindInvalidResponse, "namespace is empty"},
		"a path":                {`[{"namespace":"..","name":"app"}]`, 0, swr.KindInvalidResponse, `must not be ".."`},
		"a number for a name":   {`[{"namespace":"platform","name":7}]`, 0, swr.KindInvalidResponse, "not the documented JSON"},
		"an object":             {`{"repos":[]}`, 0, swr.KindInvalidResponse, "not the documented JSON"},
		"an error of its own":   {`{"errors":[{"errorCode":"SVCSTG.SWR.4000014"}]}`, 0, swr.KindInvalidResponse, "not the documented JSON"},
		"nothing":               {"", 0, swr.KindInvalidResponse, "the response is empty"},
		"two values":            {"[] []", 0, swr.KindInvalidResponse, "not the documented JSON"},
		"text for a size":       {`[{"namespace":"platform","name":"app","size":"1 GB"}]`, 0, swr.KindInvalidResponse, "not the documented JSON"},
		"an escape in the name": {`[{"namespace":"platform","name":"a\u001b[2J"}]`, 0, swr.KindInvalidResponse, "control character"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, nil)
			f.sim.Inject(swrtest.Fault{Operation: swrtest.OpSharedRepositories, Behavior: swrtest.Respond(200, nil, check.body)})
			names, err := f.shared(swr.SharedFilter{Center: swr.CenterSelf})
			if len(names) != check.shown {
				t.Errorf("shown: %v", names)
			}
			if check.kind == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if !errors.Is(err, check.kind) || !strings.Contains(err.Error(), check.word) {
				t.Errorf("error %v; want %q", err, check.word)
			}
		})
	}
}

// Both lists are read by the same code: the tests below are of what differs.
func TestRepositories(t *testing.T) {
	yes, no := true, false
	for name, variants := range map[string]func(*swrtest.Variants){
		"newer form":       func(*swrtest.Variants) {},
		"dollar in bodies": func(v *swrtest.Variants) { v.DollarInBodies = true },
		"without totals":   func(v *swrtest.Variants) { v.NoRepositoryTotals = true },
		"older form":       func(v *swrtest.Variants) { v.FilterFormOnly = true },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, variants)
			f.putRepositories(150)
			for _, name := range []string{"platform/app", "platform/team/apple", "other/team/app"} {
				namespace, repository, _ := strings.Cut(name, "/")
				f.sim.AddRepository(namespace, repository)
			}
			f.sim.SetPublic("platform", "public")
			all, err := f.repositories(swr.RepositoryFilter{})
			if err != nil || len(all) != 155 {
				t.Errorf("%d repositories, error %v", len(all), err)
			}
			for filter, want := range map[swr.RepositoryFilter]string{
				{Namespace: "platform"}:                   "platform/app platform/public platform/team/app platform/team/apple",
				{Namespace: "platform", Name: "team/app"}: "platform/team/app",
				{Namespace: "platform", Name: "app"}:      "platform/app",
				{Namespace: "platform", Name: "team"}:     "",
				{Namespace: "platform", IsPublic: &yes}:   "platform/public",
				{Namespace: "other", IsPublic: &no}:       "other/team/app",
				{Namespace: "plat"}:                       "",
				{Name: "team/app"}:                        "other/team/app platform/team/app",
				{Name: "team/app", Namespace: "many"}:     "",
			} {
				if names, err := f.repositories(filter); err != nil || strings.Join(names, " ") != want {
					t.Errorf("%+v: %v, error %v; want %s", filter, names, err, want)
				}
			}
		})
	}
}

// A server that knows only the older form rejects the newer one, once for each list.
// Names are sent, so that no more pages are read than necessary.
func TestRepositoriesRequests(t *testing.T) {
	for name, test := range map[string]struct {
		older    bool
		filter   swr.RepositoryFilter
		requests int
	}{
		"one":                     {false, swr.RepositoryFilter{Namespace: "many", Name: "app0042"}, 1},
		"all":                     {false, swr.RepositoryFilter{Namespace: "many"}, 2},
		"with levels":             {false, swr.RepositoryFilter{Name: "team/app"}, 1},
		"one, older form":         {true, swr.RepositoryFilter{Namespace: "many", Name: "app0042"}, 2},
		"all, older form":         {true, swr.RepositoryFilter{Namespace: "many"}, 3},
		"with levels, older form": {true, swr.RepositoryFilter{Name: "team/app"}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, func(v *swrtest.Variants) { v.FilterFormOnly = test.older })
			f.putRepositories(150)
			if names, err := f.repositories(test.filter); err != nil || len(names) == 0 {
				t.Errorf("%v, error %v", names, err)
			}
			f.expectCounts(t, map[swrtest.Operation]int{swrtest.OpRepositories: test.requests})
		})
	}
}

// A server may ignore parameters, count more than it returns, or return pages of one
// repository each.
func TestRepositoriesOfMisleadingService(t *testing.T) {
	const two = `[{"namespace":"platform","name":"app","is_public":true},{"namespace":"many","name":"app","is_public":false}]`
	f := newFixture(t, nil)
	f.sim.Inject(swrtest.Fault{Operation: swrtest.OpRepositories, Behavior: swrtest.Respond(200, nil, two)})
	no := false
	if names, err := f.repositories(swr.RepositoryFilter{IsPublic: &no}); err != nil || !slices.Equal(names, []string{"many/app"}) {
		t.Errorf("%v, error %v", names, err)
	}
	f.sim.RemoveFaults()
	f.sim.Inject(swrtest.Fault{Operation: swrtest.OpRepositories, Behavior: swrtest.Respond(200, nil, `[{"namespace":"many","name":"app","total_range":9}]`)})
	names, err := f.repositories(swr.RepositoryFilter{})
	if expectKind(t, err, swr.KindListingIncomplete); len(names) != 1 {
		t.Errorf("%v", names)
	}
	offset := 0
	client := f.clientVia(t, func(r *http.Request, _ http.RoundTripper) (*http.Response, error) {
		offset++
		body := fmt.Sprintf(`[{"namespace":"many","name":"app%d","total_range":1000000}]`, offset)
		return &http.Response{StatusCode: http.StatusOK, Request: r, Body: io.NopCloser(strings.NewReader(body))}, nil
	})
	names, err = repositoryNames(client.Repositories(f.ctx, swr.RepositoryFilter{}))
	expectKind(t, err, swr.KindListingIncomplete)
	if len(names) != 1001 || !strings.Contains(err.Error(), "only 1001 repositories on 1001 pages") {
		t.Errorf("%d repositories, error %v", len(names), err)
	}
}

func TestRepositoriesWithoutRoute(t *testing.T) {
	f := newFixture(t, func(v *swrtest.Variants) { v.Routes.NoRepositories = true })
	_, err := f.repositories(swr.RepositoryFilter{Namespace: "platform"})
	expectKind(t, err, swr.KindNoRoute)
	f.expectCounts(t, map[swrtest.Operation]int{swrtest.OpRepositories: 1})
}

func TestSharedRepositoriesRefused(t *testing.T) {
	f := newFixture(t, func(v *swrtest.Variants) { v.Routes.NoSharedRepositories = true })
	_, err := f.shared(swr.SharedFilter{Center: swr.CenterSelf})
	expectKind(t, err, swr.KindNoRoute)
	f.expectCounts(t, map[swrtest.Operation]int{swrtest.OpSharedRepositories: 1})
}
