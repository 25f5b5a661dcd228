package swr

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of SWR's fields, in characters unless said otherwise.
// Sources: the list document, table 1; the sharing document, table 2.
const (
	MaxNamespaceLength   = 64
	MaxRepositoryLength  = 128
	MaxDescriptionLength = 1000
)

// PermitRead is the only permission that SWR knows today.
const PermitRead = "read"

// RuleError says which rule of SWR a value breaks.
type RuleError struct {
	Field string // the API's name of the field
	Value string
	Rule  string // a sentence that goes on from "must" or states the rule
}

func (e *RuleError) Error() string {
	return fmt.Sprintf("%s %q: %s", e.Field, e.Value, e.Rule)
}

// CheckNamespace checks the name of an organization. The warning, if any, is
// for a name that is allowed in one reading of SWR's rule and not in the other.
func CheckNamespace(value string) (warning string, err error) {
	broken := func(rule string) (string, error) {
		return "", &RuleError{Field: "namespace", Value: value, Rule: rule}
	}
	switch {
	case !hasLength(value, MaxNamespaceLength):
		return broken(fmt.Sprintf("must have 1 to %d characters", MaxNamespaceLength))
	case !isLowerLetter(value[0]):
		return broken("must start with a lowercase letter")
	case !isLowerLetter(value[len(value)-1]) && !isDigit(value[len(value)-1]):
		return broken("must end with a lowercase letter or digit")
	}
	if r, ok := findDisallowed(value, "._-"); ok {
		return broken(fmt.Sprintf("must have only lowercase letters, digits, \".\", \"_\" and \"-\"; %q is none of them", r))
	}
	return checkSeparators("namespace", value, "._-")
}

// CheckRepository checks the name of an image repository; see [CheckNamespace]
// for the warning.
func CheckRepository(value string) (warning string, err error) {
	broken := func(rule string) (string, error) {
		return "", &RuleError{Field: "repository", Value: value, Rule: rule}
	}
	if strings.Contains(value, "$") {
		return broken(fmt.Sprintf("must not have a \"$\": write %q (the $ stands for / in URLs only)", repositoryFromAPI(value)))
	}
	if !hasLength(value, MaxRepositoryLength) {
		return broken(fmt.Sprintf("must have 1 to %d characters", MaxRepositoryLength))
	}
	for _, edge := range []byte{value[0], value[len(value)-1]} {
		if !isLowerLetter(edge) && !isDigit(edge) {
			return broken("must start and end with a lowercase letter or digit")
		}
	}
	if r, ok := findDisallowed(value, "./_-"); ok {
		return broken(fmt.Sprintf("must have only lowercase letters, digits, \".\", \"/\", \"_\" and \"-\"; %q is none of them", r))
	}
	return checkSeparators("repository", value, "./_-")
}

// CheckAccessDomain checks the name of an account. Accounts are spelled in any
// way, so little is refused; the warning names characters that nobody sees.
func CheckAccessDomain(value string) (warning string, err error) {
	broken := func(rule string) (string, error) {
		return "", &RuleError{Field: "access_domain", Value: value, Rule: rule}
	}
	switch {
	case strings.TrimSpace(value) == "":
		return broken("must not be blank: it is the name of the account to share with")
	case strings.Contains(value, "/"):
		return broken("must not contain a \"/\"")
	case strings.ContainsFunc(value, isControl):
		return broken("must not contain control characters")
	case value == "." || value == "..":
		return broken("can't be an account: in a URL it means another level of the path")
	case !utf8.ValidString(value):
		return broken("must be valid UTF-8")
	case strings.TrimSpace(value) != value:
		return fmt.Sprintf("access_domain %q begins or ends with white space, which is easily overlooked.", value), nil
	}
	for _, r := range value {
		if !unicode.IsGraphic(r) {
			return fmt.Sprintf("access_domain %q contains the invisible character %U, which a review of the plan can't show.", value, r), nil
		}
	}
	return "", nil
}

// CheckPermit checks the permission.
func CheckPermit(value string) error {
	if value != PermitRead {
		return &RuleError{Field: "permit", Value: value, Rule: "must be \"read\", the only permission that SWR knows"}
	}
	return nil
}

// CheckDescription checks a description, whose length counts in characters, not
// in bytes.
func CheckDescription(value string) error {
	if n := utf8.RuneCountInString(value); n > MaxDescriptionLength {
		return &RuleError{
			Field: "description", Value: truncateRunes(value, 40),
			Rule: fmt.Sprintf("must have at most %d characters; it has %d", MaxDescriptionLength, n),
		}
	}
	return nil
}

// checkNeighbours checks the rule "cannot be placed next to each other; a
// maximum of two consecutive underscores are allowed". Repeated hyphens earn
// only a warning: the sentence can be read so that it forbids them, but image
// names allow them.
func checkSeparators(field, value, separators string) (warning string, err error) {
	for i := 1; i < len(value); i++ {
		before, this := value[i-1], value[i]
		if strings.IndexByte(separators, before) < 0 || strings.IndexByte(separators, this) < 0 {
			continue
		}
		switch {
		case before == '-' && this == '-':
			warning = fmt.Sprintf("%s %q has hyphens next to each other, which SWR may refuse.", field, value)
		case before == '_' && this == '_' && (i < 2 || value[i-2] != '_'):
			// two underscores are allowed
		case before == '_' && this == '_':
			return "", &RuleError{Field: field, Value: value, Rule: "must not have more than two underscores in a row"}
		default:
			return "", &RuleError{Field: field, Value: value, Rule: fmt.Sprintf(
				"must not have %q and %q next to each other", before, this)}
		}
	}
	return warning, nil
}

func hasLength(value string, most int) bool {
	n := utf8.RuneCountInString(value)
	return 1 <= n && n <= most
}

// foreignRune finds a character that is neither a lowercase letter, nor a
// digit, nor one of the separators.
func findDisallowed(value, separators string) (rune, bool) {
	for _, r := range value {
		if r >= utf8.RuneSelf || (!isLowerLetter(byte(r)) && !isDigit(byte(r)) && !strings.ContainsRune(separators, r)) {
			return r, true
		}
	}
	return 0, false
}

func isLowerLetter(c byte) bool { return 'a' <= c && c <= 'z' }
func isDigit(c byte) bool       { return '0' <= c && c <= '9' }

func truncateRunes(s string, most int) string {
	n := 0
	for i := range s {
		if n == most {
			return s[:i] + "…"
		}
		n++
	}
	return s
}
