package swr_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// A response of 101 Switching Protocols, with a connection that stays open, ends no
// later than any other.
func TestSwitchingProtocols(t *testing.T) {
	endpoint := newRawServer(t, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", true)
	for name, call := range map[string]func(context.Context, *swr.Client) error{
		"create": func(ctx context.Context, c *swr.Client) error { return errorOf(c.Create(ctx, acme, testSpec(t, "d"))) },
		"get":    func(ctx context.Context, c *swr.Client) error { return errorOf(c.Get(ctx, acme, swr.LastSeen{})) },
		"list":   func(ctx context.Context, c *swr.Client) error { return errorOf(c.List(ctx, repo)) },
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			client := newClient(t, endpoint, "token", swr.WithMaxRetries(0), swr.WithRequestTimeout(time.Second))
			err := call(ctx, client)
			if err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), "101 Switching Protocols") {
				t.Errorf("%v, the context: %v", err, ctx.Err())
			}
		})
	}
}

// bodyThatNeverEnds is a body whose Read returns when it is closed, and not before.
type bodyThatNeverEnds struct{ closed chan struct{} }

func (b bodyThatNeverEnds) Read([]byte) (int, error) {
	<-b.closed
	return 0, http.ErrBodyReadAfterClose
}
func (b bodyThatNeverEnds) Close() error { close(b.closed); return nil }

// Reading a body ends with its context, whatever the transport does.
func TestBodyEndsWithContext(t *testing.T) {
	transport := roundTripFunc(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: &onceClosed{bodyThatNeverEnds{make(chan struct{})}, sync.Once{}}}, nil
	})
	client := swr.New(mustURL(t, "http://127.0.0.1:1"), transport, swr.WithMaxRetries(0), swr.WithRequestTimeout(50*time.Millisecond))
	_, err := client.List(t.Context(), repo)
	expectKind(t, err, swr.KindNetwork)
}

// onceClosed may be closed more than once.
type onceClosed struct {
	bodyThatNeverEnds

	once sync.Once
}

func (o *onceClosed) Close() error {
	o.once.Do(func() { _ = o.bodyThatNeverEnds.Close() })
	return nil
}

// pack compresses a text.
func pack(text string) []byte {
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	_, _ = writer.Write([]byte(text))
	_ = writer.Close()
	return packed.Bytes()
}

// hostileServer responds to everything with one body, which is compressed.
func hostileServer(t *testing.T, status int, packed []byte) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		w.WriteHeader(status)
		_, _ = w.Write(packed)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// Peak memory for one response is bounded, however much it expands; so it is for ten
// at once.
func TestMemoryOfResponses(t *testing.T) {
	share := `{"namespace":"platform","repository":"team/app","access_domain":"A%07d","permit":"read","deadline":"forever"},`
	var shares strings.Builder
	for n := range 33_000 {
		fmt.Fprintf(&shares, share, n)
	}
	bodies := map[string][]byte{
		"empty objects": pack("[" + strings.Repeat("{},", 1<<20) + "{}]"),
		"nested arrays": pack(strings.Repeat("[", 4<<20)),
		"100 MB":        slices.Concat(pack("["), bytes.Repeat(pack(strings.Repeat(" ", 1<<20)), 100), pack("]")), // unpacks as one
		"shares":        pack("[" + strings.TrimSuffix(shares.String(), ",") + "]"),
		"one text":      pack(`[{"access_domain":"` + strings.Repeat("a", 4_000_000) + `"}]`),
	}
	for name, body := range bodies {
		for _, status := range []int{http.StatusOK, http.StatusBadRequest} {
			endpoint := hostileServer(t, status, body)
			for concurrent, limit := range map[int]uint64{1: 64 << 20, 10: 200 << 20} {
				t.Run(fmt.Sprintf("%s, status %d, %d at once", name, status, concurrent), func(t *testing.T) {
					peak := peakMemory(t, func() {
						var all sync.WaitGroup
						for range concurrent {
							all.Go(func() {
								client := newClient(t, endpoint, "token", swr.WithMaxRetries(0))
								if _, err := client.List(t.Context(), repo); err == nil {
									t.Error("no error")
								}
							})
						}
						all.Wait()
					})
					t.Logf("%d MiB", peak>>20)
					if peak > limit {
						t.Errorf("%d MiB; want at most %d", peak>>20, limit>>20)
					}
				})
			}
		}
	}
}

// peakMemory returns by how much the heap grew at most while f ran.
func peakMemory(t *testing.T, f func()) uint64 {
	t.Helper()
	heap := func() uint64 {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	runtime.GC()
	before, peak := heap(), uint64(0)
	done, sampled := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(sampled)
		for {
			if now := heap(); now > before {
				peak = max(peak, now-before)
			}
			select {
			case <-done:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	f()
	close(done)
	<-sampled
	return peak
}

// A service that lists ever new accounts, page after page, is not read to no end.
func TestEndlessPages(t *testing.T) {
	pages := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte("["))
		for n := range 100 {
			if n > 0 {
				_, _ = w.Write([]byte(","))
			}
			_, _ = fmt.Fprintf(w, `{"namespace":"platform","repository":"team/app","access_domain":"A%d-%d","permit":"read","deadline":"forever"}`, pages, n)
		}
		_, _ = w.Write([]byte("]"))
		pages++
	}))
	t.Cleanup(server.Close)
	listing, err := newClient(t, server.URL, "token").List(t.Context(), repo)
	if err != nil || len(listing.Shares) != 1000 || !listing.TooMany || !strings.Contains(listing.Incomplete, "more than 1000 accounts") || pages > 11 {
		t.Errorf("%d shares of %d pages, %q, %v", len(listing.Shares), pages, listing.Incomplete, err)
	}
}

// Accounts whose names can't be used in a URL are listed apart from the others, and
// no request is made for them.
func TestUnaddressableAccounts(t *testing.T) {
	f := newFixture(t, nil)
	unaddressable := []string{"\x1b[2J", " ", "..", "a/../x", "\u009b"} // in the order of their bytes
	for _, account := range append([]string{"ACME", "B"}, unaddressable...) {
		f.sim.PutShare(swrtest.Share{Namespace: repo.Namespace, Repository: repo.Name, AccessDomain: account})
	}
	listing, err := f.List(f.ctx, repo)
	if err != nil {
		t.Fatal(err)
	}
	checkListing(t, listing, 2, true)
	if !slices.Equal(listing.Unaddressable, unaddressable) || listing.TooMany {
		t.Errorf("unaddressable: %q, too many: %t", listing.Unaddressable, listing.TooMany)
	}
	for _, account := range unaddressable {
		key := swr.Key{Namespace: repo.Namespace, Repository: repo.Name, AccessDomain: account}
		expectKind(t, errorOf(f.Get(f.ctx, key, f.here())), swr.KindInvalid)
	}
	f.expectCounts(t, map[swrtest.Operation]int{swrtest.OpList: 1})
}

// Two records of one account that contradict each other are an error; equal ones are
// one.
func TestContradictingRecords(t *testing.T) {
	record := func(deadline string) string {
		return `{"namespace":"platform","repository":"team/app","access_domain":"ACME","permit":"read","deadline":"` + deadline + `","status":true}`
	}
	for second, contradict := range map[string]bool{"forever": false, "2031-03-31T00:00:00.000Z": true} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = fmt.Fprintf(w, "[%s,%s]", record("forever"), record(second))
		}))
		t.Cleanup(server.Close)
		client := newClient(t, server.URL, "token", swr.WithMaxRetries(0))
		listing, err := client.List(t.Context(), repo)
		if contradict {
			if failed := expectKind(t, err, swr.KindInvalidResponse); !strings.Contains(failed.Error(), "ACME") {
				t.Error(err)
			}
		} else if err != nil || len(listing.Shares) != 1 {
			t.Errorf("%+v, %v", listing, err)
		}
		if _, err := client.Get(t.Context(), acme, swr.LastSeen{}); (err != nil) != contradict {
			t.Errorf("get, contradiction %t: %v", contradict, err)
		}
	}
}
