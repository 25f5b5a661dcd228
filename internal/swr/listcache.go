package swr

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// cacheLifetime is how long a listing may serve reads: long enough for the
// refresh of a large state, whose reads of one repository are spread over it,
// and too short for a person to notice.
const cacheLifetime = 30 * time.Second

// maxGetsByName is how many accounts beyond the first page are requested by name
// before the rest of the listing is read. A single managed share among hundreds
// then costs one additional request, and hundreds of managed shares cost the
// pages.
const maxGetsByName = 2

// listCache lets reads of one repository that happen together share one listing.
//
// Its rule of freshness: a listing serves a read that follows a write only if
// the listing started after the write had ended, and nobody once it is older
// than cacheLifetime. Events are ordered by a counter, not by time: two of them
// may share one tick of a clock.
type listCache struct {
	client *Client

	mu    sync.Mutex
	last  version
	repos map[Repository]*cacheEntry
}

// cacheEntry is what is known of one repository.
type cacheEntry struct {
	lastWrite version
	writes    *writeBatch // those that are running, or nil
	current   *listing
}

// version orders writes and the starts of listings.
type version uint64

// listing is one reading of a repository's shares, page by page.
type listing struct {
	client  *Client
	repo    Repository
	started version
	expires time.Time
	reused  bool // served more than one read; guarded by listCache.mu

	first sharedCall[page[Share]]
	full  sharedCall[fullListing]

	confirmed atomic.Bool // the listing before has the same accounts

	mu         sync.Mutex
	getsByName int
}

// fullListing is a listing read to its end.
type fullListing struct {
	shares     []Share
	paged      bool   // more than one page was requested
	incomplete string // why it is not complete, "" if it is
}

// writeBatch is the writes to one repository that overlap. One listing that starts
// after the last of them has ended can verify all of them.
type writeBatch struct {
	count   int           // writes that have begun
	running int           // of these, those that have not ended
	ended   chan struct{} // closed when none is running
}

// batchWait is how long a write waits for the others of its batch: one of them may
// be throttled, or have no response.
const batchWait = time.Second

// beginWrite notes that a write to the repository begins. The caller must call
// endWrite.
func (l *listCache) beginWrite(repo Repository) *writeBatch {
	l.mu.Lock()
	defer l.mu.Unlock()
	entry := l.entry(repo)
	if entry.writes == nil {
		entry.writes = &writeBatch{ended: make(chan struct{})}
	}
	entry.writes.count++
	entry.writes.running++
	return entry.writes
}

// endWrite is [listCache.recordWrite] for a write that has begun.
func (l *listCache) endWrite(repo Repository, batch *writeBatch) version {
	l.mu.Lock()
	defer l.mu.Unlock()
	if batch.running--; batch.running == 0 {
		close(batch.ended)
		l.entry(repo).writes = nil
	}
	return l.recordWriteLocked(repo)
}

// awaitBatch waits for the other writes of the batch, and reports whether there were
// any. The wait is limited; see batchWait.
func (l *listCache) awaitBatch(ctx context.Context, batch *writeBatch) bool {
	timeout := time.NewTimer(batchWait)
	defer timeout.Stop()
	select {
	case <-batch.ended:
	case <-timeout.C:
	case <-ctx.Done():
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return batch.count > 1
}

// recordWrite notes that a write to the repository has ended, and returns the
// version that a listing must have to show its effect.
func (l *listCache) recordWrite(repo Repository) version {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.recordWriteLocked(repo)
}

// recordWriteLocked is recordWrite for a caller that holds the lock.
func (l *listCache) recordWriteLocked(repo Repository) version {
	l.last++
	l.entry(repo).lastWrite = l.last
	return l.last
}

// nextVersion returns the version of listings that start from now on.
func (l *listCache) nextVersion() version {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	return l.last
}

// lastWrite returns the version of the repository's last write.
func (l *listCache) lastWrite(repo Repository) version {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.entry(repo).lastWrite
}

// since returns a listing of the given version or later with its first page:
// the current one, or a new one. While a listing is being read that started too
// early, since waits for it to end, so that all who wait share the next one;
// otherwise each of ten concurrent writes would read a listing of its own.
func (l *listCache) since(ctx context.Context, repo Repository, oldest version) (*listing, page[Share], error) {
	for ctx.Err() == nil {
		current, busy := l.currentSince(repo, oldest)
		if busy == nil {
			first, err := current.firstPage(ctx)
			return current, first, err
		}
		select {
		case <-busy:
		case <-ctx.Done():
		}
	}
	return nil, page[Share]{}, waitError(ctx)
}

// currentSince returns the repository's current listing, replaced by a new one
// if it can't be used, or else a channel to wait for.
func (l *listCache) currentSince(repo Repository, oldest version) (current *listing, busy <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	entry := l.entry(repo)
	now := l.client.clock.Now()
	if current = entry.current; current != nil {
		if current.started >= oldest && now.Before(current.expires) {
			current.reused = true
			return current, nil
		}
		if busy := current.first.busy(); busy != nil {
			return nil, busy
		}
	}
	l.last++
	entry.current = &listing{client: l.client, repo: repo, started: l.last, expires: now.Add(cacheLifetime)}
	l.removeExpired(now)
	return entry.current, nil
}

// entry returns what is known of a repository. The caller must hold the lock.
func (l *listCache) entry(repo Repository) *cacheEntry {
	if l.repos == nil {
		l.repos = map[Repository]*cacheEntry{}
	}
	entry := l.repos[repo]
	if entry == nil {
		entry = &cacheEntry{}
		l.repos[repo] = entry
	}
	return entry
}

// removeExpired removes expired listings, so that memory does not grow with the
// number of repositories. The caller must hold the lock.
func (l *listCache) removeExpired(now time.Time) {
	for _, entry := range l.repos {
		if entry.current != nil && entry.current.first.busy() == nil && !now.Before(entry.current.expires) {
			entry.current = nil
		}
	}
}

// DropListing removes the listing of a repository from the cache unless it served
// another read too. A caller that reads many repositories once each calls it after
// each: otherwise all their listings would be in memory for cacheLifetime.
func (c *Client) DropListing(repo Repository) {
	l := &c.listCache
	l.mu.Lock()
	defer l.mu.Unlock()
	if entry := l.repos[repo]; entry != nil && entry.current != nil && !entry.current.reused {
		entry.current = nil
		if entry.lastWrite == 0 {
			delete(l.repos, repo)
		}
	}
}

// firstPage reads the first page, once for all callers.
func (l *listing) firstPage(ctx context.Context) (page[Share], error) {
	return l.first.do(ctx, func(ctx context.Context) (page[Share], error) {
		return l.client.listPage(ctx, l.repo, 0)
	})
}

// all reads the listing to its end, once for all callers.
func (l *listing) all(ctx context.Context) (fullListing, error) {
	first, err := l.firstPage(ctx)
	if err != nil {
		return fullListing{}, err
	}
	return l.full.do(ctx, func(ctx context.Context) (fullListing, error) {
		return l.client.listAll(ctx, l.repo, first)
	})
}

// allowGetByName counts one more account that is requested by name, and reports
// whether that is likely to be cheaper than reading the rest of the listing.
func (l *listing) allowGetByName() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.getsByName++
	return l.getsByName <= maxGetsByName
}
