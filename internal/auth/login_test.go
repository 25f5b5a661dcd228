package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/config"
)

func TestLoginErrors(t *testing.T) {
	respond := func(status int, body string, headers ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i < len(headers); i += 2 {
				w.Header().Set(headers[i], headers[i+1])
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	for _, test := range []struct {
		name    string
		handler http.HandlerFunc
		// want follows "sign in at URL: ".
		want       string
		status     int
		temporary  bool
		retryAfter time.Duration
	}{
		{
			name:    "a wrong password",
			handler: respond(401, `{"error":{"code":401,"message":"The username or password is wrong.","title":"Unauthorized"}}`, "X-Request-Id", "rid"),
			want:    "401 Unauthorized, request id rid: The username or password is wrong. IAM returns the same response for a wrong user, password, account or project", status: 401,
		}, {
			name:    "the gateway's form of an error",
			handler: respond(400, `{"error_code":"APIGW.0301","error_msg":"Incorrect IAM","request_id":"r1"}`),
			want:    "400 Bad Request, code APIGW.0301, request id r1: Incorrect IAM", status: 400,
		}, {
			name:    "SWR's form of an error",
			handler: respond(403, `{"errorCode":"X.1","errorMessage":"locked"}`),
			want:    "403 Forbidden, code X.1: locked", status: 403,
		}, {
			name:    "a code that is a word",
			handler: respond(403, `{"error":{"code":"1101","message":"locked"}}`),
			want:    "403 Forbidden, code 1101: locked", status: 403,
		}, {
			name:    "a wrong address",
			handler: respond(404, "<html>\x1b[31mnot here</html>"),
			want: "404 Not Found: the response is not one of IAM (an HTML page of 26 bytes), " +
				"perhaps of a proxy or of another host", status: 404,
		}, {
			name:    "a response with the password",
			handler: respond(400, `{"error":{"message":"no user u with pa$s, pa%24s"}}`),
			want:    "400 Bad Request: no user u with [redacted], [redacted]", status: 400,
		}, {
			name:    "a long page",
			handler: respond(400, "a"+strings.Repeat("ä", 1000)),
			want: "400 Bad Request: the response is not one of IAM (a body of 2001 bytes), " +
				"perhaps of a proxy or of another host", status: 400,
		}, {
			name:    "a long message",
			handler: respond(400, `{"error":{"message":"a`+strings.Repeat("ä", 1000)+`"}}`),
			want:    "400 Bad Request: a" + strings.Repeat("ä", 148) + "…", status: 400,
		}, {
			name:    "a response with the password in other forms",
			handler: respond(400, `{"error":{"message":"no pa&#36;s, pa\\u0024s, pa&#x24;s, cGEkcw== or 70612473"}}`, "X-Request-Id", "1/cGEkcw=="),
			want:    "400 Bad Request, request id 1/[redacted]==: no [redacted], [redacted], [redacted], [redacted]== or [redacted]",
			status:  400,
		}, {
			name:    "throttled, with seconds",
			handler: respond(429, `{"error_code":"APIGW.0308","error_msg":"slow"}`, "Retry-After", "7"),
			want:    "429 Too Many Requests, code APIGW.0308: slow", status: 429, temporary: true, retryAfter: 7 * time.Second,
		}, {
			name:    "busy, with a date",
			handler: respond(503, "", "Retry-After", "Thu, 01 Jan 1970 00:00:09 GMT", "Date", "Thu, 01 Jan 1970 00:00:00 GMT"),
			want:    "503 Service Unavailable", status: 503, temporary: true, retryAfter: 9 * time.Second,
		},
		{name: "500", handler: respond(500, ""), want: "500 Internal Server Error", status: 500, temporary: true},
		{name: "502", handler: respond(502, ""), want: "502 Bad Gateway", status: 502, temporary: true},
		{name: "504", handler: respond(504, ""), want: "504 Gateway Timeout", status: 504, temporary: true},
		{name: "501", handler: respond(501, ""), want: "501 Not Implemented", status: 501},
		{name: "200", handler: respond(200, `{}`), status: 200,
			want: "200 OK: the response is not one of IAM (a body of 2 bytes), perhaps of a proxy or of another host"},
		{
			name:    "a page instead of a token",
			handler: respond(201, "<html>", "X-Subject-Token", "t"),
			want:    "the response can't be read: invalid character '<' looking for beginning of value", temporary: true,
		}, {
			name:    "a success without a token",
			handler: respond(201, "{}"),
			want:    "the response has no token (header X-Subject-Token); check that auth_url is the URL of an IAM v3",
		}, {
			name:    "an endless response",
			handler: respond(201, `{"token":"`+strings.Repeat("a", maxLoginResponse)+`"}`, "X-Subject-Token", "t"),
			want:    "the response is larger than 1048576 bytes",
		}, {
			name:    "a header with a control character, which net/http's error quotes",
			handler: respond(201, "{}", "X-Subject-Token", "s3cret\x1b"),
			want:    "the response is not valid HTTP", temporary: true,
		}, {
			name: "an incomplete response",
			handler: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", "100")
				w.WriteHeader(201)
				_, _ = io.WriteString(w, `{"token":`)
			},
			want: "the response can't be read: unexpected EOF", temporary: true,
		}, {
			name:    "a reset",
			handler: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
			want:    "EOF", temporary: true,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			iam := newStubIAM(t, test.handler)
			iam.Config.ErrorLog = nil
			clock := &testClock{}
			transport := testTransport(t, passwordConfig(t, "https://swr.example", iam.URL), Options{Clock: clock.now})
			for range 2 {
				_, err := get(transport, "https://swr.example/v2/x")
				var login *LoginError
				if !errors.As(err, &login) {
					t.Fatalf("got %v, want a LoginError", err)
				}
				if got, want := login.Error(), "sign in at "+iam.URL+"/v3: "+test.want; got != want {
					t.Errorf("got  %s\nwant %s", got, want)
				}
				if login.Status != test.status || login.Temporary() != test.temporary || login.RetryAfter() != test.retryAfter {
					t.Errorf("got %d, %t, %s", login.Status, login.Temporary(), login.RetryAfter())
				}
			}
			// A permanent error is final.
			want := int32(1)
			if test.temporary {
				want = 2
			}
			if got := iam.logins.Load(); got != want {
				t.Errorf("%d logins, want %d", got, want)
			}
		})
	}
}

func get(transport http.RoundTripper, url string) (*http.Response, error) {
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	return transport.RoundTrip(r)
}

func TestLoginFollowsNoRedirect(t *testing.T) {
	for _, test := range []struct{ location, target string }{
		{"https://user:s3cret@login.example/%zz?token=s3cret#s3cret", "an invalid URL"},
		{"https://user:s3cret@login.example/%1b?token=s3cret#s3cret", "https://login.example/%1b"},
		{"/elsewhere?s3cret", "/elsewhere"},
		{"", "nowhere (no Location header)"},
	} {
		for _, status := range []int{301, 302, 303, 307, 308, 300} {
			iam := newStubIAM(t, func(w http.ResponseWriter, _ *http.Request) {
				if test.location != "" {
					w.Header().Set("Location", test.location)
				}
				w.WriteHeader(status)
			})
			transport := testTransport(t, passwordConfig(t, "https://swr.example", iam.URL), Options{})
			_, err := get(transport, "https://swr.example/v2/x")
			want := fmt.Sprintf("sign in at %[1]s/v3: %[2]d %[3]s: POST %[1]s/v3/auth/tokens was redirected (%[2]d) to %[4]s, and redirects are never followed",
				iam.URL, status, http.StatusText(status), test.target)
			var login *LoginError
			if !errors.As(err, &login) || login.Error() != want || login.Temporary() || login.Status != status {
				t.Errorf("got  %v\nwant %s", err, want)
			}
			if got := iam.logins.Load(); got != 1 {
				t.Errorf("%d requests", got)
			}
		}
	}
}

func TestLoginBody(t *testing.T) {
	for _, test := range []struct {
		name  string
		block config.Settings
		want  string
	}{
		{
			"names", config.Settings{"user_name": "u", "domain_name": "d", "project_name": "p"},
			`{"auth":{"identity":{"methods":["password"],"password":{"user":{"domain":{"name":"d"},"name":"u","password":"pa$s"}}},"scope":{"project":{"domain":{"name":"d"},"name":"p"}}}}`,
		}, {
			"ids", config.Settings{"user_id": "u", "domain_id": "d", "project_id": "p"},
			`{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"u","password":"pa$s"}}},"scope":{"project":{"id":"p"}}}}`,
		}, {
			"a name with an account's id and a project's id", config.Settings{"user_name": "u", "domain_id": "d", "project_id": "p"},
			`{"auth":{"identity":{"methods":["password"],"password":{"user":{"domain":{"id":"d"},"name":"u","password":"pa$s"}}},"scope":{"project":{"id":"p"}}}}`,
		}, {
			"an id with the region's project", config.Settings{"user_id": "u", "domain_id": "d", "region": "eu-de"},
			`{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"u","password":"pa$s"}}},"scope":{"project":{"domain":{"id":"d"},"name":"eu-de"}}}}`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got string
			var header http.Header
			iam := newStubIAM(t, func(w http.ResponseWriter, r *http.Request) {
				var body any
				if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
					t.Error(err)
				}
				sorted, err := json.Marshal(body)
				if err != nil {
					t.Error(err)
				}
				got, header = string(sorted), r.Header
				respondWithToken(w, "t")
			})
			swr := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
			defer swr.Close()
			test.block["endpoint"], test.block["auth_url"], test.block["password"] = swr.URL, iam.URL, "pa$s"
			c := resolve(t, test.block)
			resp, err := get(testTransport(t, c, Options{UserAgent: "ua/1"}), swr.URL)
			if err != nil {
				t.Fatal(err)
			}
			drain(resp)
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			if header.Get("User-Agent") != "ua/1" || header.Get("X-Auth-Token") != "" || header.Get("Content-Type") != "application/json" {
				t.Errorf("headers %v", header)
			}
		})
	}
}

func TestSilentIAM(t *testing.T) {
	// In a bubble of fake time: the timeout of the configuration is a real one.
	synctest.Test(t, func(t *testing.T) {
		c := passwordConfig(t, "https://swr.example", "http://127.0.0.1:1/v3")
		c.RequestTimeout = 42 * time.Second
		began := time.Now()
		transport := testTransport(t, c, Options{Wrap: func(http.RoundTripper) http.RoundTripper {
			return roundTripper(func(r *http.Request) (*http.Response, error) {
				<-r.Context().Done()
				return nil, r.Context().Err()
			})
		}})
		_, err := get(transport, "https://swr.example/v2/x")
		var login *LoginError
		if !errors.As(err, &login) || login.Error() != "sign in at http://127.0.0.1:1/v3: no response within 42s" || !login.Temporary() {
			t.Errorf("got %v", err)
		}
		if errors.Is(err, context.DeadlineExceeded) {
			t.Error("the login's own deadline looks like that of the caller")
		}
		if took := time.Since(began); took != 42*time.Second {
			t.Errorf("took %s", took)
		}
	})
}

// roundTripper makes a transport of a function.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestPermanentNetworkErrors(t *testing.T) {
	notTLS := httptest.NewServer(http.NotFoundHandler())
	defer notTLS.Close()
	distrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	distrusted.Config.ErrorLog = quietLog()
	distrusted.StartTLS()
	defer distrusted.Close()
	for _, test := range []struct {
		name, iam string
		temporary bool
	}{
		{"plain HTTP for TLS", strings.Replace(notTLS.URL, "http://", "https://", 1), false},
		{"an unknown authority", distrusted.URL, false},
		{"a closed port", "http://127.0.0.1:1", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := get(testTransport(t, passwordConfig(t, "https://swr.example", test.iam), Options{}), "https://swr.example")
			var login *LoginError
			if !errors.As(err, &login) || login.Status != 0 || login.Unwrap() == nil {
				t.Fatalf("got %v", err)
			}
			if login.Temporary() != test.temporary {
				t.Errorf("temporary: %t, %v", login.Temporary(), err)
			}
		})
	}
}
