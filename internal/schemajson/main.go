// Command schemajson prints the provider's schemas as the newest Terraform's
// "providers schema -json" does, for the generator of the documentation.
//
// Older versions of Terraform omit identities and list resources, so the
// documentation would depend on the installed version.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/provider"
)

func main() {
	schemas, err := readSchemas(context.Background())
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(tfjson.ProviderSchemas{
			FormatVersion: "1.0",
			Schemas:       map[string]*tfjson.ProviderSchema{"swr": schemas},
		})
	}
	if err != nil {
		log.Fatal(err)
	}
}

// readSchemas gets the schemas from the provider, as Terraform does.
func readSchemas(ctx context.Context) (*tfjson.ProviderSchema, error) {
	server, err := providerserver.NewProtocol6WithError(provider.New("dev")())()
	if err != nil {
		return nil, err
	}
	schemas, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return nil, err
	}
	identities, err := server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		return nil, err
	}
	for _, d := range append(schemas.Diagnostics, identities.Diagnostics...) {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			return nil, fmt.Errorf("%s: %s", d.Summary, d.Detail)
		}
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

func schema(s *tfprotov6.Schema) *tfjson.Schema {
	return &tfjson.Schema{Version: uint64(s.Version), Block: block(s.Block)}
}

func block(b *tfprotov6.SchemaBlock) *tfjson.SchemaBlock {
	nested := make(map[string]*tfjson.SchemaBlockType, len(b.BlockTypes))
	for _, t := range b.BlockTypes {
		nested[t.TypeName] = &tfjson.SchemaBlockType{
			NestingMode: tfjson.SchemaNestingMode(strings.ToLower(t.Nesting.String())), Block: block(t.Block),
			MinItems: uint64(t.MinItems), MaxItems: uint64(t.MaxItems),
		}
	}
	return &tfjson.SchemaBlock{
		Attributes: attributes(b.Attributes), NestedBlocks: nested,
		Description: b.Description, DescriptionKind: kind(b.DescriptionKind), Deprecated: b.Deprecated,
	}
}

func attributes(list []*tfprotov6.SchemaAttribute) map[string]*tfjson.SchemaAttribute {
	all := make(map[string]*tfjson.SchemaAttribute, len(list))
	for _, a := range list {
		all[a.Name] = &tfjson.SchemaAttribute{
			AttributeType: ctyType(a.Type), Description: a.Description, DescriptionKind: kind(a.DescriptionKind), Deprecated: a.Deprecated,
			Required: a.Required, Optional: a.Optional, Computed: a.Computed, Sensitive: a.Sensitive, WriteOnly: a.WriteOnly,
		}
		if t := a.NestedType; t != nil {
			all[a.Name].AttributeNestedType = &tfjson.SchemaNestedAttributeType{
				Attributes: attributes(t.Attributes), NestingMode: tfjson.SchemaNestingMode(strings.ToLower(t.Nesting.String())),
			}
		}
	}
	return all
}

func identity(s *tfprotov6.ResourceIdentitySchema) *tfjson.IdentitySchema {
	all := make(map[string]*tfjson.IdentityAttribute, len(s.IdentityAttributes))
	for _, a := range s.IdentityAttributes {
		all[a.Name] = &tfjson.IdentityAttribute{
			IdentityType: ctyType(a.Type), Description: a.Description,
			RequiredForImport: a.RequiredForImport, OptionalForImport: a.OptionalForImport,
		}
	}
	return &tfjson.IdentitySchema{Version: uint64(s.Version), Attributes: all}
}

// ctyType converts a type by way of its JSON, which is the same in both libraries.
func ctyType(t tftypes.Type) (converted cty.Type) {
	if t == nil {
		return cty.NilType
	}
	text, err := json.Marshal(t)
	if err == nil {
		err = json.Unmarshal(text, &converted)
	}
	if err != nil {
		log.Fatal(err)
	}
	return converted
}

func kind(k tfprotov6.StringKind) tfjson.SchemaDescriptionKind {
	return tfjson.SchemaDescriptionKind(strings.ToLower(k.String()))
}
