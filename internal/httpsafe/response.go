package httpsafe

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// MaxRetryAfter is the longest time that a server can ask a client to wait.
const MaxRetryAfter = 60 * time.Second

// RetryAfter returns how long the Retry-After header asks to wait, from 0 to
// [MaxRetryAfter]. The header has seconds or a date; a date is compared with the
// server's own clock (the Date header), or with now if it has none.
func RetryAfter(header http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(text, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		// For a number out of range, ParseUint returns the largest one.
		return time.Duration(min(seconds, uint64(MaxRetryAfter/time.Second))) * time.Second
	}
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		now = date
	}
	until, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return max(0, min(until.Sub(now), MaxRetryAfter))
}

// IsTemporaryStatus reports whether another attempt may get a better status.
func IsTemporaryStatus(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// IsPage reports whether the body of a response is not JSON, such as the HTML
// page of a proxy that answers 200.
func IsPage(body []byte) bool { return len(body) > 0 && !json.Valid(body) }

// CodePrefix is the prefix of SWR's error codes. It is followed by the status of
// the response and four digits.
const CodePrefix = "SVCSTG.SWR."

// ErrorBody is what a response says about an error. Its texts are as the server
// sent them: make them printable before showing them.
type ErrorBody struct {
	Code, Message, RequestID string
}

// serviceError has the fields of SWR's and the gateway's forms.
type serviceError struct {
	ErrorCode    string `json:"errorCode"`
	ErrorMessage string `json:"errorMessage"`
	Detail       string `json:"detail"`

	GatewayCode    string `json:"error_code"`
	GatewayMessage string `json:"error_msg"`
	RequestID      string `json:"request_id"`
}

// errorObject has the fields of the forms that are JSON objects.
type errorObject struct {
	serviceError

	Errors []serviceError `json:"errors"`
	IAM    struct {
		Code    json.RawMessage `json:"code"`
		Message string          `json:"message"`
		Title   string          `json:"title"`
	} `json:"error"`
}

// MaxErrorBody is how large the body of an error may be, in bytes. A larger one is
// not parsed: a list of empty objects takes a hundred times its size in memory.
const MaxErrorBody = 64 << 10

// ParseErrorBody parses the body of an error response, in any of these forms:
//
//	[{"errorCode": "...", "errorMessage": "...", "detail": "..."}]
//	{"errors": [{"errorCode": ...}]}
//	{"errorCode": "...", "errorMessage": "..."}
//	{"error_code": "...", "error_msg": "...", "request_id": "..."}
//	{"error": {"code": "...", "message": "...", "title": "..."}}
//
// ok is false for anything else, such as HTML or an empty body. A code that only
// repeats the HTTP status, as Keystone's does, is left out.
func ParseErrorBody(status int, body []byte) (parsed ErrorBody, ok bool) {
	var object errorObject
	if len(body) > MaxErrorBody {
		return ErrorBody{}, false
	}
	if !decodeLenient(body, &object.Errors) && !decodeLenient(body, &object) {
		return ErrorBody{}, false
	}
	for _, e := range append(object.Errors, object.serviceError) {
		parsed = ErrorBody{
			Code:      cmp.Or(e.ErrorCode, e.GatewayCode),
			Message:   cmp.Or(e.ErrorMessage, e.GatewayMessage, e.Detail),
			RequestID: cmp.Or(e.RequestID, object.RequestID),
		}
		if parsed.Code != "" || parsed.Message != "" {
			break
		}
	}
	parsed.Code = cmp.Or(parsed.Code, textOrNumber(object.IAM.Code))
	parsed.Message = cmp.Or(parsed.Message, object.IAM.Message, object.IAM.Title)
	if parsed.Code == "" && parsed.Message == "" {
		return ErrorBody{}, false
	}
	if parsed.Code == strconv.Itoa(status) {
		parsed.Code = ""
	}
	return parsed, true
}

// decodeLenient decodes JSON into an array or an object. Fields of an unexpected
// type are left out: a strange detail must not hide the code beside it.
func decodeLenient[T any](body []byte, target *T) bool {
	err := json.Unmarshal(body, target)
	if mismatch, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return mismatch.Type != reflect.TypeFor[T]()
	}
	return err == nil
}

// textOrNumber returns a JSON string or number as text, and "" for other values.
func textOrNumber(raw json.RawMessage) (text string) {
	var number json.Number
	if json.Unmarshal(raw, &text) != nil && json.Unmarshal(raw, &number) == nil {
		text = number.String()
	}
	return text
}
