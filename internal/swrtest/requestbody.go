package swrtest

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// Names of fields in a request body.
const (
	fieldAccessDomain = "access_domain"
	fieldPermit       = "permit"
	fieldDeadline     = "deadline"
	fieldDescription  = "description"
)

// maxDescription is the longest description, in characters.
const maxDescription = 1000

// shareBody is the body of a POST or PATCH.
type shareBody struct {
	accessDomain   string
	permit         string
	deadline       string
	description    string
	hasDescription bool
}

// parseBody reads a body that has these fields, perhaps a description, and
// nothing else. It returns what is wrong with it, or nothing. Names count
// exactly, unlike in encoding/json.
func parseBody(body []byte, mandatory ...string) (shareBody, string) {
	var raw map[string]json.RawMessage
	if !utf8.Valid(body) {
		return shareBody{}, "the body is not UTF-8"
	}
	if err := json.Unmarshal(body, &raw); err != nil || raw == nil {
		return shareBody{}, "the body is no JSON object"
	}
	fields := map[string]string{}
	for _, name := range append(mandatory, fieldDescription) {
		value, ok := raw[name]
		if !ok {
			if name == fieldDescription {
				continue
			}
			return shareBody{}, name + ": missing"
		}
		var text string
		if err := json.Unmarshal(value, &text); err != nil || bytes.Equal(value, []byte("null")) {
			return shareBody{}, name + ": not a string"
		}
		fields[name] = text
		delete(raw, name)
	}
	if len(raw) > 0 {
		return shareBody{}, "the body has fields that the API does not know"
	}
	result := shareBody{
		accessDomain: fields[fieldAccessDomain],
		permit:       fields[fieldPermit],
		deadline:     fields[fieldDeadline],
	}
	result.description, result.hasDescription = fields[fieldDescription]
	return result, result.problem(mandatory)
}

func (b shareBody) problem(mandatory []string) string {
	if mandatory[0] == fieldAccessDomain {
		if problem := accountProblem(b.accessDomain); problem != "" {
			return problem
		}
	}
	switch {
	case b.permit != permitRead:
		return "permit: only read is supported"
	case !validDeadline(b.deadline):
		return "deadline: neither forever nor a UTC time in milliseconds"
	case utf8.RuneCountInString(b.description) > maxDescription:
		return "description: too long"
	}
	return ""
}
