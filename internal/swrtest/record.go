package swrtest

import "time"

// record is one share as the store keeps it: the truth, and what the two ways
// of looking at it show, which may lag behind.
type record struct {
	share  Share
	folded string // the account without case
	exists bool
	serial uint64 // order of creation
	list   view
	get    view
}

// view is what a list, or GET one, still shows instead of the truth.
type view struct {
	until time.Time
	looks int
	old   Share
	shown bool
}

func (v *view) lags(now time.Time) bool {
	return v.looks > 0 || now.Before(v.until)
}

// delay makes the view go on showing what it shows now.
func (v *view) delay(now time.Time, d Delay, share Share, exists bool) {
	if !v.lags(now) {
		v.old, v.shown = share, exists
	}
	v.until, v.looks = now.Add(d.For), d.Reads
}

// look returns what the view shows, and counts as a look.
func (v *view) look(now time.Time, share Share, exists bool) (Share, bool) {
	if !v.lags(now) {
		return share, exists
	}
	if v.looks > 0 {
		v.looks--
	}
	return v.old, v.shown
}

func (r *record) lookList(now time.Time) (Share, bool) {
	return r.list.look(now, r.share, r.exists)
}

func (r *record) lookGet(now time.Time) (Share, bool) {
	return r.get.look(now, r.share, r.exists)
}

// forgotten says that neither the truth nor a view shows the share any more.
func (r *record) forgotten(now time.Time) bool {
	return !r.exists && !r.list.lags(now) && !r.get.lags(now)
}

// change sets the truth. The views follow after their delays.
func (r *record) change(now time.Time, share Share, exists bool, list, get Delay) {
	r.list.delay(now, list, r.share, r.exists)
	r.get.delay(now, get, r.share, r.exists)
	r.share, r.exists = share, exists
}
