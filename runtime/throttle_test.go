package runtime_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

func TestOutageShowsInTheEventsAndOnceASecondInTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newToldWorld(t)
		token := w.issue(SessionFields{Token: "x"})
		w.store.fail = func(string, []string) error { return errors.New("down") }
		w.log.Reset()
		for range 40 {
			w.visit(cookieLine(token), func(_ http.ResponseWriter, r *http.Request) {
				for range 3 { // one load
					if _, err := w.From(r.Context()); !errors.Is(err, runtime.ErrUnavailable) {
						t.Error(err)
					}
				}
			})
			time.Sleep(100 * time.Millisecond)
		}
		if n := strings.Count(w.log.String(), "session failed"); n != 4 {
			t.Errorf("%d lines in 4 seconds: %q", n, &w.log)
		}
		if len(w.events) != 40 {
			t.Errorf("%d events for 40 loads", len(w.events))
		}
		for _, e := range w.events {
			if e.Kind != runtime.EventFailed || e.ID != token[:36] || !errors.Is(e.Err, runtime.ErrUnavailable) {
				t.Errorf("event %+v", e)
			}
		}
	})
}

func TestOutageOfTheWritesIsLoggedOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newToldWorld(t)
		w.store.fail = func(string, []string) error { return errors.New("down") }
		for range 40 {
			w.visit("", func(_ http.ResponseWriter, r *http.Request) { w.from(r).SetToken("x") })
			time.Sleep(100 * time.Millisecond)
		}
		if n := strings.Count(w.log.String(), "session error"); n != 4 {
			t.Errorf("%d lines in 4 seconds: %q", n, &w.log)
		}
	})
}

// The line of an outage must not suppress the line of a handler's mistake.
func TestFailureThatIsNoOutageIsAlwaysLogged(t *testing.T) {
	w := newToldWorld(t)
	token := living(w)
	for range 3 {
		w.visit(cookieLine(token), func(rw http.ResponseWriter, r *http.Request) {
			s := w.from(r)
			rw.WriteHeader(http.StatusOK)
			s.SetToken(strings.Repeat("x", 2<<20))
		})
	}
	if n := strings.Count(w.log.String(), "session failed"); n != 3 {
		t.Errorf("%d lines", n)
	}
}

func TestMissingMiddlewareIsLoggedOnceASecondWithItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newToldWorld(t)
		for range 25 {
			if _, err := w.From(t.Context()); !errors.Is(err, runtime.ErrNoMiddleware) {
				t.Error(err)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if n := strings.Count(w.log.String(), "session not found"); n != 3 {
			t.Errorf("%d lines in 2.5 seconds: %q", n, &w.log)
		}
		for _, want := range []string{"level=ERROR", "throttle_test.go:", "Middleware"} {
			if !strings.Contains(w.log.String(), want) {
				t.Errorf("the log %q does not say %q", &w.log, want)
			}
		}
	})
}

func TestClockThatIsSetBackSilencesNoLog(t *testing.T) {
	w := newToldWorld(t)
	var now time.Time
	sessions, err := runtime.NewManager(runtime.Config{Store: w.store, Logger: w.logger}, runtime.Schema[one[int]]{
		Name: "session", Session: func(s *one[int]) *runtime.Session { return &s.session },
	})
	if err != nil {
		t.Fatal(err)
	}
	sessions.SetClock(func() time.Time { return now })
	for _, now = range []time.Time{time.Now(), time.Now().Add(-time.Hour), time.Now().Add(-time.Hour)} {
		sessions.From(t.Context())
	}
	if n := strings.Count(w.log.String(), "session not found"); n != 2 {
		t.Errorf("%d lines", n)
	}
}

// A visitor who only reads keeps the cookie of a lost session, and every
// request finds it lost again.
func TestLostSessionsAreWarnedOfOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newToldWorld(t)
		token := living(w)
		w.erase(token, "token")
		for range 40 {
			w.visit(cookieLine(token), func(_ http.ResponseWriter, r *http.Request) { w.from(r) })
			time.Sleep(100 * time.Millisecond)
		}
		if n := strings.Count(w.log.String(), `level=WARN msg="session lost"`); n != 4 {
			t.Errorf("%d warnings in 4 seconds: %q", n, &w.log)
		}
		if n := strings.Count(w.log.String(), "session lost"); n != 40 || len(w.events) != 40 {
			t.Errorf("%d lines at any level, %d events", n, len(w.events))
		}
	})
}

func TestResponsesThatCachesMayShareAreWarnedOfOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newToldWorld(t)
		for range 40 {
			w.visit("", func(rw http.ResponseWriter, r *http.Request) {
				rw.Header().Set("Cache-Control", "public")
				w.from(r).SetToken("x")
			})
			time.Sleep(100 * time.Millisecond)
		}
		if n := strings.Count(w.log.String(), "kept from shared caches"); n != 4 {
			t.Errorf("%d lines in 4 seconds: %q", n, &w.log)
		}
	})
}

// A client that went away is no outage.
func TestLoadThatTheClientCancelledIsNoWarning(t *testing.T) {
	w := newToldWorld(t)
	token := w.issue(SessionFields{Token: "x"})
	w.store.fail = func(string, []string) error { return context.Canceled }
	w.request(cookieLine(token), func(_ http.ResponseWriter, r *http.Request) {
		if _, err := w.From(r.Context()); !errors.Is(err, runtime.ErrUnavailable) || !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	if strings.Contains(w.log.String(), "WARN") {
		t.Errorf("log %q", &w.log)
	}
	w.wantEvent(runtime.EventFailed, "")
}
