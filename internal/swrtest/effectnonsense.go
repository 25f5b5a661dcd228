package swrtest

import (
	"net/http"
	"strconv"
)

// What follows are answers that make no sense, with the status of a success
// (api.md, "Answers"). None lets the request take effect; AfterEffect does.

// successStatus is the documented status of a success, but for DELETE's 204,
// which allows no body to make nonsense in.
func (c *call) successStatus() int {
	switch c.info.Operation {
	case OpCreate, OpUpdate, OpLogin:
		return http.StatusCreated
	default:
		return http.StatusOK
	}
}

// isList says whether the call answers with an array.
func (c *call) isList() bool {
	return c.info.Operation == OpList || c.info.Operation == OpSharedRepositories
}

func nonsense(name string, body func(c *call) []byte) Behavior {
	return Behavior{name: name, play: func(c *call) {
		c.send(newAnswer(c.successStatus(), typeJSON, body(c)))
	}}
}

// NullList answers with a list of nulls.
func NullList() Behavior {
	return nonsense("list of nulls", func(*call) []byte { return []byte("[null,null,null]") })
}

// WrongTypes answers with fields of wrong types: an array where a list is due,
// else an object.
func WrongTypes() Behavior {
	return nonsense("wrong types", func(c *call) []byte {
		object := `{"namespace":1,"repository":["a"],"access_domain":true,"permit":{},` +
			`"deadline":20310331,"description":[],"created":7,"updated":false,"status":"yes","exist":"no","token":[]}`
		if c.isList() {
			return []byte("[" + object + "]")
		}
		return []byte(object)
	})
}

// WrongShape answers with an object where a list is due, and with a list where
// an object is.
func WrongShape() Behavior {
	return nonsense("wrong shape", func(c *call) []byte {
		if c.isList() {
			return []byte(`{"items":[]}`)
		}
		return []byte(`[]`)
	})
}

// OtherShare answers with a share of another repository and another account.
func OtherShare() Behavior {
	return nonsense("another share", func(c *call) []byte {
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

// SuccessWithError answers 200 with the body of an error.
func SuccessWithError(code string) Behavior {
	return Behavior{name: "200 with an error", play: func(c *call) { c.send(c.fail(http.StatusOK, code, "")) }}
}

// HugeBody answers 200 with valid JSON of so many bytes, which it streams.
func HugeBody(size int64) Behavior {
	return Behavior{
		name: "huge body of " + strconv.FormatInt(size, 10) + " bytes",
		play: func(c *call) { c.stream(size) },
	}
}
