package httpsafe

import (
	"net/url"
	"strings"
	"testing"
)

func TestJoinPath(t *testing.T) {
	for base, want := range map[string]string{
		"https://swr.example":          "https://swr.example/v2/a%2Fb/..%2F%3Fc=%25/$",
		"https://swr.example/":         "https://swr.example/v2/a%2Fb/..%2F%3Fc=%25/$",
		"https://swr.example/b%2Fase/": "https://swr.example/b%2Fase/v2/a%2Fb/..%2F%3Fc=%25/$",
	} {
		u, err := url.Parse(base)
		if err != nil {
			t.Fatal(err)
		}
		if got := JoinPath(u, "v2", "a/b", "../?c=%", "$").String(); got != want {
			t.Errorf("%s: %s; want %s", base, got, want)
		}
	}
}

func TestDisplayLocation(t *testing.T) {
	for location, want := range map[string]string{
		"": "",
		"https://user:s3cret@login.example/a%20b?token=s3cret#s3cret": "https://login.example/a%20b",
		"/login?token=s3cret":     "/login",
		"data:s3cret":             "data:",
		"https://[::1":            "an invalid URL",
		"https://login.ex\u202e/": "https://login.ex%E2%80%AE/",
	} {
		if got := DisplayLocation(location); got != want {
			t.Errorf("%q: %q; want %q", location, got, want)
		}
	}
}

func FuzzDisplayLocation(f *testing.F) {
	f.Add("https://user:s3cret@swr.example/v2?token=s3cret#s3cret")
	f.Add("//\x1b[2J")
	f.Add("/%zz")
	f.Fuzz(func(t *testing.T, location string) {
		var got string
		if n := allocated(func() { got = DisplayLocation(location) }); n > 1<<20+100*uint64(len(location)) {
			t.Errorf("%d bytes were allocated for %d", n, len(location))
		}
		if got != Printable(got) || strings.ContainsAny(got, "?#") {
			t.Errorf("%q became %q", location, got)
		}
	})
}
