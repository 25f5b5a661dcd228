package httpsafe

import (
	"cmp"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
)

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

// errorObject has the fields of the forms that are JSON objects: one error, a
// list of errors, or IAM's own form.
type errorObject struct {
	serviceError

	Errors []serviceError `json:"errors"`
	IAM    struct {
		Code    json.RawMessage `json:"code"`
		Message string          `json:"message"`
		Title   string          `json:"title"`
	} `json:"error"`
}

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
	var list []serviceError
	if decodeLenient(body, &list) {
		parsed, ok = firstError(list)
	} else {
		var object errorObject
		if !decodeLenient(body, &object) {
			return ErrorBody{}, false
		}
		iam := ErrorBody{
			Code:    textOrNumber(object.IAM.Code),
			Message: cmp.Or(object.IAM.Message, object.IAM.Title),
		}
		if parsed, ok = firstError(append(object.Errors, object.serviceError)); !ok && iam != (ErrorBody{}) {
			parsed, ok = iam, true
		}
		if ok {
			parsed.RequestID = cmp.Or(parsed.RequestID, object.RequestID)
		}
	}
	if parsed.Code == strconv.Itoa(status) {
		parsed.Code = ""
	}
	return parsed, ok
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
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var number json.Number
	if json.Unmarshal(raw, &number) == nil {
		return number.String()
	}
	return ""
}

// firstError returns the first error with a code or a message.
func firstError(list []serviceError) (ErrorBody, bool) {
	for _, e := range list {
		parsed := ErrorBody{
			Code:      cmp.Or(e.ErrorCode, e.GatewayCode),
			Message:   cmp.Or(e.ErrorMessage, e.GatewayMessage, e.Detail),
			RequestID: e.RequestID,
		}
		if parsed.Code != "" || parsed.Message != "" {
			return parsed, true
		}
	}
	return ErrorBody{}, false
}
