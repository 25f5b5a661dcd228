// Command schemajson prints the provider's schemas as the newest Terraform's
// "providers schema -json" does, for the generator of the documentation.
//
// Older versions of Terraform omit identities and list resources, so the
// documentation would depend on the installed version.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/protoserver"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/provider"
)

func main() {
	schemas, err := readSchemas(context.Background())
	all := tfjson.ProviderSchemas{FormatVersion: "1.0", Schemas: map[string]*tfjson.ProviderSchema{"swr": schemas}}
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(all)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// readSchemas gets the schemas from the provider, as Terraform does.
func readSchemas(ctx context.Context) (*tfjson.ProviderSchema, error) {
	server, err := protoserver.Server(provider.New("dev")())
	if err != nil {
		return nil, err
	}
	schemas, schemasErr := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	identities, identitiesErr := server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err := errors.Join(schemasErr, identitiesErr); err != nil {
		return nil, err
	}
	if all := append(schemas.Diagnostics, identities.Diagnostics...); len(all) > 0 {
		return nil, fmt.Errorf("%s: %s", all[0].Summary, all[0].Detail)
	}
	return &tfjson.ProviderSchema{
		ConfigSchema:            schema(schemas.Provider),
		ResourceSchemas:         convert(schemas.ResourceSchemas, schema),
		DataSourceSchemas:       convert(schemas.DataSourceSchemas, schema),
		ListResourceSchemas:     convert(schemas.ListResourceSchemas, schema),
		ResourceIdentitySchemas: convert(identities.IdentitySchemas, identity),
	}, nil
}

func convert[From, To any](from map[string]From, convert func(From) To) map[string]To {
	to := make(map[string]To, len(from))
	for name, value := range from {
		to[name] = convert(value)
	}
	return to
}

// schema has no nested blocks: the provider uses nested attributes instead.
func schema(s *tfprotov6.Schema) *tfjson.Schema {
	if len(s.Block.BlockTypes) > 0 {
		log.Fatalf("the block %s is not supported: use a nested attribute", s.Block.BlockTypes[0].TypeName)
	}
	return &tfjson.Schema{Version: uint64(s.Version), Block: &tfjson.SchemaBlock{
		Attributes: attributes(s.Block.Attributes), Description: s.Block.Description,
		DescriptionKind: kind(s.Block.DescriptionKind), Deprecated: s.Block.Deprecated,
	}}
}

func attributes(list []*tfprotov6.SchemaAttribute) map[string]*tfjson.SchemaAttribute {
	all := make(map[string]*tfjson.SchemaAttribute, len(list))
	for _, a := range list {
		all[a.Name] = &tfjson.SchemaAttribute{
			Description: a.Description, DescriptionKind: kind(a.DescriptionKind), Deprecated: a.Deprecated,
			Required: a.Required, Optional: a.Optional, Computed: a.Computed, Sensitive: a.Sensitive, WriteOnly: a.WriteOnly,
		}
		if t := a.NestedType; t != nil {
			all[a.Name].AttributeNestedType = &tfjson.SchemaNestedAttributeType{
				Attributes: attributes(t.Attributes), NestingMode: tfjson.SchemaNestingMode(strings.ToLower(t.Nesting.String())),
			}
		} else {
			all[a.Name].AttributeType = ctyType(a.Type)
		}
	}
	return all
}

func identity(s *tfprotov6.ResourceIdentitySchema) *tfjson.IdentitySchema {
	all := make(map[string]*tfjson.IdentityAttribute, len(s.IdentityAttributes))
	for _, a := range s.IdentityAttributes {
		all[a.Name] = &tfjson.IdentityAttribute{IdentityType: ctyType(a.Type), Description: a.Description,
			RequiredForImport: a.RequiredForImport, OptionalForImport: a.OptionalForImport}
	}
	return &tfjson.IdentitySchema{Version: uint64(s.Version), Attributes: all}
}

// ctyType converts a type by way of its JSON, which is the same in both libraries.
func ctyType(t tftypes.Type) (converted cty.Type) {
	text, err := json.Marshal(t)
	if err := errors.Join(err, json.Unmarshal(text, &converted)); err != nil {
		log.Fatal(err)
	}
	return converted
}

func kind(k tfprotov6.StringKind) tfjson.SchemaDescriptionKind {
	return tfjson.SchemaDescriptionKind(strings.ToLower(k.String()))
}
