package runtime_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
)

// withheld are what a handler may do that sends no header.
var withheld = map[string]func(w http.ResponseWriter){
	"a copy of nothing":              func(w http.ResponseWriter) { io.Copy(w, plain{strings.NewReader("")}) },
	"a copy that fails at once":      func(w http.ResponseWriter) { io.Copy(w, iotest.ErrReader(errors.New("gone"))) },
	"a copy of a file that is empty": func(w http.ResponseWriter) { io.Copy(w, &io.LimitedReader{R: zeros{}}) },
}

// plain hides all methods of a reader but Read.
type plain struct{ io.Reader }

func TestHeaderThatHasNotLeftCanBearTheCookie(t *testing.T) {
	for name, act := range withheld {
		for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
			t.Run(name+" over "+protocol, func(t *testing.T) {
				w := newWorld(t, nil)
				server := httptest.NewUnstartedServer(w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
					s := w.from(r)
					act(rw)
					if calls := w.store.take(); calls != nil {
						t.Errorf("store calls %q, though nothing was sent", calls)
					}
					s.SetToken("x")
					if err := s.Save(r.Context()); err != nil {
						t.Error(err)
					}
					if err := s.Renew(r.Context()); err != nil {
						t.Error(err)
					}
					http.Redirect(rw, r, "/next", http.StatusSeeOther)
				})))
				server.EnableHTTP2 = protocol == "HTTP/2.0"
				server.StartTLS()
				defer server.Close()
				request, err := http.NewRequestWithContext(t.Context(), "GET", server.URL, nil)
				if err != nil {
					t.Fatal(err)
				}
				response, err := server.Client().Transport.RoundTrip(request)
				if err != nil {
					t.Fatal(err)
				}
				response.Body.Close()
				if response.StatusCode != http.StatusSeeOther {
					t.Errorf("status %s", response.Status)
				}
				if s := w.open(sentCookie(t, response).Value); s.GetToken() != "x" {
					t.Error("the session is lost")
				}
			})
		}
	}
}

// A pipe's writer, or a reader that counts, may use the session while it is
// read.
func TestWhatIsSetWhileTheFirstBytesAreReadIsStored(t *testing.T) {
	w := newWorld(t, nil)
	response := serve(t, w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		s := w.from(r)
		reads := 0
		io.Copy(rw, readerFunc(func(p []byte) (int, error) {
			if reads++; reads > 2 {
				return 0, io.EOF
			}
			s.SetVisits(reads)
			return copy(p, "hello") * (reads - 1), nil // nothing at first
		}))
	})), "HTTP/1.1")
	if text := body(t, response); text != "hello" {
		t.Errorf("body %q", text)
	}
	if s := w.open(sentCookie(t, response).Value); s.GetVisits() != 2 {
		t.Errorf("stored %d", s.GetVisits())
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
