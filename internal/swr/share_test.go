package swr

import (
	"encoding/json"
	"strings"
	"testing"
)

var (
	testRepo = Repository{Namespace: "demo", Name: "team/app"}
	testKey  = Key{Namespace: "demo", Repository: "team/app", AccessDomain: "swr"}
)

// documented is an element as the list document's example has it.
const documented = `{
  "namespace" : "demo",
  "repository" : "team/app",
  "access_domain" : "swr",
  "permit" : "read",
  "deadline" : "2018-10-01T16:00:00.000Z",
  "description" : "description",
  "creator_id" : "fb3f175c1fd146ab8cdae3272be6107b",
  "creator_name" : "user1",
  "created" : "2017-04-08T14:12:23Z",
  "updated" : "2017-04-13T21:01:11Z",
  "status" : false
}`

// with changes the documented element.
func with(old, replacement string) string {
	if !strings.Contains(documented, old) {
		panic("not in the document: " + old)
	}
	return strings.Replace(documented, old, replacement, 1)
}

func TestDecodeListDocumented(t *testing.T) {
	shares, err := decodeList([]byte("[ "+documented+" ]"), testRepo)
	if err != nil || len(shares) != 1 {
		t.Fatalf("%d shares, %v", len(shares), err)
	}
	got := shares[0]
	if got.Status == nil || *got.Status {
		t.Errorf("status %v; want false", got.Status)
	}
	got.Status = nil
	if want := (Share{
		Namespace: "demo", Repository: "team/app", AccessDomain: "swr", Permit: "read",
		Deadline: "2018-10-01T16:00:00.000Z", Description: "description",
		CreatorID: "fb3f175c1fd146ab8cdae3272be6107b", CreatorName: "user1",
		Created: "2017-04-08T14:12:23Z", Updated: "2017-04-13T21:01:11Z",
	}); got != want {
		t.Errorf("%+v; want %+v", got, want)
	}
}

func TestDecodeList(t *testing.T) {
	for body, want := range map[string]int{
		"null": 0, "[]": 0, " [ ]\r\n": 0,
		"[" + documented + "]":                                                                         1,
		"[" + documented + "," + with(`"swr"`, `"SWR2"`) + "]":                                         2,
		"[" + with(`"team/app"`, `"team$app"`) + "]":                                                   1,
		"[" + with(`"status" : false`, `"status" : null, "more" : {"a":[1]}`) + "]":                    1,
		"[" + with(`"description" : "description"`, `"description" : null`) + "]":                      1,
		`[{"namespace":"demo","repository":"team/app","access_domain":"a"}]`:                           1,
		`[{"namespace":"demo","repository":"team/app","access_domain":"` + "K\u00f6ln \\u00df" + `"}]`: 1,
	} {
		shares, err := decodeList([]byte(body), testRepo)
		if err != nil || len(shares) != want {
			t.Errorf("%s: %d shares, %v; want %d", body, len(shares), err, want)
		}
	}
}

func TestDecodeListRefuses(t *testing.T) {
	for name, body := range map[string]string{
		"nothing":            "",
		"white space":        " \n",
		"HTML":               "<html></html>",
		"cut off":            "[" + documented[:50],
		"an object":          "{}",
		"an error":           `{"errors":[{"errorCode":"SVCSTG.SWR.4040091","errorMessage":"m"}]}`,
		"a list of errors":   `[{"errorCode":"SVCSTG.SWR.4040091","errorMessage":"m"}]`,
		"a null":             "[null]",
		"a null after one":   "[" + documented + ",null]",
		"an empty element":   "[{}]",
		"more after it":      "[][]",
		"false":              "false",
		"a string":           `"null"`,
		"a number":           "0",
		"other namespace":    "[" + with(`"demo"`, `"elsewhere"`) + "]",
		"other repository":   "[" + with(`"team/app"`, `"team/app2"`) + "]",
		"namespace's case":   "[" + with(`"demo"`, `"Demo"`) + "]",
		"no account":         "[" + with(`"swr"`, `""`) + "]",
		"empty account":      "[" + with(`"swr"`, `""`) + "]",
		"account null":       "[" + with(`"swr"`, `null`) + "]",
		"account a number":   "[" + with(`"swr"`, `7`) + "]",
		"deadline a number":  "[" + with(`"2018-10-01T16:00:00.000Z"`, `1538409600`) + "]",
		"status a text":      "[" + with(`"status" : false`, `"status" : "false"`) + "]",
		"one good, one bad":  "[" + documented + "," + with(`"demo"`, `"elsewhere"`) + "]",
		"repository missing": `[{"namespace":"demo","access_domain":"a"}]`,
	} {
		t.Run(name, func(t *testing.T) {
			if shares, err := decodeList([]byte(body), testRepo); err == nil {
				t.Errorf("%d shares and no error", len(shares))
			}
		})
	}
}

func TestDecodeGet(t *testing.T) {
	existing := func(element string) string { return strings.TrimSuffix(element, "}") + `, "exist" : true}` }
	absent := `{"exist":false,"namespace":"","repository":"","access_domain":"","permit":"","deadline":"","description":"","creator_id":"","creator_name":"","created":"","updated":"","status":false}`
	tests := map[string]struct {
		body   string
		exists bool
		ok     bool
	}{
		"documented":               {existing(documented), true, true},
		"without exist":            {documented, true, true},
		"other case":               {existing(with(`"swr"`, `"SwR"`)), true, true},
		"dollar":                   {existing(with(`"team/app"`, `"team$app"`)), true, true},
		"absent":                   {absent, false, true},
		"absent alone":             {`{"exist":false}`, false, true},
		"absent of this one":       {strings.TrimSuffix(documented, "}") + `,"exist":false}`, false, true},
		"absent of another":        {`{"exist":false,"access_domain":"other"}`, false, false},
		"absent, other repository": {`{"exist":false,"namespace":"demo","repository":"other","access_domain":"swr"}`, false, false},
		"other account":            {existing(with(`"swr"`, `"swr2"`)), false, false},
		"look-alike account":       {existing(with(`"swr"`, `"ſwr"`)), false, false},
		"other repository":         {existing(with(`"team/app"`, `"team"`)), false, false},
		"other namespace":          {existing(with(`"demo"`, `"elsewhere"`)), false, false},
		"empty object":             {"{}", false, false},
		"null":                     {"null", false, false},
		"array":                    {"[" + documented + "]", false, false},
		"nothing":                  {"", false, false},
		"exist null":               {`{"exist":null}`, false, false},
		"exist a text":             {`{"exist":"false"}`, false, false},
		"exist alone":              {`{"exist":true}`, false, false},
		"an error":                 {`{"errorCode":"SVCSTG.SWR.4040091","errorMessage":"no"}`, false, false},
		"an error and absent":      {`{"exist":false,"errorCode":"SVCSTG.SWR.5000001"}`, false, false},
		"a gateway's and absent":   {`{"exist":false,"error_code":"APIGW.0201","error_msg":"m"}`, false, false},
		"HTML":                     {"<html>", false, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			share, exists, err := decodeGet([]byte(test.body), testKey)
			if exists != test.exists || (err == nil) != test.ok {
				t.Errorf("%+v, %t, %v; want %t, ok %t", share, exists, err, test.exists, test.ok)
			}
			if !exists && share != (Share{}) {
				t.Errorf("does not exist, and yet %+v", share)
			}
		})
	}
}

func FuzzDecodeList(f *testing.F) {
	for _, body := range []string{"null", "[]", "[]\f", "[null]", "[" + documented + "]", "[" + with(`"team/app"`, `"team$app"`) + "]", "[" + with(`"swr"`, `" "`) + "]", `{"items":[]}`, "<html>"} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		shares, err := decodeList(body, testRepo)
		if err != nil && shares != nil {
			t.Errorf("%d shares with error %v", len(shares), err)
		}
		if err == nil && !json.Valid(body) {
			t.Errorf("%q is no JSON, and yet decoded", body)
		}
		for _, share := range shares {
			if share.Key().Repo() != testRepo || share.AccessDomain == "" {
				t.Errorf("%+v is no share of %s", share, testRepo)
			}
			// A blank account is listed, but no request for it is made.
			if strings.TrimSpace(share.AccessDomain) == "" && share.Key().Addressable() == nil {
				t.Errorf("%+v is addressable", share)
			}
		}
	})
}

func FuzzDecodeGet(f *testing.F) {
	for _, body := range []string{"null", "{}", `{"exist":false}`, documented, with(`"swr"`, `"SWR"`), "[]", "<html>"} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		share, exists, err := decodeGet(body, testKey)
		if err != nil && exists {
			t.Errorf("exists, with error %v", err)
		}
		if exists && (share.Key().Repo() != testRepo || !SameAccount(share.AccessDomain, testKey.AccessDomain)) {
			t.Errorf("%+v is not the share that was asked for", share)
		}
		if !exists && share != (Share{}) {
			t.Errorf("does not exist, and yet %+v", share)
		}
	})
}

func FuzzDecodeSharedRepositories(f *testing.F) {
	const one = `{"name":"team$app","namespace":"demo","tags":["1"],"status":true,"size":7,"total_range":2}`
	for _, body := range []string{"null", "[]", "[null]", "[" + one + "]", `[{"name":"..","namespace":".."}]`, `{"repos":[]}`, "<html>"} {
		f.Add([]byte(body), true)
		f.Add([]byte(body), false)
	}
	f.Fuzz(func(t *testing.T, body []byte, self bool) {
		center := CenterThirdParty
		if self {
			center = CenterSelf
		}
		found, err := decodeRepositories(body, center)
		if err != nil && found.items != nil {
			t.Errorf("%d repositories with error %v", len(found.items), err)
		}
		if err == nil && !json.Valid(body) {
			t.Errorf("%q is no JSON, and yet decoded", body)
		}
		for _, repository := range found.items {
			if err := repository.Repo().addressable(); err != nil {
				t.Errorf("%+v has unusable names: %v", repository, err)
			}
			if self && repository.Status != nil {
				t.Errorf("status %t, which has no meaning for own repositories", *repository.Status)
			}
		}
	})
}

// A write's body is as the documents have it. For the rest of it see
// TestRequestsAsDocumented.
func TestEncodeBody(t *testing.T) {
	deadline, err := ParseDeadline("2018-10-01T16:00:00Z")
	if err != nil {
		t.Fatal(err)
	}
	for want, spec := range map[string]ShareSpec{
		`{"permit":"read","deadline":"2018-10-01T16:00:00.000Z","description":""}`: {"read", deadline, ""},
		`{"permit":"read","deadline":"forever","description":"a<b>&\"ä\"\n"}`:      {"read", Forever, "a<b>&\"ä\"\n"},
	} {
		if got := string(encodeBody(spec.body())); got != want {
			t.Errorf("%s; want %s", got, want)
		}
	}
}

func TestShareSpecMatches(t *testing.T) {
	deadline, err := ParseDeadline("2031-03-31")
	if err != nil {
		t.Fatal(err)
	}
	spec := ShareSpec{Permit: "read", Deadline: deadline, Description: "d"}
	tests := map[string]struct {
		share Share
		want  bool
	}{
		"same":              {Share{Permit: "read", Deadline: "2031-03-31T00:00:00.000Z", Description: "d"}, true},
		"same day":          {Share{Permit: "read", Deadline: "2031-03-31T23:59:59Z", Description: "d"}, true},
		"next day":          {Share{Permit: "read", Deadline: "2031-04-01T00:00:00Z", Description: "d"}, false},
		"forever":           {Share{Permit: "read", Deadline: "forever", Description: "d"}, false},
		"other permit":      {Share{Permit: "write", Deadline: "2031-03-31", Description: "d"}, false},
		"other description": {Share{Permit: "read", Deadline: "2031-03-31", Description: "D"}, false},
		"no description":    {Share{Permit: "read", Deadline: "2031-03-31"}, false},
		"no deadline":       {Share{Permit: "read", Description: "d"}, false},
	}
	for name, test := range tests {
		if got := spec.Matches(test.share); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
