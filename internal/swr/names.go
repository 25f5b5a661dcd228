package swr

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Repository names an image repository: the organization ("namespace") that
// holds it, and its name within, in which levels are separated by "/".
type Repository struct {
	Namespace string
	Name      string
}

// String gives "namespace/name".
func (r Repository) String() string { return r.Namespace + "/" + r.Name }

// Key is the three names that make a share.
type Key struct {
	Namespace    string
	Repository   string
	AccessDomain string
}

// Repo gives the repository that the share is of.
func (k Key) Repo() Repository { return Repository{Namespace: k.Namespace, Name: k.Repository} }

// String gives the share's id, "namespace/repository/access_domain".
func (k Key) String() string { return k.Namespace + "/" + k.Repository + "/" + k.AccessDomain }

// ParseID splits an id "namespace/repository/access_domain". The first segment
// is the namespace, the last the account, and all between is the repository,
// which may hold slashes; the "$" that stands for them in URLs is taken too.
//
// It checks the form alone: an id names what a service holds, whatever the
// rules for new names are.
func ParseID(id string) (Key, error) {
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
		return Key{}, fmt.Errorf("%q is no id of a share (namespace/repository/access_domain): %w", id, err)
	}
	return key, nil
}

// SameAccount tells whether two spellings name the same account. Only the case
// of ASCII letters is ignored: under Unicode's folding a look-alike letter,
// such as the Kelvin sign for a k, would pass for another account.
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

func lowerASCII(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + ('a' - 'A')
	}
	return c
}

// repositoryToWire gives a repository's name as it stands in a path: SWR wants
// "$" for "/".
func repositoryToAPI(name string) string { return strings.ReplaceAll(name, "/", "$") }

// repositoryFromWire undoes repositoryToWire; some servers answer with the "$".
func repositoryFromAPI(name string) string { return strings.ReplaceAll(name, "$", "/") }

// Addressable tells whether the share's names can stand in a URL and mean what
// they say. It guards requests, where the rules of names do not apply: a
// segment ".." would make DELETE of a share a DELETE of something above it.
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
		return fmt.Errorf("%s %q can't be named in a URL", field, value)
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
