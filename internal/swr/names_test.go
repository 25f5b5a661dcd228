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
	for id, want := range map[string]swr.Key{
		"platform/app/ACME":      {Namespace: "platform", Repository: "app", AccessDomain: "ACME"},
		"platform/team/app/ACME": {Namespace: "platform", Repository: "team/app", AccessDomain: "ACME"},
		"p/a/b/c/d/ACME":         {Namespace: "p", Repository: "a/b/c/d", AccessDomain: "ACME"},
		"platform/team$app/ACME": {Namespace: "platform", Repository: "team/app", AccessDomain: "ACME"},
		"platform/app/Acme Corp": {Namespace: "platform", Repository: "app", AccessDomain: "Acme Corp"},
		"platform/app/Köln":      {Namespace: "platform", Repository: "app", AccessDomain: "Köln"},
		"p.q/a..b/x..y":          {Namespace: "p.q", Repository: "a..b", AccessDomain: "x..y"},
		"p/a/b$c":                {Namespace: "p", Repository: "a", AccessDomain: "b$c"},
		// The rules for new names do not apply.
		"Platform/UP--x/%2e%2e": {Namespace: "Platform", Repository: "UP--x", AccessDomain: "%2e%2e"},
	} {
		if got, err := swr.ParseID(id); err != nil || got != want {
			t.Errorf("ParseID(%q) = %+v, %v; want %+v", id, got, err, want)
		}
	}
}

func TestParseIDRefuses(t *testing.T) {
	for _, id := range []string{
		// Too few parts, or empty ones.
		"", "platform", "platform/app", "//", "/app/ACME", "platform//ACME", "platform/app/", "platform/app/ ", " /app/ACME",
		"platform//app/ACME", "platform/team//app/ACME", "platform/team//ACME", "platform/team$$app/ACME",
		// Other levels of the API.
		"platform/app/..", "platform/app/.", "../app/ACME", "platform/../ACME", "platform/./ACME",
		// Control characters, invalid UTF-8.
		"platform/app/AC\x00ME", "platform/app/AC\nME", "platform/a\x1bpp/ACME", "platform/app/AC\u0085ME", "platform/app/AC\xffME",
	} {
		if got, err := swr.ParseID(id); err == nil {
			t.Errorf("ParseID(%q) = %+v; want an error", id, got)
		} else if strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' }) {
			t.Errorf("the error %q has a control character", err)
		}
	}
}

// An id in another form is refused with the right one, or without if it can't be
// told.
func TestParseIDProposes(t *testing.T) {
	for id, want := range map[string]string{
		"platform,team/app,ACME":        "platform/team/app/ACME",
		"platform,a/b/c,ACME":           "platform/a/b/c/ACME",
		"platform,app,ACME":             "platform/app/ACME",
		"platform,app,Müller, Söhne":    "platform/app/Müller, Söhne",
		"platform, team/app, ACME":      "platform/team/app/ACME",
		"platform,team$app,ACME":        "platform/team/app/ACME",
		"platform,team/app/ACME":        "platform/team/app/ACME",
		"platform:app:ACME":             "platform/app/ACME",
		"platform;team/app;ACME":        "platform/team/app/ACME",
		"platform|app|ACME":             "platform/app/ACME",
		"platform/team%2Fapp/ACME":      "platform/team/app/ACME",
		"platform,team%2fapp,ACME":      "platform/team/app/ACME",
		" platform/app/ACME":            "platform/app/ACME",
		"platform/app/ACME ":            "platform/app/ACME",
		"platform/app/ACME\n":           "platform/app/ACME",
		"\tplatform / team/app / ACME ": "platform/team/app/ACME",
		"platform/app:latest/ACME":      "",
		"https://platform/app/ACME":     "",
		"a,b":                           "",
	} {
		key, err := swr.ParseID(id)
		if err == nil {
			t.Errorf("ParseID(%q) = %+v; want an error", id, key)
			continue
		}
		if !strings.Contains(err.Error(), strconv.Quote(id)) {
			t.Errorf("ParseID(%q): the error does not quote it: %v", id, err)
		}
		if proposed := strings.HasSuffix(err.Error(), "; use "+strconv.Quote(want)); proposed != (want != "") {
			t.Errorf("ParseID(%q): %v; want it to propose %q", id, err, want)
		}
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
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{"", "", true}, {"ACME", "ACME", true}, {"Acme", "aCME", true}, {"OTC-eu_1", "otc-EU_1", true}, {"KöLN", "köln", true},
		{"ACME", "ACMF", false}, {"ACME", "ACMEE", false}, {"@", "`", false}, {"[", "{", false}, {"Köln", "kÖLN", false},
		// Letters that look alike, or fold to one under Unicode: Kelvin sign, long s, dotted and dotless i, sharp s.
		{"k", "\u212a", false}, {"s", "ſ", false}, {"i", "İ", false}, {"I", "ı", false}, {"ß", "SS", false},
	} {
		if swr.SameAccount(test.a, test.b) != test.want || swr.SameAccount(test.b, test.a) != test.want {
			t.Errorf("SameAccount(%q, %q) is not %t", test.a, test.b, test.want)
		}
	}
}

func TestMayBeSameAccount(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{"", "", true}, {"ACME", "acme", true}, {"MÜLLER", "müller", true}, {"Köln", "kÖLN", true}, {"ОТЦ", "отц", true}, {"ΑΒ", "αβ", true},
		{"ACME", "ACMF", false}, {"müller", "muller", false}, {"a", "aa", false}, {"Ü", "U\u0308", false}, {"\xff", "\xfe", false},
		// Letters that look alike, or fold to one under Unicode: Kelvin sign, Angstrom sign, Ohm sign, micro sign, long s,
		// dotted and dotless i, sharp s, final sigma.
		{"k", "\u212a", false}, {"å", "\u212b", false}, {"ω", "\u2126", false}, {"µ", "Μ", false}, {"s", "ſ", false}, {"S", "ſ", false},
		{"i", "İ", false}, {"I", "ı", false}, {"ß", "ẞ", false}, {"Σ", "ς", false},
	} {
		if swr.MayBeSameAccount(test.a, test.b) != test.want || swr.MayBeSameAccount(test.b, test.a) != test.want {
			t.Errorf("MayBeSameAccount(%q, %q) is not %t", test.a, test.b, test.want)
		}
		if folded := swr.FoldLetters(test.a) == swr.FoldLetters(test.b); folded != test.want {
			t.Errorf("%q and %q fold to the same text: %t", test.a, test.b, folded)
		}
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

func expectVerdicts(t *testing.T, check rule, field string, want map[verdict][]string) {
	t.Helper()
	for verdict, values := range want {
		for _, value := range values {
			expectVerdict(t, check, field, value, verdict)
		}
	}
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
var namesOfBothKinds = map[verdict][]string{
	fine:   {"a", "platform", "a1", "a.b_c-d", "a__b", "a__b__c", "platform-0.9_x"},
	warned: {"a--b", "a---b"},
	refused: {
		"", "a___b", "a____b", "a..b", "a...b", "a._b", "a_.b", "a.-b", "a-.b", "a-_b", "a_-b", "a__-b", "a.__b",
		"a--b..c", ".a", "_a", "-a", "a.", "a_", "a-", "a__", "A", "aB", "aBc", "ä", "aäb", "a b", " a", "a\n",
		"a\x00b", "a\xffb", "a:b", "a@b", "a%2fb", "a\\b", "a١b", "aſ", "..", ".", "\u200ba", "a$b", "$", "/",
		"a/", "/a",
	},
}

func TestCheckNamespace(t *testing.T) {
	expectVerdicts(t, swr.CheckNamespace, "namespace", namesOfBothKinds)
	expectVerdicts(t, swr.CheckNamespace, "namespace", map[verdict][]string{ // starts with a letter
		fine: {strings.Repeat("a", 64), "a-" + strings.Repeat("b", 62)},
		refused: {
			"1a", "1", "a/b", strings.Repeat("a", 65), "a" + strings.Repeat("-", 62), strings.Repeat("ä", 64),
			"a" + strings.Repeat("b", 1000),
		},
	})
}

func TestCheckRepository(t *testing.T) {
	expectVerdicts(t, swr.CheckRepository, "repository", namesOfBothKinds)
	expectVerdicts(t, swr.CheckRepository, "repository", map[verdict][]string{ // starts with a letter or digit
		fine:   {"1a", "1", "team/app", "a/b/c", strings.Repeat("a", 128), strings.Repeat("a/", 63) + "ab"},
		warned: {"team/a--b"},
		refused: {
			"a//b", "a/.b", "a./b", "a/_b", "a_/b", "a/-b", "a-/b", "a/../b", "a/./b", strings.Repeat("a", 129),
			strings.Repeat("ä", 128),
		},
	})
}

func TestCheckRepositoryHintsAtTheSlash(t *testing.T) {
	_, err := swr.CheckRepository("team$sub$app")
	if err == nil || !strings.Contains(err.Error(), `"team/sub/app"`) {
		t.Errorf("error %v; want the hint to write %q", err, "team/sub/app")
	}
}

func TestCheckAccessDomain(t *testing.T) {
	expectVerdicts(t, swr.CheckAccessDomain, "access_domain", map[verdict][]string{
		fine: {
			"OTC-EU-DE-00000000001000000100", "acme_corp", "Acme Corp", "Köln", "株式会社", "a", "...", "a..b", "a$b",
			"a?b#c%d", strings.Repeat("a", 300), `a\b`, `a\u20`, `a\n`,
		},
		warned: {" acme", "acme ", "ac\u200bme", "ac\u202eme", "acme\u3164", "acme\ufe0f"},
		refused: {
			"", " ", "\t", "\u00a0", "\u3000", "/", "a/b", "a\nb", "a\x00b", "a\x1b[31mb", "a\x7fb", "a\u0085b",
			"a\u009bb", ".", "..", "a\xffb", `a\u200bb`, `a\U000E0041`, `a\\u005c`,
		},
	})
}

func TestCheckPermit(t *testing.T) {
	expectVerdicts(t, noWarning(swr.CheckPermit), "permit", map[verdict][]string{
		fine: {"read"}, refused: {"", "Read", "READ", "write", "read "},
	})
}

// A description's length counts in characters, not bytes.
func TestCheckDescription(t *testing.T) {
	expectVerdicts(t, noWarning(swr.CheckDescription), "description", map[verdict][]string{
		fine: {
			"", "Contract 4711", "two\nlines", strings.Repeat("a", 1000), strings.Repeat("ä", 1000),
			strings.Repeat("😀", 1000),
		},
		refused: {strings.Repeat("a", 1001), strings.Repeat("ä", 1001), strings.Repeat("😀", 999) + "ab"},
	})
}

func TestCheckDescriptionQuotesLittle(t *testing.T) {
	err := swr.CheckDescription(strings.Repeat("😀", 5000))
	if err == nil || utf8.RuneCountInString(err.Error()) > 200 || !strings.Contains(err.Error(), "1000") || !strings.Contains(err.Error(), "5000") {
		t.Errorf("error %v; want a short one with both lengths", err)
	}
}
