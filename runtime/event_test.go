package runtime_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

func TestNeitherSecretsNorValuesReachTheLogOrTheEvents(t *testing.T) {
	var log bytes.Buffer
	w := newWorld(t, func(c *runtime.Config) {
		c.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	token := w.issue(SessionFields{Token: "precious"})
	s := w.open(token)
	if err := s.Renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	renewed := s.Cookie().Value
	w.open(renewed[:37] + token[37:]) // refused
	w.overwrite(renewed, "token", []byte("precious"))
	w.open(renewed) // lost
	if err := s.Destroy(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []runtime.EventKind{runtime.EventRenewed, runtime.EventRefused, runtime.EventDestroyed} {
		w.wantEvent(kind, "")
		if want := "session " + string(kind); !strings.Contains(log.String(), want) {
			t.Errorf("the log does not say %q", want)
		}
	}
	w.wantEvent(runtime.EventLost, "Token")
	told := log.String()
	for _, e := range w.events {
		if e.Err != nil {
			told += e.Err.Error()
		}
	}
	for _, secret := range []string{token[37:], renewed[37:], "precious"} {
		if strings.Contains(told, secret) {
			t.Errorf("%q was told:\n%s", secret, told)
		}
	}
}

// A revealing value can't be encoded, for a reason that quotes it.
type revealing string

var errRevealing = errors.New("no")

func (r revealing) GobEncode() ([]byte, error) {
	return nil, fmt.Errorf("%w: %s", errRevealing, string(r))
}
func (r *revealing) GobDecode([]byte) error { return errRevealing }

func TestValueThatCantBeEncodedIsToldToTheCallerAlone(t *testing.T) {
	var told bytes.Buffer
	m, err := runtime.NewManager(runtime.Config{
		Store:   runtime.NewMemory(),
		Logger:  slog.New(slog.NewTextHandler(&told, nil)),
		OnEvent: func(_ context.Context, e runtime.Event) { fmt.Fprintln(&told, "event", e.Kind, e.Err) },
	}, runtime.Schema[one[revealing]]{
		Name:    "session",
		Session: func(s *one[revealing]) *runtime.Session { return &s.session },
		Variables: []runtime.Variable[one[revealing]]{
			runtime.Eager("V", "v", runtime.Gob[revealing](), func(s *one[revealing]) *runtime.Var[revealing] { return &s.v }),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	wantError := func(what string, err error) {
		t.Helper()
		var field *runtime.FieldError
		if !errors.As(err, &field) || field.Field != "V" || !errors.Is(err, errRevealing) || !strings.Contains(err.Error(), "4111") {
			t.Errorf("%s: %v, want what the encoder said", what, err)
		}
	}
	for name, prepare := range map[string]http.HandlerFunc{
		"ahead of the response": func(http.ResponseWriter, *http.Request) {},
		"after the first byte":  func(rw http.ResponseWriter, _ *http.Request) { io.WriteString(rw, "hello") },
	} {
		told.Reset()
		exchange(m.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			s, err := m.From(r.Context())
			if err != nil {
				t.Error(err)
				return
			}
			wantError("Update", s.v.Update(r.Context(), &s.session, 0, func(v *revealing) error { *v = "4111"; return nil }))
			prepare(rw, r)
			s.v.Set(&s.session, "4111")
			wantError("Save", s.session.Save(r.Context()))
		})), "")
		if text := told.String(); strings.Contains(text, "4111") || !strings.Contains(text, "encoded") || !strings.Contains(text, "field V") {
			t.Errorf("%s: told %q", name, text)
		}
	}
}

func TestLogIsAsLoudAsAnEventNeedsAttention(t *testing.T) {
	var log bytes.Buffer
	w := newWorld(t, func(c *runtime.Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	token := w.issue(SessionFields{Token: "x"})
	if log.Len() != 0 {
		t.Errorf("a new session is no news: %s", &log)
	}
	w.erase(token, "token")
	w.open(token)
	for _, want := range []string{"level=WARN", `msg="session lost"`, "id=" + token[:36], "field=Token"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log %q does not say %q", &log, want)
		}
	}
}

func TestDefaultLoggerIsThatOfTheMoment(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "x"})
	w.erase(token, "token")
	var log bytes.Buffer
	before := slog.Default()
	defer slog.SetDefault(before)
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	w.open(token)
	if !strings.Contains(log.String(), "session lost") {
		t.Errorf("log %q", &log)
	}
}

func TestDefaultErrorHandlerTellsTheLogAlone(t *testing.T) {
	var log bytes.Buffer
	w := newWorld(t, func(c *runtime.Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	w.store.fail = func(string, []string) error { return errors.New("host 10.1.2.3 is down") }
	response := w.request("", func(_ http.ResponseWriter, r *http.Request) { w.from(r).SetToken("x") })
	if text := body(t, response); strings.Contains(text, "10.1.2.3") {
		t.Errorf("the client was told %q", text)
	}
	if !strings.Contains(log.String(), "10.1.2.3") || !strings.Contains(log.String(), "level=WARN") {
		t.Errorf("log %q", &log)
	}
}
