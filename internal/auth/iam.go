package auth

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/tokens"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/config"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

const (
	operationLogin = "sign in"
	// agencyKeyLifetime is the lifetime to request for a temporary key pair, which IAM
	// limits to a day.
	agencyKeyLifetime = time.Hour
	// maxIDTokenFile limits the size of the file of an ID token, in bytes.
	maxIDTokenFile = 64 << 10
)

// iamClient calls IAM (Keystone v3 with extensions; internal/swr/API.md, "Signing
// in").
type iamClient struct {
	authURL  *url.URL
	timeout  time.Duration
	clock    func() time.Time
	readFile func(path string, limit int64) ([]byte, error)
	// transport sends requests without a credential of their own.
	transport http.RoundTripper
}

func newIAMClient(c config.Config, base http.RoundTripper, opts Options) *iamClient {
	return &iamClient{
		authURL:   c.AuthURL,
		timeout:   c.RequestTimeout,
		clock:     opts.Clock,
		readFile:  opts.ReadFile,
		transport: &iamTransport{base: base, userAgent: opts.UserAgent},
	}
}

// iamCall is a call of IAM.
type iamCall struct {
	method, url string
	body        any
	// transport authorizes the request. It may be that of the client.
	transport http.RoundTripper
	// result receives the response.
	result any
	// operation and advice are those of a [LoginError].
	operation, advice string
	// secrets are those in the body.
	secrets []string
}

// do calls IAM. Every error is a *LoginError.
func (c *iamClient) do(ctx context.Context, call iamCall) (http.Header, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	var secrets httpsafe.Redactor
	secrets.Add(call.secrets...)
	// The transport adds credentials.
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaderField: secrets.AddHeader})

	// A new client for each call has no state, so that gophercloud neither retries nor
	// renews anything.
	client := &gophercloud.ProviderClient{HTTPClient: http.Client{Transport: call.transport}}
	//nolint:bodyclose // gophercloud closes the body that it decodes
	resp, err := client.Request(traced, call.method, call.url, &gophercloud.RequestOpts{
		JSONBody: call.body, JSONResponse: call.result,
		// Required without a body, too.
		MoreHeaders: map[string]string{"Content-Type": "application/json"},
	})
	if err != nil {
		return nil, c.loginError(ctx, call, err, &secrets)
	}
	return resp.Header, nil
}

// requestToken calls IAM for a token.
func (c *iamClient) requestToken(ctx context.Context, call iamCall) (*credential, error) {
	var response struct {
		Token json.RawMessage `json:"token"`
	}
	began := c.clock()
	call.method, call.result = http.MethodPost, &response
	header, err := c.do(ctx, call)
	if err != nil {
		return nil, err
	}
	text := header.Get(headerSubjectToken)
	if text == "" {
		return nil, &LoginError{
			URL: httpsafe.DisplayURL(c.authURL), operation: call.operation,
			Message: "the response has no token (header X-Subject-Token); check that auth_url is the URL of an IAM v3",
		}
	}
	issued := &credential{token: config.NewSecret(text)}
	var times struct {
		IssuedAt  time.Time `json:"issued_at"`
		ExpiresAt time.Time `json:"expires_at"`
	}
	if json.Unmarshal(response.Token, &times) == nil {
		issued.setLifetime(began, times.ExpiresAt.Sub(times.IssuedAt))
	}
	return issued, nil
}

// login requests a token with a password.
func (c *iamClient) login(ctx context.Context, params config.Login) (*credential, error) {
	opts := passwordOptions(params)
	scope, err := opts.ToTokenV3ScopeMap()
	if err != nil {
		return nil, c.invalid(operationLogin, err)
	}
	body, err := opts.ToTokenV3CreateMap(scope)
	if err != nil {
		return nil, c.invalid(operationLogin, err)
	}
	return c.requestToken(ctx, iamCall{
		url: c.authURL.JoinPath("auth", "tokens").String(), body: body, transport: c.transport,
		operation: operationLogin, secrets: []string{params.Password.Reveal()},
		advice: "IAM returns the same response for a wrong user, password, account or project",
	})
}

// invalid returns the final error of an operation that can't succeed.
func (c *iamClient) invalid(operation string, err error) *LoginError {
	return &LoginError{
		URL: httpsafe.DisplayURL(c.authURL), operation: operation, Message: httpsafe.Printable(err.Error()), cause: err,
	}
}

func passwordOptions(p config.Login) *tokens.AuthOptions {
	opts := &tokens.AuthOptions{
		Username: p.User.Name,
		UserID:   p.User.ID,
		Password: p.Password.Reveal(),
		Scope:    tokens.Scope{ProjectID: p.Project.ID, ProjectName: p.Project.Name},
	}
	// gophercloud refuses a domain beside an ID, which does not need one.
	if p.User.Name != "" {
		opts.DomainID, opts.DomainName = p.Domain.ID, p.Domain.Name
	}
	if p.Project.Name != "" {
		opts.Scope.DomainID, opts.Scope.DomainName = p.Domain.ID, p.Domain.Name
	}
	return opts
}

// object is a part of a request of IAM.
type object map[string]any

// nameOrID returns the field of an object, such as domain_name or domain_id.
func nameOrID(prefix string, ref config.NameOrID) (field, text string) {
	if ref.ID != "" {
		return prefix + "id", ref.ID
	}
	return prefix + "name", ref.Name
}

func projectScope(project config.NameOrID) object {
	field, text := nameOrID("", project)
	return object{"project": object{field: text}}
}

// extensionURL returns the URL of a call that only these clouds have.
func (c *iamClient) extensionURL(elements ...string) string {
	u := *c.authURL
	u.Path = strings.TrimSuffix(u.Path, "v3") // its last segment
	u.RawPath = ""
	return u.JoinPath(append([]string{"v3.0"}, elements...)...).String()
}

// loginWithIDToken requests a token with an ID token. A file is read for each request.
func (c *iamClient) loginWithIDToken(ctx context.Context, params config.OIDC) (*credential, error) {
	operation := fmt.Sprintf("sign in with the ID token of the identity provider %q", params.IDPID)
	text := params.IDToken.Reveal()
	if params.IDTokenFile != "" {
		content, err := c.readFile(params.IDTokenFile, maxIDTokenFile)
		if err != nil {
			return nil, c.invalid(operation, fmt.Errorf("the file with the ID token can't be read: %w", err))
		}
		text = strings.TrimSpace(string(content))
		if text == "" || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return nil, c.invalid(operation, fmt.Errorf("the file %s contains no ID token", params.IDTokenFile))
		}
	}
	return c.requestToken(ctx, iamCall{
		url: c.extensionURL("OS-AUTH", "id-token", "tokens"),
		body: object{"auth": object{
			"id_token": object{"id": text},
			"scope":    projectScope(params.Project),
		}},
		transport: headerTransport{next: c.transport, name: headerIDPID, value: params.IDPID},
		operation: operation, secrets: idTokenSecrets(text),
		advice: fmt.Sprintf("Check that IAM has the identity provider %q, that its issuer, client ID and conversion rules "+
			"match the ID token, and that the ID token has not expired", params.IDPID),
	})
}

// idTokenSecrets returns an ID token, its parts and its claims, which may name persons
// and projects.
func idTokenSecrets(idToken string) []string {
	parts := strings.Split(idToken, ".")
	secrets := append([]string{idToken}, parts...)
	if len(parts) < 2 {
		return secrets
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return secrets
	}
	var claims any
	if json.Unmarshal(payload, &claims) != nil {
		return secrets
	}
	return append(append(secrets, string(payload)), claimValues(claims)...)
}

// claimValues returns the texts and numbers in claims.
func claimValues(claims any) (values []string) {
	const minLength = 4 // shorter ones are part of other texts by chance
	switch claim := claims.(type) {
	case map[string]any:
		for _, element := range claim {
			values = append(values, claimValues(element)...)
		}
	case []any:
		for _, element := range claim {
			values = append(values, claimValues(element)...)
		}
	case string:
		if len(claim) >= minLength {
			values = append(values, claim)
		}
	case float64:
		if text := fmt.Sprintf("%.0f", claim); len(text) >= minLength {
			values = append(values, text)
		}
	}
	return values
}

// headerTransport adds a header.
type headerTransport struct {
	next        http.RoundTripper
	name, value string
}

// RoundTrip implements [http.RoundTripper].
func (t headerTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set(t.name, t.value)
	return t.next.RoundTrip(r)
}

// assumeAgency requests a token of the agency's account, with the own credential that
// the transport adds.
func (c *iamClient) assumeAgency(ctx context.Context, own http.RoundTripper, agency config.Agency) (*credential, error) {
	call := assumeCall(agency, own)
	call.url = c.authURL.JoinPath("auth", "tokens").String()
	call.body = object{"auth": object{"identity": assumeRole(agency, 0), "scope": projectScope(agency.Project)}}
	return c.requestToken(ctx, call)
}

// assumeAgencyWithKeys requests a temporary key pair of the agency's account.
func (c *iamClient) assumeAgencyWithKeys(
	ctx context.Context, own http.RoundTripper, agency config.Agency, format config.SignatureFormat,
) (*credential, error) {
	var response struct {
		Credential struct {
			Access        string    `json:"access"`
			Secret        string    `json:"secret"`
			SecurityToken string    `json:"securitytoken"`
			ExpiresAt     time.Time `json:"expires_at"`
		} `json:"credential"`
	}
	call := assumeCall(agency, own)
	call.method, call.result = http.MethodPost, &response
	call.url = c.extensionURL("OS-CREDENTIAL", "securitytokens")
	call.body = object{"auth": object{"identity": assumeRole(agency, agencyKeyLifetime)}}
	began := c.clock()
	header, err := c.do(ctx, call)
	if err != nil {
		return nil, err
	}
	keys := response.Credential
	if keys.Access == "" || keys.Secret == "" || keys.SecurityToken == "" {
		return nil, c.invalid(call.operation, errors.New("the response has no temporary access key"))
	}
	issued := &credential{signer: &signer{keys: config.KeyPair{
		AccessKey: config.NewSecret(keys.Access), SecretKey: config.NewSecret(keys.Secret),
		SecurityToken: config.NewSecret(keys.SecurityToken), Format: format,
	}}}
	issuedAt := began
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		// The clocks may differ. The header has no fractions of a second.
		issuedAt = date.Add(time.Second)
	}
	issued.setLifetime(began, keys.ExpiresAt.Sub(issuedAt))
	return issued, nil
}

func assumeCall(agency config.Agency, own http.RoundTripper) iamCall {
	return iamCall{
		transport: own,
		operation: fmt.Sprintf("assume the agency %q of %s", agency.Name, agency.Account()),
		advice: fmt.Sprintf("Check that the credential is valid, that %s has an agency %q that delegates to its account, and "+
			"that its user has the policy Agent Operator", agency.Account(), agency.Name),
	}
}

// assumeRole returns the identity of a request for an agency. A lifetime of 0 is not
// sent.
func assumeRole(agency config.Agency, lifetime time.Duration) object {
	field, text := nameOrID("domain_", agency.Domain)
	role := object{"agency_name": agency.Name, field: text}
	if lifetime > 0 {
		role["duration_seconds"] = int(lifetime.Seconds())
	}
	return object{"methods": []string{"assume_role"}, "assume_role": role}
}

// projectID returns the ID of a project with the name.
func (c *iamClient) projectID(ctx context.Context, own http.RoundTripper, name string) (string, error) {
	var response struct {
		Projects []struct{ ID, Name string } `json:"projects"`
	}
	u := c.authURL.JoinPath("projects")
	u.RawQuery = url.Values{"name": {name}}.Encode()
	operation := fmt.Sprintf("look up the project %q", name)
	_, err := c.do(ctx, iamCall{
		method: http.MethodGet, url: u.String(), transport: own, result: &response, operation: operation,
		advice: "Set project_id instead of project_name if the user may not list projects",
	})
	if err != nil {
		return "", err
	}
	var ids []string
	for _, project := range response.Projects {
		if project.Name == name && project.ID != "" {
			ids = append(ids, project.ID)
		}
	}
	if len(ids) != 1 {
		return "", c.invalid(operation,
			fmt.Errorf("IAM lists %d projects with this name. Correct project_name, or set project_id", len(ids)))
	}
	return ids[0], nil
}
