package swrtest

import (
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// nameRule is the rule of a namespace's or a repository's name (API.md, "Fields").
type nameRule struct {
	field       string
	max         int    // bytes, which are characters: only ASCII is allowed
	separators  string // allowed between letters and digits
	startLetter bool   // starts with a letter, not a digit
}

var (
	namespaceRule  = nameRule{field: "namespace", max: 64, separators: "._-", startLetter: true}
	repositoryRule = nameRule{field: "repository", max: 128, separators: "./_-"}
)

// check returns why a name breaks the rule, or nil.
func (r nameRule) check(name string, rejectHyphens bool) error {
	if len(name) < 1 || len(name) > r.max {
		return errors.New(r.field + ": wrong length")
	}
	run := "" // adjacent separators
	for i := range len(name) {
		c := name[i]
		switch {
		case isLower(c) || isDigit(c):
			run = ""
		case strings.IndexByte(r.separators, c) >= 0:
			run += string(c)
		default:
			return errors.New(r.field + ": character not allowed")
		}
		if !separatorsAllowed(run, rejectHyphens) {
			return errors.New(r.field + ": adjacent separators")
		}
	}
	first, last := name[0], name[len(name)-1]
	if !isLower(first) && (r.startLetter || !isDigit(first)) {
		return errors.New(r.field + ": wrong first character")
	}
	if !isLower(last) && !isDigit(last) {
		return errors.New(r.field + ": wrong last character")
	}
	return nil
}

// separatorsAllowed reports whether separators may be adjacent: two underscores,
// or only hyphens, which the documents can be read to allow or to forbid.
func separatorsAllowed(run string, rejectHyphens bool) bool {
	if len(run) <= 1 || run == "__" {
		return true
	}
	return !rejectHyphens && strings.Trim(run, "-") == ""
}

func isLower(c byte) bool { return 'a' <= c && c <= 'z' }
func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// checkAccount returns why an account is not valid, or nil. It has any spelling,
// but is never blank and has neither a slash nor control characters.
func checkAccount(account string) error {
	switch {
	case strings.TrimSpace(account) == "":
		return errors.New(fieldAccessDomain + ": blank")
	case !utf8.ValidString(account):
		return errors.New(fieldAccessDomain + ": not UTF-8")
	case strings.Contains(account, "/"):
		return errors.New(fieldAccessDomain + ": slash")
	case strings.ContainsFunc(account, unicode.IsControl):
		return errors.New(fieldAccessDomain + ": control character")
	}
	return nil
}

// fold lowers ASCII letters: accounts that fold to the same are the same. Other
// letters keep their case, so that no look-alike is taken for another account.
func fold(account string) string {
	return mapBytes(account, func(c byte) byte {
		if isUpper(c) {
			return c + ('a' - 'A')
		}
		return c
	})
}

// foldUpper is fold to upper case.
func foldUpper(account string) string {
	return mapBytes(account, func(c byte) byte {
		if isLower(c) {
			return c - ('a' - 'A')
		}
		return c
	})
}

func mapBytes(s string, mapping func(byte) byte) string {
	out := []byte(s)
	for i, c := range out {
		out[i] = mapping(c)
	}
	return string(out)
}

const (
	// deadlineForever is the deadline of a share without an end.
	deadlineForever = "forever"
	// deadlineLayout is the one form of a time that a request may have: UTC, in
	// milliseconds.
	deadlineLayout = "2006-01-02T15:04:05.000Z"
)

// validDeadline reports whether a request may have the deadline.
func validDeadline(deadline string, olderClients bool) bool {
	if deadline == deadlineForever {
		return true
	}
	if olderClients {
		// terraform-provider-huaweicloud sends no fraction.
		if t, err := time.Parse(time.RFC3339, deadline); err == nil && t.Format("2006-01-02T15:04:05Z") == deadline {
			return true
		}
	}
	t, err := time.Parse(deadlineLayout, deadline)
	// Parse is lenient (it takes a comma for the dot): the documented form is
	// only what formats to the same text.
	return err == nil && t.Format(deadlineLayout) == deadline
}

// parseDeadline returns the time of a stored deadline of any form. ok is false
// for forever and for what is not a time.
func parseDeadline(deadline string) (t time.Time, ok bool) {
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(layout, deadline); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// formatTime returns a UTC time with 0 to 9 digits of fraction.
func formatTime(t time.Time, digits int) string {
	layout := "2006-01-02T15:04:05"
	if digits > 0 {
		layout += "." + strings.Repeat("0", min(digits, 9))
	}
	return t.UTC().Format(layout + "Z")
}
