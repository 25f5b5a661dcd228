package provider

import (
	"errors"
	"strings"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// refusals has the kinds of a refused credential by a part of the gateway's message
// (internal/swr/API.md, "Authentication and permission").
var refusals = map[string]swr.Kind{
	"access failed to reach the limit": kindKeyLocked,
	"ak not exist":                     kindCredentialEnded,
	"token expires":                    kindCredentialEnded,
	"decrypt token fail":               kindForeignToken,
}

// refusedBecause returns the kind of a credential that was refused for a known
// reason, or "".
func refusedBecause(err error) swr.Kind {
	apiErr, ok := errors.AsType[*swr.Error](err)
	if !ok || apiErr.Kind != swr.KindUnauthorized {
		return ""
	}
	for part, kind := range refusals {
		if strings.Contains(strings.ToLower(apiErr.Message), part) {
			return kind
		}
	}
	return ""
}

// maxClockOffset is how long a signature is valid, and how far the clocks of client
// and service may differ.
const maxClockOffset = 15 * time.Minute

// clockError is a refused signature of a client whose clock is off.
type clockError struct {
	err    error
	offset time.Duration // how far the service's clock is ahead
}

func (e *clockError) Error() string { return e.err.Error() }
func (e *clockError) Unwrap() error { return e.err }

// String returns how far the client's clock is off, such as "20m behind".
func (e *clockError) String() string {
	text := strings.TrimSuffix(e.offset.Abs().Round(time.Minute).String(), "0s")
	if e.offset > 0 {
		return text + " behind"
	}
	return text + " ahead of"
}

// explainRefusal returns err as a *clockError if a signature was refused and the
// clock is the likely cause.
func (s *session) explainRefusal(err error) error {
	if kind := kindOf(err); s.transport == nil || kind != swr.KindUnauthorized && kind != swr.KindSignIn {
		return err
	}
	// The server's time is in whole seconds, hence the rounding.
	offset, ok := s.transport.ClockOffset()
	if !ok || offset.Abs().Round(time.Minute) < maxClockOffset {
		return err
	}
	return &clockError{err, offset}
}
