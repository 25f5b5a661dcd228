package swr_test

import (
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

func TestIsEndpoint(t *testing.T) {
	for _, test := range []struct {
		endpoint, normalized string
		same, other          []string
	}{
		{"https://GW.example:443/eu-de/", "https://gw.example/eu-de",
			[]string{"", "https://gw.example/eu-de", "HTTPS://gw.EXAMPLE:443/eu-de/", "gw.example", "GW.example:443"},
			[]string{"https://gw.example/eu-nl", "https://gw.example", "http://gw.example/eu-de", "https://gw.example:8443/eu-de",
				"gw.example:8443", "other.example", "https://gw.example/EU-DE", "an endpoint of the provider huaweicloud", "https://%"}},
		{"http://127.0.0.1:8765", "http://127.0.0.1:8765",
			[]string{"127.0.0.1:8765", "http://127.0.0.1:8765/"}, []string{"127.0.0.1", "127.0.0.1:8766", "https://127.0.0.1:8765"}},
		{"http://[::1]:80/", "http://[::1]", []string{"[::1]", "[::1]:80"}, []string{"[::1]:443"}},
	} {
		client := newClient(t, test.endpoint, "")
		if got := client.NormalizedEndpoint(); got != test.normalized {
			t.Errorf("%s: normalized to %s", test.endpoint, got)
		}
		for _, recorded := range test.same {
			if !client.IsEndpoint(recorded) {
				t.Errorf("%s: %q is another endpoint", test.endpoint, recorded)
			}
		}
		for _, recorded := range test.other {
			if client.IsEndpoint(recorded) {
				t.Errorf("%s: %q is the same endpoint", test.endpoint, recorded)
			}
		}
	}
}

// otherEndpoint is where the share was seen in the tests below.
const otherEndpoint = "https://swr-api.eu-nl.otc.t-systems.com"

// A share that is missing at another endpoint than the one that last returned it
// is not gone, and nothing is written there.
func TestGoneAtOtherEndpoint(t *testing.T) {
	for name, form := range map[string]swrtest.MissingShare{
		"204": swrtest.MissingDefault, "404": swrtest.MissingNotFound, "400": swrtest.MissingBadRequest,
	} {
		t.Run("DELETE "+name, func(t *testing.T) {
			f := newFixture(t, func(v *swrtest.Variants) { v.MissingOnDelete = form })
			seen := swr.LastSeen{Endpoint: otherEndpoint, Created: "2026-01-01T00:00:00Z", CreatorID: "1"}
			f.assertOtherEndpoint(t, f.Client, seen)
			f.sim.RemoveRepository(repo.Namespace, repo.Name)
			f.assertOtherEndpoint(t, f.newClient(t), seen)
		})
	}
}

// assertOtherEndpoint fails the test unless each operation is an error that names
// both endpoints, and writes nothing.
func (f *fixture) assertOtherEndpoint(t *testing.T, client *swr.Client, seen swr.LastSeen) {
	t.Helper()
	for name, err := range map[string]error{
		"get":    errorOf(client.Get(f.ctx, acme, seen)),
		"update": errorOf(client.Update(f.ctx, acme, testSpec(t, "new"), seen)),
		"delete": client.Delete(f.ctx, acme, seen),
	} {
		failed := expectKind(t, err, swr.KindOtherEndpoint)
		if failed == nil || failed.Err == nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if text := failed.Error(); !strings.Contains(text, f.sim.URL) || !strings.Contains(text, seen.Endpoint) {
			t.Errorf("%s: %q does not name both endpoints", name, text)
		}
	}
	if n := f.sim.Count(swrtest.OpUpdate) + f.sim.Count(swrtest.OpDelete) + f.sim.Count(swrtest.OpCreate); n != 0 {
		t.Errorf("%d writes were sent", n)
	}
}

func TestFoundAtOtherEndpoint(t *testing.T) {
	created := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		seen swr.LastSeen
		same bool
	}{
		"the same":               {swr.LastSeen{Endpoint: otherEndpoint, Created: "2026-01-01T13:00:00.000+01:00", CreatorID: "42"}, true},
		"host alone":             {swr.LastSeen{Endpoint: "old.example", Created: "2026-01-01T12:00:00Z", CreatorID: "42"}, true},
		"not known where":        {swr.LastSeen{Endpoint: "an endpoint of another provider"}, true},
		"another creator":        {swr.LastSeen{Endpoint: otherEndpoint, Created: "2026-01-01T12:00:00Z", CreatorID: "43"}, false},
		"another time":           {swr.LastSeen{Endpoint: otherEndpoint, Created: "2026-01-01T12:00:00.001Z", CreatorID: "42"}, false},
		"not a time":             {swr.LastSeen{Endpoint: otherEndpoint, Created: "yesterday", CreatorID: "42"}, false},
		"creator not known":      {swr.LastSeen{Endpoint: otherEndpoint, Created: "2026-01-01T12:00:00Z"}, false},
		"time not known":         {swr.LastSeen{Endpoint: otherEndpoint, CreatorID: "42"}, false},
		"host alone, not known":  {swr.LastSeen{Endpoint: "old.example"}, false},
		"host alone, another":    {swr.LastSeen{Endpoint: "old.example", Created: "2026-01-01T12:00:00Z", CreatorID: "43"}, false},
		"other base path, known": {swr.LastSeen{Endpoint: otherEndpoint + "/eu-nl", Created: "2026-01-01T12:00:00Z", CreatorID: "42"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, nil)
			f.sim.PutShare(swrtest.Share{Namespace: repo.Namespace, Repository: repo.Name, AccessDomain: acme.AccessDomain,
				Created: created, CreatorID: "42", CreatorName: "jane"})
			if !test.same {
				f.assertOtherEndpoint(t, f.Client, test.seen)
				return
			}
			if _, err := f.Get(f.ctx, acme, test.seen); err != nil {
				t.Errorf("get: %v", err)
			}
			if share, err := f.Update(f.ctx, acme, testSpec(t, "new"), test.seen); err != nil || share.Description != "new" {
				t.Errorf("update: %+v, %v", share, err)
			}
			if err := f.Delete(f.ctx, acme, test.seen); err != nil || f.has(acme) {
				t.Errorf("delete: %v, still there: %t", err, f.has(acme))
			}
		})
	}
}
