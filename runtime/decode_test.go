package runtime_test

import (
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

// What another request sets meanwhile belongs to later loads.
func TestVariableIsDecodedAsItWasLoaded(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "x", Visits: 7})
	s, other := w.open(token), w.open(token)
	other.SetVisits(8)
	other.SetNotice("also")
	other.SetCart([]string{"tea"})
	if err := other.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	// It meets that record, and fetches what is in it.
	s.SetNotice("mine")
	if err := s.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	if cart, err := s.GetCart(t.Context()); err != nil || len(cart) != 1 {
		t.Errorf("cart %v, %v", cart, err)
	}
	if s.GetVisits() != 7 || s.GetToken() != "x" {
		t.Errorf("visits %d, token %q", s.GetVisits(), s.GetToken())
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
