package runtime_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// optional are the interfaces that a ResponseWriter of net/http may have besides
// its own.
var optional = []struct {
	name string
	has  func(w http.ResponseWriter) bool
}{
	{"Flusher", offers[http.Flusher]},
	{"FlushError", offers[interface{ FlushError() error }]},
	{"Hijacker", offers[http.Hijacker]},
	//lint:ignore SA1019 frameworks ask for it
	{"CloseNotifier", offers[http.CloseNotifier]},
	{"Pusher", offers[http.Pusher]},
	{"ReaderFrom", offers[io.ReaderFrom]},
	{"StringWriter", offers[io.StringWriter]},
}

func offers[T any](w http.ResponseWriter) bool { _, ok := w.(T); return ok }

// offered lists what w offers.
func offered(w http.ResponseWriter) string {
	var names []string
	for _, o := range optional {
		if o.has(w) {
			names = append(names, o.name)
		}
	}
	return strings.Join(names, " ")
}

func TestWriterOffersWhatThatOfNetHTTPOffers(t *testing.T) {
	for protocol, some := range map[string]string{"HTTP/1.1": "Hijacker", "HTTP/2.0": "Pusher"} {
		w, other := newWorld(t, nil), newOther(t)
		h := nest(w, other, func(rw http.ResponseWriter, _ *http.Request) { io.WriteString(rw, offered(rw)) })
		response := serve(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("X-Below", offered(rw))
			h.ServeHTTP(rw, r)
		}), protocol)
		if got, below := body(t, response), response.Header.Get("X-Below"); got != below || !strings.Contains(below, some) {
			t.Errorf("%s: offers %q, below it are %q", protocol, got, below)
		}
	}
}

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
func (d *discard) WriteString(s string) (int, error)           { return d.Write([]byte(s)) }

func TestWriterOffersEachCombinationAndNoMore(t *testing.T) {
	w := newWorld(t, nil)
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
		w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			if got, want := offered(rw), offered(below); got != want {
				t.Errorf("%d: offers %q, want %q", i, got, want)
			}
			if f, ok := rw.(http.Flusher); ok {
				f.Flush()
			}
			if h, ok := rw.(http.Hijacker); ok {
				if _, _, err := h.Hijack(); err != nil {
					t.Errorf("%d: Hijack: %v", i, err)
				}
			}
			//lint:ignore SA1019 frameworks ask for it
			if c, ok := rw.(http.CloseNotifier); ok && c.CloseNotify() != nil {
				t.Errorf("%d: another channel", i)
			}
			if p, ok := rw.(http.Pusher); ok {
				if err := p.Push("/style.css", nil); err != nil {
					t.Errorf("%d: Push: %v", i, err)
				}
			}
			if r, ok := rw.(io.ReaderFrom); ok {
				if n, err := r.ReadFrom(strings.NewReader("hello")); n != 5 || err != nil {
					t.Errorf("%d: ReadFrom: %d, %v", i, n, err)
				}
			}
		})).ServeHTTP(below, httptest.NewRequest("GET", "/", nil))
	}
}

func TestHandlerLearnsThatTheClientWentAway(t *testing.T) {
	w := newWorld(t, nil)
	gone := make(chan bool)
	server := httptest.NewServer(w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		//lint:ignore SA1019 frameworks ask for it
		notify := rw.(http.CloseNotifier).CloseNotify()
		http.NewResponseController(rw).Flush()
		gone <- <-notify
	})))
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(conn).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	conn.Close()
	if !<-gone {
		t.Error("told that the client is there")
	}
}

// Writers that offer more than discard, and one that hides it.
type (
	flushing   struct{ discard }
	flushError struct{ discard }
	hijacking  struct{ discard }
	both       struct {
		discard
		hijacking hijacking
	}
	wrapping struct {
		discard
		inner http.ResponseWriter
	}
	wrapped struct{ both } // in itself
)

func (*flushing) Flush()                                        {}
func (*flushError) FlushError() error                           { return nil }
func (*hijacking) Hijack() (net.Conn, *bufio.ReadWriter, error) { return nil, nil, nil }
func (*both) Flush()                                            {}
func (b *both) Hijack() (net.Conn, *bufio.ReadWriter, error)    { return b.hijacking.Hijack() }
func (w *wrapping) Unwrap() http.ResponseWriter                 { return w.inner }
func (w *wrapped) Unwrap() http.ResponseWriter                  { return w }

func TestWriterOffersWhatTheOneBelowOffersByItself(t *testing.T) {
	w := newWorld(t, nil)
	for _, c := range []struct {
		name            string
		below           http.ResponseWriter
		flushes, hijack bool // by itself
		somewhere       bool // can flush, be it by one that it wraps
	}{
		{"nothing", &discard{}, false, false, false},
		{"Flush", &flushing{}, true, false, true},
		{"FlushError", &flushError{}, true, false, true},
		{"Hijack", &hijacking{}, false, true, false},
		{"both", &both{}, true, true, true},
		{"both, wrapped", &wrapping{inner: &wrapping{inner: &both{}}}, false, false, true},
		{"both, wrapped in itself", &wrapped{}, true, true, true},
		{"nothing, wrapped", &wrapping{inner: &discard{}}, false, false, false},
		{"nothing, wrapped in itself", &endless{}, false, false, false},
	} {
		w.store.take()
		w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			w.from(r).SetToken("x")
			_, flushes := rw.(http.Flusher)
			_, hijack := rw.(http.Hijacker)
			if flushes != c.flushes || hijack != c.hijack {
				t.Errorf("%s: Flusher %v, Hijacker %v", c.name, flushes, hijack)
			}
			if err := http.NewResponseController(rw).Flush(); errors.Is(err, http.ErrNotSupported) == c.somewhere {
				t.Errorf("%s: Flush of a ResponseController: %v", c.name, err)
			}
			if calls := w.store.take(); len(calls) > 0 != c.somewhere {
				t.Errorf("%s: store calls %q before Flush", c.name, calls)
			}
		})).ServeHTTP(c.below, httptest.NewRequest("GET", "/", nil))
	}
}

// A response that somebody outside keeps back, to change it, leaves when that
// one lets it: a Flush must not go past it.
func TestFlushDoesNotGoPastABufferOutside(t *testing.T) {
	w := newWorld(t, nil)
	response := exchange(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		buffer := &buffering{wrapping: wrapping{inner: rw}}
		w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			io.WriteString(rw, "hello")
			if f, ok := rw.(http.Flusher); ok {
				f.Flush()
			}
		})).ServeHTTP(buffer, r)
		rw.Header().Set("Etag", `"5"`)
		rw.WriteHeader(http.StatusCreated)
		io.WriteString(rw, buffer.text.String())
	}), "")
	if text := body(t, response); response.StatusCode != http.StatusCreated || text != "hello" || response.Header.Get("Etag") == "" {
		t.Errorf("%s, %q, %v", response.Status, text, response.Header)
	}
}

type buffering struct {
	wrapping
	text strings.Builder
}

func (b *buffering) Write(p []byte) (int, error)       { return b.text.Write(p) }
func (b *buffering) WriteString(s string) (int, error) { return b.text.WriteString(s) }

// endless can do nothing, and wraps itself.
type endless struct{ discard }

func (w *endless) Unwrap() http.ResponseWriter { return w }

// Some look for a Flusher by themselves, from writer to writer.
func TestFlushFoundByHandCommitsFirst(t *testing.T) {
	w := newWorld(t, nil)
	response := serve(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			w.from(r).SetToken("x")
			for {
				if f, ok := rw.(http.Flusher); ok {
					f.Flush()
					return
				}
				rw = rw.(interface{ Unwrap() http.ResponseWriter }).Unwrap()
			}
		})).ServeHTTP(behind{rw}, r)
	}), "HTTP/1.1")
	sentCookie(t, response)
}
