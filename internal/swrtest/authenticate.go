package swrtest

import (
	"cmp"
	"net/http"
	"time"
)

const (
	headerToken         = "X-Auth-Token"
	headerSubjectToken  = "X-Subject-Token"
	headerAuthorization = "Authorization"
	headerSecurityToken = "X-Security-Token"
	headerProjectID     = "X-Project-Id"
	headerDomainID      = "X-Domain-Id"
	headerDate          = "X-Sdk-Date"
)

// authenticate sets the caller of a request, and its project, by its token or its
// signature.
func (c *call) authenticate() error {
	tokens := c.r.Header.Values(headerToken)
	signed := len(c.r.Header.Values(headerAuthorization)) > 0
	switch {
	case signed && len(tokens) > 0 && c.route.op.iam():
		return iamError(http.StatusBadRequest, "")
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
	case t.project == nil && !c.route.op.iam():
		return c.unauthorized(gatewayUnknownToken, "the token is not scoped to a project")
	}
	c.caller, c.project = t.principal, t.project
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
	case !ok && (c.variants.AuthErrors == AuthGateway || c.route.op.iam()):
		return gatewayUnauthorized(gatewayUnknownKey)
	case !ok:
		return apiError{status: http.StatusBadRequest, code: codeWrongKey}
	case c.now.Before(key.lockedUntil):
		return gatewayUnauthorized(gatewayKeyLocked)
	}
	signed := signedRequest{
		method:       c.r.Method,
		host:         c.r.Host,
		path:         c.r.URL.Path,
		query:        c.r.URL.RawQuery,
		header:       c.r.Header,
		body:         c.body,
		olderClients: c.variants.OlderClients,
	}
	if err := auth.verify(signed, key.Key, c.now); err != nil {
		if key.wrong++; key.wrong > maxWrongSignatures {
			key.wrong, key.lockedUntil = 0, c.now.Add(keyLockTime)
		}
		return c.unauthorized(gatewayWrongSignature, err.Error())
	}
	key.wrong = 0
	if !key.expires.IsZero() && !c.now.Before(key.expires) {
		return c.unauthorized(gatewayKeyExpired(key.expires), "the security token is expired")
	}
	c.caller = key.principal
	return c.selectProject()
}

// selectProject sets the project of a signed request: the one of X-Project-Id, or
// the region's. X-Domain-Id may only be the caller's own account.
func (c *call) selectProject() error {
	c.project = c.caller.defaultProject()
	if ids := c.r.Header.Values(headerProjectID); len(ids) > 0 {
		c.project = c.caller.findProject(nameOrID{ID: ids[0]})
		if c.project == nil || len(ids) > 1 {
			return c.wrongProject("X-Project-Id is no project of the account")
		}
	}
	if ids := c.r.Header.Values(headerDomainID); len(ids) > 1 || (len(ids) == 1 && ids[0] != c.caller.account.ID) {
		return c.wrongProject("X-Domain-Id is not the account")
	}
	return nil
}

// wrongProject returns the gateway's error for a project or an account that the
// caller cannot act in. Its text is in no document.
func (c *call) wrongProject(detail string) error {
	if cmp.Or(c.variants.UnknownProjectStatus, http.StatusUnauthorized) == http.StatusForbidden {
		return apiError{http.StatusForbidden, codeForbiddenGateway, detail}
	}
	return c.unauthorized(gatewayWrongProject, detail)
}

// gatewayKeyExpired is in no document; it follows gatewayTokenExpired.
func gatewayKeyExpired(at time.Time) string {
	return "security token expires, expires_at: " + at.Format(iamTimeLayout)
}
