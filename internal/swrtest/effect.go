package swrtest

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Effect is what a fault does to a request. Unless its constructor says
// otherwise, it happens instead of what was asked for; AfterEffect makes it happen
// once that has taken effect.
type Behavior struct {
	name    string
	play    func(*call)
	choices []Behavior
}

// String names the effect, as the request log does.
func (e Behavior) String() string { return e.name }

// AfterEffect lets the request take effect first, and then answers as the effect does.
func (e Behavior) AfterEffect() Behavior {
	before := e.play
	after := Behavior{
		name: e.name + " after effect",
		play: func(c *call) {
			c.perform()
			before(c)
		},
	}
	for _, choice := range e.choices {
		after.choices = append(after.choices, choice.AfterEffect())
	}
	return after
}

// OneOf is one of several effects, chosen by the same chance as Fault.Probability.
func OneOf(effects ...Behavior) Behavior {
	return Behavior{name: "one of several", choices: effects}
}

func (e Behavior) choose(n uint64) Behavior {
	if len(e.choices) == 0 {
		return e
	}
	return e.choices[n%uint64(len(e.choices))].choose(n / uint64(len(e.choices)))
}

// ordinary is what happens to a request without a fault.
func ordinary() Behavior {
	return Behavior{play: func(c *call) { c.send(c.perform()) }}
}

// Status answers with an error: a status, a code such as "SVCSTG.SWR.5000001"
// (empty: no body at all), in the shape that the server's variants give it.
func Status(status int, code string) Behavior {
	return Behavior{
		name: strings.TrimSpace("status " + strconv.Itoa(status) + " " + code),
		play: func(c *call) {
			switch {
			case c.info.Operation == OpLogin && code == "":
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
func StatusAs(status int, code string, shape ErrorShape) Behavior {
	return Behavior{
		name: strings.TrimSpace("status " + strconv.Itoa(status) + " " + code),
		play: func(c *call) { c.send(c.failAs(shape, serviceError{status: status, code: code})) },
	}
}

// Busy is the 409 that is to be tried again (SVCSTG.SWR.4090023).
func Busy() Behavior { return Status(http.StatusConflict, codeBusy).named("busy") }

// Throttle is a 429 with APIGW.0308 and no Retry-After.
func Throttle() Behavior {
	return Status(http.StatusTooManyRequests, codeThrottled).named("throttle")
}

// ThrottleSeconds is Throttle with a Retry-After in seconds.
func ThrottleSeconds(seconds int) Behavior {
	return ThrottleRetryAfter(strconv.Itoa(seconds))
}

// ThrottleRetryAfter is Throttle with a Retry-After of any text.
func ThrottleRetryAfter(value string) Behavior {
	return throttleWith("throttle, Retry-After "+value, func(*call) string { return value })
}

// ThrottleDate is Throttle with a Retry-After that names the time so far ahead
// of the server's clock.
func ThrottleDate(ahead time.Duration) Behavior {
	return throttleWith("throttle, Retry-After date", func(c *call) string {
		return c.now.Add(ahead).UTC().Format(http.TimeFormat)
	})
}

func throttleWith(name string, retryAfter func(*call) string) Behavior {
	return Behavior{name: name, play: func(c *call) {
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
func ThrottleForbidden(code string) Behavior {
	return Status(http.StatusForbidden, code).named("throttle with 403")
}

// HTMLPage answers with a page of HTML, as a proxy or a login page does.
func HTMLPage(status int) Behavior {
	return Respond(status, http.Header{"Content-Type": {typeHTML}}, string(htmlPage(status))).
		named("HTML page " + strconv.Itoa(status))
}

// Redirect answers with a 3xx that points to a target.
func Redirect(status int, target string) Behavior {
	return Respond(status, http.Header{"Location": {target}}, "").named("redirect " + strconv.Itoa(status))
}

// Answer answers with anything.
func Respond(status int, header http.Header, body string) Behavior {
	return Behavior{
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

func (e Behavior) named(name string) Behavior {
	e.name = name
	return e
}
