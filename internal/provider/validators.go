package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// description is embedded by validators and plan modifiers. It implements the two
// methods that describe them.
type description string

func (d description) Description(context.Context) string         { return string(d) }
func (d description) MarkdownDescription(context.Context) string { return string(d) }

// rule is a validator made of one of package swr's rules.
type rule struct {
	description
	check func(value string) (warning string, err error)
}

var (
	namespaceRule  = rule{"value must be a valid organization name", swr.CheckNamespace}
	repositoryRule = rule{"value must be a valid repository name", swr.CheckRepository}
	accountRule    = rule{"value must be a valid account name", swr.CheckAccessDomain}

	centerRule      = rule{`value must be "self" or "thirdparty"`, withoutWarning(swr.CheckCenter)}
	permitRule      = rule{`value must be "read"`, withoutWarning(swr.CheckPermit)}
	descriptionRule = rule{description(fmt.Sprintf("value must be at most %d characters long", swr.MaxDescriptionLength)),
		withoutWarning(swr.CheckDescription)}
	deadlineRule = rule{`value must be a date such as "2031-03-31", a UTC time such as "2031-03-31T16:00:00Z", or "forever"`,
		withoutWarning(func(value string) error { _, err := swr.ParseDeadline(value); return err })}
)

func withoutWarning(check func(string) error) func(string) (string, error) {
	return func(value string) (string, error) { return "", check(value) }
}

func (r rule) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	warning, err := r.check(req.ConfigValue.ValueString())
	if warning != "" {
		resp.Diagnostics.AddAttributeWarning(req.Path, "Potentially invalid "+attributeName(req.Path), attributeName(req.Path)+" "+warning)
	}
	if err != nil {
		addRuleError(&resp.Diagnostics, req.Path, err)
	}
}

// addRuleError adds an error with attribute, value and rule.
func addRuleError(diags *diag.Diagnostics, attribute path.Path, err error) {
	name, detail := attributeName(attribute), sentence(err.Error())
	if violated, ok := errors.AsType[*swr.RuleError](err); ok {
		detail = fmt.Sprintf("%s = %q: %s.", name, violated.Value, strings.TrimSuffix(violated.Rule, "."))
	}
	diags.AddAttributeError(attribute, "Invalid "+name, detail)
}

// attributeName returns the attribute as it is written in a configuration, for an
// element that of its set.
func attributeName(attribute path.Path) string {
	name, _, _ := strings.Cut(attribute.String(), "[")
	return name
}

// accountsRule is a validator for accounts, which must be valid, and of which no two
// may differ in case only.
type accountsRule struct{ description }

func (accountsRule) ValidateList(ctx context.Context, req validator.ListRequest, resp *validator.ListResponse) {
	elements := req.ConfigValue.Elements()
	if len(elements) > swr.MaxAccounts {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid access_domains", fmt.Sprintf(
			"access_domains contains %d accounts. At most %d are supported: SWR shares a repository with fewer, "+
				"and no plan of more can be reviewed.", len(elements), swr.MaxAccounts))
		return
	}
	seen := accountIndex{}
	for _, element := range elements {
		account, ok := element.(types.String)
		if !ok || account.IsUnknown() {
			continue
		}
		if account.IsNull() {
			resp.Diagnostics.AddAttributeError(req.Path, "Invalid access_domains", "access_domains contains a null value.")
			continue
		}
		elementPath := req.Path.AtSetValue(element)
		checked := validator.StringResponse{}
		accountRule.ValidateString(ctx, validator.StringRequest{Path: elementPath, ConfigValue: account}, &checked)
		resp.Diagnostics.Append(checked.Diagnostics...)
		id := accountID(account.ValueString())
		if seen.hasID(id) {
			resp.Diagnostics.AddAttributeError(elementPath, "Invalid access_domains", fmt.Sprintf(
				"access_domains contains the account %q more than once. Account names are not case-sensitive.",
				account.ValueString()))
		}
		seen[id] = account.ValueString()
	}
}

// timeoutsAttribute returns the attribute that limits the operations of a
// resource.
func timeoutsAttribute(ctx context.Context, opts timeouts.Opts) schema.Attribute {
	attribute := timeouts.Attributes(ctx, opts)
	if nested, ok := attribute.(schema.SingleNestedAttribute); ok {
		nested.Validators = append(nested.Validators, positiveDurations{"durations must be greater than 0"})
		return nested
	}
	return attribute
}

// positiveDurations is a validator for timeouts. The attribute itself refuses what
// is not a duration.
type positiveDurations struct{ description }

func (positiveDurations) ValidateObject(_ context.Context, req validator.ObjectRequest, resp *validator.ObjectResponse) {
	durations := req.ConfigValue.Attributes()
	for _, name := range slices.Sorted(maps.Keys(durations)) {
		text, _ := durations[name].(types.String)
		if duration, err := time.ParseDuration(text.ValueString()); err == nil && duration <= 0 {
			attribute := req.Path.AtName(name)
			resp.Diagnostics.AddAttributeError(attribute, "Invalid "+attribute.String(),
				fmt.Sprintf("%s = %q: must be greater than 0.", attribute, text.ValueString()))
		}
	}
}
