package provider

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/text/unicode/norm"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// accounts is a set of account names, which are equal regardless of case. Each
// keeps its spelling. Those that only the service has are escaped; see
// [escapeAccount].
type accounts []string

// accountsFromList returns the known elements of a list, and whether these are all.
func accountsFromList(list types.List) (known accounts, complete bool) {
	complete = !list.IsUnknown()
	for _, element := range list.Elements() {
		text, ok := element.(types.String)
		if !ok || text.IsUnknown() {
			complete = false
			continue
		}
		known = append(known, text.ValueString())
	}
	return known, complete
}

// toList returns the accounts as a value.
func (a accounts) toList() types.List {
	elements := make([]attr.Value, len(a))
	for i, account := range a {
		elements[i] = types.StringValue(account)
	}
	return types.ListValueMust(types.StringType, elements)
}

// String returns the accounts for a message: "A, B and C".
func (a accounts) String() string {
	if len(a) == 0 {
		return "no account"
	}
	names := make([]string, len(a))
	for i, account := range a {
		names[i] = httpsafe.Printable(account)
	}
	return enumerate(names, "and")
}

// enumerate returns "A, B and C", with the conjunction.
func enumerate(names []string, conjunction string) string {
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " " + conjunction + " " + names[last]
}

// accountIndex finds an account by any of its spellings.
type accountIndex map[string]string

// index returns the first spelling of each account.
func (a accounts) index() accountIndex {
	index := make(accountIndex, len(a))
	for _, account := range a {
		if id := accountID(account); !index.hasID(id) {
			index[id] = account
		}
	}
	return index
}

func (i accountIndex) hasID(id string) bool {
	_, ok := i[id]
	return ok
}

func (i accountIndex) has(account string) bool { return i.hasID(accountID(account)) }

// accountID returns the same text for all spellings of an account, escaped or not.
func accountID(account string) string { return swr.FoldAccount(httpsafe.Unescape(account)) }

// difference returns the accounts that are not among the others, in order.
func (a accounts) difference(others accounts) accounts {
	var rest accounts
	index := others.index()
	for _, account := range a {
		if !index.has(account) {
			rest = append(rest, account)
		}
	}
	slices.SortFunc(rest, func(x, y string) int {
		return cmp.Or(strings.Compare(strings.ToLower(x), strings.ToLower(y)), strings.Compare(x, y))
	})
	return rest
}

// equal reports whether two sets have the same accounts.
func (a accounts) equal(b accounts) bool {
	return len(a.difference(b)) == 0 && len(b.difference(a)) == 0
}

// preferSpelling returns the accounts in the spelling of the first set that has
// them, or else in their own.
func (a accounts) preferSpelling(spellings ...accounts) accounts {
	index := slices.Concat(append(spellings, a)...).index()
	preferred := make(accounts, len(a))
	for i, account := range a {
		preferred[i] = index[accountID(account)]
	}
	return preferred
}

// escapeAccount returns the API's name of an account as Terraform can store and show
// it: with the escapes of [httpsafe.Escape] for characters that are not visible.
// Terraform normalizes text to NFC, so that two names which differ in that only would
// become one. A name that is not in NFC is escaped as a whole.
//
// No valid account of a configuration has such escapes, so that an account of a
// configuration and an escaped one are never mistaken for each other.
func escapeAccount(account string) string {
	escaped := httpsafe.Escape(account, httpsafe.IsVisible)
	if norm.NFC.IsNormalString(escaped) {
		return escaped
	}
	return httpsafe.Escape(account, func(r rune) bool { return r < unicode.MaxASCII && httpsafe.IsVisible(r) })
}

// escapeText returns a text of the API that has one line as Terraform can show it.
func escapeText(text string) string { return httpsafe.Escape(text, httpsafe.IsVisible) }

// escapeDescription returns a description of the API as Terraform can show it. It
// keeps its line breaks.
func escapeDescription(text string) string {
	return httpsafe.Escape(text, func(r rune) bool { return r == '\n' || httpsafe.IsVisible(r) })
}
