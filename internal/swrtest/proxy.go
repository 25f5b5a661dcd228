package swrtest

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// ProxyHost is a host that certificates of servers and proxies are valid for. It is
// not on loopback, which clients never reach through a proxy.
const ProxyHost = "example.com"

// cloudHosts are those of clouds that a proxy with Intercept plays.
var cloudHosts = []string{
	"*.eu-de.otc.t-systems.com", "*.eu-nl.otc.t-systems.com", "*.ap-southeast-1.myhuaweicloud.com", "*.eu-west-101.myhuaweicloud.eu",
}

// ProxyOptions are what a proxy does. The zero value forwards everything.
type ProxyOptions struct {
	// User and Password are required of clients, if set.
	User, Password string
	// Status refuses all connections with an HTML page.
	Status int
	// Intercept ends TLS at the proxy, with a certificate of its own authority.
	Intercept bool
	// TLS serves the proxy itself over TLS, with a certificate of its own authority.
	TLS bool
}

// Proxy is an HTTP proxy that knows CONNECT, and leads to one server whatever host a
// client asks for.
type Proxy struct {
	// Addr is the address of the proxy, host:port.
	Addr string

	opts        ProxyOptions
	target      *Server
	http        *http.Server
	certificate tls.Certificate
	caPEM       []byte

	mu      sync.Mutex
	targets []string
	open    map[net.Conn]bool
	running sync.WaitGroup
}

// StartProxy serves a proxy to the server until the test ends.
func StartProxy(tb TB, target *Server, opts ProxyOptions) *Proxy {
	tb.Helper()
	p := &Proxy{opts: opts, target: target, open: map[net.Conn]bool{}}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err == nil {
		p.certificate, p.caPEM, err = proxyCertificate()
	}
	if err != nil {
		tb.Fatalf("start the proxy: %v", err)
	}
	p.Addr = listener.Addr().String()
	if opts.TLS {
		listener = tls.NewListener(listener, p.tlsConfig())
	}
	p.http = &http.Server{Handler: p, ReadHeaderTimeout: readHeaderTimeout, ErrorLog: log.New(io.Discard, "", 0)}
	p.running.Go(func() { _ = p.http.Serve(listener) }) // returns when closed
	tb.Cleanup(p.close)
	return p
}

// Targets returns the hosts and ports that clients were connected to.
func (p *Proxy) Targets() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.targets...)
}

// CAPEM returns the certificate authority of the proxy, PEM-encoded.
func (p *Proxy) CAPEM() []byte { return p.caPEM }

func (p *Proxy) tlsConfig() *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{p.certificate}, MinVersion: tls.VersionTLS12}
}

func (p *Proxy) close() {
	_ = p.http.Close()
	p.mu.Lock()
	for conn := range p.open {
		_ = conn.Close()
	}
	p.mu.Unlock()
	p.running.Wait()
}

// ServeHTTP implements [http.Handler].
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte(p.opts.User+":"+p.opts.Password))
	status := p.opts.Status
	switch {
	case r.Method != http.MethodConnect:
		status = http.StatusMethodNotAllowed
	case p.opts.User != "" && r.Header.Get("Proxy-Authorization") != want:
		status = http.StatusProxyAuthRequired
		w.Header().Set("Proxy-Authenticate", `Basic realm="proxy"`)
	}
	if status != 0 {
		w.Header().Set("Content-Type", typeHTML)
		w.WriteHeader(status)
		_, _ = w.Write(htmlPage(status)) // fails where the client has disconnected
		return
	}
	p.mu.Lock()
	p.targets = append(p.targets, r.Host)
	p.mu.Unlock()
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if _, err := io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		_ = conn.Close()
		return
	}
	p.keep(conn)
	if p.opts.Intercept {
		p.running.Go(func() { p.intercept(tls.Server(conn, p.tlsConfig())) })
		return
	}
	p.running.Go(func() { p.forward(conn) })
}

// keep makes close close a connection.
func (p *Proxy) keep(conn net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open[conn] = true
}

// forward copies bytes between a client and the server, in both directions.
func (p *Proxy) forward(client net.Conn) {
	defer func() { _ = client.Close() }()
	server, err := net.Dial("tcp", p.target.address())
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	p.keep(server)
	p.running.Go(func() {
		_, _ = io.Copy(server, client)
		_ = server.Close()
	})
	_, _ = io.Copy(client, server)
}

// intercept reads the requests of a client itself, and has the server respond.
func (p *Proxy) intercept(client net.Conn) {
	defer func() { _ = client.Close() }()
	reader := bufio.NewReader(client)
	for {
		r, err := http.ReadRequest(reader)
		if err != nil {
			return // also if the client does not trust the certificate
		}
		r.TLS = &tls.ConnectionState{} // ReadRequest does not know of TLS
		recorder := &recordedResponse{header: http.Header{}}
		p.target.ServeHTTP(recorder, r)
		resp := http.Response{
			StatusCode: recorder.status, ProtoMajor: 1, ProtoMinor: 1, Header: recorder.header, Request: r,
			Body: io.NopCloser(strings.NewReader(recorder.body.String())), ContentLength: int64(recorder.body.Len()),
		}
		if resp.Write(client) != nil {
			return
		}
	}
}

// recordedResponse is a response that is kept.
type recordedResponse struct {
	status int
	header http.Header
	body   strings.Builder
}

func (r *recordedResponse) Header() http.Header         { return r.header }
func (r *recordedResponse) WriteHeader(status int)      { r.status = status }
func (r *recordedResponse) Write(b []byte) (int, error) { return r.body.Write(b) }

// address returns the address that the server listens on.
func (s *Server) address() string {
	_, rest, _ := strings.Cut(s.URL, "://")
	host, _, _ := strings.Cut(rest, "/")
	return host
}

// proxyCertificate returns a certificate for ProxyHost and loopback, and the
// authority that issued it.
func proxyCertificate() (pair tls.Certificate, caPEM []byte, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      pkix.Name{CommonName: "Proxy of the tests"},
		NotBefore:    time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		DNSNames: append([]string{ProxyHost}, cloudHosts...), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, nil, fmt.Errorf("create a certificate: %w", err)
	}
	caPEM = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, caPEM, nil
}
