package memcached_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"

	"github.com/sessiongen/sessiongen/runtime/internal/memcached"
)

// A box is a memcached in memory, for tests that need many servers that can be cut
// off, or a fake clock. It knows gets, add and cas.
type box struct {
	mu      sync.Mutex
	items   map[string]boxItem
	version uint64
}

type boxItem struct {
	value   string
	version uint64
}

// clear is what a restart does.
func (b *box) clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.items = nil
}

// serve reads on while its answers are not read yet, which the buffers of a network
// allow for and a [net.Pipe] does not.
func (b *box) serve(conn net.Conn) {
	answers := make(chan string, 1000)
	defer close(answers)
	go func() {
		defer conn.Close()
		for answer := range answers {
			_, _ = io.WriteString(conn, answer) // if it fails, reading does, too
		}
	}()
	r := bufio.NewReader(conn)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		words := strings.Fields(line)
		if words[0] == "gets" {
			answers <- b.get(words[1:])
		} else {
			size, _ := strconv.Atoi(words[4])
			value := make([]byte, size+len("\r\n"))
			if _, err := io.ReadFull(r, value); err != nil {
				return
			}
			answers <- b.put(words, string(value[:size]))
		}
	}
}

func (b *box) get(keys []string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var answer strings.Builder
	for _, key := range keys {
		if item, ok := b.items[key]; ok {
			fmt.Fprintf(&answer, "VALUE %s 0 %d %d\r\n%s\r\n", key, len(item.value), item.version, item.value)
		}
	}
	return answer.String() + "END\r\n"
}

func (b *box) put(words []string, value string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	item, ok := b.items[words[1]]
	switch {
	case words[0] == "add" && ok:
		return "NOT_STORED\r\n"
	case words[0] == "cas" && !ok:
		return "NOT_FOUND\r\n"
	case words[0] == "cas" && strconv.FormatUint(item.version, 10) != words[5]:
		return "EXISTS\r\n"
	}
	if b.items == nil {
		b.items = make(map[string]boxItem)
	}
	b.version++
	b.items[words[1]] = boxItem{value, b.version}
	return "STORED\r\n"
}

// A wire connects one process to boxes, which it can be cut off from. The names
// have a port, as in "a:11211".
type wire struct {
	boxes map[string]*box

	mu    sync.Mutex
	cut   map[string]bool
	conns map[string][]net.Conn
}

func newWire(boxes map[string]*box) *wire {
	return &wire{boxes: boxes, cut: make(map[string]bool), conns: make(map[string][]net.Conn)}
}

func newBoxes(names ...string) map[string]*box {
	boxes := make(map[string]*box)
	for _, name := range names {
		boxes[name] = new(box)
	}
	return boxes
}

func (w *wire) dial(_ context.Context, _, name string) (net.Conn, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut[name] {
		return nil, errors.New("cut off")
	}
	here, there := net.Pipe()
	w.conns[name] = append(w.conns[name], here)
	go w.boxes[name].serve(there)
	return here, nil
}

// setCut cuts the process off from a server, or connects it again.
func (w *wire) setCut(name string, cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut[name] = cut
	if cut {
		for _, conn := range w.conns[name] {
			conn.Close()
		}
		w.conns[name] = nil
	}
}

func (w *wire) newStore(list func(context.Context) ([]string, error)) store {
	return store{memcached.NewClient(nil, memcached.Options{Timeout: patient, Dialer: memcached.Dialer{DialContext: w.dial}, List: list})}
}
