package provider

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// What the provider notes of a resource stands in its private state, which
// Terraform keeps and does not show.

type privateState interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

type writablePrivateState interface {
	privateState
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// note puts a value into the private state.
func note(ctx context.Context, private writablePrivateState, key string, value any, diags *diag.Diagnostics) {
	text, err := json.Marshal(value)
	if err != nil {
		diags.AddError("Unable to write private state", fmt.Sprintf("This is a bug in the provider: %s: %s.", key, err))
		return
	}
	diags.Append(private.SetKey(ctx, key, text)...)
}

// noted gives a value of the private state. One that can't be read is an error,
// and found, but empty.
func noted[T any](ctx context.Context, private privateState, key string, diags *diag.Diagnostics) (value T, found bool) {
	text, problems := private.GetKey(ctx, key)
	diags.Append(problems...)
	if len(text) == 0 {
		return value, false
	}
	if err := json.Unmarshal(text, &value); err != nil {
		diags.AddError("Unable to read private state", err.Error())
		var none T
		return none, true
	}
	return value, true
}

// lastSeenKey is the key of the host that the share was last seen at: "gone" from
// another one is not believed.
const lastSeenKey = "last_seen"

func setLastSeen(ctx context.Context, private writablePrivateState, host string, diags *diag.Diagnostics) {
	note(ctx, private, lastSeenKey, host, diags)
}

// lastSeen gives the host that the share was last seen at, "" if none is known.
func lastSeen(ctx context.Context, private privateState, diags *diag.Diagnostics) string {
	host, _ := noted[string](ctx, private, lastSeenKey, diags)
	return host
}
