package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// pendingAction returns what to do about a share of the state whose create may be
// pending. share and err are the result of looking it up. It adds the reason for
// any action but PendingProceed.
func (r *shareResource) pendingAction(ctx context.Context, private privateReader, op operation, state shareResourceModel, share swr.Share, err error, diags *diag.Diagnostics) swr.PendingAction {
	pending, found := pendingCreate.get(ctx, private, diags)
	if !found {
		return swr.PendingProceed
	}
	spec, invalid := state.spec()
	if invalid != nil {
		addRuleError(diags, pathDeadline, invalid)
		return swr.PendingKeep
	}
	key := state.key()
	action := pending.Action(spec, share, err)
	switch {
	case action == swr.PendingForget:
		diags.AddWarning(fmt.Sprintf("Share %s is not managed by this configuration", objectName(key)),
			"An earlier apply may have created the share: the response to its request was lost. "+
				"The share that exists was created at another time, by another client. It was left unchanged and removed from the state. "+importRemedy(key))
	case action == swr.PendingKeep && err != nil:
		r.session.addError(diags, op, key, err)
	case action == swr.PendingKeep:
		diags.AddError(fmt.Sprintf("Unable to determine who created share %s", objectName(key)), fmt.Sprintf(
			"An earlier apply may have created the share: the response to its request was lost. "+
				"A share exists, created by %q on %q, but whether it is the same one is not known. It was left unchanged, and the state was not changed.\n\n"+
				"Inspect the share. Then remove it from the state:\n\n  terraform state rm ADDRESS\n\n"+
				"with the address of the resource. %s",
			httpsafe.Printable(share.CreatorName), httpsafe.Printable(share.Created), importRemedy(key)))
	}
	return action
}
