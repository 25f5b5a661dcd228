package provider

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// observation is which accounts have access to a repository.
type observation struct {
	repo          swr.Repository
	accounts      accounts          // escaped
	spellings     map[string]string // the API's, where it differs in letters beyond ASCII
	unaddressable []string          // accounts that can't be managed; see [swr.Listing]
	incomplete    string            // why there may be more, "" if these are all
	tooMany       bool              // there are more than can be read
}

// apiSpelling returns the API's spelling of an account.
func (o observation) apiSpelling(account string) string {
	if spelling, ok := o.spellings[account]; ok {
		return spelling
	}
	return httpsafe.Unescape(account)
}

// add adds an account that the service found by that name, and returned with a
// spelling, which may be another one of the list.
func (o *observation) add(account, spelling string) {
	listed := accountID(escapeAccount(spelling))
	o.accounts = slices.DeleteFunc(o.accounts, func(other string) bool { return accountID(other) == listed })
	o.accounts = append(o.accounts, account)
	if accountID(account) != swr.FoldAccount(spelling) {
		o.spellings[account] = spelling
	}
}

// checkDistinct adds an error if an account to revoke may be a planned one, in
// another case of letters beyond ASCII, and the service does not tell them apart.
func (r *exclusiveResource) checkDistinct(
	ctx context.Context, repo swr.Repository, toRevoke, planned accounts, diags *diag.Diagnostics,
) bool {
	similar := make(map[string]accounts, len(planned))
	for _, account := range planned {
		similar[swr.FoldLetters(account)] = append(similar[swr.FoldLetters(account)], account)
	}
	ok := true
	for _, account := range toRevoke {
		for _, other := range similar[swr.FoldLetters(httpsafe.Unescape(account))] {
			key := repositoryKey(repo)
			key.AccessDomain = other
			share, err := r.session.client.Get(ctx, key, swr.LastSeen{})
			if err != nil && ctx.Err() != nil {
				r.session.addError(diags, opLookUpShare, key, err)
				return false
			}
			if err == nil && swr.SameAccount(share.AccessDomain, other) {
				continue // there is a share with each
			}
			ok = false
			diags.AddAttributeError(pathAccessDomains, fmt.Sprintf("Accounts of %s that may be the same", repo), fmt.Sprintf(
				"The plan revokes %s, which may be the account %s of access_domains: the names differ in the case of letters "+
					"beyond ASCII. Nothing was revoked. Write the name as the service does, here and in the share.",
				accounts{account}, accounts{other}))
		}
	}
	return ok
}

// observe lists the accounts that have access to a repository.
func (r *exclusiveResource) observe(ctx context.Context, repo swr.Repository) (observation, error) {
	listing, err := r.session.client.List(ctx, repo)
	seen := observation{
		repo: repo, spellings: map[string]string{}, unaddressable: listing.Unaddressable, incomplete: listing.Incomplete, tooMany: listing.TooMany,
	}
	for _, share := range listing.Shares {
		seen.accounts = append(seen.accounts, escapeAccount(share.AccessDomain))
	}
	return seen, err
}

// The effect of an operation that finds too many accounts.
const (
	nothingChanged  = "The state was not changed, and nothing was revoked."
	revokedAccounts = "Accounts that the plan removed were revoked before, and are no longer in the state."
)

// report adds an error if more accounts are listed than can be read, and warnings if
// the list is not complete or if there are accounts that can't be managed. It reports
// whether there is no error. effect is part of the error, consequence of the warning.
func (o observation) report(diags *diag.Diagnostics, effect, consequence string) bool {
	if o.tooMany {
		diags.AddError(fmt.Sprintf("Too many accounts can pull %s", objectName(repositoryKey(o.repo))), fmt.Sprintf(
			"%s No plan that shows so many accounts by name can be reviewed. %s\n\n"+
				"Revoke the accounts that should not have access in the SWR console, then plan again. "+
				"To plan without this resource meanwhile, remove it from the state, which revokes nothing, with a removed block:\n\n%s",
			sentence(o.incomplete), effect, removedBlock(typeExclusive)))
		return false
	}
	warnIncomplete(diags, repositoryKey(o.repo), o.incomplete, consequence)
	warnUnaddressable(diags, repositoryKey(o.repo), o.unaddressable)
	return true
}

// list observes a repository, and adds an error or warning if that fails. effect is as
// in [observation.report].
func (r *exclusiveResource) list(ctx context.Context, repo swr.Repository, effect string, diags *diag.Diagnostics) (observation, bool) {
	seen, err := r.observe(ctx, repo)
	if err != nil {
		r.session.addError(diags, opListShares, repositoryKey(repo), err)
		return seen, false
	}
	return seen, seen.report(diags, effect, undeclaredMayBeMissing)
}

// undeclaredMayBeMissing is what follows from a list that is not complete.
const undeclaredMayBeMissing = "Undeclared accounts may be missing from it."

// missing yields the share of each expected account that does not exist, or of which
// that is not known, with the error. It reads each that is not listed, and adds those
// that exist: the list may lag, and some services leave out expired shares.
func (r *exclusiveResource) missing(
	ctx context.Context, seen *observation, expected accounts,
) iter.Seq2[swr.Key, error] {
	return func(yield func(swr.Key, error) bool) {
		for _, account := range expected.difference(seen.accounts) {
			key := repositoryKey(seen.repo)
			key.AccessDomain = seen.apiSpelling(account)
			if key.Addressable() != nil {
				continue // of an older state; it is not in a list that is complete
			}
			if share, err := r.session.client.Get(ctx, key, swr.LastSeen{}); err == nil {
				seen.add(account, share.AccessDomain)
			} else if !yield(key, err) {
				return
			}
		}
	}
}

// requireShared adds an error for each planned account that has no share.
func (r *exclusiveResource) requireShared(
	ctx context.Context, planned accounts, seen *observation, diags *diag.Diagnostics,
) bool {
	ok := true
	for key, err := range r.missing(ctx, seen, planned) {
		ok = false
		if !isGone(err) {
			r.session.addError(diags, opLookUpShare, key, err)
			seen.accounts = append(seen.accounts, key.AccessDomain) // it may have access
			if ctx.Err() != nil {
				seen.accounts = append(seen.accounts, planned.difference(seen.accounts)...) // they can't be read either
				break
			}
			continue
		}
		diags.AddAttributeError(pathAccessDomains, fmt.Sprintf("Missing share %s", objectName(key)), fmt.Sprintf(
			"%s does not create shares. If the share is declared, refer to it in access_domains instead of writing the name, "+
				"so that it is created, and shows, before this resource is:\n\n"+
				"  access_domains = [swr_repository_share.NAME.access_domain]\n\n"+
				"If it is not declared, declare it:\n\n"+
				"  resource \"swr_repository_share\" \"NAME\" {\n    namespace     = %q\n    repository    = %q\n"+
				"    access_domain = %q\n    deadline      = \"YYYY-MM-DD\"\n  }",
			typeExclusive, key.Namespace, key.Repository, key.AccessDomain))
	}
	return ok
}

// checkRevocable adds an error if the accounts of the state were read at another
// endpoint, or not all can be listed now. Revoking would then affect accounts that
// no plan has shown, or leave others unseen.
func (r *exclusiveResource) checkRevocable(ctx context.Context, repo swr.Repository, private privateReader, diags *diag.Diagnostics) (observation, bool) {
	if there, _ := lastSeen.get(ctx, private, diags); !r.session.client.IsEndpoint(there) {
		diags.AddError(fmt.Sprintf("Unable to %s %s", opRevokeShares, repo), r.otherEndpoint(there))
		return observation{}, false
	}
	seen, err := r.observe(ctx, repo)
	if errors.Is(err, swr.KindRepositoryMissing) {
		return seen, true // nothing is left to revoke
	}
	if err == nil && seen.incomplete != "" {
		err = &swr.Error{Kind: swr.KindListingIncomplete, Err: errors.New(seen.incomplete)}
	}
	if err != nil {
		r.session.addError(diags, opRevokeShares, repositoryKey(repo), err)
	}
	return seen, err == nil
}

// otherEndpoint says that the accounts of the state were read at another endpoint.
func (r *exclusiveResource) otherEndpoint(there string) string {
	return fmt.Sprintf(
		"The accounts were last read at %s, but the endpoint is now %s, where the same names may refer to other accounts. "+
			"Nothing was revoked. Plan again, with a refresh, to see which accounts have access at this endpoint.",
		httpsafe.Printable(there), r.session.client.NormalizedEndpoint())
}
