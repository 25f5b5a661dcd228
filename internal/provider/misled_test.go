package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// Only private images can be shared, and the response for a public one is not
// documented: whatever it is, the service's own words are in the error, and nothing
// is in the state.
func TestShareOfPublicRepository(t *testing.T) {
	t.Parallel()
	for status, code := range map[int]string{
		http.StatusBadRequest: "SVCSTG.SWR.4009001", http.StatusForbidden: "SVCSTG.SWR.4039001", http.StatusConflict: "SVCSTG.SWR.4099001",
		http.StatusUnprocessableEntity: "SVCSTG.SWR.4229001", http.StatusPreconditionFailed: "",
	} {
		server := startServer(t)
		server.Inject(swrtest.Fault{Operation: swrtest.OpCreate, Behavior: swrtest.Respond(status, http.Header{"Content-Type": {"application/json"}},
			fmt.Sprintf(`{"errors":[{"errorCode":%q,"errorMessage":"Public images cannot be shared."}]}`, code))})
		s := newHarness(t, server).newShare()
		s.apply(shareConfig).assertError(t, "Unable to create share platform/team/app/ACME", fmt.Sprint(status), code, "Public images cannot be shared.")
		s.assertExists(false)
	}
}

// The service knows an account under another name than the one that was sent: an ID,
// or an older name. The error shows both, and the share stays in the state.
func TestAccountOfAnotherName(t *testing.T) {
	t.Parallel()
	server := startServer(t, swrtest.WithVariants(func(v *swrtest.Variants) {
		v.AccountName = func(account string) string { return strings.ReplaceAll(account, "0123abcd", "ACME") }
	}))
	h := newHarness(t, server)
	s := h.newShare()
	config := shareConfig.with("access_domain", "0123abcd")
	const both = `the share with "ACME" instead of "0123abcd"`
	s.apply(config).assertError(t, "Unable to verify share platform/team/app/0123abcd", both)
	s.assertExists(true)
	s.refresh().assertError(t, "Unable to read share platform/team/app/0123abcd", both)
	s.plan(config).assertError(t, both)
	s.assertExists(true)
	assertShares(t, server, "ACME")
	s.destroy().assertError(t, both, "Write the name of the account as the service does", "The state was not changed", "removed {")
	s.assertExists(true)

	// As the message says.
	renamed := h.newShare()
	renamed.importID(partnerID).silent(t)
	renamed.assertUnchanged(shareConfig)
}

// A service that lower-cases all letters returns MÜLLER as müller, and finds it by
// either name: share and guard keep the configured spelling.
func TestAccountLowerCasedBeyondASCII(t *testing.T) {
	t.Parallel()
	server := startServer(t, withVariant(t, "accounts-unicode-lower"))
	h := newHarness(t, server)
	config := shareConfig.with("access_domain", "MÜLLER")
	s, e := h.newShare(), h.newExclusive()
	s.apply(config).silent(t)
	s.assertState(values{"access_domain": "MÜLLER", "id": "platform/team/app/MÜLLER"})
	s.assertUnchanged(config)
	e.apply(exclusiveValues("MÜLLER")).ok(t)
	e.assertAccounts("MÜLLER")
	e.refresh().silent(t)
	e.assertAccounts("MÜLLER")
	e.assertUnchanged(exclusiveValues("MÜLLER"))
	assertShares(t, server, "müller")
	s.apply(config.with("description", "changed")).silent(t)
	s.destroy().silent(t)
	assertShares(t, server)
}

// Where the service does not find MÜLLER by that name and lists müller, it is not
// known whether that is the same account: an error says how to go on.
func TestSimilarAccount(t *testing.T) {
	t.Parallel()
	server := startServer(t, swrtest.WithVariants(func(v *swrtest.Variants) { v.AccountName, v.CaseSensitivePaths = strings.ToLower, true }))
	s := newHarness(t, server).newShare()
	config := shareConfig.with("access_domain", "MÜLLER")
	s.apply(config).assertWarning(t, "was created, but could not be read back", `no share with "MÜLLER", but one with "müller"`)
	s.assertExists(true)
	assertShares(t, server, "müller")
	parts := []string{`no share with "MÜLLER", but one with "müller"`, "write its name as the service does", "from = swr_repository_share.NAME"}
	s.plan(config).assertError(t, append(parts, "Unable to read share platform/team/app/MÜLLER", "The state was not changed")...)
	s.destroy().assertError(t, append(parts, "Unable to delete share platform/team/app/MÜLLER")...)
	s.assertExists(true)
	assertShares(t, server, "müller")
}

// The guard does not revoke an account that may be one of its own.
func TestExclusiveKeepsSimilarAccount(t *testing.T) {
	t.Parallel()
	server := startServer(t, withVariant(t, "accounts-unicode-lower"))
	putShare(server, "team/app", "müller", "forever")
	e := newHarness(t, server).newExclusive()
	e.apply(exclusiveValues("müller")).ok(t)
	for name, try := range map[string]func(values) diagnostics{
		"plan":  func(config values) diagnostics { return e.plan(config).diagnostics },
		"apply": e.apply,
	} {
		d := try(exclusiveValues("MÜLLER"))
		d.assertError(t, "Accounts of platform/team/app that may be the same", "revokes müller, which may be the account MÜLLER")
		if len(d.errors) != 1 {
			t.Errorf("%s: %v", name, d)
		}
	}
	assertShares(t, server, "müller")
}

// A page with status 403 is probably that of a proxy, and no missing permission; a
// 407 is no refused credential.
func TestPageOfProxy(t *testing.T) {
	t.Parallel()
	s, server := appliedShare(t)
	for status, parts := range map[int][]string{
		http.StatusForbidden:         {"403 Forbidden", "a proxy or a firewall probably does not allow the request", "The state was not changed"},
		http.StatusProxyAuthRequired: {"407 Proxy Authentication Required"},
	} {
		server.RemoveFaults()
		server.Inject(swrtest.Fault{Behavior: swrtest.HTMLPage(status)})
		d := s.refresh()
		d.assertError(t, append(parts, "Unable to read share platform/team/app/ACME")...)
		assertNotContains(t, d.String(), "Check that the credential is valid")
		s.assertExists(true)
	}
}

// A service that knows only the older form of listing shared repositories.
func TestSharedRepositoriesByFilterAlone(t *testing.T) {
	t.Parallel()
	server := startServer(t, withVariant(t, "repositories-filter-only"))
	putShare(server, "team/app", "ACME", "forever")
	attributes, d := newHarness(t, server).dataSource("swr_shared_repositories", values{"center": "self", "namespace": "platform"})
	d.silent(t)
	if repositories, _ := attributes["repositories"].([]any); len(repositories) != 1 || attributes["complete"] != true {
		t.Errorf("got %v", attributes)
	}
}
