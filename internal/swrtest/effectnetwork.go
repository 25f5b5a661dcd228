package swrtest

import "time"

// What follows are effects on the connection rather than on the answer.

// ResetBefore resets the connection; the request takes no effect.
func ResetBefore() Behavior {
	return Behavior{name: "reset before effect", play: (*call).reset}
}

// ResetAfter resets the connection once the request has taken effect.
func ResetAfter() Behavior { return ResetBefore().AfterEffect().named("reset after effect") }

// CloseMidResponse lets the request take effect, announces the whole answer, and closes
// the connection amid it: in the body, or in the headers where the status
// allows no body.
func CloseMidResponse() Behavior {
	return Behavior{name: "cut off", play: func(c *call) { c.cutOff(c.perform()) }}
}

// LatencyBefore waits before the request takes effect, and drops it if the
// client gives up meanwhile.
func LatencyBefore(d time.Duration) Behavior {
	return Behavior{name: "latency before effect", play: func(c *call) {
		if c.wait(d) {
			c.send(c.perform())
		}
	}}
}

// LatencyAfter lets the request take effect and waits before it answers.
func LatencyAfter(d time.Duration) Behavior {
	return Behavior{name: "latency after effect", play: func(c *call) {
		a := c.perform()
		if c.wait(d) {
			c.send(a)
		}
	}}
}

// HangBefore says nothing until the client gives up or the server closes; the
// request takes no effect.
func HangBefore() Behavior {
	return Behavior{name: "hang before effect", play: func(c *call) { <-c.r.Context().Done() }}
}

// HangAfter is HangBefore once the request has taken effect.
func HangAfter() Behavior { return HangBefore().AfterEffect().named("hang after effect") }

// HangMidResponse lets the request take effect, sends the first half of the answer
// (all of it where the status allows no body), and then says nothing until the
// client gives up or the server closes.
func HangMidResponse() Behavior {
	return Behavior{name: "hang amid answer", play: func(c *call) { c.sendHalf(c.perform()) }}
}
