package provider_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"sync"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swrtest"
)

// pipeNetwork connects clients and servers in memory, so that a bubble of
// testing/synctest can tell when all of its goroutines wait: its clock then jumps.
type pipeNetwork struct {
	servers map[string]*pipeListener // by host and port
}

// serve serves a simulator at an address until the network is closed.
func (n *pipeNetwork) serve(address string, handler http.Handler) {
	listener := &pipeListener{address: address, accept: make(chan net.Conn), closed: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	listener.cancel = cancel
	listener.server = &http.Server{
		Handler:     handler,
		BaseContext: func(net.Listener) context.Context { return ctx },
		ErrorLog:    log.New(io.Discard, "", 0), // of clients that disconnect
	}
	n.servers[address] = listener
	go func() { _ = listener.server.Serve(listener) }() // returns when closed
}

func (n *pipeNetwork) close() {
	for _, listener := range n.servers {
		_ = listener.server.Close()
		listener.cancel()
	}
}

type pipeListener struct {
	address string
	accept  chan net.Conn
	server  *http.Server
	cancel  context.CancelFunc
	once    sync.Once
	closed  chan struct{}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.accept:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *pipeListener) Addr() net.Addr  { return l }
func (l *pipeListener) Network() string { return "pipe" }
func (l *pipeListener) String() string  { return l.address }

// processNetwork is the network of one process of the provider. Its connections
// end with the process.
type processNetwork struct {
	*http.Transport
	network *pipeNetwork
	mu      sync.Mutex
	ended   bool
	conns   []net.Conn
}

func (n *pipeNetwork) newProcess() *processNetwork {
	p := &processNetwork{network: n}
	p.Transport = &http.Transport{DialContext: p.dial, MaxIdleConnsPerHost: 100}
	return p
}

func (p *processNetwork) dial(ctx context.Context, _, address string) (net.Conn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	listener, found := p.network.servers[address]
	if p.ended || !found {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	}
	client, server := net.Pipe()
	select {
	case listener.accept <- server:
		p.conns = append(p.conns, client)
		return client, nil
	case <-listener.closed:
	case <-ctx.Done():
	}
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: net.ErrClosed}
}

// end closes all connections, and refuses new ones.
func (p *processNetwork) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = true
	for _, conn := range p.conns {
		_ = conn.Close()
	}
	p.CloseIdleConnections()
}

// newModelSimulator starts a simulator in memory, with the repositories of the
// model, at the addresses. URL and IAMURL are those of the first address.
func newModelSimulator(network *pipeNetwork, seed uint64, addresses ...string) *swrtest.Server {
	sim := swrtest.New(swrtest.WithBasePath("/cloud"), swrtest.WithSeed(seed))
	for _, address := range addresses {
		network.serve(address, sim)
	}
	base := endpointURL(addresses[0])
	server := &swrtest.Server{Simulator: sim, URL: base, IAMURL: base + "/v3"}
	addRepositories(server)
	return server
}

// addRepositories adds what the services of the model have.
func addRepositories(server *swrtest.Server) {
	addCredentials(server)
	server.AddRepository("platform", "web")
}

func endpointURL(address string) string { return "http://" + address + "/cloud" }
