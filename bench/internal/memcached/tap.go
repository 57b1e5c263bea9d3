package memcached

import (
	"net"
	"sync"
	"time"
)

// A Tap stands between an app and a memcached, delays what the app sends, and
// counts waves: commands that come while others are held were sent side by
// side, so they are one round trip together.
type Tap struct {
	Addr     string
	upstream string
	delay    time.Duration
	listener net.Listener

	mu      sync.Mutex
	waves   int
	release time.Time // when the last wave goes on
}

// NewTap returns a tap that delays each wave.
func NewTap(upstream string, delay time.Duration) (*Tap, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	t := &Tap{Addr: l.Addr().String(), upstream: upstream, delay: delay, listener: l}
	go t.accept()
	return t, nil
}

// Close lets no more connections in. Those that are open end with the app's.
func (t *Tap) Close() { t.listener.Close() }

// Waves returns how many there were.
func (t *Tap) Waves() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.waves
}

func (t *Tap) accept() {
	for {
		app, err := t.listener.Accept()
		if err != nil {
			return
		}
		go t.serve(app)
	}
}

func (t *Tap) serve(app net.Conn) {
	defer app.Close()
	server, err := net.Dial("tcp", t.upstream)
	if err != nil {
		return
	}
	defer server.Close()
	c := &tapped{tap: t, answered: true}
	go func() {
		defer app.Close()
		_ = forward(app, server, c.answer)
	}()
	_ = forward(server, app, c.ask)
}

// forward copies what comes, after it has called before.
func forward(dst, src net.Conn, before func()) error {
	buf := make([]byte, 64<<10)
	for {
		n, err := src.Read(buf)
		if n > 0 {
			before()
			if _, err := dst.Write(buf[:n]); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
	}
}

// tapped is one connection.
type tapped struct {
	tap      *Tap
	mu       sync.Mutex
	answered bool // something came back since the last command began
}

func (c *tapped) answer() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answered = true
}

// ask holds a command. What comes before the answer is the rest of it.
func (c *tapped) ask() {
	c.mu.Lock()
	first := c.answered
	c.answered = false
	c.mu.Unlock()
	if first {
		time.Sleep(time.Until(c.tap.join()))
	}
}

// join adds a command to the wave that is held, or begins one, and returns when
// it goes on.
func (t *Tap) join() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now := time.Now(); !now.Before(t.release) {
		t.waves++
		t.release = now.Add(t.delay)
	}
	return t.release
}
