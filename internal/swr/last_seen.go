package swr

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

// LastSeen is what is known of a share since it was last seen. Another endpoint
// may have a share with the same names: the time of creation and the creator tell
// whether it is the same one.
type LastSeen struct {
	// Endpoint is the value of [Client.NormalizedEndpoint] at that time. States of
	// older releases have the host and port alone. It is "" if the share was never
	// seen. A text with a space describes an endpoint that is not known: a share
	// that is missing is not gone then, but any share that is found is accepted.
	Endpoint string
	// Created and CreatorID are those of the share, "" if not known.
	Created, CreatorID string
}

// UnknownEndpoint is the Endpoint of a share that was seen, but where is not known.
const UnknownEndpoint = "(unknown)"

// NormalizedEndpoint returns the endpoint in the form in which endpoints are
// compared: scheme, host in lower case, port unless it is the default one, and
// base path without a trailing slash.
func (c *Client) NormalizedEndpoint() string { return normalizeEndpoint(c.endpoint) }

func normalizeEndpoint(u *url.URL) string {
	scheme := strings.ToLower(u.Scheme)
	return scheme + "://" + normalizeHost(scheme, u.Host) + strings.TrimRight(u.EscapedPath(), "/")
}

func normalizeHost(scheme, host string) string {
	port := map[string]string{"http": ":80", "https": ":443"}[scheme]
	return strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(host), port), ":")
}

// IsEndpoint reports whether a recorded endpoint is that of the client. "" is any
// endpoint, and a host without a scheme is compared with the host alone.
func (c *Client) IsEndpoint(recorded string) bool {
	if recorded == "" {
		return true
	}
	if !strings.Contains(recorded, "://") {
		scheme := strings.ToLower(c.endpoint.Scheme)
		return normalizeHost(scheme, recorded) == normalizeHost(scheme, c.endpoint.Host)
	}
	u, err := url.Parse(recorded)
	return err == nil && normalizeEndpoint(u) == c.NormalizedEndpoint()
}

// checkSameShare returns an error unless a share may be changed here: at another
// endpoint it must be the one that was last seen.
func (c *Client) checkSameShare(ctx context.Context, key Key, seen LastSeen) error {
	if c.IsEndpoint(seen.Endpoint) {
		return nil
	}
	_, err := c.Get(ctx, key, seen)
	return err
}

// checkSeen returns an error unless the share that was found, or is missing, at
// another endpoint is the one that was last seen.
func (c *Client) checkSeen(key Key, share Share, missing bool, seen LastSeen) error {
	last := httpsafe.Printable(seen.Endpoint)
	differs := func(format string, args ...any) error {
		return &Error{Kind: KindOtherEndpoint, Err: fmt.Errorf(format, args...)}
	}
	switch {
	case missing:
		return differs("the endpoint %s does not have the share %q, which was last seen at %s", c.NormalizedEndpoint(), key.String(), last)
	case strings.Contains(seen.Endpoint, " "):
		return nil
	case seen.Created == "" || seen.CreatorID == "" || share.Created == "" || share.CreatorID == "":
		return differs("the endpoint %s has a share %q, but whether it is the one that was last seen at %s is not known: "+
			"its creator or the time of its creation is missing", c.NormalizedEndpoint(), key.String(), last)
	case !seen.matches(share):
		return differs("the share %q at %s is another one than the one that was last seen at %s: "+
			"it was created by the user %q on %q, the other by %q on %q", key.String(), c.NormalizedEndpoint(), last,
			httpsafe.Printable(share.CreatorID), httpsafe.Printable(share.Created),
			httpsafe.Printable(seen.CreatorID), httpsafe.Printable(seen.Created))
	}
	return nil
}

// matches reports whether creator and time of creation are those of the share.
func (l LastSeen) matches(share Share) bool {
	if l.CreatorID != share.CreatorID {
		return false
	}
	at, known := share.createdAt()
	seenAt, seenKnown := parseTime(l.Created)
	if known && seenKnown {
		return at.Equal(seenAt)
	}
	return l.Created == share.Created
}
