package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// doubtKey is the key, in the resource's private state, of the create that may
// have made the share. It stands there as long as nobody could tell: the share
// that a later look finds may be another client's, and must not be replaced or
// revoked as if it were ours.
const doubtKey = "in_doubt"

// inDoubt tells whether the state is in doubt, and about which create.
func inDoubt(ctx context.Context, private privateState, diags *diag.Diagnostics) (swr.PendingCreate, bool) {
	return noted[swr.PendingCreate](ctx, private, doubtKey, diags)
}

// originOf tells who made the share that was found where the state is in doubt.
// Where that is not clear it adds an error: the state is to stay as it is.
func originOf(doubt swr.PendingCreate, state shareResourceModel, found swr.Share, diags *diag.Diagnostics) swr.Ownership {
	terms, err := state.terms()
	if err != nil {
		addRuleError(diags, pathDeadline, err)
		return swr.Undetermined
	}
	origin := doubt.Ownership(terms, found)
	key := state.key()
	switch origin {
	case swr.Foreign:
		diags.AddWarning(fmt.Sprintf("Share %s is not managed by this configuration", objectName(key)),
			"An earlier apply may have created the share: the response to its request was lost. The share that exists was created at another time, "+
				"by another client. It was left unchanged and removed from the state. "+importRemedy(key))
	case swr.Undetermined:
		diags.AddError(fmt.Sprintf("Unable to determine who created share %s", objectName(key)), fmt.Sprintf(
			"An earlier apply may have created the share: the response to its request was lost. A share exists, created by %q on %q, but whether it is the same one is not known. "+
				"It was left unchanged, and the state was not changed.\n\nInspect the share. Then remove it from the state:\n\n  terraform state rm ADDRESS\n\n"+
				"with the address of the resource. %s",
			swr.Printable(found.CreatorName), swr.Printable(found.Created), importRemedy(key)))
	}
	return origin
}
