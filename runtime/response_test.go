package runtime_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/textproto"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// serve starts a TLS server for one protocol and sends it one request.
func serve(t *testing.T, handler http.Handler, protocol string) *http.Response {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.EnableHTTP2 = protocol == "HTTP/2.0"
	server.StartTLS()
	t.Cleanup(server.Close)
	response, err := server.Client().Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	if response.Proto != protocol {
		t.Fatalf("spoke %s", response.Proto)
	}
	return response
}

func TestSessionIsStoredBeforeTheFirstByte(t *testing.T) {
	for name, send := range map[string]func(w http.ResponseWriter){
		"Write":              func(w http.ResponseWriter) { w.Write([]byte("hello")) },
		"empty Write":        func(w http.ResponseWriter) { w.Write(nil) },
		"WriteString":        func(w http.ResponseWriter) { io.WriteString(w, "hello") },
		"WriteHeader":        func(w http.ResponseWriter) { w.WriteHeader(http.StatusNotFound) },
		"no content":         func(w http.ResponseWriter) { w.WriteHeader(http.StatusNoContent) },
		"Flush":              func(w http.ResponseWriter) { w.(http.Flusher).Flush() },
		"controller's Flush": func(w http.ResponseWriter) { http.NewResponseController(w).Flush() },
		"ReadFrom":           func(w http.ResponseWriter) { w.(io.ReaderFrom).ReadFrom(strings.NewReader("hello")) },
		"io.Copy":            func(w http.ResponseWriter) { io.Copy(w, io.LimitReader(strings.NewReader("hello"), 9)) },
	} {
		for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
			if name == "ReadFrom" && protocol == "HTTP/2.0" {
				continue // whose writer has none
			}
			t.Run(name+" over "+protocol, func(t *testing.T) {
				w := newWorld(t, nil)
				response := serve(t, w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
					w.from(r).SetToken("x")
					send(rw)
					if calls := w.store.take(); len(calls) != 1 {
						t.Errorf("store calls %q, want one before the first byte is through", calls)
					}
				})), protocol)
				body(t, response) // ends with the handler
				if s := w.open(sentCookie(t, response).Value); s.GetToken() != "x" {
					t.Error("nothing is stored")
				}
			})
		}
	}
}

func TestSessionIsStoredWhenTheHandlerSendsNothing(t *testing.T) {
	w := newWorld(t, nil)
	response := w.request("", func(_ http.ResponseWriter, r *http.Request) { w.from(r).SetToken("x") })
	if s := w.open(sentCookie(t, response).Value); s.GetToken() != "x" {
		t.Error("nothing is stored")
	}
}

func TestInformationalResponseDoesNotCommit(t *testing.T) {
	w := newWorld(t, nil)
	server := httptest.NewTLSServer(w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		s := w.from(r)
		s.SetToken("early")
		rw.Header().Set("Link", "</style.css>; rel=preload")
		rw.WriteHeader(http.StatusEarlyHints)
		if calls := w.store.take(); calls != nil {
			t.Errorf("store calls %q", calls)
		}
		s.SetToken("late")
	})))
	defer server.Close()
	hints := 0
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		Got1xxResponse: func(code int, header textproto.MIMEHeader) error {
			if hints++; code != http.StatusEarlyHints || header.Get("Link") == "" || header.Get("Set-Cookie") != "" {
				t.Errorf("informational %d %v", code, header)
			}
			return nil
		},
	})
	request, _ := http.NewRequestWithContext(ctx, "GET", server.URL, nil)
	response, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if hints != 1 {
		t.Errorf("%d informational responses", hints)
	}
	if s := w.open(sentCookie(t, response).Value); s.GetToken() != "late" {
		t.Errorf("stored %q", s.GetToken())
	}
}

func TestSwitchingProtocolsCommits(t *testing.T) {
	w := newWorld(t, nil)
	w.request("", func(rw http.ResponseWriter, r *http.Request) {
		w.from(r).SetToken("x")
		rw.WriteHeader(http.StatusSwitchingProtocols)
		if calls := w.store.take(); len(calls) != 1 {
			t.Errorf("store calls %q", calls)
		}
	})
}

func TestHijackCommitsAndLeavesTheCookieInTheHeader(t *testing.T) {
	for name, hijack := range map[string]func(http.ResponseWriter) (net.Conn, *bufio.ReadWriter, error){
		"Hijacker": func(w http.ResponseWriter) (net.Conn, *bufio.ReadWriter, error) { return w.(http.Hijacker).Hijack() },
		"controller": func(w http.ResponseWriter) (net.Conn, *bufio.ReadWriter, error) {
			return http.NewResponseController(w).Hijack()
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			done := make(chan struct{})
			handler := w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				s := w.from(r)
				s.SetToken("x")
				conn, buffer, err := hijack(rw)
				if err != nil {
					t.Error(err)
					return
				}
				defer conn.Close()
				buffer.WriteString("HTTP/1.1 200 OK\r\nConnection: close\r\n")
				rw.Header().Write(buffer)
				buffer.WriteString("\r\n")
				buffer.Flush()
				s.SetToken("late")
			}))
			response := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				handler.ServeHTTP(w, r)
				close(done)
			}), "HTTP/1.1")
			<-done
			if response.Header.Get("Vary") != "Cookie" || response.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("header %v", response.Header)
			}
			if s := w.open(sentCookie(t, response).Value); s.GetToken() != "late" {
				t.Errorf("stored %q, want what was set after Hijack", s.GetToken())
			}
		})
	}
}

// unhijackable offers Hijack and refuses it.
type unhijackable struct{ http.ResponseWriter }

func (unhijackable) Hijack() (net.Conn, *bufio.ReadWriter, error) { return nil, nil, errors.New("no") }

func TestAfterAFailedHijackTheHandlerCanStillAnswer(t *testing.T) {
	w := newWorld(t, nil)
	handler := w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		s := w.from(r)
		if _, _, err := rw.(http.Hijacker).Hijack(); err == nil {
			t.Error("hijacked")
		}
		s.SetToken("x")
		io.WriteString(rw, "hello")
	}))
	response := exchange(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		handler.ServeHTTP(unhijackable{rw}, r)
	}), "")
	if text := body(t, response); text != "hello" || response.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("body %q, header %v", text, response.Header)
	}
	if s := w.open(sentCookie(t, response).Value); s.GetToken() != "x" {
		t.Errorf("stored %q", s.GetToken())
	}
}

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

// failing is a commit that can't succeed: prepare makes it so, and sets what
// can't be stored.
type failing struct {
	name    string
	prepare func(w *world, s *Session, token string)
	err     error
	status  int
}

var failures = []failing{
	{"the store is down", func(w *world, s *Session, _ string) {
		w.store.fail = func(string, []string) error { return errors.New("down") }
		s.SetToken("y")
	}, runtime.ErrUnavailable, http.StatusServiceUnavailable},
	{"the session ended meanwhile", func(w *world, s *Session, token string) {
		if err := w.open(token).Destroy(context.Background()); err != nil {
			panic(err)
		}
		s.SetToken("y")
	}, runtime.ErrEnded, http.StatusConflict},
	{"the value is too large", func(_ *world, s *Session, _ string) {
		s.SetToken(strings.Repeat("y", 2<<20))
	}, runtime.ErrTooLarge, http.StatusInternalServerError},
}

func TestFailedCommitReplacesTheResponse(t *testing.T) {
	sends := map[string]func(t *testing.T, w http.ResponseWriter, want error){
		"Write": func(t *testing.T, w http.ResponseWriter, want error) {
			for range 2 {
				if n, err := w.Write([]byte("handler's body")); n != 0 || !errors.Is(err, want) {
					t.Errorf("Write: %d, %v", n, err)
				}
			}
		},
		"WriteString": func(t *testing.T, w http.ResponseWriter, want error) {
			if n, err := io.WriteString(w, "handler's body"); n != 0 || !errors.Is(err, want) {
				t.Errorf("WriteString: %d, %v", n, err)
			}
		},
		"ReadFrom": func(t *testing.T, w http.ResponseWriter, want error) {
			if n, err := io.Copy(w, strings.NewReader("handler's body")); n != 0 || !errors.Is(err, want) {
				t.Errorf("Copy: %d, %v", n, err)
			}
		},
		"WriteHeader": func(_ *testing.T, w http.ResponseWriter, _ error) {
			w.WriteHeader(http.StatusTeapot)
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusTeapot)
		},
		"Flush": func(t *testing.T, w http.ResponseWriter, want error) {
			w.(http.Flusher).Flush()
			if err := http.NewResponseController(w).Flush(); !errors.Is(err, want) {
				t.Errorf("Flush: %v", err)
			}
		},
		"Hijack": func(t *testing.T, w http.ResponseWriter, want error) {
			if conn, _, err := w.(http.Hijacker).Hijack(); conn != nil || !errors.Is(err, want) {
				t.Errorf("Hijack: %v", err)
			}
		},
		"nothing": func(*testing.T, http.ResponseWriter, error) {},
	}
	for _, f := range failures {
		for name, send := range sends {
			t.Run(f.name+" at "+name, func(t *testing.T) {
				w := newWorld(t, nil)
				token := w.issue(SessionFields{Token: "x"})
				handler := w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
					s := w.from(r)
					rw.Header().Set("X-Handler", "1")
					rw.Header().Set("X-Outer", "changed")
					rw.Header().Set("Content-Length", "14")
					rw.Header().Set("Trailer", "X-Trailer")
					http.SetCookie(rw, &http.Cookie{Name: "theme", Value: "dark"})
					f.prepare(w, s, token)
					send(t, rw, f.err)
					rw.Header().Set("X-Trailer", "1")
					rw.Header().Set("X-Late", "1")
				}))
				response := serve(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
					r.Header.Set("Cookie", cookieLine(token))
					rw.Header().Set("X-Outer", "1")
					handler.ServeHTTP(rw, r)
				}), "HTTP/1.1")
				if response.StatusCode != f.status {
					t.Errorf("status %s, want %d", response.Status, f.status)
				}
				if text := body(t, response); text != http.StatusText(f.status)+"\n" {
					t.Errorf("body %q", text)
				}
				for _, name := range []string{"X-Handler", "X-Late", "Set-Cookie"} {
					if lines, ok := response.Header[name]; ok {
						t.Errorf("%s: %q", name, lines)
					}
				}
				if response.Trailer != nil {
					t.Errorf("trailer %v", response.Trailer)
				}
				for name, want := range map[string]string{"X-Outer": "1", "Cache-Control": "no-store", "Vary": "Cookie"} {
					if got := response.Header.Get(name); got != want {
						t.Errorf("%s: %q, want %q", name, got, want)
					}
				}
			})
		}
	}
}

func TestErrorHandlerGetsTheErrorAndTheRequest(t *testing.T) {
	w := newWorld(t, nil)
	var got error
	w = newWorld(t, func(c *runtime.Config) {
		c.ErrorHandler = func(rw http.ResponseWriter, r *http.Request, err error) {
			got = err
			if s, err := w.From(r.Context()); err != nil || s.GetToken() == "" {
				t.Errorf("From in the handler: %v", err)
			}
			http.Error(rw, "sorry", http.StatusTeapot)
		}
		c.MaxValueSize = 100
	})
	response := w.request("", func(_ http.ResponseWriter, r *http.Request) { w.from(r).SetToken(strings.Repeat("x", 100)) })
	var field *runtime.FieldError
	if !errors.Is(got, runtime.ErrTooLarge) || !errors.As(got, &field) || field.Field != "Token" {
		t.Errorf("error %v", got)
	}
	if response.StatusCode != http.StatusTeapot || body(t, response) != "sorry\n" {
		t.Errorf("response %s", response.Status)
	}
	if response.Header.Get("Cache-Control") != "no-store" {
		t.Error("a cache may keep the failure")
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

func TestDestroyAfterAFailedCommitLeavesTheErrorHandlersHeader(t *testing.T) {
	w := newWorld(t, func(c *runtime.Config) {
		c.ErrorHandler = func(rw http.ResponseWriter, _ *http.Request, _ error) { rw.Header().Set("X-Failed", "1") }
	})
	token := w.issue(SessionFields{Token: "x"})
	response := w.request(cookieLine(token), func(rw http.ResponseWriter, r *http.Request) {
		s := w.from(r)
		s.SetToken("y")
		w.store.fail = func(string, []string) error { return errors.New("down") }
		io.WriteString(rw, "hello")
		w.store.fail = nil
		if err := s.Destroy(r.Context()); err != nil {
			t.Error(err)
		}
	})
	wantNoCookie(t, response)
	if response.Header.Get("X-Failed") != "1" {
		t.Errorf("header %v", response.Header)
	}
}

func TestTrailerOfTheHandlerDoesNotFollowAFailure(t *testing.T) {
	w := newWorld(t, func(c *runtime.Config) {
		c.MaxValueSize = 100
		c.ErrorHandler = func(rw http.ResponseWriter, _ *http.Request, _ error) { rw.(http.Flusher).Flush() }
	})
	response := serve(t, w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.from(r).SetToken(strings.Repeat("x", 100))
		io.WriteString(rw, "hello")
		rw.Header().Set(http.TrailerPrefix+"X-Sum", "5")
	})), "HTTP/1.1")
	if text := body(t, response); text != "" || len(response.Trailer) != 0 {
		t.Errorf("body %q, trailer %v", text, response.Trailer)
	}
}

func TestRenewedCookieSurvivesAFailedCommit(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "x"})
	response := w.request(cookieLine(token), func(_ http.ResponseWriter, r *http.Request) {
		s := w.from(r)
		if err := s.Renew(r.Context()); err != nil {
			t.Error(err)
		}
		s.SetToken(strings.Repeat("y", 2<<20))
	})
	if response.StatusCode != http.StatusInternalServerError {
		t.Errorf("status %s", response.Status)
	}
	if s := w.open(sentCookie(t, response).Value); s.GetToken() != "x" {
		t.Error("the visitor lost the session, although only one set failed")
	}
}

func TestRenewedCookieIsNotSentWhenTheSessionEndedAfterwards(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "x"})
	response := w.request(cookieLine(token), func(_ http.ResponseWriter, r *http.Request) {
		s := w.from(r)
		if err := s.Renew(r.Context()); err != nil {
			t.Error(err)
		}
		if err := w.open(s.Cookie().Value).Renew(r.Context()); err != nil {
			t.Error(err)
		}
		s.SetToken("y")
	})
	if response.StatusCode != http.StatusConflict {
		t.Errorf("status %s", response.Status)
	}
	wantNoCookie(t, response)
}

func TestLostSessionFoundAtCommitLosesItsCookieToo(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "x", Cart: []string{"tea"}})
	w.erase(token, "cart")
	response := w.request(cookieLine(token), func(_ http.ResponseWriter, r *http.Request) {
		s := w.from(r)
		s.SetVisits(1)
		if _, err := s.GetCart(r.Context()); !errors.Is(err, runtime.ErrEnded) {
			t.Errorf("GetCart: %v", err)
		}
	})
	if response.StatusCode != http.StatusConflict {
		t.Errorf("status %s", response.Status)
	}
	if c := sentCookie(t, response); c.MaxAge >= 0 {
		t.Errorf("sent %v: every later request would fail alike", c)
	}
}

func TestPanicCommitsNothingAndIsPassedOn(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "x"})
	func() {
		defer func() {
			if p := recover(); p != http.ErrAbortHandler {
				t.Errorf("recovered %v", p)
			}
		}()
		w.request(cookieLine(token), func(_ http.ResponseWriter, r *http.Request) {
			w.from(r).SetToken("y")
			panic(http.ErrAbortHandler)
		})
	}()
	if calls := w.store.take(); len(calls) != 1 {
		t.Errorf("store calls %q, want the load alone", calls)
	}
	if s := w.open(token); s.GetToken() != "x" {
		t.Errorf("stored %q", s.GetToken())
	}
}

func TestAnswerToAPanicAfterRenewIsKeptFromCaches(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "x"})
	handler := w.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if err := w.from(r).Renew(r.Context()); err != nil {
			t.Error(err)
		}
		panic("oops")
	}))
	response := exchange(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		defer func() {
			recover()
			http.Error(rw, "sorry", http.StatusInternalServerError)
		}()
		handler.ServeHTTP(rw, r)
	}), cookieLine(token))
	if s := w.open(sentCookie(t, response).Value); s.GetToken() != "x" {
		t.Error("the renewed session is lost")
	}
	if h := response.Header; h.Get("Cache-Control") != "no-store" || h.Get("Vary") != "Cookie" {
		t.Errorf("header %v", h)
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

func TestResponseTellsCachesWhatItHolds(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "x"})
	for _, c := range []struct {
		name, cookie       string
		handler            func(h http.Header, s *Session, r *http.Request)
		vary, cacheControl string
	}{
		{"a new visitor", "", func(http.Header, *Session, *http.Request) {}, "Cookie", ""},
		{"a new session", "", func(_ http.Header, s *Session, _ *http.Request) { s.SetToken("y") }, "Cookie", "no-store"},
		{"a living session", token, func(http.Header, *Session, *http.Request) {}, "Cookie", "private"},
		{"a set", token, func(_ http.Header, s *Session, _ *http.Request) { s.SetToken("y") }, "Cookie", "private"},
		{"the handler's Cache-Control", token, func(h http.Header, _ *Session, _ *http.Request) {
			h.Set("Cache-Control", "max-age=60")
		}, "Cookie", "max-age=60"},
		{"the handler's Vary", token, func(h http.Header, _ *Session, _ *http.Request) {
			h.Set("Vary", "Accept-Encoding")
		}, "Accept-Encoding, Cookie", "private"},
		{"the handler's Vary by cookie", token, func(h http.Header, _ *Session, _ *http.Request) {
			h.Set("Vary", "Accept, cookie")
		}, "Accept, cookie", "private"},
		{"the handler's Vary by everything", token, func(h http.Header, _ *Session, _ *http.Request) { h.Set("Vary", "*") }, "*", "private"},
		{"a renewal", w.issue(SessionFields{Token: "x"}), func(_ http.Header, s *Session, r *http.Request) {
			if err := s.Renew(r.Context()); err != nil {
				t.Error(err)
			}
		}, "Cookie", "no-store"},
		{"a logout", w.issue(SessionFields{Token: "x"}), func(_ http.Header, s *Session, r *http.Request) {
			if err := s.Destroy(r.Context()); err != nil {
				t.Error(err)
			}
		}, "Cookie", "no-store"},
	} {
		cookie := ""
		if c.cookie != "" {
			cookie = cookieLine(c.cookie)
		}
		response := w.request(cookie, func(rw http.ResponseWriter, r *http.Request) { c.handler(rw.Header(), w.from(r), r) })
		vary, cacheControl := strings.Join(response.Header["Vary"], ", "), response.Header.Get("Cache-Control")
		if vary != c.vary || cacheControl != c.cacheControl {
			t.Errorf("%s: Vary %q, Cache-Control %q; want %q, %q", c.name, vary, cacheControl, c.vary, c.cacheControl)
		}
	}
}

func TestOneCookieIsSentWhateverHappened(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "x"})
	response := w.request(cookieLine(token), func(rw http.ResponseWriter, r *http.Request) {
		s := w.from(r)
		http.SetCookie(rw, &http.Cookie{Name: "theme", Value: "dark"})
		steps := []error{s.Renew(r.Context()), s.Renew(r.Context()), s.Destroy(r.Context())}
		if err := errors.Join(steps...); err != nil {
			t.Error(err)
		}
		s.SetToken("y")
	})
	sent := response.Cookies()
	if len(sent) != 2 || sent[0].Name != "theme" || sent[1].Name != "__Host-session" {
		t.Fatalf("sent %v", sent)
	}
	if s := w.open(sent[1].Value); s.GetToken() != "y" {
		t.Errorf("the cookie opens %+v", s.Values())
	}
}

func TestRenewPutsTheCookieIntoTheHeaderAtOnce(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "x"})
	w.request(cookieLine(token), func(rw http.ResponseWriter, r *http.Request) {
		s := w.from(r)
		if err := s.Renew(r.Context()); err != nil {
			t.Error(err)
		}
		if got := rw.Header()["Set-Cookie"]; !slices.Equal(got, []string{s.Cookie().String()}) {
			t.Errorf("header %q, Cookie() %v", got, s.Cookie())
		}
	})
}

func TestResponseControllerReachesTheConnection(t *testing.T) {
	w := newWorld(t, nil)
	serve(t, w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(rw)
		err := errors.Join(
			control.SetWriteDeadline(time.Now().Add(time.Minute)),
			control.SetReadDeadline(time.Now().Add(time.Minute)),
			control.EnableFullDuplex(),
		)
		if err != nil {
			t.Error(err)
		}
	})), "HTTP/1.1")
}

func TestTrailersAndEmptyBodiesPassUntouched(t *testing.T) {
	w := newWorld(t, nil)
	response := serve(t, w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.from(r).SetToken("x")
		rw.Header().Set("Trailer", "X-Sum")
		io.WriteString(rw, "hello")
		rw.Header().Set("X-Sum", "5")
	})), "HTTP/1.1")
	if text := body(t, response); text != "hello" || response.Trailer.Get("X-Sum") != "5" {
		t.Errorf("body %q, trailer %v", text, response.Trailer)
	}
	response = serve(t, w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.from(r).SetToken("x")
		rw.WriteHeader(http.StatusNotModified)
	})), "HTTP/1.1")
	sentCookie(t, response)
	if text := body(t, response); text != "" || response.StatusCode != http.StatusNotModified {
		t.Errorf("status %s, body %q", response.Status, text)
	}
}

func TestVaryThatTheHandlerChangesAfterACommitIsKept(t *testing.T) {
	w := newWorld(t, nil)
	response := w.request("", func(rw http.ResponseWriter, r *http.Request) {
		s := w.from(r)
		s.SetToken("x")
		if err := s.Save(r.Context()); err != nil {
			t.Error(err)
		}
		rw.Header()["Vary"][0] = "Accept-Encoding"
	})
	if got := response.Header["Vary"]; !slices.Equal(got, []string{"Accept-Encoding", "Cookie"}) {
		t.Errorf("Vary: %q", got)
	}
}
