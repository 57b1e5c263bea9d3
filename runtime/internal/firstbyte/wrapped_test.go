package firstbyte_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/sessiongen/sessiongen/runtime/internal/firstbyte"
)

// discard is a ResponseWriter that sends nothing.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header {
	if d.header == nil {
		d.header = http.Header{}
	}
	return d.header
}
func (*discard) Write(p []byte) (int, error)         { return len(p), nil }
func (d *discard) WriteString(s string) (int, error) { return len(s), nil }
func (*discard) WriteHeader(int)                     {}

// behind is somebody's wrapper.
type behind struct{ http.ResponseWriter }

func (w behind) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// opaque is one that can't be looked into.
type opaque struct{ http.ResponseWriter }

// incomparable can't be compared with itself: == panics.
type incomparable struct {
	http.ResponseWriter
	_ []int
}

// buffering keeps what is written.
type buffering struct {
	wrapping
	text strings.Builder
}

func (b *buffering) Write(p []byte) (int, error)       { return b.text.Write(p) }
func (b *buffering) WriteString(s string) (int, error) { return b.text.WriteString(s) }

// A writer outside may keep the response back, to change it, and decides when
// the response leaves: a Flush must not go past that writer.
func TestFlushDoesNotGoPastABufferOutside(t *testing.T) {
	below := httptest.NewRecorder()
	buffer := &buffering{wrapping: wrapping{inner: below}}
	r := newResponse(buffer, new(counter))
	w := r.Writer()
	io.WriteString(w, "hello")
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
	if below.Flushed || buffer.text.String() != "hello" {
		t.Errorf("flushed %v, the buffer has %q", below.Flushed, &buffer.text)
	}
}

// firstOf is the search by which some handlers look for an ability themselves,
// from writer to writer.
func firstOf[T any](w http.ResponseWriter) T {
	for {
		if found, ok := w.(T); ok {
			return found
		}
		w = w.(interface{ Unwrap() http.ResponseWriter }).Unwrap()
	}
}

func TestFlushFoundByHandAsksFirst(t *testing.T) {
	below := httptest.NewRecorder()
	var asked counter
	r := newResponse(behind{below}, &asked)
	if firstOf[http.Flusher](r.Writer()).Flush(); asked != 1 || !below.Flushed {
		t.Errorf("asked %d times, flushed %v", asked, below.Flushed)
	}
}

func TestHijackFoundByHandAsksFirst(t *testing.T) {
	var asked counter
	r := newResponse(behind{&hijacking{}}, &asked)
	if _, _, err := firstOf[http.Hijacker](r.Writer()).Hijack(); err != nil || asked != 1 || !r.HeaderLeft() {
		t.Errorf("%v, asked %d times, the header has left: %v", err, asked, r.HeaderLeft())
	}
}

// through returns a response that is sent through w, and whose header somebody
// has asked for.
func through(w http.ResponseWriter) *firstbyte.Response {
	r := newResponse(w, new(counter))
	r.Header()
	return r
}

func TestResponseKnowsWhichResponsesAreAPartOfIt(t *testing.T) {
	below := &discard{}
	r, other := newResponse(below, new(counter)), newResponse(&discard{}, new(counter))
	within := newResponse(r.Writer(), new(counter))
	if r.Carries(through(opaque{below})) {
		t.Error("a header that nobody was asked for is known")
	}
	for _, c := range []struct {
		name    string
		w       http.ResponseWriter
		carries bool
	}{
		{"its own", r.Writer(), true},
		{"its own, wrapped", behind{behind{r.Writer()}}, true},
		{"its own, in a wrapper that does not tell it", opaque{r.Writer()}, true},
		{"its own, in one that has a header of its own", &buffering{wrapping: wrapping{inner: r.Writer()}}, true},
		{"that of a response within it", within.Writer(), true},
		{"the one below, once ours was asked for the header", below, true},
		{"that of another response", other.Writer(), false},
		{"another one in a wrapper that does not tell it", opaque{&discard{}}, false},
		{"one that wraps itself", &endless{}, false},
		{"one that has no header", handlerLike(nil), false},
		{"the one below, in a wrapper", opaque{below}, true},
	} {
		if got := r.Carries(through(c.w)); got != c.carries {
			t.Errorf("through %s: %v, want %v", c.name, got, c.carries)
		}
	}
	if through(handlerLike(nil)).Carries(through(handlerLike(nil))) {
		t.Error("two writers without a header are taken for one")
	}
}

// A ResponseWriter need not bear being asked for its header from two goroutines.
func TestCarriesAsksNoWriterForItsHeader(t *testing.T) {
	r := newResponse(opaque{}, new(counter))
	if r.Carries(newResponse(opaque{}, new(counter))) || through(&discard{}).Carries(newResponse(opaque{}, new(counter))) {
		t.Error("another response is taken for this one")
	}
	if !r.Carries(newResponse(behind{r.Writer()}, new(counter))) {
		t.Error("a writer that tells what it wraps is not known")
	}
}

// A handler may serve requests of its own making side by side, while it answers.
func TestCarriesMayBeAskedBesideTheHandler(t *testing.T) {
	serve(t, func(rw http.ResponseWriter, _ *http.Request) {
		r := newResponse(rw, new(counter))
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				if r.Carries(through(opaque{httptest.NewRecorder()})) {
					t.Error("another response is taken for this one")
				}
			})
		}
		r.Writer().Header().Set("X-Handler", "1")
		io.WriteString(r.Writer(), "hello")
		group.Wait()
	}, "HTTP/1.1")
}

func TestWriterBelowIsReplacedByOurs(t *testing.T) {
	for _, below := range []http.ResponseWriter{&discard{}, behind{&discard{}}} {
		var asked counter
		r := newResponse(below, &asked)
		w := r.WriterFor(below)
		if w.WriteHeader(http.StatusOK); asked != 1 {
			t.Errorf("%T: asked %d times", below, asked)
		}
	}
}

func TestAnyOtherWriterIsLeftAsItIs(t *testing.T) {
	below := &discard{}
	r := newResponse(below, new(counter))
	for _, w := range []http.ResponseWriter{r.Writer(), &discard{}, behind{below}} {
		if got := r.WriterFor(w); got != w {
			t.Errorf("%T was replaced by %T", w, got)
		}
	}
	r = newResponse(incomparable{ResponseWriter: below}, new(counter))
	if got, ok := r.WriterFor(incomparable{ResponseWriter: below}).(incomparable); !ok {
		t.Errorf("replaced by %T", got)
	}
}

// The code that answers in the handler's place has the writer below, and may
// serve its answer by a handler that has a response of its own.
func TestWriterBelowARefusedResponseIsLeftAsItIs(t *testing.T) {
	below := &discard{}
	r := newResponse(below, new(counter))
	r.Refuse(errors.New("no"))
	if got := r.WriterFor(below); got != below {
		t.Errorf("replaced by %T", got)
	}
}
