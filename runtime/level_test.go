package runtime_test

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// A choosy is a log handler that asks somebody what it shall log.
type choosy struct {
	slog.Handler
	enabled func(context.Context) bool // for levels below info
	lines   *[]string
}

func (h choosy) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelInfo || h.enabled(ctx)
}

func (h choosy) Handle(_ context.Context, r slog.Record) error {
	*h.lines = append(*h.lines, r.Message)
	return nil
}

// choosyWorld returns a world with no OnEvent, and the lines of its Logger.
func choosyWorld(t *testing.T, enabled func(*world, context.Context) bool) (*world, *[]string) {
	var w *world
	lines := new([]string)
	w = newWorld(t, func(c *runtime.Config) {
		c.OnEvent = nil
		c.Logger = slog.New(choosy{enabled: func(ctx context.Context) bool { return enabled(w, ctx) }, lines: lines})
	})
	return w, lines
}

type debugged struct{}

// A handler stores the session with a context of its own, as one does whose client
// may go away. The level must not be looked for there.
func TestLevelOfTheLogMayDependOnTheRequest(t *testing.T) {
	w, lines := choosyWorld(t, func(_ *world, ctx context.Context) bool { return ctx.Value(debugged{}) != nil })
	site := w.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		s := w.from(r)
		s.SetToken("x")
		if err := s.Save(context.Background()); err != nil {
			t.Error(err)
		}
	}))
	exchange(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		site.ServeHTTP(rw, r.WithContext(context.WithValue(r.Context(), debugged{}, true)))
	}), "")
	if !slices.Equal(*lines, []string{"session created"}) {
		t.Errorf("logged %q", *lines)
	}
}

// The Logger's handler may read the session before it logs a line, too.
func TestLevelOfTheLogMayDependOnTheSession(t *testing.T) {
	w, lines := choosyWorld(t, func(w *world, ctx context.Context) bool {
		s, err := w.From(ctx)
		if err == nil {
			_, err = s.GetCart(ctx)
		}
		return err == nil
	})
	one, other := w.issue(SessionFields{Token: "x"}), w.issue(SessionFields{Token: "y"})
	for want, visit := range map[string]func(){
		"session created": func() {
			w.request("", func(_ http.ResponseWriter, r *http.Request) { w.from(r).SetToken("x") })
		},
		"session refused": func() {
			w.request(cookieLine(one[:37]+other[37:]), func(_ http.ResponseWriter, r *http.Request) { w.from(r) })
		},
	} {
		*lines = nil
		done := make(chan bool)
		go func() { visit(); close(done) }()
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			t.Fatalf("%s: the request waits for itself", want)
		}
		if !slices.Equal(*lines, []string{want}) {
			t.Errorf("logged %q, want %q", *lines, want)
		}
	}
}
