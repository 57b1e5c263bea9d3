package firstbyte_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/sessiongen/sessiongen/runtime/internal/firstbyte"
)

// Writers of frameworks, which tell whether the header was sent.
type (
	written struct { // as gin's
		discard
		sent bool
	}
	committed struct { // as that of some recorders of statuses
		discard
		sent bool
	}
	hasCommitted struct { // as echo's
		discard
		Committed bool
	}
	embeds    struct{ *hasCommitted } // and has its field
	misnaming struct {
		discard
		Committed string
	}
)

func (w *written) Written() bool     { return w.sent }
func (w *committed) Committed() bool { return w.sent }

func TestHeaderThatLeftThroughAWriterBelowIsNoticed(t *testing.T) {
	for _, c := range []struct {
		name  string
		below http.ResponseWriter
		want  bool
	}{
		{"Written, and it was", &written{sent: true}, true},
		{"Written, and it was not", &written{}, false},
		{"a method Committed, and it was", &committed{sent: true}, true},
		{"a method Committed, and it was not", &committed{}, false},
		{"a field Committed, and it was", &hasCommitted{Committed: true}, true},
		{"a field Committed, and it was not", &hasCommitted{}, false},
		{"one that was, behind one that can't tell", behind{&hasCommitted{Committed: true}}, true},
		{"one that was, behind one that was not", &behindWritten{behind: behind{&written{sent: true}}}, true},
		{"one that can't tell", &discard{}, false},
		{"one that wraps itself", &endless{}, false},
		{"a field of another type", &misnaming{Committed: "yes"}, false},
		{"a nil pointer", (*hasCommitted)(nil), false},
		{"a nil pointer to what has the field", &embeds{}, false},
		{"a func", handlerLike(nil), false},
	} {
		r := newResponse(c.below, new(counter))
		if got := r.WentAround(); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

type behindWritten struct {
	behind
	written
}

func (w *behindWritten) Header() http.Header         { return nil }
func (w *behindWritten) Write(p []byte) (int, error) { return len(p), nil }
func (w *behindWritten) WriteHeader(int)             {}

// handlerLike is a writer that is no struct.
type handlerLike func()

func (handlerLike) Header() http.Header         { return nil }
func (handlerLike) Write(p []byte) (int, error) { return len(p), nil }
func (handlerLike) WriteHeader(int)             {}

// Frameworks take an informational response for the header.
func TestInformationalResponseIsNotTakenForTheHeader(t *testing.T) {
	below := &written{}
	r := newResponse(below, new(counter))
	r.Writer().WriteHeader(http.StatusEarlyHints)
	below.sent = true
	if r.WentAround() {
		t.Error("taken for the header")
	}
}

func TestHeaderThatLeftThroughAResponseAroundThisOneHasLeft(t *testing.T) {
	for name, leave := range map[string]func(r *firstbyte.Response){
		"a byte":     func(r *firstbyte.Response) { io.WriteString(r.Writer(), "hello") },
		"a refusal":  func(r *firstbyte.Response) { r.Refuse(errors.New("no")) },
		"one's word": func(r *firstbyte.Response) { r.Leave() },
	} {
		for _, early := range []bool{false, true} {
			outer := newResponse(&written{sent: true}, new(counter))
			middle := newResponse(behind{outer.Writer()}, new(counter))
			var asked counter
			inner := newResponse(behind{middle.Writer()}, &asked)
			w := inner.Writer()
			if early {
				w.WriteHeader(http.StatusEarlyHints)
			}
			if inner.HeaderLeft() {
				t.Errorf("%s, early hints %v: the header has left too early", name, early)
			}
			leave(outer)
			if !inner.HeaderLeft() || inner.WentAround() || outer.WentAround() {
				t.Errorf("%s, early hints %v: left %v, around the inner %v, around the outer %v", name, early, inner.HeaderLeft(), inner.WentAround(), outer.WentAround())
			}
			io.WriteString(w, "world")
			if w.(io.StringWriter).WriteString("!"); asked != 0 {
				t.Errorf("%s, early hints %v: asked %d times", name, early, asked)
			}
		}
	}
}

// It went around the inner response, and through the outer one.
func TestHeaderThatLeftThroughAWriterBetweenTwoResponsesWentAroundTheInnerOne(t *testing.T) {
	outer := newResponse(&discard{}, new(counter))
	inner := newResponse(&behindWritten{behind{outer.Writer()}, written{sent: true}}, new(counter))
	outer.Leave()
	if !inner.WentAround() {
		t.Error("it is not noticed")
	}
}

func TestFailedHijackOfAnInnerResponseLeavesTheHeaderWhereItWas(t *testing.T) {
	outer := newResponse(unable{&discard{}}, new(counter))
	inner := newResponse(outer.Writer(), new(counter))
	for _, left := range []bool{false, true} {
		if left {
			outer.Leave()
		}
		if _, _, err := inner.Writer().(http.Hijacker).Hijack(); err == nil || inner.HeaderLeft() != left {
			t.Errorf("%v, the header has left: %v, want %v", err, inner.HeaderLeft(), left)
		}
	}
}

// A part of a page may be served beside the handler of the page. Only the race
// detector can find fault with it.
func TestInnerResponseMayAskWhetherTheHeaderHasLeftBesideTheOuterHandler(t *testing.T) {
	for _, send := range []func(r *firstbyte.Response){
		func(r *firstbyte.Response) { r.Writer().WriteHeader(http.StatusEarlyHints) },
		func(r *firstbyte.Response) { io.Copy(r.Writer(), strings.NewReader("hello")) },
		func(r *firstbyte.Response) { r.Refuse(errors.New("no")) },
	} {
		outer := newResponse(&discard{}, new(counter))
		var group sync.WaitGroup
		group.Go(func() {
			inner := newResponse(behind{outer.Writer()}, new(counter))
			_, _, _ = inner.HeaderLeft(), inner.WentAround(), outer.Refused()
		})
		send(outer)
		group.Wait()
	}
}

func TestInformationalResponseOfAnOuterResponseIsNotTakenForTheHeader(t *testing.T) {
	below := &written{}
	outer := newResponse(below, new(counter))
	outer.Writer().WriteHeader(http.StatusEarlyHints)
	below.sent = true
	if inner := newResponse(outer.Writer(), new(counter)); inner.WentAround() || inner.HeaderLeft() {
		t.Error("taken for the header")
	}
}
