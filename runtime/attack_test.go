package runtime_test

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bradfitz/gomemcache/memcache"
	"github.com/google/uuid"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
)

// forged returns a cookie's value of the right form that nobody has issued.
func forged() string {
	var secret [16]byte
	rand.Read(secret[:])
	return uuid.NewString() + "." + base64.RawURLEncoding.EncodeToString(secret[:])
}

// An intruder reads and writes a memcached past the sessions in it.
type intruder struct {
	t      *testing.T
	addr   string
	client *memcache.Client
}

// invade runs a memcached that has an intruder.
func invade(t *testing.T) *intruder {
	i := &intruder{t: t, addr: memcachedtest.Start(t)}
	i.client = memcache.New(i.addr)
	t.Cleanup(func() { i.client.Close() })
	return i
}

// ask sends a command and returns the lines of the answer, up to END. If END
// does not come, it asks again: on a busy machine, memcached sometimes gives no
// dump to a client that asks for one.
func (i *intruder) ask(command string) []string {
	i.t.Helper()
	var lines []string
	for range 10 {
		var ended bool
		if lines, ended = i.askOnce(command, 5*time.Second); ended {
			return lines
		}
	}
	i.t.Fatalf("%s: the answer has no end: %q", command, lines)
	return nil
}

func (i *intruder) askOnce(command string, patience time.Duration) (lines []string, ended bool) {
	i.t.Helper()
	conn, err := net.Dial("tcp", i.addr)
	if err != nil {
		i.t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		i.t.Fatal(err)
	}
	if _, err := fmt.Fprintf(conn, "%s\r\n", command); err != nil {
		i.t.Fatal(err)
	}
	for scanner := bufio.NewScanner(conn); scanner.Scan(); {
		if scanner.Text() == "END" {
			return lines, true
		}
		lines = append(lines, scanner.Text())
	}
	return lines, false
}

// stat returns one of memcached's counters.
func (i *intruder) stat(name string) int {
	i.t.Helper()
	for _, line := range i.ask("stats") {
		if text, ok := strings.CutPrefix(line, "STAT "+name+" "); ok {
			n, err := strconv.Atoi(text)
			if err != nil {
				i.t.Fatal(err)
			}
			return n
		}
	}
	i.t.Fatalf("memcached has no counter %q", name)
	return 0
}

// dump returns all that memcached holds.
func (i *intruder) dump() map[string][]byte {
	i.t.Helper()
	items := map[string][]byte{}
	for _, line := range i.ask("lru_crawler metadump all") {
		word, _, _ := strings.Cut(line, " ")
		key, err := url.PathUnescape(strings.TrimPrefix(word, "key="))
		if err != nil {
			i.t.Fatal(err)
		}
		items[key] = i.get(key)
	}
	if len(items) != i.stat("curr_items") {
		i.t.Fatalf("the dump holds %d of %d items", len(items), i.stat("curr_items"))
	}
	return items
}

func (i *intruder) get(key string) []byte {
	i.t.Helper()
	item, err := i.client.Get(key)
	if err != nil {
		i.t.Fatalf("%s: %v", key, err)
	}
	return item.Value
}

func (i *intruder) set(key string, value []byte) {
	i.t.Helper()
	if err := i.client.Set(&memcache.Item{Key: key, Value: value}); err != nil {
		i.t.Fatalf("%s: %v", key, err)
	}
}

// A wire stands between a client and a memcached and keeps every byte that
// the client sends.
type wire struct {
	addr string

	mu   sync.Mutex
	sent bytes.Buffer
}

func tapWire(t *testing.T, upstream string) *wire {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{addr: listener.Addr().String()}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go w.serve(client, upstream)
		}
	}()
	return w
}

func (w *wire) serve(client net.Conn, upstream string) {
	defer client.Close()
	server, err := net.Dial("tcp", upstream)
	if err != nil {
		return
	}
	defer server.Close()
	go io.Copy(client, server)
	io.Copy(io.MultiWriter(w, server), client)
}

func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.sent.Write(p)
}

// bytes returns what was sent so far.
func (w *wire) bytes() []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	return bytes.Clone(w.sent.Bytes())
}
