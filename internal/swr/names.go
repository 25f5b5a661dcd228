package swr

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

// Limits of SWR's fields, in characters. Sources: API.md, "The two source
// documents".
const (
	MaxNamespaceLength   = 64
	MaxRepositoryLength  = 128
	MaxDescriptionLength = 1000
)

// PermitRead is the only permission that SWR supports today.
const PermitRead = "read"

// Repository names an image repository: the organization ("namespace") that
// owns it, and its name within, whose levels are separated by "/".
type Repository struct {
	Namespace string
	Name      string
}

// String returns "namespace/name".
func (r Repository) String() string { return r.Namespace + "/" + r.Name }

// Key is the three names that identify a share.
type Key struct {
	Namespace    string
	Repository   string
	AccessDomain string
}

// Repo returns the repository that is shared.
func (k Key) Repo() Repository { return Repository{Namespace: k.Namespace, Name: k.Repository} }

// String returns the share's id, "namespace/repository/access_domain".
func (k Key) String() string { return k.Namespace + "/" + k.Repository + "/" + k.AccessDomain }

// ParseID splits an id "namespace/repository/access_domain". The first segment
// is the namespace, the last the account, and everything between them is the
// repository, which may contain slashes; "$", which replaces them in URLs, is
// accepted too.
//
// It checks the form only: an id names what a service has, whatever the rules
// for new names are. An id in the form of another tool, such as "a,b,c", is
// refused: it would name something else. The error then has the right form.
func ParseID(id string) (Key, error) {
	key, err := parseID(id)
	if err == nil && !hasOtherSeparator(key.Namespace) && !hasOtherSeparator(key.Repository) && key.String() == trimParts(key.String()) {
		return key, nil
	}
	if other, otherErr := parseID(correctID(id)); otherErr == nil && other.String() != id && !hasOtherSeparator(other.Repository) {
		return Key{}, fmt.Errorf("%q is not in the form namespace/repository/access_domain; use %q", id, other.String())
	}
	if err == nil {
		err = fmt.Errorf("%q is not the id of a share (namespace/repository/access_domain): "+
			"its namespace or its repository contains a character that no name has", id)
	}
	return Key{}, err
}

// hasOtherSeparator reports whether a namespace or a repository contains what other
// tools put between names, or in place of "/". No such name contains it.
func hasOtherSeparator(name string) bool { return strings.ContainsAny(name, ",;:|% ") }

// correctID returns what an id in another form probably means: separated by commas
// or the like, as older providers have it; with an escaped slash; or with white space
// around the names.
func correctID(id string) string {
	namespace, _, _ := strings.Cut(id, "/")
	if i := strings.IndexAny(namespace, ",;:|"); i >= 0 {
		id = strings.Join(strings.SplitN(id, id[i:i+1], 3), "/") // an account may contain a comma
	}
	if last := strings.LastIndex(id, "/"); last >= 0 {
		id = strings.NewReplacer("%2F", "/", "%2f", "/").Replace(id[:last]) + id[last:]
	}
	return trimParts(id)
}

// trimParts returns an id without white space around its parts.
func trimParts(id string) string {
	parts := strings.Split(id, "/")
	for i, part := range parts {
		parts[i] = strings.TrimSpace(part)
	}
	return strings.Join(parts, "/")
}

func parseID(id string) (Key, error) {
	first := strings.Index(id, "/")
	last := strings.LastIndex(id, "/")
	if first < 0 || first == last {
		return Key{}, fmt.Errorf("%q has too few parts: an id is namespace/repository/access_domain, "+
			"such as platform/team/app/OTC-EU-DE-00000000001000000100", id)
	}
	key := Key{
		Namespace:    id[:first],
		Repository:   repositoryFromAPI(id[first+1 : last]),
		AccessDomain: id[last+1:],
	}
	if err := key.Addressable(); err != nil {
		return Key{}, fmt.Errorf("%q is not the id of a share (namespace/repository/access_domain): %w", id, err)
	}
	return key, nil
}

// SameAccount reports whether two spellings name the same account. Only the case
// of ASCII letters is ignored: under Unicode case folding a look-alike letter,
// such as the Kelvin sign for a k, would match another account.
func SameAccount(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lowerASCII(a[i]) != lowerASCII(b[i]) {
			return false
		}
	}
	return true
}

// MayBeSameAccount reports whether two spellings differ in the case of letters only,
// of any alphabet. Whether they name the same account depends on the service: only
// its response to a request for one of them by name tells. Letters that look alike,
// such as the Kelvin sign and a k, are different.
func MayBeSameAccount(a, b string) bool {
	if SameAccount(a, b) {
		return true
	}
	if !utf8.ValidString(a) || !utf8.ValidString(b) || utf8.RuneCountInString(a) != utf8.RuneCountInString(b) {
		return false
	}
	others := []rune(b)
	for i, r := range []rune(a) {
		if other := others[i]; r != other && !areCases(r, other) && !areCases(other, r) {
			return false
		}
	}
	return true
}

// areCases reports whether two letters are the cases of one, and of no other.
func areCases(upper, lower rune) bool {
	return unicode.ToLower(upper) == lower && unicode.ToUpper(lower) == upper
}

// FoldLetters returns the same text for all spellings that [MayBeSameAccount] reports
// as one, and different texts for others.
func FoldLetters(account string) string {
	if !utf8.ValidString(account) {
		return FoldAccount(account)
	}
	return strings.Map(func(r rune) rune {
		if lower := unicode.ToLower(r); areCases(r, lower) {
			return lower
		}
		return r
	}, account)
}

// FoldAccount returns the same text for all spellings of an account, as
// [SameAccount] compares them.
func FoldAccount(account string) string {
	folded := []byte(account)
	for i := range folded {
		folded[i] = lowerASCII(folded[i])
	}
	return string(folded)
}

func lowerASCII(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + ('a' - 'A')
	}
	return c
}

// repositoryToAPI returns a repository's name as it is written in a path, with
// "$" for "/".
func repositoryToAPI(name string) string { return strings.ReplaceAll(name, "/", "$") }

// repositoryFromAPI is the inverse of repositoryToAPI. Some servers use the "$"
// in response bodies too.
func repositoryFromAPI(name string) string { return strings.ReplaceAll(name, "$", "/") }

// Addressable returns an error if the names can't be used in a URL. It protects
// requests where the rules for new names do not apply: with a segment ".." the
// DELETE of a share would be a DELETE of something above it.
func (k Key) Addressable() error {
	if err := k.Repo().addressable(); err != nil {
		return err
	}
	return checkSegment("access_domain", k.AccessDomain)
}

func (r Repository) addressable() error {
	if err := checkSegment("namespace", r.Namespace); err != nil {
		return err
	}
	for _, level := range strings.Split(r.Name, "/") {
		if level == "" {
			return fmt.Errorf("repository %q has an empty level", r.Name)
		}
	}
	return checkSegment("repository", repositoryToAPI(r.Name))
}

func checkSegment(field, value string) error {
	switch {
	case strings.TrimSpace(value) == "":
		return fmt.Errorf("%s is empty", field)
	case value == "." || value == "..":
		return fmt.Errorf("%s must not be %q", field, value)
	case strings.Contains(value, "/"):
		return fmt.Errorf("%s %q contains a /", field, value)
	case strings.ContainsFunc(value, isControl):
		return fmt.Errorf("%s %q contains a control character", field, value)
	case !utf8.ValidString(value):
		return fmt.Errorf("%s %q is not valid UTF-8", field, value)
	}
	return nil
}

func isControl(r rune) bool { return r < 0x20 || r == 0x7f || (0x80 <= r && r < 0xa0) }

// RuleError is the error of a value that violates one of SWR's rules.
type RuleError struct {
	Field string // the API's name of the field
	Value string
	Rule  string // what the value must be, or what is wrong with it
}

func (e *RuleError) Error() string {
	return fmt.Sprintf("%s %q: %s", e.Field, e.Value, e.Rule)
}

// CheckNamespace checks the name of an organization. The warning, if any, begins
// with the value; it is for a name that one reading of SWR's rule allows and another
// does not.
func CheckNamespace(value string) (warning string, err error) {
	return checkName("namespace", value, MaxNamespaceLength, "._-", "lowercase letter", isLowerLetter)
}

// CheckRepository checks the name of an image repository; see [CheckNamespace]
// for the warning.
func CheckRepository(value string) (warning string, err error) {
	if strings.Contains(value, "$") {
		return "", &RuleError{Field: "repository", Value: value, Rule: fmt.Sprintf(
			`must not contain "$": write %q (the "$" replaces "/" in URLs only)`, repositoryFromAPI(value))}
	}
	return checkName("repository", value, MaxRepositoryLength, "./_-", "lowercase letter or digit", isLowerOrDigit)
}

// checkName checks what namespaces and repositories have in common, and what
// their first character is.
func checkName(
	field, value string, limit int, separators, first string, isFirst func(rune) bool,
) (warning string, err error) {
	var rule string
	disallowed := strings.IndexFunc(value, func(r rune) bool {
		return !isLowerOrDigit(r) && !strings.ContainsRune(separators, r)
	})
	switch n := utf8.RuneCountInString(value); {
	case n < 1 || n > limit:
		rule = fmt.Sprintf("must have 1 to %d characters", limit)
	case !isFirst(rune(value[0])):
		rule = "must start with a " + first
	case !isLowerOrDigit(rune(value[len(value)-1])):
		rule = "must end with a lowercase letter or digit"
	case disallowed >= 0:
		r, _ := utf8.DecodeRuneInString(value[disallowed:])
		rule = fmt.Sprintf(`must have only lowercase letters, digits and "%s"; %q is not allowed`,
			strings.Join(strings.Split(separators, ""), `", "`), r)
	default:
		return checkSeparators(field, value, separators)
	}
	return "", &RuleError{Field: field, Value: value, Rule: rule}
}

// CheckAccessDomain checks the name of an account. Accounts are spelled in any
// way, so little is refused; the warning names characters that are invisible.
func CheckAccessDomain(value string) (warning string, err error) {
	invalid := func(rule string) (string, error) {
		return "", &RuleError{Field: "access_domain", Value: value, Rule: rule}
	}
	switch {
	case strings.TrimSpace(value) == "":
		return invalid("must not be blank: it is the name of the account to share with")
	case strings.Contains(value, "/"):
		return invalid(`must not contain "/"`)
	case strings.ContainsFunc(value, isControl):
		return invalid("must not contain control characters")
	case value == "." || value == "..":
		return invalid(`must not be "." or ".."`)
	case !utf8.ValidString(value):
		return invalid("must be valid UTF-8")
	case httpsafe.Unescape(value) != value:
		return invalid(`must not contain "\u" or "\U" with hexadecimal digits: that is how the state shows an invisible character`)
	case strings.TrimSpace(value) != value:
		return fmt.Sprintf("%q starts or ends with white space, which is easily overlooked.", value), nil
	}
	for _, r := range value {
		if !httpsafe.IsVisible(r) {
			return fmt.Sprintf("%q contains the invisible character %U, which a review of the plan can't show.", value, r), nil
		}
	}
	return "", nil
}

// CheckPermit checks the permission.
func CheckPermit(value string) error {
	if value != PermitRead {
		return &RuleError{Field: "permit", Value: value, Rule: `must be "read", the only permission that SWR supports`}
	}
	return nil
}

// CheckDescription checks a description, whose length counts in characters, not
// in bytes.
func CheckDescription(value string) error {
	if n := utf8.RuneCountInString(value); n > MaxDescriptionLength {
		return &RuleError{
			Field: "description", Value: string([]rune(value)[:40]) + "…",
			Rule: fmt.Sprintf("must have at most %d characters; it has %d", MaxDescriptionLength, n),
		}
	}
	return nil
}

// checkSeparators checks the rule "cannot be placed next to each other. A
// maximum of two consecutive underscores are allowed." Repeated hyphens earn
// only a warning: the sentence can be read as forbidding them, but image names
// allow them.
func checkSeparators(field, value, separators string) (warning string, err error) {
	for i := 1; i < len(value); i++ {
		previous, current := value[i-1], value[i]
		if strings.IndexByte(separators, previous) < 0 || strings.IndexByte(separators, current) < 0 {
			continue
		}
		switch {
		case previous == '-' && current == '-':
			warning = fmt.Sprintf("%q has hyphens next to each other, which SWR may reject.", value)
		case previous == '_' && current == '_' && (i < 2 || value[i-2] != '_'):
			// Two underscores are allowed.
		case previous == '_' && current == '_':
			return "", &RuleError{Field: field, Value: value, Rule: "must not have more than two underscores in a row"}
		default:
			return "", &RuleError{Field: field, Value: value, Rule: fmt.Sprintf(
				"must not have %q and %q next to each other", previous, current)}
		}
	}
	return warning, nil
}

func isLowerLetter(r rune) bool  { return 'a' <= r && r <= 'z' }
func isLowerOrDigit(r rune) bool { return isLowerLetter(r) || '0' <= r && r <= '9' }
