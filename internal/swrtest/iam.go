package swrtest

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// The owner is the one account whose repositories the simulator has. The
// default user is its user behind the static token and the key pairs.
const (
	ownerDomainName  = "OTC-EU-DE-00000000001000000001"
	ownerDomainID    = "ffd2c4ecbd7c4ae5ae8d2c2c5ac1bfa5"
	ownerProjectName = "eu-de"
	ownerProjectID   = "0504186e6a80105a2f7fc0090e6ab0f1"
	defaultUserID    = "0504186e6a8010e01f3ec009a7279baa"
	defaultUserName  = "sim-user"
)

const (
	headerToken         = "X-Auth-Token"
	headerSubjectToken  = "X-Subject-Token"
	headerAuthorization = "Authorization"
	headerSecurityToken = "X-Security-Token"
	headerDate          = "X-Sdk-Date"

	iamTimeLayout = "2006-01-02T15:04:05.000000Z"
)

// Project is a project of an account: a region or part of one.
type Project struct {
	Name, ID string
}

// User is a user of the IAM. AddUser sets what is empty: ID to a number,
// DomainName and DomainID to the owner's, Projects to eu-de.
type User struct {
	Name, ID, Password   string
	DomainName, DomainID string
	Projects             []Project
}

// Key is a key pair that signs requests. A temporary one has a SecurityToken,
// which its requests send in X-Security-Token.
type Key struct {
	Access, Secret, SecurityToken string
}

// identity is the user who sends a request.
type identity struct {
	userID, userName string
}

func defaultIdentity() identity { return identity{defaultUserID, defaultUserName} }

// token is a token of the IAM.
type token struct {
	identity identity
	user     *User     // nil for a token without a login
	project  bool      // scoped to a project, as SWR requires
	expires  time.Time // zero: never
}

func (t token) valid(now time.Time) bool {
	return t.expires.IsZero() || now.Before(t.expires)
}

// iam is everything that the IAM stores. The caller locks.
type iam struct {
	static string
	tokens map[string]token
	keys   map[string]*keyState
	users  []*User
}

const (
	// maxWrongSignatures is how many wrong signatures in a row a key may have: one
	// more locks it.
	maxWrongSignatures = 5
	// keyLockTime is how long a key is locked.
	keyLockTime = 5 * time.Minute
)

// keyState is a key with what the gateway knows of its signatures.
type keyState struct {
	Key

	wrong       int // signatures in a row
	lockedUntil time.Time
}

func newIAM() iam {
	i := iam{static: randomToken(), tokens: map[string]token{}, keys: map[string]*keyState{}}
	i.tokens[i.static] = token{identity: defaultIdentity(), project: true}
	return i
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

// AddKey adds a key pair, or replaces the one with the same Access.
func (s *Simulator) AddKey(key Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.iam.keys[key.Access] = &keyState{Key: key}
}

// RemoveKey deletes a key pair.
func (s *Simulator) RemoveKey(access string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.iam.keys, access)
}

// AddUser adds a user to the IAM, and returns it with what was empty set.
func (s *Simulator) AddUser(user User) User {
	s.mu.Lock()
	defer s.mu.Unlock()
	user.ID = cmp.Or(user.ID, fmt.Sprintf("%032x", len(s.iam.users)+1))
	if user.DomainName == "" && user.DomainID == "" {
		user.DomainName, user.DomainID = ownerDomainName, ownerDomainID
	}
	if len(user.Projects) == 0 {
		user.Projects = []Project{{Name: ownerProjectName, ID: ownerProjectID}}
	}
	s.iam.users = append(s.iam.users, &user)
	return user
}

// Owner returns the name of the account whose repositories the simulator has.
func (s *Simulator) Owner() string { return ownerDomainName }

// authenticate sets the caller of a request by its token or its signature.
func (c *call) authenticate() error {
	tokens := c.r.Header.Values(headerToken)
	signed := len(c.r.Header.Values(headerAuthorization)) > 0
	switch {
	case signed && len(tokens) > 0:
		return apiError{http.StatusBadRequest, codeBadParameter, "both a token and a signature"}
	case signed:
		return c.authenticateSignature()
	case len(tokens) != 1:
		return c.unauthorized(gatewayNoToken, "no token")
	}
	t, ok := c.sim.iam.tokens[tokens[0]]
	switch {
	case !ok:
		return c.unauthorized(gatewayUnknownToken, "the token is unknown")
	case !t.valid(c.now):
		return c.unauthorized(gatewayTokenExpired(t.expires), "the token is expired")
	case !t.project:
		return c.unauthorized(gatewayUnknownToken, "the token is not scoped to a project")
	}
	c.caller = t.identity
	return nil
}

// authenticateSignature checks a request's signature. For SWR itself an unknown
// key is a bad request, whatever it signed; everything else that is wrong is a
// 401. More than five wrong signatures in a row lock the key.
func (c *call) authenticateSignature() error {
	auth, err := parseAuthorization(c.r.Header.Values(headerAuthorization))
	if err != nil {
		return c.unauthorized(gatewayWrongSignature, err.Error())
	}
	if !auth.allowed(c.variants.Signatures) {
		return c.unauthorized(gatewayWrongSignature, "this form of signature is not accepted")
	}
	key, ok := c.sim.iam.keys[auth.access]
	switch {
	case !ok && c.variants.AuthErrors == AuthGateway:
		return gatewayUnauthorized(gatewayUnknownKey)
	case !ok:
		return apiError{status: http.StatusBadRequest, code: codeWrongKey}
	case c.now.Before(key.lockedUntil):
		return gatewayUnauthorized(gatewayKeyLocked)
	}
	signed := signedRequest{
		method: c.r.Method,
		host:   c.r.Host,
		path:   c.r.URL.Path,
		query:  c.r.URL.RawQuery,
		header: c.r.Header,
		body:   c.body,
	}
	if err := auth.verify(signed, key.Key, c.now); err != nil {
		if key.wrong++; key.wrong > maxWrongSignatures {
			key.wrong, key.lockedUntil = 0, c.now.Add(keyLockTime)
		}
		return c.unauthorized(gatewayWrongSignature, err.Error())
	}
	key.wrong = 0
	c.caller = defaultIdentity()
	return nil
}

// nameOrID identifies an object of the IAM by name or by id.
type nameOrID struct {
	Name string `json:"name,omitempty"`
	ID   string `json:"id,omitempty"`
}

// valid reports whether exactly one of the two is set.
func (n nameOrID) valid() bool { return (n.Name == "") != (n.ID == "") }

func (n nameOrID) matches(name, id string) bool {
	return n.valid() && (n.Name == "" || n.Name == name) && (n.ID == "" || n.ID == id)
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

// loginScope is the scope of a token: a project, or a whole account.
type loginScope struct {
	Project *struct {
		nameOrID
		Domain *nameOrID `json:"domain"`
	} `json:"project"`
	Domain *nameOrID `json:"domain"`
}

// iamError returns an error in the IAM's shape.
func iamError(status int) error { return apiError{status: status} }

// login is POST /v3/auth/tokens.
func (c *call) login() (response, error) {
	var request loginRequest
	decoder := json.NewDecoder(bytes.NewReader(c.body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&request); err != nil || decoder.More() || !contentTypeAllowed(c.r.Header) {
		return response{}, iamError(http.StatusBadRequest)
	}
	user, err := c.loginUser(request)
	if err != nil {
		return response{}, err
	}
	scope := request.Auth.Scope
	project, err := c.loginProject(user, scope)
	if err != nil {
		return response{}, err
	}
	expires := c.now.Add(c.sim.tokenLifetime)
	domain := nameOrID{user.DomainName, user.DomainID}
	body := map[string]any{
		"methods":    request.Auth.Identity.Methods,
		"expires_at": expires.Format(iamTimeLayout),
		"issued_at":  c.now.Format(iamTimeLayout),
		"user":       map[string]any{"name": user.Name, "id": user.ID, "password_expires_at": "", "domain": domain},
		"roles":      []nameOrID{{Name: "te_admin", ID: "0"}},
		"catalog":    []any{},
	}
	if scope != nil && scope.Domain != nil {
		body["domain"] = domain
	}
	if project != nil {
		body["project"] = map[string]any{"name": project.Name, "id": project.ID, "domain": domain}
		body["catalog"] = c.catalog(project.Name)
	}
	value := randomToken()
	c.sim.iam.tokens[value] = token{
		identity: identity{user.ID, user.Name},
		user:     user,
		project:  project != nil,
		expires:  expires,
	}
	resp := c.jsonResponse(http.StatusCreated, map[string]any{"token": body})
	resp.header.Set(headerSubjectToken, value)
	return resp, nil
}

// loginUser returns the user by the one method of the request.
func (c *call) loginUser(request loginRequest) (*User, error) {
	identity := request.Auth.Identity
	if len(identity.Methods) != 1 {
		return nil, iamError(http.StatusBadRequest)
	}
	switch {
	case identity.Methods[0] == "password" && identity.Password != nil:
		want := identity.Password.User
		// A name is unique only within its account; an id needs none.
		if !want.valid() || want.Password == "" || (want.ID == "" && (want.Domain == nil || !want.Domain.valid())) {
			return nil, iamError(http.StatusBadRequest)
		}
		for _, user := range c.sim.iam.users {
			if want.matches(user.Name, user.ID) && user.Password == want.Password &&
				(want.Domain == nil || want.Domain.matches(user.DomainName, user.DomainID)) {
				return user, nil
			}
		}
		return nil, iamError(http.StatusUnauthorized)
	case identity.Methods[0] == "token" && identity.Token != nil:
		t, ok := c.sim.iam.tokens[identity.Token.ID]
		if !ok || !t.valid(c.now) || t.user == nil {
			return nil, iamError(http.StatusUnauthorized)
		}
		return t.user, nil
	default:
		return nil, iamError(http.StatusBadRequest)
	}
}

// loginProject returns the project of the scope; nil for a whole account, or
// without a scope.
func (c *call) loginProject(user *User, scope *loginScope) (*Project, error) {
	switch {
	case scope == nil:
		return nil, nil
	case (scope.Project == nil) == (scope.Domain == nil):
		return nil, iamError(http.StatusBadRequest)
	case scope.Domain != nil:
		if !scope.Domain.matches(user.DomainName, user.DomainID) {
			return nil, iamError(http.StatusUnauthorized)
		}
		return nil, nil
	case !scope.Project.valid():
		return nil, iamError(http.StatusBadRequest)
	}
	i := slices.IndexFunc(user.Projects, func(p Project) bool { return scope.Project.matches(p.Name, p.ID) })
	if i < 0 || (scope.Project.Domain != nil && !scope.Project.Domain.matches(user.DomainName, user.DomainID)) {
		return nil, iamError(cmp.Or(c.variants.UnknownProjectStatus, http.StatusUnauthorized))
	}
	return &user.Projects[i], nil
}

// catalog returns the IAM, another service, and SWR only with its variant.
func (c *call) catalog(region string) []any {
	scheme := "http"
	if c.r.TLS != nil {
		scheme = "https"
	}
	base := scheme + "://" + c.r.Host + c.sim.basePath
	service := func(id, name, kind, url string) any {
		return map[string]any{"id": id, "name": name, "type": kind, "endpoints": []any{map[string]string{
			"id": id, "interface": "public", "region": region, "region_id": region, "url": url,
		}}}
	}
	services := []any{
		service("1", "iam", "identity", base+"/v3"),
		service("2", "ecs", "compute", "https://ecs."+region+".example.com/v2.1"),
	}
	if c.variants.CatalogWithSWR {
		services = append(services, service("3", "swr", "swr", base+"/v2"))
	}
	return services
}
