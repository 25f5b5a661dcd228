package swrtest

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Behavior is what a fault does to a request. Unless its constructor says
// otherwise, the request takes no effect; see AfterEffect.
type Behavior struct {
	name    string // in the request log
	run     func(*call)
	choices []Behavior
}

// String returns the name that is in the request log.
func (b Behavior) String() string { return b.name }

// AfterEffect returns a behavior that first lets the request take effect.
func (b Behavior) AfterEffect() Behavior {
	after := Behavior{name: b.name + " after effect", run: func(c *call) {
		c.perform()
		b.run(c)
	}}
	for _, choice := range b.choices {
		after.choices = append(after.choices, choice.AfterEffect())
	}
	return after
}

// OneOf returns one of several behaviors, chosen by the same chance as
// Fault.Probability.
func OneOf(behaviors ...Behavior) Behavior {
	return Behavior{name: "one of several", choices: behaviors}
}

func (b Behavior) choose(n uint64) Behavior {
	if len(b.choices) == 0 {
		return b
	}
	return b.choices[n%uint64(len(b.choices))].choose(n / uint64(len(b.choices)))
}

func (b Behavior) named(name string) Behavior {
	b.name = name
	return b
}

// responding returns a behavior that sends a response.
func responding(name string, build func(*call) response) Behavior {
	return Behavior{name: name, run: func(c *call) { c.send(build(c)) }}
}

// Status returns an error: a status and a code such as "SVCSTG.SWR.5000001"
// (empty: no body), in the shape of the server's variants.
func Status(status int, code string) Behavior {
	return responding(statusName(status, code), func(c *call) response {
		if code == "" && !c.info.Operation.iam() {
			return newResponse(status, "", nil)
		}
		return c.errorResponse(apiError{status: status, code: code})
	})
}

// StatusAs is Status in a given shape.
func StatusAs(status int, code string, shape ErrorShape) Behavior {
	return responding(statusName(status, code), func(c *call) response {
		return c.errorResponseAs(shape, apiError{status: status, code: code})
	})
}

func statusName(status int, code string) string {
	return strings.TrimSpace("status " + strconv.Itoa(status) + " " + code)
}

// Busy returns the 409 that is to be retried (SVCSTG.SWR.4090023).
func Busy() Behavior { return Status(http.StatusConflict, codeBusy).named("busy") }

// Throttle returns a 429 with APIGW.0308 and no Retry-After.
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

// ThrottleDate is Throttle with a Retry-After that is a date, so much after the
// server's clock.
func ThrottleDate(after time.Duration) Behavior {
	return throttleWith("throttle, Retry-After date", func(c *call) string {
		return c.now.Add(after).UTC().Format(http.TimeFormat)
	})
}

func throttleWith(name string, retryAfter func(*call) string) Behavior {
	return responding(name, func(c *call) response {
		resp := c.errorResponse(apiError{status: http.StatusTooManyRequests, code: codeThrottled})
		resp.header.Set("Retry-After", retryAfter(c))
		return resp
	})
}

// ThrottleForbidden returns a 403 that throttles, with one of its two codes.
func ThrottleForbidden(code string) Behavior {
	return Status(http.StatusForbidden, code).named("throttle with 403")
}

// HTMLPage returns an HTML page, as from a proxy or a login form.
func HTMLPage(status int) Behavior {
	return Respond(status, http.Header{"Content-Type": {typeHTML}}, string(htmlPage(status))).
		named("HTML page " + strconv.Itoa(status))
}

// Redirect returns a 3xx with a Location.
func Redirect(status int, target string) Behavior {
	return Respond(status, http.Header{"Location": {target}}, "").named("redirect " + strconv.Itoa(status))
}

// Respond returns any response.
func Respond(status int, header http.Header, body string) Behavior {
	return responding("response "+strconv.Itoa(status), func(*call) response {
		return response{status, header.Clone(), []byte(body)}
	})
}

// The behaviors below are malformed responses with the status of a success
// (API.md, "Responses that a client must understand").

// malformed returns a behavior with a JSON body of its own.
func malformed(name string, body func(*call) []byte) Behavior {
	return responding(name, func(c *call) response {
		// Not DELETE's 204, which allows no body.
		status := http.StatusOK
		switch c.info.Operation {
		case OpCreate, OpUpdate, OpLogin, OpAssumeRole, OpIDToken, OpSecurityTokens:
			status = http.StatusCreated
		}
		return newResponse(status, typeJSON, body(c))
	})
}

// isList reports whether the call returns an array.
func (c *call) isList() bool {
	switch c.info.Operation {
	case OpList, OpRepositories, OpSharedRepositories:
		return true
	}
	return false
}

// NullList returns a list of nulls.
func NullList() Behavior {
	return malformed("list of nulls", func(*call) []byte { return []byte("[null,null,null]") })
}

// WrongTypes returns fields of wrong types, in the documented shape: a list or
// an object.
func WrongTypes() Behavior {
	return malformed("wrong types", func(c *call) []byte {
		object := `{"namespace":1,"repository":["a"],"access_domain":true,"permit":{},` +
			`"deadline":20310331,"description":[],"created":7,"updated":false,"status":"yes","exist":"no","token":[]}`
		if c.isList() {
			return []byte("[" + object + "]")
		}
		return []byte(object)
	})
}

// WrongShape returns an object instead of a list, and a list instead of an
// object.
func WrongShape() Behavior {
	return malformed("wrong shape", func(c *call) []byte {
		if c.isList() {
			return []byte(`{"items":[]}`)
		}
		return []byte(`[]`)
	})
}

// OtherShare returns a share of another repository and another account.
func OtherShare() Behavior {
	return malformed("another share", func(c *call) []byte {
		item := c.variants.shareJSON(Share{
			Namespace: "elsewhere", Repository: "other/app", AccessDomain: "SOMEBODY-ELSE",
			Permit: permitRead, Deadline: deadlineForever,
			CreatorID: defaultUserID, CreatorName: defaultUserName, Created: c.now, Updated: c.now,
		}, c.now)
		if c.isList() {
			return encodeJSON([]shareJSON{item})
		}
		return encodeJSON(oneShareJSON{item, true})
	})
}

// SuccessWithError returns a 200 with the body of an error.
func SuccessWithError(code string) Behavior {
	return responding("200 with an error", func(c *call) response {
		return c.errorResponse(apiError{status: http.StatusOK, code: code})
	})
}

// HugeBody returns a 200 with valid JSON of so many bytes, in chunks.
func HugeBody(size int64) Behavior {
	return Behavior{
		name: "huge body of " + strconv.FormatInt(size, 10) + " bytes",
		run:  func(c *call) { c.stream(size) },
	}
}

// The behaviors below affect the connection.

// ResetBefore resets the connection.
func ResetBefore() Behavior {
	return Behavior{name: "reset before effect", run: (*call).reset}
}

// ResetAfter resets the connection after the request took effect.
func ResetAfter() Behavior { return ResetBefore().AfterEffect().named("reset after effect") }

// CloseMidResponse closes the connection in the middle of the response, after
// the request took effect: in the body, or in the headers where the status
// allows no body.
func CloseMidResponse() Behavior {
	return Behavior{name: "connection closed mid-response", run: func(c *call) { c.closeMidResponse(c.perform()) }}
}

// LatencyBefore waits before the request takes effect, and drops it if the
// client disconnects meanwhile.
func LatencyBefore(d time.Duration) Behavior {
	return Behavior{name: "latency before effect", run: func(c *call) {
		if c.wait(d) {
			c.send(c.perform())
		}
	}}
}

// LatencyAfter waits after the request took effect, before it responds.
func LatencyAfter(d time.Duration) Behavior {
	return Behavior{name: "latency after effect", run: func(c *call) {
		resp := c.perform()
		if c.wait(d) {
			c.send(resp)
		}
	}}
}

// HangBefore does not respond until the client disconnects or the server closes.
func HangBefore() Behavior {
	return Behavior{name: "hang before effect", run: (*call).waitForClose}
}

// HangAfter is HangBefore after the request took effect.
func HangAfter() Behavior { return HangBefore().AfterEffect().named("hang after effect") }

// HangMidResponse sends the first half of the response (all of it where the
// status allows no body) after the request took effect, and then hangs like
// HangBefore.
func HangMidResponse() Behavior {
	return Behavior{name: "hang mid-response", run: func(c *call) { c.hangMidResponse(c.perform()) }}
}
