package firstbyte_test

import (
	"net/http"
	"testing"
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
