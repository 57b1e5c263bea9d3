package runtime_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

// A fragment keeps a part of a page. It does not tell what it wraps.
type fragment struct {
	http.ResponseWriter
	text bytes.Buffer
}

func (f *fragment) Write(p []byte) (int, error) { return f.text.Write(p) }

// A telling fragment tells it, and has a header of its own.
type telling struct {
	fragment
	header http.Header
}

func (f *telling) Header() http.Header         { return f.header }
func (f *telling) Unwrap() http.ResponseWriter { return f.ResponseWriter }

// sideBySide serves each of the handlers a request within r, all at once.
func sideBySide(r *http.Request, writer func() http.ResponseWriter, handlers ...http.Handler) {
	var group sync.WaitGroup
	for _, h := range handlers {
		w := writer()
		group.Go(func() { h.ServeHTTP(w, r) })
	}
	group.Wait()
}

// Handlers that touch neither the header nor the session may share a header.
func TestFragmentsServedSideBySideMayShareAHeader(t *testing.T) {
	for name, wrap := range map[string]func(http.ResponseWriter) http.ResponseWriter{
		"opaque": func(w http.ResponseWriter) http.ResponseWriter { return &fragment{ResponseWriter: w} },
		"telling": func(w http.ResponseWriter) http.ResponseWriter {
			return &telling{fragment{ResponseWriter: w}, w.Header()}
		},
	} {
		outer, inner := newWorld(t, nil), newOther(t)
		part := inner.Middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "part") }))
		response := outer.request("", func(w http.ResponseWriter, r *http.Request) {
			var parts []*bytes.Buffer
			sideBySide(r, func() http.ResponseWriter {
				f := wrap(w)
				switch f := f.(type) {
				case *fragment:
					parts = append(parts, &f.text)
				case *telling:
					parts = append(parts, &f.text)
				}
				return f
			}, part, part, part, part)
			for _, p := range parts {
				io.Copy(w, p)
			}
		})
		if text, err := io.ReadAll(response.Body); string(text) != strings.Repeat("part", 4) || err != nil {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
}

func TestCookiesOfFragmentsServedSideBySideSurviveAFailure(t *testing.T) {
	outer := newWorld(t, nil)
	var want []string
	var parts []http.Handler
	for i := range 8 {
		w := newWorld(t, func(c *runtime.Config) { c.CookieName = fmt.Sprint("part", i) })
		want = append(want, w.CookieName())
		parts = append(parts, w.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			w.from(r).SetToken("x")
		})))
	}
	response := outer.request("", func(w http.ResponseWriter, r *http.Request) {
		sideBySide(r, func() http.ResponseWriter {
			return &telling{fragment{ResponseWriter: w}, http.Header{}}
		}, parts...)
		setInVain(outer, r)
	})
	var got []string
	for _, c := range response.Cookies() {
		got = append(got, c.Name)
	}
	if slices.Sort(got); response.StatusCode != http.StatusServiceUnavailable || !slices.Equal(got, want) {
		t.Errorf("%s, cookies of %q, want %q", response.Status, got, want)
	}
}

func TestCookieOfAManagerWithinSurvivesAFailureAfterAPanic(t *testing.T) {
	outer, inner := newWorld(t, nil), newOther(t)
	response := outer.request("", func(w http.ResponseWriter, r *http.Request) {
		func() {
			defer func() { recover() }()
			inner.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				saved(t, inner, r)
				panic("gone")
			})).ServeHTTP(w, r)
		}()
		setInVain(outer, r)
	})
	if c := response.Cookies(); response.StatusCode != http.StatusServiceUnavailable || len(c) != 1 || c[0].Name != "other" {
		t.Errorf("%s, cookies %v", response.Status, c)
	}
}

// When the innermost sends its cookie, nobody knows yet that the middle one
// answers through the outer one.
func TestCookieSurvivesAFailureTwoManagersOutside(t *testing.T) {
	outer, middle := newWorld(t, nil), newOther(t)
	inner := newWorld(t, func(c *runtime.Config) { c.CookieName = "third" })
	response := outer.request("", func(w http.ResponseWriter, r *http.Request) {
		middle.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			f := &telling{fragment{ResponseWriter: w}, http.Header{}}
			inner.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				saved(t, inner, r)
			})).ServeHTTP(f, r)
			maps.Copy(w.Header(), f.header)
		})).ServeHTTP(opaque{w}, r)
		setInVain(outer, r)
	})
	if c := response.Cookies(); response.StatusCode != http.StatusServiceUnavailable || len(c) != 1 || c[0].Name != "third" {
		t.Errorf("%s, cookies %v", response.Status, c)
	}
}

// saved stores a session of w in the request r.
func saved(t *testing.T, w *world, r *http.Request) {
	s := w.from(r)
	s.SetToken("x")
	if err := s.Save(r.Context()); err != nil {
		t.Error(err)
	}
}

// setInVain sets something that w can't store.
func setInVain(w *world, r *http.Request) {
	w.from(r).SetToken("y")
	w.store.fail = func(string, []string) error { return errors.New("down") }
}

// Some tests call a handler that answers nothing with such a writer.
func TestWriterOfAHandlerThatTouchesNothingIsNotCalled(t *testing.T) {
	outer, inner := newWorld(t, nil), newOther(t)
	outer.request("", func(_ http.ResponseWriter, r *http.Request) {
		inner.Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})).ServeHTTP(opaque{}, r)
	})
}
