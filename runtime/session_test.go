package runtime_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// A world is a store, the sessions in it, and the events that were told.
type world struct {
	*Sessions
	t      *testing.T
	store  *spyStore
	events []runtime.Event
}

// newWorld returns a world on a memory store. configure may be nil.
func newWorld(t *testing.T, configure func(*runtime.Config)) *world {
	w := &world{t: t, store: &spyStore{Store: runtime.NewMemory()}}
	config := runtime.Config{
		Store:   w.store,
		OnEvent: func(_ context.Context, e runtime.Event) { w.events = append(w.events, e) },
	}
	if configure != nil {
		configure(&config)
	}
	w.Sessions = mustSessions(t, config)
	return w
}

// issue stores a session and returns its cookie's value.
func (w *world) issue(values SessionFields) string {
	w.t.Helper()
	cookie, err := w.Issue(w.t.Context(), values)
	if err != nil {
		w.t.Fatal(err)
	}
	w.store.take()
	w.events = nil
	return cookie.Value
}

func (w *world) open(token string) *Session {
	w.t.Helper()
	s, err := w.Open(w.t.Context(), token)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

func (w *world) save(s *Session) {
	w.t.Helper()
	if err := s.Save(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// key returns the key of a variable, or of the record if name is empty.
func key(token, name string) string {
	k := "session:" + token[:36]
	if name != "" {
		k += "-" + name
	}
	return k
}

// erase removes a key as if the cache had evicted it.
func (w *world) erase(token, name string) {
	w.t.Helper()
	if err := w.store.Store.Delete(w.t.Context(), []string{key(token, name)})[0]; err != nil {
		w.t.Fatal(err)
	}
}

// raw returns the stored item of a variable.
func (w *world) raw(token, name string) (runtime.Item, bool) {
	w.t.Helper()
	items, err := w.store.Store.Get(w.t.Context(), []string{key(token, name)})
	if err != nil {
		w.t.Fatal(err)
	}
	item, ok := items[key(token, name)]
	return item, ok
}

// overwrite replaces the stored bytes of a variable.
func (w *world) overwrite(token, name string, value []byte) {
	w.t.Helper()
	item, ok := w.raw(token, name)
	if !ok {
		w.t.Fatalf("no item %q", name)
	}
	item.Value, item.Expires = value, time.Now().Add(time.Hour)
	if err := w.store.Store.Swap(w.t.Context(), []runtime.Item{item})[0]; err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) wantEvent(kind runtime.EventKind, field string) {
	w.t.Helper()
	for _, e := range w.events {
		if e.Kind == kind && e.Field == field {
			return
		}
	}
	w.t.Errorf("no event %q of field %q among %v", kind, field, w.events)
}

func TestVariablesComeBackAsSet(t *testing.T) {
	w := newWorld(t, nil)
	s := w.open("")
	if !s.IsNew() || s.ID() != "" || s.Cookie() != nil {
		t.Error("a session without a cookie is not new")
	}
	s.SetToken("")
	s.SetVisits(3)
	s.SetCart([]string{"tea", "milk"})
	w.save(s)
	if s.IsNew() || len(s.ID()) != 36 || s.Cookie().Value[:36] != s.ID() {
		t.Errorf("after Save: new %v, id %q, cookie %v", s.IsNew(), s.ID(), s.Cookie())
	}
	s = w.open(s.Cookie().Value)
	if !s.HasToken() || s.GetToken() != "" {
		t.Error("a variable set to its zero value is not set")
	}
	if !s.HasVisits() || s.GetVisits() != 3 || s.HasNotice() {
		t.Errorf("loaded %+v", s.Values())
	}
	if s.Values().Cart != nil {
		t.Error("a lazy variable was loaded unasked")
	}
	cart, err := s.GetCart(t.Context())
	if err != nil || !slices.Equal(cart, []string{"tea", "milk"}) || !slices.Equal(s.Values().Cart, cart) {
		t.Errorf("cart %q, %v", cart, err)
	}
	if s.Cookie() != nil {
		t.Error("a session that was only read sends a cookie")
	}
}

func TestClearedVariableIsNotSet(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "t", Notice: "n", Cart: []string{"tea"}})
	s := w.open(token)
	s.ClearToken()
	s.ClearCart()
	if got := s.PopNotice(); got != "n" || s.HasNotice() || s.GetNotice() != "" {
		t.Errorf("popped %q", got)
	}
	if has, err := s.HasCart(t.Context()); has || err != nil {
		t.Errorf("a cleared lazy variable is set (%v)", err)
	}
	w.save(s)
	s = w.open(token)
	has, err := s.HasCart(t.Context())
	if s.IsNew() || s.HasToken() || s.HasNotice() || has || err != nil {
		t.Errorf("cleared variables came back: %+v, %v", s.Values(), err)
	}
	s.SetToken("again")
	w.save(s)
	if s = w.open(token); s.GetToken() != "again" {
		t.Errorf("a variable set after it was cleared is %q", s.GetToken())
	}
}

func TestWhoSetsAndClearsNothingStoresNothing(t *testing.T) {
	w := newWorld(t, nil)
	s := w.open("")
	s.SetToken("t")
	s.ClearToken()
	s.PopNotice()
	s.ClearCart()
	w.save(s)
	if calls := w.store.take(); len(calls) != 0 || s.Cookie() != nil {
		t.Errorf("calls %q, cookie %v", calls, s.Cookie())
	}
}

func TestSessionThatLostAVariableIsGoneWhole(t *testing.T) {
	for name, harm := range map[string]func(w *world, token string){
		"evicted": func(w *world, token string) { w.erase(token, "token") },
		"broken": func(w *world, token string) {
			w.overwrite(token, "token", []byte("\x01garbage that is long enough to be one"))
		},
		"short": func(w *world, token string) { w.overwrite(token, "token", nil) },
		"another value": func(w *world, token string) {
			item, _ := w.raw(token, "visits")
			w.overwrite(token, "token", item.Value)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			token := w.issue(SessionFields{Token: "t", Visits: 1})
			harm(w, token)
			s := w.open(token)
			if !s.IsNew() || s.HasVisits() {
				t.Errorf("half a session: %+v", s.Values())
			}
			w.wantEvent(runtime.EventLost, "Token")
			if _, ok := w.raw(token, ""); !ok {
				t.Error("reading deleted the record")
			}
			s.SetVisits(9)
			w.save(s)
			if s.ID() == token[:36] {
				t.Error("the new session has the old one's id")
			}
		})
	}
}

func TestLostLazyVariableEndsTheSession(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "t", Cart: []string{"tea"}})
	w.erase(token, "cart")
	s := w.open(token)
	for range 2 {
		if _, err := s.GetCart(t.Context()); !errors.Is(err, runtime.ErrEnded) {
			t.Fatalf("a lost cart reads with error %v", err)
		}
	}
	w.wantEvent(runtime.EventLost, "Cart")
	if c := s.Cookie(); c == nil || c.MaxAge >= 0 {
		t.Errorf("the visitor does not start anew: cookie %v", c)
	}
	s.SetVisits(1)
	if err := s.Save(t.Context()); !errors.Is(err, runtime.ErrEnded) {
		t.Errorf("a set in it gets %v", err)
	}
}

func TestEvictableVariableMayBeLost(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "t", Draft: "d"})
	w.erase(token, "draft")
	s := w.open(token)
	if s.IsNew() || s.HasDraft() {
		t.Errorf("loaded %+v", s.Values())
	}
	s.SetDraft("again")
	w.save(s)
	if got := w.store.take(); !slices.Equal(got, []string{"get R token visits notice code draft", "add draft"}) {
		t.Errorf("calls %q", got)
	}
	if s = w.open(token); s.GetDraft() != "again" {
		t.Errorf("loaded %+v", s.Values())
	}
}

func TestEvictableVariableLostWhileItIsSet(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "t", Draft: "d"})
	s := w.open(token)
	w.erase(token, "draft")
	s.SetDraft("again")
	w.save(s)
	if s = w.open(token); s.GetDraft() != "again" {
		t.Errorf("loaded %+v", s.Values())
	}
}

func TestVariableLostWhileItIsSetEndsTheSession(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "t"})
	s := w.open(token)
	w.erase(token, "token")
	s.SetToken("new")
	if err := s.Save(t.Context()); !errors.Is(err, runtime.ErrEnded) {
		t.Errorf("it is stored with error %v", err)
	}
}

func TestTTLEndsAVariableAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		token := w.issue(SessionFields{Token: "t", Code: "123"})
		time.Sleep(1500 * time.Millisecond)
		s := w.open(token)
		if s.GetCode() != "123" {
			t.Fatal("the variable ended early")
		}
		if err := s.Renew(t.Context()); err != nil {
			t.Fatal(err)
		}
		token = s.Cookie().Value
		if s = w.open(token); s.GetCode() != "123" {
			t.Fatal("Renew dropped the variable")
		}
		time.Sleep(500 * time.Millisecond)
		if s = w.open(token); s.HasCode() || s.GetToken() != "t" {
			t.Errorf("after the deadline: %+v", s.Values())
		}
		s.SetCode("456")
		w.save(s)
		if s = w.open(token); s.GetCode() != "456" {
			t.Errorf("set again: %+v", s.Values())
		}
		time.Sleep(10 * time.Second)
		if s = w.open(token); s.HasCode() || s.GetToken() != "t" {
			t.Errorf("when the store has dropped it: %+v", s.Values())
		}
	})
}

func TestLifetimeIsAbsoluteAndStartsAnewAtRenew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(c *runtime.Config) { c.Lifetime = time.Hour })
		token := w.issue(SessionFields{Token: "t"})
		for range 3 {
			time.Sleep(19 * time.Minute)
			s := w.open(token)
			s.SetVisits(s.GetVisits() + 1)
			w.save(s)
		}
		time.Sleep(3*time.Minute - time.Millisecond)
		s := w.open(token)
		if s.GetToken() != "t" || s.GetVisits() != 3 {
			t.Fatalf("the session ended early: %+v", s.Values())
		}
		if err := s.Renew(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond)
		if s := w.open(token); !s.IsNew() {
			t.Error("the session outlived its lifetime")
		}
		token = s.Cookie().Value
		time.Sleep(time.Hour - 2*time.Millisecond)
		if s = w.open(token); s.GetToken() != "t" || s.GetVisits() != 3 {
			t.Errorf("the renewed session ended early: %+v", s.Values())
		}
		time.Sleep(time.Millisecond)
		if s = w.open(token); !s.IsNew() {
			t.Error("the renewed session outlived its lifetime")
		}
	})
}

func TestUnknownCookieIsANewSessionUnderANewID(t *testing.T) {
	w := newWorld(t, nil)
	live := w.issue(SessionFields{Token: "t"})
	forged := live[:36] + ".AAECAwQFBgcICQoLDA0ODw"
	for name, token := range map[string]string{
		"malformed":    "x",
		"unknown":      "6ba7b810-9dad-41d1-80b4-00c04fd430c8.AAECAwQFBgcICQoLDA0ODw",
		"wrong secret": forged,
	} {
		s := w.open(token)
		if !s.IsNew() || s.HasToken() {
			t.Errorf("%s: opens %+v", name, s.Values())
		}
		s.SetVisits(1)
		w.save(s)
		if strings.HasPrefix(token, s.ID()) {
			t.Errorf("%s: the client chose the id", name)
		}
	}
	w.wantEvent(runtime.EventRefused, "")
	if s := w.open(live); s.GetToken() != "t" || s.HasVisits() {
		t.Error("a forged cookie harmed the session")
	}
}

func TestWhatIsTooLargeIsRefusedBeforeAnythingIsSent(t *testing.T) {
	w := newWorld(t, func(c *runtime.Config) { c.MaxValueSize = 100 })
	token := w.issue(SessionFields{Token: "old"})
	s := w.open(token)
	w.store.take()
	s.SetVisits(1)
	s.SetToken(strings.Repeat("x", 100))
	err := s.Save(t.Context())
	var field *runtime.FieldError
	if !errors.Is(err, runtime.ErrTooLarge) || !errors.As(err, &field) || field.Field != "Token" || !strings.Contains(err.Error(), "bytes") {
		t.Errorf("error %v", err)
	}
	err = s.UpdateToken(t.Context(), func(v *string) error { *v = strings.Repeat("y", 100); return nil })
	if !errors.Is(err, runtime.ErrTooLarge) {
		t.Errorf("update: error %v", err)
	}
	if calls := w.store.take(); len(calls) != 0 {
		t.Errorf("sent %q", calls)
	}
	if s = w.open(token); s.GetToken() != "old" || s.HasVisits() {
		t.Errorf("stored %+v", s.Values())
	}
}

func TestWhatTheStoreFindsTooLargeForANewSessionNamesItsField(t *testing.T) {
	large := strings.Repeat("x", 8000)
	for name, create := range map[string]func(ctx context.Context, w *world) error{
		"Save": func(ctx context.Context, w *world) error {
			s := w.open("")
			s.SetVisits(1)
			s.SetToken(large)
			return s.Save(ctx)
		},
		"Update": func(ctx context.Context, w *world) error {
			return w.open("").UpdateToken(ctx, func(v *string) error { *v = large; return nil })
		},
		"Issue": func(ctx context.Context, w *world) error {
			_, err := w.Issue(ctx, SessionFields{Token: large, Visits: 1})
			return err
		},
	} {
		w := newWorld(t, nil)
		w.store.Store = &runtime.Memory{MaxBytes: 4000}
		err := create(t.Context(), w)
		var field *runtime.FieldError
		if !errors.Is(err, runtime.ErrTooLarge) || errors.Is(err, runtime.ErrUnavailable) ||
			!errors.As(err, &field) || field.Field != "Token" {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestDestroyEndsTheSessionAndWhatFollowsIsANewOne(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "t", Cart: []string{"tea"}})
	s := w.open(token)
	s.SetVisits(5)
	if err := s.Destroy(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !s.IsNew() || s.HasToken() || s.HasVisits() {
		t.Errorf("after Destroy: %+v", s.Values())
	}
	if c := s.Cookie(); c == nil || c.MaxAge >= 0 || c.Value != "" {
		t.Errorf("cookie %v", c)
	}
	for _, name := range []string{"token", "cart"} {
		if _, ok := w.raw(token, name); ok {
			t.Errorf("the item %q is still there", name)
		}
	}
	if mark, _ := w.raw(token, ""); len(mark.Value) != 1 {
		t.Errorf("a mark of %d bytes is in the place of the record", len(mark.Value))
	}
	s.SetNotice("goodbye")
	w.save(s)
	if c := s.Cookie(); c == nil || c.MaxAge < 0 || strings.HasPrefix(c.Value, token[:36]) {
		t.Errorf("cookie %v", c)
	}
	if s = w.open(s.Cookie().Value); s.GetNotice() != "goodbye" || s.HasVisits() || s.HasToken() {
		t.Errorf("the new session holds %+v", s.Values())
	}
	if s = w.open(token); !s.IsNew() {
		t.Error("the old cookie still works")
	}
}

func TestFailedDestroyLeavesTheSession(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "t"})
	s := w.open(token)
	w.store.fail = func(string, []string) error { return errors.New("down") }
	if err := s.Destroy(t.Context()); !errors.Is(err, runtime.ErrUnavailable) {
		t.Errorf("error %v", err)
	}
	if s.IsNew() || s.Cookie() != nil {
		t.Error("the session looks destroyed")
	}
}

func TestRenewKeepsVariablesAndKillsTheOldCookie(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "t", Cart: []string{"tea"}, Notice: "n"})
	s := w.open(token)
	s.PopNotice()
	w.save(s)
	s = w.open(token)
	s.SetVisits(5) // pending: belongs to the renewed session
	if err := s.Renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	renewed := s.Cookie().Value
	if s.ID() == token[:36] || renewed[37:] == token[37:] {
		t.Error("id or secret stayed")
	}
	w.save(s)
	s = w.open(renewed)
	cart, err := s.GetCart(t.Context())
	if err != nil || s.GetToken() != "t" || s.GetVisits() != 5 || len(cart) != 1 || s.HasNotice() {
		t.Errorf("renewed: %+v, %v", s.Values(), err)
	}
	old := w.open(token)
	if !old.IsNew() || old.HasToken() {
		t.Error("the old cookie still works")
	}
	old.SetToken("late")
	if err := old.Save(t.Context()); !errors.Is(err, runtime.ErrEnded) || old.Cookie() != nil {
		t.Errorf("a set under the old cookie gets %v and cookie %v", err, old.Cookie())
	}
}

func TestUpdateSeesPendingSetsAndStoresAtOnce(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Visits: 1})
	s := w.open(token)
	add := func(n *int) error { *n += 10; return nil }
	if err := s.UpdateVisits(t.Context(), add); err != nil || s.GetVisits() != 11 {
		t.Errorf("%d, %v", s.GetVisits(), err)
	}
	s.SetVisits(100)
	s.SetToken("pending")
	if err := s.UpdateVisits(t.Context(), add); err != nil || s.GetVisits() != 110 {
		t.Errorf("%d, %v", s.GetVisits(), err)
	}
	other := w.open(token)
	if other.GetVisits() != 110 || other.HasToken() {
		t.Errorf("stored %+v", other.Values())
	}
	s.ClearVisits()
	if err := s.UpdateVisits(t.Context(), add); err != nil || s.GetVisits() != 10 {
		t.Errorf("%d, %v", s.GetVisits(), err)
	}
}

func TestUpdateThatFailsChangesNothing(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Cart: []string{"tea"}})
	s := w.open(token)
	stop := errors.New("stop")
	for range 2 {
		err := s.UpdateCart(t.Context(), func(cart *[]string) error {
			(*cart)[0] = "coffee"
			return stop
		})
		if !errors.Is(err, stop) {
			t.Errorf("error %v", err)
		}
		if cart, err := s.GetCart(t.Context()); err != nil || cart[0] != "tea" {
			t.Errorf("cart %q, %v", cart, err)
		}
		s.SetCart([]string{"tea"}) // once more, with a pending set
	}
}

func TestUpdateRunsAnewOnWhatIsStoredMeanwhile(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Cart: []string{"tea"}})
	s := w.open(token)
	runs := 0
	err := s.UpdateCart(t.Context(), func(cart *[]string) error {
		if runs++; runs == 1 {
			other := w.open(token)
			other.SetCart([]string{"milk"})
			w.save(other)
		}
		*cart = append(*cart, "cake")
		return nil
	})
	if err != nil || runs != 2 {
		t.Fatalf("%d runs, %v", runs, err)
	}
	if cart, _ := w.open(token).GetCart(t.Context()); !slices.Equal(cart, []string{"milk", "cake"}) {
		t.Errorf("cart %q", cart)
	}
}

func TestUpdateThatLeavesNilOnANewSessionStoresNothing(t *testing.T) {
	w := newWorld(t, nil)
	m := build(t, w, runtime.Gob[*string]())
	for name, fn := range map[string]func(**string) error{
		"leaves nil": func(v **string) error {
			if *v != nil {
				t.Errorf("fn sees %q", **v)
			}
			return nil
		},
		"sets nil": func(v **string) error { *v = nil; return nil },
	} {
		s := m.New()
		if name == "sets nil" {
			text := "pending"
			s.v.Set(&s.session, &text)
		}
		err := s.v.Update(t.Context(), &s.session, 0, fn)
		if err != nil || !s.session.IsNew() || s.v.Has() || s.session.Cookie() != nil {
			t.Errorf("%s: %v, new %v, set %v, cookie %v", name, err, s.session.IsNew(), s.v.Has(), s.session.Cookie())
		}
		if err := s.session.Save(t.Context()); err != nil || s.session.Cookie() != nil {
			t.Errorf("%s, then Save: %v, cookie %v", name, err, s.session.Cookie())
		}
	}
	if calls := w.store.take(); calls != nil {
		t.Errorf("store calls %q", calls)
	}
}

func TestUpdateThatLeavesNilOnALivingSessionClears(t *testing.T) {
	w := newWorld(t, nil)
	m := build(t, w, runtime.Gob[*string]())
	text := "x"
	token := store(t, m, &text)
	s := load(t, m, token)
	if err := s.v.Update(t.Context(), &s.session, 0, func(v **string) error { *v = nil; return nil }); err != nil || s.v.Has() {
		t.Errorf("%v, set %v", err, s.v.Has())
	}
	if s := load(t, m, token); s.session.IsNew() || s.v.Has() {
		t.Error("it is still set")
	}
}

// labels is a map type of an app's own.
type labels map[string]int

func TestUpdateOfAMapThatIsNotSetGetsAnEmptyOne(t *testing.T) {
	for name, codec := range map[string]runtime.Codec[labels]{"gob": runtime.Gob[labels](), "JSON": runtime.JSON[labels]()} {
		w := newWorld(t, nil)
		m := build(t, w, codec)
		count := func(v *labels) error { (*v)["tea"]++; return nil }
		for what, s := range map[string]*one[labels]{
			"a new session":             m.New(),
			"one that has a nil map":    load(t, m, store(t, m, nil)),
			"one that has an empty one": load(t, m, store(t, m, labels{})),
			"one that has had a map": func() *one[labels] {
				s := load(t, m, store(t, m, labels{"milk": 1}))
				s.v.Clear(&s.session)
				return s
			}(),
			"one that sets a nil map": func() *one[labels] { s := m.New(); s.v.Set(&s.session, nil); return s }(),
		} {
			if err := s.v.Update(t.Context(), &s.session, 0, count); err != nil || len(s.v.Get()) != 1 || s.v.Get()["tea"] != 1 {
				t.Errorf("%s, %s: %v, %v", name, what, s.v.Get(), err)
			}
		}
	}
}

func TestUpdateOfANewSessionCreatesItWithThatVariableAlone(t *testing.T) {
	w := newWorld(t, nil)
	s := w.open("")
	s.SetToken("pending")
	if err := s.UpdateVisits(t.Context(), func(n *int) error { *n++; return nil }); err != nil {
		t.Fatal(err)
	}
	if other := w.open(s.Cookie().Value); other.GetVisits() != 1 || other.HasToken() {
		t.Errorf("stored %+v", other.Values())
	}
	w.save(s)
	if other := w.open(s.Cookie().Value); other.GetToken() != "pending" {
		t.Errorf("stored %+v", other.Values())
	}
}

func TestStoreThatIsDownIsNeverAbsent(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "t", Cart: []string{"tea"}})
	s := w.open(token)
	down := errors.New("connection refused")
	w.store.fail = func(string, []string) error { return down }
	ctx := t.Context()
	s.SetVisits(1)
	_, openErr := w.Open(ctx, token)
	_, cartErr := s.GetCart(ctx)
	_, issueErr := w.Issue(ctx, SessionFields{})
	for name, err := range map[string]error{
		"open":   openErr,
		"lazy":   cartErr,
		"issue":  issueErr,
		"save":   s.Save(ctx),
		"update": s.UpdateToken(ctx, func(*string) error { return nil }),
		"renew":  s.Renew(ctx),
	} {
		if !errors.Is(err, runtime.ErrUnavailable) || !errors.Is(err, down) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	w.store.fail = nil
	w.save(s)
	if s = w.open(token); s.GetVisits() != 1 {
		t.Error("a save that failed can't be repeated")
	}
}

func TestIDWhoseCreationFailedIsNeverUsedAgain(t *testing.T) {
	w := newWorld(t, nil)
	s := w.open("")
	s.SetToken("t")
	var failed string
	w.store.fail = func(_ string, keys []string) error {
		failed = keys[0]
		return context.DeadlineExceeded
	}
	if err := s.Save(t.Context()); !errors.Is(err, runtime.ErrUnavailable) || s.Cookie() != nil || !s.IsNew() {
		t.Fatalf("error %v, cookie %v", err, s.Cookie())
	}
	w.store.fail = nil
	w.save(s)
	if strings.Contains(failed, s.ID()) {
		t.Error("the id was used again")
	}
}

func TestDumpOfTheStoreShowsNoSecretAndNoValue(t *testing.T) {
	w := newWorld(t, nil)
	var dump bytes.Buffer
	spy := func(_ string, keys []string) error { fmt.Fprintln(&dump, keys); return nil }
	w.store.fail = spy
	token := w.issue(SessionFields{Token: "a secret thing"})
	w.store.fail = nil
	for _, name := range []string{"", "token"} {
		item, _ := w.raw(token, name)
		dump.Write(item.Value)
	}
	for _, secret := range []string{"a secret thing", "secret thing", token[37:]} {
		if bytes.Contains(dump.Bytes(), []byte(secret)) {
			t.Errorf("the dump shows %q", secret)
		}
	}
}

func TestCookieOfIssueIsComplete(t *testing.T) {
	w := newWorld(t, nil)
	c, err := w.Issue(t.Context(), SessionFields{})
	if err != nil {
		t.Fatal(err)
	}
	if c.Name != "__Host-session" || c.Name != w.CookieName() || !c.Secure || !c.HttpOnly || c.Path != "/" ||
		c.SameSite != http.SameSiteLaxMode || c.MaxAge != 0 || !c.Expires.IsZero() || len(c.Value) != 59 {
		t.Errorf("cookie %v", c)
	}
	if s := w.open(c.Value); s.IsNew() {
		t.Error("an issued session without values does not live")
	}
}
