package swr_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

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

// verdict is what a rule says of a value.
type verdict int

const (
	fine verdict = iota
	warned
	refused
)

// rule is one of the functions that check names.
type rule func(value string) (warning string, err error)

// noWarning makes a rule of a check that never warns.
func noWarning(check func(string) error) rule {
	return func(value string) (string, error) { return "", check(value) }
}

// expectVerdict checks a rule's verdict, and that a refusal names the field, the
// value and the rule.
func expectVerdict(t *testing.T, check rule, field, value string, want verdict) {
	t.Helper()
	warning, err := check(value)
	got := fine
	switch {
	case err != nil:
		got = refused
	case warning != "":
		got = warned
	}
	if got != want {
		t.Errorf("%s %q: warning %q, error %v; want verdict %d", field, value, warning, err, want)
	}
	if warning != "" && (err != nil || !strings.HasPrefix(warning, strconv.Quote(value))) {
		t.Errorf("%s %q: warning %q with error %v", field, value, warning, err)
	}
	if err == nil {
		return
	}
	broken, ok := errors.AsType[*swr.RuleError](err)
	if !ok || broken.Field != field || broken.Rule == "" || !strings.HasPrefix(err.Error(), field+" \"") {
		t.Errorf("%s %q: error %v does not name field, value and rule", field, value, err)
	}
}

// namesOfBothKinds are verdicts that namespaces and repositories share.
var namesOfBothKinds = map[string]verdict{
	"":               refused,
	"a":              fine,
	"platform":       fine,
	"a1":             fine,
	"a.b_c-d":        fine,
	"a__b":           fine,
	"a__b__c":        fine,
	"a___b":          refused,
	"a____b":         refused,
	"a..b":           refused,
	"a...b":          refused,
	"a._b":           refused,
	"a_.b":           refused,
	"a.-b":           refused,
	"a-.b":           refused,
	"a-_b":           refused,
	"a_-b":           refused,
	"a__-b":          refused,
	"a.__b":          refused,
	"a--b":           warned,
	"a---b":          warned,
	"a--b..c":        refused,
	".a":             refused,
	"_a":             refused,
	"-a":             refused,
	"a.":             refused,
	"a_":             refused,
	"a-":             refused,
	"a__":            refused,
	"A":              refused,
	"aB":             refused,
	"aBc":            refused,
	"ä":              refused,
	"aäb":            refused,
	"a b":            refused,
	" a":             refused,
	"a\n":            refused,
	"a\x00b":         refused,
	"a\xffb":         refused,
	"a:b":            refused,
	"a@b":            refused,
	"a%2fb":          refused,
	"a\\b":           refused,
	"a١b":            refused, // a digit, but not an ASCII one
	"aſ":             refused,
	"..":             refused,
	".":              refused,
	"\u200ba":        refused,
	"a$b":            refused,
	"$":              refused,
	"/":              refused,
	"a/":             refused,
	"/a":             refused,
	"platform-0.9_x": fine,
}

func TestCheckNamespace(t *testing.T) {
	for value, want := range namesOfBothKinds {
		expectVerdict(t, swr.CheckNamespace, "namespace", value, want)
	}
	for value, want := range map[string]verdict{
		"1a":                            refused, // starts with a lowercase letter
		"1":                             refused,
		"a/b":                           refused,
		strings.Repeat("a", 64):         fine,
		strings.Repeat("a", 65):         refused,
		"a" + strings.Repeat("-", 62):   refused, // ends with a hyphen
		"a-" + strings.Repeat("b", 62):  fine,
		strings.Repeat("ä", 64):         refused,
		"a" + strings.Repeat("b", 1000): refused,
	} {
		expectVerdict(t, swr.CheckNamespace, "namespace", value, want)
	}
}

func TestCheckRepository(t *testing.T) {
	for value, want := range namesOfBothKinds {
		expectVerdict(t, swr.CheckRepository, "repository", value, want)
	}
	for value, want := range map[string]verdict{
		"1a":                            fine, // starts with a letter or digit
		"1":                             fine,
		"team/app":                      fine,
		"a/b/c":                         fine,
		"a//b":                          refused,
		"a/.b":                          refused,
		"a./b":                          refused,
		"a/_b":                          refused,
		"a_/b":                          refused,
		"a/-b":                          refused,
		"a-/b":                          refused,
		"a/../b":                        refused,
		"a/./b":                         refused,
		"team/a--b":                     warned,
		strings.Repeat("a", 128):        fine,
		strings.Repeat("a", 129):        refused,
		strings.Repeat("a/", 63) + "ab": fine,
		strings.Repeat("ä", 128):        refused,
	} {
		expectVerdict(t, swr.CheckRepository, "repository", value, want)
	}
}

func TestCheckRepositoryHintsAtTheSlash(t *testing.T) {
	_, err := swr.CheckRepository("team$sub$app")
	if err == nil || !strings.Contains(err.Error(), `"team/sub/app"`) {
		t.Errorf("error %v; want the hint to write %q", err, "team/sub/app")
	}
}

func TestCheckAccessDomain(t *testing.T) {
	for value, want := range map[string]verdict{
		"OTC-EU-DE-00000000001000000100": fine,
		"acme_corp":                      fine,
		"Acme Corp":                      fine,
		"Köln":                           fine,
		"株式会社":                           fine,
		"a":                              fine,
		"...":                            fine,
		"a..b":                           fine,
		"a$b":                            fine,
		"a?b#c%d":                        fine,
		strings.Repeat("a", 300):         fine,
		"":                               refused,
		" ":                              refused,
		"\t":                             refused,
		"\u00a0":                         refused,
		"\u3000":                         refused,
		"/":                              refused,
		"a/b":                            refused,
		"a\nb":                           refused,
		"a\x00b":                         refused,
		"a\x1b[31mb":                     refused,
		"a\x7fb":                         refused,
		"a\u0085b":                       refused,
		"a\u009bb":                       refused,
		".":                              refused,
		"..":                             refused,
		"a\xffb":                         refused,
		" acme":                          warned,
		"acme ":                          warned,
		"ac\u200bme":                     warned,
		"ac\u202eme":                     warned,
	} {
		expectVerdict(t, swr.CheckAccessDomain, "access_domain", value, want)
	}
}

func TestCheckPermit(t *testing.T) {
	for value, want := range map[string]verdict{
		"read": fine, "": refused, "Read": refused, "READ": refused, "write": refused, "read ": refused,
	} {
		expectVerdict(t, noWarning(swr.CheckPermit), "permit", value, want)
	}
}

// A description's length counts in characters, not bytes.
func TestCheckDescription(t *testing.T) {
	for value, want := range map[string]verdict{
		"":                              fine,
		"Contract 4711":                 fine,
		"two\nlines":                    fine,
		strings.Repeat("a", 1000):       fine,
		strings.Repeat("a", 1001):       refused,
		strings.Repeat("ä", 1000):       fine, // 2000 bytes
		strings.Repeat("ä", 1001):       refused,
		strings.Repeat("😀", 1000):       fine, // 4000 bytes
		strings.Repeat("😀", 999) + "ab": refused,
	} {
		expectVerdict(t, noWarning(swr.CheckDescription), "description", value, want)
	}
}

func TestCheckDescriptionQuotesLittle(t *testing.T) {
	err := swr.CheckDescription(strings.Repeat("😀", 5000))
	if err == nil || utf8.RuneCountInString(err.Error()) > 200 || !strings.Contains(err.Error(), "1000") || !strings.Contains(err.Error(), "5000") {
		t.Errorf("error %v; want a short one with both lengths", err)
	}
}
