package swr

import (
	"context"
	"sync"
	"time"
)

// listingLife is how long a listing may answer reads: long enough for the
// refresh of a large state, which reads one repository here and one there, and
// too short for a person to notice.
const cacheLifetime = 30 * time.Second

// namedLooks is how many accounts beyond the first page are asked for by name
// before the rest of the listing is read. A single managed share among hundreds
// then costs one request more, and hundreds of managed shares cost the pages.
const maxGetsByName = 2

// listings lets the reads of one repository that happen together share one
// listing.
//
// Its rule of freshness: a listing serves whoever came after a write only if it
// began after that write had ended, and nobody once it is older than
// listingLife. Events are put in order by a counter, not by time: two of them
// may fall into one tick of a clock.
type listCache struct {
	client *Client

	mu     sync.Mutex
	events uint64
	repos  map[Repository]*cacheEntry
}

// repoListings is what is known of one repository.
type cacheEntry struct {
	lastWrite uint64
	current   *listing
}

// listing is one reading of a repository's shares, page by page.
type listing struct {
	started uint64
	expires time.Time

	first flight[page]
	rest  flight[fullListing]

	mu         sync.Mutex
	getsByName int // accounts asked for by name instead of reading on
}

// whole is a listing read to its end.
type fullListing struct {
	shares     []Share
	paged      bool   // more than one page was asked for
	incomplete string // why it is not complete, "" where it is
}

// moment marks a point in the order of events.
type version uint64

// wrote notes that a write to the repository has ended, and gives the moment.
func (l *listCache) recordWrite(repo Repository) version {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events++
	l.entry(repo).lastWrite = l.events
	return version(l.events)
}

// now gives the present moment, for who wants to see what has become of a write
// since the last look.
func (l *listCache) nextVersion() version {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events++
	return version(l.events)
}

// lastWrite gives the moment of the repository's last write.
func (l *listCache) lastWrite(repo Repository) version {
	l.mu.Lock()
	defer l.mu.Unlock()
	return version(l.entry(repo).lastWrite)
}

// after gives a listing that began after the moment: one that is at hand, or a
// new one. While one is being read that began too early, it is waited for, so
// that all who wait share the next; otherwise each of ten writers at a time
// would read a listing of its own.
func (l *listCache) since(ctx context.Context, repo Repository, since version) (*listing, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		l.mu.Lock()
		known := l.entry(repo)
		at := known.current
		if at != nil && at.started >= uint64(since) && l.client.clock.Now().Before(at.expires) && !at.first.failed() {
			l.mu.Unlock()
			return at, nil
		}
		if at == nil || !at.first.running() {
			l.events++
			fresh := &listing{started: l.events, expires: l.client.clock.Now().Add(cacheLifetime)}
			fresh.first.begin(ctx, func(ctx context.Context) (page, error) {
				return l.client.listPage(ctx, repo, 0)
			})
			known.current = fresh
			l.forgetExpired()
			l.mu.Unlock()
			return fresh, nil
		}
		l.mu.Unlock()
		at.first.wait(ctx)
	}
}

// of gives what is known of a repository. The lock must be held.
func (l *listCache) entry(repo Repository) *cacheEntry {
	if l.repos == nil {
		l.repos = map[Repository]*cacheEntry{}
	}
	known := l.repos[repo]
	if known == nil {
		known = &cacheEntry{}
		l.repos[repo] = known
	}
	return known
}

// forgetExpired lets go of listings that serve nobody any more, so that memory
// does not grow with the number of repositories. The lock must be held.
func (l *listCache) forgetExpired() {
	now := l.client.clock.Now()
	for _, known := range l.repos {
		if known.current != nil && !known.current.first.running() && !now.Before(known.current.expires) {
			known.current = nil
		}
	}
}

// firstPage reads the first page, once for all who ask.
func (l *listing) firstPage(ctx context.Context, c *Client, repo Repository) (page, error) {
	return l.first.do(ctx, func(ctx context.Context) (page, error) {
		return c.listPage(ctx, repo, 0)
	})
}

// all reads the listing to its end, once for all who ask.
func (l *listing) all(ctx context.Context, c *Client, repo Repository) (fullListing, error) {
	first, err := l.firstPage(ctx, c, repo)
	if err != nil {
		return fullListing{}, err
	}
	return l.rest.do(ctx, func(ctx context.Context) (fullListing, error) {
		shares, incomplete, err := c.listRest(ctx, repo, first)
		return fullListing{shares: shares, paged: len(first.shares) == pageSize, incomplete: incomplete}, err
	})
}

// mayAskByName counts one more account that is asked for by name, as long as
// that is likely to be cheaper than reading on.
func (l *listing) allowGetByName() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.getsByName++
	return l.getsByName <= maxGetsByName
}
