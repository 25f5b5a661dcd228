package auth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"net/url"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/tokens"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

// maxLoginAnswer bounds what is read of an answer of IAM. One with a token has
// the whole catalog with it, some ten kilobytes.
const maxLoginAnswer = 1 << 20

// iamClient logs in at IAM (Keystone v3, api.md, "Signing in").
type iamClient struct {
	authURL   *url.URL
	params    login
	timeout   time.Duration
	clock     func() time.Time
	transport http.RoundTripper
}

func newIAMClient(c Config, base http.RoundTripper, opts TransportOptions) *iamClient {
	return &iamClient{
		authURL:   c.AuthURL,
		params:    c.Credential.login,
		timeout:   c.RequestTimeout,
		clock:     opts.Clock,
		transport: &iamTransport{base: base, userAgent: opts.UserAgent},
	}
}

// login gets a token. Every error is a *LoginError.
func (c *iamClient) login(ctx context.Context) (secret, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()

	// A client for each login: it has no state worth keeping, and so no retry
	// and no renewal of gophercloud's own can come into play.
	service := &gophercloud.ServiceClient{
		ProviderClient: &gophercloud.ProviderClient{HTTPClient: http.Client{Transport: c.transport}},
		Endpoint:       c.authURL.String() + "/",
	}
	result := tokens.Create(ctx, service, c.authOptions())
	if result.Err != nil {
		return secret{}, c.failure(ctx, result.Err)
	}
	text := result.Header.Get(headerSubjectToken)
	if text == "" {
		return secret{}, &LoginError{URL: httpsafe.DisplayURL(c.authURL), Message: "the answer has no token (no header X-Subject-Token); is auth_url the URL of an IAM v3?"}
	}
	return newSecret(text), nil
}

func (c *iamClient) authOptions() *tokens.AuthOptions {
	p := c.params
	opts := &tokens.AuthOptions{
		Username: p.user.name,
		UserID:   p.user.id,
		Password: p.password.reveal(),
		Scope:    tokens.Scope{ProjectID: p.project.id, ProjectName: p.project.name},
	}
	// A domain beside an id is refused by gophercloud: the id needs none.
	if p.user.name != "" {
		opts.DomainID, opts.DomainName = p.domain.id, p.domain.name
	}
	if p.project.name != "" {
		opts.Scope.DomainID, opts.Scope.DomainName = p.domain.id, p.domain.name
	}
	return opts
}

// failure puts what went wrong into a *LoginError.
func (c *iamClient) failure(ctx context.Context, err error) *LoginError {
	failure := &LoginError{URL: httpsafe.DisplayURL(c.authURL)}
	var secrets httpsafe.Redactor
	secrets.Add(c.params.password.reveal())

	var (
		refused  gophercloud.ErrUnexpectedResponseCode
		redirect *redirectError
		tooLarge *http.MaxBytesError
		protocol textproto.ProtocolError
		request  *url.Error
	)
	switch {
	case errors.As(err, &refused):
		failure.Status = refused.Actual
		failure.readResponse(refused.ResponseHeader, refused.Body, &secrets)
		failure.temporary = httpsafe.IsTemporaryStatus(refused.Actual) ||
			refused.Actual < 300 && httpsafe.IsPage(refused.Body)
		failure.retryAfter = httpsafe.RetryAfter(refused.ResponseHeader, c.clock())
	case errors.As(err, &redirect):
		failure.Status = redirect.status
		failure.Message = redirect.Error()
	case errors.As(err, &tooLarge):
		failure.Message = fmt.Sprintf("the answer is larger than %d bytes", maxLoginAnswer)
	case ctx.Err() != nil:
		// Not wrapped: this was the login's own time, and must not be taken for
		// the end of the caller's context.
		failure.Message = fmt.Sprintf("no answer within %s", c.timeout)
		failure.temporary = true
	case errors.As(err, &protocol), errors.As(err, &request) && httpsafe.QuotesResponse(request.Err):
		// Not quoted: the line it complains of may be the one with the token.
		failure.Message = "the answer is not valid HTTP"
		failure.temporary = true
	case errors.As(err, &request):
		failure.cause = request.Err
		failure.Message = secrets.Printable(request.Err.Error())
		failure.temporary = !httpsafe.IsPermanent(err)
	default:
		// A success whose body is cut off, or is a page and no JSON.
		failure.cause = err
		failure.Message = "the answer can't be read: " + secrets.Printable(err.Error())
		failure.temporary = true
	}
	return failure
}

// redirectError is an answer that points elsewhere. It is never followed: the
// password would go along.
type redirectError struct {
	method, url, target string
	status              int
}

func (e *redirectError) Error() string {
	return fmt.Sprintf("%s %s was answered with a redirect (%d) to %s, and redirects are never followed", e.method, e.url, e.status, e.target)
}

// iamTransport puts limits on calls to IAM that their client does not have: no
// redirect, and no answer without end.
type iamTransport struct {
	base      http.RoundTripper
	userAgent string
}

// RoundTrip implements [http.RoundTripper].
func (t *iamTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	if t.userAgent != "" {
		r.Header.Set(headerUserAgent, t.userAgent)
	}
	resp, err := t.base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		drain(resp)
		return nil, &redirectError{method: r.Method, url: httpsafe.DisplayURL(r.URL), target: redirectTarget(resp), status: resp.StatusCode}
	}
	resp.Body = http.MaxBytesReader(nil, resp.Body, maxLoginAnswer)
	return resp, nil
}

// redirectTarget shows where an answer points, without what may be a secret.
func redirectTarget(resp *http.Response) string {
	return cmp.Or(httpsafe.DisplayLocation(resp.Header.Get("Location")), "nowhere (no Location header)")
}
