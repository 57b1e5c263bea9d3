package inspect_test

import (
	"context"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
	"github.com/sessiongen/sessiongen/runtime/inspect"
)

// A world is an app with a page that shows its sessions.
type world struct {
	*testing.T
	store    *spy
	sessions *Sessions
	page     http.Handler
	log      *strings.Builder
}

var keys = [][]byte{[]byte("a key of 32 bytes, for the tests")}

func newWorld(t *testing.T, changes ...func(*runtime.Config)) *world {
	t.Helper()
	w := &world{T: t, store: &spy{Store: runtime.NewMemory()}, log: new(strings.Builder)}
	config := runtime.Config{
		Store: w.store, InsecureHTTP: true, Keys: keys,
		Logger: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, change := range changes {
		change(&config)
	}
	var err error
	if w.sessions, err = NewSessions(config); err != nil {
		t.Fatal(err)
	}
	w.page = inspect.Handler(w.sessions)
	return w
}

// issue stores a session and returns its cookie.
func (w *world) issue(values SessionFields) *http.Cookie {
	w.Helper()
	c, err := w.sessions.Issue(w.Context(), values)
	if err != nil {
		w.Fatal(err)
	}
	return c
}

// change does something to the session of a cookie, and returns the cookie that the
// visitor has then.
func (w *world) change(c *http.Cookie, deed func(*Session) error) *http.Cookie {
	w.Helper()
	s, err := w.sessions.Open(w.Context(), c.Value)
	if err == nil {
		err = deed(s)
	}
	if err == nil {
		err = s.Save(w.Context())
	}
	if err != nil {
		w.Fatal(err)
	}
	if fresh := s.Cookie(); fresh != nil {
		return fresh
	}
	return c
}

// local is a request of somebody who sits at the machine.
func local(t *testing.T, method, target string, form url.Values, cookies ...*http.Cookie) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "http://localhost:8080"+target, strings.NewReader(form.Encode()))
	r.RemoteAddr = "127.0.0.1:50000"
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", "http://localhost:8080")
	}
	for _, c := range cookies {
		r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	return r
}

func serve(handler http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

// get returns what the page shows.
func (w *world) get(cookies ...*http.Cookie) string {
	w.Helper()
	return w.body(serve(w.page, local(w.T, "GET", "/debug/sessions/", nil, cookies...)))
}

// ask returns what the page shows if values are asked for.
func (w *world) ask(fields []string, cookies ...*http.Cookie) string {
	w.Helper()
	form := url.Values{"of": {"0"}, "show": fields}
	return w.body(serve(w.page, local(w.T, "POST", "/debug/sessions/", form, cookies...)))
}

func (w *world) body(answer *httptest.ResponseRecorder) string {
	w.Helper()
	if answer.Code != http.StatusOK {
		w.Fatalf("status %d: %s", answer.Code, answer.Body)
	}
	return answer.Body.String()
}

var (
	outOfPage = regexp.MustCompile(`(?s)<style>.*?</style>|<script>.*?</script>|<[^>]*>`)
	blank     = regexp.MustCompile(`\s+`)
)

// words are the text of a page, each blank one space.
func words(page string) string {
	return strings.TrimSpace(blank.ReplaceAllString(html.UnescapeString(outOfPage.ReplaceAllString(page, " ")), " "))
}

// own is the text of the part about the visitor's own session.
func own(page string) string {
	_, rest, _ := strings.Cut(page, `<section class="own"`)
	section, _, _ := strings.Cut("<section"+rest, "</section>")
	return words(section)
}

func mustHave(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in\n%s", part, text)
		}
	}
}

func mustLack(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(text, part) {
			t.Errorf("%q in\n%s", part, text)
		}
	}
}

// A spy counts what is asked of a store, and lets it be down.
type spy struct {
	runtime.Store
	down                 atomic.Bool
	gets, writes, wanted atomic.Int64
	keep                 time.Duration // how much longer than asked for it keeps what is added
}

func (s *spy) Get(ctx context.Context, keys []string) (map[string]runtime.Item, error) {
	s.gets.Add(1)
	s.wanted.Add(int64(len(keys)))
	if s.down.Load() {
		return nil, io.ErrUnexpectedEOF
	}
	return s.Store.Get(ctx, keys)
}

func (s *spy) Add(ctx context.Context, items []runtime.Item) []error {
	s.writes.Add(1)
	items = slices.Clone(items)
	for i := range items {
		items[i].Expires = items[i].Expires.Add(s.keep)
	}
	return s.Store.Add(ctx, items)
}

func (s *spy) Swap(ctx context.Context, items []runtime.Item) []error {
	s.writes.Add(1)
	return s.Store.Swap(ctx, items)
}

func (s *spy) Delete(ctx context.Context, keys []string) []error {
	s.writes.Add(1)
	return s.Store.Delete(ctx, keys)
}
