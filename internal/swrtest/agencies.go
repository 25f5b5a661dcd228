package swrtest

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Agency lets the users of one account act in another one, which delegates to it.
// AddAgency sets what is empty: ID to a number, TrustedAccount to the owner's.
type Agency struct {
	Name, ID string
	// Account delegates, TrustedAccount is delegated to: names or ids.
	Account, TrustedAccount string
}

// agency is an Agency with its accounts.
type agency struct {
	Agency
	account, trusted *Account
}

// AddAgency adds an agency, and returns it with what was empty set. It panics if
// there is no such account.
func (s *Simulator) AddAgency(a Agency) Agency {
	s.mu.Lock()
	defer s.mu.Unlock()
	a.ID = cmp.Or(a.ID, s.iam.newID())
	a.TrustedAccount = cmp.Or(a.TrustedAccount, s.iam.owner().Name)
	s.iam.agencies = append(s.iam.agencies, &agency{a, s.iam.mustAccount(a.Account), s.iam.mustAccount(a.TrustedAccount)})
	return a
}

// RemoveAgency deletes the agencies of a name. Its tokens and keys stay valid.
func (s *Simulator) RemoveAgency(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.iam.agencies = slices.DeleteFunc(s.iam.agencies, func(a *agency) bool { return a.Name == name })
}

// assumeRole is the agency in a request's body.
type assumeRole struct {
	AgencyName string `json:"agency_name"`
	// Both older clients send this for agency_name.
	XRoleName       string `json:"xrole_name"`
	DomainName      string `json:"domain_name"`
	DomainID        string `json:"domain_id"`
	DurationSeconds *int   `json:"duration_seconds"` // of securitytokens only
}

// assumeRole returns the agency that the caller asks to act as. It has to exist
// and trust the caller's account, and the caller has to be a user with the role
// of an agent operator.
func (c *call) assumeRole(want assumeRole) (principal, error) {
	name, domain := want.AgencyName, nameOrID{want.DomainName, want.DomainID}
	if c.variants.OlderClients && name == "" {
		name, want.XRoleName = want.XRoleName, ""
	}
	if name == "" || want.XRoleName != "" || !domain.valid() {
		return principal{}, iamError(http.StatusBadRequest, "")
	}
	caller := c.caller
	i := slices.IndexFunc(c.sim.iam.agencies, func(a *agency) bool {
		return a.Name == name && domain.matches(a.account.Name, a.account.ID) && a.trusted == caller.account
	})
	switch {
	case i < 0:
		return principal{}, iamError(http.StatusForbidden, "The agency does not exist.")
	case caller.assumedBy != nil || !slices.Contains(caller.roles, RoleAgentOperator):
		return principal{}, iamError(http.StatusForbidden, "")
	}
	a := c.sim.iam.agencies[i]
	return principal{
		userID:    a.ID,
		userName:  a.account.Name + "/" + a.Name,
		account:   a.account,
		roles:     []string{RoleAdmin},
		assumedBy: &caller,
	}, nil
}

// The durations of a temporary key pair.
const (
	defaultKeyLifetime = 15 * time.Minute
	maxKeyLifetime     = 24 * time.Hour
)

// createSecurityToken is POST /v3.0/OS-CREDENTIAL/securitytokens.
func (c *call) createSecurityToken() (response, error) {
	var request struct {
		Auth struct {
			Identity struct {
				Methods    []string    `json:"methods"`
				AssumeRole *assumeRole `json:"assume_role"`
			} `json:"identity"`
		} `json:"auth"`
	}
	if err := c.parseIAMBody(&request); err != nil {
		return response{}, err
	}
	identity := request.Auth.Identity
	if !slices.Equal(identity.Methods, []string{methodAssumeRole}) || identity.AssumeRole == nil {
		return response{}, iamError(http.StatusBadRequest, "")
	}
	lifetime := defaultKeyLifetime
	if seconds := identity.AssumeRole.DurationSeconds; seconds != nil {
		lifetime = time.Duration(*seconds) * time.Second
	}
	if lifetime < defaultKeyLifetime || lifetime > maxKeyLifetime {
		return response{}, iamError(http.StatusBadRequest, fmt.Sprintf(
			"duration_seconds must be from %.0f to %.0f.", defaultKeyLifetime.Seconds(), maxKeyLifetime.Seconds()))
	}
	p, err := c.assumeRole(*identity.AssumeRole)
	if err != nil {
		return response{}, err
	}
	expires := c.now.Add(cmp.Or(c.sim.keyLifetime, lifetime))
	key := c.sim.iam.issueKey(p, expires)
	return c.jsonResponse(http.StatusCreated, map[string]any{"credential": map[string]string{
		"access":        key.Access,
		"secret":        key.Secret,
		"securitytoken": key.SecurityToken,
		"expires_at":    expires.Format(iamTimeLayout),
	}}), nil
}
