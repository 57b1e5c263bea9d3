package firstbyte_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/textproto"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/runtime/internal/firstbyte"
)

// before is a gate that calls a function.
type before func()

func (b before) BeforeHeader() { b() }

// A counter is a gate that counts how often it is asked.
type counter int

func (c *counter) BeforeHeader() { *c++ }

func newResponse(below http.ResponseWriter, gate firstbyte.Gate) *firstbyte.Response {
	r := new(firstbyte.Response)
	r.Init(below, gate)
	return r
}

// serve starts a TLS server for one protocol and sends it one request.
func serve(t *testing.T, handler http.HandlerFunc, protocol string) (response *http.Response, body string) {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.EnableHTTP2 = protocol == "HTTP/2.0"
	server.StartTLS()
	defer server.Close()
	response, err := server.Client().Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.Proto != protocol {
		t.Fatalf("spoke %s", response.Proto)
	}
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(text)
}

func TestGateIsAskedOnceBeforeTheFirstByte(t *testing.T) {
	for name, send := range map[string]func(w http.ResponseWriter){
		"Write":              func(w http.ResponseWriter) { w.Write([]byte("hello")) },
		"empty Write":        func(w http.ResponseWriter) { w.Write(nil) },
		"WriteString":        func(w http.ResponseWriter) { io.WriteString(w, "hello") },
		"WriteHeader":        func(w http.ResponseWriter) { w.WriteHeader(http.StatusNotFound) },
		"Flush":              func(w http.ResponseWriter) { w.(http.Flusher).Flush() },
		"controller's Flush": func(w http.ResponseWriter) { http.NewResponseController(w).Flush() },
		"ReadFrom":           func(w http.ResponseWriter) { w.(io.ReaderFrom).ReadFrom(strings.NewReader("hello")) },
		"io.Copy":            func(w http.ResponseWriter) { io.Copy(w, io.LimitReader(strings.NewReader("hello"), 9)) },
	} {
		for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
			if name == "ReadFrom" && protocol == "HTTP/2.0" {
				continue // the writer of HTTP/2 has no such method
			}
			response, _ := serve(t, func(rw http.ResponseWriter, _ *http.Request) {
				asked := 0
				r := new(firstbyte.Response)
				r.Init(rw, before(func() {
					asked++
					if r.HeaderLeft() {
						t.Errorf("%s over %s: the header has left already", name, protocol)
					}
					r.Header().Set("X-Gate", "1")
				}))
				w := r.Writer()
				for range 2 {
					if send(w); asked != 1 || !r.HeaderLeft() {
						t.Errorf("%s over %s: asked %d times", name, protocol, asked)
					}
				}
			}, protocol)
			if response.Header.Get("X-Gate") == "" {
				t.Errorf("%s over %s: header %v", name, protocol, response.Header)
			}
		}
	}
}

func TestHijackAsksFirst(t *testing.T) {
	serve(t, func(rw http.ResponseWriter, _ *http.Request) {
		var asked counter
		r := newResponse(rw, &asked)
		conn, _, err := r.Writer().(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		io.WriteString(conn, "HTTP/1.1 204 No Content\r\n\r\n")
		conn.Close()
		if asked != 1 || !r.HeaderLeft() {
			t.Errorf("asked %d times", asked)
		}
	}, "HTTP/1.1")
}

func TestInformationalResponseIsNotAskedAbout(t *testing.T) {
	var asked counter
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		r := newResponse(rw, &asked)
		w := r.Writer()
		w.WriteHeader(http.StatusEarlyHints)
		if asked != 0 || r.HeaderLeft() {
			t.Errorf("asked %d times", asked)
		}
		io.WriteString(w, "hello")
	}))
	defer server.Close()
	hints := 0
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		Got1xxResponse: func(int, textproto.MIMEHeader) error { hints++; return nil },
	})
	request, err := http.NewRequestWithContext(ctx, "GET", server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if hints != 1 || asked != 1 {
		t.Errorf("%d informational responses, asked %d times", hints, asked)
	}
}

func TestStatusThatIsNoneIsNotAskedAbout(t *testing.T) {
	for status, want := range map[int]counter{-1: 0, 0: 0, 99: 0, 1000: 0, 1 << 20: 0, 101: 1, 200: 1, 999: 1} {
		var asked counter
		r := newResponse(&discard{}, &asked)
		if r.Writer().WriteHeader(status); asked != want {
			t.Errorf("%d: asked %d times", status, asked)
		}
	}
}

func TestRefusedResponseLetsNothingOfTheHandlerPass(t *testing.T) {
	errNo := errors.New("no")
	for name, send := range map[string]func(w http.ResponseWriter) error{
		"Write":       func(w http.ResponseWriter) error { _, err := w.Write([]byte("hello")); return err },
		"WriteString": func(w http.ResponseWriter) error { _, err := io.WriteString(w, "hello"); return err },
		"ReadFrom": func(w http.ResponseWriter) error {
			_, err := w.(io.ReaderFrom).ReadFrom(strings.NewReader("hello"))
			return err
		},
		"Flush":  func(w http.ResponseWriter) error { return http.NewResponseController(w).Flush() },
		"Hijack": func(w http.ResponseWriter) error { _, _, err := w.(http.Hijacker).Hijack(); return err },
		"WriteHeader": func(w http.ResponseWriter) error {
			w.WriteHeader(http.StatusCreated)
			w.WriteHeader(http.StatusEarlyHints)
			return errNo // it can tell nobody
		},
	} {
		response, text := serve(t, func(rw http.ResponseWriter, _ *http.Request) {
			r := new(firstbyte.Response)
			r.Init(rw, before(func() {
				r.Refuse(errNo)
				http.Error(r.Below(), "sorry", http.StatusTeapot)
			}))
			w := r.Writer()
			for range 2 {
				if err := send(w); err != errNo {
					t.Errorf("%s: %v", name, err)
				}
			}
			w.Header().Set(http.TrailerPrefix+"X-Sum", "5")
			if len(w.Header()) != 0 || r.Refused() != errNo {
				t.Errorf("%s: the handler sees %v, refused: %v", name, w.Header(), r.Refused())
			}
		}, "HTTP/1.1")
		if text != "sorry\n" || response.StatusCode != http.StatusTeapot || len(response.Trailer) != 0 {
			t.Errorf("%s: %s, %q, trailer %v", name, response.Status, text, response.Trailer)
		}
	}
}

// statuses is a ResponseWriter that keeps what WriteHeader is called with.
type statuses struct {
	discard
	seen []int
}

func (w *statuses) WriteHeader(status int) { w.seen = append(w.seen, status) }

func TestRefusedResponseLetsNoStatusPass(t *testing.T) {
	var below statuses
	r := newResponse(&below, new(counter))
	r.Refuse(errors.New("no"))
	for _, status := range []int{0, http.StatusEarlyHints, http.StatusOK} {
		r.Writer().WriteHeader(status)
	}
	if below.seen != nil {
		t.Errorf("passed: %v", below.seen)
	}
}

func TestRestoreTakesBackWhatTheHandlerHasSet(t *testing.T) {
	for name, held := range map[string]http.Header{"something": {"X-Outer": {"1"}}, "nothing": {}} {
		below := &discard{header: held.Clone()}
		r := newResponse(below, new(counter))
		h := r.Writer().Header()
		h.Set("X-Outer", "changed")
		h.Set("X-Handler", "1")
		if got := r.Restore(); len(got) != len(held) || got.Get("X-Outer") != held.Get("X-Outer") || len(below.header) != len(held) {
			t.Errorf("it held %s: %v, and below is %v", name, got, below.header)
		}
	}
}

// A header that somebody else has set meanwhile is not the handler's.
func TestRestoreLeavesAHeaderThatTheHandlerHasNotSeen(t *testing.T) {
	below := &discard{header: http.Header{}}
	r := newResponse(below, new(counter))
	below.header.Set("X-Outer", "1")
	if got := r.Restore(); got.Get("X-Outer") != "1" {
		t.Errorf("%v", got)
	}
}

func TestHeaderThatIsSaidToHaveLeftIsNotAskedAbout(t *testing.T) {
	var asked counter
	r := newResponse(&discard{}, &asked)
	r.Leave()
	if r.Writer().WriteHeader(http.StatusOK); asked != 0 || !r.HeaderLeft() {
		t.Errorf("asked %d times", asked)
	}
}
