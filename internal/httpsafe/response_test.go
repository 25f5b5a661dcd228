package httpsafe

import (
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"
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
	// The largest that is parsed, of what takes most memory, and a larger one.
	f.Add([]byte("[" + strings.Repeat("{},", MaxErrorBody/3-1) + "{}]"))
	f.Add([]byte(`{"errors":[` + strings.Repeat("{},", MaxErrorBody) + "{}]}"))
	f.Fuzz(func(t *testing.T, body []byte) {
		var found ErrorBody
		var ok bool
		if n := allocated(func() { found, ok = ParseErrorBody(-1, body) }); n > 32<<20 {
			t.Errorf("%d bytes were allocated for %d", n, len(body))
		}
		if !ok && found != (ErrorBody{}) {
			t.Errorf("not ok, but %+v", found)
		}
		if ok && found.Code == "" && found.Message == "" {
			t.Errorf("ok, but empty: %+v", found)
		}
	})
}

// allocated returns how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func responseHeader(retryAfter, date string) http.Header {
	return http.Header{"Retry-After": {retryAfter}, "Date": {date}}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2031, 3, 31, 12, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		header, date string
		want         time.Duration
	}{
		"none":                  {"", "", 0},
		"seconds":               {"7", "", 7 * time.Second},
		"zero":                  {"0", "", 0},
		"at the cap":            {"60", "", time.Minute},
		"above the cap":         {"61", "", time.Minute},
		"an hour":               {"3600", "", time.Minute},
		"more than an int":      {"99999999999999999999", "", time.Minute},
		"overflowing":           {"9223372036854775807", "", time.Minute},
		"negative":              {"-5", "", 0},
		"very negative":         {"-9223372036854775807", "", 0},
		"a fraction":            {"1.5", "", 0},
		"garbage":               {"soon", "", 0},
		"a date":                {"Mon, 31 Mar 2031 12:00:10 GMT", "", 10 * time.Second},
		"a date in RFC 850":     {"Monday, 31-Mar-31 12:00:10 GMT", "", 10 * time.Second},
		"a date in asctime":     {"Mon Mar 31 12:00:10 2031", "", 10 * time.Second},
		"a date that has been":  {"Mon, 31 Mar 2031 11:59:00 GMT", "", 0},
		"a date far off":        {"Mon, 31 Mar 2036 12:00:00 GMT", "", time.Minute},
		"by the server's clock": {"Mon, 31 Mar 2031 15:00:10 GMT", "Mon, 31 Mar 2031 15:00:00 GMT", 10 * time.Second},
		"the server is ahead":   {"Mon, 31 Mar 2031 12:00:10 GMT", "Mon, 31 Mar 2031 15:00:00 GMT", 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := RetryAfter(responseHeader(test.header, test.date), now); got != test.want {
				t.Errorf("%s; want %s", got, test.want)
			}
		})
	}
}

func FuzzRetryAfter(f *testing.F) {
	f.Add("7", "")
	f.Add("-1", "Mon, 31 Mar 2031 12:00:00 GMT")
	f.Add("Mon, 31 Mar 2031 12:00:10 GMT", "Mon, 31 Mar 2031 12:00:00 GMT")
	f.Add("99999999999999999999", "garbage")
	f.Fuzz(func(t *testing.T, header, date string) {
		if got := RetryAfter(responseHeader(header, date), time.Unix(1932552000, 0)); got < 0 || got > time.Minute {
			t.Errorf("Retry-After %q with Date %q: %s", header, date, got)
		}
	})
}
