package swrtest

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// record is one share as the store has it: what is true, and what the two reads
// of it return, which may lag behind.
type record struct {
	share  Share
	folded string // the account, folded
	exists bool
	serial uint64 // order of creation
	list   view
	get    view
}

// view is what a read (a list, or GET of one share) returns while it lags.
type view struct {
	until  time.Time
	reads  int
	old    Share
	exists bool
}

func (v *view) lags(now time.Time) bool {
	return v.reads > 0 || now.Before(v.until)
}

// delay makes the view keep returning what it returns now.
func (v *view) delay(now time.Time, d Delay, share Share, exists bool) {
	if !v.lags(now) {
		v.old, v.exists = share, exists
	}
	v.until, v.reads = now.Add(d.For), d.Reads
}

// read returns what the view shows of a share, and counts as a read.
func (v *view) read(now time.Time, share Share, exists bool) (Share, bool) {
	if !v.lags(now) {
		return share, exists
	}
	if v.reads > 0 {
		v.reads--
	}
	return v.old, v.exists
}

// set changes what is true. The views follow after their delays.
func (r *record) set(now time.Time, share Share, exists bool, list, get Delay) {
	r.list.delay(now, list, r.share, r.exists)
	r.get.delay(now, get, r.share, r.exists)
	r.share, r.exists = share, exists
}

// repositoryKey identifies a repository.
type repositoryKey struct {
	namespace, repository string
}

func (k repositoryKey) compare(other repositoryKey) int {
	return cmp.Or(strings.Compare(k.namespace, other.namespace), strings.Compare(k.repository, other.repository))
}

// repository has the shares of one repository, by their stored account.
type repository struct {
	created time.Time
	public  bool
	records map[string]*record
}

// store is everything that SWR stores. The caller locks.
type store struct {
	namespaces   map[string]*Account // their owners
	repositories map[repositoryKey]*repository
	serial       uint64
}

func newStore() *store {
	return &store{
		namespaces:   map[string]*Account{},
		repositories: map[repositoryKey]*repository{},
	}
}

// ensureNamespace creates a namespace of an account, unless it exists.
func (st *store) ensureNamespace(namespace string, owner *Account) {
	if _, ok := st.namespaces[namespace]; !ok {
		st.namespaces[namespace] = owner
	}
}

// ensure returns a repository, which it creates with its namespace as needed.
func (st *store) ensure(key repositoryKey, owner *Account, now time.Time) *repository {
	st.ensureNamespace(key.namespace, owner)
	repo, ok := st.repositories[key]
	if !ok {
		repo = &repository{created: now, records: map[string]*record{}}
		st.repositories[key] = repo
	}
	return repo
}

func (st *store) removeNamespace(namespace string) {
	delete(st.namespaces, namespace)
	maps.DeleteFunc(st.repositories, func(key repositoryKey, _ *repository) bool { return key.namespace == namespace })
}

// sortedKeys returns the repositories ordered by namespace and name.
func (st *store) sortedKeys() []repositoryKey {
	return slices.SortedFunc(maps.Keys(st.repositories), repositoryKey.compare)
}

// put creates or replaces a share.
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
	r.set(now, share, true, list, get)
}

// delete removes a share.
func (repo *repository) delete(now time.Time, r *record, list, get Delay) {
	r.set(now, r.share, false, list, get)
	repo.dropUnused(now, r)
}

// dropUnused drops the record of a share that neither exists nor still shows.
func (repo *repository) dropUnused(now time.Time, r *record) {
	if !r.exists && !r.list.lags(now) && !r.get.lags(now) {
		delete(repo.records, r.share.AccessDomain)
	}
}

// find returns the record of an account. Of several that differ only in case it
// returns the exact one, else one that exists, else the first in order.
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
		if r.folded == folded && (best == nil || r.preferredTo(best)) {
			best = r
		}
	}
	return best
}

func (r *record) preferredTo(other *record) bool {
	if r.exists != other.exists {
		return r.exists
	}
	return r.share.AccessDomain < other.share.AccessDomain
}

// existing is find for writes, which no delay affects.
func (repo *repository) existing(account string, caseSensitive bool) *record {
	if r := repo.find(account, caseSensitive); r != nil && r.exists {
		return r
	}
	return nil
}

// shares returns the shares that exist, ordered by account.
func (repo *repository) shares() []Share {
	shares := make([]Share, 0, len(repo.records))
	for _, r := range repo.records {
		if r.exists {
			shares = append(shares, r.share)
		}
	}
	slices.SortFunc(shares, compareAccounts)
	return shares
}

func compareAccounts(a, b Share) int { return strings.Compare(a.AccessDomain, b.AccessDomain) }

// list returns what a list returns, in its order. It counts as a read.
func (repo *repository) list(v Variants, now time.Time) []Share {
	type item struct {
		Share
		serial uint64
	}
	var items []item
	for _, r := range repo.records {
		share, exists := r.list.read(now, r.share, r.exists)
		if exists && (!v.HideExpired || share.Valid(now)) {
			items = append(items, item{share, r.serial})
		}
		repo.dropUnused(now, r)
	}
	slices.SortFunc(items, func(a, b item) int {
		if v.NewestFirst {
			return cmp.Compare(b.serial, a.serial)
		}
		return compareAccounts(a.Share, b.Share)
	})
	shares := make([]Share, len(items))
	for i, item := range items {
		shares[i] = item.Share
	}
	return shares
}
