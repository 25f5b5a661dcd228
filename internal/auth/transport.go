// Package auth authenticates requests: [NewTransport] makes an [http.RoundTripper]
// from a [config.Config]. The transport signs each request with a key pair, or sends
// a token, from the user or from IAM, and renews the latter once on a 401 response.
//
// The package does not know the API that is called through the transport. Retries,
// logs and timeouts of requests are up to the caller. It writes no secret anywhere.
package auth

import (
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
	// A login has a password in its body, and a token in the header X-Subject-Token
	// of its response.
	Wrap func(http.RoundTripper) http.RoundTripper
	// Clock is time.Now by default.
	Clock func() time.Time
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
// does not follow redirects. It retries only a request whose token it renewed. The
// error of a failed login is a [*LoginError].
func NewTransport(c config.Config, opts Options) (Transport, error) {
	if c.Endpoint == nil || c.Credential.Method == "" {
		return nil, errors.New("create transport: the configuration has no endpoint or no credential")
	}
	if c.Credential.Agency != nil || c.Credential.Method == config.MethodOIDC {
		return nil, errors.New("create transport: agencies and ID tokens are not supported yet")
	}
	if opts.Clock == nil {
		opts.Clock = time.Now
	}
	base := http.RoundTripper(baseTransport(c.TLS, opts.MaxConns))
	if opts.Wrap != nil {
		base = opts.Wrap(base)
	}
	prepare := preparer{endpoint: c.Endpoint, userAgent: opts.UserAgent}

	switch c.Credential.Method {
	case config.MethodKeyPair:
		s := signer{keys: c.Credential.KeyPair}
		return &signingTransport{base: base, prepare: prepare, signer: s, clock: opts.Clock}, nil
	case config.MethodToken:
		source := &tokenSource{clock: opts.Clock, current: &token{secret: c.Credential.Token}}
		return &tokenTransport{base: base, prepare: prepare, tokens: source}, nil
	default:
		client := newIAMClient(c, base, opts)
		source := &tokenSource{clock: opts.Clock, login: client.login, url: httpsafe.DisplayURL(c.AuthURL)}
		return &tokenTransport{base: base, prepare: prepare, tokens: source}, nil
	}
}

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
	for _, name := range []string{headerAuthToken, headerAuthorization, headerSDKDate, headerSecurityToken} {
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
	clock   func() time.Time
	gate    signatureGate
}

// RoundTrip implements [http.RoundTripper].
func (t *signingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	signed, err := t.prepare.clone(r)
	if err != nil {
		return nil, err
	}
	refusal, err := t.gate.enter(r.Context())
	if err != nil || refusal != nil {
		closeBody(r.Body)
		if err != nil {
			return nil, err
		}
		return refusal.response(r), nil
	}
	resp, err := t.send(signed)
	var secrets httpsafe.Redactor
	for _, name := range []string{headerAuthorization, headerSecurityToken} {
		secrets.AddHeader(name, signed.Header.Values(name))
	}
	t.gate.leave(resp, t.clock(), &secrets)
	return resp, err
}

// ClockOffset implements [Transport].
func (t *signingTransport) ClockOffset() (offset time.Duration, ok bool) { return t.gate.clockOffset() }

func (t *signingTransport) send(r *http.Request) (*http.Response, error) {
	body := r.Body
	if err := t.signer.sign(r, t.clock()); err != nil {
		closeBody(body)
		return nil, err
	}
	return t.base.RoundTrip(r)
}

// tokenTransport sends a token with each request.
type tokenTransport struct {
	base    http.RoundTripper
	prepare preparer
	tokens  *tokenSource
}

// RoundTrip implements [http.RoundTripper].
func (t *tokenTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	first, err := t.prepare.clone(r)
	if err != nil {
		return nil, err
	}
	current, err := t.tokens.get(r.Context())
	if err != nil {
		closeBody(r.Body)
		return nil, err
	}
	resp, tokenRefused, err := t.send(first, current)
	if !tokenRefused {
		return resp, err
	}

	second := first.Clone(r.Context())
	var replayed bool
	if second.Body, replayed = replay(r); !replayed {
		return resp, nil
	}
	renewed, err := t.tokens.renew(r.Context(), current)
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

// send sends a request with a token, and reports whether the token was refused.
func (t *tokenTransport) send(r *http.Request, current *token) (resp *http.Response, tokenRefused bool, err error) {
	r.Header.Set(headerAuthToken, current.secret.Reveal())
	resp, err = t.base.RoundTrip(r)
	if err != nil {
		return nil, false, err
	}
	if resp.StatusCode == http.StatusUnauthorized {
		result, _ := judge(resp)
		tokenRefused = result == refused
	}
	if !tokenRefused {
		current.accepted.Store(true)
	}
	return resp, tokenRefused, nil
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
