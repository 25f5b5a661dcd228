package swrtest

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Effect is what a fault does to a request. Unless its constructor says
// otherwise, it happens instead of what was asked for; After makes it happen
// once that has taken effect.
type Effect struct {
	name    string
	play    func(*call)
	choices []Effect
}

// String names the effect, as the request log does.
func (e Effect) String() string { return e.name }

// After lets the request take effect first, and then answers as the effect does.
func (e Effect) After() Effect {
	before := e.play
	after := Effect{
		name: e.name + " after effect",
		play: func(c *call) {
			c.perform()
			before(c)
		},
	}
	for _, choice := range e.choices {
		after.choices = append(after.choices, choice.After())
	}
	return after
}

// OneOf is one of several effects, chosen by the same chance as Fault.Probability.
func OneOf(effects ...Effect) Effect {
	return Effect{name: "one of several", choices: effects}
}

func (e Effect) choose(n uint64) Effect {
	if len(e.choices) == 0 {
		return e
	}
	return e.choices[n%uint64(len(e.choices))].choose(n / uint64(len(e.choices)))
}

// ordinary is what happens to a request without a fault.
func ordinary() Effect {
	return Effect{play: func(c *call) { c.send(c.perform()) }}
}

// Status answers with an error: a status, a code such as "SVCSTG.SWR.5000001"
// (empty: no body at all), in the shape that the server's variants give it.
func Status(status int, code string) Effect {
	return Effect{
		name: strings.TrimSpace("status " + strconv.Itoa(status) + " " + code),
		play: func(c *call) {
			switch {
			case c.info.Kind == KindLogin && code == "":
				c.send(c.iamFail(status))
			case code == "":
				c.send(newAnswer(status, "", nil))
			default:
				c.send(c.fail(status, code, ""))
			}
		},
	}
}

// StatusAs is Status in a given shape.
func StatusAs(status int, code string, shape ErrorShape) Effect {
	return Effect{
		name: strings.TrimSpace("status " + strconv.Itoa(status) + " " + code),
		play: func(c *call) { c.send(c.failAs(shape, serviceError{status: status, code: code})) },
	}
}

// Busy is the 409 that is to be tried again (SVCSTG.SWR.4090023).
func Busy() Effect { return Status(http.StatusConflict, codeBusy).named("busy") }

// Throttle is a 429 with APIGW.0308 and no Retry-After.
func Throttle() Effect {
	return Status(http.StatusTooManyRequests, codeThrottled).named("throttle")
}

// ThrottleSeconds is Throttle with a Retry-After in seconds.
func ThrottleSeconds(seconds int) Effect {
	return ThrottleRetryAfter(strconv.Itoa(seconds))
}

// ThrottleRetryAfter is Throttle with a Retry-After of any text.
func ThrottleRetryAfter(value string) Effect {
	return throttleWith("throttle, Retry-After "+value, func(*call) string { return value })
}

// ThrottleDate is Throttle with a Retry-After that names the time so far ahead
// of the server's clock.
func ThrottleDate(ahead time.Duration) Effect {
	return throttleWith("throttle, Retry-After date", func(c *call) string {
		return c.now.Add(ahead).UTC().Format(http.TimeFormat)
	})
}

func throttleWith(name string, retryAfter func(*call) string) Effect {
	return Effect{name: name, play: func(c *call) {
		a := c.fail(http.StatusTooManyRequests, codeThrottled, "")
		a.header.Set("Retry-After", retryAfter(c))
		c.send(a)
	}}
}

// Codes of the 403 that throttles.
const (
	CodeThrottledForbidden  = "SVCSTG.SWR.4031032"
	CodeThrottledForbidden2 = "SVCSTG.SWR.4031042"
)

// ThrottleForbidden is a 403 that throttles, with one of its two codes.
func ThrottleForbidden(code string) Effect {
	return Status(http.StatusForbidden, code).named("throttle with 403")
}

// HTMLPage answers with a page of HTML, as a proxy or a login page does.
func HTMLPage(status int) Effect {
	return Answer(status, http.Header{"Content-Type": {typeHTML}}, string(htmlPage(status))).
		named("HTML page " + strconv.Itoa(status))
}

// Redirect answers with a 3xx that points to a target.
func Redirect(status int, target string) Effect {
	return Answer(status, http.Header{"Location": {target}}, "").named("redirect " + strconv.Itoa(status))
}

// Answer answers with anything.
func Answer(status int, header http.Header, body string) Effect {
	return Effect{
		name: "answer " + strconv.Itoa(status),
		play: func(c *call) {
			h := header.Clone()
			if h == nil {
				h = http.Header{}
			}
			c.send(answer{status: status, header: h, body: []byte(body)})
		},
	}
}

func (e Effect) named(name string) Effect {
	e.name = name
	return e
}
