package swr

import (
	"encoding/json"
)

// errorBody is what the service says of an error, in any of the five forms
// that api.md lists.
type errorBody struct {
	code, message, requestID string
}

// wireError takes the fields of all forms at once; which are set tells the form.
type wireError struct {
	ErrorCode    string `json:"errorCode"`
	ErrorMessage string `json:"errorMessage"`
	Detail       string `json:"detail"`

	GatewayCode    string `json:"error_code"`
	GatewayMessage string `json:"error_msg"`
	RequestID      string `json:"request_id"`
}

// parseErrorBody reads an error body; ok is false where it is none of the known
// forms (HTML, nothing, something else).
func parseErrorBody(body []byte) (found errorBody, ok bool) {
	var list []wireError
	if json.Unmarshal(body, &list) == nil {
		return firstError(list)
	}

	var wrapped struct {
		Errors []wireError `json:"errors"`
		Error  struct {
			Code    json.RawMessage `json:"code"` // a number in IAM's own form
			Message string          `json:"message"`
			Title   string          `json:"title"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &wrapped) == nil {
		if found, ok := firstError(wrapped.Errors); ok {
			return found, true
		}
		if e := wrapped.Error; e.Message != "" || e.Title != "" {
			var code string
			if json.Unmarshal(e.Code, &code) != nil {
				code = string(e.Code)
			}
			return errorBody{code: code, message: firstOf(e.Message, e.Title)}, true
		}
	}

	var single wireError
	if json.Unmarshal(body, &single) == nil {
		return firstError([]wireError{single})
	}
	return errorBody{}, false
}

func firstError(list []wireError) (errorBody, bool) {
	for _, e := range list {
		found := errorBody{
			code:      firstOf(e.ErrorCode, e.GatewayCode),
			message:   firstOf(e.ErrorMessage, e.GatewayMessage, e.Detail),
			requestID: e.RequestID,
		}
		if found.code != "" || found.message != "" {
			return found, true
		}
	}
	return errorBody{}, false
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
