package firstbyte_test

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
	"time"
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
		serve(t, func(rw http.ResponseWriter, _ *http.Request) {
			outer := newResponse(rw, new(counter))
			inner := newResponse(outer.Writer(), new(counter))
			if got, below := offered(inner.Writer()), offered(rw); got != below || !strings.Contains(below, some) {
				t.Errorf("%s: offers %q, below it are %q", protocol, got, below)
			}
		}, protocol)
	}
}

func TestHandlerLearnsThatTheClientWentAway(t *testing.T) {
	gone := make(chan bool)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		r := newResponse(rw, new(counter))
		w := r.Writer()
		//lint:ignore SA1019 frameworks ask for it
		notify := w.(http.CloseNotifier).CloseNotify()
		http.NewResponseController(w).Flush()
		gone <- <-notify
	}))
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
	wrapped struct{ both }    // in itself
	endless struct{ discard } // in itself, and can do nothing
)

func (*flushing) Flush()                                        {}
func (*flushError) FlushError() error                           { return nil }
func (*hijacking) Hijack() (net.Conn, *bufio.ReadWriter, error) { return nil, nil, nil }
func (*both) Flush()                                            {}
func (b *both) Hijack() (net.Conn, *bufio.ReadWriter, error)    { return b.hijacking.Hijack() }
func (w *wrapping) Unwrap() http.ResponseWriter                 { return w.inner }
func (w *wrapped) Unwrap() http.ResponseWriter                  { return w }
func (w *endless) Unwrap() http.ResponseWriter                  { return w }

func TestWriterOffersWhatTheOneBelowOffersByItself(t *testing.T) {
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
		var asked counter
		r := newResponse(c.below, &asked)
		w := r.Writer()
		_, flushes := w.(http.Flusher)
		_, hijack := w.(http.Hijacker)
		if flushes != c.flushes || hijack != c.hijack {
			t.Errorf("%s: Flusher %v, Hijacker %v", c.name, flushes, hijack)
		}
		if err := http.NewResponseController(w).Flush(); errors.Is(err, http.ErrNotSupported) == c.somewhere {
			t.Errorf("%s: Flush of a ResponseController: %v", c.name, err)
		}
		if asked > 0 != c.somewhere {
			t.Errorf("%s: asked %d times before Flush", c.name, asked)
		}
	}
}

// unable is a writer that can neither flush nor be hijacked after all.
type unable struct{ http.ResponseWriter }

func (unable) Flush()            {}
func (unable) FlushError() error { return http.ErrNotSupported }
func (unable) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return nil, nil, http.ErrNotSupported
}

func TestWhatAWriterCantDoSendsNoHeader(t *testing.T) {
	for name, try := range map[string]func(*http.ResponseController) error{
		"Flush":  (*http.ResponseController).Flush,
		"Hijack": func(c *http.ResponseController) error { _, _, err := c.Hijack(); return err },
	} {
		for _, sent := range []bool{false, true} {
			r := newResponse(unable{&discard{}}, new(counter))
			w := r.Writer()
			if sent {
				w.WriteHeader(http.StatusOK)
			}
			if err := try(http.NewResponseController(w)); !errors.Is(err, http.ErrNotSupported) {
				t.Errorf("%s: %v", name, err)
			}
			if r.HeaderLeft() != sent {
				t.Errorf("%s: the header has left: %v, want %v", name, r.HeaderLeft(), sent)
			}
		}
	}
}

func TestResponseControllerReachesTheConnection(t *testing.T) {
	serve(t, func(rw http.ResponseWriter, _ *http.Request) {
		r := newResponse(rw, new(counter))
		control := http.NewResponseController(r.Writer())
		err := errors.Join(
			control.SetWriteDeadline(time.Now().Add(time.Minute)),
			control.SetReadDeadline(time.Now().Add(time.Minute)),
			control.EnableFullDuplex(),
		)
		if err != nil || r.HeaderLeft() {
			t.Errorf("%v, the header has left: %v", err, r.HeaderLeft())
		}
	}, "HTTP/1.1")
}
