package swr_test

import (
	"errors"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// expectShort checks that a message quotes little of an answer, in printable
// characters, and shows no token.
func expectShort(t *testing.T, b *bench, err error) {
	t.Helper()
	if err == nil {
		t.Error("no error")
		return
	}
	text := strings.ReplaceAll(err.Error(), b.sim.URL, "")
	if len(text) > 1500 || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) || strings.Contains(text, b.sim.Token()) {
		t.Errorf("%d bytes: %.2000q", len(text), text)
	}
	failed, ok := errors.AsType[*swr.Error](err)
	if ok && (len(failed.Excerpt) > 300 || len(failed.Message) > 300 || len(failed.Code) > 300 || len(failed.RequestID) > 300 || len(failed.Location) > 300) {
		t.Errorf("%+v", failed)
	}
}

// nonsense are answers that make no sense.
var nonsense = map[string]swrtest.Behavior{
	"list of nulls":     swrtest.NullList(),
	"wrong types":       swrtest.WrongTypes(),
	"wrong shape":       swrtest.WrongShape(),
	"another share":     swrtest.OtherShare(),
	"200 with an error": swrtest.SuccessWithError("SVCSTG.SWR.4040091"),
	"HTML 200":          swrtest.HTMLPage(200),
	"huge":              swrtest.HugeBody(20 << 20),
	"escapes": swrtest.Respond(200, http.Header{"X-Request-Id": {"\u009b31m"}},
		`[{"namespace":"\u001b[31m`+strings.Repeat("\xff\x1b]0;", 200)+`","repository":"x","access_domain":"y"}]`),
}

// Answers that make no sense are errors that quote a little of them, and never a
// claim about the share.
func TestNonsense(t *testing.T) {
	for name, effect := range nonsense {
		t.Run(name, func(t *testing.T) {
			b := start(t, nil)
			b.put(100)
			b.putAcme("d") // beyond the listing's first page
			for _, kind := range []swrtest.Operation{swrtest.OpList, swrtest.OpGet} {
				fault := b.sim.Inject(swrtest.Fault{Operation: kind, Behavior: effect})
				_, err := b.Get(b.ctx, acme, "")
				expectKind(t, err, swr.KindInvalidResponse)
				expectShort(t, b, err)
				if kind == swrtest.OpList {
					_, err := b.List(b.ctx, repo)
					expectKind(t, err, swr.KindInvalidResponse)
				}
				fault.Remove()
			}
		})
	}
}

// After a write, too: neither "made" nor "gone" follows from nonsense.
func TestNonsenseAfterWrites(t *testing.T) {
	for name, effect := range nonsense {
		t.Run(name, func(t *testing.T) {
			b := start(t, nil)
			for _, kind := range []swrtest.Operation{swrtest.OpList, swrtest.OpGet} {
				b.sim.Inject(swrtest.Fault{Operation: kind, Behavior: effect})
			}
			created, err := b.Create(b.ctx, acme, terms(t, "d"))
			expectKind(t, err, swr.KindInvalidResponse)
			expectShort(t, b, err)
			if created.Outcome != swr.CreatedUnverified {
				t.Errorf("presence %d", created.Outcome)
			}
			_, err = b.Update(b.ctx, acme, terms(t, "e"))
			expectKind(t, err, swr.KindInvalidResponse)
			expectShort(t, b, err)
			err = b.Delete(b.ctx, acme, "")
			expectKind(t, err, swr.KindInvalidResponse)
			expectShort(t, b, err)
		})
	}
}

// Nonsense in answer to a write is no success, and what is there decides.
func TestNonsenseAsAnswerToWrites(t *testing.T) {
	for name, effect := range nonsense {
		for often, after := range map[string]bool{"instead": false, "after effect": true} {
			t.Run(name+" "+often, func(t *testing.T) {
				played := effect
				if after {
					played = effect.After()
				}
				b := start(t, nil)
				b.sim.Inject(swrtest.Fault{Operation: swrtest.OpCreate, Behavior: played})
				began := b.clock.Now()
				created, err := b.Create(b.ctx, acme, terms(t, "d"))
				if took := b.clock.Now().Sub(began); took > time.Minute {
					t.Errorf("it took %s", took)
				}
				want := swr.Created
				if !after {
					expectShort(t, b, err)
					want = swr.NotCreated
					if failed, _ := errors.AsType[*swr.Error](err); failed.Status == http.StatusCreated {
						want = swr.Unknown // by the status it was made, and may show later
					}
				}
				if created.Outcome != want || (err == nil) != after {
					t.Errorf("create: presence %d, %v", created.Outcome, err)
				}

				b.putAcme("old")
				b.sim.Inject(swrtest.Fault{Operation: swrtest.OpUpdate, Behavior: played})
				share, err := b.Update(b.ctx, acme, terms(t, "new"))
				if share == nil || after && (err != nil || share.Description != "new") || !after && (err == nil || share.Description != "old") {
					t.Errorf("change: %+v, %v", share, err)
				}

				b.sim.Inject(swrtest.Fault{Operation: swrtest.OpDelete, Behavior: played})
				err = b.Delete(b.clock.within(t, b.ctx, time.Minute), acme, "")
				if (err == nil) != after || b.holds(acme) == after {
					t.Errorf("revoke: %v, still there: %t", err, b.holds(acme))
				}
			})
		}
	}
}

// Bodies are read within a limit: 100 MB are neither kept nor waited for.
func TestHugeBodyIsBounded(t *testing.T) {
	b := start(t, nil)
	b.sim.Inject(swrtest.Fault{Behavior: swrtest.HugeBody(100 << 20)})
	var peak atomic.Uint64
	stop, stopped := make(chan struct{}), make(chan struct{})
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			case <-time.After(time.Millisecond):
				var now runtime.MemStats
				runtime.ReadMemStats(&now)
				peak.Store(max(peak.Load(), now.HeapInuse))
			}
		}
	}()
	_, err := b.List(b.ctx, repo)
	close(stop)
	<-stopped
	expectKind(t, err, swr.KindInvalidResponse)
	expectShort(t, b, err)
	if grown := int64(peak.Load()) - int64(before.HeapInuse); grown > 48<<20 {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
	if n := b.sim.Count(); n != 1 {
		t.Errorf("%d requests", n)
	}
}

// Errors of the service are shown escaped, cut, and without the request's token.
func TestErrorTextIsFitToBeShown(t *testing.T) {
	b := start(t, nil)
	token := b.sim.Token()
	long := strings.Repeat("\x1b[2J\xff"+token, 500)
	for name, effect := range map[string]swrtest.Behavior{
		"HTML":     swrtest.Respond(400, http.Header{"X-Request-Id": {token}}, "<html>"+token+long),
		"JSON":     swrtest.Respond(400, nil, `{"errorCode":"\u001b[31m`+token+`","errorMessage":"your token \u202e`+token+strings.Repeat("ä", 500)+`"}`),
		"redirect": swrtest.Redirect(302, "http://user:"+token+"@elsewhere.example/"+token+strings.Repeat("a", 500)+"?t="+token+"#"+token),
		"bad url":  swrtest.Redirect(302, "http://[::1"+token),
		"200":      swrtest.Respond(200, nil, long),
		"a share":  swrtest.Respond(200, nil, `[{"namespace":"`+token+`","repository":"\u001b","access_domain":"a"}]`),
		"a type":   swrtest.Respond(200, nil, `[{"namespace":["`+token+`"]}]`),
	} {
		t.Run(name, func(t *testing.T) {
			fault := b.sim.Inject(swrtest.Fault{Behavior: effect})
			defer fault.Remove()
			_, err := b.List(b.ctx, repo)
			expectShort(t, b, err)
		})
	}
}

// What is no HTTP at all is shown no better.
func TestGarbageInsteadOfHTTP(t *testing.T) {
	for name, answer := range map[string]string{
		"garbage":        strings.Repeat("\x1b[31mgarbage token-8f3a ", 10000) + "\r\n\r\n",
		"a bad status":   "HTTP/1.1 token-8f3a\x1b[31m" + strings.Repeat("9", 5000) + "\r\n\r\n",
		"a bad header":   "HTTP/1.1 200 OK\r\ntoken-8f3a" + strings.Repeat("\x1b", 3000) + "\r\n\r\n",
		"a bad length":   "HTTP/1.1 200 OK\r\nContent-Length: token-8f3a" + strings.Repeat("9", 3000) + "\r\n\r\n",
		"a bad encoding": "HTTP/1.1 200 OK\r\nTransfer-Encoding: token-8f3a" + strings.Repeat("9", 3000) + "\r\n\r\n",
		"nothing":        "",
		"headers alone":  "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n",
		"too many":       "HTTP/1.1 200 OK\r\n" + strings.Repeat("X-A: "+strings.Repeat("b", 1000)+"\r\n", 12<<10) + "\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			b := start(t, nil)
			client := newClient(t, newRawServer(t, answer, false), "token-8f3a", swr.WithClock(b.clock), swr.WithMaxRetries(1))
			_, err := client.List(b.ctx, repo)
			failed := expectKind(t, err, swr.KindNetwork)
			expectShort(t, b, err)
			if err != nil && strings.Contains(err.Error(), "8f3a") {
				t.Errorf("%q shows the token", err)
			}
			if failed.Attempts != 2 {
				t.Errorf("%d tries", failed.Attempts)
			}
			created, err := client.Create(b.ctx, acme, terms(t, "d"))
			if err == nil || created.Outcome != swr.Unknown {
				t.Errorf("create: presence %d, %v", created.Outcome, err)
			}
		})
	}
}

// No method follows a redirect, and none is taken for an answer.
func TestRedirectsAreNotFollowed(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		b := start(t, nil)
		b.putAcme("d")
		var elsewhere atomic.Int32
		target := swrtest.Start(t, swrtest.WithObserver(func(swrtest.Request) { elsewhere.Add(1) }))
		b.sim.Inject(swrtest.Fault{Behavior: swrtest.Redirect(status, target.URL+"/login?session=secret")})
		_, createErr := b.Create(b.ctx, acme, terms(t, "e"))
		_, findErr := b.Get(b.ctx, acme, "")
		_, listErr := b.List(b.ctx, repo)
		_, changeErr := b.Update(b.ctx, acme, terms(t, "e"))
		for _, err := range []error{createErr, findErr, listErr, changeErr, b.Delete(b.ctx, acme, "")} {
			failed := expectKind(t, err, swr.KindRedirect)
			if failed.Location != target.URL+"/login" || strings.Contains(failed.Error(), "secret") {
				t.Errorf("%d: %v", status, err)
			}
		}
		if elsewhere.Load() != 0 {
			t.Errorf("%d: %d redirects were followed", status, elsewhere.Load())
		}
		b.expectHeld(t, acme, "d")
	}
}
