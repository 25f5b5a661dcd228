package provider

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/text/unicode/norm"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// accounts is a set of accounts in which spellings that differ in case alone are
// the same. Each keeps its own spelling.
type accounts []string

// heldByTerraform gives an account's name as Terraform can hold it. Terraform
// composes Unicode text (E and an accent become one letter), so that of two names
// which differ in that alone one would hide behind the other. A name that would
// be changed is written with escapes instead.
func heldByTerraform(account string) string {
	if norm.NFC.IsNormalString(account) {
		return account
	}
	quoted := strconv.QuoteToASCII(account)
	return quoted[1 : len(quoted)-1]
}

// accountsOf gives the known elements of a set, and whether these are all.
func accountsOf(set types.Set) (known accounts, all bool) {
	all = !set.IsUnknown()
	for _, element := range set.Elements() {
		text, ok := element.(types.String)
		if !ok || text.IsUnknown() {
			all = false
			continue
		}
		known = append(known, text.ValueString())
	}
	return known, all
}

// set gives the accounts as a value.
func (a accounts) set() types.Set {
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
		names[i] = swr.Printable(account)
	}
	return enumerate(names)
}

func (a accounts) has(account string) bool {
	return slices.ContainsFunc(a, func(other string) bool { return swr.SameAccount(account, other) })
}

// without gives the accounts that are not among others, in order.
func (a accounts) without(others accounts) accounts {
	var left accounts
	for _, account := range a {
		if !others.has(account) {
			left = append(left, account)
		}
	}
	slices.SortFunc(left, func(x, y string) int {
		return cmp.Or(strings.Compare(strings.ToLower(x), strings.ToLower(y)), strings.Compare(x, y))
	})
	return left
}

// same tells whether two sets hold the same accounts.
func (a accounts) same(b accounts) bool {
	return len(a.without(b)) == 0 && len(b.without(a)) == 0
}

// accountsRule checks each element of a set of accounts.
type accountsRule struct{}

func (accountsRule) Description(context.Context) string {
	return "elements must be unique account names"
}

func (r accountsRule) MarkdownDescription(ctx context.Context) string { return r.Description(ctx) }

func (accountsRule) ValidateSet(ctx context.Context, req validator.SetRequest, resp *validator.SetResponse) {
	var seen accounts
	for _, element := range req.ConfigValue.Elements() {
		text, ok := element.(types.String)
		if !ok || text.IsUnknown() {
			continue
		}
		at := req.Path.AtSetValue(element)
		checked := validator.StringResponse{}
		if text.IsNull() {
			resp.Diagnostics.AddAttributeError(at, "Invalid access_domains", "access_domains contains a null element.")
			continue
		}
		accountRule.ValidateString(ctx, validator.StringRequest{Path: at, ConfigValue: text}, &checked)
		resp.Diagnostics.Append(checked.Diagnostics...)
		if seen.has(text.ValueString()) {
			resp.Diagnostics.AddAttributeError(at, "Invalid access_domains", fmt.Sprintf(
				"access_domains contains the account %q more than once. Account names are not case-sensitive.", text.ValueString()))
		}
		seen = append(seen, text.ValueString())
	}
}
