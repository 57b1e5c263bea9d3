package runtime_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// A leak collects what logs, errors, events and failed responses have told.
type leak struct {
	t       *testing.T
	told    bytes.Buffer
	secrets map[string]bool
}

func newLeak(t *testing.T) *leak { return &leak{t: t, secrets: map[string]bool{}} }

func (l *leak) tell(v any) { fmt.Fprintf(&l.told, "%v\n%+v\n%#v\n%q\n", v, v, v, v) }

// fails adds err, which must be want.
func (l *leak) fails(err, want error) {
	l.t.Helper()
	if !errors.Is(err, want) {
		l.t.Errorf("error %v, want %v", err, want)
	}
	for ; err != nil; err = errors.Unwrap(err) {
		l.tell(err)
	}
}

// keep notes that the secret of a cookie's value is to be kept, in every
// spelling.
func (l *leak) keep(token string) string {
	l.t.Helper()
	secret, err := base64.RawURLEncoding.DecodeString(token[37:])
	if err != nil {
		l.t.Fatal(err)
	}
	for _, spelling := range []string{
		token[37:], string(secret), hex.EncodeToString(secret),
		base64.StdEncoding.EncodeToString(secret), fmt.Sprint(secret), fmt.Sprintf("%q", secret),
	} {
		l.secrets[strings.Trim(spelling, `"[]`)] = true
	}
	return token
}

func (l *leak) config(c *runtime.Config) {
	c.Logger = slog.New(slog.NewTextHandler(&l.told, &slog.HandlerOptions{Level: slog.LevelDebug - 4, AddSource: true}))
	c.OnEvent = func(_ context.Context, e runtime.Event) { l.tell(e); l.tell(e.Err) }
}

func (l *leak) check() {
	l.t.Helper()
	for secret := range l.secrets {
		if strings.Contains(l.told.String(), secret) {
			l.t.Errorf("%q was told:\n%s", secret, &l.told)
		}
	}
	for _, canary := range []string{"canary", "63616e617279", "739182645"} {
		if strings.Contains(strings.ToLower(l.told.String()), canary) {
			l.t.Errorf("a value was told: %q in\n%s", canary, &l.told)
		}
	}
}

// canaries are values that a careless message might format, quote or cut.
var canaries = SessionFields{
	Token:  "canary %v %s %!d(MISSING)",
	Visits: 739182645,
	Cart:   []string{"canary\r\nlevel=ERROR", "\"canary\\"},
	Notice: "\x00canary\xff",
	Code:   "<canary>&amp;",
	Draft:  strings.Repeat("canary", 100),
}

func TestNoSecretOrValueIsToldByALifeWithEveryFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLeak(t)
		w := newWorld(t, func(c *runtime.Config) {
			l.config(c)
			c.MaxValueSize, c.IdleTimeout = 1000, time.Hour
		})
		ctx := t.Context()
		fresh := func() string { return l.keep(w.issue(canaries)) }
		down := func(string, []string) error { return errors.New("down") }
		for call, deed := range map[string]func(*Session) error{
			"save":    func(s *Session) error { s.SetToken(canaries.Token + "!"); return s.Save(ctx) },
			"update":  func(s *Session) error { return s.UpdateVisits(ctx, func(*int) error { return nil }) },
			"renew":   func(s *Session) error { return s.Renew(ctx) },
			"destroy": func(s *Session) error { return s.Destroy(ctx) },
			"lazy":    func(s *Session) error { _, err := s.GetCart(ctx); return err },
		} {
			token := fresh()
			s := w.open(token)
			w.store.fail = down
			l.fails(deed(s), runtime.ErrUnavailable)
			_, err := w.Open(ctx, token)
			l.fails(err, runtime.ErrUnavailable)
			w.store.fail = nil

			s, other := w.open(token), w.open(token)
			if err := other.Destroy(ctx); err != nil {
				t.Error(err)
			}
			if err := deed(s); call != "destroy" {
				l.fails(err, runtime.ErrEnded)
			}
		}

		s := w.open(fresh())
		s.SetToken(strings.Repeat("canary", 200))
		l.fails(s.Save(ctx), runtime.ErrTooLarge)
		_, err := w.From(ctx)
		l.fails(err, runtime.ErrNoMiddleware)

		// Answers of the default ErrorHandler, and a commit that is too late.
		token := fresh()
		for _, do := range []func(http.ResponseWriter, *Session){
			func(rw http.ResponseWriter, s *Session) {
				rw.Header().Set("X-Canary", "canary")
				s.SetToken("canary")
				w.store.fail = down
				fmt.Fprint(rw, "canary")
			},
			func(rw http.ResponseWriter, s *Session) {
				fmt.Fprint(rw, "")
				s.SetToken("canary")
				w.store.fail = down
			},
			func(rw http.ResponseWriter, s *Session) {
				fmt.Fprint(rw, "")
				l.fails(s.Renew(ctx), runtime.ErrHeadersSent)
			},
		} {
			response := w.request(cookieLine(token), func(rw http.ResponseWriter, r *http.Request) { do(rw, w.from(r)) })
			w.store.fail = nil
			l.tell(response.Header)
			l.tell(body(t, response))
		}

		// Renewed, refused, lost, failed.
		s = w.open(token)
		if err := s.Renew(ctx); err != nil {
			t.Error(err)
		}
		renewed := l.keep(s.Cookie().Value)
		w.open(l.keep(renewed[:37] + token[37:]))
		w.erase(renewed, "notice")
		w.open(renewed)
		token = fresh()
		w.overwrite(token, "token", []byte(canaries.Token))
		w.open(token)
		token = fresh()
		w.erase(token, "cart")
		_, err = w.open(token).GetCart(ctx)
		l.fails(err, runtime.ErrEnded)
		token = fresh()
		time.Sleep(time.Hour)
		w.store.fail = func(call string, _ []string) error {
			if strings.HasPrefix(call, "swap") {
				return errors.New("down")
			}
			return nil
		}
		w.open(token) // can't write the idle deadline
		w.store.fail = nil

		for _, kind := range []string{"created", "renewed", "destroyed", "refused", "lost", "failed"} {
			if !strings.Contains(l.told.String(), "session "+kind) {
				t.Errorf("no event %q", kind)
			}
		}
		l.check()
	})
}

// A chattyCodec quotes in its errors what it was given.
type chattyCodec struct{ runtime.Codec[string] }

func (chattyCodec) Decode(data string, _ *string) error {
	return fmt.Errorf("can't read %q (%x)", data, data)
}

// chatty is an accessor for variables that do not decode.
type chatty struct {
	session runtime.Session
	eager   runtime.Var[string]
	lazy    runtime.LazyVar[string]
}

func TestDecoderThatQuotesItsInputTellsNobody(t *testing.T) {
	l := newLeak(t)
	config := runtime.Config{Store: runtime.NewMemory()}
	l.config(&config)
	m, err := runtime.NewManager(config, runtime.Schema[chatty]{
		Name:    "session",
		Session: func(c *chatty) *runtime.Session { return &c.session },
		Variables: []runtime.Variable[chatty]{
			runtime.Eager("Eager", "eager", chattyCodec{runtime.JSON[string]()}, func(c *chatty) *runtime.Var[string] { return &c.eager }),
			runtime.Lazy("Lazy", "lazy", chattyCodec{runtime.JSON[string]()}, func(c *chatty) *runtime.LazyVar[string] { return &c.lazy }),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	issue := func(set func(*chatty)) *chatty {
		c := m.New()
		set(c)
		cookie, err := m.Issue(ctx, c)
		if err == nil {
			c, err = m.Open(ctx, l.keep(cookie.Value))
		}
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	setLazy := func(c *chatty) { c.lazy.Set(&c.session, "canary") }
	if c := issue(func(c *chatty) { c.eager.Set(&c.session, "canary") }); !c.session.IsNew() {
		t.Error("a value that does not decode opens")
	}
	c := issue(setLazy)
	_, err = c.lazy.Get(ctx, &c.session, 1)
	l.fails(err, runtime.ErrEnded)
	c = issue(setLazy)
	l.fails(c.lazy.Update(ctx, &c.session, 1, func(*string) error { return nil }), runtime.ErrEnded)
	if told := l.told.String(); strings.Count(told, "session lost") != 3 {
		t.Errorf("told %s", told)
	}
	l.check()
}

func TestServerThatSendsBackWhatItGetsTellsNobody(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				io.WriteString(conn, "SERVER_ERROR canary ")
				io.Copy(conn, conn)
			}()
		}
	}()
	l := newLeak(t)
	store := runtime.NewMemcache(listener.Addr().String())
	defer store.Close()
	config := runtime.Config{Store: store}
	l.config(&config)
	sessions := mustSessions(t, config)
	_, err = sessions.Issue(context.Background(), canaries)
	l.fails(err, runtime.ErrUnavailable)
	_, err = sessions.Open(context.Background(), l.keep(forged()))
	l.fails(err, runtime.ErrUnavailable)
	l.check()
}
