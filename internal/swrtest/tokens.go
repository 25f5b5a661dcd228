package swrtest

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

// The methods of a token.
const (
	methodPassword   = "password"
	methodToken      = "token"
	methodAssumeRole = "assume_role"
	methodIDToken    = "mapped"
)

// token is a token of the IAM.
type token struct {
	principal principal
	methods   []string
	project   *Project // as SWR requires; nil: a whole account, or no scope
	domain    bool     // scoped to the whole account
	issued    time.Time
	expires   time.Time // zero: never
}

func (t token) valid(now time.Time) bool {
	return t.expires.IsZero() || now.Before(t.expires)
}

// randomToken is random so that no token of one run works in another.
func randomToken() string { return "sim-token-" + rand.Text() }

// Token returns the static token: random at each New, and without an end unless
// ExpireTokens is called.
func (s *Simulator) Token() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.iam.static
}

// ExpireTokens makes all tokens invalid, the static one too.
func (s *Simulator) ExpireTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for value, t := range s.iam.tokens {
		t.expires = s.now()
		s.iam.tokens[value] = t
	}
}

// tokenRequest is the body of POST /v3/auth/tokens (Keystone v3).
type tokenRequest struct {
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
			AssumeRole *assumeRole `json:"assume_role"`
		} `json:"identity"`
		Scope *tokenScope `json:"scope"`
	} `json:"auth"`
}

// tokenScope is the scope of a token: a project, or a whole account.
type tokenScope struct {
	Project *struct {
		nameOrID
		Domain *nameOrID `json:"domain"`
	} `json:"project"`
	Domain *nameOrID `json:"domain"`
}

// tokenOperation returns the operation of a POST /v3/auth/tokens.
func tokenOperation(body []byte) Operation {
	var request tokenRequest
	// A body that cannot be parsed is a bad request of either operation.
	if json.Unmarshal(body, &request) == nil && slices.Contains(request.Auth.Identity.Methods, methodAssumeRole) {
		return OpAssumeRole
	}
	return OpLogin
}

// createToken is POST /v3/auth/tokens.
func (c *call) createToken() (response, error) {
	var request tokenRequest
	if err := c.parseIAMBody(&request); err != nil {
		return response{}, err
	}
	identity := request.Auth.Identity
	if len(identity.Methods) != 1 {
		return response{}, iamError(http.StatusBadRequest, "")
	}
	var p principal
	var err error
	switch method := identity.Methods[0]; {
	case method == methodPassword && identity.Password != nil:
		user := identity.Password.User
		p, err = c.userByPassword(user.nameOrID, user.Password, user.Domain)
	case method == methodToken && identity.Token != nil:
		t, ok := c.sim.iam.tokens[identity.Token.ID]
		if !ok || !t.valid(c.now) {
			err = iamError(http.StatusUnauthorized, "")
		}
		p = t.principal
	case method == methodAssumeRole && identity.AssumeRole != nil:
		if identity.AssumeRole.DurationSeconds != nil {
			return response{}, iamError(http.StatusBadRequest, "")
		}
		p, err = c.assumeRole(*identity.AssumeRole)
	default:
		err = iamError(http.StatusBadRequest, "")
	}
	if err != nil {
		return response{}, err
	}
	return c.issueToken(p, identity.Methods, request.Auth.Scope)
}

// userByPassword returns the user of a login. A name is unique only within its
// account; an id needs none.
func (c *call) userByPassword(user nameOrID, password string, domain *nameOrID) (principal, error) {
	if !user.valid() || password == "" || (user.ID == "" && (domain == nil || !domain.valid())) {
		return principal{}, iamError(http.StatusBadRequest, "")
	}
	for _, u := range c.sim.iam.users {
		account := u.principal.account
		if user.matches(u.Name, u.ID) && u.Password == password &&
			(domain == nil || domain.matches(account.Name, account.ID)) {
			return u.principal, nil
		}
	}
	return principal{}, iamError(http.StatusUnauthorized, "")
}

// issueToken returns a new token of a scope.
func (c *call) issueToken(p principal, methods []string, scope *tokenScope) (response, error) {
	project, err := c.projectOfScope(p, scope)
	if err != nil {
		return response{}, err
	}
	t := token{
		principal: p,
		methods:   methods,
		project:   project,
		domain:    scope != nil && scope.Domain != nil,
		issued:    c.now,
		expires:   c.now.Add(c.sim.tokenLifetime),
	}
	value := randomToken()
	c.sim.iam.tokens[value] = t
	return c.tokenResponse(http.StatusCreated, value, t), nil
}

// projectOfScope returns the project of a scope; nil for a whole account, or
// without a scope.
func (c *call) projectOfScope(p principal, scope *tokenScope) (*Project, error) {
	switch {
	case scope == nil:
		return nil, nil
	case (scope.Project == nil) == (scope.Domain == nil):
		return nil, iamError(http.StatusBadRequest, "")
	case scope.Domain != nil:
		if !scope.Domain.matches(p.account.Name, p.account.ID) {
			return nil, iamError(http.StatusUnauthorized, "")
		}
		return nil, nil
	case !scope.Project.valid():
		return nil, iamError(http.StatusBadRequest, "")
	}
	project := p.findProject(scope.Project.nameOrID)
	domain := scope.Project.Domain
	if project == nil || (domain != nil && !domain.matches(p.account.Name, p.account.ID)) {
		return nil, iamError(cmp.Or(c.variants.UnknownProjectStatus, http.StatusUnauthorized), "")
	}
	return project, nil
}

// showToken is GET /v3/auth/tokens.
func (c *call) showToken() (response, error) {
	if _, err := c.iamQuery("nocatalog"); err != nil {
		return response{}, err
	}
	subjects := c.r.Header.Values(headerSubjectToken)
	if len(subjects) != 1 {
		return response{}, iamError(http.StatusBadRequest, "")
	}
	t, ok := c.sim.iam.tokens[subjects[0]]
	if !ok || !t.valid(c.now) {
		return response{}, iamError(http.StatusNotFound, "Could not find token.")
	}
	return c.tokenResponse(http.StatusOK, subjects[0], t), nil
}

// tokenResponse returns a token, whose value is in a header only.
func (c *call) tokenResponse(status int, value string, t token) response {
	domain := nameOrID{t.principal.account.Name, t.principal.account.ID}
	expires := t.expires
	if expires.IsZero() {
		expires = c.now.Add(24 * time.Hour)
	}
	var roles []nameOrID
	for _, role := range t.principal.roles {
		roles = append(roles, nameOrID{Name: role, ID: "0"})
	}
	body := map[string]any{
		"methods":    t.methods,
		"expires_at": expires.Format(iamTimeLayout),
		"issued_at":  t.issued.Format(iamTimeLayout),
		"user":       t.principal.user(),
		"roles":      roles,
		"catalog":    []any{},
	}
	if by := t.principal.assumedBy; by != nil {
		body["assumed_by"] = map[string]any{"user": by.user()}
	}
	if t.domain {
		body["domain"] = domain
	}
	if t.project != nil {
		body["project"] = map[string]any{"name": t.project.Name, "id": t.project.ID, "domain": domain}
		body["catalog"] = c.catalog(t.project)
	}
	resp := c.jsonResponse(status, map[string]any{"token": body})
	resp.header.Set(headerSubjectToken, value)
	return resp
}

// user returns the user of a token's body.
func (p principal) user() map[string]any {
	return map[string]any{
		"name": p.userName, "id": p.userID, "password_expires_at": "",
		"domain": nameOrID{p.account.Name, p.account.ID},
	}
}
