package swrtest

import (
	"crypto/rand"
	"fmt"
	"slices"
	"time"
)

// Key is a key pair that signs requests. A temporary one has a SecurityToken,
// which its requests send in X-Security-Token.
type Key struct {
	Access, Secret, SecurityToken string
	// UserID is the id of the user whose key it is; empty: the owner's default user.
	UserID string
}

const (
	// maxWrongSignatures is how many wrong signatures in a row a key may have: one
	// more locks it.
	maxWrongSignatures = 5
	// keyLockTime is how long a key is locked.
	keyLockTime = 5 * time.Minute
)

// keyState is a key with what the gateway knows of it.
type keyState struct {
	Key

	principal   principal
	expires     time.Time // zero: never
	wrong       int       // signatures in a row
	lockedUntil time.Time
}

// AddKey adds a key pair, or replaces the one with the same Access. It panics if
// there is no user UserID.
func (s *Simulator) AddKey(key Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	owner := s.iam.defaultUser()
	if key.UserID != "" {
		i := slices.IndexFunc(s.iam.users, func(u *userAccount) bool { return u.ID == key.UserID })
		if i < 0 {
			panic(fmt.Sprintf("swrtest: there is no user %q: call AddUser first", key.UserID))
		}
		owner = s.iam.users[i].principal
	}
	s.iam.keys[key.Access] = &keyState{Key: key, principal: owner}
}

// RemoveKey deletes a key pair.
func (s *Simulator) RemoveKey(access string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.iam.keys, access)
}

// ExpireKeys makes all key pairs invalid that the IAM has issued.
func (s *Simulator) ExpireKeys() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range s.iam.keys {
		if !key.expires.IsZero() {
			key.expires = s.now()
		}
	}
}

// IssuedKeys returns the temporary key pairs that the IAM has issued.
func (s *Simulator) IssuedKeys() []Key {
	s.mu.Lock()
	defer s.mu.Unlock()
	var issued []Key
	for _, key := range s.iam.keys {
		if !key.expires.IsZero() {
			issued = append(issued, key.Key)
		}
	}
	return issued
}

// issueKey returns a new temporary key pair.
func (i *iam) issueKey(p principal, expires time.Time) Key {
	key := Key{
		Access:        "HST" + rand.Text()[:17],
		Secret:        (rand.Text() + rand.Text())[:40],
		SecurityToken: "sim-security-token-" + rand.Text() + rand.Text(),
	}
	i.keys[key.Access] = &keyState{Key: key, principal: p, expires: expires}
	return key
}
