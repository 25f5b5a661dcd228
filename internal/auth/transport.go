// Package auth authenticates requests: [NewTransport] makes an [http.RoundTripper]
// from a [config.Config]. The transport signs each request with a key pair, or sends
// a token, from the user or from IAM. It renews what IAM issued before it ends, and
// once on a 401 response.
//
// The package does not know the API that is called through the transport. Retries,
// logs and timeouts of requests are up to the caller. It writes no secret anywhere.
package auth

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/config"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
)

const (
	headerAuthToken    = "X-Auth-Token"
	headerSubjectToken = "X-Subject-Token"
	headerProjectID    = "X-Project-Id"
	headerDomainID     = "X-Domain-Id"
	headerIDPID        = "X-Idp-Id"
	headerUserAgent    = "User-Agent"

	// defaultMaxConns is Terraform's default parallelism.
	defaultMaxConns = 10
	dialTimeout     = 30 * time.Second
	tlsTimeout      = 15 * time.Second
	idleTimeout     = 90 * time.Second
	// maxDrained is the number of bytes of a response that are read before it is
	// closed, so that its connection can be reused.
	maxDrained = 64 << 10
)

// Options are the options of [NewTransport]. The zero value is valid.
type Options struct {
	// UserAgent is sent to SWR and to IAM.
	UserAgent string
	// Wrap, if not nil, wraps the transport of all requests to SWR and to IAM, so
	// that the caller can log them. The requests have credentials in their headers.
	// A login has a password or an ID token in its body, and a token in the header
	// X-Subject-Token of its response, or a temporary key pair in its body.
	Wrap func(http.RoundTripper) http.RoundTripper
	// Clock is time.Now by default.
	Clock func() time.Time
	// ReadFile reads the file of an ID token, of at most limit bytes. By default it is
	// that of [config.OSEnvironment].
	ReadFile func(path string, limit int64) ([]byte, error)
	// MaxConns is the number of idle connections to keep for each host, 10 by
	// default.
	MaxConns int
}

// Transport authenticates requests.
type Transport interface {
	http.RoundTripper
	// ClockOffset returns how far the clock of the server is ahead, from the response
	// that refused a signature. ok is false if no signature was refused, or the
	// response had no date.
	ClockOffset() (offset time.Duration, ok bool)
}

// NewTransport returns a Transport that authenticates requests. It sends nothing
// before the first request.
//
// It refuses requests to other hosts than the endpoint's. Like any RoundTripper it
// does not follow redirects. It retries only a request whose credential it renewed.
// The error of a failed login is a [*LoginError].
func NewTransport(c config.Config, opts Options) (Transport, error) {
	if c.Endpoint == nil || c.Credential.Method == "" {
		return nil, errors.New("create transport: the configuration has no endpoint or no credential")
	}
	if opts.Clock == nil {
		opts.Clock = time.Now
	}
	if opts.ReadFile == nil {
		opts.ReadFile = config.OSEnvironment().ReadFile
	}
	base := http.RoundTripper(baseTransport(c.TLS, opts.MaxConns))
	if opts.Wrap != nil {
		base = opts.Wrap(base)
	}
	b := builder{config: c, opts: opts, base: base, iam: newIAMClient(c, base, opts)}
	if c.Credential.Agency != nil {
		return b.agency(*c.Credential.Agency), nil
	}
	own := b.own(c.Endpoint, base)
	if signing, ok := own.(*signingTransport); ok {
		signing.project, signing.iam = b.keyPairProject()
	}
	return own, nil
}

// builder creates the parts of a transport.
type builder struct {
	config config.Config
	opts   Options
	base   http.RoundTripper
	iam    *iamClient
}

// own returns a transport that sends requests to one host with the own credential.
func (b *builder) own(host *url.URL, base http.RoundTripper) Transport {
	c := b.config.Credential
	if c.Method == config.MethodKeyPair {
		return &signingTransport{
			base: base, prepare: b.preparer(host), clock: b.opts.Clock, signer: signer{keys: c.KeyPair},
		}
	}
	var source *credentialSource
	switch c.Method {
	case config.MethodToken:
		source = b.source(nil)
		source.current = &credential{token: c.Token}
	case config.MethodOIDC:
		source = b.source(func(ctx context.Context) (*credential, error) { return b.iam.loginWithIDToken(ctx, c.OIDC) })
	default:
		source = b.source(func(ctx context.Context) (*credential, error) { return b.iam.login(ctx, c.Login) })
	}
	return b.renewing(host, base, source)
}

// agency returns a transport that sends requests to the endpoint with a credential of
// the agency, which it requests with the own credential.
func (b *builder) agency(agency config.Agency) Transport {
	own := b.ownAtIAM()
	assume := func(ctx context.Context) (*credential, error) { return b.iam.assumeAgency(ctx, own, agency) }
	if agency.AsKeyPair {
		// Logins are one at a time.
		assume = func(ctx context.Context) (*credential, error) { return b.assumeWithKeys(ctx, own, &agency) }
	}
	return &agencyTransport{tokenTransport: b.renewing(b.config.Endpoint, b.base, b.source(assume)), own: own}
}

// assumeWithKeys requests a temporary key pair of the agency. It looks up the project
// of the agency, and sets its ID.
func (b *builder) assumeWithKeys(ctx context.Context, own http.RoundTripper, agency *config.Agency) (*credential, error) {
	issued, err := b.iam.assumeAgencyWithKeys(ctx, own, *agency, b.config.Credential.KeyPair.Format)
	if err != nil {
		return nil, err
	}
	if project := &agency.Project; project.ID == "" && project.Name != "" {
		asAgency := &signingTransport{
			base: b.iam.transport, prepare: b.preparer(b.config.AuthURL), clock: b.opts.Clock, signer: *issued.signer,
		}
		if project.ID, err = b.iam.projectID(ctx, asAgency, project.Name); err != nil {
			return nil, err
		}
	}
	issued.signer.projectID = agency.Project.ID
	return issued, nil
}

// ownAtIAM returns a transport that sends requests to IAM with the own credential. A
// signed one is for the account and not for a project.
func (b *builder) ownAtIAM() Transport {
	own := b.own(b.config.AuthURL, b.iam.transport)
	if signing, ok := own.(*signingTransport); ok {
		signing.signer.domainID = b.config.Credential.KeyPair.Domain.ID
	}
	return own
}

// projectFunc returns the ID of the project that a request is for.
type projectFunc func(context.Context) (string, error)

// keyPairProject returns how to find the project of the own key pair, or nil if it has
// none. A name is looked up once, with the transport to IAM that is returned, too.
func (b *builder) keyPairProject() (projectFunc, Transport) {
	project := b.config.Credential.KeyPair.Project
	switch {
	case project.ID != "":
		return func(context.Context) (string, error) { return project.ID, nil }, nil
	case project.Name == "":
		return nil, nil
	}
	own := b.ownAtIAM()
	source := b.source(func(ctx context.Context) (*credential, error) {
		id, err := b.iam.projectID(ctx, own, project.Name)
		refusal, ok := errors.AsType[*LoginError](err)
		if ok && refusal.Status == http.StatusForbidden && project.Name == b.config.Region {
			err = nil // requests without a project are for that of the region
		}
		return &credential{signer: &signer{projectID: id}}, err
	})
	return func(ctx context.Context) (string, error) {
		found, err := source.get(ctx)
		if err != nil {
			return "", err
		}
		return found.signer.projectID, nil
	}, own
}

func (b *builder) source(login func(context.Context) (*credential, error)) *credentialSource {
	source := &credentialSource{clock: b.opts.Clock, login: login}
	if b.config.AuthURL != nil {
		source.url = httpsafe.DisplayURL(b.config.AuthURL)
	}
	return source
}

func (b *builder) preparer(host *url.URL) preparer {
	return preparer{endpoint: host, userAgent: b.opts.UserAgent}
}

func (b *builder) renewing(host *url.URL, base http.RoundTripper, source *credentialSource) *tokenTransport {
	return &tokenTransport{base: base, prepare: b.preparer(host), source: source, clock: b.opts.Clock}
}

// agencyTransport sends requests with a credential of an agency.
type agencyTransport struct {
	*tokenTransport
	own Transport
}

// ClockOffset implements [Transport]. IAM checks the own signature before the service
// gets one.
func (t *agencyTransport) ClockOffset() (offset time.Duration, ok bool) { return t.own.ClockOffset() }

// baseTransport returns the transport that sends requests. A transport with a TLS
// configuration uses HTTP/1.1 only: each concurrent request then has a connection of
// its own, so that a reset concerns one request and not all of them.
func baseTransport(c config.TLS, maxConns int) *http.Transport {
	if maxConns <= 0 {
		maxConns = defaultMaxConns
	}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		OnProxyConnectResponse: httpsafe.CheckProxyConnect,
		DialContext:            (&net.Dialer{Timeout: dialTimeout}).DialContext,
		TLSClientConfig: &tls.Config{
			MinVersion:         tls.VersionTLS12,
			RootCAs:            c.Roots,
			InsecureSkipVerify: c.Insecure, //nolint:gosec // the user's choice (insecure = true), with a warning
		},
		TLSHandshakeTimeout: tlsTimeout,
		MaxIdleConnsPerHost: maxConns,
		IdleConnTimeout:     idleTimeout,
	}
}

// preparer copies requests, since a RoundTripper must not modify those of its caller.
type preparer struct {
	endpoint  *url.URL
	userAgent string
}

// clone returns a copy of r without credentials. On an error it closes the body, as a
// RoundTripper must.
func (p preparer) clone(r *http.Request) (*http.Request, error) {
	if err := checkHost(p.endpoint, r.URL); err != nil {
		closeBody(r.Body)
		return nil, err
	}
	c := r.Clone(r.Context())
	if c.Header == nil {
		c.Header = http.Header{}
	}
	for _, name := range []string{headerAuthToken, headerAuthorization, headerSDKDate, headerSecurityToken,
		headerProjectID, headerDomainID} {
		c.Header.Del(name)
	}
	if p.userAgent != "" {
		c.Header.Set(headerUserAgent, p.userAgent)
	}
	return c, nil
}

// errForeignHost is the error of a request to a host other than the endpoint's.
var errForeignHost = errors.New("refusing to send credentials to a host other than the endpoint's")

func checkHost(endpoint, target *url.URL) error {
	if target.Scheme != endpoint.Scheme || !strings.EqualFold(target.Host, endpoint.Host) {
		return fmt.Errorf("%w: %s instead of %s", errForeignHost,
			httpsafe.Printable(target.Host), httpsafe.Printable(endpoint.Host))
	}
	return nil
}

// signingTransport signs each request, until a signature is refused.
type signingTransport struct {
	base    http.RoundTripper
	prepare preparer
	signer  signer
	// project may be nil.
	project projectFunc
	// iam looks up the project. It is nil if that is not necessary.
	iam   Transport
	clock func() time.Time
	gate  signatureGate
}

// RoundTrip implements [http.RoundTripper].
func (t *signingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	signed, err := t.prepare.clone(r)
	if err != nil {
		return nil, err
	}
	s := t.signer
	if t.project != nil {
		if s.projectID, err = t.project(r.Context()); err != nil {
			closeBody(r.Body)
			return nil, err
		}
	}
	refusal, err := t.gate.enter(r.Context())
	if err != nil || refusal != nil {
		closeBody(r.Body)
		if err != nil {
			return nil, err
		}
		return refusal.response(r), nil
	}
	resp, err := t.send(signed, s)
	var secrets httpsafe.Redactor
	for _, name := range []string{headerAuthorization, headerSecurityToken} {
		secrets.AddHeader(name, signed.Header.Values(name))
	}
	t.gate.leave(resp, t.clock(), &secrets)
	return resp, err
}

// ClockOffset implements [Transport]. IAM checks the signature before the service if
// it looks up the project.
func (t *signingTransport) ClockOffset() (offset time.Duration, ok bool) {
	if t.iam != nil {
		if offset, ok = t.iam.ClockOffset(); ok {
			return offset, ok
		}
	}
	return t.gate.clockOffset()
}

func (t *signingTransport) send(r *http.Request, s signer) (*http.Response, error) {
	body := r.Body
	if err := s.sign(r, t.clock()); err != nil {
		closeBody(body)
		return nil, err
	}
	return t.base.RoundTrip(r)
}

// tokenTransport sends requests with a token, or signs them with a temporary key pair
// of an agency. It renews a refused one.
type tokenTransport struct {
	base    http.RoundTripper
	prepare preparer
	source  *credentialSource
	clock   func() time.Time
}

// RoundTrip implements [http.RoundTripper].
func (t *tokenTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	first, err := t.prepare.clone(r)
	if err != nil {
		return nil, err
	}
	current, err := t.source.get(r.Context())
	if err != nil {
		closeBody(r.Body)
		return nil, err
	}
	resp, isRefused, err := t.send(first, current)
	if !isRefused {
		return resp, err
	}

	second := first.Clone(r.Context())
	var replayed bool
	if second.Body, replayed = replay(r); !replayed {
		return resp, nil
	}
	renewed, err := t.source.renew(r.Context(), current)
	if errors.Is(err, errNotRenewable) {
		closeBody(second.Body)
		return resp, nil
	}
	drain(resp)
	if err != nil {
		closeBody(second.Body)
		return nil, err
	}
	resp, _, err = t.send(second, renewed)
	return resp, err
}

// ClockOffset implements [Transport]. A token does not depend on the clock.
func (*tokenTransport) ClockOffset() (offset time.Duration, ok bool) { return 0, false }

// send sends a request with a credential, and reports whether that was refused.
func (t *tokenTransport) send(r *http.Request, current *credential) (resp *http.Response, isRefused bool, err error) {
	body := r.Body
	if err := current.authorize(r, t.clock); err != nil {
		closeBody(body)
		return nil, false, err
	}
	resp, err = t.base.RoundTrip(r)
	if err != nil {
		return nil, false, err
	}
	if resp.StatusCode == http.StatusUnauthorized || current.signer != nil && resp.StatusCode == http.StatusBadRequest {
		result, _ := judge(resp)
		isRefused = result == refused
	}
	if !isRefused {
		current.accepted.Store(true)
	}
	return resp, isRefused, nil
}

// replay returns the body of a request for a second attempt, if that is possible.
func replay(r *http.Request) (body io.ReadCloser, ok bool) {
	switch {
	case r.Body == nil || r.Body == http.NoBody:
		return r.Body, true
	case r.GetBody == nil:
		return nil, false
	}
	body, err := r.GetBody()
	return body, err == nil
}

func closeBody(body io.Closer) {
	if body != nil {
		// The error does not matter: the request is not sent.
		_ = body.Close()
	}
}

// drain discards a response.
func drain(resp *http.Response) {
	// After an error the connection is not reused, which is fine.
	_, _ = io.CopyN(io.Discard, resp.Body, maxDrained)
	_ = resp.Body.Close()
}
