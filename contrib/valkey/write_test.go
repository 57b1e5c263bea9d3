package valkeysession_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/valkey-io/valkey-go"

	"github.com/sessiongen/sessiongen/internal/valkeytest"
	"github.com/sessiongen/sessiongen/runtime"
)

// A cutter stands between a store and a server. It passes on what is sent, counts what
// has a mark in it, and cuts the connection that such a thing has come by, in place
// of its reply.
type cutter struct {
	addr string
	mark []byte
	seen atomic.Int64
}

func newCutter(t testing.TB, upstream string, mark string) *cutter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cutter{addr: l.Addr().String(), mark: []byte(mark)}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() { c.serve(client, upstream) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		running.Wait()
	})
	return c
}

func (c *cutter) serve(client net.Conn, upstream string) {
	defer client.Close()
	server, err := net.Dial("tcp", upstream)
	if err != nil {
		return
	}
	defer server.Close()
	marked := make(chan struct{})
	mark := sync.OnceFunc(func() { close(marked) })
	go func() {
		defer server.Close()
		buf := make([]byte, 64<<10)
		for {
			n, err := client.Read(buf)
			if err != nil {
				return
			}
			if bytes.Contains(buf[:n], c.mark) {
				c.seen.Add(1)
				mark()
			}
			if _, err := server.Write(buf[:n]); err != nil {
				return
			}
		}
	}()
	buf := make([]byte, 64<<10)
	for {
		n, err := server.Read(buf)
		if err != nil {
			return
		}
		select {
		case <-marked:
			return // what the server has done is not told
		default:
		}
		if _, err := client.Write(buf[:n]); err != nil {
			return
		}
	}
}

// The server does what it was sent, and the store does not hear of it.
func TestWriteIsNotSentTwiceWhereItsReplyIsLost(t *testing.T) {
	server := valkeytest.New(t)
	direct := newStore(t, at(server))
	for name, write := range map[string]func(store runtime.Store, stored, next runtime.Item) error{
		"Add": func(store runtime.Store, _, next runtime.Item) error {
			next.Key += "-new"
			return store.Add(t.Context(), []runtime.Item{next})[0]
		},
		"Swap": func(store runtime.Store, stored, next runtime.Item) error {
			next.Version = stored.Version
			return store.Swap(t.Context(), []runtime.Item{next})[0]
		},
		"Delete": func(store runtime.Store, stored, _ runtime.Item) error {
			return store.Delete(t.Context(), []string{stored.Key})[0]
		},
	} {
		t.Run(name, func(t *testing.T) {
			record := newRecord()
			stored := mustAdd(t, direct, item(record, "first"))[record]
			c := newCutter(t, server.Addr, record)
			store := newStore(t, valkey.ClientOption{InitAddress: []string{c.addr}})
			err := write(store, stored, item(record, "second"))
			if wantUnavailable(t, err, c.addr); errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the write ends in %v", err)
			}
			if seen := c.seen.Load(); seen != 1 {
				t.Errorf("it was sent %d times", seen)
			}
		})
	}
}

func TestReadIsSentTwiceAtMost(t *testing.T) {
	server := valkeytest.New(t)
	record := newRecord()
	c := newCutter(t, server.Addr, record)
	store := newStore(t, valkey.ClientOption{InitAddress: []string{c.addr}})
	_, err := store.Get(t.Context(), []string{record})
	wantUnavailable(t, err, c.addr)
	if seen := c.seen.Load(); seen != 2 {
		t.Errorf("it was sent %d times", seen)
	}
}

// A server that has come out of step answers a call with the reply to another.
func TestReplyToAnotherCallIsNotTakenForTheOwn(t *testing.T) {
	record := newRecord()
	replies := map[string]func(token string) string{
		"to another call":         func(string) string { return bulk("another.s") },
		"to a longer call":        func(token string) string { return bulk(token + "ss") },
		"that knows no outcome":   func(token string) string { return bulk(token + "x") },
		"of another kind":         func(string) string { return ":1\r\n" },
		"that is nothing":         func(string) string { return "_\r\n" },
		"to another read":         func(string) string { return "*2\r\n" + bulk("another.") + bulk("12345678value") },
		"to a read of more items": func(token string) string { return "*3\r\n" + bulk(token) + "_\r\n_\r\n" },
	}
	for name, reply := range replies {
		t.Run(name, func(t *testing.T) {
			store := newStore(t, valkey.ClientOption{InitAddress: []string{outOfStep(t, reply)}, ForceSingleClient: true})
			stale := item(record, "x")
			stale.Version = 1
			_, err := store.Get(t.Context(), []string{record})
			errs := append(store.Add(t.Context(), []runtime.Item{stale}), err)
			for _, err := range append(errs, store.Swap(t.Context(), []runtime.Item{stale})...) {
				wantUnavailable(t, err, "answered something else")
			}
		})
	}
}

func bulk(text string) string { return fmt.Sprintf("$%d\r\n%s\r\n", len(text), text) }

// outOfStep is a server that answers EVAL with what reply makes of the call's token.
func outOfStep(t *testing.T, reply func(token string) string) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go answerOutOfStep(conn, reply)
		}
	}()
	return l.Addr().String()
}

func answerOutOfStep(conn net.Conn, reply func(token string) string) {
	defer conn.Close()
	commands := valkeytest.NewReader(conn)
	for {
		command, err := commands.Command()
		if err != nil {
			return
		}
		answer := "+OK\r\n"
		switch {
		case command[0] == "EVAL":
			answer = reply(command[4])
		case command[0] == "HELLO":
			answer = "%2\r\n" + bulk("version") + bulk("7.2.4") + bulk("proto") + ":3\r\n"
		case strings.EqualFold(command[0], "PING"):
			answer = "+PONG\r\n"
		}
		if _, err := io.WriteString(conn, answer); err != nil {
			return
		}
	}
}
