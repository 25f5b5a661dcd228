package provider

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// observation is which accounts have access to a repository.
type observation struct {
	repo       swr.Repository
	accounts   accounts          // as Terraform can store them
	spellings  map[string]string // the API's, of the accounts that it can't
	incomplete string            // why there may be more, "" if these are all
}

// apiSpelling returns the API's spelling of an account.
func (o observation) apiSpelling(account string) string {
	if spelling, ok := o.spellings[account]; ok {
		return spelling
	}
	return account
}

// observe lists the accounts that have access to a repository.
func (r *exclusiveResource) observe(ctx context.Context, repo swr.Repository) (observation, error) {
	listing, err := r.session.client.List(ctx, repo)
	seen := observation{repo: repo, spellings: map[string]string{}, incomplete: listing.Incomplete}
	for _, share := range listing.Shares {
		account := escapeNonNFC(share.AccessDomain)
		seen.accounts = append(seen.accounts, account)
		if account != share.AccessDomain {
			seen.spellings[account] = share.AccessDomain
		}
	}
	return seen, err
}

// list observes a repository, and adds an error or warning if that fails.
func (r *exclusiveResource) list(ctx context.Context, repo swr.Repository, diags *diag.Diagnostics) (observation, bool) {
	seen, err := r.observe(ctx, repo)
	if err != nil {
		r.session.addError(diags, opListShares, repositoryKey(repo), err)
		return seen, false
	}
	warnIncomplete(diags, repositoryKey(repo), seen.incomplete, undeclaredMayBeMissing)
	return seen, true
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
			key.AccessDomain = account
			if _, err := r.session.client.Get(ctx, key, swr.LastSeen{}); err == nil {
				seen.accounts = append(seen.accounts, account)
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
			continue
		}
		diags.AddAttributeError(pathAccessDomains, fmt.Sprintf("Missing share %s", objectName(key)), fmt.Sprintf(
			"%s does not create shares. Declare the share, and refer to it in access_domains:\n\n"+
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
