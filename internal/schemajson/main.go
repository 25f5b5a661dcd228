// Command schemajson prints the provider's schemas as the newest Terraform's
// "providers schema -json" does, for the generator of the documentation.
//
// Older versions of Terraform leave out identities and list resources, so that
// the documentation would depend on who generates it.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/provider"
)

func main() {
	schemas, err := read(context.Background())
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(map[string]any{
			"format_version":   "1.0",
			"provider_schemas": map[string]any{"swr": schemas},
		})
	}
	if err != nil {
		log.Fatal(err)
	}
}

// providerJSON is the form of one provider's schemas.
type providerJSON struct {
	Provider      *schemaJSON              `json:"provider"`
	Resources     map[string]*schemaJSON   `json:"resource_schemas,omitempty"`
	DataSources   map[string]*schemaJSON   `json:"data_source_schemas,omitempty"`
	ListResources map[string]*schemaJSON   `json:"list_resource_schemas,omitempty"`
	Identities    map[string]*identityJSON `json:"resource_identity_schemas,omitempty"`
}

// read asks the provider for its schemas, as Terraform does.
func read(ctx context.Context) (*providerJSON, error) {
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
	for _, diagnostic := range append(schemas.Diagnostics, identities.Diagnostics...) {
		if diagnostic.Severity == tfprotov6.DiagnosticSeverityError {
			return nil, fmt.Errorf("%s: %s", diagnostic.Summary, diagnostic.Detail)
		}
	}
	return &providerJSON{
		Provider:      schemaToJSON(schemas.Provider),
		Resources:     mapped(schemas.ResourceSchemas, schemaToJSON),
		DataSources:   mapped(schemas.DataSourceSchemas, schemaToJSON),
		ListResources: mapped(schemas.ListResourceSchemas, schemaToJSON),
		Identities:    mapped(identities.IdentitySchemas, identityToJSON),
	}, nil
}

func mapped[From, To any](from map[string]From, convert func(From) To) map[string]To {
	to := make(map[string]To, len(from))
	for name, value := range from {
		to[name] = convert(value)
	}
	return to
}
