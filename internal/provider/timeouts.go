package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// timeoutsFor gives the attribute that bounds the operations of a resource.
func timeoutsFor(ctx context.Context, opts timeouts.Opts) schema.Attribute {
	attribute := timeouts.Attributes(ctx, opts)
	if nested, ok := attribute.(schema.SingleNestedAttribute); ok {
		nested.Validators = append(nested.Validators, aboveZero{})
		return nested
	}
	return attribute
}

// aboveZero refuses timeouts in which nothing can be done. What is no duration at
// all is refused by the attribute itself.
type aboveZero struct{}

func (aboveZero) Description(context.Context) string             { return "each duration must be greater than 0" }
func (v aboveZero) MarkdownDescription(c context.Context) string { return v.Description(c) }

func (aboveZero) ValidateObject(_ context.Context, req validator.ObjectRequest, resp *validator.ObjectResponse) {
	limits := req.ConfigValue.Attributes()
	for _, name := range slices.Sorted(maps.Keys(limits)) {
		text, _ := limits[name].(types.String)
		if limit, err := time.ParseDuration(text.ValueString()); err == nil && limit <= 0 {
			resp.Diagnostics.AddAttributeError(req.Path.AtName(name), "Invalid "+req.Path.AtName(name).String(),
				fmt.Sprintf("%s = %q: must be greater than 0.", req.Path.AtName(name), text.ValueString()))
		}
	}
}
