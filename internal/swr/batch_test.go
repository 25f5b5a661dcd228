package swr_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// overlapping returns a client of the simulator whose writes end only when that many
// are running.
func (f *fixture) overlapping(t *testing.T, count int) *swr.Client {
	t.Helper()
	var mu sync.Mutex
	running, all := 0, make(chan struct{})
	return f.clientVia(t, func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
		if r.Method != http.MethodGet {
			mu.Lock()
			released := all
			if running++; running == count {
				close(all)
				running, all = 0, make(chan struct{})
			}
			mu.Unlock()
			select {
			case <-released:
			case <-r.Context().Done():
				return nil, r.Context().Err()
			}
		}
		return next.RoundTrip(r)
	})
}

// forEachAccount calls fn for that many accounts at the same time, and returns the
// requests that were made.
func (f *fixture) forEachAccount(t *testing.T, count int, fn func(swr.Key) error) map[swrtest.Operation]int {
	t.Helper()
	f.sim.ResetRequests()
	var group sync.WaitGroup
	for n := range count {
		key := acme
		key.AccessDomain = fmt.Sprintf("ACCOUNT-%d", n)
		group.Go(func() {
			if err := fn(key); err != nil {
				t.Errorf("%s: %v", key, err)
			}
		})
	}
	group.Wait()
	return f.sim.Counts()
}

func expectRequests(t *testing.T, operation string, got, want map[swrtest.Operation]int) {
	t.Helper()
	for _, op := range []swrtest.Operation{swrtest.OpList, swrtest.OpGet, swrtest.OpCreate, swrtest.OpUpdate, swrtest.OpDelete} {
		if got[op] != want[op] {
			t.Errorf("%s: %d requests %s; want %d", operation, got[op], op, want[op])
		}
	}
}

// Writes to one repository that overlap are verified by one listing. A list that lags
// behind is no reason to doubt a share that is returned by name.
func TestOverlappingWrites(t *testing.T) {
	const count = 10
	for name, test := range map[string]struct {
		list swrtest.Delays
		gets int
	}{
		"current list": {},
		"late list":    {list: swrtest.Delays{Create: swrtest.Delay{For: time.Hour}}, gets: count},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, func(v *swrtest.Variants) { v.ListDelay = test.list })
			client := f.overlapping(t, count)
			requests := f.forEachAccount(t, count, func(key swr.Key) error {
				created, err := client.Create(f.ctx, key, testSpec(t, "d"))
				if created.Outcome != swr.Created {
					t.Errorf("%s: %+v", key, created)
				}
				return err
			})
			expectRequests(t, "create", requests, map[swrtest.Operation]int{
				swrtest.OpCreate: count, swrtest.OpList: 2, swrtest.OpGet: test.gets, // one list before the creates
			})
			if test.gets > 0 {
				return
			}

			requests = f.forEachAccount(t, count, func(key swr.Key) error {
				share, err := client.Update(f.ctx, key, testSpec(t, "changed"), f.here())
				if share == nil || share.Description != "changed" {
					t.Errorf("%s: %+v", key, share)
				}
				return err
			})
			expectRequests(t, "update", requests, map[swrtest.Operation]int{swrtest.OpUpdate: count, swrtest.OpList: 1})

			requests = f.forEachAccount(t, count, func(key swr.Key) error { return client.Delete(f.ctx, key, f.here()) })
			expectRequests(t, "delete", requests, map[swrtest.Operation]int{swrtest.OpDelete: count, swrtest.OpList: 1})
			if shares := f.sim.AllShares(); len(shares) > 0 {
				t.Errorf("shares: %v", shares)
			}
		})
	}
}

// A write that gets no response does not keep the others from being verified.
func TestOverlappingWriteThatHangs(t *testing.T) {
	f := newFixture(t, nil, swr.WithRequestTimeout(time.Minute))
	f.sim.Inject(swrtest.Fault{Operation: swrtest.OpUpdate, Behavior: swrtest.HangBefore()})
	f.sim.PutShare(swrtest.Share{Namespace: acme.Namespace, Repository: acme.Repository, AccessDomain: acme.AccessDomain})
	begun := make(chan struct{})
	f.sim.OnRequest(func(info swrtest.RequestInfo) {
		if info.Operation == swrtest.OpUpdate {
			close(begun)
		}
	})
	ctx, cancel := context.WithCancel(f.ctx)
	defer cancel()
	hanging := make(chan error)
	go func() {
		_, err := f.Update(ctx, acme, testSpec(t, "never"), f.here())
		hanging <- err
	}()
	<-begun
	f.forEachAccount(t, 3, func(key swr.Key) error {
		_, err := f.Create(f.ctx, key, testSpec(t, "d"))
		return err
	})
	cancel()
	if err := <-hanging; err == nil {
		t.Error("the update got a response")
	}
}
