package httpsafe

import (
	"net/url"
	"strings"
)

// JoinPath returns base with segments added to its path. Each is escaped, so
// that no segment can name another level of the path.
func JoinPath(base *url.URL, segments ...string) *url.URL {
	escaped := make([]string, len(segments))
	for i, segment := range segments {
		escaped[i] = url.PathEscape(segment)
	}
	u := *base
	u.Path = strings.TrimSuffix(base.Path, "/") + "/" + strings.Join(segments, "/")
	u.RawPath = strings.TrimSuffix(base.EscapedPath(), "/") + "/" + strings.Join(escaped, "/")
	return &u
}

// DisplayURL returns scheme, host and path of a URL, escaped. User info, query and
// fragment may hold a secret and are left out.
func DisplayURL(u *url.URL) string {
	shown := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	return shown.String()
}

// DisplayLocation returns the target of a redirect as [DisplayURL] does. It is ""
// if there is none.
func DisplayLocation(location string) string {
	if location == "" {
		return ""
	}
	target, err := url.Parse(location)
	if err != nil {
		return "an invalid URL"
	}
	return Printable(DisplayURL(target))
}
