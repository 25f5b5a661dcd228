package main

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

type schemaJSON struct {
	Version int64      `json:"version"`
	Block   *blockJSON `json:"block"`
}

type blockJSON struct {
	Attributes      map[string]*attributeJSON   `json:"attributes,omitempty"`
	Blocks          map[string]*nestedBlockJSON `json:"block_types,omitempty"`
	Description     string                      `json:"description,omitempty"`
	DescriptionKind string                      `json:"description_kind"`
	Deprecated      bool                        `json:"deprecated,omitempty"`
}

type attributeJSON struct {
	Type            tftypes.Type    `json:"type,omitempty"`
	NestedType      *nestedTypeJSON `json:"nested_type,omitempty"`
	Description     string          `json:"description,omitempty"`
	DescriptionKind string          `json:"description_kind"`
	Deprecated      bool            `json:"deprecated,omitempty"`
	Required        bool            `json:"required,omitempty"`
	Optional        bool            `json:"optional,omitempty"`
	Computed        bool            `json:"computed,omitempty"`
	Sensitive       bool            `json:"sensitive,omitempty"`
	WriteOnly       bool            `json:"write_only,omitempty"`
}

type nestedTypeJSON struct {
	Attributes  map[string]*attributeJSON `json:"attributes"`
	NestingMode string                    `json:"nesting_mode"`
}

type nestedBlockJSON struct {
	NestingMode string     `json:"nesting_mode"`
	Block       *blockJSON `json:"block"`
	MinItems    int64      `json:"min_items,omitempty"`
	MaxItems    int64      `json:"max_items,omitempty"`
}

type identityJSON struct {
	Version    int64                             `json:"version"`
	Attributes map[string]*identityAttributeJSON `json:"attributes"`
}

type identityAttributeJSON struct {
	Type              tftypes.Type `json:"type"`
	Description       string       `json:"description,omitempty"`
	RequiredForImport bool         `json:"required_for_import,omitempty"`
	OptionalForImport bool         `json:"optional_for_import,omitempty"`
}

func schemaToJSON(s *tfprotov6.Schema) *schemaJSON {
	return &schemaJSON{Version: s.Version, Block: blockToJSON(s.Block)}
}

func blockToJSON(b *tfprotov6.SchemaBlock) *blockJSON {
	block := &blockJSON{
		Attributes:      attributesToJSON(b.Attributes),
		Blocks:          map[string]*nestedBlockJSON{},
		Description:     b.Description,
		DescriptionKind: kindToJSON(b.DescriptionKind),
		Deprecated:      b.Deprecated,
	}
	for _, nested := range b.BlockTypes {
		block.Blocks[nested.TypeName] = &nestedBlockJSON{
			NestingMode: strings.ToLower(nested.Nesting.String()),
			Block:       blockToJSON(nested.Block),
			MinItems:    nested.MinItems,
			MaxItems:    nested.MaxItems,
		}
	}
	return block
}

func attributesToJSON(list []*tfprotov6.SchemaAttribute) map[string]*attributeJSON {
	attributes := make(map[string]*attributeJSON, len(list))
	for _, a := range list {
		attribute := &attributeJSON{
			Type:            a.Type,
			Description:     a.Description,
			DescriptionKind: kindToJSON(a.DescriptionKind),
			Deprecated:      a.Deprecated,
			Required:        a.Required,
			Optional:        a.Optional,
			Computed:        a.Computed,
			Sensitive:       a.Sensitive,
			WriteOnly:       a.WriteOnly,
		}
		if a.NestedType != nil {
			attribute.NestedType = &nestedTypeJSON{
				Attributes:  attributesToJSON(a.NestedType.Attributes),
				NestingMode: strings.ToLower(a.NestedType.Nesting.String()),
			}
		}
		attributes[a.Name] = attribute
	}
	return attributes
}

func identityToJSON(s *tfprotov6.ResourceIdentitySchema) *identityJSON {
	identity := &identityJSON{Version: s.Version, Attributes: map[string]*identityAttributeJSON{}}
	for _, a := range s.IdentityAttributes {
		identity.Attributes[a.Name] = &identityAttributeJSON{
			Type:              a.Type,
			Description:       a.Description,
			RequiredForImport: a.RequiredForImport,
			OptionalForImport: a.OptionalForImport,
		}
	}
	return identity
}

func kindToJSON(kind tfprotov6.StringKind) string {
	if kind == tfprotov6.StringKindMarkdown {
		return "markdown"
	}
	return "plain"
}
