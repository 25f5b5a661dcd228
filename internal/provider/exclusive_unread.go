package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// unreadExclusives warns of the exclusive resources that a run plans without reading
// them, with -refresh=false, or with -minimal-refresh of Terraform 1.17. Otherwise
// "No changes" would say that no undeclared account has access.
//
// Each resource is planned in a call of its own, and Terraform shows only the first
// of several warnings with equal summaries. So one call waits until no more
// resources arrive, and its warning names them all. The others return at once.
type unreadExclusives struct {
	mu         sync.Mutex
	read       map[swr.Repository]bool
	unreported []swr.Repository // to be named by the next warning
	// namedBy has the repositories that a warning named, and the one whose plan
	// the warning is part of.
	namedBy map[swr.Repository]swr.Repository
	waiting bool          // a call is waiting for others
	waited  time.Duration // by all calls so far
}

const (
	// quietPeriod is how long no resource may arrive before the others are named.
	quietPeriod = 100 * time.Millisecond
	// maxQuietWait limits the wait of a whole run, for example with -parallelism=1,
	// where each resource arrives after the warning of the one before.
	maxQuietWait = time.Second
	// maxUnreadNames is how many repositories a warning names.
	maxUnreadNames = 10
)

// recordRead records that a resource was read. If its plan had the warning, Terraform
// has discarded that plan, and the next one has to name the others again.
func (u *unreadExclusives) recordRead(repo swr.Repository) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.read == nil {
		u.read = map[swr.Repository]bool{}
	}
	u.read[repo] = true
	for named, by := range u.namedBy {
		if by == repo {
			u.unreported = append(u.unreported, named)
			delete(u.namedBy, named)
		}
	}
}

// wasRead reports whether the resource was read in this run.
func (u *unreadExclusives) wasRead(repo swr.Repository) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.read[repo]
}

// recordUnchanged records that the plan has no changes to a resource.
func (u *unreadExclusives) recordUnchanged(repo swr.Repository) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if _, named := u.namedBy[repo]; !named && !u.read[repo] && !slices.Contains(u.unreported, repo) {
		u.unreported = append(u.unreported, repo)
	}
}

// warn adds a warning to the plan of a resource that names all that are to be named, unless
// there are none, or another call is about to do so.
func (u *unreadExclusives) warn(ctx context.Context, repo swr.Repository, diags *diag.Diagnostics) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.waiting || len(u.unreported) == 0 {
		return
	}
	u.waiting = true
	for known := 0; known < len(u.unreported) && u.waited < maxQuietWait && ctx.Err() == nil; {
		known = len(u.unreported)
		u.mu.Unlock()
		select {
		case <-ctx.Done():
		case <-time.After(quietPeriod):
		}
		u.mu.Lock()
		u.waited += quietPeriod
	}
	u.waiting = false
	unread := slices.DeleteFunc(u.unreported, func(repo swr.Repository) bool { return u.read[repo] })
	u.unreported = nil
	if len(unread) == 0 {
		return
	}
	if u.namedBy == nil {
		u.namedBy = map[swr.Repository]swr.Repository{}
	}
	for _, named := range unread {
		u.namedBy[named] = repo
	}
	warnUnread(diags, unread)
}

func warnUnread(diags *diag.Diagnostics, unread []swr.Repository) {
	slices.SortFunc(unread, func(a, b swr.Repository) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	var names []string
	for _, repo := range unread[:min(len(unread), maxUnreadNames)] {
		names = append(names, httpsafe.Printable(repo.String()))
	}
	if more := len(unread) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	count := "1 repository"
	if len(unread) > 1 {
		count = fmt.Sprintf("%d repositories", len(unread))
	}
	diags.AddWarning(fmt.Sprintf("Accounts of %s were not read", count), fmt.Sprintf(
		"The plan was made without a refresh of %s for %s. Even if it has no changes, undeclared accounts may have access. "+
			"To see them, plan without -refresh=false and -minimal-refresh.", typeExclusive, enumerate(names, "and")))
}

// warnOutdated adds a warning if a refresh would cure what the plan of a resource
// would otherwise be refused for, and reports whether it did.
//
// Terraform 1.17 with -minimal-refresh first plans without a refresh. An error
// there would end the run before the refresh. It discards the warning, refreshes,
// and plans again. With -refresh=false, the warning remains, and what is still
// wrong at apply is an error then.
func (r *exclusiveResource) warnOutdated(
	ctx context.Context, state exclusiveModel, planned accounts, complete bool, private privateReader, diags *diag.Diagnostics,
) bool {
	repo := state.repo()
	if r.session.unread.wasRead(repo) {
		return false
	}
	// A refresh removes the resource from the state if the endpoint is another one.
	if there, _ := lastSeen.get(ctx, private, diags); !r.session.client.IsEndpoint(there) {
		diags.AddWarning(fmt.Sprintf("Accounts of %s were last read at another endpoint", repo), r.otherEndpoint(there))
		return true
	}
	if complete {
		return false
	}
	seen, err := r.observe(ctx, repo)
	if err != nil && !errors.Is(err, swr.KindRepositoryMissing) || seen.incomplete != "" {
		return false
	}
	if err == nil {
		for _, err := range r.missing(ctx, &seen, state.accounts()) {
			if !isGone(err) {
				return false
			}
		}
	}
	if len(seen.accounts.difference(planned)) > 0 {
		return false
	}
	diags.AddWarning(fmt.Sprintf("Accounts of %s have changed since the last refresh", repo), fmt.Sprintf(
		"The state lists accounts that no longer have access: %s. The plan was made without a refresh. Plan again, with a refresh.",
		state.accounts().difference(seen.accounts)))
	return true
}
