package swr

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// answerWith is an answer with a Retry-After, and perhaps a Date, that came when
// the client's clock showed now.
func answerWith(retryAfter, date string, now time.Time) answer {
	got := answer{header: http.Header{"Retry-After": {retryAfter}}, got: now}
	if at, err := http.ParseTime(date); err == nil {
		got.date = at
	}
	return got
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
			if got := answerWith(test.header, test.date, now).retryAfter(); got != test.want {
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
		if got := answerWith(header, date, time.Unix(1932552000, 0)).retryAfter(); got < 0 || got > time.Minute {
			t.Errorf("Retry-After %q with Date %q: %s", header, date, got)
		}
	})
}

func TestRangeTotal(t *testing.T) {
	for header, want := range map[string]int{
		"":                                  0,
		"0-100/450":                         450,
		"400-50/450":                        450,
		"0-0/0":                             0,
		"items 0-99/450":                    450,
		"0-100/*":                           0,
		"0-100/-5":                          0,
		"0-100/":                            0,
		"450":                               0,
		"0-100/4.5":                         0,
		"0-100/450/1":                       0,
		"0-100/99999999999999999":           99999999999999999,
		"0-100/9" + strings.Repeat("9", 20): 0,
	} {
		if got := rangeTotal(header); got != want {
			t.Errorf("Content-Range %q: %d; want %d", header, got, want)
		}
	}
}

func FuzzRangeTotal(f *testing.F) {
	for _, header := range []string{"0-100/450", "", "/", "0-1/-1", "bytes 0-1/2"} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		if got := rangeTotal(header); got < 0 {
			t.Errorf("Content-Range %q: %d", header, got)
		}
	})
}

func TestExponentialBackoff(t *testing.T) {
	backoff := ExponentialBackoff(500*time.Millisecond, 15*time.Second)
	for n, most := range map[int]time.Duration{
		1: 500 * time.Millisecond, 2: time.Second, 3: 2 * time.Second, 5: 8 * time.Second, 6: 15 * time.Second, 7: 15 * time.Second,
		31: 15 * time.Second, 64: 15 * time.Second, 1 << 30: 15 * time.Second,
	} {
		jittered := map[time.Duration]bool{}
		for range 100 {
			d := backoff(n)
			if d < most/2 || d > most {
				t.Fatalf("try %d: %s; want from %s to %s", n, d, most/2, most)
			}
			jittered[d] = true
		}
		if len(jittered) < 50 {
			t.Errorf("try %d: %d different waits of 100", n, len(jittered))
		}
	}
}
