package swr_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/httpsafe"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// A create that fails before its request was written leaves nothing in doubt,
// whatever broke the connection, and the message names what did.
func TestRequestNeverSent(t *testing.T) {
	f := newFixture(t, nil)
	untrusted := swrtest.StartTLS(t)
	behindProxy := "https://swr-api.example"
	for name, test := range map[string]struct {
		endpoint  string
		transport *http.Transport
		tries     int
		message   string
	}{
		"connection refused": {endpoint: closedPort(t), tries: 6, message: "connection refused"},
		"TLS handshake reset": {
			endpoint: strings.Replace(newRawServer(t, "", false), "http:", "https:", 1), tries: 6,
		},
		"TLS handshake rejected": {
			endpoint: tlsRejectingServer(t), tries: 6, message: "remote error: tls",
			transport: &http.Transport{TLSClientConfig: &tls.Config{MaxVersion: tls.VersionTLS12}},
		},
		"unknown authority": {endpoint: untrusted.URL, tries: 1, message: "x509"},
		"not TLS":           {endpoint: strings.Replace(f.sim.URL, "http:", "https:", 1), tries: 1},
		"unknown host": {
			endpoint: f.sim.URL, tries: 1, message: "no such host",
			transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "swr.invalid", IsNotFound: true}}
			}},
		},
		"proxy wants authentication": {
			endpoint: behindProxy, transport: viaProxy(t, 407), tries: 1,
			message: "refused to connect to swr-api.example:443: 407 Proxy Authentication Required",
		},
		"proxy forbids": {
			endpoint: behindProxy, transport: viaProxy(t, 403), tries: 1,
			message: "refused to connect to swr-api.example:443: 403 Forbidden",
		},
		"proxy cannot connect": {
			endpoint: behindProxy, transport: viaProxy(t, 502), tries: 6,
			message: "refused to connect to swr-api.example:443: 502 Bad Gateway",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if test.transport == nil {
				test.transport = &http.Transport{}
			}
			t.Cleanup(test.transport.CloseIdleConnections)
			client := swr.New(mustURL(t, test.endpoint), tokenTransport{"token", test.transport}, swr.WithClock(f.clock))
			created, err := client.Create(f.ctx, acme, testSpec(t, "d"))
			apiErr := expectKind(t, err, swr.KindNetwork)
			if created.Outcome != swr.NotCreated || apiErr.Attempts != test.tries {
				t.Errorf("outcome %d after %d tries: %v", created.Outcome, apiErr.Attempts, err)
			}
			if err == nil || !strings.Contains(err.Error(), test.endpoint) || !strings.Contains(err.Error(), test.message) {
				t.Errorf("%v", err)
			}
			if err != nil && strings.Contains(err.Error(), "s3cret") {
				t.Errorf("%v shows the password of the proxy", err)
			}
			expectKind(t, client.Delete(f.ctx, acme, swr.LastSeen{}), swr.KindNetwork)
		})
	}
}

// A kept connection may turn out to be dead before a byte is written to it. Then
// the next connection decides.
func TestRequestNeverSentOnReusedConnection(t *testing.T) {
	f := newFixture(t, nil)
	var dead atomic.Bool
	transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		if dead.Load() {
			return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
		}
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		return mortalConn{conn, &dead}, err
	}}
	t.Cleanup(transport.CloseIdleConnections)
	client := swr.New(mustURL(t, f.sim.URL), tokenTransport{f.sim.Token(), transport}, swr.WithClock(f.clock))
	if _, err := client.List(f.ctx, repo); err != nil {
		t.Fatal(err)
	}
	dead.Store(true)
	created, err := client.Create(f.ctx, acme, testSpec(t, "d"))
	expectKind(t, err, swr.KindNetwork)
	if created.Outcome != swr.NotCreated || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("outcome %d: %v", created.Outcome, err)
	}
}

// mortalConn is a connection to which nothing can be written once it is dead.
type mortalConn struct {
	net.Conn
	dead *atomic.Bool
}

func (c mortalConn) Write(b []byte) (int, error) {
	if c.dead.Load() {
		return 0, &net.OpError{Op: "write", Err: errors.New("broken pipe")}
	}
	return c.Conn.Write(b)
}

// closedPort returns the URL of a port where nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return "http://" + listener.Addr().String()
}

// tlsRejectingServer answers the handshake of an old TLS version with an alert.
func tlsRejectingServer(t *testing.T) string {
	t.Helper()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

// viaProxy returns a transport through a proxy that answers CONNECT with status.
func viaProxy(t *testing.T, status int) *http.Transport {
	t.Helper()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect {
			t.Errorf("the proxy got %s %s", r.Method, r.URL)
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(proxy.Close)
	target := mustURL(t, proxy.URL)
	target.User = url.UserPassword("user", "s3cret")
	return &http.Transport{Proxy: http.ProxyURL(target), OnProxyConnectResponse: httpsafe.CheckProxyConnect}
}
