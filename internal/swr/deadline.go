package swr

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// forever is the API's word for a deadline that never comes.
const forever = "forever"

// apiTimeLayout is how the API writes a time: in UTC, with milliseconds.
const apiTimeLayout = "2006-01-02T15:04:05.000Z"

// Deadline is the end date of a share. SWR counts in whole days: access ends at
// 00:00:00 UTC on the day after the end date, so two deadlines on one UTC day
// mean the same. The zero value is not a valid deadline.
type Deadline struct {
	forever bool
	time    time.Time // in UTC, with the precision of the input
}

// Forever is the deadline that never comes.
var Forever = Deadline{forever: true}

// ParseDeadline parses a deadline as a user writes it: a date 2031-03-31, a UTC
// time 2031-03-31T16:00:00Z (with or without a fraction of a second), or
// "forever". A time with an offset is refused: its UTC day, which is the one
// that counts, may differ from the day that is written.
func ParseDeadline(text string) (Deadline, error) {
	invalid := func(rule string) (Deadline, error) {
		return Deadline{}, &RuleError{Field: "deadline", Value: text, Rule: rule}
	}
	if text == forever {
		return Forever, nil
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t, err = time.Parse(time.RFC3339Nano, text)
	}
	if err != nil && isInvalidDate(text) {
		return invalid("there is no such day")
	}
	if err != nil || !isStrictRFC3339(text) {
		return invalid(`must be a date such as "2031-03-31", a UTC time such as "2031-03-31T16:00:00Z", or "forever"`)
	}
	if _, offset := t.Zone(); offset != 0 || strings.HasSuffix(text, "-00:00") {
		return invalid(fmt.Sprintf(`must be in UTC (ending in "Z"); as written it means the UTC day %q`,
			t.UTC().Format(time.DateOnly)))
	}
	t = t.UTC()
	switch {
	case t.Year() < 1:
		return invalid("the first possible day is 0001-01-01")
	case endOfDay(t).Year() > 9999:
		return invalid(`the last possible day is 9999-12-30; for access without an end write "forever"`)
	}
	return Deadline{time: t}, nil
}

var datePattern = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}`)

// isInvalidDate reports whether text has a valid form and only its day does not
// exist.
func isInvalidDate(text string) bool {
	date := datePattern.FindString(text)
	if date == "" {
		return false
	}
	if _, err := time.Parse(time.DateOnly, date); err == nil {
		return false
	}
	_, err := ParseDeadline("2000-01-01" + text[len(date):])
	return err == nil
}

// isStrictRFC3339 reports whether text has none of the forms that Go's parser
// accepts beyond RFC 3339: an hour of one digit, and a comma before the fraction.
func isStrictRFC3339(text string) bool {
	const hourEnd = len("2006-01-02T15")
	return len(text) == len(time.DateOnly) || (text[hourEnd] == ':' && !strings.Contains(text, ","))
}

// parseAPIDeadline parses a deadline as a server writes it: with any offset, any
// fraction and any case of "forever".
func parseAPIDeadline(text string) (Deadline, error) {
	if strings.EqualFold(text, forever) {
		return Forever, nil
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", time.DateTime} {
		t, err := time.Parse(layout, text)
		// In UTC the year may be one that no layout can write.
		if year := t.UTC().Year(); err == nil && 0 <= year && year <= 9999 {
			return Deadline{time: t.UTC()}, nil
		}
	}
	return Deadline{}, fmt.Errorf("the deadline %q is neither a time nor %q", text, forever)
}

// SameDay reports whether access ends at the same instant.
func (d Deadline) SameDay(other Deadline) bool { return d.Day() == other.Day() }

// Day returns the end date as YYYY-MM-DD, or "forever".
func (d Deadline) Day() string {
	if d.forever {
		return forever
	}
	return d.time.Format(time.DateOnly)
}

// ExpiresAt returns the instant at which access ends, 00:00:00 UTC on the day
// after the end date. ok is false for a deadline that never comes.
func (d Deadline) ExpiresAt() (at time.Time, ok bool) {
	if d.forever {
		return time.Time{}, false
	}
	return endOfDay(d.time), true
}

// Past reports whether access has ended at the given time.
func (d Deadline) Past(now time.Time) bool {
	at, ok := d.ExpiresAt()
	return ok && !now.Before(at)
}

// apiFormat returns the deadline as the API expects it.
func (d Deadline) apiFormat() string {
	if d.forever {
		return forever
	}
	return d.time.Format(apiTimeLayout)
}

func endOfDay(t time.Time) time.Time {
	y, m, day := t.Date()
	return time.Date(y, m, day+1, 0, 0, 0, 0, time.UTC)
}
