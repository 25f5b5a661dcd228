package provider

import (
	"net/http"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// requestLog logs each request at DEBUG, in a line that holds no secret: no
// headers and no bodies, only what tells one request from another.
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
		fields["error"] = swr.Printable(err.Error())
	} else {
		fields["status"] = resp.StatusCode
		fields["request_id"] = swr.Printable(resp.Header.Get("X-Request-Id"))
	}
	tflog.Debug(req.Context(), "request", fields)
	return resp, err
}
