package swrtest

import "net/http"

const (
	headerToken         = "X-Auth-Token"
	headerAuthorization = "Authorization"
	headerSecurityToken = "X-Security-Token"
	headerDate          = "X-Sdk-Date"
)

// authenticate finds out who asks: by a token, or by a signature.
func (c *call) authenticate() (answer, bool) {
	tokens := c.r.Header.Values(headerToken)
	signed := len(c.r.Header.Values(headerAuthorization)) > 0
	switch {
	case signed && len(tokens) > 0:
		return c.badRequest("both a token and a signature"), false
	case signed:
		return c.verifySignature()
	case len(tokens) != 1:
		return c.unauthorized("no token"), false
	}
	t, ok := c.sim.accounts.tokens[tokens[0]]
	if !ok || !t.valid(c.now) {
		return c.unauthorized("the token is unknown or expired"), false
	}
	if !t.project {
		return c.unauthorized("the token is not scoped to a project"), false
	}
	c.user = t.identity
	return answer{}, true
}

// verifySignature checks the request against the key pairs. An unknown key is
// a bad request, whatever it signed; everything else that is wrong is a 401.
func (c *call) verifySignature() (answer, bool) {
	auth, problem := parseAuthorization(c.r.Header.Values(headerAuthorization))
	if problem == "" && !auth.allowed(c.variants.Signatures) {
		problem = "this form of signature is not taken"
	}
	if problem != "" {
		return c.unauthorized(problem), false
	}
	key, ok := c.sim.accounts.keys[auth.access]
	if !ok {
		return c.fail(http.StatusBadRequest, codeWrongKey, ""), false
	}
	signed := signedRequest{
		method: c.r.Method,
		host:   c.r.Host,
		path:   c.r.URL.Path,
		query:  c.r.URL.RawQuery,
		header: c.r.Header,
		body:   c.body,
	}
	if problem := auth.verify(signed, key, c.now); problem != "" {
		return c.unauthorized(problem), false
	}
	c.user = defaultIdentity()
	return answer{}, true
}
