package provider

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// planned is what a resource plans, and returns what it reports.
type planned func(*planRegistry) diag.Diagnostics

func plannedShareOf(account string, action shareAction) planned {
	return func(r *planRegistry) diag.Diagnostics {
		return r.recordShare(swr.Key{Namespace: "n", Repository: "r", AccessDomain: account}, action, swr.Key{})
	}
}

func plannedExclusiveOf(allowed ...string) planned {
	return func(r *planRegistry) (diags diag.Diagnostics) {
		r.recordExclusive(swr.Repository{Namespace: "n", Name: "r"}, allowed, &diags)
		return diags
	}
}

// permutations yields the orders of n things.
func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var all [][]int
	for _, shorter := range permutations(n - 1) {
		for at := range n {
			all = append(all, slices.Insert(slices.Clone(shorter), at, n-1))
		}
	}
	return all
}

// In whatever order the resources are planned, each conflict is reported once, by the
// name of the share.
func TestPlanRegistry(t *testing.T) {
	t.Parallel()
	const (
		twice     = "Error: Share n/r/A is in the state twice"
		recreated = "Warning: Share n/r/A is revoked and created again"
		duplicate = "Warning: Duplicate swr_repository_share for n/r/A"
		forgotten = "Error: Share n/r/A is declared, but not in access_domains"
	)
	share, exclusive := plannedShareOf, plannedExclusiveOf
	for name, test := range map[string]struct {
		planned []planned
		want    []string
	}{
		"renamed":            {[]planned{share("A", shareDeleted), share("A", shareCreated)}, []string{recreated}},
		"renamed twice":      {[]planned{share("A", shareDeleted), share("A", shareCreated), share("A", shareCreated)}, []string{duplicate, recreated}},
		"two new":            {[]planned{share("A", shareCreated), share("A", shareCreated)}, []string{duplicate}},
		"three new":          {[]planned{share("A", shareCreated), share("A", shareCreated), share("A", shareCreated)}, []string{duplicate}},
		"new and kept":       {[]planned{share("A", shareCreated), share("A", shareKept)}, []string{duplicate}},
		"kept twice":         {[]planned{share("A", shareKept), share("A", shareKept)}, []string{duplicate}},
		"in the state twice": {[]planned{share("A", shareDeleted), share("A", shareKept)}, []string{twice}},
		"deleted twice":      {[]planned{share("A", shareDeleted), share("A", shareDeleted)}, nil},
		"forgotten account":  {[]planned{share("A", shareKept), exclusive("B")}, []string{forgotten}},
		"forgotten, new":     {[]planned{share("A", shareCreated), exclusive()}, []string{forgotten}},
		"allowed account":    {[]planned{share("A", shareCreated), exclusive("a")}, nil},
		"deleted, forgotten": {[]planned{share("A", shareDeleted), exclusive("B")}, nil},
		"other accounts":     {[]planned{share("A", shareDeleted), share("B", shareCreated)}, nil},
		"look-alikes":        {[]planned{share("K", shareDeleted), share("\u212a", shareCreated)}, nil},
		"planned twice":      {[]planned{exclusive("A"), exclusive("a")}, nil},
	} {
		for _, order := range permutations(len(test.planned)) {
			var registry planRegistry
			var reported []string
			for _, n := range order {
				for _, d := range test.planned[n](&registry) {
					reported = append(reported, d.Severity().String()+": "+d.Summary())
				}
			}
			slices.Sort(reported)
			if !slices.Equal(reported, test.want) {
				t.Errorf("%s in the order %v: got %q, want %q", name, order, reported, test.want)
			}
		}
	}
}

// Accounts are equal regardless of case, and messages have the spelling of the
// configuration, not that of the state.
func TestPlanRegistrySpelling(t *testing.T) {
	t.Parallel()
	var registry planRegistry
	registry.recordRead(swr.Key{Namespace: "n", Repository: "r", AccessDomain: "acme"})
	if diags := plannedShareOf("Acme", shareKept)(&registry); len(diags) > 0 {
		t.Error(diags)
	}
	diags := plannedExclusiveOf("Other")(&registry)
	if len(diags) != 1 || !strings.Contains(diags[0].Summary(), "n/r/Acme") || !strings.Contains(diags[0].Detail(), "account Acme") {
		t.Error(diags)
	}
	diags = plannedShareOf("aCME", shareDeleted)(&registry)
	if len(diags) != 1 || !diags.HasError() {
		t.Error(diags)
	}
}

// A resource that is read after it was planned is planned again.
func TestPlanRegistryPlannedTwice(t *testing.T) {
	t.Parallel()
	key := func(account string) swr.Key { return swr.Key{Namespace: "n", Repository: "r", AccessDomain: account} }
	var registry planRegistry
	plan := func(wantReported int) {
		t.Helper()
		reported := slices.Concat(
			registry.recordShare(key("A"), shareDeleted, key("A")),
			registry.recordShare(key("B"), shareCreated, key("A")),
		)
		if len(reported) != wantReported {
			t.Errorf("reported %v instead of %d", reported, wantReported)
		}
	}
	plan(0)
	registry.recordRead(key("A"))
	plan(0)
	if registry.mustNotExist(key("B")) {
		t.Error("the list of an unrefreshed plan is requested")
	}
	reported := registry.recordShare(key("A"), shareCreated, swr.Key{})
	if len(reported) != 1 || !strings.Contains(reported[0].Summary(), "revoked and created again") {
		t.Error(reported)
	}
}

// During apply, Terraform plans each resource again: the warnings were in the plan.
func TestPlanRegistryDuringApply(t *testing.T) {
	t.Parallel()
	var registry planRegistry
	registry.recordApply()
	var diags diag.Diagnostics
	for _, plan := range []planned{plannedShareOf("A", shareCreated), plannedShareOf("A", shareCreated), plannedExclusiveOf("B")} {
		diags.Append(plan(&registry)...)
	}
	if len(diags) != 1 || !strings.Contains(diags[0].Summary(), "not in access_domains") {
		t.Error(diags)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// A service that does not respond delays a plan once, however many shares and
// repositories are checked.
func TestPlanRegistryListTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		requests := 0
		address, _ := url.Parse("https://swr.example")
		client := swr.New(address, roundTripper(func(req *http.Request) (*http.Response, error) {
			requests++
			<-req.Context().Done()
			return nil, req.Context().Err()
		}))
		var registry planRegistry
		began := time.Now()
		for n, repo := range []swr.Repository{{Namespace: "n", Name: "a"}, {Namespace: "n", Name: "a"}, {Namespace: "n", Name: "b"}} {
			_, first, err := registry.list(t.Context(), client, repo)
			if err == nil || first != (n != 1) {
				t.Errorf("list %d: first %t, %v", n, first, err)
			}
		}
		if took := time.Since(began); took != 30*time.Second || requests != 1 {
			t.Errorf("%d requests took %s", requests, took)
		}
	})
}

// The private state of a tainted share that gets other names is what all resources
// that were read have.
func TestPlanRegistryPrivate(t *testing.T) {
	t.Parallel()
	here, other := sharePrivateState{lastSeen: "https://here"}, sharePrivateState{lastSeen: "https://other"}
	pending := sharePrivateState{lastSeen: "https://here", pending: &swr.PendingCreate{}}
	for name, test := range map[string]struct {
		read map[string]sharePrivateState // by account
		want sharePrivateState            // of the account NEW
	}{
		"nothing was read":            {nil, sharePrivateState{}},
		"all at one endpoint":         {map[string]sharePrivateState{"A": here, "B": here}, here},
		"at two endpoints":            {map[string]sharePrivateState{"A": here, "B": other}, sharePrivateState{}},
		"a create is pending":         {map[string]sharePrivateState{"A": here, "B": pending}, sharePrivateState{}},
		"another one is being read":   {map[string]sharePrivateState{"A": here, "B": {}}, here},
		"the share itself was read":   {map[string]sharePrivateState{"A": here, "new": other}, other},
		"the share itself is pending": {map[string]sharePrivateState{"A": here, "NEW": pending}, pending},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var r planRegistry
			key := func(account string) swr.Key {
				return swr.Key{Namespace: "n", Repository: "r", AccessDomain: account}
			}
			for account, private := range test.read {
				r.recordRead(key(account))
				if private != (sharePrivateState{}) {
					r.recordPrivate(key(account), private)
				}
			}
			if got := r.private(key("NEW")); got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestHCLString(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"n/r/ACME":    `"n/r/ACME"`,
		`a"b\c`:       `"a\"b\\c"`,
		"a\nb\x07":    `"a\nb\u0007"`,
		"${a}%{b}$c%": `"$${a}%%{b}$c%"`,
		"\u202e":      `"\u202E"`,
		"\U000E0001":  `"\U000E0001"`,
		"Müller":      `"Müller"`,
	} {
		if got := hclString(text); got != want {
			t.Errorf("hclString(%q) = %s, want %s", text, got, want)
		}
	}
}
