package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// doubtKey is the key, in the resource's private state, of the time since which a
// create may have made the share. It stands there as long as nobody could tell:
// the share that a later look finds may be another client's, which was there
// before, and must not be replaced or revoked as if it were ours.
const doubtKey = "may_be_made_since"

// putInDoubt notes when the create began, by the server's clock.
func putInDoubt(ctx context.Context, private writablePrivateState, since time.Time, diags *diag.Diagnostics) {
	value, err := json.Marshal(since)
	if err != nil {
		diags.AddError("The start of the create can't be stored", fmt.Sprintf("This is a bug in the provider: %s.", err))
		return
	}
	diags.Append(private.SetKey(ctx, doubtKey, value)...)
}

// anothers tells whether the share that was found is not the one that the state
// is in doubt about. Without a doubt it never is.
func anothers(ctx context.Context, private privateState, state shareResourceModel, found swr.Share, diags *diag.Diagnostics) (another, doubted bool) {
	value, problems := private.GetKey(ctx, doubtKey)
	diags.Append(problems...)
	if len(value) == 0 {
		return false, false
	}
	var since time.Time
	if err := json.Unmarshal(value, &since); err != nil {
		diags.AddError("The private state of the share can't be read", err.Error())
	}
	terms, err := state.terms()
	return err != nil || !terms.Made(found, since), true
}

// warnOfAnothers tells that the state lets go of a share that was never ours.
func warnOfAnothers(diags *diag.Diagnostics, key swr.Key) {
	diags.AddWarning(fmt.Sprintf("The share %s was not made here", key),
		"It was not known whether an earlier apply made it, since the answer was lost. Now it shows that the share is older, or grants something else: "+
			"it is most likely another client's, so it was left alone and taken out of the state. "+importHint(key))
}
