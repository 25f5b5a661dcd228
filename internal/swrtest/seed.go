package swrtest

import (
	"cmp"
	"slices"
	"strings"
)

// The methods below are changes outside the API, as in the console: they take
// effect at once, check no rule of names, and are not in the request log.

// AddNamespace creates a namespace (organization) of the owner's account.
func (s *Simulator) AddNamespace(namespace string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.store.ensureNamespace(namespace, s.iam.owner())
}

// AssignNamespace gives a namespace to an account (name or id), and creates it as
// needed. Requests of other accounts for it are 401 SVCSTG.SWR.4011064.
func (s *Simulator) AssignNamespace(namespace, account string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.store.namespaces[namespace] = s.iam.mustAccount(account)
}

// RemoveNamespace deletes a namespace with all its repositories and shares.
func (s *Simulator) RemoveNamespace(namespace string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.store.removeNamespace(namespace)
}

// AddRepository creates a repository (with "/"), and its namespace as needed.
func (s *Simulator) AddRepository(namespace, repository string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.store.ensure(repositoryKey{namespace, repository}, s.iam.owner(), s.now())
}

// SetPublic makes a repository public, and creates it as needed. A public one can't
// be shared.
func (s *Simulator) SetPublic(namespace, repository string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.store.ensure(repositoryKey{namespace, repository}, s.iam.owner(), s.now()).public = true
}

// RemoveRepository deletes a repository with all its shares.
func (s *Simulator) RemoveRepository(namespace, repository string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.store.repositories, repositoryKey{namespace, repository})
}

// PutShare creates a share, or replaces the one with the same spelling of its
// account. It creates namespace and repository as needed and sets what is
// empty: Permit to "read", Deadline to "forever", CreatorID and CreatorName to
// the owner's user, Created and Updated to the clock.
func (s *Simulator) PutShare(share Share) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	share.Permit = cmp.Or(share.Permit, permitRead)
	share.Deadline = cmp.Or(share.Deadline, deadlineForever)
	if share.CreatorID == "" && share.CreatorName == "" {
		share.CreatorID, share.CreatorName = defaultUserID, defaultUserName
	}
	if share.Created.IsZero() {
		share.Created = now
	}
	if share.Updated.IsZero() {
		share.Updated = share.Created
	}
	repo := s.store.ensure(repositoryKey{share.Namespace, share.Repository}, s.iam.owner(), now)
	s.store.put(repo, now, share, Delay{}, Delay{})
}

// DeleteShare revokes a share, and reports whether there was one. The account's
// spelling counts as in paths (Variants.CaseSensitivePaths).
func (s *Simulator) DeleteShare(namespace, repository, account string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	repo, r := s.lookup(namespace, repository, account)
	if r == nil {
		return false
	}
	repo.delete(s.now(), r, Delay{}, Delay{})
	return true
}

// Share returns a share that exists, whatever the API's delays show. The
// account's spelling counts as in paths.
func (s *Simulator) Share(namespace, repository, account string) (Share, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, r := s.lookup(namespace, repository, account)
	if r == nil {
		return Share{}, false
	}
	return r.share, true
}

func (s *Simulator) lookup(namespace, repository, account string) (*repository, *record) {
	repo, ok := s.store.repositories[repositoryKey{namespace, repository}]
	if !ok {
		return nil, nil
	}
	return repo, repo.existing(account, s.variants.CaseSensitivePaths)
}

// Shares returns the shares of a repository that exist, ordered by account.
func (s *Simulator) Shares(namespace, repository string) []Share {
	s.mu.Lock()
	defer s.mu.Unlock()
	repo, ok := s.store.repositories[repositoryKey{namespace, repository}]
	if !ok {
		return nil
	}
	return repo.shares()
}

// AllShares returns all shares that exist, ordered by namespace, repository and
// account.
func (s *Simulator) AllShares() []Share {
	s.mu.Lock()
	defer s.mu.Unlock()
	var shares []Share
	for _, key := range s.store.sortedKeys() {
		shares = append(shares, s.store.repositories[key].shares()...)
	}
	return shares
}

// AddReceivedRepositories adds repositories that other accounts share with this
// one, for shared-repositories with center=thirdparty.
func (s *Simulator) AddReceivedRepositories(repositories ...ReceivedRepository) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range repositories {
		if r.Created.IsZero() {
			r.Created = s.now()
		}
		s.received = append(s.received, r)
	}
	slices.SortStableFunc(s.received, func(a, b ReceivedRepository) int {
		return strings.Compare(a.sortKey(), b.sortKey())
	})
}

// AddAccounts adds accounts that exist at the cloud. Without any, every account
// exists; with some, a POST for another one is 400 SVCSTG.SWR.4001041. Accounts of
// AddAccount always exist.
func (s *Simulator) AddAccounts(names ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		s.known = map[string]bool{}
	}
	for _, name := range names {
		s.known[fold(name)] = true
	}
}

func (s *Simulator) accountExists(name string) bool {
	if s.known == nil || s.known[fold(name)] {
		return true
	}
	return slices.ContainsFunc(s.iam.accounts, func(a *Account) bool { return fold(a.Name) == fold(name) })
}
