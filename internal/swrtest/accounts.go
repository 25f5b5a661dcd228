package swrtest

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"time"
)

// The owner: the one account whose repositories the simulator holds, its user
// behind the static token and the key pairs, and its project.
const (
	ownerDomainName    = "OTC-EU-DE-00000000001000000001"
	ownerDomainID      = "ffd2c4ecbd7c4ae5ae8d2c2c5ac1bfa5"
	ownerProjectName   = "eu-de"
	ownerProjectID     = "0504186e6a80105a2f7fc0090e6ab0f1"
	defaultUserID      = "0504186e6a8010e01f3ec009a7279baa"
	defaultUserName    = "sim-user"
	tokenPrefix        = "sim-token-"
	permanent          = time.Duration(0)
	tokenBytes         = 24
	generatedIDPattern = "%032x"
)

// Project is a project of an account, which is a region or part of one.
type Project struct {
	Name, ID string
}

// User is a user of the IAM. What is empty is filled: ID with a number,
// DomainName and DomainID with the owner's, Projects with eu-de.
type User struct {
	Name, ID, Password   string
	DomainName, DomainID string
	Projects             []Project
}

// Key is a key pair that signs requests. SecurityToken is set for a temporary
// one, whose requests must carry it in X-Security-Token.
type Key struct {
	Access, Secret, SecurityToken string
}

// identity is who asks.
type identity struct {
	userID, userName string
}

// token is a token of the IAM.
type token struct {
	identity identity
	user     *User     // nil for a token that no user logged in for
	project  bool      // scoped to a project, as SWR wants it
	expires  time.Time // zero: never
}

func (t token) valid(now time.Time) bool {
	return t.expires.IsZero() || now.Before(t.expires)
}

// accounts is what the IAM knows. Its owner locks.
type accounts struct {
	static string
	tokens map[string]token
	keys   map[string]Key
	users  []*User
}

func newAccounts() accounts {
	a := accounts{static: randomToken(), tokens: map[string]token{}, keys: map[string]Key{}}
	a.tokens[a.static] = token{identity: defaultIdentity(), project: true}
	return a
}

func defaultIdentity() identity { return identity{defaultUserID, defaultUserName} }

// randomToken is random so that no token of one run works in another.
func randomToken() string {
	raw := make([]byte, tokenBytes)
	// Read never fails and never returns less: see its documentation.
	if _, err := rand.Read(raw); err != nil {
		panic("swrtest: no randomness: " + err.Error())
	}
	return tokenPrefix + hex.EncodeToString(raw)
}

// Token returns the static token: random at each New, and never expiring
// unless ExpireTokens is called.
func (s *Simulator) Token() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.accounts.static
}

// AddToken makes a token valid for a time from now; 0: for ever.
func (s *Simulator) AddToken(value string, lifetime time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := token{identity: defaultIdentity(), project: true}
	if lifetime != permanent {
		t.expires = s.now().Add(lifetime)
	}
	s.accounts.tokens[value] = t
}

// ExpireTokens ends the life of every token there is, the static one too.
func (s *Simulator) ExpireTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.accounts.tokens)
}

// AddKey makes a key pair valid, in place of one with the same Access.
func (s *Simulator) AddKey(key Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accounts.keys[key.Access] = key
}

// RemoveKey makes a key pair unknown.
func (s *Simulator) RemoveKey(access string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.accounts.keys, access)
}

// AddUser adds a user to the IAM, and returns it with what was empty filled.
func (s *Simulator) AddUser(user User) User {
	s.mu.Lock()
	defer s.mu.Unlock()
	user.ID = cmp.Or(user.ID, fmt.Sprintf(generatedIDPattern, len(s.accounts.users)+1))
	if user.DomainName == "" && user.DomainID == "" {
		user.DomainName, user.DomainID = ownerDomainName, ownerDomainID
	}
	if len(user.Projects) == 0 {
		user.Projects = []Project{{Name: ownerProjectName, ID: ownerProjectID}}
	}
	s.accounts.users = append(s.accounts.users, &user)
	return user
}

// Owner returns the name of the account whose repositories the simulator holds.
func (s *Simulator) Owner() string { return ownerDomainName }
