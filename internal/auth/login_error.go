package auth

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// LoginError is a login at IAM that failed. One that is not [LoginError.Temporary]
// is remembered: the password is not sent again in this process, and every
// request that needs it gets the same error.
type LoginError struct {
	// URL is where the login was sent.
	URL string
	// Status is the HTTP status, 0 where there was no answer.
	Status int
	// Code, Message and RequestID are what the answer had of them, or "".
	// Message is fit to be printed.
	Code, Message, RequestID string

	temporary  bool
	retryAfter time.Duration
	cause      error
}

func (e *LoginError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "sign in at %s: ", e.URL)
	if e.Status == 0 {
		b.WriteString(e.Message)
		return b.String()
	}
	fmt.Fprintf(&b, "%s %s", strconv.Itoa(e.Status), http.StatusText(e.Status))
	if e.Code != "" {
		fmt.Fprintf(&b, ", code %s", e.Code)
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, ", request id %s", e.RequestID)
	}
	if e.Message != "" {
		fmt.Fprintf(&b, ": %s", e.Message)
	}
	if e.Status == http.StatusUnauthorized {
		if !strings.HasSuffix(e.Message, ".") {
			b.WriteByte('.')
		}
		b.WriteString(" IAM answers the same for a wrong user, password, account or project")
	}
	return b.String()
}

// Unwrap gives what kept an answer from coming, nil where one came. It is the
// context's error for a request that ended while it waited for a login.
func (e *LoginError) Unwrap() error { return e.cause }

// Temporary says that the same login may succeed later: IAM was busy, or out of
// reach. Nothing is tried again here; that is the caller's to do.
func (e *LoginError) Temporary() bool { return e.temporary }

// RetryAfter is how long IAM asked to be left alone, 0 where it did not say. It
// is as the server gave it; callers should put a limit to it.
func (e *LoginError) RetryAfter() time.Duration { return e.retryAfter }

func isTemporary(err error) bool {
	var e *LoginError
	return errors.As(err, &e) && e.Temporary()
}

// temporaryStatus says which refusals pass by themselves.
func temporaryStatus(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// isPage says that a success is some proxy's page, and no answer of IAM's.
func isPage(status int, body []byte) bool {
	return status >= 200 && status < 300 && len(body) > 0 && !json.Valid(body)
}

// temporaryFailure says which failures to get an answer pass by themselves: all
// but those that follow from a setting (a host that does not exist, a server
// that is not who it should be).
func temporaryFailure(err error) bool {
	var (
		certificate *tls.CertificateVerificationError
		alert       tls.AlertError
		record      tls.RecordHeaderError
		dns         *net.DNSError
	)
	switch {
	case errors.As(err, &certificate), errors.As(err, &alert), errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch), errors.Is(err, errProxy):
		return false
	case errors.As(err, &dns) && dns.IsNotFound:
		return false
	}
	return true
}

// quotable says which failures to get an answer have texts that quote nothing of
// it: those of the network, of TLS and of contexts. What net/http says of an
// answer that it can't read quotes the part it stumbled on.
func quotable(err error) bool {
	var (
		network     net.Error
		certificate *tls.CertificateVerificationError
		alert       tls.AlertError
		record      tls.RecordHeaderError
	)
	return errors.As(err, &network) || errors.As(err, &certificate) || errors.As(err, &alert) || errors.As(err, &record) ||
		errors.Is(err, http.ErrSchemeMismatch) || errors.Is(err, errProxy) ||
		errors.Is(err, context.Canceled) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// iamAnswer has the fields of every form of error body in api.md that IAM or the
// gateway before it may send.
type iamAnswer struct {
	Error struct {
		Code    any    `json:"code"`
		Message string `json:"message"`
		Title   string `json:"title"`
	} `json:"error"`
	ErrorCode    string `json:"error_code"`
	ErrorMessage string `json:"error_msg"`
	OldCode      string `json:"errorCode"`
	OldMessage   string `json:"errorMessage"`
	RequestID    string `json:"request_id"`
}

// readAnswer fills in what an error's answer says. Whatever has no known form is
// quoted, so that a proxy's page can be told from IAM.
func (e *LoginError) readAnswer(header http.Header, body []byte, secrets ...secret) {
	e.RequestID = firstText(header.Get("X-Request-Id"), header.Get("X-Openstack-Request-Id"))
	var answer iamAnswer
	// Fields that fit are kept even if another does not; if none does, the body
	// is quoted.
	_ = json.Unmarshal(body, &answer)
	e.Code = firstText(answer.ErrorCode, answer.OldCode)
	if e.Code == "" && answer.Error.Code != nil {
		// Keystone's code is mostly the status once more, as a number.
		if code := fmt.Sprint(answer.Error.Code); code != strconv.Itoa(e.Status) {
			e.Code = code
		}
	}
	e.Message = firstText(answer.Error.Message, answer.ErrorMessage, answer.OldMessage, answer.Error.Title, string(body))
	e.RequestID = quoteAnswer(firstText(e.RequestID, answer.RequestID), secrets...)
	e.Code = quoteAnswer(e.Code, secrets...)
	e.Message = quoteAnswer(e.Message, secrets...)
}

func firstText(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// parseRetryAfter reads the header in both its forms, seconds and a date.
func parseRetryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64); err == nil {
		return time.Duration(min(max(seconds, 0), math.MaxInt64/int64(time.Second))) * time.Second
	}
	if date, err := http.ParseTime(text); err == nil {
		return max(date.Sub(now), 0)
	}
	return 0
}
