package swrtest

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
)

// IdentityProvider is an OpenID Connect provider whose id tokens the IAM accepts.
// AddIdentityProvider sets what is empty: Account to the owner's, UserName to the
// ID, Roles to RoleAdmin and RoleAgentOperator.
type IdentityProvider struct {
	ID       string // X-Idp-Id
	Account  string // name or id of the account that the users act in
	Issuer   string // required of the claim iss, if set
	Audience string // required in the claim aud
	// Secret verifies signatures (HS256).
	Secret []byte
	// Tokens are accepted whatever their signature.
	Tokens []string
	// UserName is the user that the provider's users act as.
	UserName string
	Roles    []string
}

// identityProvider is an IdentityProvider with the principal of its users.
type identityProvider struct {
	IdentityProvider
	principal principal
}

// AddIdentityProvider adds an identity provider, and returns it with what was empty
// set. It panics if there is no such account.
func (s *Simulator) AddIdentityProvider(p IdentityProvider) IdentityProvider {
	s.mu.Lock()
	defer s.mu.Unlock()
	p.Account = cmp.Or(p.Account, s.iam.owner().Name)
	p.UserName = cmp.Or(p.UserName, p.ID)
	if p.Roles == nil {
		p.Roles = []string{RoleAdmin, RoleAgentOperator}
	}
	s.iam.providers = append(s.iam.providers, &identityProvider{p, principal{
		userID: s.iam.newID(), userName: p.UserName, account: s.iam.mustAccount(p.Account), roles: p.Roles,
	}})
	return p
}

// SignIDToken returns a JWT with these claims, signed with a secret (HS256).
func SignIDToken(secret []byte, claims map[string]any) string {
	encode := base64.RawURLEncoding.EncodeToString
	signed := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode(encodeJSON(claims))
	return signed + "." + encode(hmacSHA256(secret, signed))
}

// verify returns why an id token is not accepted, or nil.
func (p IdentityProvider) verify(idToken string, now time.Time) error {
	parts := strings.Split(idToken, ".")
	if len(parts) != 3 {
		return errors.New("not a JWT")
	}
	var header struct {
		Algorithm string `json:"alg"`
	}
	var claims struct {
		Issuer    string          `json:"iss"`
		Audience  json.RawMessage `json:"aud"`
		Expires   float64         `json:"exp"` // seconds
		NotBefore float64         `json:"nbf"`
	}
	if err := errors.Join(decodeJWTPart(parts[0], &header), decodeJWTPart(parts[1], &claims)); err != nil {
		return err
	}
	if !slices.Contains(p.Tokens, idToken) {
		signature, err := base64.RawURLEncoding.DecodeString(parts[2])
		mac := hmac.New(sha256.New, p.Secret)
		mac.Write([]byte(parts[0] + "." + parts[1]))
		if err != nil || header.Algorithm != "HS256" || len(p.Secret) == 0 || !hmac.Equal(mac.Sum(nil), signature) {
			return errors.New("wrong signature")
		}
	}
	seconds := float64(now.UnixNano()) / float64(time.Second)
	switch {
	case p.Issuer != "" && claims.Issuer != p.Issuer:
		return errors.New("wrong issuer")
	case !slices.Contains(audiences(claims.Audience), p.Audience):
		return errors.New("wrong audience")
	case seconds >= claims.Expires:
		return errors.New("expired")
	case seconds < claims.NotBefore:
		return errors.New("not valid yet")
	}
	return nil
}

func decodeJWTPart(part string, target any) error {
	text, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, target)
}

// audiences returns the claim aud, which is a string or a list.
func audiences(claim json.RawMessage) []string {
	var one string
	var several []string
	if json.Unmarshal(claim, &one) == nil {
		return []string{one}
	}
	if json.Unmarshal(claim, &several) != nil {
		return nil
	}
	return several
}

// loginByIDToken is POST /v3.0/OS-AUTH/id-token/tokens.
func (c *call) loginByIDToken() (response, error) {
	var request struct {
		Auth struct {
			IDToken struct {
				ID string `json:"id"`
			} `json:"id_token"`
			Scope *tokenScope `json:"scope"`
		} `json:"auth"`
	}
	if err := c.parseIAMBody(&request); err != nil {
		return response{}, err
	}
	ids := c.r.Header.Values("X-Idp-Id")
	if len(ids) != 1 || ids[0] == "" || request.Auth.IDToken.ID == "" {
		return response{}, iamError(http.StatusBadRequest, "")
	}
	i := slices.IndexFunc(c.sim.iam.providers, func(p *identityProvider) bool { return p.ID == ids[0] })
	if i < 0 {
		return response{}, iamError(http.StatusUnauthorized, "The identity provider does not exist.")
	}
	provider := c.sim.iam.providers[i]
	if err := provider.verify(request.Auth.IDToken.ID, c.now); err != nil {
		return response{}, iamError(http.StatusUnauthorized, "The id token is invalid: "+err.Error()+".")
	}
	return c.issueToken(provider.principal, []string{methodIDToken}, request.Auth.Scope)
}
