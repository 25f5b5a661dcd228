package auth

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

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
	// maxDrained is how much of an answer is read away so that its connection
	// can be used again.
	maxDrained = 64 << 10
)

// TransportOptions is what a transport needs besides a [Config]. The zero value
// will do.
type TransportOptions struct {
	// UserAgent names the program and its version, to SWR and to IAM.
	UserAgent string
	// Wrap, if set, goes round the transport of every request, to SWR and to IAM,
	// as it is sent, so that the caller can log each. What it sees is signed: it
	// has credentials in headers, and a login has a password in the body of the
	// request and a token in the answer's header X-Subject-Token.
	Wrap func(http.RoundTripper) http.RoundTripper
	// Clock is time.Now unless set.
	Clock func() time.Time
	// MaxConns is how many idle connections are kept for a host, so Terraform's
	// parallelism; 10 unless set.
	MaxConns int
}

// Transport builds the RoundTripper that signs in: it signs each request, or
// sends a token, and on 401 renews once a token that it got from IAM itself. It
// sends nothing before the first request.
//
// Requests to another host than the endpoint's are refused. It follows no
// redirect (no RoundTripper does; an http.Client around it would), tries nothing
// again but after a renewal, and leaves the time that a request may take to its
// context. A login that fails is a [*LoginError].
func (c Config) Transport(opts TransportOptions) (http.RoundTripper, error) {
	if c.Endpoint == nil || c.Credential.Method == "" {
		return nil, errors.New("build the transport: the Config does not come from Resolve")
	}
	if opts.Clock == nil {
		opts.Clock = time.Now
	}
	base := http.RoundTripper(c.baseTransport(opts.MaxConns))
	if opts.Wrap != nil {
		base = opts.Wrap(base)
	}
	prepare := preparer{endpoint: c.Endpoint, userAgent: opts.UserAgent}

	switch c.Credential.Method {
	case MethodKeyPair:
		s := signer{keys: c.Credential.keys, format: c.Credential.SignatureFormat}
		return &signingTransport{base: base, prepare: prepare, signer: s, clock: opts.Clock}, nil
	case MethodToken:
		source := &tokenSource{clock: opts.Clock, current: &token{secret: c.Credential.token}}
		return &tokenTransport{base: base, prepare: prepare, tokens: source}, nil
	default:
		client := newIAMClient(c, base, opts)
		source := &tokenSource{clock: opts.Clock, login: client.login, url: httpsafe.DisplayURL(c.AuthURL)}
		return &tokenTransport{base: base, prepare: prepare, tokens: source}, nil
	}
}

// baseTransport is HTTP over TLS. It speaks HTTP/1.1 alone, as a transport with
// a TLS configuration of its own does: with one connection for each of a few
// requests at once, a reset concerns one request and not all. Answers are
// decompressed by net/http.
func (c Config) baseTransport(maxConns int) *http.Transport {
	if maxConns <= 0 {
		maxConns = defaultMaxConns
	}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		OnProxyConnectResponse: httpsafe.CheckProxyConnect,
		DialContext:            (&net.Dialer{Timeout: dialTimeout}).DialContext,
		TLSClientConfig:        c.TLS.clientConfig(),
		TLSHandshakeTimeout:    tlsTimeout,
		MaxIdleConnsPerHost:    maxConns,
		IdleConnTimeout:        idleTimeout,
	}
}

// preparer makes the copy of a request that a transport may change.
type preparer struct {
	endpoint  *url.URL
	userAgent string
}

// clone copies r without any credential it may carry. Where that fails the body
// is closed, as a RoundTripper must.
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

// signingTransport signs each request anew.
type signingTransport struct {
	base    http.RoundTripper
	prepare preparer
	signer  signer
	clock   func() time.Time
}

// RoundTrip implements [http.RoundTripper].
func (t *signingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	signed, err := t.prepare.clone(r)
	if err != nil {
		return nil, err
	}
	if err := t.signer.sign(signed, t.clock()); err != nil {
		closeBody(r.Body)
		return nil, err
	}
	return t.base.RoundTrip(signed)
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
	resp, err := t.send(first, current)
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		return resp, err
	}

	second := first.Clone(r.Context())
	var replayed bool
	if second.Body, replayed = replay(r); !replayed {
		return resp, nil
	}
	renewed, err := t.tokens.renew(r.Context(), current)
	if errors.Is(err, errNoOtherToken) {
		closeBody(second.Body)
		return resp, nil
	}
	drain(resp)
	if err != nil {
		closeBody(second.Body)
		return nil, err
	}
	return t.send(second, renewed)
}

func (t *tokenTransport) send(r *http.Request, with *token) (*http.Response, error) {
	r.Header.Set(headerAuthToken, with.secret.reveal())
	resp, err := t.base.RoundTrip(r)
	if err == nil && resp.StatusCode != http.StatusUnauthorized {
		with.accepted.Store(true)
	}
	return resp, err
}

// replay opens the body of a request a second time, if that is possible.
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
		// The request is given up; there is nobody to tell.
		_ = body.Close()
	}
}

// drain reads an answer away that is not passed on.
func drain(resp *http.Response) {
	// Errors only mean that the connection is not used again.
	_, _ = io.CopyN(io.Discard, resp.Body, maxDrained)
	_ = resp.Body.Close()
}
