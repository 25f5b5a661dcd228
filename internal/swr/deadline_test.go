package swr_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

func TestParseDeadline(t *testing.T) {
	for day, texts := range map[string][]string{
		"forever": {"forever"},
		"2031-03-31": {
			"2031-03-31", "2031-03-31T00:00:00Z", "2031-03-31T16:00:00Z", "2031-03-31T16:00:00.000Z", "2031-03-31T16:00:00.5Z",
			"2031-03-31T16:00:00.123456789Z", "2031-03-31T16:00:00+00:00", "2031-03-31T23:59:59.999999999Z",
		},
		"2031-04-01": {"2031-04-01T00:00:00Z"},
		"2028-02-29": {"2028-02-29"},
		"2000-02-29": {"2000-02-29"},
		"0001-01-01": {"0001-01-01"},
		"9999-12-30": {"9999-12-30"},
	} {
		for _, text := range texts {
			d, err := swr.ParseDeadline(text)
			if err != nil || d.Day() != day || (d == swr.Forever) != (text == "forever") {
				t.Errorf("ParseDeadline(%q) is on %s, %v; want %s", text, d.Day(), err, day)
			}
		}
	}
}

func TestParseDeadlineRefuses(t *testing.T) {
	for _, text := range []string{
		"", " ", "Forever", "FOREVER", "forever ", "never", "null", "0",
		"2031-02-30", "2031-02-29", "1900-02-29", "2031-13-01", "2031-00-10", "2031-04-31", "2031-01-00",
		"2031-3-31", "31-03-2031", "31.03.2031", "2031/03/31", "20310331", "2031-03", "2031",
		"2031-03-31T16:00:00", "2031-03-31 16:00:00", "2031-03-31 16:00:00Z", "2031-03-31T16:00Z",
		"2031-03-31T24:00:00Z", "2031-03-31T16:60:00Z", "2031-03-31T16:00:60Z", "2031-03-31T6:00:00Z",
		"2031-03-31T16:00:00,5Z", "2031-03-31T16:00:00z", "2031-03-31t16:00:00Z", "2031-03-31T16:00:00.Z",
		"2031-03-31T16:00:00+0000", "2031-03-31T16:00:00+00", "2031-03-31Z", " 2031-03-31", "2031-03-31\n",
		"10000-01-01", "-001-01-01", "0000-12-31", "+2031-03-31", "9999-12-31", "9999-12-31T00:00:00Z",
	} {
		if d, err := swr.ParseDeadline(text); err == nil {
			t.Errorf("ParseDeadline(%q) = %s; want an error", text, d.Day())
		} else {
			expectVerdict(t, noWarning(func(s string) error { _, err := swr.ParseDeadline(s); return err }), "deadline", text, refused)
		}
	}
}

func TestParseDeadlineSaysWhatIsWrong(t *testing.T) {
	const form = "must be a date such as"
	for text, want := range map[string]string{
		"2031-02-30":           "there is no such day",
		"2031-02-30T16:00:00Z": "there is no such day",
		"2031-13-01":           "there is no such day",
		"2031-01-00":           "there is no such day",
		"2031-02-30T25:00:00Z": form,
		"2031-03-31T25:00:00Z": form,
		"2031-02-30 evening":   form,
		"2031-2-30":            form,
		"9999-12-31":           `the last possible day is 9999-12-30; for access without an end write "forever"`,
		"9999-12-31T00:00:00Z": `the last possible day is 9999-12-30; for access without an end write "forever"`,
		"0000-12-31":           "the first possible day is 0001-01-01",
	} {
		var broken *swr.RuleError
		if _, err := swr.ParseDeadline(text); !errors.As(err, &broken) || !strings.HasPrefix(broken.Rule, want) {
			t.Errorf("ParseDeadline(%q): %v; want %q", text, err, want)
		}
	}
}

// An offset is refused with the UTC day that it would mean.
func TestParseDeadlineNamesTheDayOfAnOffset(t *testing.T) {
	for text, day := range map[string]string{
		"2031-03-31T23:30:00-01:00":     `"2031-04-01"`,
		"2031-03-31T00:30:00+02:00":     `"2031-03-30"`,
		"2031-03-31T12:00:00+02:00":     `"2031-03-31"`,
		"2031-01-01T00:00:00+08:00":     `"2030-12-31"`,
		"2028-02-29T23:59:59.999-00:01": `"2028-03-01"`,
		"2031-03-31T12:00:00-00:00":     `"2031-03-31"`,
	} {
		_, err := swr.ParseDeadline(text)
		if err == nil || !strings.Contains(err.Error(), day) || !strings.Contains(err.Error(), "UTC") {
			t.Errorf("ParseDeadline(%q): %v; want the UTC day %s", text, err, day)
		}
	}
}

// "Shared images expire at 00:00:00 on the day after the end date."
func TestDeadlineExpiresAt(t *testing.T) {
	for text, want := range map[string]string{
		"2031-03-31":                 "2031-04-01T00:00:00Z",
		"2031-03-31T00:00:00Z":       "2031-04-01T00:00:00Z",
		"2031-03-31T23:59:59.999Z":   "2031-04-01T00:00:00Z",
		"2031-12-31T16:00:00Z":       "2032-01-01T00:00:00Z",
		"2028-02-28":                 "2028-02-29T00:00:00Z",
		"2028-02-29":                 "2028-03-01T00:00:00Z",
		"2031-02-28":                 "2031-03-01T00:00:00Z",
		"9999-12-30T16:00:00.000Z":   "9999-12-31T00:00:00Z",
		"2031-03-31T16:00:00+00:00":  "2031-04-01T00:00:00Z",
		"2031-10-26T01:00:00.00001Z": "2031-10-27T00:00:00Z",
	} {
		at, ok := mustDeadline(t, text).ExpiresAt()
		if !ok || at.Format(time.RFC3339Nano) != want {
			t.Errorf("%q ends at %s, %t; want %s", text, at, ok, want)
		}
	}
	if at, ok := swr.Forever.ExpiresAt(); ok {
		t.Errorf("forever ends at %s", at)
	}
}

func TestDeadlinePast(t *testing.T) {
	end := time.Date(2031, 4, 1, 0, 0, 0, 0, time.UTC)
	d := mustDeadline(t, "2031-03-31T16:00:00Z")
	for now, want := range map[time.Time]bool{
		end.Add(-24 * time.Hour):                 false,
		end.Add(-7 * time.Hour):                  false, // after the time of day that was written, on the last day
		end.Add(-1):                              false,
		end:                                      true,
		end.Add(1):                               true,
		end.In(time.FixedZone("", 3600)).Add(-1): false,
	} {
		if d.Past(now) != want {
			t.Errorf("past at %s: %t; want %t", now, d.Past(now), want)
		}
	}
	if swr.Forever.Past(time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)) {
		t.Error("forever is past")
	}
}

// A server's deadlines come in more forms than a user's.
func TestShareEnd(t *testing.T) {
	for day, texts := range map[string][]string{
		"forever": {"forever", "Forever"},
		"2018-10-01": {
			"2018-10-01T16:00:00.000Z", "2018-10-01T16:00:00Z", "2018-10-01T16:00:00.000000Z", "2018-10-01T16:00:00.000000000Z",
			"2018-10-01T16:00:00+00:00", "2018-10-01", "2018-10-01T16:00:00",
		},
		"2018-10-02": {"2018-10-01T23:00:00-02:00"},
	} {
		for _, text := range texts {
			if d, err := (swr.Share{Deadline: text}).End(); err != nil || d.Day() != day {
				t.Errorf("the server's %q is on %s, %v; want %s", text, d.Day(), err, day)
			}
		}
	}
	for _, text := range []string{"", "null", "tomorrow", "2018-10-41", "1538409600", "\x1b[31m", strings.Repeat("9", 5000)} {
		key := swr.Key{Namespace: "platform", Repository: "team/app", AccessDomain: "ACME"}
		share := swr.Share{Namespace: key.Namespace, Repository: key.Repository, AccessDomain: key.AccessDomain, Deadline: text}
		_, err := share.End()
		if err == nil || !strings.Contains(err.Error(), key.String()) || strings.Contains(err.Error(), "\x1b") || len(err.Error()) > 1000 {
			t.Errorf("the server's %.20q: error %v; want a short one that names the share", text, err)
		}
	}
}

func FuzzParseDeadline(f *testing.F) {
	for _, text := range []string{"forever", "2031-03-31", "2031-03-31T16:00:00Z", "2031-03-31T16:00:00.123Z", "2031-03-31T16:00:00+02:00", "9999-12-31", "2028-02-29"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := swr.ParseDeadline(text)
		if err != nil {
			return
		}
		if d != swr.Forever && !strings.HasPrefix(text, d.Day()) {
			t.Errorf("%q is on %s", text, d.Day())
		}
		// What a user may write is parsed from a server as the same day.
		served, err := swr.Share{Deadline: text}.End()
		if err != nil || !served.SameDay(d) {
			t.Errorf("the server's %q is on %s, %v; the user's on %s", text, served.Day(), err, d.Day())
		}
		checkEnd(t, d)
	})
}

func FuzzShareEnd(f *testing.F) {
	for _, text := range []string{"forever", "2031-03-31T16:00:00.000Z", "2031-03-31T16:00:00+00:00", "2031-03-31 16:00:00", "9999-12-31T23:59:59-12:00"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if d, err := (swr.Share{Deadline: text}).End(); err == nil {
			checkEnd(t, d)
		}
	})
}

// checkEnd checks what holds for every deadline: its day can be written and read
// back, and access ends with that day.
func checkEnd(t *testing.T, d swr.Deadline) {
	t.Helper()
	again, err := swr.Share{Deadline: d.Day()}.End()
	if err != nil || !again.SameDay(d) {
		t.Errorf("day %q reads back as %q, %v", d.Day(), again.Day(), err)
	}
	at, ok := d.ExpiresAt()
	if ok == (d == swr.Forever) {
		t.Errorf("%q ends: %t", d.Day(), ok)
	}
	if !ok {
		return
	}
	if at.AddDate(0, 0, -1).Format(time.DateOnly) != d.Day() || at.Hour() != 0 || at.Location() != time.UTC {
		t.Errorf("%q ends at %s", d.Day(), at)
	}
	if d.Past(at.Add(-1)) || !d.Past(at) {
		t.Errorf("%q: past is not from %s on", d.Day(), at)
	}
}

func mustDeadline(t *testing.T, text string) swr.Deadline {
	t.Helper()
	d, err := swr.ParseDeadline(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
