package swr

import (
	"cmp"
	"encoding/json"
	"errors"
	"reflect"
)

// errorBody is what the service says of an error, in any of the five forms
// that api.md lists.
type errorBody struct {
	code, message, requestID string
}

// wireError takes the fields of SWR's and the gateway's forms at once; which are
// set tells the form.
type wireError struct {
	ErrorCode    string `json:"errorCode"`
	ErrorMessage string `json:"errorMessage"`
	Detail       string `json:"detail"`

	GatewayCode    string `json:"error_code"`
	GatewayMessage string `json:"error_msg"`
	RequestID      string `json:"request_id"`
}

// wireErrors takes the forms that are an object: one error, a list of them, or
// IAM's own.
type wireErrors struct {
	wireError

	Errors []wireError `json:"errors"`
	IAM    struct {
		Code    json.RawMessage `json:"code"` // a text or a number
		Message string          `json:"message"`
		Title   string          `json:"title"`
	} `json:"error"`
}

// parseErrorBody reads an error body; ok is false where it is none of the known
// forms (HTML, nothing, something else).
func parseErrorBody(body []byte) (found errorBody, ok bool) {
	var list []wireError
	if readsAs(body, &list) {
		return firstError(list)
	}
	var object wireErrors
	if !readsAs(body, &object) {
		return errorBody{}, false
	}
	iam := errorBody{code: codeText(object.IAM.Code), message: cmp.Or(object.IAM.Message, object.IAM.Title)}
	if found, ok = firstError(append(object.Errors, object.wireError)); !ok && iam != (errorBody{}) {
		found, ok = iam, true
	}
	if ok {
		found.requestID = cmp.Or(found.requestID, object.RequestID)
	}
	return found, ok
}

// readsAs decodes JSON of the kind of the target, an array or an object. Fields
// of other types than expected are left out: what an error means hangs on its
// code, which a strange detail must not hide.
func readsAs[T any](body []byte, target *T) bool {
	err := json.Unmarshal(body, target)
	if mismatch, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return mismatch.Type != reflect.TypeFor[T]()
	}
	return err == nil
}

// codeText gives a code that is a text or a number.
func codeText(raw json.RawMessage) (text string) {
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var number json.Number
	if json.Unmarshal(raw, &number) == nil {
		return number.String()
	}
	return ""
}

func firstError(list []wireError) (errorBody, bool) {
	for _, e := range list {
		found := errorBody{
			code:      cmp.Or(e.ErrorCode, e.GatewayCode),
			message:   cmp.Or(e.ErrorMessage, e.GatewayMessage, e.Detail),
			requestID: e.RequestID,
		}
		if found.code != "" || found.message != "" {
			return found, true
		}
	}
	return errorBody{}, false
}
