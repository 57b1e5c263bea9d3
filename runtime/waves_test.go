package runtime_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
	"github.com/sessiongen/sessiongen/runtime/internal/memcachedtest"
)

// A conversation is what one request says to memcached, and what goes on
// meanwhile.
type conversation struct {
	name string

	// given is what the session holds before; nil if there is none.
	given *SessionFields

	// meanwhile runs ahead of a wave of the request, on the session's own
	// way to memcached.
	meanwhile map[int]func(ctx context.Context, other *Session) error

	// request is what the request does once it has its session.
	request func(ctx context.Context, s *Session) error

	wantErr error
	want    []string // waves after the load
}

func TestRoundTrips(t *testing.T) {
	addr := memcachedtest.Start(t)
	set := &SessionFields{Token: "t", Cart: []string{"tea"}}
	setToken := func(_ context.Context, s *Session) error { s.SetToken("x"); return nil }
	setVisits := func(_ context.Context, s *Session) error { s.SetVisits(7); return nil }
	setCart := func(_ context.Context, s *Session) error { s.SetCart([]string{"x"}); return nil }
	updateVisits := func(ctx context.Context, s *Session) error {
		return s.UpdateVisits(ctx, func(n *int) error { *n++; return nil })
	}
	updateToken := func(ctx context.Context, s *Session) error {
		return s.UpdateToken(ctx, func(t *string) error { *t += "y"; return nil })
	}
	renew := func(ctx context.Context, s *Session) error { return s.Renew(ctx) }
	destroy := func(ctx context.Context, s *Session) error { return s.Destroy(ctx) }
	saved := func(do func(context.Context, *Session) error) func(context.Context, *Session) error {
		return func(ctx context.Context, s *Session) error {
			if err := do(ctx, s); err != nil {
				return err
			}
			return s.Save(ctx)
		}
	}
	nothing := func(context.Context, *Session) error { return nil }
	const deletes = "delete cart, delete code, delete draft, delete notice, delete token, delete visits"

	for _, c := range []conversation{
		{name: "nothing set in a new session", request: nothing},
		{name: "clear and pop in a new session", request: func(_ context.Context, s *Session) error {
			s.ClearToken()
			s.PopNotice()
			return nil
		}},
		{name: "first set of a new session", request: func(_ context.Context, s *Session) error {
			s.SetToken("a")
			s.SetVisits(1)
			return nil
		}, want: []string{"add R, add token, add visits"}},
		{name: "update in a new session", request: updateVisits, want: []string{"add R, add visits"}},
		{name: "nothing set", given: set, request: nothing},
		{name: "clear and pop of what is not set", given: set, request: func(_ context.Context, s *Session) error {
			s.ClearVisits()
			s.PopNotice()
			return nil
		}},
		{name: "set of a listed variable", given: set, request: setToken, want: []string{"cas token"}},
		{name: "clear of a listed variable", given: set, request: func(_ context.Context, s *Session) error {
			s.ClearToken()
			return nil
		}, want: []string{"cas token"}},
		{name: "pop of a listed variable", given: &SessionFields{Notice: "n"}, request: func(_ context.Context, s *Session) error {
			s.PopNotice()
			return nil
		}, want: []string{"cas notice"}},
		{name: "set of a lazy variable that was not read", given: set, request: setCart,
			want: []string{"gets R cart", "cas cart"}},
		{name: "set of a lazy variable that was read", given: set, request: func(ctx context.Context, s *Session) error {
			if _, err := s.GetCart(ctx); err != nil {
				return err
			}
			return setCart(ctx, s)
		}, want: []string{"gets R cart", "cas cart"}},
		{name: "lazy variable read twice", given: set, request: func(ctx context.Context, s *Session) error {
			_, err := s.GetCart(ctx)
			_, err2 := s.GetCart(ctx)
			_, err3 := s.HasCart(ctx)
			return errors.Join(err, err2, err3)
		}, want: []string{"gets R cart"}},
		{name: "lazy variable that is not set", given: &SessionFields{Token: "t"}, request: func(ctx context.Context, s *Session) error {
			_, err := s.GetCart(ctx)
			return err
		}},
		{name: "set of a listed variable, conflict", given: set, request: setToken,
			meanwhile: map[int]func(context.Context, *Session) error{1: setToken},
			want:      []string{"cas token", "gets R token", "cas token"}},
		{name: "set of a listed variable, renewed meanwhile", given: set, request: setToken,
			meanwhile: map[int]func(context.Context, *Session) error{1: renew},
			want:      []string{"cas token", "gets R token"}, wantErr: runtime.ErrEnded},
		{name: "set of a listed variable, destroyed meanwhile", given: set, request: setToken,
			meanwhile: map[int]func(context.Context, *Session) error{1: destroy},
			want:      []string{"cas token", "gets R token"}, wantErr: runtime.ErrEnded},
		{name: "first set of a variable", given: set, request: setVisits,
			want: []string{"add visits", "cas R"}},
		{name: "first set of a variable that another sets meanwhile", given: set, request: setVisits,
			meanwhile: map[int]func(context.Context, *Session) error{1: setVisits},
			want:      []string{"add visits", "gets R visits", "cas visits"}},
		{name: "first set of a variable, another listed meanwhile", given: set, request: setVisits,
			meanwhile: map[int]func(context.Context, *Session) error{2: func(_ context.Context, s *Session) error {
				s.vars.Draft.Set("d")
				return nil
			}},
			want: []string{"add visits", "cas R", "gets R", "cas R"}},
		{name: "first set of a variable, destroyed meanwhile", given: set, request: setVisits,
			meanwhile: map[int]func(context.Context, *Session) error{2: destroy},
			want:      []string{"add visits", "cas R"}, wantErr: runtime.ErrEnded},
		{name: "first set of a variable, renewed meanwhile", given: set, request: setVisits,
			meanwhile: map[int]func(context.Context, *Session) error{2: renew},
			want:      []string{"add visits", "cas R", "gets R"}, wantErr: runtime.ErrEnded},
		{name: "two first sets, two saves", given: set, request: func(ctx context.Context, s *Session) error {
			if err := saved(setVisits)(ctx, s); err != nil {
				return err
			}
			s.vars.Draft.Set("d")
			return nil
		}, want: []string{"add visits", "cas R", "add draft, gets R", "cas R"}},
		{name: "update of a listed variable", given: set, request: updateToken, want: []string{"cas token"}},
		{name: "update of a listed variable, conflict", given: set, request: updateToken,
			meanwhile: map[int]func(context.Context, *Session) error{1: setToken},
			want:      []string{"cas token", "gets R token", "cas token"}},
		{name: "update of a variable that is not set", given: set, request: updateVisits,
			want: []string{"add visits", "cas R"}},
		{name: "renew", given: &SessionFields{Token: "t", Visits: 1}, request: renew,
			want: []string{"add R', add token', add visits'", "cas R", "cas token, cas visits"}},
		{name: "renew with a lazy variable", given: set, request: renew,
			want: []string{"gets R cart", "add R', add cart', add token'", "cas R", "cas cart, cas token"}},
		{name: "renew, a variable set meanwhile", given: &SessionFields{Token: "t"}, request: renew,
			meanwhile: map[int]func(context.Context, *Session) error{2: setToken},
			want: []string{"add R', add token'", "cas R", "cas token", "gets R token", "cas token",
				"delete R', delete token'", "add R'', add token''"}},
		{name: "renew, a variable listed meanwhile", given: &SessionFields{Token: "t"}, request: renew,
			meanwhile: map[int]func(context.Context, *Session) error{2: setVisits},
			want: []string{"add R', add token'", "cas R", "gets R", "gets R visits", "cas R", "cas token, cas visits",
				"delete R', delete token'", "add R'', add token'', add visits''"}},
		{name: "renew, destroyed meanwhile", given: &SessionFields{Token: "t"}, request: renew,
			meanwhile: map[int]func(context.Context, *Session) error{2: destroy},
			want:      []string{"add R', add token'", "cas R", "delete R', delete token'"}, wantErr: runtime.ErrEnded},
		{name: "renew, renewed meanwhile", given: &SessionFields{Token: "t"}, request: renew,
			meanwhile: map[int]func(context.Context, *Session) error{2: renew},
			want:      []string{"add R', add token'", "cas R", "gets R", "delete R', delete token'"}, wantErr: runtime.ErrEnded},
		{name: "renew of a new session", request: renew},
		{name: "login", given: &SessionFields{Token: "t"}, request: func(ctx context.Context, s *Session) error {
			s.SetVisits(1)
			return s.Renew(ctx)
		}, want: []string{"add R', add token'", "cas R", "cas token", "add visits', gets R'", "cas R'"}},
		{name: "destroy", given: set, request: destroy, want: []string{"delete R", deletes}},
		{name: "destroy of a new session", request: destroy},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.check(t, addr)
		})
	}
}

// check holds the conversation on two ways to the same memcached: one that is
// tapped and one that is not.
func (c conversation) check(t *testing.T, addr string) {
	ctx := t.Context()
	tap := tapWaves(t, addr)
	tapped := sessionsOn(t, tap.addr())
	direct := sessionsOn(t, addr)

	token := ""
	if c.given != nil {
		cookie, err := direct.Issue(ctx, *c.given)
		if err != nil {
			t.Fatal(err)
		}
		token = cookie.Value
		tap.know(token[:36])
	}
	s, err := tapped.Open(ctx, token)
	if err != nil {
		t.Fatal(err)
	}
	wantLoad := []string{"gets R token visits notice code draft"}
	if c.given == nil {
		wantLoad = nil
	}
	if got := tap.seen(); !slices.Equal(got, wantLoad) {
		t.Fatalf("the load took %q, want %q", got, wantLoad)
	}
	id := token
	tap.reset()
	if id != "" {
		tap.know(id[:36])
	}
	tap.before = func(n int) {
		if do := c.meanwhile[n]; do != nil {
			other, err := direct.Open(ctx, token)
			if err == nil {
				err = errors.Join(do(ctx, other), other.Save(ctx))
			}
			if err != nil {
				t.Errorf("meanwhile: %v", err)
			}
		}
	}
	err = c.request(ctx, s)
	if err == nil {
		err = s.Save(ctx)
	}
	if !errors.Is(err, c.wantErr) {
		t.Errorf("error %v, want %v", err, c.wantErr)
	}
	if got := tap.seen(); !slices.Equal(got, c.want) {
		t.Errorf("took\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(c.want, "\n\t"))
	}
}

func sessionsOn(t testing.TB, addr string) *Sessions {
	store := runtime.NewMemcache(addr)
	t.Cleanup(func() { store.Close() })
	return mustSessions(t, runtime.Config{Store: store, Lifetime: time.Hour})
}
