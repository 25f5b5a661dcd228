package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
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
		diags.AddWarning(fmt.Sprintf("The share %s was not made here", key),
			"It was not known whether an earlier apply made it, since the answer was lost. Now it shows that the share is of another time: "+
				"it is another client's, so it was left alone and taken out of the state. "+importHint(key))
	case swr.Undetermined:
		diags.AddError(fmt.Sprintf("It is not known who made the share %s", key), fmt.Sprintf(
			"An earlier apply may have made it: the answer to its request was lost. A share is there now, made by %q on %q, but it can't be told whether it is that one. "+
				"It was left alone, and the state was kept.\n\nLook at it. Then let Terraform forget it:\n\n  terraform state rm ADDRESS\n\n"+
				"with the address of the resource, and import the share if it is to be managed here:\n\n%s",
			httpsafe.Printable(found.CreatorName), httpsafe.Printable(found.Created), importBlock(key)))
	}
	return origin
}
