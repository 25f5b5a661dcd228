package httpsafe

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// MaxRetryAfter is the longest time that a server can ask a client to wait.
const MaxRetryAfter = 60 * time.Second

// RetryAfter returns how long the Retry-After header asks to wait, from 0 to
// [MaxRetryAfter]. The header has seconds or a date; a date is compared with the
// server's own clock (the Date header), or with now if it has none.
func RetryAfter(header http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(text, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		// For a number out of range, ParseUint returns the largest one.
		return time.Duration(min(seconds, uint64(MaxRetryAfter/time.Second))) * time.Second
	}
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		now = date
	}
	until, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return max(0, min(until.Sub(now), MaxRetryAfter))
}

// IsTemporaryStatus reports whether another attempt may get a better status.
func IsTemporaryStatus(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// IsPage reports whether the body of a response is not JSON, such as the HTML
// page of a proxy that answers 200.
func IsPage(body []byte) bool { return len(body) > 0 && !json.Valid(body) }
