package auth

import "strings"

// half is one of two settings that only work together, with all the places it
// may come from.
type half struct {
	// attribute is the one to name in an error.
	attribute string
	block     value
	// variable is the variable of a family to name in an error.
	variable func(*family) string
	// read looks into a family.
	read func(*family) value
}

// halves are the values of two halves, each set or not.
type halves struct {
	first, second value
	// family is the one that at least one of them came from, if any.
	family *family
}

func (h halves) whole() bool { return h.first.set() && h.second.set() }
func (h halves) begun() bool { return h.first.set() || h.second.set() }

// source names where the halves came from, once if it is one place.
func (h halves) source() string {
	if h.first.source == h.second.source {
		return h.first.source
	}
	return h.first.source + " and " + h.second.source
}

// complete finds two halves that belong together: both from the block, or both
// from one family, or what the block lacks from the first family that has it
// and does not have the block's half otherwise (that would be another account).
// With nothing in the block the first family that has a half is the one, so
// that half a pair is noticed and never filled up from the other family.
func complete(first, second half) halves {
	if first.block.set() && second.block.set() {
		return halves{first: first.block, second: second.block}
	}
	for i := range families {
		f := &families[i]
		envFirst, envSecond := first.read(f), second.read(f)
		switch {
		case !envFirst.set() && !envSecond.set():
		case !first.block.set() && !second.block.set():
			return halves{envFirst, envSecond, f}
		case first.block.set() && envSecond.set() && (!envFirst.set() || envFirst.same(first.block)):
			return halves{first.block, envSecond, f}
		case second.block.set() && envFirst.set() && (!envSecond.set() || envSecond.same(second.block)):
			return halves{envFirst, second.block, f}
		}
	}
	return halves{first: first.block, second: second.block}
}

// failHalf reports which half of a pair is missing, and names both.
func (r *resolver) failHalf(summary string, h halves, first, second half) {
	there, missing := first, second
	if !h.first.set() {
		there, missing = second, first
	}
	if h.family != nil {
		r.fail(missing.attribute, summary, "%s is set, and %s is not. The two come from one family of variables, OS_ or HW_: set both or neither.",
			capitalise(firstSet(h.first, h.second).source), missing.variable(h.family))
		return
	}
	if !h.begun() {
		r.fail(first.attribute, summary, "The provider block sets security_token, but neither there nor in the environment are %s and %s set.", first.attribute, second.attribute)
		return
	}
	var theirs, ours []string
	for i := range families {
		theirs = append(theirs, missing.variable(&families[i]))
		ours = append(ours, there.variable(&families[i]))
	}
	r.fail(missing.attribute, summary, "The provider block sets %s, but %s is not set there, nor is %s in the environment. (A variable is not used where %s beside it says something else than %s.)",
		there.attribute, missing.attribute, strings.Join(theirs, " or "), strings.Join(ours, " or "), there.attribute)
}

// keyHalves are the two sides of a key pair.
func (r *resolver) keyHalves() (first, second half) {
	first = half{
		attribute: "access_key",
		block:     fromBlock(r.block.AccessKey),
		variable:  func(f *family) string { return f.accessKey },
		read:      func(f *family) value { return r.env.variable(f.accessKey) },
	}
	second = half{
		attribute: "secret_key",
		block:     fromBlock(r.block.SecretKey),
		variable:  func(f *family) string { return f.secretKey },
		read:      func(f *family) value { return r.env.variable(f.secretKey) },
	}
	return first, second
}

// userHalves are the two sides of a login.
func (r *resolver) userHalves() (first, second half) {
	user := blockNameOrID(r.block.UserName, r.block.UserID)
	attribute := "user_name"
	if user.isID {
		attribute = "user_id"
	}
	first = half{
		attribute: attribute,
		block:     user,
		variable:  func(f *family) string { return f.user[0][0] },
		read:      func(f *family) value { return r.env.nameOrID(f.user) },
	}
	second = half{
		attribute: "password",
		block:     fromBlock(r.block.Password),
		variable:  func(f *family) string { return f.password },
		read:      func(f *family) value { return r.env.variable(f.password) },
	}
	return first, second
}
