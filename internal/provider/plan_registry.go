package provider

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// planRegistry records what one run reads and plans, and reports conflicts between
// resources. Terraform plans resources in any order: whichever comes second reports.
type planRegistry struct {
	mu         sync.Mutex
	shares     map[swr.Key]*plannedShare // by key with the account in lower case
	exclusives map[swr.Repository]*plannedExclusive
	listings   map[swr.Repository]*plannedListing
	// applying: a resource was created, updated or deleted. What Terraform then plans
	// is what it has planned before.
	applying bool
	// unresponsive: a list was not read in time, so that no more are requested.
	unresponsive atomic.Bool
	// unrefreshed: an existing resource was planned that was not read before.
	unrefreshed bool
	// common is the private state of all shares that were read, unless it differs or the
	// create of one of them is pending.
	common  sharePrivateState
	differs bool
}

// plannedShare is what a run does with one share.
type plannedShare struct {
	account string   // as it is declared, or else as it is in the state
	inState bool     // a resource that has it was read
	actions [3]int   // the number of resources that plan each shareAction
	unread  []func() // undo what was recorded of resources that have it, before they were read
	// private is the private state of the resource that was read, see [planRegistry.private].
	private sharePrivateState
}

// sharePrivateState is what the private state has of a share.
type sharePrivateState struct {
	lastSeen string             // see [lastSeen]
	pending  *swr.PendingCreate // nil: its create is not pending
}

// plannedExclusive is what a run does with the exclusive resource of a repository.
type plannedExclusive struct {
	planned bool
	allowed accounts
	index   accountIndex // of the allowed accounts
	removed accounts     // that have access by the state
}

// plannedListing is the list of the shares of a repository that a plan creates in.
type plannedListing struct {
	done    chan struct{} // closed when the list was read
	listing swr.Listing
	err     error
}

// shareAction is what the plan of a resource does with a share.
type shareAction int

const (
	shareCreated shareAction = iota
	shareKept
	shareDeleted
)

func (s *plannedShare) declared() int { return s.actions[shareCreated] + s.actions[shareKept] }

// shareConflicts are the conflicts between resources that plan actions for one share.
var shareConflicts = []struct {
	exists func(s *plannedShare) bool
	report func(diags *diag.Diagnostics, key swr.Key)
}{
	{func(s *plannedShare) bool { return s.actions[shareDeleted] > 0 && s.actions[shareKept] > 0 }, addInStateTwice},
	{func(s *plannedShare) bool { return s.actions[shareDeleted] > 0 && s.actions[shareCreated] > 0 }, warnRecreated},
	{func(s *plannedShare) bool { return s.declared() > 1 }, warnDeclaredTwice},
}

func addInStateTwice(diags *diag.Diagnostics, key swr.Key) {
	diags.AddError(fmt.Sprintf("Share %s is in the state twice", objectName(key)),
		"One resource deletes this share, and another resource keeps it. "+
			"The apply would revoke an account that is declared.\n\n"+
			"Remove the stale resource from the state, without deleting the share:\n\n  terraform state rm ADDRESS\n\n"+
			"or with a removed block:\n\n"+removedBlock(typeShare)+"\n\n"+
			"If the plan would destroy a deposed object of the resource that keeps the share, "+
			"remove both with terraform state rm, and import the share again:\n\n"+importBlock(key))
}

func warnRecreated(diags *diag.Diagnostics, key swr.Key) {
	diags.AddWarning(fmt.Sprintf("Share %s is revoked and created again", objectName(key)),
		"One resource deletes this share, and another resource creates it. The account has no access in between, and "+
			"the apply may fail with a conflict. If a resource, or its key in for_each or count, was renamed, "+
			"add a moved block. Then access is not interrupted:\n\n"+movedBlock)
}

func warnDeclaredTwice(diags *diag.Diagnostics, key swr.Key) {
	diags.AddWarning(fmt.Sprintf("Duplicate swr_repository_share for %s", objectName(key)),
		"Two resources declare this share. Only one of them can create it: the apply of the other fails with a conflict. "+
			"If both are in the state, destroying one of them revokes the account. "+
			"Remove one of them from the configuration. If it is in the state, use a removed block, "+
			"which does not delete the share:\n\n"+removedBlock(typeShare))
}

// recordShare records the action that a resource plans for a share, and returns the
// conflicts with other resources that were not reported before. The prior key is that
// of the state of a resource which is kept or replaced, otherwise the zero key:
// Terraform 1.11 reads a resource that it destroys only after it has planned that.
func (r *planRegistry) recordShare(key swr.Key, action shareAction, prior swr.Key) (diags diag.Diagnostics) {
	r.mu.Lock()
	defer r.mu.Unlock()
	share := r.share(key)
	before := *share
	share.actions[action]++
	if prior != (swr.Key{}) {
		if held := r.share(prior); !held.inState {
			r.unrefreshed = true
			held.unread = append(held.unread, func() { share.actions[action]-- })
		}
	}
	if action != shareDeleted {
		share.account = key.AccessDomain
	}
	for _, conflict := range shareConflicts {
		if conflict.exists(share) && !conflict.exists(&before) {
			conflict.report(&diags, key)
		}
	}
	if exclusive := r.exclusives[key.Repo()]; exclusive != nil && exclusive.planned && action != shareDeleted {
		exclusive.requireAllowed(&diags, key)
	}
	if r.applying {
		return diags.Errors() // the plan had the warnings
	}
	return diags
}

// recordExclusive records the accounts that an exclusive resource allows. The same
// resource may be planned more than once; two resources for one repository would
// revoke each other's accounts.
func (r *planRegistry) recordExclusive(repo swr.Repository, allowed accounts, diags *diag.Diagnostics) {
	r.mu.Lock()
	defer r.mu.Unlock()
	exclusive := r.exclusive(repo)
	if !exclusive.planned {
		exclusive.planned, exclusive.allowed, exclusive.index = true, allowed, allowed.index()
	} else if !exclusive.allowed.equal(allowed) {
		diags.AddAttributeError(pathAccessDomains,
			fmt.Sprintf("Duplicate swr_repository_shares_exclusive for %s", repo), fmt.Sprintf(
				"Two resources manage the accounts of this repository: one allows %s, the other %s. "+
					"Each would revoke the accounts that only the other allows. Keep one resource, with all accounts.",
				exclusive.allowed, allowed))
	}
	var declared accounts
	for key, share := range r.shares {
		if key.Repo() == repo && share.declared() > 0 {
			declared = append(declared, share.account)
		}
	}
	for _, account := range declared.difference(nil) { // sorted
		key := repositoryKey(repo)
		key.AccessDomain = account
		exclusive.requireAllowed(diags, key)
	}
}

// requireAllowed adds an error if a declared share is not among the allowed accounts.
func (e *plannedExclusive) requireAllowed(diags *diag.Diagnostics, key swr.Key) {
	if e.index.has(key.AccessDomain) {
		return
	}
	diags.AddError(fmt.Sprintf("Share %s is declared, but not in access_domains", objectName(key)), fmt.Sprintf(
		"%s for %s does not allow the account %s, but this configuration declares a share for it. "+
			"Add it to access_domains, or remove the share.",
		typeExclusive, httpsafe.Printable(key.Repo().String()), httpsafe.Printable(key.AccessDomain)))
}

// recordRead records that a resource was read that has the share. If it was planned
// before, it is planned again: Terraform 1.17 with -minimal-refresh plans without a
// refresh, reads what changes, and discards that plan.
func (r *planRegistry) recordRead(key swr.Key) {
	r.mu.Lock()
	defer r.mu.Unlock()
	share := r.share(key)
	share.inState = true
	for _, undo := range share.unread {
		undo()
	}
	share.unread = nil
}

// recordPrivate records the private state of a share after it was read.
func (r *planRegistry) recordPrivate(key swr.Key, private sharePrivateState) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.share(key).private = private
	if private.pending != nil || r.common != (sharePrivateState{}) && r.common != private {
		r.differs = true
	}
	r.common = private
}

// private returns the private state of the share, the zero value if it is not known.
// Terraform passes none to the plan that replaces a tainted share, and that of this
// plan to its deletion. If no resource that has the share was read, a tainted resource
// may have had other names: then it is what all resources that were read have.
func (r *planRegistry) private(key swr.Key) sharePrivateState {
	r.mu.Lock()
	defer r.mu.Unlock()
	if share := r.share(key); share.inState {
		return share.private
	}
	if r.differs {
		return sharePrivateState{}
	}
	return r.common
}

// recordUnrefreshed records that an existing resource is planned that was not read.
func (r *planRegistry) recordUnrefreshed() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.unrefreshed = true
}

// recordRemoved records the accounts that the plan of an exclusive resource removes.
func (r *planRegistry) recordRemoved(repo swr.Repository, removed accounts) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.exclusive(repo).removed = removed
}

// removed returns the accounts that the plan of an exclusive resource removes.
func (r *planRegistry) removed(repo swr.Repository) accounts {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.exclusive(repo).removed
}

// recordApply records that Terraform applies a plan.
func (r *planRegistry) recordApply() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.applying = true
}

// deletes reports whether a resource plans to delete the share.
func (r *planRegistry) deletes(key swr.Key) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.share(key).actions[shareDeleted] > 0
}

// mustNotExist reports whether a share that a resource creates must not exist yet, so
// that it is worth asking the service. If another resource has or declares it, that
// resource is to be reported.
//
// Terraform does not tell a provider that a plan has the option -refresh=false: it
// is recognized by a resource that is kept or replaced without being read. Not
// recognized is a plan that has only new and tainted resources, or that plans these
// first. During apply, Terraform plans each resource again; that is recognized once
// one is created, updated or deleted.
func (r *planRegistry) mustNotExist(key swr.Key) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	share := r.share(key)
	return !r.applying && !r.unrefreshed && !share.inState && share.actions == [3]int{shareCreated: 1}
}

// checkTimeout is how long a plan waits for the shares of a repository.
const checkTimeout = 30 * time.Second

// errUnresponsive means that no request was sent.
var errUnresponsive = errors.New("the service did not respond in time to an earlier request of this plan")

// list lists the shares of a repository once in a run, so that a check that fails
// takes its time only once. It reports whether this call is the first.
func (r *planRegistry) list(
	ctx context.Context, client *swr.Client, repo swr.Repository,
) (listing swr.Listing, first bool, err error) {
	r.mu.Lock()
	shared := r.listings[repo]
	if first = shared == nil; first {
		shared = &plannedListing{done: make(chan struct{})}
		if r.listings == nil {
			r.listings = map[swr.Repository]*plannedListing{}
		}
		r.listings[repo] = shared
	}
	r.mu.Unlock()
	if first {
		shared.listing, shared.err = r.request(ctx, client, repo)
		close(shared.done)
	}
	select {
	case <-shared.done:
		return shared.listing, first, shared.err
	case <-ctx.Done():
		return swr.Listing{}, first, ctx.Err()
	}
}

// request requests a list, unless another one was not read in time.
func (r *planRegistry) request(ctx context.Context, client *swr.Client, repo swr.Repository) (swr.Listing, error) {
	if r.unresponsive.Load() {
		return swr.Listing{}, errUnresponsive
	}
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	listing, err := client.List(ctx, repo)
	if errors.Is(err, context.DeadlineExceeded) {
		r.unresponsive.Store(true)
	}
	return listing, err
}

// share returns what is known of a share. The caller must hold the lock.
func (r *planRegistry) share(key swr.Key) *plannedShare {
	folded := key
	folded.AccessDomain = swr.FoldAccount(key.AccessDomain)
	share := r.shares[folded]
	if share == nil {
		share = &plannedShare{account: key.AccessDomain}
		if r.shares == nil {
			r.shares = map[swr.Key]*plannedShare{}
		}
		r.shares[folded] = share
	}
	return share
}

// exclusive returns what is known of the exclusive resource of a repository. The
// caller must hold the lock.
func (r *planRegistry) exclusive(repo swr.Repository) *plannedExclusive {
	exclusive := r.exclusives[repo]
	if exclusive == nil {
		exclusive = &plannedExclusive{}
		if r.exclusives == nil {
			r.exclusives = map[swr.Repository]*plannedExclusive{}
		}
		r.exclusives[repo] = exclusive
	}
	return exclusive
}
