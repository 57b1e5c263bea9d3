package faults

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/textproto"
	"strings"
	"sync"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
	"go.uber.org/goleak"
)

// A site is a server with one page, and a visitor who has a session with count
// 1.
type site struct {
	server   *memcached
	direct   *Sessions // to look what is stored
	token    string
	url      string
	client   *http.Client
	log      *lockedBuffer // of the http.Server
	returned chan struct{} // closed when the handler has returned or panicked
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

type handler func(w http.ResponseWriter, r *http.Request, s *Session)

// onEachProtocol runs visit against a site with the handler, which must return
// when visit has, and checks that nothing is left of it and that the server has
// nothing to complain of.
func onEachProtocol(t *testing.T, handle handler, visit func(t *testing.T, s *site)) {
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(protocol, func(t *testing.T) { onProtocol(t, protocol, handle, visit) })
	}
}

func onProtocol(t *testing.T, protocol string, handle handler, visit func(t *testing.T, s *site)) {
	m := startMemcached(t)
	before := goleak.IgnoreCurrent()
	s := &site{server: m, log: new(lockedBuffer), returned: make(chan struct{})}
	store := memcache(m.addr)
	sessions := newSessions(t, runtime.Config{Store: store, OnEvent: func(context.Context, runtime.Event) {}})
	s.direct = sessions
	s.token = mustIssue(t, sessions, SessionFields{Owner: "me", Count: 1})

	page := sessions.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		session, err := sessions.From(r.Context())
		if err != nil {
			t.Errorf("from: %v", err)
			return
		}
		handle(w, r, session)
	}))
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(s.returned)
		if r.Proto != protocol {
			t.Errorf("the request is %s", r.Proto)
		}
		page.ServeHTTP(w, r)
	}))
	server.EnableHTTP2 = protocol == "HTTP/2.0"
	server.Config.ErrorLog = log.New(s.log, "", 0)
	server.StartTLS()
	s.url, s.client = server.URL, server.Client()

	visit(t, s)
	<-s.returned
	server.Close()
	s.client.CloseIdleConnections()
	store.Close()
	if text := s.log.String(); strings.Contains(text, "superfluous") {
		t.Errorf("the server complains: %s", text)
	}
	if err := goleak.Find(before); err != nil {
		t.Error(err)
	}
}

// get sends a request with the session's cookie.
func (s *site) get(ctx context.Context) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, "GET", s.url, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Cookie", s.direct.CookieName()+"="+s.token)
	return s.client.Do(r)
}

// mustGet reads the whole response.
func (s *site) mustGet(t *testing.T) *http.Response {
	t.Helper()
	response, err := s.get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		t.Fatal(err)
	}
	return response
}

// stored fails the test unless the session holds this count.
func (s *site) stored(t *testing.T, want int) {
	t.Helper()
	if got := mustOpen(t, s.direct, s.token); got.IsNew() || got.GetCount() != want {
		t.Errorf("stored is %d, want %d; gone: %v", got.GetCount(), want, got.IsNew())
	}
}

func TestPanicStoresNothingThatIsNotStoredYet(t *testing.T) {
	onEachProtocol(t, func(w http.ResponseWriter, r *http.Request, s *Session) {
		s.SetCount(2)
		panic(http.ErrAbortHandler)
	}, func(t *testing.T, s *site) {
		if response, err := s.get(t.Context()); err == nil {
			response.Body.Close()
			t.Errorf("the response has status %d", response.StatusCode)
		}
		s.stored(t, 1)
	})
}

func TestPanicAfterTheFirstByteLeavesWhatWasStoredBefore(t *testing.T) {
	onEachProtocol(t, func(w http.ResponseWriter, r *http.Request, s *Session) {
		s.SetCount(2)
		w.(http.Flusher).Flush()
		s.SetCount(3)
		panic(http.ErrAbortHandler)
	}, func(t *testing.T, s *site) {
		response, err := s.get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if _, err := io.Copy(io.Discard, response.Body); err == nil {
			t.Error("the response ends well")
		}
		<-s.returned
		s.stored(t, 2)
	})
}

func TestFlushStoresBeforeTheClientSeesAByte(t *testing.T) {
	seen := make(chan struct{}, 1)
	onEachProtocol(t, func(w http.ResponseWriter, r *http.Request, s *Session) {
		s.SetCount(2)
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Errorf("flush: %v", err)
		}
		<-seen
		s.SetCount(3)
	}, func(t *testing.T, s *site) {
		response, err := s.get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		s.stored(t, 2)
		seen <- struct{}{}
		<-s.returned
		s.stored(t, 3)
	})
}

func TestEarlyHintsStoreNothingAndLeaveTheCookieToTheResponse(t *testing.T) {
	seen := make(chan struct{}, 1)
	onEachProtocol(t, func(w http.ResponseWriter, r *http.Request, s *Session) {
		s.SetCount(2)
		w.Header().Set("Link", "</style.css>; rel=preload")
		w.WriteHeader(http.StatusEarlyHints)
		<-seen
		if err := s.Renew(r.Context()); err != nil {
			t.Errorf("renew: %v", err)
		}
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprint(w, "tea")
	}, func(t *testing.T, s *site) {
		hints := 0
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
			Got1xxResponse: func(status int, header textproto.MIMEHeader) error {
				hints++
				if header.Get("Set-Cookie") != "" {
					t.Error("the hints hold a cookie")
				}
				s.stored(t, 1)
				seen <- struct{}{}
				return nil
			},
		})
		response, err := s.get(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		cookies := response.Cookies()
		if hints != 1 || response.StatusCode != http.StatusTeapot || len(cookies) != 1 {
			t.Fatalf("%d hints, status %d, cookies %v", hints, response.StatusCode, cookies)
		}
		s.token = cookies[0].Value
		s.stored(t, 2)
	})
}

func TestHijackStoresAndLeavesTheCookieToTheHandler(t *testing.T) {
	onProtocol(t, "HTTP/1.1", func(w http.ResponseWriter, r *http.Request, s *Session) {
		s.SetCount(2)
		if err := s.Renew(r.Context()); err != nil {
			t.Errorf("renew: %v", err)
		}
		conn, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Errorf("hijack: %v", err)
			return
		}
		defer conn.Close()
		fmt.Fprint(buffered, "HTTP/1.1 200 OK\r\nConnection: close\r\n")
		w.Header().Write(buffered)
		fmt.Fprint(buffered, "\r\nhijacked")
		buffered.Flush()
		s.SetCount(3)
	}, func(t *testing.T, s *site) {
		response := s.mustGet(t)
		cookies := response.Cookies()
		if len(cookies) != 1 {
			t.Fatalf("cookies %v", cookies)
		}
		s.token = cookies[0].Value
		<-s.returned
		s.stored(t, 3)
	})
}

// The client resets its stream of HTTP/2, or closes its connection of HTTP/1.1,
// while the handler is at work.
func TestClientThatIsGoneStopsNoCommit(t *testing.T) {
	began := make(chan struct{}, 1)
	onEachProtocol(t, func(w http.ResponseWriter, r *http.Request, s *Session) {
		s.SetCount(2)
		began <- struct{}{}
		<-r.Context().Done()
		fmt.Fprint(w, "nobody reads this")
	}, func(t *testing.T, s *site) {
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-began
			cancel()
		}()
		if response, err := s.get(ctx); err == nil {
			response.Body.Close()
			t.Errorf("the response has status %d", response.StatusCode)
		}
		<-s.returned
		s.stored(t, 2)
	})
}

func TestServerSentEventsStoreWhenTheySaveAndWhenTheClientIsGone(t *testing.T) {
	const events = 20
	onEachProtocol(t, func(w http.ResponseWriter, r *http.Request, s *Session) {
		w.Header().Set("Content-Type", "text/event-stream")
		for n := 2; n <= events; n++ {
			s.SetCount(n)
			if err := s.Save(r.Context()); err != nil {
				t.Errorf("save: %v", err)
			}
			fmt.Fprintf(w, "data: %d\n\n", n)
			if err := http.NewResponseController(w).Flush(); err != nil {
				t.Errorf("flush: %v", err)
			}
		}
		<-r.Context().Done()
		s.SetCount(1000)
	}, func(t *testing.T, s *site) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		response, err := s.get(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		last := 1
		for in := bufio.NewScanner(response.Body); last < events && in.Scan(); {
			if _, err := fmt.Sscanf(in.Text(), "data: %d", &last); err == nil && last == events {
				s.stored(t, events)
			}
		}
		if last != events {
			t.Errorf("the last event is %d", last)
		}
		cancel()
		<-s.returned
		s.stored(t, 1000)
	})
}

// The commit fails, however the handler begins its response and whatever it does
// afterwards.
func TestFailedCommitIsOneResponseWhateverTheHandlerDoes(t *testing.T) {
	for name, begin := range map[string]func(w http.ResponseWriter){
		"nothing":     func(http.ResponseWriter) {},
		"WriteHeader": func(w http.ResponseWriter) { w.WriteHeader(http.StatusOK) },
		"Write":       func(w http.ResponseWriter) { fmt.Fprint(w, "hello") },
		"Flush":       func(w http.ResponseWriter) { w.(http.Flusher).Flush() },
		"ReadFrom":    func(w http.ResponseWriter) { io.Copy(w, strings.NewReader("hello")) },
		"103": func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusOK)
		},
		"Hijack": func(w http.ResponseWriter) {
			if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
				conn.Close()
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			down := make(chan struct{})
			loaded := make(chan struct{}, 1)
			onEachProtocol(t, func(w http.ResponseWriter, r *http.Request, s *Session) {
				s.SetCount(2)
				loaded <- struct{}{}
				<-down
				begin(w)
				w.WriteHeader(http.StatusTeapot)
				if name != "nothing" {
					if _, err := fmt.Fprint(w, "tea"); !isUnavailable(err) {
						t.Errorf("writing ends in %v", err)
					}
				}
				http.NewResponseController(w).Flush()
			}, func(t *testing.T, s *site) {
				go func() {
					<-loaded
					s.server.kill()
					down <- struct{}{}
				}()
				response, err := s.get(t.Context())
				if name == "Hijack" && err != nil {
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				defer response.Body.Close()
				body, err := io.ReadAll(response.Body)
				if err != nil || response.StatusCode != http.StatusServiceUnavailable || strings.Contains(string(body), "tea") || strings.Contains(string(body), "hello") {
					t.Errorf("status %d, body %q, %v", response.StatusCode, body, err)
				}
			})
		})
	}
}
