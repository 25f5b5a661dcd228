package provider

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// ownership returns whether the pending create of the state created the share that
// was found. If that is undetermined it adds an error: the state must be kept.
func ownership(pending swr.PendingCreate, state shareResourceModel, found swr.Share, diags *diag.Diagnostics) swr.Ownership {
	spec, err := state.spec()
	if err != nil {
		addRuleError(diags, pathDeadline, err)
		return swr.Undetermined
	}
	owner := pending.Ownership(spec, found)
	key := state.key()
	switch owner {
	case swr.Foreign:
		diags.AddWarning(fmt.Sprintf("Share %s is not managed by this configuration", objectName(key)),
			"An earlier apply may have created the share: the response to its request was lost. "+
				"The share that exists was created at another time, by another client. It was left unchanged and removed from the state. "+importRemedy(key))
	case swr.Undetermined:
		diags.AddError(fmt.Sprintf("Unable to determine who created share %s", objectName(key)), fmt.Sprintf(
			"An earlier apply may have created the share: the response to its request was lost. "+
				"A share exists, created by %q on %q, but whether it is the same one is not known. It was left unchanged, and the state was not changed.\n\n"+
				"Inspect the share. Then remove it from the state:\n\n  terraform state rm ADDRESS\n\n"+
				"with the address of the resource. %s",
			httpsafe.Printable(found.CreatorName), httpsafe.Printable(found.Created), importRemedy(key)))
	}
	return owner
}
