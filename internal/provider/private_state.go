package provider

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// privateKey is a key of the private state, which Terraform keeps for the
// provider and does not show.
type privateKey[T any] string

const (
	// lastSeen is the endpoint that the resource was last seen at, as in
	// [swr.LastSeen]. Another endpoint may have another one with the same names.
	lastSeen privateKey[string] = "last_seen"
	// pendingCreate is the create that may have created the share. It is there
	// until that is known: the share that is found later may be another client's,
	// and must not be replaced or deleted.
	pendingCreate privateKey[swr.PendingCreate] = "in_doubt"
)

// privateReader is the private state of a request.
type privateReader interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

// privateWriter is the private state of a response.
type privateWriter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// get returns a value of the private state. A value that can't be read is an
// error; it is found, but zero.
func (k privateKey[T]) get(ctx context.Context, private privateReader, diags *diag.Diagnostics) (value T, found bool) {
	text, problems := private.GetKey(ctx, string(k))
	diags.Append(problems...)
	if len(text) == 0 {
		return value, false
	}
	if err := json.Unmarshal(text, &value); err != nil {
		diags.AddError("Unable to read private state", sentence(err.Error()))
		var zero T
		return zero, true
	}
	return value, true
}

// set sets a value of the private state.
func (k privateKey[T]) set(ctx context.Context, private privateWriter, value T, diags *diag.Diagnostics) {
	text, err := json.Marshal(value)
	if err != nil {
		diags.AddError("Unable to write private state", fmt.Sprintf("This is a bug in the provider: %s: %s.", k, err))
		return
	}
	diags.Append(private.SetKey(ctx, string(k), text)...)
}

// remove removes a value from the private state.
func (k privateKey[T]) remove(ctx context.Context, private privateWriter, diags *diag.Diagnostics) {
	diags.Append(private.SetKey(ctx, string(k), nil)...)
}

// recordEndpoint records that a resource was seen at this endpoint.
func (s *session) recordEndpoint(ctx context.Context, private privateWriter, diags *diag.Diagnostics) {
	lastSeen.set(ctx, private, s.client.NormalizedEndpoint(), diags)
}

// restore sets the private state of a share that was read.
func (v sharePrivateState) restore(ctx context.Context, private privateWriter, diags *diag.Diagnostics) {
	if v.lastSeen != "" {
		lastSeen.set(ctx, private, v.lastSeen, diags)
	}
	if v.pending != nil {
		pendingCreate.set(ctx, private, *v.pending, diags)
	}
}

// removeResource removes a resource from the state. Terraform keeps the private state
// for the plan: with an endpoint, that would be a replacement, and not a creation.
func removeResource(ctx context.Context, resp *resource.ReadResponse) {
	resp.State.RemoveResource(ctx)
	lastSeen.remove(ctx, resp.Private, &resp.Diagnostics)
}

// shareLastSeen returns what the state knows of a share since it was last seen.
func shareLastSeen(ctx context.Context, private privateReader, state shareModel, diags *diag.Diagnostics) swr.LastSeen {
	endpoint, _ := lastSeen.get(ctx, private, diags)
	return swr.LastSeen{
		Endpoint: endpoint, Created: state.Created.ValueString(), CreatorID: state.CreatorID.ValueString(),
	}
}
