package runtime_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

// A blockingStore hands out what it has read only when it is told to.
type blockingStore struct {
	runtime.Store
	read chan struct{} // closed when something was read, nil to block nothing
	give chan struct{}
}

func (s *blockingStore) Get(ctx context.Context, keys []string) (map[string]runtime.Item, error) {
	items, err := s.Store.Get(ctx, keys)
	if s.read != nil {
		close(s.read)
		s.read = nil
		<-s.give
	}
	return items, err
}

// An update of a variable that is not listed reads the record while it writes,
// if the version of the record is not known. The read must not go on when the
// handler has recovered: it would meet the session as the handler has left it.
func TestNothingGoesOnBehindAnUpdateThatPanics(t *testing.T) {
	store := &blockingStore{Store: runtime.NewMemory(), give: make(chan struct{})}
	sessions := mustSessions(t, runtime.Config{Store: store})
	s, err := sessions.Open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	s.SetNotice("hello")
	if err := s.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	read := make(chan struct{})
	store.read = read
	func() {
		defer func() { recover() }()
		s.UpdateVisits(t.Context(), func(*int) error {
			<-read
			close(store.give)
			panic("fn")
		})
	}()
	if err := s.Destroy(t.Context()); err != nil {
		t.Error(err)
	}
}

// A scalding panics when it is stored or read as JSON.
type scalding struct{ OnWrite, OnRead bool }

func (s scalding) MarshalJSON() ([]byte, error) {
	if s.OnWrite {
		panic("canary")
	}
	return []byte(`"canary"`), nil
}

func (*scalding) UnmarshalJSON([]byte) error { panic("canary") }

func TestPanicOfATypesOwnJSONMethodIsAnError(t *testing.T) {
	w := newWorld(t, nil)
	m := build(t, w, runtime.JSON[scalding]())
	s := m.New()
	s.v.Set(&s.session, scalding{OnWrite: true})
	var field *runtime.FieldError
	if _, err := m.Issue(t.Context(), s); !errors.As(err, &field) {
		t.Errorf("stored: %v", err)
	}
	token := store(t, m, scalding{})
	if s, err := m.Open(t.Context(), token); err != nil || !s.session.IsNew() {
		t.Errorf("read: new %t, %v", s.session.IsNew(), err)
	}
	w.wantEvent(runtime.EventLost, "V")
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
