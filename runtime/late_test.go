package runtime_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

func TestLivingSessionIsStoredAgainAfterTheHandler(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "x"})
	w.request(cookieLine(token), func(rw http.ResponseWriter, r *http.Request) {
		s := w.from(r)
		io.WriteString(rw, "hello")
		s.SetToken("late")
	})
	if s := w.open(token); s.GetToken() != "late" {
		t.Errorf("stored %q", s.GetToken())
	}
}

func TestSessionAskedForAfterTheFirstByteIsStored(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "x"})
	w.request(cookieLine(token), func(rw http.ResponseWriter, r *http.Request) {
		io.WriteString(rw, "hello")
		w.from(r).SetToken("late")
	})
	if s := w.open(token); s.GetToken() != "late" {
		t.Errorf("stored %q", s.GetToken())
	}
}

func TestNewSessionAfterTheFirstByteFailsBeforeTheStoreIsAsked(t *testing.T) {
	var log bytes.Buffer
	w := newWorld(t, func(c *runtime.Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	response := w.request("", func(rw http.ResponseWriter, r *http.Request) {
		s := w.from(r)
		io.WriteString(rw, "hello")
		s.SetToken("late")
		if err := s.Save(r.Context()); !errors.Is(err, runtime.ErrHeadersSent) {
			t.Errorf("Save: %v", err)
		}
	})
	if calls := w.store.take(); calls != nil {
		t.Errorf("store calls %q", calls)
	}
	wantNoCookie(t, response)
	w.wantEvent(runtime.EventFailed, "")
	if !errors.Is(w.events[0].Err, runtime.ErrHeadersSent) || !strings.Contains(log.String(), "level=ERROR") {
		t.Errorf("event %v, log %q", w.events[0], &log)
	}
}

func TestRenewAfterTheFirstByteFailsBeforeTheStoreIsAsked(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "x"})
	w.request(cookieLine(token), func(rw http.ResponseWriter, r *http.Request) {
		s := w.from(r)
		rw.(http.Flusher).Flush()
		w.store.take()
		if err := s.Renew(r.Context()); !errors.Is(err, runtime.ErrHeadersSent) {
			t.Errorf("Renew: %v", err)
		}
	})
	if calls := w.store.take(); calls != nil {
		t.Errorf("store calls %q", calls)
	}
}

func TestFailedCommitAfterTheResponseIsAnEvent(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "x"})
	response := w.request(cookieLine(token), func(rw http.ResponseWriter, r *http.Request) {
		s := w.from(r)
		io.WriteString(rw, "hello")
		w.store.fail = func(string, []string) error { return errors.New("down") }
		s.SetToken("late")
	})
	if text := body(t, response); text != "hello" {
		t.Errorf("body %q", text)
	}
	w.wantEvent(runtime.EventFailed, "")
}

func TestSessionIsStoredWhenTheHandlerSendsNothing(t *testing.T) {
	w := newWorld(t, nil)
	response := w.request("", func(_ http.ResponseWriter, r *http.Request) { w.from(r).SetToken("x") })
	if s := w.open(sentCookie(t, response).Value); s.GetToken() != "x" {
		t.Error("nothing is stored")
	}
}

func TestClientThatWentAwayDoesNotStopACommit(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "x"})
	ctx, cancel := context.WithCancel(t.Context())
	r := httptest.NewRequestWithContext(ctx, "GET", "https://shop.example/", nil)
	r.Header.Set("Cookie", cookieLine(token))
	w.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		w.from(r).SetToken("y")
		cancel()
	})).ServeHTTP(httptest.NewRecorder(), r)
	if s := w.open(token); s.GetToken() != "y" {
		t.Errorf("stored %q", s.GetToken())
	}
}

func TestNothingIsStoredAfterTheClientWasToldOfAFailure(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "x"})
	w.request(cookieLine(token), func(rw http.ResponseWriter, r *http.Request) {
		w.from(r).SetToken("y")
		w.store.fail = func(string, []string) error { return errors.New("down") }
		io.WriteString(rw, "hello")
		w.store.fail = nil
	})
	if s := w.open(token); s.GetToken() != "x" {
		t.Errorf("stored %q", s.GetToken())
	}
}
