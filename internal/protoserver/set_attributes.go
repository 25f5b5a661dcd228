package protoserver

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// ProviderWithSets is a provider with attributes that are sets for Terraform, and
// lists for the framework.
//
// Upstream: the cost of a set grows with the square of its elements. To refresh and
// plan a set of 500 strings takes a second, and of 1,000 strings four:
//
//   - tftypes.Value.Equal of terraform-plugin-go v0.31.0 searches each element from
//     the start of the other set:
//     https://github.com/hashicorp/terraform-plugin-go/blob/v0.31.0/tftypes/value.go#L192
//     and https://github.com/hashicorp/terraform-plugin-go/blob/v0.31.0/tftypes/value_equal.go#L44
//   - In terraform-plugin-framework v1.19.0, SetType.Validate compares each element
//     with each other one whenever an attribute is read or written:
//     https://github.com/hashicorp/terraform-plugin-framework/blob/v1.19.0/types/basetypes/set_type.go#L204
//   - SetValue.Equal searches likewise, and copies the set for each element:
//     https://github.com/hashicorp/terraform-plugin-framework/blob/v1.19.0/types/basetypes/set_value.go#L326
//   - ValueSemanticEqualitySetElements compares each new element with each prior one,
//     with a logger of its own for each pair:
//     https://github.com/hashicorp/terraform-plugin-framework/blob/v1.19.0/internal/fwschemadata/value_semantic_equality_set.go#L131
//
// A custom type can replace all of these but the first. A list has none of them: its
// elements are found by index. Terraform encodes both alike, sends the elements of a
// set in order, and makes a set of the list that it receives. Once sets are linear,
// this file and SetAttributes in package provider can go.
type ProviderWithSets interface {
	// SetAttributes returns the attributes by resource type. Each is a list in the
	// schema. A path to one of its elements must be that of an element of a set.
	SetAttributes() map[string][]string
}

// setAttributes presents lists to Terraform as sets.
type setAttributes struct {
	frameworkServer
	sets map[string][]string
}

func (s setAttributes) GetProviderSchema(ctx context.Context, req *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	resp, err := s.frameworkServer.GetProviderSchema(ctx, req)
	if err != nil {
		return nil, err
	}
	for resourceType, names := range s.sets {
		for _, name := range names {
			if !presentAsSet(resp.ResourceSchemas[resourceType], name) {
				return nil, fmt.Errorf("%s has no attribute %s that is a list", resourceType, name)
			}
		}
	}
	return resp, nil
}

// presentAsSet changes the type of an attribute to a set, and reports whether it was
// a list.
func presentAsSet(schema *tfprotov6.Schema, name string) bool {
	if schema == nil {
		return false
	}
	for _, attribute := range schema.Block.Attributes {
		if list, ok := attribute.Type.(tftypes.List); ok && attribute.Name == name {
			attribute.Type = tftypes.Set{ElementType: list.ElementType}
			return true
		}
	}
	return false
}
