package provider_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// listing is what a list block asks for.
type listing struct {
	namespace, repository string // "": left out
	limit                 int64  // 0: none
	include               bool
	stopAfter             int // results after which nobody listens any more; 0: never
}

// listed is what came of it.
type listed struct {
	names    []string // of the shares, from their identities
	results  []tfprotov6.ListResourceResult
	warnings []string
	errors   []string
}

func (p *protocol) lister() tfprotov6.ListResourceServer {
	p.t.Helper()
	server, ok := p.ProviderServer.(tfprotov6.ListResourceServer)
	if !ok {
		p.t.Fatal("the provider lists nothing")
	}
	return server
}

func (p *protocol) listConfig(what listing) *tfprotov6.DynamicValue {
	config := map[string]any{}
	if what.namespace != "" {
		config["namespace"] = what.namespace
	}
	if what.repository != "" {
		config["repository"] = what.repository
	}
	return p.object(p.schemas.ListResourceSchemas[shareType], config)
}

func (p *protocol) list(what listing) listed {
	p.t.Helper()
	stream, err := p.lister().ListResource(p.t.Context(), &tfprotov6.ListResourceRequest{
		TypeName: shareType, Config: p.listConfig(what), IncludeResource: what.include, Limit: what.limit,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	var got listed
	for result := range stream.Results {
		for _, d := range result.Diagnostics {
			text := d.Summary + ": " + d.Detail
			if d.Severity == tfprotov6.DiagnosticSeverityWarning {
				got.warnings = append(got.warnings, text)
			} else {
				got.errors = append(got.errors, text)
			}
		}
		if result.Identity == nil {
			continue
		}
		identity := p.strings(shareIdentityType, result.Identity.IdentityData)
		got.results = append(got.results, result)
		got.names = append(got.names, strings.Join([]string{identity["namespace"], identity["repository"], identity["access_domain"]}, "/"))
		if len(got.results) == what.stopAfter {
			break
		}
	}
	return got
}

// seeded shares each repository with as many accounts as it says, and gives all
// names.
func seeded(server *swrtest.Server, repositories map[string]int) (names []string) {
	for repository, count := range repositories {
		namespace, name, _ := strings.Cut(repository, "/")
		server.AddRepository(namespace, name)
		for i := range count {
			share := swrtest.Share{Namespace: namespace, Repository: name, AccessDomain: fmt.Sprintf("ACME-%04d", i)}
			server.PutShare(share)
			names = append(names, repository+"/"+share.AccessDomain)
		}
	}
	slices.Sort(names)
	return names
}

// threeRepositories hold 360 shares.
var threeRepositories = map[string]int{"platform/app": 120, "platform/team/app": 130, "staging/team/app": 110, "platform/unshared": 0}

func TestProtocolList(t *testing.T) {
	t.Parallel()
	type counts map[swrtest.Operation]int
	const lists, shared = swrtest.OpList, swrtest.OpSharedRepositories
	for name, check := range map[string]struct {
		what     listing
		within   string // the names' beginning
		want     int
		requests counts
	}{
		"the account":               {listing{}, "", 360, counts{shared: 1, lists: 6}},
		"a namespace":               {listing{namespace: "platform"}, "platform/", 250, counts{shared: 1, lists: 4}},
		"a repository":              {listing{namespace: "platform", repository: "team/app"}, "platform/team/app/", 130, counts{lists: 2}},
		"an unshared repository":    {listing{namespace: "platform", repository: "unshared"}, "platform/unshared/", 0, counts{lists: 1}},
		"a namespace of nothing":    {listing{namespace: "elsewhere"}, "elsewhere/", 0, counts{shared: 1}},
		"7 of the account":          {listing{limit: 7}, "platform/app/", 7, counts{shared: 1, lists: 1}},
		"7 of a namespace":          {listing{namespace: "staging", limit: 7}, "staging/", 7, counts{shared: 1, lists: 1}},
		"7 of a repository":         {listing{namespace: "platform", repository: "team/app", limit: 7}, "platform/team/app/", 7, counts{lists: 1}},
		"a page of a repository":    {listing{namespace: "platform", repository: "team/app", limit: 100}, "platform/team/app/", 100, counts{lists: 1}},
		"one more than a page":      {listing{namespace: "platform", repository: "team/app", limit: 101}, "platform/team/app/", 101, counts{lists: 2}},
		"just the first repository": {listing{limit: 120}, "platform/app/", 120, counts{shared: 1, lists: 2}},
		"one of the second":         {listing{limit: 121}, "platform/", 121, counts{shared: 1, lists: 3}},
		"more than there are":       {listing{limit: 1000}, "", 360, counts{shared: 1, lists: 6}},
		"until nobody listens":      {listing{stopAfter: 3}, "platform/app/", 3, counts{shared: 1, lists: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := swrtest.Start(t)
			all := seeded(server, threeRepositories)
			got := newProtocol(t, server).list(check.what)
			if len(got.errors)+len(got.warnings) > 0 {
				t.Errorf("errors %v, warnings %v", got.errors, got.warnings)
			}
			if len(got.names) != check.want {
				t.Errorf("%d shares instead of %d", len(got.names), check.want)
			}
			seen := map[string]bool{}
			for _, name := range got.names {
				if seen[name] || !slices.Contains(all, name) || !strings.HasPrefix(name, check.within) {
					t.Errorf("listed: %s", name)
				}
				seen[name] = true
			}
			requests(t, server, check.requests)
			if total := check.requests[lists] + check.requests[shared]; server.Count() != total {
				t.Errorf("%d requests instead of %d: %v", server.Count(), total, server.Counts())
			}
		})
	}
}

// The resource comes only where it is asked for; identity and name always do.
func TestProtocolListIncludes(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	byHand(server, "team/app", "Acme", "2031-03-31T16:00:00.000Z")
	p := newProtocol(t, server)
	stateType := p.schemas.ResourceSchemas[shareType].ValueType()
	for _, include := range []bool{false, true} {
		got := p.list(listing{namespace: "platform", repository: "team/app", include: include})
		if len(got.results) != 1 || len(got.errors)+len(got.warnings) > 0 {
			t.Fatalf("%+v", got)
		}
		one := got.results[0]
		if one.DisplayName != "platform/team/app/Acme" {
			t.Errorf("the name is %q", one.DisplayName)
		}
		if (one.Resource != nil) != include {
			t.Errorf("the resource: %v, asked for: %t", one.Resource, include)
		}
		if !include {
			continue
		}
		state := p.strings(stateType, one.Resource)
		for name, want := range map[string]string{
			"id": "platform/team/app/Acme", "access_domain": "Acme", "deadline": "2031-03-31", "description": "by hand",
			"permit": "read", "expires_at": "2031-04-01T00:00:00Z",
		} {
			if state[name] != want {
				t.Errorf("%s is %q instead of %q", name, state[name], want)
			}
		}
	}
}

// What is listed is what an import of the same share reads.
func TestProtocolListIsWhatImportReads(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	byHand(server, "team/app", "Acme", "forever")
	p := newProtocol(t, server)
	stateType := p.schemas.ResourceSchemas[shareType].ValueType()
	one := p.list(listing{include: true}).results[0]
	read, diagnostics := p.importAndRead(one.Identity)
	p.clean(diagnostics)
	imported, err := read.NewState.Unmarshal(stateType)
	if err != nil {
		t.Fatal(err)
	}
	shown, err := one.Resource.Unmarshal(stateType)
	if err != nil {
		t.Fatal(err)
	}
	if !shown.Equal(imported) {
		t.Errorf("listed %s, imported %s", shown, imported)
	}
}

// Where a listing can't be completed, what there is comes, with a warning.
func TestProtocolListIncomplete(t *testing.T) {
	t.Parallel()
	for name, paging := range map[string]swrtest.Paging{"ignored": swrtest.PagingIgnored, "refused": swrtest.PagingRejected} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := swrtest.Start(t, swrtest.WithVariants(func(v *swrtest.Variants) { v.Paging = paging }))
			seeded(server, map[string]int{"platform/app": 130, "platform/team/app": 5})
			got := newProtocol(t, server).list(listing{})
			if len(got.names) != 105 || len(got.errors) > 0 || len(got.warnings) != 1 {
				t.Fatalf("%d shares, errors %v, warnings %v", len(got.names), got.errors, got.warnings)
			}
			wants(t, got.warnings[0], "Incomplete list of shares of platform/app", "the first 100 accounts", "There may be more shares")
			// Who wants no more than there is has no reason to be warned.
			if got := newProtocol(t, server).list(listing{limit: 100}); len(got.warnings) > 0 {
				t.Errorf("warnings %v", got.warnings)
			}
		})
	}
}

func TestProtocolListErrors(t *testing.T) {
	t.Parallel()
	for name, check := range map[string]struct {
		what  listing
		setup func(*swrtest.Server)
		words []string
		shown int
	}{
		"no such repository": {listing{namespace: "platform", repository: "nothing"}, func(*swrtest.Server) {},
			[]string{"Unable to list shares of platform/nothing", `The repository "platform/nothing" does not exist`}, 0},
		"no such namespace": {listing{namespace: "elsewhere", repository: "app"}, func(*swrtest.Server) {},
			[]string{"Unable to list shares of elsewhere/app", `The organization "elsewhere" does not exist`}, 0},
		"not allowed": {listing{}, func(s *swrtest.Server) {
			s.Inject(swrtest.Fault{Operation: swrtest.OpList, Repository: "team/app", Behavior: swrtest.Status(403, "SVCSTG.SWR.4030000")})
		}, []string{"Unable to list shares of platform/team/app", "403"}, 2},
		"no such list": {listing{}, func(s *swrtest.Server) {
			s.SetVariants(func(v *swrtest.Variants) { v.Routes.NoSharedRepositories = true })
		}, []string{"Unable to list shared repositories of all organizations", "each repository has to be named explicitly"}, 0},
		"no such list of a namespace": {listing{namespace: "platform"}, func(s *swrtest.Server) {
			s.SetVariants(func(v *swrtest.Variants) { v.Routes.NoSharedRepositories = true })
		}, []string{"Unable to list shared repositories of platform"}, 0},
		"nonsense": {listing{}, func(s *swrtest.Server) {
			s.Inject(swrtest.Fault{Operation: swrtest.OpSharedRepositories, Behavior: swrtest.WrongTypes()})
		}, []string{"Unable to list shared repositories of all organizations", "not the documented JSON"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := swrtest.Start(t)
			seeded(server, map[string]int{"platform/app": 2, "platform/team/app": 3, "platform/z": 4})
			check.setup(server)
			got := newProtocol(t, server).list(check.what)
			if len(got.errors) != 1 || len(got.names) != check.shown {
				t.Fatalf("%d shares, errors %v", len(got.names), got.errors)
			}
			wants(t, got.errors[0], check.words...)
		})
	}
}

// A repository that was deleted since it was listed has no shares.
func TestProtocolListOfWhatIsGone(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	seeded(server, map[string]int{"platform/app": 2, "platform/team/app": 3})
	server.Inject(swrtest.Fault{Operation: swrtest.OpList, Repository: "app", Behavior: swrtest.Status(404, "SVCSTG.SWR.4040010")})
	if got := newProtocol(t, server).list(listing{}); len(got.names) != 3 || len(got.errors)+len(got.warnings) > 0 {
		t.Errorf("%+v", got)
	}
}

// One share that makes no sense is an error only where it is looked into.
func TestProtocolListOfNonsense(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t)
	byHand(server, "team/app", "ACME", "some day")
	p := newProtocol(t, server)
	if got := p.list(listing{}); len(got.names) != 1 || len(got.errors) > 0 {
		t.Errorf("%+v", got)
	}
	got := p.list(listing{include: true})
	if len(got.errors) != 1 {
		t.Fatalf("%+v", got)
	}
	wants(t, got.errors[0], "Unable to read share platform/team/app/ACME", "some day")
}

func TestProtocolListConfig(t *testing.T) {
	t.Parallel()
	p := newProtocol(t, swrtest.Start(t))
	for name, check := range map[string]struct {
		what listing
		word string
	}{
		"nothing":                       {listing{}, ""},
		"a namespace":                   {listing{namespace: "platform"}, ""},
		"both":                          {listing{namespace: "platform", repository: "team/app"}, ""},
		"a repository without its home": {listing{repository: "team/app"}, `"namespace" must be specified when "repository" is specified`},
		"a bad namespace":               {listing{namespace: "Platform"}, `namespace = "Platform"`},
		"a bad repository":              {listing{namespace: "platform", repository: "team$app"}, `repository = "team$app"`},
	} {
		t.Run(name, func(t *testing.T) {
			resp, err := p.lister().ValidateListResourceConfig(t.Context(), &tfprotov6.ValidateListResourceConfigRequest{
				TypeName: shareType, Config: p.listConfig(check.what),
			})
			if err != nil {
				t.Fatal(err)
			}
			var said string
			for _, d := range resp.Diagnostics {
				said += d.Summary + ": " + d.Detail
			}
			if (said == "") != (check.word == "") || !strings.Contains(said, check.word) {
				t.Errorf("said %q", said)
			}
		})
	}
}

// A query needs an answer now.
func TestProtocolListUnconfigured(t *testing.T) {
	t.Parallel()
	p := newProtocol(t, swrtest.Start(t))
	config := p.object(p.schemas.Provider, map[string]any{"endpoint": tftypes.UnknownValue})
	if _, err := p.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{Config: config}); err != nil {
		t.Fatal(err)
	}
	if got := p.list(listing{}); len(got.errors) != 1 || !strings.Contains(got.errors[0], "Provider configuration not yet known") {
		t.Errorf("%+v", got)
	}
}
