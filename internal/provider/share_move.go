package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

var _ resource.ResourceWithMoveState = (*shareResource)(nil)

// olderProvider describes how another provider stores a share.
type olderProvider struct {
	providerType string
	resourceType string
	account      string            // its attribute for access_domain
	permits      map[string]string // its values for permit
}

// olderProviders are the providers whose shares can be moved to this one. Both
// call the namespace "organization" and the permit "permission", and have never
// had a schema version other than 0.
var olderProviders = []olderProvider{
	{
		providerType: "opentelekomcloud", resourceType: "opentelekomcloud_swr_domain_v2",
		account: "access_domain", permits: map[string]string{"read": swr.PermitRead},
	},
	{
		providerType: "huaweicloud", resourceType: "huaweicloud_swr_repository_sharing",
		account: "sharing_account", permits: map[string]string{"pull": swr.PermitRead},
	},
}

// MoveState accepts a share from an older provider, or from this one under another
// address. It sends no request; the refresh that follows corrects what the older
// provider stored.
func (r *shareResource) MoveState(context.Context) []resource.StateMover {
	return []resource.StateMover{
		sameProviderMover(typeShare, importInstead),
		{StateMover: r.moveFromOlderProvider},
	}
}

func (r *shareResource) moveFromOlderProvider(ctx context.Context, req resource.MoveStateRequest, resp *resource.MoveStateResponse) {
	providerType, ok := providerType(req.SourceProviderAddress)
	if !ok {
		addMoveError(&resp.Diagnostics, req, "The provider address does not have the form [host/[namespace/]]type.", importInstead)
		return
	}
	for _, older := range olderProviders {
		// OpenTofu (1.12) moves the instances of a for_each in parallel. Once it has
		// moved the first, it names this provider as the source of the others.
		if older.resourceType != req.SourceTypeName || (providerType != older.providerType && providerType != ownType) {
			continue
		}
		moved, err := older.share(req)
		if err != nil {
			addMoveError(&resp.Diagnostics, req, sentence(err.Error()), importInstead)
			return
		}
		moved.write(ctx, &resp.TargetState.Raw, &resp.Diagnostics)
		moved.writeIdentity(resp.TargetIdentity)
		// At which endpoint the older provider saw the share is not known. Until
		// this provider has seen it, its absence proves nothing: it may still grant
		// access in another region.
		lastSeen.set(ctx, resp.TargetPrivate, "an endpoint of the provider "+older.providerType, &resp.Diagnostics)
		return
	}
	known := typeShare + " from another provider address"
	for _, older := range olderProviders {
		known += ", " + older.resourceType
	}
	addMoveError(&resp.Diagnostics, req, "Only these resource types can be moved: "+known+".", importInstead)
}

// share returns the share that the older provider stored.
func (p olderProvider) share(req resource.MoveStateRequest) (shareResourceModel, error) {
	if req.SourceSchemaVersion != 0 {
		return shareResourceModel{}, fmt.Errorf(
			"the state has schema version %d, and only version 0 is supported", req.SourceSchemaVersion)
	}
	var state map[string]any
	if err := json.Unmarshal(req.SourceRawState.JSON, &state); err != nil {
		return shareResourceModel{}, fmt.Errorf("the state is not a JSON object: %w", err)
	}
	required := map[string]string{}
	for _, name := range []string{"organization", "repository", p.account, "permission", "deadline"} {
		switch value := state[name].(type) {
		case string:
			required[name] = value
		case nil:
			return shareResourceModel{}, fmt.Errorf("the attribute %q is missing", name)
		default:
			return shareResourceModel{}, fmt.Errorf("the attribute %q is not a string", name)
		}
	}
	key := swr.Key{
		Namespace: required["organization"],
		// A "$" is the "/" of a URL.
		Repository:   strings.ReplaceAll(required["repository"], "$", "/"),
		AccessDomain: required[p.account],
	}
	if err := key.Addressable(); err != nil {
		return shareResourceModel{}, err
	}
	permit, ok := p.permits[required["permission"]]
	if !ok {
		return shareResourceModel{}, fmt.Errorf("permission %q is not supported", required["permission"])
	}
	end, err := swr.ParseDeadline(required["deadline"])
	if err != nil {
		return shareResourceModel{}, err
	}
	moved := newShareModel(key)
	// What the older provider did not store is null until the refresh.
	for _, field := range shareFields {
		if value, ok := state[field.name].(string); ok && value != "" && field.role >= immutableField {
			*field.model(&moved.shareModel) = types.StringValue(field.escaped(value))
		}
	}
	if status, ok := state["status"].(bool); ok {
		moved.Status = types.BoolValue(status)
	}
	description, _ := state["description"].(string)
	moved.Description = types.StringValue(escapeDescription(description))
	moved.Permit, moved.Deadline = types.StringValue(permit), types.StringValue(required["deadline"])
	moved.ExpiresAt = expiresAt(end)
	return moved, nil
}

// ownType is the last segment of this provider's address.
const ownType = "swr"

// providerType returns the last segment of a provider address, which has one of
// three forms: host/namespace/type, namespace/type, and, from OpenTofu before
// 1.12.4, type. Mirrors and forks have hosts and namespaces of their own.
func providerType(address string) (string, bool) {
	segments := strings.Split(address, "/")
	for _, segment := range segments {
		if segment == "" {
			return "", false
		}
	}
	return segments[len(segments)-1], len(segments) <= 3
}

// moverFromItself returns a mover for a resource of this provider under another
// provider address, which it does not change. OpenTofu calls it if only the
// address changed. An error ends with what to do instead.
func sameProviderMover(resourceType string, instead string) resource.StateMover {
	return resource.StateMover{StateMover: func(ctx context.Context, req resource.MoveStateRequest, resp *resource.MoveStateResponse) {
		from, ok := providerType(req.SourceProviderAddress)
		if !ok || from != ownType || req.SourceTypeName != resourceType {
			return // not from this provider
		}
		state, err := req.SourceRawState.Unmarshal(resp.TargetState.Schema.Type().TerraformType(ctx))
		if err == nil && req.SourceSchemaVersion != resp.TargetState.Schema.GetVersion() {
			err = fmt.Errorf("the state has schema version %d, and this provider supports version %d",
				req.SourceSchemaVersion, resp.TargetState.Schema.GetVersion())
		}
		var identity tftypes.Value
		hasIdentity := req.SourceIdentity != nil && resp.TargetIdentity != nil
		if err == nil && hasIdentity {
			identity, err = req.SourceIdentity.Unmarshal(resp.TargetIdentity.Schema.Type().TerraformType(ctx))
		}
		if err != nil {
			addMoveError(&resp.Diagnostics, req, sentence(err.Error()), instead)
			return
		}
		resp.TargetState.Raw = state
		if hasIdentity {
			resp.TargetIdentity.Raw = identity
		}
		for _, key := range []string{string(lastSeen), string(pendingCreate)} {
			value, problems := req.SourcePrivate.GetKey(ctx, key)
			resp.Diagnostics.Append(problems...)
			if len(value) > 0 {
				resp.Diagnostics.Append(resp.TargetPrivate.SetKey(ctx, key, value)...)
			}
		}
	}}
}

// importInstead is the alternative to moving a share.
var importInstead = "Then import the share, which does not change it:\n\n" +
	importBlock(swr.Key{Namespace: "namespace", Repository: "repository", AccessDomain: "access_domain"})

// addMoveError adds an error with the reason, and what to do instead.
func addMoveError(diags *diag.Diagnostics, req resource.MoveStateRequest, reason, instead string) {
	diags.AddError(fmt.Sprintf("Unable to move %s", req.SourceTypeName), fmt.Sprintf(
		"%s\n\nThe source is %s of the provider %s. Its state was not changed. "+
			"Instead of the moved block, remove the old resource from the state:\n\n%s\n\n%s",
		reason, req.SourceTypeName, req.SourceProviderAddress, removedBlock(req.SourceTypeName), instead))
}
