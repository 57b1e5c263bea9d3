package runtime_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

// A watchedCodec tells how often it has decoded something, and may fail then.
type watchedCodec struct {
	runtime.Codec[[]string]
	*watch
}

type watch struct {
	decoded int
	fails   bool
}

// Safe promises that decoding does not fail, as the codecs do where no method of
// a type takes part.
func (watchedCodec) Safe() bool { return true }

func (c watchedCodec) Decode(data string, v *[]string) error {
	c.decoded++
	if c.fails {
		return errors.New("not what it was")
	}
	return c.Codec.Decode(data, v)
}

// watched returns a build whose variable is decoded by its first getter.
func watched(t *testing.T) (*world, *watch, *runtime.Manager[one[[]string]]) {
	w := newWorld(t, nil)
	c := watchedCodec{runtime.Gob[[]string](), new(watch)}
	return w, c.watch, buildPacked(t, w, c)
}

func TestVariableIsDecodedByItsFirstGetterAlone(t *testing.T) {
	_, watch, m := watched(t)
	token := store(t, m, []string{"a", "b"})
	s := load(t, m, token)
	if !s.v.Has() || watch.decoded != 0 {
		t.Errorf("set: %t, decoded %d times before anybody asked", s.v.Has(), watch.decoded)
	}
	for range 2 {
		if got := strings.Join(s.v.Unpack(&s.session), ""); got != "ab" || watch.decoded != 1 {
			t.Errorf("got %q, decoded %d times", got, watch.decoded)
		}
	}
}

func TestGettersSideBySideDecodeOnce(t *testing.T) {
	_, watch, m := watched(t)
	s := load(t, m, store(t, m, []string{"a", "b"}))
	var getters sync.WaitGroup
	for range 8 {
		getters.Go(func() {
			if got := strings.Join(s.v.Unpack(&s.session), ""); got != "ab" || !s.v.Has() {
				t.Errorf("got %q, set: %t", got, s.v.Has())
			}
		})
	}
	getters.Wait()
	if watch.decoded != 1 {
		t.Errorf("decoded %d times", watch.decoded)
	}
}

func TestVariableThatWasNotDecodedIsSetClearedAndPopped(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(*one[[]string])
		want string // what is read then, and is stored; empty: not set
	}{
		"set":   {func(s *one[[]string]) { s.v.Set(&s.session, []string{"new"}) }, "new"},
		"clear": {func(s *one[[]string]) { s.v.Clear(&s.session) }, ""},
		"pop": {func(s *one[[]string]) {
			if got := s.v.Pop(&s.session); len(got) != 1 || got[0] != "old" {
				t.Errorf("popped %q", got)
			}
		}, ""},
		"update": {func(s *one[[]string]) {
			if err := s.v.Update(t.Context(), &s.session, 0, func(v *[]string) error { *v = append(*v, "new"); return nil }); err != nil {
				t.Error(err)
			}
		}, "old,new"},
		"update that fails": {func(s *one[[]string]) {
			if err := s.v.Update(t.Context(), &s.session, 0, func(*[]string) error { return io.EOF }); err != io.EOF {
				t.Error(err)
			}
		}, "old"},
		"update that gets": {func(s *one[[]string]) {
			if err := s.v.Update(t.Context(), &s.session, 0, func(v *[]string) error { *v = append(s.v.Unpack(&s.session), "new"); return nil }); err != nil {
				t.Error(err)
			}
		}, "old,new"},
		"renew": {func(s *one[[]string]) {
			if err := s.session.Renew(t.Context()); err != nil {
				t.Error(err)
			}
		}, "old"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, m := watched(t)
			token := store(t, m, []string{"old"})
			s := load(t, m, token)
			c.do(s)
			check := func(s *one[[]string], when string) {
				t.Helper()
				if got := strings.Join(s.v.Unpack(&s.session), ","); got != c.want || s.v.Has() != (c.want != "") {
					t.Errorf("%s: got %q, set: %t, want %q", when, got, s.v.Has(), c.want)
				}
			}
			check(s, "then")
			if err := s.session.Save(t.Context()); err != nil {
				t.Fatal(err)
			}
			check(s, "when saved")
			if sent := s.session.Cookie(); sent != nil {
				token = sent.Value
			}
			check(load(t, m, token), "at the next request")
		})
	}
}

// A several has a variable that is packed, others that are loaded with it, and more
// lazy ones than a session has room for.
type several struct {
	session runtime.Session
	v       runtime.Var[[]string]
	n, m, k runtime.Var[int]
	lazy    [12]runtime.LazyVar[int]
}

func severals(t *testing.T, w *world) *runtime.Manager[several] {
	t.Helper()
	num := func(field, name string, at func(*several) *runtime.Var[int]) runtime.Variable[several] {
		return runtime.Eager(field, name, runtime.GobInt[int](), at)
	}
	vars := []runtime.Variable[several]{
		runtime.Packed("V", "v", runtime.Gob[[]string](), func(s *several) *runtime.Var[[]string] { return &s.v }),
		num("N", "n", func(s *several) *runtime.Var[int] { return &s.n }),
		num("M", "m", func(s *several) *runtime.Var[int] { return &s.m }),
		num("K", "k", func(s *several) *runtime.Var[int] { return &s.k }),
	}
	for i := range 12 {
		vars = append(vars, runtime.Lazy("L", "l"+string(rune('a'+i)), runtime.GobInt[int](), func(s *several) *runtime.LazyVar[int] { return &s.lazy[i] }))
	}
	m, err := runtime.NewManager(runtime.Config{
		Store:   w.store,
		OnEvent: func(_ context.Context, e runtime.Event) { w.events = append(w.events, e) },
	}, runtime.Schema[several]{
		Name:      "session",
		Session:   func(s *several) *runtime.Session { return &s.session },
		Variables: vars,
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// What another request sets meanwhile belongs to later loads.
func TestPackedValueIsDecodedAsItWasLoaded(t *testing.T) {
	w := newWorld(t, nil)
	m := severals(t, w)
	s := m.New()
	s.v.Set(&s.session, []string{"old"})
	c, err := m.Issue(t.Context(), s)
	must(t, err)
	s, err = m.Open(t.Context(), c.Value)
	must(t, err)
	other, err := m.Open(t.Context(), c.Value)
	must(t, err)
	other.v.Set(&other.session, []string{"new"})
	other.n.Set(&other.session, 1)
	other.lazy[11].Set(&other.session, 2)
	must(t, other.session.Save(t.Context()))
	s.m.Set(&s.session, 3) // it meets that record
	must(t, s.session.Save(t.Context()))
	if got, err := s.lazy[11].Get(t.Context(), &s.session, 15); err != nil || got != 2 {
		t.Errorf("lazy %d, %v", got, err)
	}
	if got := strings.Join(s.v.Unpack(&s.session), ""); got != "old" {
		t.Errorf("got %q", got)
	}
}

func TestPackedValueOutlivesARecordThatTheStoreRollsBack(t *testing.T) {
	w := newWorld(t, nil)
	m := severals(t, w)
	s := m.New()
	s.n.Set(&s.session, 1)
	c, err := m.Issue(t.Context(), s)
	must(t, err)
	token := c.Value
	old, _ := w.raw(token, "")
	s, err = m.Open(t.Context(), token)
	must(t, err)
	s.v.Set(&s.session, []string{"a", "b"})
	must(t, s.session.Save(t.Context()))
	now, _ := w.raw(token, "")

	s, err = m.Open(t.Context(), token)
	must(t, err)
	w.overwrite(token, "", old.Value)
	s.m.Set(&s.session, 2)
	must(t, s.session.Save(t.Context()))
	w.overwrite(token, "", now.Value)
	s.k.Set(&s.session, 3)
	must(t, s.session.Save(t.Context()))
	if got := strings.Join(s.v.Unpack(&s.session), ""); got != "ab" {
		t.Errorf("got %q", got)
	}
}

func TestGettersOfPackedAndLazyVariablesMayRunBesideTheCommit(t *testing.T) {
	w := newWorld(t, nil)
	m := severals(t, w)
	s := m.New()
	s.v.Set(&s.session, []string{"a", "b"})
	for i := range s.lazy {
		s.lazy[i].Set(&s.session, i+1)
	}
	c, err := m.Issue(t.Context(), s)
	must(t, err)
	for range 100 {
		s, err := m.Open(t.Context(), c.Value)
		must(t, err)
		s.m.Set(&s.session, 7)
		var group sync.WaitGroup
		for i := range s.lazy {
			group.Go(func() {
				if v, err := s.lazy[i].Get(t.Context(), &s.session, 4+i); err != nil || v != i+1 {
					t.Errorf("lazy %d: %d %v", i, v, err)
				}
			})
		}
		for range 3 {
			group.Go(func() {
				if got := strings.Join(s.v.Unpack(&s.session), ""); got != "ab" {
					t.Errorf("got %q", got)
				}
			})
		}
		must(t, s.session.Save(t.Context()))
		group.Wait()
	}
}

func TestGetterThatCantDecodeEndsTheSessionBeforeTheFirstByte(t *testing.T) {
	for name, handler := range map[string]func(*one[[]string]){
		"reads": func(*one[[]string]) {},
		"sets":  func(s *one[[]string]) { s.v.Set(&s.session, []string{"new"}) },
	} {
		t.Run(name, func(t *testing.T) {
			w, watch, m := watched(t)
			token := store(t, m, []string{"a"})
			watch.fails = true
			site := m.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				s, err := m.From(r.Context())
				if err != nil {
					t.Error(err)
					return
				}
				if got := s.v.Unpack(&s.session); got != nil {
					t.Errorf("got %q", got)
				}
				handler(s)
				io.WriteString(rw, "half a session")
			}))
			response := exchange(site, m.CookieName()+"="+token)
			if text := body(t, response); response.StatusCode != http.StatusConflict || strings.Contains(text, "half") {
				t.Errorf("%s %q", response.Status, text)
			}
			if sent := response.Cookies(); len(sent) != 1 || sent[0].MaxAge >= 0 {
				t.Errorf("cookies %v: the visitor does not start anew", sent)
			}
			w.wantEvent(runtime.EventLost, "V")
		})
	}
}

func TestRenewOfWhatDoesNotDecodeFails(t *testing.T) {
	w, watch, m := watched(t)
	s := load(t, m, store(t, m, []string{"a"}))
	watch.fails = true
	if err := s.session.Renew(t.Context()); !errors.Is(err, runtime.ErrEnded) {
		t.Errorf("Renew: %v", err)
	}
	w.wantEvent(runtime.EventLost, "V")
	if err := s.session.Save(t.Context()); err != nil {
		t.Errorf("nothing is pending, but Save fails: %v", err)
	}
}

// Whether such a value decodes is up to the type's method, so it must be known
// before the handler sees the session.
func TestValueOfATypeThatMarshalsItselfIsDecodedWithTheSession(t *testing.T) {
	w := newWorld(t, nil)
	m := buildPacked(t, w, runtime.Gob[[]fickle]())
	token := store(t, m, []fickle{{}})
	if s := load(t, m, token); !s.session.IsNew() {
		t.Error("the session lives")
	}
	w.wantEvent(runtime.EventLost, "V")
}

// A fickle can't read what it has written.
type fickle struct{}

func (fickle) MarshalBinary() ([]byte, error) { return []byte{1}, nil }

func (*fickle) UnmarshalBinary([]byte) error { return errors.New("changed my mind") }

func TestUpdateOfWhatDoesNotDecodeEndsTheSessionOnceAndLeavesTheAnswerToTheHandler(t *testing.T) {
	w, watch, m := watched(t)
	token := store(t, m, []string{"a"})
	watch.fails = true
	w.events = nil
	site := m.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		s, err := m.From(r.Context())
		if err != nil {
			t.Error(err)
			return
		}
		err = s.v.Update(r.Context(), &s.session, 0, func(*[]string) error { return nil })
		if !errors.Is(err, runtime.ErrEnded) {
			t.Errorf("Update: %v", err)
		}
		rw.WriteHeader(http.StatusUnauthorized)
		io.WriteString(rw, "please log in again")
	}))
	response := exchange(site, m.CookieName()+"="+token)
	if response.StatusCode != http.StatusUnauthorized {
		t.Errorf("the handler's own answer to ErrEnded is replaced: %s", response.Status)
	}
	lost := 0
	for _, e := range w.events {
		if e.Kind == runtime.EventLost {
			lost++
		}
	}
	if lost != 1 {
		t.Errorf("%d lost events", lost)
	}
}

func TestPointersToBytesAreNotReadAsBytes(t *testing.T) {
	type before struct{ B []*byte }
	type after struct{ B []byte }
	x := byte(7)
	w := newWorld(t, nil)
	token := store(t, build(t, w, runtime.Gob[before]()), before{[]*byte{&x}})
	w.events = nil
	s := load(t, buildPacked(t, w, runtime.Gob[after]()), token)
	if s.session.IsNew() || s.v.Has() {
		t.Errorf("new: %t, set: %t", s.session.IsNew(), s.v.Has())
	}
	w.wantEvent(runtime.EventChanged, "V")
}
