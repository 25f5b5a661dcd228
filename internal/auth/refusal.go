package auth

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

// What a response says about the credential of its request.
type verdict int

const (
	// noVerdict: the response may come from a proxy, or from a gateway that did not
	// check the credential.
	noVerdict verdict = iota
	accepted
	refused
)

const (
	// codeUnauthorized: the token expired or the signature is wrong.
	codeUnauthorized = httpsafe.CodePrefix + "4010000"
	// codeWrongKeyPair is sent with the status 400.
	codeWrongKeyPair = httpsafe.CodePrefix + "4000031"
)

// judge returns the verdict of a response, and the error in its body
// (internal/swr/API.md, "Authentication and permission"). The body can still be
// read.
func judge(resp *http.Response) (verdict, httpsafe.ErrorBody) {
	status := resp.StatusCode
	switch {
	case status < 300 && !strings.Contains(resp.Header.Get("Content-Type"), "html"):
		return accepted, httpsafe.ErrorBody{}
	case status < 400 || status >= 500:
		return noVerdict, httpsafe.ErrorBody{}
	}
	body := peek(resp)
	parsed, ok := httpsafe.ParseErrorBody(status, body)
	if !ok {
		parsed.Message = string(body)
	}
	switch isSWR := strings.HasPrefix(parsed.Code, httpsafe.CodePrefix); {
	case parsed.Code == codeUnauthorized, parsed.Code == codeWrongKeyPair,
		status == http.StatusUnauthorized && !isSWR:
		return refused, parsed
	case isSWR:
		// Also a 401 about an organization of another account.
		return accepted, parsed
	}
	return noVerdict, parsed
}

// peek returns the beginning of a body, which can still be read.
func peek(resp *http.Response) []byte {
	// An error is returned again by the next read.
	head, _ := io.ReadAll(io.LimitReader(resp.Body, maxDrained))
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head), resp.Body), resp.Body}
	return head
}

const (
	// maxUnverified is how many requests may be under way while it is not known
	// whether the signature is right. More than five wrong signatures in a row lock
	// the key for five minutes.
	maxUnverified = 4
	// unverifiedPatience is how long requests wait for the first response, so that
	// one request that gets none does not delay all.
	unverifiedPatience = 3 * time.Second
)

// signatureGate keeps a wrong key pair from being used again and again. Until a
// response shows that a signature was accepted, one request is under way at a time,
// or a few if responses take long. The first refusal is the response to all further
// requests. The zero value is ready to use.
type signatureGate struct {
	mu         sync.Mutex
	verified   bool
	unverified int           // requests under way
	changed    chan struct{} // closed when any of the fields changes
	refusal    *refusal
}

// enter waits until a request may be sent. If a signature was refused before, it
// returns the refusal. Otherwise the caller must report the result with leave.
func (g *signatureGate) enter(ctx context.Context) (*refusal, error) {
	limit := 1
	var patience <-chan time.Time
	for {
		g.mu.Lock()
		if g.refusal != nil || g.verified || g.unverified < limit {
			if g.refusal == nil {
				g.unverified++
			}
			refusal := g.refusal
			g.mu.Unlock()
			return refusal, nil
		}
		if g.changed == nil {
			g.changed = make(chan struct{})
		}
		changed := g.changed
		g.mu.Unlock()
		if patience == nil {
			timer := time.NewTimer(unverifiedPatience)
			defer timer.Stop()
			patience = timer.C
		}
		select {
		case <-changed:
		case <-patience:
			limit = maxUnverified
		case <-ctx.Done():
			return nil, &heldError{cause: ctx.Err()}
		}
	}
}

// clockOffset returns that of the refusal.
func (g *signatureGate) clockOffset() (offset time.Duration, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.refusal == nil {
		return 0, false
	}
	return g.refusal.clockOffset, g.refusal.hasDate
}

// leave reports the response to a request, or nil if there was none, and when it came.
func (g *signatureGate) leave(resp *http.Response, now time.Time, secrets *httpsafe.Redactor) {
	result, parsed := noVerdict, httpsafe.ErrorBody{}
	if resp != nil {
		result, parsed = judge(resp)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.unverified--
	switch {
	case result == accepted:
		g.verified = true
	case result == refused && g.refusal == nil:
		g.refusal = newRefusal(resp, parsed, secrets)
		if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
			g.refusal.clockOffset, g.refusal.hasDate = date.Sub(now), true
		}
	}
	if g.changed != nil {
		close(g.changed)
		g.changed = nil
	}
}

// refusal is the response to a request whose signature was refused.
type refusal struct {
	status int
	body   []byte
	// clockOffset is how far the server's clock was ahead, if the response had a
	// date.
	clockOffset time.Duration
	hasDate     bool
}

// newRefusal keeps what the response says, without the credentials of its request,
// which the server may have echoed: the caller knows only those of its own request.
func newRefusal(resp *http.Response, parsed httpsafe.ErrorBody, secrets *httpsafe.Redactor) *refusal {
	body, _ := json.Marshal(map[string]string{ // strings can't fail
		"error_code": secrets.Printable(parsed.Code),
		"error_msg": strings.TrimSpace(secrets.Printable(parsed.Message) +
			" (the response to an earlier request; this one was not sent)"),
		"request_id": secrets.ID(cmp.Or(parsed.RequestID, resp.Header.Get("X-Request-Id"))),
	})
	return &refusal{status: resp.StatusCode, body: body}
}

// response returns the refusal as the response to another request.
func (f *refusal) response(r *http.Request) *http.Response {
	return &http.Response{
		Status:     fmt.Sprintf("%d %s", f.status, http.StatusText(f.status)),
		StatusCode: f.status,
		Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        http.Header{"Content-Type": {"application/json"}},
		Body:          io.NopCloser(bytes.NewReader(f.body)),
		ContentLength: int64(len(f.body)),
		Request:       r,
	}
}

// heldError is the error of a request that ended while it waited for the response
// to the first signed request. It was never sent.
type heldError struct{ cause error }

func (e *heldError) Error() string {
	return "the request was not sent: it waited for the first response to a request that the same access key signed: " +
		e.cause.Error()
}

// Unwrap returns the error of the context.
func (e *heldError) Unwrap() error { return e.cause }

// Temporary reports that another attempt may succeed.
func (*heldError) Temporary() bool { return true }

// RetryAfter returns 0.
func (*heldError) RetryAfter() time.Duration { return 0 }
