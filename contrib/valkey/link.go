package valkeysession

import (
	"context"
	"errors"
	"sync"

	"github.com/valkey-io/valkey-go"
)

var errClosed = errors.New("the store is closed")

// A link makes the client when it is needed. valkey.NewClient connects, and gives up
// if it can't, so it is tried anew by the next call.
type link struct {
	options valkey.ClientOption

	mu     sync.Mutex
	client valkey.Client // nil: not made yet
	making *making       // nil: nobody makes it
	closed bool
}

// A making is an attempt to make the client, for which several calls may wait.
type making struct {
	done   chan struct{}
	client valkey.Client
	err    error
}

// get returns the client, or the context's error if that ends before the client is
// made.
func (l *link) get(ctx context.Context) (valkey.Client, error) {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil, errClosed
	}
	if l.client != nil {
		defer l.mu.Unlock()
		return l.client, nil
	}
	m := l.making
	if m == nil {
		m = &making{done: make(chan struct{})}
		l.making = m
		go l.make(m)
	}
	l.mu.Unlock()
	select {
	case <-m.done:
		return m.client, m.err
	case <-ctx.Done():
		return nil, connectError{ctx.Err()}
	}
}

func (l *link) make(m *making) {
	client, err := valkey.NewClient(l.options)
	l.mu.Lock()
	l.making = nil
	switch {
	case err != nil:
		if client != nil { // as it is with ForceSingleClient
			go client.Close()
		}
		m.err = connecting(err)
	case l.closed:
		go client.Close()
		m.err = errClosed
	default:
		l.client, m.client = client, client
	}
	l.mu.Unlock()
	close(m.done)
}

// drop makes the next call make another client, which looks anew where the primary
// is. Calls that are under way end as they would have.
func (l *link) drop(client valkey.Client) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.client == client {
		l.client = nil
		go client.Close() // it waits for the calls
	}
}

// suspect drops a client of which a call got no answer: the next ones would wait
// behind it, on the same connection. The client of a cluster has connections to
// servers that answer, too. It gives up the others alone, within the time-out for a
// connection and a second more.
func (l *link) suspect(client valkey.Client) {
	if client.Mode() != valkey.ClientModeCluster {
		l.drop(client)
	}
}

func (l *link) close() {
	l.mu.Lock()
	client := l.client
	l.client, l.closed = nil, true
	l.mu.Unlock()
	if client != nil {
		client.Close()
	}
}
