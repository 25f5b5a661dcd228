package swr_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

func TestParseID(t *testing.T) {
	tests := map[string]struct {
		id   string
		want swr.Key
	}{
		"plain":                 {"platform/app/ACME", swr.Key{Namespace: "platform", Repository: "app", AccessDomain: "ACME"}},
		"slash in repository":   {"platform/team/app/ACME", swr.Key{Namespace: "platform", Repository: "team/app", AccessDomain: "ACME"}},
		"many levels":           {"p/a/b/c/d/ACME", swr.Key{Namespace: "p", Repository: "a/b/c/d", AccessDomain: "ACME"}},
		"dollar for slash":      {"platform/team$app/ACME", swr.Key{Namespace: "platform", Repository: "team/app", AccessDomain: "ACME"}},
		"space in account":      {"platform/app/Acme Corp", swr.Key{Namespace: "platform", Repository: "app", AccessDomain: "Acme Corp"}},
		"non-ASCII account":     {"platform/app/Köln", swr.Key{Namespace: "platform", Repository: "app", AccessDomain: "Köln"}},
		"dots within":           {"p.q/a..b/x..y", swr.Key{Namespace: "p.q", Repository: "a..b", AccessDomain: "x..y"}},
		"names breaking rules":  {"Platform/UP--x/%2e%2e", swr.Key{Namespace: "Platform", Repository: "UP--x", AccessDomain: "%2e%2e"}},
		"dollar in the account": {"p/a/b$c", swr.Key{Namespace: "p", Repository: "a", AccessDomain: "b$c"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := swr.ParseID(test.id)
			if err != nil || got != test.want {
				t.Errorf("ParseID(%q) = %+v, %v; want %+v", test.id, got, err, test.want)
			}
		})
	}
}

func TestParseIDRefuses(t *testing.T) {
	for name, id := range map[string]string{
		"empty":                     "",
		"one part":                  "platform",
		"two parts":                 "platform/app",
		"slashes alone":             "//",
		"empty namespace":           "/app/ACME",
		"empty repository":          "platform//ACME",
		"empty account":             "platform/app/",
		"blank account":             "platform/app/ ",
		"blank namespace":           " /app/ACME",
		"empty level first":         "platform//app/ACME",
		"empty level amid":          "platform/team//app/ACME",
		"empty level last":          "platform/team//ACME",
		"empty level by dollar":     "platform/team$$app/ACME",
		"account one up":            "platform/app/..",
		"account here":              "platform/app/.",
		"namespace one up":          "../app/ACME",
		"repository one up":         "platform/../ACME",
		"repository here":           "platform/./ACME",
		"control character":         "platform/app/AC\x00ME",
		"line break":                "platform/app/AC\nME",
		"control in the repository": "platform/a\x1bpp/ACME",
		"C1 control":                "platform/app/AC\u0085ME",
		"invalid UTF-8":             "platform/app/AC\xffME",
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := swr.ParseID(id); err == nil {
				t.Errorf("ParseID(%q) = %+v; want an error", id, got)
			} else if strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' }) {
				t.Errorf("the error %q has a control character", err)
			}
		})
	}
}

func FuzzParseID(f *testing.F) {
	for _, id := range []string{"platform/team/app/ACME", "a/b/c", "a//c", "/", "a/b$c/d", "a/../c", "p/a/\xff", "p/a/b%2fc"} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		key, err := swr.ParseID(id)
		if err != nil {
			return
		}
		// What was taken names one share, and its id means that share again.
		if want := strings.ReplaceAll(id, "$", "/"); strings.ReplaceAll(key.String(), "$", "/") != want {
			t.Errorf("ParseID(%q).String() = %q", id, key)
		}
		again, err := swr.ParseID(key.String())
		if err != nil || again != key {
			t.Errorf("ParseID(%q) = %+v, %v; want %+v", key, again, err, key)
		}
		for _, part := range append(strings.Split(key.Repository, "/"), key.Namespace, key.AccessDomain) {
			if part == "" {
				t.Errorf("ParseID(%q) = %+v has an empty part", id, key)
			}
		}
		if strings.Contains(key.Namespace, "/") || strings.Contains(key.AccessDomain, "/") {
			t.Errorf("ParseID(%q) = %+v has a slash where none may be", id, key)
		}
	})
}

func TestSameAccount(t *testing.T) {
	tests := map[string]struct {
		a, b string
		want bool
	}{
		"equal":                {"ACME", "ACME", true},
		"other case":           {"Acme", "aCME", true},
		"digits and signs":     {"OTC-eu_1", "otc-EU_1", true},
		"other account":        {"ACME", "ACMF", false},
		"longer":               {"ACME", "ACMEE", false},
		"Kelvin sign":          {"k", "\u212a", false},
		"long s":               {"s", "ſ", false},
		"dotted capital i":     {"i", "İ", false},
		"dotless small i":      {"I", "ı", false},
		"non-ASCII equal":      {"Köln", "kÖLN", false},
		"non-ASCII same bytes": {"KöLN", "köln", true},
		"at sign and backtick": {"@", "`", false},
		"bracket and brace":    {"[", "{", false},
		"sharp s":              {"ß", "SS", false},
		"empty":                {"", "", true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := swr.SameAccount(test.a, test.b); got != test.want {
				t.Errorf("SameAccount(%q, %q) = %t", test.a, test.b, got)
			}
			if got := swr.SameAccount(test.b, test.a); got != test.want {
				t.Errorf("SameAccount(%q, %q) = %t", test.b, test.a, got)
			}
		})
	}
}
