package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

func TestShareImport(t *testing.T) {
	t.Parallel()
	server := swrtest.Start(t, withVariant(t, "accounts-upper"))
	putShare(server, "team/sub/app", "Acme", "2031-03-31T16:00:00.000Z")
	h := newHarness(t, server)
	for name, importShare := range map[string]func(*instance) diagnostics{
		"id":            func(s *instance) diagnostics { return s.importID("platform/team/sub/app/acme") },
		"id as in URLs": func(s *instance) diagnostics { return s.importID("platform/team$sub$app/acme") },
		"identity":      func(s *instance) diagnostics { return s.importIdentity("platform", "team/sub/app", "acme") },
	} {
		t.Run(name, func(t *testing.T) {
			s := h.forTest(t).newShare()
			importShare(s).silent(t)
			s.assertState(values{"id": "platform/team/sub/app/acme", "namespace": "platform", "repository": "team/sub/app", "access_domain": "acme",
				"deadline": "2031-03-31", "description": "by hand", "permit": "read", "expires_at": "2031-04-01T00:00:00Z"})
			s.assertIdentity("platform/team/sub/app/acme") // not in the server's case
		})
	}
	assertRequests(t, server, nil)
}

func TestShareImportErrors(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	h := newHarness(t, server)
	for id, message := range map[string]string{
		"platform/team/app/NOBODY": "Unable to import share platform/team/app/NOBODY",
		"platform/team/other/ACME": "Unable to import share platform/team/other/ACME",
		"elsewhere/team/app/ACME":  `The organization "elsewhere" does not exist`,
		"ACME":                     `"ACME" has too few parts`,
		"platform/ACME":            `"platform/ACME" has too few parts`,
		"platform//app/ACME":       "empty level",
		"/app/ACME":                "namespace is empty",
		"platform/app/":            "access_domain is empty",
		"platform/app/..":          "must not be",
		"../../app":                "must not be",
		"platform,team/app,ACME":   `"platform,team/app,ACME" is not in the form namespace/repository/access_domain; use "platform/team/app/ACME"`,
		" platform/team/app/ACME":  `" platform/team/app/ACME" is not in the form namespace/repository/access_domain; use "platform/team/app/ACME"`,
	} {
		d := h.newShare().importID(id)
		d.assertError(t, message)
		assertNotContains(t, d.String(), "state was not changed")
	}
	for _, test := range []struct{ namespace, repository, account, message string }{
		{"platform", "team/app", "NOBODY", "platform/team/app/NOBODY"},
		{"", "team/app", "acme", "namespace is empty"},
		{"platform", "", "acme", "repository"},
		{"platform", "team/app", "", "access_domain is empty"},
		{"platform", "team/app", "a/b", `access_domain "a/b" contains a /`},
		{"platform", "team/app", "..", "must not be"},
	} {
		h.newShare().importIdentity(test.namespace, test.repository, test.account).assertError(t, test.message)
	}
	assertRequests(t, server, nil)
}

// A state that an older Terraform left has no identity; a refresh adds one.
func TestShareGetsIdentity(t *testing.T) {
	t.Parallel()
	s, server := appliedShare(t)
	s.identity = nil
	s.refresh().silent(t)
	s.assertIdentity(partnerID)
	s.assertUnchanged(shareConfig)
	assertRequests(t, server, nil)
}

// FuzzImport shows that no id and no identity makes the provider panic.
func FuzzImport(f *testing.F) {
	for _, id := range []string{"platform/team/app/ACME", "", "/", "//", "a/b/", "a/../b", "a/b/c\x00", "\xff/\xfe/\xfd"} {
		f.Add(id, "platform", "team/app", "ACME")
		f.Add("", id, id, id)
	}
	h := unconfigured(f, nil)
	f.Fuzz(func(t *testing.T, id, namespace, repository, account string) {
		h := h.forTest(t)
		req := &tfprotov6.ImportResourceStateRequest{TypeName: shareType, ID: id}
		if id == "" {
			req.Identity = h.identity(namespace, repository, account)
		}
		resp, err := h.ImportResourceState(t.Context(), req)
		h.must(err)
		if (len(resp.Diagnostics) == 0) != (len(resp.ImportedResources) == 1) {
			t.Errorf("%d resources, diagnostics %+v", len(resp.ImportedResources), resp.Diagnostics)
		}
	})
}
