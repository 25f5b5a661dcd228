package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// rule makes a validator of one of package swr's rules.
type rule struct {
	description string
	check       func(value string) (warning string, err error)
}

var (
	namespaceRule = rule{"the rules for names of organizations", swr.CheckNamespace}
	repoRule      = rule{"the rules for names of image repositories", swr.CheckRepository}
	accountRule   = rule{"the rules for names of accounts", swr.CheckAccessDomain}

	centerRule      = rule{`"self" or "thirdparty"`, silent(swr.CheckCenter)}
	permitRule      = rule{`"read"`, silent(swr.CheckPermit)}
	descriptionRule = rule{fmt.Sprintf("at most %d characters", swr.MaxDescriptionLength), silent(swr.CheckDescription)}
	deadlineRule    = rule{`a date such as "2031-03-31", a UTC time such as "2031-03-31T16:00:00Z", or "forever"`,
		silent(func(value string) error { _, err := swr.ParseDeadline(value); return err })}
)

func silent(check func(string) error) func(string) (string, error) {
	return func(value string) (string, error) { return "", check(value) }
}

func (r rule) Description(context.Context) string             { return "value must follow " + r.description }
func (r rule) MarkdownDescription(ctx context.Context) string { return r.Description(ctx) }

func (r rule) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	warning, err := r.check(req.ConfigValue.ValueString())
	if warning != "" {
		resp.Diagnostics.AddAttributeWarning(req.Path, "Potentially invalid "+req.Path.String(), warning)
	}
	if err != nil {
		addRuleError(&resp.Diagnostics, req.Path, err)
	}
}

// addRuleError puts a broken rule into words: attribute, value, rule.
func addRuleError(diags *diag.Diagnostics, at path.Path, err error) {
	broken, ok := errors.AsType[*swr.RuleError](err)
	if !ok {
		diags.AddAttributeError(at, "Invalid "+at.String(), err.Error())
		return
	}
	diags.AddAttributeError(at, "Invalid "+broken.Field, fmt.Sprintf("%s = %q: %s.", broken.Field, broken.Value,
		strings.TrimSuffix(broken.Rule, ".")))
}
