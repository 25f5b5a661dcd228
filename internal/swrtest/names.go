package swrtest

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// nameRule is one of the documents' two sentences on names (api.md, "Fields").
type nameRule struct {
	what        string
	max         int    // bytes, which are characters: only ASCII is allowed
	separators  string // allowed between letters and digits
	startLetter bool   // starts with a letter, not a digit
}

var (
	namespaceRule  = nameRule{what: "namespace", max: 64, separators: "._-", startLetter: true}
	repositoryRule = nameRule{what: "repository", max: 128, separators: "./_-"}
)

// problem says what the rule has against a name, or nothing.
func (r nameRule) problem(name string, refuseHyphens bool) string {
	if len(name) < 1 || len(name) > r.max {
		return r.what + ": wrong length"
	}
	run := "" // the separators that stand next to each other up to here
	for i := range len(name) {
		c := name[i]
		switch {
		case isLower(c) || isDigit(c):
			run = ""
		case strings.IndexByte(r.separators, c) >= 0:
			run += string(c)
		default:
			return r.what + ": character not allowed"
		}
		if !runAllowed(run, refuseHyphens) {
			return r.what + ": separators next to each other"
		}
	}
	first, last := name[0], name[len(name)-1]
	if !isLower(first) && (r.startLetter || !isDigit(first)) {
		return r.what + ": wrong first character"
	}
	if !isLower(last) && !isDigit(last) {
		return r.what + ": wrong last character"
	}
	return ""
}

// runAllowed: one separator, two underscores, or hyphens alone, which the
// sentence allows or forbids depending on who reads it.
func runAllowed(run string, refuseHyphens bool) bool {
	if len(run) <= 1 || run == "__" {
		return true
	}
	return !refuseHyphens && strings.Trim(run, "-") == ""
}

func isLower(c byte) bool { return 'a' <= c && c <= 'z' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// accountProblem: an account has any spelling, but is never blank and has
// neither a slash nor control characters.
func accountProblem(account string) string {
	switch {
	case strings.TrimSpace(account) == "":
		return "access_domain: blank"
	case !utf8.ValidString(account):
		return "access_domain: not UTF-8"
	case strings.Contains(account, "/"):
		return "access_domain: slash"
	case strings.ContainsFunc(account, unicode.IsControl):
		return "access_domain: control character"
	}
	return ""
}

// fold makes two accounts equal that differ in the case of ASCII letters.
// Other letters keep their case: no look-alike may pass for another account.
func fold(account string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}, account)
}

// foldUpper is fold in the other direction.
func foldUpper(account string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' {
			return r - ('a' - 'A')
		}
		return r
	}, account)
}
