package provider

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// requestLog logs each request at DEBUG, as it is sent: one that is repeated with a
// renewed token is logged twice. A line contains no secret: no headers and no bodies,
// only what identifies the request.
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
		fields["error"] = errorText(err)
	} else {
		fields["status"] = resp.StatusCode
		fields["request_id"] = requestID(resp)
	}
	tflog.Debug(req.Context(), "request", fields)
	return resp, err
}

// requestID returns the id that the service gave the request. It must not repeat
// anything of the request, or the token of a login.
func requestID(resp *http.Response) string {
	var secrets httpsafe.Redactor
	secrets.Add(resp.Header.Get("X-Subject-Token"))
	for _, values := range resp.Request.Header {
		secrets.Add(values...)
	}
	if resp.Request.GetBody != nil {
		if body, err := resp.Request.GetBody(); err == nil {
			text, _ := io.ReadAll(body) // what can't be read was not sent
			secrets.Add(string(text))
			var document any
			_ = json.Unmarshal(text, &document) // what isn't JSON has no fields
			addStrings(&secrets, document)
		}
	}
	id := secrets.ID(resp.Header.Get("X-Request-Id"))
	if strings.Contains(id, httpsafe.Redacted) {
		return httpsafe.Redacted // the rest may be another part of the request
	}
	return id
}

// addStrings adds the values of a JSON document, such as the password of a login.
func addStrings(secrets *httpsafe.Redactor, document any) {
	const minLength = 4 // shorter ones are part of ids by chance
	switch value := document.(type) {
	case string:
		if len(value) >= minLength {
			secrets.Add(value)
		}
	case []any:
		for _, element := range value {
			addStrings(secrets, element)
		}
	case map[string]any:
		for _, field := range value {
			addStrings(secrets, field)
		}
	}
}

// errorText returns why there is no response.
func errorText(err error) string {
	if httpsafe.QuotesResponse(err) {
		return fmt.Sprintf("invalid response (%T)", err)
	}
	return httpsafe.Printable(err.Error())
}
