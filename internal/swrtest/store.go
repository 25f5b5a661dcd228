package swrtest

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// repositoryKey names a repository.
type repositoryKey struct {
	namespace, repository string
}

// repository holds the shares of one repository, by their stored account.
type repository struct {
	created time.Time
	records map[string]*record
}

// store is everything that the service holds. Its owner locks.
type store struct {
	namespaces   map[string]bool
	repositories map[repositoryKey]*repository
	serial       uint64
}

func newStore() *store {
	return &store{
		namespaces:   map[string]bool{},
		repositories: map[repositoryKey]*repository{},
	}
}

// ensure returns a repository, which it creates with its namespace if need be.
func (st *store) ensure(key repositoryKey, now time.Time) *repository {
	st.namespaces[key.namespace] = true
	repo, ok := st.repositories[key]
	if !ok {
		repo = &repository{created: now, records: map[string]*record{}}
		st.repositories[key] = repo
	}
	return repo
}

func (st *store) removeNamespace(namespace string) {
	delete(st.namespaces, namespace)
	for key := range st.repositories {
		if key.namespace == namespace {
			delete(st.repositories, key)
		}
	}
}

// put makes a share the truth.
func (st *store) put(repo *repository, now time.Time, share Share, list, get Delay) {
	r, ok := repo.records[share.AccessDomain]
	if !ok {
		r = &record{folded: fold(share.AccessDomain)}
		repo.records[share.AccessDomain] = r
	}
	if !r.exists {
		st.serial++
		r.serial = st.serial
	}
	r.change(now, share, true, list, get)
}

// remove makes a share's absence the truth.
func (repo *repository) remove(now time.Time, r *record, list, get Delay) {
	r.change(now, r.share, false, list, get)
	if r.forgotten(now) {
		repo.forget(r)
	}
}

func (repo *repository) forget(r *record) {
	delete(repo.records, r.share.AccessDomain)
}

// find returns the record of an account. Of several that differ in case alone
// the exact one wins, then one that exists, then the first in order.
func (repo *repository) find(account string, caseSensitive bool) *record {
	if r, ok := repo.records[account]; ok && (r.exists || caseSensitive) {
		return r
	}
	if caseSensitive {
		return nil
	}
	var best *record
	folded := fold(account)
	for _, r := range repo.records {
		if r.folded == folded && (best == nil || better(r, best)) {
			best = r
		}
	}
	return best
}

func better(a, b *record) bool {
	if a.exists != b.exists {
		return a.exists
	}
	return a.share.AccessDomain < b.share.AccessDomain
}

// existing is find for writes, which see the truth alone.
func (repo *repository) existing(account string, caseSensitive bool) *record {
	if r := repo.find(account, caseSensitive); r != nil && r.exists {
		return r
	}
	return nil
}

// count returns with how many accounts the repository truly is shared.
func (repo *repository) count() int {
	n := 0
	for _, r := range repo.records {
		if r.exists {
			n++
		}
	}
	return n
}

// shares returns what truly is shared, ordered by account.
func (repo *repository) shares() []Share {
	shares := make([]Share, 0, len(repo.records))
	for _, r := range repo.records {
		if r.exists {
			shares = append(shares, r.share)
		}
	}
	slices.SortFunc(shares, compareShares)
	return shares
}

func compareShares(a, b Share) int {
	return cmp.Or(
		strings.Compare(a.Namespace, b.Namespace),
		strings.Compare(a.Repository, b.Repository),
		strings.Compare(a.AccessDomain, b.AccessDomain),
	)
}

// listed returns what a list shows, in its order. It counts as a look.
func (repo *repository) listed(v Variants, now time.Time) []Share {
	type entry struct {
		share  Share
		serial uint64
	}
	entries := make([]entry, 0, len(repo.records))
	for _, r := range repo.records {
		share, shown := r.lookList(now)
		if shown && (!v.HideExpired || share.Valid(now)) {
			entries = append(entries, entry{share, r.serial})
		}
		if r.forgotten(now) {
			repo.forget(r)
		}
	}
	slices.SortFunc(entries, func(a, b entry) int {
		if v.NewestFirst {
			return cmp.Compare(b.serial, a.serial)
		}
		return compareShares(a.share, b.share)
	})
	shares := make([]Share, len(entries))
	for i, e := range entries {
		shares[i] = e.share
	}
	return shares
}

// sortedKeys returns the repositories in order of namespace and name.
func (st *store) sortedKeys() []repositoryKey {
	keys := make([]repositoryKey, 0, len(st.repositories))
	for key := range st.repositories {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b repositoryKey) int {
		return cmp.Or(strings.Compare(a.namespace, b.namespace), strings.Compare(a.repository, b.repository))
	})
	return keys
}
