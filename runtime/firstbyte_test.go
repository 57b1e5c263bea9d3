package runtime_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/sessiongen/sessiongen/runtime"
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

func TestCopyIsPassedOnWholeAndTellsItsErrors(t *testing.T) {
	w := newWorld(t, nil)
	text := strings.Repeat("0123456789", 1000)
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	errGone := errors.New("gone")
	for what, c := range map[string]struct {
		source func() io.Reader
		want   string
		err    error
	}{
		"a file": {func() io.Reader {
			f, err := os.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { f.Close() })
			return f
		}, text, nil},
		"byte by byte":         {func() io.Reader { return iotest.OneByteReader(strings.NewReader(text)) }, text, nil},
		"with the end at once": {func() io.Reader { return iotest.DataErrReader(strings.NewReader("tea")) }, "tea", nil},
		"that fails with its first": {func() io.Reader {
			return iotest.DataErrReader(io.MultiReader(strings.NewReader("tea"), iotest.ErrReader(errGone)))
		}, "tea", errGone},
		"that fails later":           {func() io.Reader { return io.MultiReader(strings.NewReader(text), iotest.ErrReader(errGone)) }, text, errGone},
		"that fails with no bytes":   {func() io.Reader { return iotest.ErrReader(errGone) }, "", errGone},
		"of nothing at all":          {func() io.Reader { return plain{strings.NewReader("")} }, "", nil},
		"that pauses at its start":   {func() io.Reader { return &pausing{Reader: strings.NewReader(text)} }, text, nil},
		"behind what was sent first": {func() io.Reader { return plain{strings.NewReader(text)} }, text, nil},
	} {
		response := serve(t, w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			w.from(r).SetToken("x")
			if what == "behind what was sent first" {
				rw.WriteHeader(http.StatusOK)
			}
			n, err := rw.(io.ReaderFrom).ReadFrom(c.source())
			if n != int64(len(c.want)) || !errors.Is(err, c.err) {
				t.Errorf("%s: %d bytes, %v", what, n, err)
			}
		})), "HTTP/1.1")
		if got := body(t, response); got != c.want {
			t.Errorf("%s: %d bytes arrived", what, len(got))
		}
		sentCookie(t, response)
	}
}

// pausing reads nothing at its first call.
type pausing struct {
	io.Reader
	paused bool
}

func (p *pausing) Read(b []byte) (int, error) {
	if !p.paused {
		p.paused = true
		return 0, nil
	}
	return p.Reader.Read(b)
}

// unable is a writer of somebody outside that can neither flush nor be hijacked
// after all.
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
			w := newWorld(t, nil)
			token := w.issue(SessionFields{Token: "x"})
			h := w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				s := w.from(r)
				if sent {
					rw.WriteHeader(http.StatusOK)
				}
				if err := try(http.NewResponseController(rw)); !errors.Is(err, http.ErrNotSupported) {
					t.Errorf("%s: %v", name, err)
				}
				if err := s.Renew(r.Context()); errors.Is(err, runtime.ErrHeadersSent) != sent {
					t.Errorf("%s, and the header was sent: %v: Renew: %v", name, sent, err)
				}
			}))
			response := exchange(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				h.ServeHTTP(unable{rw}, r)
			}), cookieLine(token))
			if cookies := response.Cookies(); len(cookies) != 1 != sent {
				t.Errorf("%s, and the header was sent: %v: cookies %v", name, sent, cookies)
			}
		}
	}
}
