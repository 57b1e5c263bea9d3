package runtime_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// newOther returns a world whose manager can be nested with the manager of
// [newWorld].
func newOther(t *testing.T) *world {
	return newWorld(t, func(c *runtime.Config) { c.CookieName = "other" })
}

func nest(outer, inner *world, handler http.HandlerFunc) http.Handler {
	return outer.Middleware(inner.Middleware(handler))
}

func TestNestedMiddlewareOfOneManagerIsOneMiddleware(t *testing.T) {
	w := newWorld(t, nil)
	var outer *Session
	response := w.request("", func(rw http.ResponseWriter, r *http.Request) {
		outer = w.from(r)
		w.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if s := w.from(r); s != outer {
				t.Error("two sessions")
			}
			outer.SetToken("x")
		})).ServeHTTP(rw, r)
		if calls := w.store.take(); calls != nil {
			t.Errorf("the inner middleware committed: %q", calls)
		}
	})
	sentCookie(t, response)
}

func TestManagersWithDifferentCookiesNest(t *testing.T) {
	w, other := newWorld(t, nil), newWorld(t, func(c *runtime.Config) { c.CookieName = "other" })
	handler := w.Middleware(other.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		w.from(r).SetToken("x")
		other.from(r).SetToken("y")
	})))
	response := exchange(handler, "")
	if cookies := response.Cookies(); len(cookies) != 2 || cookies[0].Name != "other" || cookies[1].Name != "__Host-session" {
		t.Errorf("cookies %v", cookies)
	}
	if vary := response.Header["Vary"]; len(vary) != 1 {
		t.Errorf("Vary: %q", vary)
	}
}

func TestManagersWithOneCookieAreRefusedWhenNested(t *testing.T) {
	var log bytes.Buffer
	w := newWorld(t, nil)
	other := newWorld(t, func(c *runtime.Config) {
		c.Namespace, c.Logger = "other", slog.New(slog.NewTextHandler(&log, nil))
	})
	handler := w.Middleware(other.Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the handler ran")
	})))
	if response := exchange(handler, ""); response.StatusCode != http.StatusInternalServerError {
		t.Errorf("status %s", response.Status)
	}
	for _, want := range []string{"level=ERROR", "__Host-session", "Config.CookieName"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log %q does not say %q", &log, want)
		}
	}
}

func TestRenewedCookieOfANestedManagerSurvivesAFailureOfEither(t *testing.T) {
	send := map[string]http.HandlerFunc{
		"a body":  func(rw http.ResponseWriter, _ *http.Request) { io.WriteString(rw, "hello") },
		"nothing": func(http.ResponseWriter, *http.Request) {},
	}
	for _, c := range []struct{ renews, fails string }{
		{"outer", "outer"}, {"outer", "inner"}, {"inner", "outer"}, {"inner", "inner"},
	} {
		for sent, send := range send {
			t.Run(fmt.Sprintf("%s renews, %s fails, the handler sends %s", c.renews, c.fails, sent), func(t *testing.T) {
				worlds := map[string]*world{"outer": newWorld(t, nil), "inner": newOther(t)}
				renewing, failing := worlds[c.renews], worlds[c.fails]
				token := renewing.issue(SessionFields{Token: "x"})
				handler := nest(worlds["outer"], worlds["inner"], func(rw http.ResponseWriter, r *http.Request) {
					rw.Header().Set("X-Handler", "1")
					if err := renewing.from(r).Renew(r.Context()); err != nil {
						t.Error(err)
					}
					failing.from(r).SetToken("y")
					failing.store.fail = func(string, []string) error { return errors.New("down") }
					send(rw, r)
				})
				response := exchange(handler, renewing.CookieName()+"="+token)
				if response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("X-Handler") != "" {
					t.Errorf("status %s, header %v", response.Status, response.Header)
				}
				if got := response.Header["Cache-Control"]; !slices.Equal(got, []string{"no-store"}) {
					t.Errorf("Cache-Control: %q", got)
				}
				cookies := response.Cookies()
				if len(cookies) != 1 || cookies[0].Name != renewing.CookieName() {
					t.Fatalf("sent %v, want the renewed cookie alone", cookies)
				}
				renewing.store.fail = nil
				if s := renewing.open(cookies[0].Value); s.GetToken() != "x" {
					t.Error("the renewed session is lost")
				}
			})
		}
	}
}

// opaque is somebody's wrapper that does not tell what it wraps.
type opaque struct{ http.ResponseWriter }

func TestRenewedCookieSurvivesAFailureWhereOneHeaderIsKnownByTwoWriters(t *testing.T) {
	for name, writer := range map[string]func(below, w http.ResponseWriter) http.ResponseWriter{
		"in a wrapper without Unwrap":  func(_, w http.ResponseWriter) http.ResponseWriter { return opaque{w} },
		"by the one below":             func(below, _ http.ResponseWriter) http.ResponseWriter { return below },
		"by a wrapper around that one": func(below, _ http.ResponseWriter) http.ResponseWriter { return opaque{below} },
	} {
		outer, inner := newWorld(t, nil), newOther(t)
		token := inner.issue(SessionFields{Token: "x"})
		response := exchange(http.HandlerFunc(func(below http.ResponseWriter, r *http.Request) {
			outer.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				inner.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					if err := inner.from(r).Renew(r.Context()); err != nil {
						t.Error(err)
					}
					outer.from(r).SetToken("y")
					outer.store.fail = func(string, []string) error { return errors.New("down") }
				})).ServeHTTP(writer(below, rw), r)
			})).ServeHTTP(below, r)
		}), "other="+token)
		cookies := response.Cookies()
		if response.StatusCode != http.StatusServiceUnavailable || len(cookies) != 1 {
			t.Errorf("%s: %s, cookies %v, want the renewed one", name, response.Status, cookies)
		} else if s := inner.open(cookies[0].Value); s.GetToken() != "x" {
			t.Errorf("%s: the renewed session is lost", name)
		}
	}
}

// Then the cookie is already in what the outer response finds in the header.
func TestRenewedCookieIsSentOnceIfItWasInTheHeaderBeforeTheOuterResponse(t *testing.T) {
	outer, inner := newWorld(t, nil), newOther(t)
	token := inner.issue(SessionFields{Token: "x"})
	response := exchange(http.HandlerFunc(func(below http.ResponseWriter, r *http.Request) {
		outer.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			inner.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				if err := inner.from(r).Renew(r.Context()); err != nil {
					t.Error(err)
				}
				rw.Header().Set("X-Handler", "1")
				setInVain(outer, r)
			})).ServeHTTP(opaque{below}, r)
		})).ServeHTTP(below, r)
	}), "other="+token)
	cookies := response.Cookies()
	if response.StatusCode != http.StatusServiceUnavailable || len(cookies) != 1 {
		t.Fatalf("%s, cookies %v, want the renewed one", response.Status, cookies)
	}
	if s := inner.open(cookies[0].Value); s.GetToken() != "x" {
		t.Error("the renewed session is lost")
	}
}

// What http.TimeoutHandler copies into the outer header comes from nobody known.
func TestRenewedCookieIsLostToAFailureOutsideOfATimeoutHandler(t *testing.T) {
	outer, inner := newWorld(t, nil), newOther(t)
	token := inner.issue(SessionFields{Token: "x"})
	response := exchange(outer.Middleware(http.TimeoutHandler(inner.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if err := inner.from(r).Renew(r.Context()); err != nil {
			t.Error(err)
		}
		setInVain(outer, r)
	})), time.Minute, "")), "other="+token)
	if response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s, header %v", response.Status, response.Header)
	}
	wantNoCookie(t, response)
}

func TestCookiesOfAllManagersWithinSurviveAFailureInTheirOrder(t *testing.T) {
	outer := newWorld(t, nil)
	want := []string{"first", "third", "second", "fourth"}
	within := map[string]*world{}
	for _, name := range want {
		within[name] = newWorld(t, func(c *runtime.Config) { c.CookieName = name })
	}
	save := func(name string, next http.HandlerFunc) http.Handler {
		return within[name].Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			s := within[name].from(r)
			s.SetToken("x")
			if err := s.Save(r.Context()); err != nil {
				t.Error(err)
			}
			next(rw, r)
		}))
	}
	nothing := func(http.ResponseWriter, *http.Request) {}
	response := outer.request("", func(rw http.ResponseWriter, r *http.Request) {
		save("first", save("third", nothing).ServeHTTP).ServeHTTP(rw, r)
		save("second", save("fourth", nothing).ServeHTTP).ServeHTTP(rw, r)
		outer.from(r).SetToken(strings.Repeat("x", 2<<20)) // fails
	})
	var got []string
	for _, c := range response.Cookies() {
		got = append(got, c.Name)
	}
	if response.StatusCode != http.StatusInternalServerError || !slices.Equal(got, want) {
		t.Errorf("%s, cookies of %q, want %q", response.Status, got, want)
	}
}

// A handler may serve a request of its own making within a request. The cookies
// of one are not the cookies of the other.
func TestResponseThatAHandlerRecordsIsNotItsOwn(t *testing.T) {
	outer, inner := newWorld(t, nil), newOther(t)
	token := inner.issue(SessionFields{Token: "x"})
	response := outer.request("other="+token, func(_ http.ResponseWriter, r *http.Request) {
		inner.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if err := inner.from(r).Renew(r.Context()); err != nil {
				t.Error(err)
			}
		})).ServeHTTP(httptest.NewRecorder(), r)
		outer.from(r).SetToken("y")
		outer.store.fail = func(string, []string) error { return errors.New("down") }
	})
	if response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("%s", response.Status)
	}
	wantNoCookie(t, response)
}

// ways by which the outer response leaves before the inner handler begins.
var ways = map[string]func(outer *world, w http.ResponseWriter, r *http.Request){
	"a page's head": func(_ *world, w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "head") },
	"a head after early hints": func(_ *world, w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusEarlyHints)
		io.WriteString(w, "head")
	},
	"an error response": func(outer *world, w http.ResponseWriter, r *http.Request) {
		setInVain(outer, r)
		io.WriteString(w, "head")
	},
}

func TestInnerManagerCreatesAndRenewsNothingOnceTheOuterResponseHasLeft(t *testing.T) {
	for way, leave := range ways {
		for name, c := range map[string]struct {
			token bool
			do    func(s *Session, r *http.Request) error
			err   error
			tells bool
		}{
			"set":   {false, func(s *Session, _ *http.Request) error { s.SetToken("y"); return nil }, nil, true},
			"save":  {false, func(s *Session, r *http.Request) error { s.SetToken("y"); return s.Save(r.Context()) }, runtime.ErrHeadersSent, true},
			"login": {true, func(s *Session, r *http.Request) error { return s.Renew(r.Context()) }, runtime.ErrHeadersSent, false},
		} {
			for _, writes := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, %s, the inner handler writes: %v", way, name, writes), func(t *testing.T) {
					var log bytes.Buffer
					outer := newWorld(t, nil)
					inner := newWorld(t, func(c *runtime.Config) {
						c.CookieName, c.Logger = "other", slog.New(slog.NewTextHandler(&log, nil))
					})
					cookie := ""
					if c.token {
						cookie = "other=" + inner.issue(SessionFields{Token: "x"})
					}
					response := outer.request(cookie, func(w http.ResponseWriter, r *http.Request) {
						leave(outer, w, r)
						inner.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
							s := inner.from(r)
							inner.store.take()
							if err := c.do(s, r); !errors.Is(err, c.err) || err != nil && err.Error() != c.err.Error() {
								t.Errorf("%v, want %v", err, c.err)
							}
							if writes {
								io.WriteString(w, ", part")
							}
						})).ServeHTTP(w, r)
					})
					wantNoCookie(t, response)
					if calls := inner.store.take(); calls != nil {
						t.Errorf("store calls %q", calls)
					}
					switch {
					case !c.tells && inner.events != nil: // the caller has the error
						t.Errorf("events %v", inner.events)
					case c.tells && (len(inner.events) != 1 || inner.events[0].Kind != runtime.EventFailed || inner.events[0].Err != runtime.ErrHeadersSent):
						t.Errorf("events %v, want one of %v", inner.events, runtime.ErrHeadersSent)
					case c.tells && !strings.Contains(log.String(), "level=ERROR"), strings.Contains(log.String(), "gin"):
						t.Errorf("log %q", &log)
					}
				})
			}
		}
	}
}

func TestInnerManagerStoresALivingSessionOnceTheOuterResponseHasLeft(t *testing.T) {
	for way, leave := range ways {
		outer, inner := newWorld(t, nil), newOther(t)
		token := inner.issue(SessionFields{Token: "x"})
		outer.request("other="+token, func(w http.ResponseWriter, r *http.Request) {
			leave(outer, w, r)
			inner.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				s := inner.from(r)
				s.SetToken("y")
				io.WriteString(w, ", part")
				s.SetToken("late")
			})).ServeHTTP(w, r)
		})
		if s := inner.open(token); s.GetToken() != "late" || inner.events != nil {
			t.Errorf("%s: stored %q, events %v", way, s.GetToken(), inner.events)
		}
	}
}

func TestSessionIsNotCreatedWhenTheInnerHandlerHasWrittenToTheOuterWriter(t *testing.T) {
	outer, inner := newWorld(t, nil), newOther(t)
	response := outer.request("", func(ow http.ResponseWriter, r *http.Request) {
		inner.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			inner.from(r).SetToken("x")
			io.WriteString(ow, "hello")
		})).ServeHTTP(ow, r)
	})
	wantNoCookie(t, response)
	if calls := inner.store.take(); calls != nil {
		t.Errorf("store calls %q", calls)
	}
	if len(inner.events) != 1 || inner.events[0].Err != runtime.ErrHeadersSent {
		t.Errorf("events %v", inner.events)
	}
}

// The mistake is in the adapter between the framework and the inner manager,
// however many managers are around the framework.
func TestInnerManagerTellsOfAnAdapterThatWritesAroundIt(t *testing.T) {
	outer, inner := newWorld(t, nil), newOther(t)
	outer.request("", func(w http.ResponseWriter, r *http.Request) {
		framework := &writtenWriter{ResponseWriter: w}
		inner.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			inner.from(r).SetToken("x")
			io.WriteString(framework, "hello")
		})).ServeHTTP(tellingWritten{framework}, r)
	})
	if len(inner.events) != 1 || !strings.Contains(inner.events[0].Err.Error(), "adapter") {
		t.Errorf("events %v", inner.events)
	}
}

// tellingWritten tells what it wraps, as gin's writer does.
type tellingWritten struct{ *writtenWriter }

func (w tellingWritten) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func TestFailedInnerCommitAddsNothingToAnOuterResponseThatHasLeft(t *testing.T) {
	outer, inner := newWorld(t, nil), newOther(t)
	token := inner.issue(SessionFields{Token: "x"})
	response := outer.request("other="+token, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "head, ")
		inner.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			setInVain(inner, r)
			io.WriteString(w, "part, ")
		})).ServeHTTP(w, r)
		io.WriteString(w, "foot")
	})
	if text := body(t, response); response.StatusCode != http.StatusOK || text != "head, part, foot" {
		t.Errorf("%s, %q", response.Status, text)
	}
	if len(inner.events) != 1 || !errors.Is(inner.events[0].Err, runtime.ErrUnavailable) {
		t.Errorf("events %v", inner.events)
	}
}

// Only the race detector can find fault with it.
func TestFragmentMayBeServedBesideTheFirstByteOfThePage(t *testing.T) {
	outer, inner := newWorld(t, nil), newOther(t)
	outer.request("", func(w http.ResponseWriter, r *http.Request) {
		var group sync.WaitGroup
		group.Go(func() {
			inner.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				inner.from(r).SetToken("x")
			})).ServeHTTP(&telling{fragment{ResponseWriter: w}, http.Header{}}, r)
		})
		io.WriteString(w, "head")
		group.Wait()
	})
}

func TestInnerManagerWithTheWriterBelowAnswersThroughTheOuterOnes(t *testing.T) {
	for name, within := range map[string]func(w *world, handler http.Handler) http.Handler{
		"another manager":  func(_ *world, handler http.Handler) http.Handler { return newOther(t).Middleware(handler) },
		"the outer one":    func(w *world, handler http.Handler) http.Handler { return w.Middleware(handler) },
		"one that clashes": func(_ *world, handler http.Handler) http.Handler { return newWorld(t, nil).Middleware(handler) },
	} {
		outer, middle := newWorld(t, nil), newWorld(t, func(c *runtime.Config) { c.CookieName = "middle" })
		hello := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") })
		response := exchange(http.HandlerFunc(func(below http.ResponseWriter, r *http.Request) {
			nest(outer, middle, func(_ http.ResponseWriter, r *http.Request) {
				outer.from(r).SetToken("x")
				middle.from(r).SetToken("y")
				within(outer, hello).ServeHTTP(below, r)
			}).ServeHTTP(below, r)
		}), "")
		var got []string
		for _, c := range response.Cookies() {
			got = append(got, c.Name)
		}
		if !slices.Equal(got, []string{"middle", "__Host-session"}) {
			t.Errorf("%s: cookies %q, events %v, %v", name, got, outer.events, middle.events)
		}
	}
}

func TestErrorHandlerMayAnswerByAHandlerBehindAMiddleware(t *testing.T) {
	for _, same := range []bool{false, true} {
		var sorry http.Handler
		outer := newWorld(t, func(c *runtime.Config) {
			c.ErrorHandler = func(w http.ResponseWriter, r *http.Request, _ error) { sorry.ServeHTTP(w, r) }
		})
		inner := newOther(t)
		page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !same {
				inner.from(r).SetToken("x")
			}
			http.Error(w, "sorry", http.StatusTeapot)
		})
		if sorry = inner.Middleware(page); same {
			sorry = outer.Middleware(page)
		}
		response := outer.request("", func(_ http.ResponseWriter, r *http.Request) { setInVain(outer, r) })
		if text := body(t, response); response.StatusCode != http.StatusTeapot || text != "sorry\n" {
			t.Errorf("same manager %v: %s, %q", same, response.Status, text)
		}
		if !same && len(response.Cookies()) != 1 {
			t.Errorf("cookies %v, events %v", response.Cookies(), inner.events)
		}
	}
}

// Many wrappers do not tell what they wrap. That both managers have one header
// is known when the inner one is about to change it.
func TestInnerManagerSeesBehindAnOpaqueWriterThatTheOuterResponseHasLeft(t *testing.T) {
	for name, c := range map[string]struct {
		token bool
		do    func(s *Session, r *http.Request) error
		err   error
		event error
	}{
		"set":      {false, func(s *Session, _ *http.Request) error { s.SetToken("y"); return nil }, nil, runtime.ErrHeadersSent},
		"save":     {false, func(s *Session, r *http.Request) error { s.SetToken("y"); return s.Save(r.Context()) }, runtime.ErrHeadersSent, runtime.ErrHeadersSent},
		"login":    {true, func(s *Session, r *http.Request) error { return s.Renew(r.Context()) }, runtime.ErrHeadersSent, nil},
		"too much": {true, func(s *Session, _ *http.Request) error { s.SetToken(strings.Repeat("x", 2<<20)); return nil }, nil, runtime.ErrTooLarge},
	} {
		outer, middle, inner := newWorld(t, nil), newWorld(t, func(c *runtime.Config) { c.CookieName = "middle" }), newOther(t)
		cookie := ""
		if c.token {
			cookie = "other=" + inner.issue(SessionFields{Token: "x"})
		}
		response := outer.request(cookie, func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, "head, ")
			part := inner.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				s := inner.from(r)
				inner.store.take()
				if err := c.do(s, r); !errors.Is(err, c.err) {
					t.Errorf("%s: %v, want %v", name, err, c.err)
				}
				io.WriteString(w, "part, ")
			}))
			// What is between the two may answer something else.
			middle.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				part.ServeHTTP(opaque{w}, r)
			})).ServeHTTP(httptest.NewRecorder(), r)
			io.WriteString(w, "foot")
		})
		if text := body(t, response); response.StatusCode != http.StatusOK || text != "head, part, foot" {
			t.Errorf("%s: %s, %q", name, response.Status, text)
		}
		wantNoCookie(t, response)
		if calls := inner.store.take(); calls != nil {
			t.Errorf("%s: store calls %q", name, calls)
		}
		if c.event == nil { // the caller has the error
			if inner.events != nil {
				t.Errorf("%s: events %v", name, inner.events)
			}
		} else if len(inner.events) != 1 || !errors.Is(inner.events[0].Err, c.event) || strings.Contains(inner.events[0].Err.Error(), "gin") {
			t.Errorf("%s: events %v, want one of %v", name, inner.events, c.event)
		}
	}
}

func TestResponseThatAHandlerRecordsCanTakeACookieWhenItsOwnHasLeft(t *testing.T) {
	outer, inner := newWorld(t, nil), newOther(t)
	outer.request("", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Handler", "1")
		io.WriteString(w, "head")
		recorder := httptest.NewRecorder()
		inner.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			saved(t, inner, r)
		})).ServeHTTP(recorder, r)
		if cookies := recorder.Result().Cookies(); len(cookies) != 1 {
			t.Errorf("cookies %v, events %v", cookies, inner.events)
		}
	})
}

// What the part sends stays in a header of its own, which the page may drop.
func TestPageOfALivingSessionIsPrivateBesideAPartOfItThatSetsACookie(t *testing.T) {
	outer, inner := newWorld(t, nil), newOther(t)
	token := outer.issue(SessionFields{Token: "x"})
	response := outer.request(outer.CookieName()+"="+token, func(w http.ResponseWriter, r *http.Request) {
		outer.from(r).GetToken()
		inner.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			saved(t, inner, r)
		})).ServeHTTP(&telling{fragment{ResponseWriter: w}, http.Header{}}, r)
		io.WriteString(w, "page")
	})
	if got := response.Header["Cache-Control"]; len(got) != 1 || got[0] != "private" {
		t.Errorf("Cache-Control %q", got)
	}
}
