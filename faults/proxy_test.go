package faults

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A proxy stands between the runtime and a memcached and does to the bytes what
// its faults say. Toxiproxy could do a part of that, but runs up to six
// goroutines for a connection, of which some outlive it, where tests count the
// runtime's own.
type proxy struct {
	addr     string
	upstream string
	listener net.Listener
	ended    chan struct{}
	running  sync.WaitGroup
	faults   atomic.Pointer[faults]
	injected atomic.Int64 // faults so far

	mu    sync.Mutex
	conns map[net.Conn]bool // of clients
	peak  int               // of open connections
}

// faults says what is done to the bytes of each connection. Each function makes
// a fault for one direction of one connection; nil is none.
type faults struct{ requests, replies func() fault }

// A fault gets what was read and sends what it wants to. An error cuts the
// connection.
type fault func(w *wire, p []byte) error

// A wire is one direction of one connection.
type wire struct {
	proxy    *proxy
	from, to net.Conn
}

func startProxy(t testing.TB, upstream string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{addr: l.Addr().String(), upstream: upstream, listener: l, ended: make(chan struct{}), conns: map[net.Conn]bool{}}
	p.faults.Store(&faults{})
	p.running.Go(p.accept)
	t.Cleanup(p.close)
	return p
}

// set makes the proxy do the faults to all connections, open ones included.
func (p *proxy) set(f faults) { p.faults.Store(&f) }

// mend makes an end of the faults.
func (p *proxy) mend() { p.set(faults{}) }

func (p *proxy) close() {
	close(p.ended)
	p.listener.Close()
	p.cutAll()
	p.running.Wait()
}

// cutAll cuts all connections.
func (p *proxy) cutAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for conn := range p.conns {
		conn.Close()
	}
}

// open returns how many connections are open, and were at most.
func (p *proxy) open() (now, peak int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.conns), p.peak
}

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.upstream)
		if err != nil {
			client.Close()
			continue
		}
		p.mu.Lock()
		p.conns[client] = true
		p.peak = max(p.peak, len(p.conns))
		p.mu.Unlock()
		p.running.Go(func() { p.serve(client, server) })
	}
}

func (p *proxy) serve(client, server net.Conn) {
	requests := &wire{proxy: p, from: client, to: server}
	replies := &wire{proxy: p, from: server, to: client}
	var both sync.WaitGroup
	both.Go(func() {
		requests.carry(func(f *faults) func() fault { return f.requests })
		// What was sent must arrive, even though the client has gone.
		server.(*net.TCPConn).CloseWrite()
	})
	replies.carry(func(f *faults) func() fault { return f.replies })
	client.Close()
	both.Wait()
	server.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, client)
}

// carry sends what is read until either side ends or a fault cuts the
// connection.
func (w *wire) carry(direction func(*faults) func() fault) {
	var current *faults
	var do fault
	for buf := make([]byte, 32<<10); ; {
		n, err := w.from.Read(buf)
		if n > 0 {
			if f := w.proxy.faults.Load(); f != current {
				current, do = f, (*wire).sendAll
				if newFault := direction(f); newFault != nil {
					do = newFault()
				}
			}
			if err := do(w, buf[:n]); err != nil {
				if errors.Is(err, errCut) {
					w.from.Close()
					w.to.Close()
				}
				return
			}
		}
		if err != nil {
			return
		}
	}
}

var errCut = errors.New("cut")

func (w *wire) sendAll(p []byte) error {
	_, err := w.to.Write(p)
	return err
}

// cut is a fault's last deed.
func (w *wire) cut() error {
	w.proxy.injected.Add(1)
	return errCut
}

// wait returns an error if the proxy ends before.
func (w *wire) wait(d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-w.proxy.ended:
		return io.EOF
	}
}
