package swrtest

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"time"
)

// DefaultBasePath is where Start and StartTLS serve the APIs without
// WithBasePath: below some path, so that a client that joins URLs wrongly fails.
const DefaultBasePath = "/cloud/eu-de"

// readHeaderTimeout closes connections that never send a request.
const readHeaderTimeout = time.Minute

// TB is the part of testing.TB that a server needs; testing itself would add
// its flags to the command.
type TB interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
}

// Server is a simulator that listens on a loopback address.
type Server struct {
	*Simulator
	// URL is the base URL of the SWR API, without /v2 and a trailing slash.
	URL string
	// IAMURL is the base URL of the IAM, which ends in /v3.
	IAMURL string

	http        *http.Server
	cancel      context.CancelFunc
	caPEM       []byte
	running     sync.WaitGroup // Serve, and the connections
	connections atomic.Int64
}

// Start serves a new simulator until the test ends.
func Start(tb TB, opts ...Option) *Server {
	tb.Helper()
	return start(tb, nil, opts)
}

// StartTLS is Start with TLS, with its own certificate authority (CAPEM).
func StartTLS(tb TB, opts ...Option) *Server {
	tb.Helper()
	pair, caPEM := newCertificate()
	server := start(tb, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, opts)
	server.caPEM = caPEM
	return server
}

func start(tb TB, config *tls.Config, opts []Option) *Server {
	tb.Helper()
	opts = append([]Option{WithBasePath(DefaultBasePath)}, opts...)
	server, err := listen("127.0.0.1:0", config, opts)
	if err != nil {
		tb.Fatalf("start the simulator: %v", err)
	}
	tb.Cleanup(func() {
		if err := server.Close(); err != nil {
			tb.Fatalf("close the simulator: %v", err)
		}
	})
	return server
}

// Listen serves a new simulator, without a base path by default, on a loopback
// address such as "127.0.0.1:0" until Close.
func Listen(address string, opts ...Option) (*Server, error) {
	return listen(address, nil, opts)
}

func listen(address string, config *tls.Config, opts []Option) (*Server, error) {
	if err := checkLoopback(address); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	scheme := "http"
	if config != nil {
		scheme, listener = "https", tls.NewListener(listener, config)
	}
	ctx, cancel := context.WithCancel(context.Background())
	sim := New(opts...)
	base := scheme + "://" + listener.Addr().String() + sim.basePath
	server := &Server{Simulator: sim, URL: base, IAMURL: base + "/v3", cancel: cancel}
	server.http = &http.Server{
		Handler:           sim,
		ReadHeaderTimeout: readHeaderTimeout,
		// Ends requests that hang when the server closes.
		BaseContext: func(net.Listener) context.Context { return ctx },
		ConnState:   server.countConnection,
		// net/http would write to stderr about clients that disconnect.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	server.running.Go(func() { _ = server.http.Serve(listener) }) // returns when closed
	return server, nil
}

func (s *Server) countConnection(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew: // before Serve can return
		s.connections.Add(1)
		s.running.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.running.Done()
	}
}

// Connections returns how many connections clients have opened so far.
func (s *Server) Connections() int { return int(s.connections.Load()) }

// CAPEM returns the certificate authority of a server with TLS, PEM-encoded.
func (s *Server) CAPEM() []byte { return s.caPEM }

// Close stops the server and waits until all of its goroutines have ended.
func (s *Server) Close() error {
	// Connections first: net/http would respond to a hanging request that ends
	// before its connection, with an empty 200.
	err := s.http.Close()
	s.cancel()
	s.running.Wait()
	return err
}

// checkLoopback rejects addresses that other machines could reach.
func checkLoopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); (ip != nil && ip.IsLoopback()) || host == "localhost" {
		return nil
	}
	return fmt.Errorf("%q is not a loopback address", address)
}

// newCertificate returns the certificate of package httptest for loopback, which
// is its own authority.
func newCertificate() (pair tls.Certificate, caPEM []byte) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	caPEM = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	return server.TLS.Certificates[0], caPEM
}
