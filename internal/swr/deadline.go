package swr

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// forever is how the API writes a deadline that never comes.
const forever = "forever"

// wireTime is how the API writes a time: UTC, in milliseconds.
const apiTimeLayout = "2006-01-02T15:04:05.000Z"

// Deadline is the end date of a share. SWR counts in whole days: access ends at
// 00:00:00 UTC on the day after the end date, so two deadlines on one UTC day
// mean the same. The zero value is no deadline at all, and not valid.
type Deadline struct {
	forever bool
	time    time.Time // in UTC; as exact as it was written
}

// Forever is the deadline that never comes.
var Forever = Deadline{forever: true}

// ParseDeadline reads a deadline as a user writes it: a date 2031-03-31, a UTC
// time 2031-03-31T16:00:00Z (with or without a fraction of a second), or
// "forever". A time with an offset is refused, since its UTC day, the one that
// counts, may not be the one that is read.
func ParseDeadline(text string) (Deadline, error) {
	broken := func(rule string) (Deadline, error) {
		return Deadline{}, &RuleError{Field: "deadline", Value: text, Rule: rule}
	}
	if text == forever {
		return Forever, nil
	}
	moment, err := time.Parse(time.DateOnly, text)
	if err != nil {
		moment, err = time.Parse(time.RFC3339Nano, text)
	}
	if err != nil && isInvalidDate(text) {
		return broken("there is no such day")
	}
	if err != nil || !isStrictRFC3339(text) {
		return broken(`must be a date such as "2031-03-31", a UTC time such as "2031-03-31T16:00:00Z", or "forever"`)
	}
	if _, offset := moment.Zone(); offset != 0 || strings.HasSuffix(text, "-00:00") {
		return broken(fmt.Sprintf(`must be in UTC (ending in "Z"); as written it means the UTC day %q`,
			moment.UTC().Format(time.DateOnly)))
	}
	moment = moment.UTC()
	switch {
	case moment.Year() < 1:
		return broken("the first possible day is 0001-01-01")
	case endOfDay(moment).Year() > 9999:
		return broken(`the last possible day is 9999-12-30; for access without an end write "forever"`)
	}
	return Deadline{time: moment}, nil
}

var datePattern = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}`)

// noSuchDay tells whether the calendar is all that is wrong with a text.
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

// strictlyWritten refuses what Go's parser takes of a time beyond RFC 3339: an
// hour of one digit, and a comma before the fraction.
func isStrictRFC3339(text string) bool {
	const hourEnd = len("2006-01-02T15")
	return len(text) == len(time.DateOnly) || (text[hourEnd] == ':' && !strings.Contains(text, ","))
}

// readDeadline reads a deadline as a server writes it, which may be in any
// offset, any fraction and any case of "forever".
func parseAPIDeadline(text string) (Deadline, error) {
	if strings.EqualFold(text, forever) {
		return Forever, nil
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", time.DateTime} {
		moment, err := time.Parse(layout, text)
		// In UTC it may be of a year that no form can write.
		if year := moment.UTC().Year(); err == nil && 0 <= year && year <= 9999 {
			return Deadline{time: moment.UTC()}, nil
		}
	}
	return Deadline{}, fmt.Errorf("the deadline %q is neither a time nor %q", text, forever)
}

// SameDay tells whether access ends at the same instant.
func (d Deadline) SameDay(other Deadline) bool { return d.Day() == other.Day() }

// Day gives the end date as YYYY-MM-DD, or "forever".
func (d Deadline) Day() string {
	if d.forever {
		return forever
	}
	return d.time.Format(time.DateOnly)
}

// ExpiresAt gives the instant at which access ends, 00:00:00 UTC on the day
// after the end date; ok is false for a deadline that never comes.
func (d Deadline) ExpiresAt() (at time.Time, ok bool) {
	if d.forever {
		return time.Time{}, false
	}
	return endOfDay(d.time), true
}

// Past tells whether access has ended by now.
func (d Deadline) Past(now time.Time) bool {
	at, ok := d.ExpiresAt()
	return ok && !now.Before(at)
}

// wire gives the deadline as the API wants it.
func (d Deadline) apiFormat() string {
	if d.forever {
		return forever
	}
	return d.time.Format(apiTimeLayout)
}

func endOfDay(moment time.Time) time.Time {
	y, m, day := moment.Date()
	return time.Date(y, m, day+1, 0, 0, 0, 0, time.UTC)
}
