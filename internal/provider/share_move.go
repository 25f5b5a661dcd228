package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

var _ resource.ResourceWithMoveState = (*shareResource)(nil)

// olderProvider is how another provider stores a share.
type olderProvider struct {
	providerType string
	resourceType string
	account      string            // its name for access_domain
	permits      map[string]string // its words for permit
}

// olderProviders are those whose shares can be moved here. Both call the
// namespace "organization" and permit "permission", and have only ever had the
// schema's version 0.
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

// MoveState takes over the state of a share from an older provider, or from this
// one under another address. It asks the service for nothing; the refresh that
// follows corrects what the older provider kept wrong.
func (r *shareResource) MoveState(context.Context) []resource.StateMover {
	return []resource.StateMover{
		moverFromItself(typeShare, importInstead),
		{StateMover: r.moveOlder},
	}
}

func (r *shareResource) moveOlder(ctx context.Context, req resource.MoveStateRequest, resp *resource.MoveStateResponse) {
	providerType, ok := providerType(req.SourceProviderAddress)
	if !ok {
		addCantMove(&resp.Diagnostics, req, "The provider address does not have the form [host/[namespace/]]type.", importInstead)
		return
	}
	for _, older := range olderProviders {
		// OpenTofu (1.12) moves the instances of a for_each side by side, and when
		// the first has been moved it names this provider as the others' source.
		if older.resourceType != req.SourceTypeName || (providerType != older.providerType && providerType != ownType) {
			continue
		}
		moved, err := older.share(req)
		if err != nil {
			addCantMove(&resp.Diagnostics, req, sentence(err.Error()), importInstead)
			return
		}
		resp.Diagnostics.Append(resp.TargetState.Set(ctx, moved)...)
		resp.Diagnostics.Append(resp.TargetIdentity.Set(ctx, moved.identity())...)
		// Nobody knows at which endpoint the older provider saw the share. Until
		// this one has seen it itself, no word of its absence is believed: what
		// is missing here may still grant access in another region.
		setLastSeen(ctx, resp.TargetPrivate, "an endpoint of the provider "+older.providerType, &resp.Diagnostics)
		return
	}
	known := typeShare + " from another provider address"
	for _, older := range olderProviders {
		known += ", " + older.resourceType
	}
	addCantMove(&resp.Diagnostics, req, "Only these resource types can be moved: "+known+".", importInstead)
}

// share reads what the older provider stored.
func (p olderProvider) share(req resource.MoveStateRequest) (shareResourceModel, error) {
	if req.SourceSchemaVersion != 0 {
		return shareResourceModel{}, fmt.Errorf("the state has schema version %d, and only version 0 is supported", req.SourceSchemaVersion)
	}
	var state olderState
	if err := json.Unmarshal(req.SourceRawState.JSON, &state); err != nil {
		return shareResourceModel{}, fmt.Errorf("the state is not a JSON object: %w", err)
	}
	key, err := state.key(p.account)
	if err != nil {
		return shareResourceModel{}, err
	}
	permission, err := state.text("permission")
	if err != nil {
		return shareResourceModel{}, err
	}
	permit, ok := p.permits[permission]
	if !ok {
		return shareResourceModel{}, fmt.Errorf("permission %q is not supported", permission)
	}
	deadline, err := state.text("deadline")
	if err != nil {
		return shareResourceModel{}, err
	}
	end, err := swr.ParseDeadline(deadline)
	if err != nil {
		return shareResourceModel{}, fmt.Errorf("%w", err)
	}
	moved := shareResourceModel{
		shareModel: shareModel{
			Namespace:    types.StringValue(key.Namespace),
			Repository:   types.StringValue(key.Repository),
			AccessDomain: types.StringValue(key.AccessDomain),
			Permit:       types.StringValue(permit),
			Deadline:     types.StringValue(deadline),
			Description:  types.StringValue(""),
			ExpiresAt:    expiresAt(end),
		},
		ID:       types.StringValue(key.String()),
		Timeouts: noTimeouts(),
	}
	if description, ok := state["description"].(string); ok {
		moved.Description = types.StringValue(description)
	}
	// What an older provider did not keep stays null until the refresh.
	for name, field := range map[string]*types.String{
		"creator_id": &moved.CreatorID, "creator_name": &moved.CreatorName, "created": &moved.Created, "updated": &moved.Updated,
	} {
		if value, ok := state[name].(string); ok && value != "" {
			*field = types.StringValue(value)
		}
	}
	if status, ok := state["status"].(bool); ok {
		moved.Status = types.BoolValue(status)
	}
	return moved, nil
}

// olderState is the state of an older provider.
type olderState map[string]any

// key gives the share's names, in the older provider's spelling.
func (s olderState) key(account string) (swr.Key, error) {
	var key swr.Key
	for _, attribute := range []struct {
		name string
		into *string
	}{{"organization", &key.Namespace}, {"repository", &key.Repository}, {account, &key.AccessDomain}} {
		value, err := s.text(attribute.name)
		if err != nil {
			return swr.Key{}, err
		}
		*attribute.into = value
	}
	// First each name on its own: a slash too many must not move the borders
	// between them when they are read as an id, which knows "$" for "/".
	if err := key.Addressable(); err != nil {
		return swr.Key{}, err
	}
	return swr.ParseID(key.String())
}

func (s olderState) text(name string) (string, error) {
	switch value := s[name].(type) {
	case string:
		return value, nil
	case nil:
		return "", fmt.Errorf("the attribute %q is missing", name)
	default:
		return "", fmt.Errorf("the attribute %q is not a string", name)
	}
}

// ownType is the last segment of this provider's address.
const ownType = "swr"

// providerType gives the last segment of a provider's address, of which there
// are three forms: host/namespace/type, namespace/type, and, from OpenTofu before
// 1.12.4, the bare type. Mirrors and forks have hosts and namespaces of their own.
func providerType(address string) (string, bool) {
	segments := strings.Split(address, "/")
	for _, segment := range segments {
		if segment == "" {
			return "", false
		}
	}
	return segments[len(segments)-1], len(segments) <= 3
}

// moverFromItself moves a resource of this provider from another address of the
// provider, unchanged. OpenTofu asks for it where only the address changed. Where
// it can't be done, the error says what to do instead.
func moverFromItself(resourceType string, instead wayAround) resource.StateMover {
	return resource.StateMover{StateMover: func(ctx context.Context, req resource.MoveStateRequest, resp *resource.MoveStateResponse) {
		from, ok := providerType(req.SourceProviderAddress)
		if !ok || from != ownType || req.SourceTypeName != resourceType {
			return // not this one's
		}
		kind := resp.TargetState.Schema.Type().TerraformType(ctx)
		state, err := req.SourceRawState.Unmarshal(kind)
		if err == nil && req.SourceSchemaVersion != resp.TargetState.Schema.GetVersion() {
			err = fmt.Errorf("the state has schema version %d, and this provider supports version %d", req.SourceSchemaVersion, resp.TargetState.Schema.GetVersion())
		}
		if err != nil {
			addCantMove(&resp.Diagnostics, req, sentence(err.Error()), instead)
			return
		}
		resp.TargetState.Raw = state
		if req.SourceIdentity != nil && resp.TargetIdentity != nil {
			identity, err := req.SourceIdentity.Unmarshal(resp.TargetIdentity.Schema.Type().TerraformType(ctx))
			if err != nil {
				addCantMove(&resp.Diagnostics, req, sentence(err.Error()), instead)
				return
			}
			resp.TargetIdentity.Raw = identity
		}
		for _, key := range []string{lastSeenKey, doubtKey} {
			value, found := req.SourcePrivate.GetKey(ctx, key)
			resp.Diagnostics.Append(found...)
			if len(value) > 0 {
				resp.Diagnostics.Append(resp.TargetPrivate.SetKey(ctx, key, value)...)
			}
		}
	}}
}

// wayAround is what to do instead of a move, once the old resource is forgotten.
type wayAround struct {
	then  string
	block string // for the configuration, "" where there is none to show
}

var importInstead = wayAround{
	then:  "import the share, which does not change it",
	block: "\n\n" + importBlock(swr.Key{Namespace: "namespace", Repository: "repository", AccessDomain: "access_domain"}),
}

// addCantMove says why a state can't be moved, and what to do instead.
func addCantMove(diags *diag.Diagnostics, req resource.MoveStateRequest, why string, instead wayAround) {
	diags.AddError(fmt.Sprintf("Unable to move %s", req.SourceTypeName), fmt.Sprintf(
		"%s\n\nThe source is %s of the provider %s. Its state was not changed. Instead of the moved block, remove the old resource from the state and %s:\n\n%s%s",
		why, req.SourceTypeName, req.SourceProviderAddress, instead.then, removedBlock(req.SourceTypeName), instead.block))
}
