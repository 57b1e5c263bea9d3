package runtime_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// A waveTap stands between a client and a memcached and writes down the
// commands in waves. It holds every command until no other command has come for
// a while. The commands that it then lets go together were sent side by side,
// so a wave is one round trip.
type waveTap struct {
	t        testing.TB
	upstream string
	listener net.Listener
	want     []string    // waves that are expected
	before   func(n int) // is called before the nth wave goes

	mu      sync.Mutex
	timer   *time.Timer
	release chan struct{}
	wave    []string
	waves   []string
	ids     map[string]string // what stands for a session's id in the log

	accounts map[string]string // ... and for an account's place
}

// A wave that is as large as expected waits only to see that it is no larger.
// A smaller one is late, on a busy machine, or wrong.
const (
	quiet    = 25 * time.Millisecond
	patience = 5 * time.Second
)

func tapWaves(t testing.TB, upstream string, want []string, before func(n int)) *waveTap {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &waveTap{
		t:        t,
		upstream: upstream,
		listener: listener,
		want:     want,
		before:   before,
		release:  make(chan struct{}),
		ids:      map[string]string{},
		accounts: map[string]string{},
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go w.serve(conn)
		}
	}()
	return w
}

func (w *waveTap) addr() string { return w.listener.Addr().String() }

// know makes the log say R for this session's record from now on, or A for the
// account with this place.
func (w *waveTap) know(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(id) == 18 {
		w.accounts[id] = ""
		return
	}
	w.ids[id] = ""
}

// seen returns the waves, each with its commands in alphabetical order.
func (w *waveTap) seen() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.waves)
}

// A tapped is a command that waits for its wave to go.
type tapped struct {
	words   []string
	message []byte
	release <-chan struct{}
}

// serve serves a client that may send commands ahead of the answers.
func (w *waveTap) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", w.upstream)
	if err != nil {
		return
	}
	defer server.Close()
	commands := make(chan tapped, 1000)
	go func() {
		defer close(commands)
		for requests := bufio.NewReader(client); ; {
			command, err := w.read(requests)
			if err != nil {
				return
			}
			commands <- command
		}
	}()
	replies := bufio.NewReader(server)
	for command := range commands {
		<-command.release
		if _, err := server.Write(command.message); err != nil {
			return
		}
		reply, err := readReply(replies, command.words[0] == "gets")
		if err != nil {
			return
		}
		if _, err := client.Write(reply); err != nil {
			return
		}
	}
}

// read reads a command and notes it.
func (w *waveTap) read(requests *bufio.Reader) (tapped, error) {
	line, err := requests.ReadString('\n')
	if err != nil {
		return tapped{}, err
	}
	words, message := strings.Fields(line), []byte(line)
	if words[0] == "add" || words[0] == "cas" {
		size, err := strconv.Atoi(words[4])
		if err != nil {
			w.t.Errorf("command %q", line)
			return tapped{}, err
		}
		data := make([]byte, size+2)
		if _, err := io.ReadFull(requests, data); err != nil {
			return tapped{}, err
		}
		message = append(message, data...)
	}
	return tapped{words, message, w.arrive(words)}, nil
}

func readReply(r *bufio.Reader, get bool) ([]byte, error) {
	var reply []byte
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return nil, err
		}
		reply = append(reply, line...)
		words := strings.Fields(line)
		if !get || words[0] != "VALUE" {
			return reply, nil
		}
		size, err := strconv.Atoi(words[3])
		if err != nil {
			return nil, err
		}
		data := make([]byte, size+2)
		if _, err := io.ReadFull(r, data); err != nil {
			return nil, err
		}
		reply = append(reply, data...)
	}
}

// arrive notes a command and returns what is closed when its wave goes.
func (w *waveTap) arrive(words []string) <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wave = append(w.wave, w.spell(words))
	wait := quiet
	if n := len(w.waves); n < len(w.want) && len(w.wave) < 1+strings.Count(w.want[n], ", ") {
		wait = patience
	}
	if w.timer == nil {
		w.timer = time.AfterFunc(wait, w.letGo)
	} else {
		w.timer.Reset(wait)
	}
	return w.release
}

func (w *waveTap) letGo() {
	w.mu.Lock()
	slices.Sort(w.wave)
	w.waves = append(w.waves, strings.Join(w.wave, ", "))
	n, release := len(w.waves), w.release
	w.wave, w.release = nil, make(chan struct{})
	w.mu.Unlock()
	w.before(n)
	close(release)
}

// spell returns the command's verb and keys. R is a record, A an account, and the
// keys of a second session, or account, bear a prime.
func (w *waveTap) spell(words []string) string {
	keys := words[1:2]
	if words[0] == "gets" {
		keys = words[1:]
	}
	spelled := words[:1:1]
	for _, key := range keys {
		_, rest, _ := strings.Cut(key, ":")
		id, name, ids := rest, "A", w.accounts
		if len(rest) >= 36 {
			id, name, ids = rest[:36], strings.TrimPrefix(rest[36:], "-"), w.ids
		}
		if name == "" {
			name = "R"
		}
		prime, ok := ids[id]
		if !ok {
			prime = strings.Repeat("'", len(ids))
			ids[id] = prime
		}
		spelled = append(spelled, name+prime)
	}
	return fmt.Sprint(strings.Join(spelled, " "))
}
