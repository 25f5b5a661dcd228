package provider

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/text/unicode/norm"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// accounts is a set of account names, which are equal regardless of case. Each
// keeps its spelling.
type accounts []string

// accountsFromSet returns the known elements of a set, and whether these are all.
func accountsFromSet(set types.Set) (known accounts, complete bool) {
	complete = !set.IsUnknown()
	for _, element := range set.Elements() {
		text, ok := element.(types.String)
		if !ok || text.IsUnknown() {
			complete = false
			continue
		}
		known = append(known, text.ValueString())
	}
	return known, complete
}

// toSet returns the accounts as a value.
func (a accounts) toSet() types.Set {
	elements := make([]attr.Value, len(a))
	for i, account := range a {
		elements[i] = types.StringValue(account)
	}
	return types.SetValueMust(types.StringType, elements)
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

func (a accounts) contains(account string) bool {
	return slices.ContainsFunc(a, func(other string) bool { return swr.SameAccount(account, other) })
}

// difference returns the accounts that are not among the others, in order.
func (a accounts) difference(others accounts) accounts {
	var rest accounts
	for _, account := range a {
		if !others.contains(account) {
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
	known := slices.Concat(spellings...)
	preferred := make(accounts, len(a))
	for i, account := range a {
		preferred[i] = account
		if j := slices.IndexFunc(known, func(other string) bool { return swr.SameAccount(other, account) }); j >= 0 {
			preferred[i] = known[j]
		}
	}
	return preferred
}

// escapeNonNFC returns an account's name as Terraform can store it. Terraform
// normalizes text to NFC, so that two names which differ in that only would become
// one. A name that is not in NFC is escaped instead.
func escapeNonNFC(account string) string {
	if norm.NFC.IsNormalString(account) {
		return account
	}
	quoted := strconv.QuoteToASCII(account)
	return quoted[1 : len(quoted)-1]
}
