package swrtest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
)

const (
	headerSubjectToken = "X-Subject-Token"
	iamTimeLayout      = "2006-01-02T15:04:05.000000Z"

	methodPassword = "password"
	methodToken    = "token"
)

// nameOrID names a thing of the IAM either way.
type nameOrID struct {
	Name string `json:"name,omitempty"`
	ID   string `json:"id,omitempty"`
}

// one says that exactly one of the two ways is used.
func (n nameOrID) one() bool { return (n.Name == "") != (n.ID == "") }

func (n nameOrID) is(name, id string) bool {
	return n.one() && (n.Name == "" || n.Name == name) && (n.ID == "" || n.ID == id)
}

// loginRequest is the body of POST /v3/auth/tokens (Keystone v3).
type loginRequest struct {
	Auth struct {
		Identity struct {
			Methods  []string `json:"methods"`
			Password *struct {
				User struct {
					nameOrID
					Password string    `json:"password"`
					Domain   *nameOrID `json:"domain"`
				} `json:"user"`
			} `json:"password"`
			Token *struct {
				ID string `json:"id"`
			} `json:"token"`
		} `json:"identity"`
		Scope *loginScope `json:"scope"`
	} `json:"auth"`
}

// loginScope is what a token is wanted for: a project, or a whole account.
type loginScope struct {
	Project *struct {
		nameOrID
		Domain *nameOrID `json:"domain"`
	} `json:"project"`
	Domain *nameOrID `json:"domain"`
}

// login is POST /v3/auth/tokens.
func (c *call) login() answer {
	if !contentTypeAllowed(c.r.Header) {
		return c.iamFail(http.StatusBadRequest)
	}
	decoder := json.NewDecoder(bytes.NewReader(c.body))
	decoder.DisallowUnknownFields()
	var request loginRequest
	if err := decoder.Decode(&request); err != nil || decoder.More() {
		return c.iamFail(http.StatusBadRequest)
	}
	user, status := c.identify(request)
	if status != 0 {
		return c.iamFail(status)
	}
	project, status := c.scope(user, request.Auth.Scope)
	if status != 0 {
		return c.iamFail(status)
	}
	value := randomToken()
	t := token{
		identity: identity{user.ID, user.Name},
		user:     user,
		project:  project != nil,
		expires:  c.now.Add(c.sim.tokenLifetime),
	}
	c.sim.accounts.tokens[value] = t
	result := c.jsonAnswer(http.StatusCreated, c.loginAnswer(t, project, request.Auth.Scope, request.Auth.Identity.Methods))
	result.header.Set(headerSubjectToken, value)
	return result
}

// identify finds the user by the one method that the request uses. A status
// other than 0 is the refusal.
func (c *call) identify(request loginRequest) (*User, int) {
	identity := request.Auth.Identity
	if len(identity.Methods) != 1 {
		return nil, http.StatusBadRequest
	}
	switch {
	case identity.Methods[0] == methodPassword && identity.Password != nil:
		wanted := identity.Password.User
		// A name is unique within its account only; an id needs none.
		if !wanted.one() || wanted.Password == "" || (wanted.ID == "" && (wanted.Domain == nil || !wanted.Domain.one())) {
			return nil, http.StatusBadRequest
		}
		for _, user := range c.sim.accounts.users {
			if wanted.is(user.Name, user.ID) && user.Password == wanted.Password &&
				(wanted.Domain == nil || wanted.Domain.is(user.DomainName, user.DomainID)) {
				return user, 0
			}
		}
		return nil, http.StatusUnauthorized
	case identity.Methods[0] == methodToken && identity.Token != nil:
		t, ok := c.sim.accounts.tokens[identity.Token.ID]
		if !ok || !t.valid(c.now) || t.user == nil {
			return nil, http.StatusUnauthorized
		}
		return t.user, 0
	default:
		return nil, http.StatusBadRequest
	}
}

// scope finds the project that the token is for; none for a whole account, or
// where no scope is given. A status other than 0 is the refusal.
func (c *call) scope(user *User, scope *loginScope) (*Project, int) {
	switch {
	case scope == nil:
		return nil, 0
	case (scope.Project == nil) == (scope.Domain == nil):
		return nil, http.StatusBadRequest
	case scope.Domain != nil:
		if !scope.Domain.is(user.DomainName, user.DomainID) {
			return nil, http.StatusUnauthorized
		}
		return nil, 0
	case !scope.Project.one():
		return nil, http.StatusBadRequest
	}
	i := slices.IndexFunc(user.Projects, func(p Project) bool { return scope.Project.is(p.Name, p.ID) })
	if i < 0 || (scope.Project.Domain != nil && !scope.Project.Domain.is(user.DomainName, user.DomainID)) {
		return nil, cmp.Or(c.variants.UnknownProjectStatus, http.StatusUnauthorized)
	}
	return &user.Projects[i], 0
}

// iamFail answers in the IAM's form of an error.
func (c *call) iamFail(status int) answer {
	return c.failAs(ShapeIAM, serviceError{status: status})
}

func iamErrorBody(status int) []byte {
	message := map[int]string{
		http.StatusBadRequest:   "The request body is invalid.",
		http.StatusUnauthorized: "The username or password is wrong.",
		http.StatusForbidden:    "You are not authorized to perform the requested action.",
	}[status]
	type iamError struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Title   string `json:"title"`
	}
	title := http.StatusText(status)
	return encodeJSON(struct {
		Error iamError `json:"error"`
	}{iamError{status, cmp.Or(message, title), title}})
}
