package firstbyte_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// capable can do what its parts can.
type (
	canFlush  struct{}
	canHijack struct{}
	canNotify struct{}
	canPush   struct{}
	canRead   struct{}
)

func (canFlush) Flush()                                        {}
func (canFlush) FlushError() error                             { return nil }
func (canHijack) Hijack() (net.Conn, *bufio.ReadWriter, error) { return nil, nil, nil }
func (canNotify) CloseNotify() <-chan bool                     { return nil }
func (canPush) Push(string, *http.PushOptions) error           { return nil }
func (canRead) ReadFrom(r io.Reader) (int64, error)            { return io.Copy(io.Discard, r) }

func TestWriterOffersEachCombinationAndNoMore(t *testing.T) {
	for i, below := range []http.ResponseWriter{
		&struct{ discard }{},
		&struct {
			discard
			canFlush
		}{},
		&struct {
			discard
			canHijack
		}{},
		&struct {
			discard
			canFlush
			canHijack
		}{},
		&struct {
			discard
			canNotify
		}{},
		&struct {
			discard
			canFlush
			canNotify
		}{},
		&struct {
			discard
			canHijack
			canNotify
		}{},
		&struct {
			discard
			canFlush
			canHijack
			canNotify
		}{},
		&struct {
			discard
			canPush
		}{},
		&struct {
			discard
			canFlush
			canPush
		}{},
		&struct {
			discard
			canHijack
			canPush
		}{},
		&struct {
			discard
			canFlush
			canHijack
			canPush
		}{},
		&struct {
			discard
			canNotify
			canPush
		}{},
		&struct {
			discard
			canFlush
			canNotify
			canPush
		}{},
		&struct {
			discard
			canHijack
			canNotify
			canPush
		}{},
		&struct {
			discard
			canFlush
			canHijack
			canNotify
			canPush
		}{},
		&struct {
			discard
			canRead
		}{},
		&struct {
			discard
			canFlush
			canRead
		}{},
		&struct {
			discard
			canHijack
			canRead
		}{},
		&struct {
			discard
			canFlush
			canHijack
			canRead
		}{},
		&struct {
			discard
			canNotify
			canRead
		}{},
		&struct {
			discard
			canFlush
			canNotify
			canRead
		}{},
		&struct {
			discard
			canHijack
			canNotify
			canRead
		}{},
		&struct {
			discard
			canFlush
			canHijack
			canNotify
			canRead
		}{},
		&struct {
			discard
			canPush
			canRead
		}{},
		&struct {
			discard
			canFlush
			canPush
			canRead
		}{},
		&struct {
			discard
			canHijack
			canPush
			canRead
		}{},
		&struct {
			discard
			canFlush
			canHijack
			canPush
			canRead
		}{},
		&struct {
			discard
			canNotify
			canPush
			canRead
		}{},
		&struct {
			discard
			canFlush
			canNotify
			canPush
			canRead
		}{},
		&struct {
			discard
			canHijack
			canNotify
			canPush
			canRead
		}{},
		&struct {
			discard
			canFlush
			canHijack
			canNotify
			canPush
			canRead
		}{},
	} {
		r := newResponse(below, new(counter))
		w := r.Writer()
		if got, want := offered(w), offered(below); got != want {
			t.Errorf("%d: offers %q, want %q", i, got, want)
		}
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
		if h, ok := w.(http.Hijacker); ok {
			if _, _, err := h.Hijack(); err != nil {
				t.Errorf("%d: Hijack: %v", i, err)
			}
		}
		//lint:ignore SA1019 frameworks ask for it
		if c, ok := w.(http.CloseNotifier); ok && c.CloseNotify() != nil {
			t.Errorf("%d: another channel", i)
		}
		if p, ok := w.(http.Pusher); ok {
			if err := p.Push("/style.css", nil); err != nil {
				t.Errorf("%d: Push: %v", i, err)
			}
		}
		if r, ok := w.(io.ReaderFrom); ok {
			if n, err := r.ReadFrom(strings.NewReader("hello")); n != 5 || err != nil {
				t.Errorf("%d: ReadFrom: %d, %v", i, n, err)
			}
		}
	}
}
