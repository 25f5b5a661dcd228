package swr_test

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// expectPrintable checks that a message quotes little of a response, in printable
// characters, and shows no token.
func expectPrintable(t *testing.T, f *fixture, err error) {
	t.Helper()
	if err == nil {
		t.Error("no error")
		return
	}
	text := strings.ReplaceAll(err.Error(), f.sim.URL, "")
	if len(text) > 1500 || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) || strings.Contains(text, f.sim.Token()) {
		t.Errorf("%d bytes: %.2000q", len(text), text)
	}
	failed, ok := errors.AsType[*swr.Error](err)
	if ok && (len(failed.Excerpt) > 300 || len(failed.Message) > 300 || len(failed.Code) > 300 || len(failed.RequestID) > 300 || len(failed.Location) > 300) {
		t.Errorf("%+v", failed)
	}
}

// nonsense are responses that make no sense, and what a create is to conclude from
// them where they are all that the service does: a 201 says that it may yet take
// effect, any other is a whole response of something that is not SWR.
var nonsense = map[string]struct {
	swrtest.Behavior
	outcome swr.CreateOutcome
}{
	"list of nulls":     {swrtest.NullList(), swr.Unknown},
	"wrong types":       {swrtest.WrongTypes(), swr.Unknown},
	"wrong shape":       {swrtest.WrongShape(), swr.Unknown},
	"another share":     {swrtest.OtherShare(), swr.Unknown},
	"200 with an error": {swrtest.SuccessWithError("SVCSTG.SWR.4040091"), swr.NotCreated},
	"HTML 200":          {swrtest.HTMLPage(200), swr.NotCreated},
	"escapes": {swrtest.Respond(200, http.Header{"X-Request-Id": {"\u009b31m"}},
		`[{"namespace":"\u001b[31m`+strings.Repeat("\xff\x1b]0;", 200)+`","repository":"x","access_domain":"y"}]`), swr.NotCreated},
}

// In response to a read, nonsense is an error that quotes a little of it, and
// never a claim about the share; after a write, too.
func TestNonsenseInResponseToReads(t *testing.T) {
	for name, played := range nonsense {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, nil)
			f.putShares(100)
			f.putAcme("d") // beyond the listing's first page
			for _, op := range []swrtest.Operation{swrtest.OpList, swrtest.OpGet} {
				fault := f.sim.Inject(swrtest.Fault{Operation: op, Behavior: played.Behavior})
				_, err := f.Get(f.ctx, acme, swr.LastSeen{})
				expectKind(t, err, swr.KindInvalidResponse)
				expectPrintable(t, f, err)
				fault.Remove()
			}

			f = newFixture(t, nil)
			for _, op := range []swrtest.Operation{swrtest.OpList, swrtest.OpGet} {
				f.sim.Inject(swrtest.Fault{Operation: op, Behavior: played.Behavior})
			}
			created, createErr := f.Create(f.ctx, acme, testSpec(t, "d"))
			if created.Outcome != swr.CreatedUnverified {
				t.Errorf("create: outcome %d", created.Outcome)
			}
			_, updateErr := f.Update(f.ctx, acme, testSpec(t, "e"), swr.LastSeen{})
			for _, err := range []error{createErr, updateErr, f.Delete(f.ctx, acme, swr.LastSeen{})} {
				expectKind(t, err, swr.KindInvalidResponse)
				expectPrintable(t, f, err)
			}
		})
	}
}

// In response to a write, nonsense is no success, and what the service has
// decides.
func TestNonsenseInResponseToWrites(t *testing.T) {
	for name, played := range nonsense {
		for when, after := range map[string]bool{"instead": false, "after effect": true} {
			t.Run(name+" "+when, func(t *testing.T) {
				behavior, wantOutcome := played.Behavior, played.outcome
				if after {
					behavior, wantOutcome = behavior.AfterEffect(), swr.Created
				}
				f := newFixture(t, nil)
				f.sim.Inject(swrtest.Fault{Operation: swrtest.OpCreate, Behavior: behavior})
				created, err := f.Create(f.clock.withTimeout(t, f.ctx, time.Minute), acme, testSpec(t, "d"))
				expectOutcome(t, created, err, wantOutcome)
				if !after {
					expectPrintable(t, f, err)
				}

				f.putAcme("old")
				f.sim.Inject(swrtest.Fault{Operation: swrtest.OpUpdate, Behavior: behavior})
				share, err := f.Update(f.ctx, acme, testSpec(t, "new"), swr.LastSeen{})
				if want := map[bool]string{true: "new", false: "old"}[after]; share == nil || share.Description != want || (err == nil) != after {
					t.Errorf("update: %+v, %v", share, err)
				}

				f.sim.Inject(swrtest.Fault{Operation: swrtest.OpDelete, Behavior: behavior})
				err = f.Delete(f.clock.withTimeout(t, f.ctx, time.Minute), acme, swr.LastSeen{})
				if (err == nil) != after || f.has(acme) == after {
					t.Errorf("delete: %v, still there: %t", err, f.has(acme))
				}
			})
		}
	}
}

// endlessBody counts how much of it is read.
type endlessBody struct{ read int }

func (e *endlessBody) Read(p []byte) (int, error) { e.read += len(p); return len(p), nil }
func (e *endlessBody) Close() error               { return nil }

// Bodies are read up to a limit.
func TestHugeBodyIsBounded(t *testing.T) {
	var body endlessBody
	client := swr.New(mustURL(t, "https://swr.invalid"), roundTripFunc(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Body: &body}, nil
	}))
	_, err := client.List(t.Context(), repo)
	expectKind(t, err, swr.KindInvalidResponse)
	if body.read > 16<<20 {
		t.Errorf("%d MiB were read", body.read>>20)
	}
}

// Errors of the service are shown escaped, cut, and without the request's token.
func TestErrorTextIsFitToBeShown(t *testing.T) {
	f := newFixture(t, nil)
	token := f.sim.Token()
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
			fault := f.sim.Inject(swrtest.Fault{Behavior: effect})
			defer fault.Remove()
			_, err := f.List(f.ctx, repo)
			expectPrintable(t, f, err)
		})
	}
}

// A response that is not HTTP is shown no better.
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
			f := newFixture(t, nil)
			client := newClient(t, newRawServer(t, answer, false), "token-8f3a", swr.WithClock(f.clock), swr.WithMaxRetries(1))
			_, err := client.List(f.ctx, repo)
			failed := expectKind(t, err, swr.KindNetwork)
			expectPrintable(t, f, err)
			if err != nil && strings.Contains(err.Error(), "8f3a") {
				t.Errorf("%q shows the token", err)
			}
			if failed.Attempts != 2 {
				t.Errorf("%d tries", failed.Attempts)
			}
			created, err := client.Create(f.ctx, acme, testSpec(t, "d"))
			if err == nil || created.Outcome != swr.Unknown {
				t.Errorf("create: outcome %d, %v", created.Outcome, err)
			}
		})
	}
}

// No method follows a redirect, and none is taken for a response.
func TestRedirectsAreNotFollowed(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		f := newFixture(t, nil)
		f.putAcme("d")
		var elsewhere atomic.Int32
		target := swrtest.Start(t, swrtest.WithObserver(func(swrtest.Request) { elsewhere.Add(1) }))
		f.sim.Inject(swrtest.Fault{Behavior: swrtest.Redirect(status, target.URL+"/login?session=secret")})
		for _, err := range f.callAll(t) {
			failed := expectKind(t, err, swr.KindRedirect)
			if failed.Location != target.URL+"/login" || strings.Contains(failed.Error(), "secret") {
				t.Errorf("%d: %v", status, err)
			}
		}
		if elsewhere.Load() != 0 {
			t.Errorf("%d: %d redirects were followed", status, elsewhere.Load())
		}
		f.expectStored(t, acme, "d")
	}
}
