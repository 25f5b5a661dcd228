package provider

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/text/unicode/norm"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

func TestEscapeAccount(t *testing.T) {
	t.Parallel()
	for account, want := range map[string]string{
		"ACME":                "ACME",
		"Köln 株式会社":           "Köln 株式会社",
		"ACME\u200b":          `ACME\u200b`,
		"E\u0301":             `E\u0301`,
		`E\u0301`:             `E\u005cu0301`,
		"Köln E\u0301":        `K\u00f6ln E\u0301`,
		"a\u202e\u0301":       `a\u202e\u0301`, // a combining character would change the last digit
		"K\u212a":             `K\u212a`,       // the Kelvin sign is a K in NFC
		"tab\tand \u0085next": `tab\u0009and \u0085next`,
	} {
		if got := escapeAccount(account); got != want {
			t.Errorf("escapeAccount(%q) = %q; want %q", account, got, want)
		}
	}
}

// FuzzEscapeAccount checks that what Terraform stores of an account is that of no
// other one, that all of it is visible, and that no configuration can contain it
// unless it is the account itself.
func FuzzEscapeAccount(f *testing.F) {
	for _, seed := range []string{"ACME", "E\u0301", `E\u0301`, "\u202e\u0301", "a\x1b[2J", "\u212a", `\\U000e0041`, "\U000e0041"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, account string) {
		account = strings.ToValidUTF8(account, "\ufffd")
		escaped := escapeAccount(account)
		if stored := norm.NFC.String(escaped); stored != escaped || httpsafe.Unescape(stored) != account {
			t.Errorf("%q is escaped as %q, stored as %q", account, escaped, stored)
		}
		if strings.ContainsFunc(escaped, func(r rune) bool { return !httpsafe.IsVisible(r) }) {
			t.Errorf("%q is escaped as %q", account, escaped)
		}
		if _, err := swr.CheckAccessDomain(escaped); err == nil && escaped != account {
			t.Errorf("%q, the escaped form of %q, is valid in a configuration", escaped, account)
		}
	})
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	listed := accounts{escapeAccount("b\u200b"), "ACME", escapeAccount("E\u0301"), "Zeta", "other"}
	if got := listed.difference(accounts{"acme", "B\u200b", "nobody", "\u00c9"}); !slices.Equal(got, accounts{`E\u0301`, "other", "Zeta"}) {
		t.Errorf("the difference is %q", got)
	}
	got := listed.preferSpelling(accounts{"Acme", "B\u200b"}, accounts{"ACME", "zeta"})
	if !slices.Equal(got, accounts{"B\u200b", "Acme", `E\u0301`, "zeta", "other"}) {
		t.Errorf("the preferred spellings are %q", got)
	}
	if !listed.equal(got) || listed.equal(got[1:]) || listed[1:].equal(got) {
		t.Error("equal compares spellings, or not all accounts")
	}
}

// fillStrings sets the texts of a struct to the text.
func fillStrings(object reflect.Value, text string) {
	for i := range object.NumField() {
		switch field := object.Field(i); field.Kind() {
		case reflect.String:
			field.SetString(text)
		case reflect.Slice:
			field.Set(reflect.ValueOf([]string{text}))
		}
	}
}

// storedStrings returns the texts of a model by their attribute.
func storedStrings(model reflect.Value) map[string]string {
	stored := map[string]string{}
	for i := range model.NumField() {
		name := model.Type().Field(i).Tag.Get("tfsdk")
		switch value := model.Field(i).Interface().(type) {
		case types.String:
			stored[name] = value.ValueString()
		case []types.String:
			stored[name] = value[0].ValueString()
		}
	}
	return stored
}

// No text of the service is stored as it is if a terminal would obey it. Descriptions
// alone have lines.
func TestServiceTextIsEscaped(t *testing.T) {
	t.Parallel()
	const text, oneLine, lines = "a\x1b[2J\nb\r\u202e", `a\u001b[2J\u000ab\u000d\u202e`, "a\\u001b[2J\nb\\u000d\\u202e"
	share := swr.Share{}
	fillStrings(reflect.ValueOf(&share).Elem(), text)
	share.Deadline = "forever"
	var model shareModel
	if err := model.setFromAPI(share); err != nil {
		t.Fatal(err)
	}
	repository := swr.RepositoryInfo{}
	fillStrings(reflect.ValueOf(&repository).Elem(), text)

	for typeName, stored := range map[string]map[string]string{
		"share":      storedStrings(reflect.ValueOf(model)),
		"repository": storedStrings(reflect.ValueOf(newRepositoryModel(repository))),
	} {
		if len(stored) < 10 {
			t.Errorf("only %d texts of a %s are found", len(stored), typeName)
		}
		for name, got := range stored {
			want := oneLine
			switch name {
			case "description":
				want = lines
			case "deadline":
				want = "forever"
			case "expires_at":
				want = ""
			}
			if got != want {
				t.Errorf("%s of a %s is stored as %q", name, typeName, got)
			}
		}
	}
}

// BenchmarkAccounts compares as many accounts as a listing may have.
func BenchmarkAccounts(b *testing.B) {
	declared, listed := make(accounts, swr.MaxAccounts), make(accounts, swr.MaxAccounts)
	for i := range declared {
		declared[i] = fmt.Sprintf("OTC-EU-DE-%020d", i) // as long as each other
		listed[i] = strings.ToLower(declared[i])
	}
	for b.Loop() {
		if !listed.equal(declared) || len(listed.preferSpelling(declared)) != len(listed) {
			b.Fatal("the accounts are not equal")
		}
	}
}
