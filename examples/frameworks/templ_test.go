package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/a-h/templ"

	"github.com/sessiongen/sessiongen/runtime"
)

func TestStreamedTemplPageStoresAtItsFirstFlushAndAtEachSave(t *testing.T) {
	overEachProtocol(t, "templ", func(t *testing.T, http2 bool) {
		w := newWorld(t, nil)
		w.serve(templSite(w.site), http2)
		b := w.browser()
		b.text = textOfHTML
		resp, err := b.client.Get(w.url + "/headlines")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if n := len(b.sent(resp)); n != 1 {
			t.Errorf("%d cookies came with the first flush", n)
		}
		comes := func(part string) {
			t.Helper()
			got := make([]byte, len(part))
			if _, err := io.ReadFull(resp.Body, got); string(got) != part {
				t.Fatalf("%q, %v, not %q", got, err, part)
			}
		}
		comes("<!doctype html><title>The site</title><h1>The news</h1>")
		b.get("/").want(t, http.StatusOK, "Visit 2 of a stranger.\n", 0)
		w.news <- "rain"
		comes("<p>rain</p>")
		b.get("/").wantStatus(t, http.StatusOK)
		close(w.news)
		if rest, err := io.ReadAll(resp.Body); len(rest) != 0 || err != nil {
			t.Errorf("the page ends with %q, %v", rest, err)
		}
	})
}

// partOf returns a component that calls do, and writes a few bytes.
func partOf(do func(context.Context)) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		do(ctx)
		_, err := io.WriteString(w, "<p>A part.</p>")
		return err
	})
}

// flushed is a component that flushes what comes before the part.
func flushed(part templ.Component) templ.Component {
	return templ.Join(templ.Flush(), part)
}

// serveTempl serves a page of this part with recovery and sessions as they should
// be.
func serveTempl(w *world, part templ.Component, options ...func(*templ.ComponentHandler)) {
	w.serve(recovered(w.site.sessions.Middleware(templ.Handler(document(part), options...))), false)
}

// What templ has buffered it sends while the panic unwinds.
func TestPanicOfATemplComponentStoresWhatWasSetOnlyIfThePageIsStreamed(t *testing.T) {
	for name, c := range map[string]struct {
		options []func(*templ.ComponentHandler)
		status  int
		cookies int
	}{
		"buffered": {nil, http.StatusInternalServerError, 0},
		"streamed": {[]func(*templ.ComponentHandler){templ.WithStreaming()}, http.StatusOK, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			serveTempl(w, partOf(func(ctx context.Context) {
				session, err := w.site.sessions.From(ctx)
				if err != nil {
					t.Error(err)
					return
				}
				brokenPage(session)
			}), c.options...)
			p := w.browser().get("/")
			p.wantStatus(t, c.status)
			p.wantCookies(t, c.cookies)
			if stored := w.store.writes.Load() != 0; stored != (c.cookies == 1) {
				t.Errorf("stored %t", stored)
			}
		})
	}
}

// A component has the session by its context.
func TestWhatATemplComponentSetsIsStoredAtTheEndOfThePage(t *testing.T) {
	for name, options := range map[string][]func(*templ.ComponentHandler){"buffered": nil, "streamed": {templ.WithStreaming()}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			cookie, err := w.site.sessions.Issue(t.Context(), SessionFields{Visits: 6})
			if err != nil {
				t.Fatal(err)
			}
			visits := 0
			serveTempl(w, flushed(partOf(func(ctx context.Context) {
				session, err := w.site.sessions.From(ctx)
				if err != nil {
					t.Error(err)
					return
				}
				session.SetVisits(session.GetVisits() + 1)
				visits = session.GetVisits()
			})), options...)
			b := w.browser()
			b.client.Jar.SetCookies(b.base, []*http.Cookie{cookie})
			for _, want := range []int{7, 8} {
				if b.get("/").wantCookies(t, 0); visits != want {
					t.Errorf("visit %d, not %d", visits, want)
				}
			}
		})
	}
}

func TestNoSessionBeginsBehindTheFirstFlushOfATemplPage(t *testing.T) {
	w := newWorld(t, nil)
	serveTempl(w, flushed(partOf(func(ctx context.Context) {
		session, err := w.site.sessions.From(ctx)
		if err != nil {
			t.Error(err)
			return
		}
		session.SetVisits(1)
		if err := session.Save(ctx); !errors.Is(err, runtime.ErrHeadersSent) {
			t.Errorf("Save returned %v", err)
		}
	})), templ.WithStreaming())
	w.browser().get("/").wantCookies(t, 0)
	if n := w.store.writes.Load(); n != 0 {
		t.Errorf("%d items are stored", n)
	}
}
