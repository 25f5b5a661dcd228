package httpsafe

import (
	"strings"
	"testing"
)

func TestParseErrorBody(t *testing.T) {
	tests := map[string]struct {
		body string
		want ErrorBody
		ok   bool
	}{
		"array":   {`[{"errorCode":"SVCSTG.SWR.4040091","errorMessage":"no","detail":"more"}]`, ErrorBody{"SVCSTG.SWR.4040091", "no", ""}, true},
		"errors":  {`{"errors":[{"errorCode":"SVCSTG.SWR.4040091","errorMessage":"no","detail":"more"}]}`, ErrorBody{"SVCSTG.SWR.4040091", "no", ""}, true},
		"object":  {`{"errorCode":"SVCSTG.SWR.4040091","errorMessage":"no"}`, ErrorBody{"SVCSTG.SWR.4040091", "no", ""}, true},
		"gateway": {`{"error_code":"APIGW.0308","error_msg":"slow","request_id":"4f1c"}`, ErrorBody{"APIGW.0308", "slow", "4f1c"}, true},
		"iam":     {`{"error":{"code":"IAM.1","message":"who?","title":"Unauthorized"}}`, ErrorBody{"IAM.1", "who?", ""}, true},

		"iam, number":            {`{"error":{"code":403,"message":"who?","title":"Unauthorized"}}`, ErrorBody{"403", "who?", ""}, true},
		"iam, the status":        {`{"error":{"code":401,"message":"who?","title":"Unauthorized"}}`, ErrorBody{"", "who?", ""}, true},
		"iam, title alone":       {`{"error":{"title":"Unauthorized"}}`, ErrorBody{"", "Unauthorized", ""}, true},
		"iam, code alone":        {`{"error":{"code":"SVCSTG.SWR.4040091"}}`, ErrorBody{"SVCSTG.SWR.4040091", "", ""}, true},
		"iam, request id":        {`{"error":{"code":"A.1","message":"m"},"request_id":"4f1c"}`, ErrorBody{"A.1", "m", "4f1c"}, true},
		"errors with request id": {`{"errors":[{"errorCode":"A.1","errorMessage":"m","request_id":"4f1c"}]}`, ErrorBody{"A.1", "m", "4f1c"}, true},
		"errors, id outside":     {`{"errors":[{"errorCode":"A.1","errorMessage":"m"}],"request_id":"4f1c"}`, ErrorBody{"A.1", "m", "4f1c"}, true},
		"detail alone":           {`[{"errorCode":"A.1","detail":"more"}]`, ErrorBody{"A.1", "more", ""}, true},
		"code alone":             {`{"errorCode":"A.1"}`, ErrorBody{"A.1", "", ""}, true},
		"message alone":          {`{"errorMessage":"m"}`, ErrorBody{"", "m", ""}, true},
		"the first of several":   {`[{"errorCode":"A.1"},{"errorCode":"A.2"}]`, ErrorBody{"A.1", "", ""}, true},
		"the first that says":    {`[{},{"errorCode":"A.2"}]`, ErrorBody{"A.2", "", ""}, true},
		"a null before":          {`[null,{"errorCode":"A.2"}]`, ErrorBody{"A.2", "", ""}, true},
		"other fields":           {`{"errorCode":"A.1","errorMessage":"m","extra":[1,{"a":null}]}`, ErrorBody{"A.1", "m", ""}, true},
		"white space":            {" \r\n[ { \"errorCode\" : \"A.1\" } ]\n", ErrorBody{"A.1", "", ""}, true},
		"message null":           {`{"errorCode":"A.1","errorMessage":null}`, ErrorBody{"A.1", "", ""}, true},
		"escapes kept":           {`{"errorCode":"A.1","errorMessage":"\u001b[31m"}`, ErrorBody{"A.1", "\x1b[31m", ""}, true},
		// A field of the wrong type must not hide the code beside it: what an
		// error means hangs on the code alone.
		"detail an object": {`{"errors":[{"errorCode":"A.1","errorMessage":"m","detail":{"a":1}}]}`, ErrorBody{"A.1", "m", ""}, true},
		"message a number": {`[{"errorCode":"A.1","errorMessage":7}]`, ErrorBody{"A.1", "", ""}, true},

		"nothing":         {"", ErrorBody{}, false},
		"HTML":            {"<html><body>404 Not Found</body></html>", ErrorBody{}, false},
		"text":            {"404 page not found\n", ErrorBody{}, false},
		"null":            {"null", ErrorBody{}, false},
		"empty object":    {"{}", ErrorBody{}, false},
		"empty array":     {"[]", ErrorBody{}, false},
		"nulls":           {"[null,null]", ErrorBody{}, false},
		"empty errors":    {`{"errors":[]}`, ErrorBody{}, false},
		"a string":        {`"SVCSTG.SWR.4040091"`, ErrorBody{}, false},
		"a number":        {"404", ErrorBody{}, false},
		"error a string":  {`{"error":"not found"}`, ErrorBody{}, false},
		"cut off":         {`{"errors":[{"errorCode":"SVCSTG.SWR.4040091","errorMes`, ErrorBody{}, false},
		"two values":      {`{"errorCode":"A.1"}{"errorCode":"A.2"}`, ErrorBody{}, false},
		"code an object":  {`{"errorCode":{"a":1}}`, ErrorBody{}, false},
		"of something":    {`{"items":[{"errorCode":"A.1"}]}`, ErrorBody{}, false},
		"array of arrays": {`[[{"errorCode":"A.1"}]]`, ErrorBody{}, false},
		"deep":            {strings.Repeat("[", 20000), ErrorBody{}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, ok := ParseErrorBody(401, []byte(test.body))
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
		found, ok := ParseErrorBody(404, body)
		if !ok && found != (ErrorBody{}) {
			t.Errorf("not understood, and yet %+v", found)
		}
		if ok && found.Code == "" && found.Message == "" {
			t.Errorf("understood, but says nothing: %+v", found)
		}
	})
}
