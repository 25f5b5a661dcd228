package swr

import (
	"strings"
	"testing"
)

func TestParseErrorBody(t *testing.T) {
	tests := map[string]struct {
		body string
		want errorBody
		ok   bool
	}{
		"array":   {`[{"errorCode":"SVCSTG.SWR.4040091","errorMessage":"no","detail":"more"}]`, errorBody{"SVCSTG.SWR.4040091", "no", ""}, true},
		"errors":  {`{"errors":[{"errorCode":"SVCSTG.SWR.4040091","errorMessage":"no","detail":"more"}]}`, errorBody{"SVCSTG.SWR.4040091", "no", ""}, true},
		"object":  {`{"errorCode":"SVCSTG.SWR.4040091","errorMessage":"no"}`, errorBody{"SVCSTG.SWR.4040091", "no", ""}, true},
		"gateway": {`{"error_code":"APIGW.0308","error_msg":"slow","request_id":"4f1c"}`, errorBody{"APIGW.0308", "slow", "4f1c"}, true},
		"iam":     {`{"error":{"code":"401","message":"who?","title":"Unauthorized"}}`, errorBody{"401", "who?", ""}, true},

		"iam, number":            {`{"error":{"code":401,"message":"who?","title":"Unauthorized"}}`, errorBody{"401", "who?", ""}, true},
		"iam, title alone":       {`{"error":{"code":401,"title":"Unauthorized"}}`, errorBody{"401", "Unauthorized", ""}, true},
		"iam, code alone":        {`{"error":{"code":"SVCSTG.SWR.4040091"}}`, errorBody{"SVCSTG.SWR.4040091", "", ""}, true},
		"iam, request id":        {`{"error":{"code":"A.1","message":"m"},"request_id":"4f1c"}`, errorBody{"A.1", "m", "4f1c"}, true},
		"errors with request id": {`{"errors":[{"errorCode":"A.1","errorMessage":"m","request_id":"4f1c"}]}`, errorBody{"A.1", "m", "4f1c"}, true},
		"errors, id outside":     {`{"errors":[{"errorCode":"A.1","errorMessage":"m"}],"request_id":"4f1c"}`, errorBody{"A.1", "m", "4f1c"}, true},
		"detail alone":           {`[{"errorCode":"A.1","detail":"more"}]`, errorBody{"A.1", "more", ""}, true},
		"code alone":             {`{"errorCode":"A.1"}`, errorBody{"A.1", "", ""}, true},
		"message alone":          {`{"errorMessage":"m"}`, errorBody{"", "m", ""}, true},
		"the first of several":   {`[{"errorCode":"A.1"},{"errorCode":"A.2"}]`, errorBody{"A.1", "", ""}, true},
		"the first that says":    {`[{},{"errorCode":"A.2"}]`, errorBody{"A.2", "", ""}, true},
		"a null before":          {`[null,{"errorCode":"A.2"}]`, errorBody{"A.2", "", ""}, true},
		"other fields":           {`{"errorCode":"A.1","errorMessage":"m","extra":[1,{"a":null}]}`, errorBody{"A.1", "m", ""}, true},
		"white space":            {" \r\n[ { \"errorCode\" : \"A.1\" } ]\n", errorBody{"A.1", "", ""}, true},
		"message null":           {`{"errorCode":"A.1","errorMessage":null}`, errorBody{"A.1", "", ""}, true},
		"escapes kept":           {`{"errorCode":"A.1","errorMessage":"\u001b[31m"}`, errorBody{"A.1", "\x1b[31m", ""}, true},
		// A field of the wrong type must not hide the code beside it: what an
		// error means hangs on the code alone.
		"detail an object": {`{"errors":[{"errorCode":"A.1","errorMessage":"m","detail":{"a":1}}]}`, errorBody{"A.1", "m", ""}, true},
		"message a number": {`[{"errorCode":"A.1","errorMessage":7}]`, errorBody{"A.1", "", ""}, true},

		"nothing":         {"", errorBody{}, false},
		"HTML":            {"<html><body>404 Not Found</body></html>", errorBody{}, false},
		"text":            {"404 page not found\n", errorBody{}, false},
		"null":            {"null", errorBody{}, false},
		"empty object":    {"{}", errorBody{}, false},
		"empty array":     {"[]", errorBody{}, false},
		"nulls":           {"[null,null]", errorBody{}, false},
		"empty errors":    {`{"errors":[]}`, errorBody{}, false},
		"a string":        {`"SVCSTG.SWR.4040091"`, errorBody{}, false},
		"a number":        {"404", errorBody{}, false},
		"error a string":  {`{"error":"not found"}`, errorBody{}, false},
		"cut off":         {`{"errors":[{"errorCode":"SVCSTG.SWR.4040091","errorMes`, errorBody{}, false},
		"two values":      {`{"errorCode":"A.1"}{"errorCode":"A.2"}`, errorBody{}, false},
		"code an object":  {`{"errorCode":{"a":1}}`, errorBody{}, false},
		"of something":    {`{"items":[{"errorCode":"A.1"}]}`, errorBody{}, false},
		"array of arrays": {`[[{"errorCode":"A.1"}]]`, errorBody{}, false},
		"deep":            {strings.Repeat("[", 20000), errorBody{}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, ok := parseErrorBody([]byte(test.body))
			if got != test.want || ok != test.ok {
				t.Errorf("%+v, %t; want %+v, %t", got, ok, test.want, test.ok)
			}
		})
	}
}

func FuzzParseErrorBody(f *testing.F) {
	for _, body := range []string{
		`[{"errorCode":"A.1","errorMessage":"m","detail":"d"}]`, `{"errors":[{"errorCode":"A.1"}]}`, `{"errorCode":"A.1"}`,
		`{"error_code":"A.1","error_msg":"m","request_id":"r"}`, `{"error":{"code":404,"message":"m","title":"t"}}`,
		"<html>", "", "null", `[null]`, `{"error":{"code":{},"title":"t"}}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		found, ok := parseErrorBody(body)
		if !ok && found != (errorBody{}) {
			t.Errorf("not understood, and yet %+v", found)
		}
		if ok && found.code == "" && found.message == "" {
			t.Errorf("understood, but says nothing: %+v", found)
		}
	})
}
