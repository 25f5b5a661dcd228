package swrtest

import (
	"strings"
	"time"
)

const (
	// deadlineForever is the deadline of a share without an end.
	deadlineForever = "forever"
	// deadlineLayout is the one form of a time that is taken in a request
	// body: UTC, in milliseconds.
	deadlineLayout = "2006-01-02T15:04:05.000Z"
)

// validDeadline says whether a request may carry the deadline.
func validDeadline(deadline string) bool {
	if deadline == deadlineForever {
		return true
	}
	t, err := time.Parse(deadlineLayout, deadline)
	// Parse is lenient (it takes a comma for the dot): only what formats
	// back to itself has the documented form.
	return err == nil && t.Format(deadlineLayout) == deadline
}

// parseDeadline reads a deadline that the service holds, in whatever form
// somebody stored it. ok is false for forever and for what is no time.
func parseDeadline(deadline string) (t time.Time, ok bool) {
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(layout, deadline); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// DeadlineFormat says how a server writes deadlines in its answers. What is no
// time ("forever") is given back as it is in every form.
type DeadlineFormat int

// The forms of 2031-03-31, 16:00 UTC.
const (
	// DeadlineMillis is 2031-03-31T16:00:00.000Z, as in the documents.
	DeadlineMillis DeadlineFormat = iota
	// DeadlineAsSent gives back the request's very text.
	DeadlineAsSent
	// DeadlineSeconds is 2031-03-31T16:00:00Z.
	DeadlineSeconds
	// DeadlineMicros is 2031-03-31T16:00:00.000000Z.
	DeadlineMicros
	// DeadlineNanos is 2031-03-31T16:00:00.000000000Z.
	DeadlineNanos
	// DeadlineOffset is 2031-03-31T16:00:00+00:00.
	DeadlineOffset
	// DeadlineMidnight is 2031-03-31T00:00:00.000Z: validity counts in whole days.
	DeadlineMidnight
)

func (f DeadlineFormat) format(deadline string) string {
	t, ok := parseDeadline(deadline)
	if !ok || f == DeadlineAsSent {
		return deadline
	}
	switch f {
	case DeadlineSeconds:
		return t.Format("2006-01-02T15:04:05Z")
	case DeadlineMicros:
		return t.Format("2006-01-02T15:04:05.000000Z")
	case DeadlineNanos:
		return t.Format("2006-01-02T15:04:05.000000000Z")
	case DeadlineOffset:
		return t.Format("2006-01-02T15:04:05+00:00")
	case DeadlineMidnight:
		return t.Truncate(24 * time.Hour).Format(deadlineLayout)
	default:
		return t.Format(deadlineLayout)
	}
}

// formatTime writes a UTC time with a number of digits of fraction (0 to 9).
func formatTime(t time.Time, digits int) string {
	layout := "2006-01-02T15:04:05"
	if digits > 0 {
		layout += "." + strings.Repeat("0", min(digits, 9))
	}
	return t.UTC().Format(layout + "Z")
}
