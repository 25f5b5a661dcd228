package provider

import (
	"fmt"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// planRegistry records what one run plans for each share and each exclusive
// resource, and reports conflicts between resources. Terraform plans resources in
// any order: whichever comes second reports.
type planRegistry struct {
	mu         sync.Mutex
	shares     map[swr.Key]plannedShare
	exclusives map[swr.Repository]accounts
}

// plannedShare is the number of resources that plan each action for one share.
type plannedShare struct{ created, kept, deleted int }

type shareAction int

const (
	shareCreated  shareAction = iota // a new resource
	shareReplaced                    // a resource that had another key
	shareKept
	shareDeleted
)

// recordShare records the action that a resource plans for a share, and adds the
// conflicts with other resources.
func (r *planRegistry) recordShare(key swr.Key, action shareAction, diags *diag.Diagnostics) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.record(key, action, diags)
}

// conflicts records that a resource keeps a share, and returns false. If that is a
// conflict it records nothing and returns true: the caller records it again.
func (r *planRegistry) conflicts(key swr.Key) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	prior := r.shares[foldAccount(key)]
	var diags diag.Diagnostics
	r.record(key, shareKept, &diags)
	if len(diags) > 0 {
		r.shares[foldAccount(key)] = prior
	}
	return len(diags) > 0
}

// record implements recordShare. The caller holds the mutex.
func (r *planRegistry) record(key swr.Key, action shareAction, diags *diag.Diagnostics) {
	if r.shares == nil {
		r.shares = map[swr.Key]plannedShare{}
	}
	folded := foldAccount(key)
	planned := r.shares[folded]
	switch action {
	case shareCreated, shareReplaced:
		planned.created++
	case shareKept:
		planned.kept++
	case shareDeleted:
		planned.deleted++
	}
	r.shares[folded] = planned

	name := objectName(key)
	if planned.deleted > 0 && planned.kept > 0 {
		diags.AddError(fmt.Sprintf("Share %s is in the state twice", name),
			"One resource deletes this share, and another resource keeps it. The apply would revoke an account that is declared.\n\n"+
				"Remove the stale resource from the state:\n\n  terraform state rm ADDRESS\n\n"+
				"or with a removed block:\n\n"+removedBlock(typeShare))
	} else if planned.deleted > 0 && planned.created > 0 {
		diags.AddWarning(fmt.Sprintf("Share %s is revoked and created again", name),
			"One resource deletes this share, and another resource creates it. The account has no access in between, and "+
				"the apply fails with a conflict if the share is created first. If the resource or its key in for_each was "+
				"renamed, add a moved block. Then access is not interrupted:\n\n"+
				"  moved {\n    from = "+typeShare+".OLD\n    to   = "+typeShare+".NEW\n  }")
	} else if action != shareDeleted && planned.created > 0 && planned.created+planned.kept > 1 {
		diags.AddWarning(fmt.Sprintf("Duplicate %s for %s", typeShare, name),
			"Two resources declare this share. Only one of them can create it: the apply of the other fails with a "+
				"conflict. Remove one of them from the configuration.")
	}
	if allowed, found := r.exclusives[key.Repo()]; found && action != shareDeleted {
		addForgotten(diags, key, allowed)
	}
}

// recordExclusive records the accounts that an exclusive resource allows. The same
// resource may be planned more than once; two resources for one repository would
// revoke each other's accounts.
func (r *planRegistry) recordExclusive(repo swr.Repository, planned accounts, diags *diag.Diagnostics) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.exclusives == nil {
		r.exclusives = map[swr.Repository]accounts{}
	}
	if other, found := r.exclusives[repo]; !found {
		r.exclusives[repo] = planned
	} else if !other.equal(planned) {
		diags.AddAttributeError(pathAccessDomains, fmt.Sprintf("Duplicate swr_repository_shares_exclusive for %s", repo), fmt.Sprintf(
			"Two resources manage the accounts of this repository: one allows %s, the other %s. "+
				"Each would revoke the accounts that only the other allows. Keep one resource, with all accounts.", other, planned))
	}
	for key, share := range r.shares {
		if key.Repo() == repo && share.created+share.kept > 0 {
			addForgotten(diags, key, planned)
		}
	}
}

// addForgotten adds an error if a declared share is not among the allowed accounts.
func addForgotten(diags *diag.Diagnostics, key swr.Key, allowed accounts) {
	if allowed.contains(key.AccessDomain) {
		return
	}
	diags.AddError(fmt.Sprintf("Share %s is declared, but not in access_domains", objectName(key)), fmt.Sprintf(
		"%s for %s does not allow the account %s, but this configuration declares a share for it. "+
			"Add it to access_domains, or remove the share.",
		typeExclusive, httpsafe.Printable(key.Repo().String()), httpsafe.Printable(key.AccessDomain)))
}

// foldAccount returns the key with the account in lower case, as swr.SameAccount
// compares accounts.
func foldAccount(key swr.Key) swr.Key {
	key.AccessDomain = strings.Map(func(c rune) rune {
		if 'A' <= c && c <= 'Z' {
			return c + 'a' - 'A'
		}
		return c
	}, key.AccessDomain)
	return key
}
