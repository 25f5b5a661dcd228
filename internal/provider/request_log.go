package provider

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// requestLog logs each request at DEBUG, as it is sent, so that one whose token
// had ended shows twice. A line holds no secret: no headers and no bodies, only
// what tells one request from another.
type requestLog struct {
	next http.RoundTripper
}

func (l *requestLog) RoundTrip(req *http.Request) (*http.Response, error) {
	began := time.Now()
	resp, err := l.next.RoundTrip(req)
	fields := map[string]any{
		"method":      req.Method,
		"host":        req.URL.Host,
		"path":        req.URL.EscapedPath(),
		"duration_ms": time.Since(began).Milliseconds(),
	}
	if attempt := swr.Attempt(req.Context()); attempt > 0 {
		fields["attempt"] = attempt
	}
	if err != nil {
		fields["error"] = failure(err)
	} else {
		fields["status"] = resp.StatusCode
		fields["request_id"] = requestID(resp)
	}
	tflog.Debug(req.Context(), "request", fields)
	return resp, err
}

// requestID gives the id that the service gave the request, but for one that
// repeats something of the request, or of a login's answer: it may be a secret.
func requestID(resp *http.Response) string {
	id := resp.Header.Get("X-Request-Id")
	held := []string{resp.Header.Get("X-Subject-Token")}
	for _, values := range resp.Request.Header {
		held = append(held, values...)
	}
	if resp.Request.GetBody != nil {
		if body, err := resp.Request.GetBody(); err == nil {
			text, _ := io.ReadAll(body) // what can't be read was not sent
			held = append(held, string(text))
		}
	}
	const worthHiding = 8 // a shorter text repeats another by chance
	for _, text := range held {
		if min(len(id), len(text)) >= worthHiding && (strings.Contains(text, id) || strings.Contains(id, text)) {
			return "(redacted)"
		}
	}
	return swr.Printable(id)
}

// failure says why no answer came. Errors other than those of the network may
// quote what came instead of one, such as the line with a login's token.
func failure(err error) string {
	_, network := errors.AsType[net.Error](err)
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	if network || certificate || errors.Is(err, context.Canceled) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return swr.Printable(err.Error())
	}
	return fmt.Sprintf("no valid answer (%T)", err)
}
