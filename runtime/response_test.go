package runtime_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/textproto"
	"slices"
	"strings"
	"testing"
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
				continue // the writer of HTTP/2 has no such method
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
