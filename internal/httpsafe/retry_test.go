package httpsafe

import (
	"net/http"
	"testing"
	"time"
)

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
