package runtime_test

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime"
)

// A conversation is what one request says to memcached, and what goes on
// meanwhile.
type conversation struct {
	name string

	// given is what the session holds before; nil if there is none. It was
	// stored that long before the request, and before what goes on meanwhile.
	// After an hour of idleness it ends. If it is owned, it
	// belongs to the account.
	given          *SessionFields
	owned          bool
	ago, othersAgo time.Duration

	// meanwhile is what happens, on another way to memcached, before a wave
	// arrives there. The load, of a session that is given, is wave 1.
	meanwhile map[int]act

	// request is what the request does once it has its session.
	request func(ctx context.Context, s *Session) error

	wantErr error
	want    []string       // waves
	lost    string         // field whose loss is told as an event
	then    *SessionFields // what the session holds afterwards; nil: whatever
}

// look is the wave that loads a session.
const look = "gets R token visits notice code draft"

// lookA is the wave that loads a session of an account.
const lookA = look + " A"

// wavesKey is the [runtime.Config].Keys of all conversations.
var wavesKey = []byte("the key of all conversations")

// alice returns the name of the account, which each conversation has for itself:
// they share a memcached.
func alice(ctx context.Context) string { return ctx.Value(aliceKey{}).(string) }

type aliceKey struct{}

// An act is something that happens to a session, on another way to memcached
// than the request's.
type act func(ctx context.Context, store runtime.Store, sessions *Sessions, token string) error

// another is another request.
func another(request func(context.Context, *Session) error) act {
	return func(ctx context.Context, _ runtime.Store, sessions *Sessions, token string) error {
		s, err := sessions.Open(ctx, token)
		if err != nil {
			return err
		}
		return errors.Join(request(ctx, s), s.Save(ctx))
	}
}

// crashed is another request, which dies before it can write the record. What
// it has set is left over: present and not listed.
func crashed(request func(context.Context, *Session) error) act {
	errCrash := errors.New("crash")
	return func(ctx context.Context, store runtime.Store, _ *Sessions, token string) error {
		dying := &spyStore{Store: store, fail: func(call string, _ []string) error {
			if call == "swap R" {
				return errCrash
			}
			return nil
		}}
		sessions, err := NewSessions(runtime.Config{Store: dying, Keys: [][]byte{wavesKey}})
		if err != nil {
			return err
		}
		if err := another(request)(ctx, nil, sessions, token); !errors.Is(err, errCrash) {
			return errors.Join(errors.New("it did not crash"), err)
		}
		return nil
	}
}

// evicted is the cache dropping a variable, or the record if name is empty.
func evicted(name string) act {
	return func(ctx context.Context, store runtime.Store, _ *Sessions, token string) error {
		return store.Delete(ctx, []string{key(token, name)})[0]
	}
}

// rewritten is a write of the record that changes nothing but its version.
func rewritten(ctx context.Context, store runtime.Store, _ *Sessions, token string) error {
	items, err := store.Get(ctx, []string{key(token, "")})
	if err != nil {
		return err
	}
	item := items[key(token, "")]
	item.Expires = time.Now().Add(time.Hour)
	return store.Swap(ctx, []runtime.Item{item})[0]
}

func TestRoundTrips(t *testing.T) {
	addr := memcachedtest.Start(t)
	set := &SessionFields{Token: "t", Cart: []string{"tea"}}
	onlyToken := &SessionFields{Token: "t"}
	drafted := &SessionFields{Token: "t", Draft: "d"}
	gone := &SessionFields{}

	nothing := func(context.Context, *Session) error { return nil }
	setToken := func(_ context.Context, s *Session) error { s.SetToken("x"); return nil }
	setVisits := func(_ context.Context, s *Session) error { s.SetVisits(7); return nil }
	setCart := func(_ context.Context, s *Session) error { s.SetCart([]string{"x"}); return nil }
	setDraft := func(_ context.Context, s *Session) error { s.SetDraft("x"); return nil }
	getCart := func(ctx context.Context, s *Session) error {
		_, err := s.GetCart(ctx)
		return err
	}
	updateVisits := func(ctx context.Context, s *Session) error {
		return s.UpdateVisits(ctx, func(n *int) error { *n++; return nil })
	}
	updateToken := func(ctx context.Context, s *Session) error {
		return s.UpdateToken(ctx, func(t *string) error { *t += "y"; return nil })
	}
	updateDraft := func(ctx context.Context, s *Session) error {
		return s.UpdateDraft(ctx, func(t *string) error { *t += "y"; return nil })
	}
	renew := func(ctx context.Context, s *Session) error { return s.Renew(ctx) }
	login := func(ctx context.Context, s *Session) error { return s.Login(ctx, alice(ctx)) }
	endAll := func(ctx context.Context, _ runtime.Store, sessions *Sessions, _ string) error {
		return sessions.EndAll(ctx, alice(ctx))
	}
	evictedAccount := func(ctx context.Context, store runtime.Store, _ *Sessions, token string) error {
		return store.Delete(ctx, []string{"session:" + token[:18]})[0]
	}
	destroy := func(ctx context.Context, s *Session) error { return s.Destroy(ctx) }
	isNew := func(_ context.Context, s *Session) error {
		if !s.IsNew() || s.HasToken() {
			return errors.New("the session lives")
		}
		return nil
	}
	saved := func(do func(context.Context, *Session) error) func(context.Context, *Session) error {
		return func(ctx context.Context, s *Session) error {
			if err := do(ctx, s); err != nil {
				return err
			}
			return s.Save(ctx)
		}
	}
	const deletes = "delete cart, delete code, delete draft, delete notice, delete token, delete visits"
	primed := func(deletes string) string { return strings.ReplaceAll(deletes+",", ",", "',")[:len(deletes)+6] }

	for _, c := range []conversation{
		// Without a session.
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
		}, want: []string{"add R, add token, add visits"}, then: &SessionFields{Token: "a", Visits: 1}},
		{name: "update in a new session", request: updateVisits,
			want: []string{"add R, add visits"}, then: &SessionFields{Visits: 1}},
		{name: "login of a new session", request: login, want: []string{"add R, gets A", "add A"}, then: gone},
		{name: "login of a new session with what it sets", request: func(ctx context.Context, s *Session) error {
			s.SetToken("a")
			return s.Login(ctx, alice(ctx))
		}, want: []string{"add R, add token, gets A", "add A"}, then: &SessionFields{Token: "a"}},
		{name: "login of a new session, another of the account meanwhile", request: login,
			meanwhile: map[int]act{2: func(ctx context.Context, _ runtime.Store, sessions *Sessions, _ string) error {
				return another(login)(ctx, nil, sessions, "")
			}},
			want: []string{"add R, gets A", "add A", "gets A", "cas A"}, then: gone},
		{name: "renew of a new session", request: renew},
		{name: "destroy of a new session", request: destroy},

		// Load.
		{name: "nothing set", given: set, request: nothing, want: []string{look}, then: set},
		{name: "load of a session that was destroyed", given: set, request: isNew,
			meanwhile: map[int]act{1: another(destroy)},
			want:      []string{look}},
		{name: "set after the load of a session that was destroyed", given: set, request: setToken,
			meanwhile: map[int]act{1: another(destroy)},
			want:      []string{look, "add R', add token'"}, then: &SessionFields{Token: "x"}},
		{name: "load of a session that was renewed", given: set, request: isNew,
			meanwhile: map[int]act{1: another(renew)},
			want:      []string{look}},
		{name: "set after the load of a session that was renewed", given: set, request: setToken,
			meanwhile: map[int]act{1: another(renew)},
			want:      []string{look}, wantErr: runtime.ErrEnded},
		{name: "load of a session that lost its record", given: set, request: isNew,
			meanwhile: map[int]act{1: evicted("")},
			want:      []string{look}},
		{name: "load of a session that lost a variable", given: set, request: isNew,
			meanwhile: map[int]act{1: evicted("token")},
			want:      []string{look, look}, lost: "Token"},
		{name: "load of a session that lost a variable, its record written between the looks", given: set, request: isNew,
			meanwhile: map[int]act{1: evicted("token"), 2: rewritten},
			want:      []string{look, look, look}, lost: "Token"},
		{name: "load of a session while it is destroyed", given: set, request: isNew,
			meanwhile: map[int]act{1: evicted("token"), 2: evicted("")},
			want:      []string{look, look}},
		{name: "load of a session that lost an evictable variable", given: drafted, request: nothing,
			meanwhile: map[int]act{1: evicted("draft")},
			want:      []string{look}, then: onlyToken},
		{name: "load of what a crashed request left over", given: onlyToken, request: func(_ context.Context, s *Session) error {
			if s.HasVisits() {
				return errors.New("a variable that is not listed is read")
			}
			return nil
		}, meanwhile: map[int]act{1: crashed(setVisits)}, want: []string{look}, then: onlyToken},
		{name: "lazy variable read twice", given: set, request: func(ctx context.Context, s *Session) error {
			_, err := s.GetCart(ctx)
			_, err2 := s.GetCart(ctx)
			_, err3 := s.HasCart(ctx)
			return errors.Join(err, err2, err3)
		}, want: []string{look, "gets R cart"}},
		{name: "lazy variable that is not set", given: onlyToken, request: getCart, want: []string{look}},
		{name: "lazy variable that was lost", given: set, request: getCart,
			meanwhile: map[int]act{1: evicted("cart")},
			want:      []string{look, "gets R cart", "gets R cart"}, wantErr: runtime.ErrEnded, lost: "Cart"},

		// Idle deadline.
		{name: "idle deadline is not due", given: set, ago: 5 * time.Minute, request: nothing, want: []string{look}},
		{name: "idle deadline is due", given: set, ago: 7 * time.Minute, request: nothing,
			want: []string{look, "cas R"}, then: set},
		{name: "idle deadline is over", given: set, ago: 67 * time.Minute, request: isNew, want: []string{look}},
		{name: "idle deadline is due, another writes it meanwhile", given: set, request: nothing,
			ago: 7 * time.Minute, othersAgo: 7 * time.Minute,
			meanwhile: map[int]act{2: another(nothing)},
			want:      []string{look, "cas R", "gets R"}},
		{name: "idle deadline is due, another variable is listed meanwhile", given: set, ago: 7 * time.Minute, request: nothing,
			meanwhile: map[int]act{2: another(setVisits)},
			want:      []string{look, "cas R", "gets R", "cas R"},
			then:      &SessionFields{Token: "t", Visits: 7, Cart: []string{"tea"}}},
		{name: "idle deadline is due, destroyed meanwhile", given: set, ago: 7 * time.Minute, request: setToken,
			meanwhile: map[int]act{2: another(destroy)},
			want:      []string{look, "cas R", "gets R", "cas token", "gets R token"}, wantErr: runtime.ErrEnded, then: gone},
		{name: "idle deadline is due, renewed meanwhile", given: set, ago: 7 * time.Minute, request: setToken,
			meanwhile: map[int]act{2: another(renew)},
			want:      []string{look, "cas R", "gets R", "cas token", "gets R token"}, wantErr: runtime.ErrEnded},
		{name: "first set after the idle deadline was due", given: set, ago: 7 * time.Minute, request: setVisits,
			want: []string{look, "cas R", "add visits, gets R", "cas R"}},

		// Set, clear and pop of a listed variable.
		{name: "clear and pop of what is not set", given: set, request: func(_ context.Context, s *Session) error {
			s.ClearVisits()
			s.PopNotice()
			return nil
		}, want: []string{look}},
		{name: "set of a listed variable", given: onlyToken, request: setToken,
			want: []string{look, "cas token"}, then: &SessionFields{Token: "x"}},
		{name: "clear of a listed variable", given: onlyToken, request: func(_ context.Context, s *Session) error {
			s.ClearToken()
			return nil
		}, want: []string{look, "cas token"}, then: gone},
		{name: "pop of a listed variable", given: &SessionFields{Notice: "n"}, request: func(_ context.Context, s *Session) error {
			s.PopNotice()
			return nil
		}, want: []string{look, "cas notice"}, then: gone},
		{name: "set of a variable that another cleared", given: onlyToken, request: setToken,
			meanwhile: map[int]act{1: another(func(_ context.Context, s *Session) error {
				s.ClearToken()
				return nil
			})},
			want: []string{look, "cas token"}, then: &SessionFields{Token: "x"}},
		{name: "set of a lazy variable that was not read", given: set, request: setCart,
			want: []string{look, "gets R cart", "cas cart"}, then: &SessionFields{Token: "t", Cart: []string{"x"}}},
		{name: "set of a lazy variable that was read", given: set, request: func(ctx context.Context, s *Session) error {
			return errors.Join(getCart(ctx, s), setCart(ctx, s))
		}, want: []string{look, "gets R cart", "cas cart"}},
		{name: "set of a listed variable, conflict", given: onlyToken, request: setToken,
			meanwhile: map[int]act{2: another(updateToken)},
			want:      []string{look, "cas token", "gets R token", "cas token"}, then: &SessionFields{Token: "x"}},
		{name: "set of a listed variable, renewed meanwhile", given: set, request: setToken,
			meanwhile: map[int]act{2: another(renew)},
			want:      []string{look, "cas token", "gets R token"}, wantErr: runtime.ErrEnded},
		{name: "set of a listed variable, destroyed meanwhile", given: set, request: setToken,
			meanwhile: map[int]act{2: another(destroy)},
			want:      []string{look, "cas token", "gets R token"}, wantErr: runtime.ErrEnded, then: gone},
		{name: "set of a listed variable that is lost meanwhile", given: set, request: setToken,
			meanwhile: map[int]act{2: evicted("token")},
			want:      []string{look, "cas token", "gets R token", "gets R token"}, wantErr: runtime.ErrEnded, lost: "Token"},
		{name: "set of an evictable variable that was lost", given: drafted, request: setDraft,
			meanwhile: map[int]act{1: evicted("draft")},
			want:      []string{look, "add draft"}, then: &SessionFields{Token: "t", Draft: "x"}},
		{name: "set of an evictable variable that is lost meanwhile", given: drafted, request: setDraft,
			meanwhile: map[int]act{2: evicted("draft")},
			want:      []string{look, "cas draft", "gets R draft", "add draft"}, then: &SessionFields{Token: "t", Draft: "x"}},
		{name: "set of an evictable variable that was lost, conflict", given: drafted, request: setDraft,
			meanwhile: map[int]act{1: evicted("draft"), 2: another(updateDraft)},
			want:      []string{look, "add draft", "gets R draft", "cas draft"}, then: &SessionFields{Token: "t", Draft: "x"}},
		{name: "clear of an evictable variable that was lost", given: drafted, request: func(_ context.Context, s *Session) error {
			s.ClearDraft()
			return nil
		}, meanwhile: map[int]act{1: evicted("draft")}, want: []string{look}, then: onlyToken},

		// First set of a variable.
		{name: "first set of a variable", given: onlyToken, request: setVisits,
			want: []string{look, "add visits", "cas R"}, then: &SessionFields{Token: "t", Visits: 7}},
		{name: "first set of a lazy variable", given: onlyToken, request: setCart,
			want: []string{look, "add cart", "cas R"}, then: &SessionFields{Token: "t", Cart: []string{"x"}}},
		{name: "first set of a variable beside the set of another", given: onlyToken, request: func(_ context.Context, s *Session) error {
			s.SetToken("x")
			s.SetVisits(7)
			return nil
		}, want: []string{look, "add visits, cas token", "cas R"}, then: &SessionFields{Token: "x", Visits: 7}},
		{name: "first set of what a crashed request left over", given: onlyToken, request: setVisits,
			meanwhile: map[int]act{1: crashed(updateVisits)},
			want:      []string{look, "cas visits", "cas R"}, then: &SessionFields{Token: "t", Visits: 7}},
		{name: "first set of what a crashed request leaves over meanwhile", given: onlyToken, request: setVisits,
			meanwhile: map[int]act{2: crashed(updateVisits)},
			want:      []string{look, "add visits", "gets R visits", "cas visits", "cas R"}, then: &SessionFields{Token: "t", Visits: 7}},
		{name: "first set of a variable that another sets meanwhile", given: onlyToken, request: setVisits,
			meanwhile: map[int]act{2: another(updateVisits)},
			want:      []string{look, "add visits", "gets R visits", "cas visits"}, then: &SessionFields{Token: "t", Visits: 7}},
		{name: "first set of a variable that another lists meanwhile", given: onlyToken, request: setVisits,
			meanwhile: map[int]act{3: another(updateVisits)},
			want:      []string{look, "add visits", "cas R", "gets R"}, then: &SessionFields{Token: "t", Visits: 8}},
		{name: "first set of a variable, another listed meanwhile", given: onlyToken, request: setVisits,
			meanwhile: map[int]act{3: another(setDraft)},
			want:      []string{look, "add visits", "cas R", "gets R", "cas R"}, then: &SessionFields{Token: "t", Visits: 7, Draft: "x"}},
		{name: "first set of a variable, destroyed meanwhile", given: set, request: setVisits,
			meanwhile: map[int]act{3: another(destroy)},
			want:      []string{look, "add visits", "cas R", "gets R"}, wantErr: runtime.ErrEnded, then: gone},
		{name: "first set of a variable, renewed meanwhile", given: set, request: setVisits,
			meanwhile: map[int]act{3: another(renew)},
			want:      []string{look, "add visits", "cas R", "gets R"}, wantErr: runtime.ErrEnded},
		{name: "first set of a variable, carried over by a renew meanwhile", given: set, request: setVisits,
			meanwhile: map[int]act{3: another(func(ctx context.Context, s *Session) error {
				return errors.Join(updateVisits(ctx, s), renew(ctx, s))
			})},
			want: []string{look, "add visits", "cas R", "gets R"}},
		{name: "two first sets, two saves", given: onlyToken, request: func(ctx context.Context, s *Session) error {
			return errors.Join(saved(setVisits)(ctx, s), saved(setDraft)(ctx, s))
		}, want: []string{look, "add visits", "cas R", "add draft, gets R", "cas R"},
			then: &SessionFields{Token: "t", Visits: 7, Draft: "x"}},

		// Update.
		{name: "update of a listed variable", given: onlyToken, request: updateToken,
			want: []string{look, "cas token"}, then: &SessionFields{Token: "ty"}},
		{name: "update of a listed variable, conflict", given: onlyToken, request: updateToken,
			meanwhile: map[int]act{2: another(setToken)},
			want:      []string{look, "cas token", "gets R token", "cas token"}, then: &SessionFields{Token: "xy"}},
		{name: "update of an evictable variable that is lost meanwhile", given: drafted, request: updateDraft,
			meanwhile: map[int]act{2: evicted("draft")},
			want:      []string{look, "cas draft", "gets R draft", "add draft"}, then: &SessionFields{Token: "t", Draft: "y"}},
		{name: "update of a variable that is not set", given: onlyToken, request: updateVisits,
			want: []string{look, "add visits", "cas R"}, then: &SessionFields{Token: "t", Visits: 1}},
		{name: "update of what a crashed request left over", given: onlyToken, request: updateVisits,
			meanwhile: map[int]act{1: crashed(setVisits)},
			want:      []string{look, "cas visits", "cas R"}, then: &SessionFields{Token: "t", Visits: 8}},
		{name: "update of a variable that another sets meanwhile", given: onlyToken, request: updateVisits,
			meanwhile: map[int]act{2: another(setVisits)},
			want:      []string{look, "add visits", "gets R visits", "cas visits"}, then: &SessionFields{Token: "t", Visits: 8}},
		{name: "update of a variable that another updates and lists meanwhile", given: onlyToken, request: updateVisits,
			meanwhile: map[int]act{3: another(updateVisits)},
			want:      []string{look, "add visits", "cas R", "gets R"}, then: &SessionFields{Token: "t", Visits: 2}},
		{name: "update of a variable that is not set, another listed meanwhile", given: onlyToken, request: updateVisits,
			meanwhile: map[int]act{3: another(setDraft)},
			want:      []string{look, "add visits", "cas R", "gets R", "cas R"}, then: &SessionFields{Token: "t", Visits: 1, Draft: "x"}},
		{name: "update of a variable that is not set, destroyed meanwhile", given: onlyToken, request: updateVisits,
			meanwhile: map[int]act{3: another(destroy)},
			want:      []string{look, "add visits", "cas R", "gets R"}, wantErr: runtime.ErrEnded, then: gone},

		// Renew.
		{name: "renew", given: &SessionFields{Token: "t", Visits: 1}, request: renew,
			want: []string{look, "add R', add token', add visits'", "cas R", "cas token, cas visits"},
			then: &SessionFields{Token: "t", Visits: 1}},
		{name: "renew with a lazy variable", given: set, request: renew,
			want: []string{look, "gets R cart", "add R', add cart', add token'", "cas R", "cas cart, cas token"}, then: set},
		{name: "renew beside what a crashed request left over", given: onlyToken, request: renew,
			meanwhile: map[int]act{1: crashed(setVisits)},
			want:      []string{look, "add R', add token'", "cas R", "cas token"}, then: onlyToken},
		{name: "renew, a variable set meanwhile", given: onlyToken, request: renew,
			meanwhile: map[int]act{3: another(setToken)},
			want: []string{look, "add R', add token'", "cas R", "cas token", "gets R token", "cas token",
				"add R'', add token'', gets R'", "cas R', delete token'"}, then: &SessionFields{Token: "x"}},
		{name: "renew, a variable listed meanwhile", given: onlyToken, request: renew,
			meanwhile: map[int]act{3: another(setVisits)},
			want: []string{look, "add R', add token'", "cas R", "gets R", "gets R visits", "cas R", "cas token, cas visits",
				"add R'', add token'', add visits'', gets R'", "cas R', delete token'"},
			then: &SessionFields{Token: "t", Visits: 7}},
		{name: "renew, destroyed meanwhile", given: onlyToken, request: renew,
			meanwhile: map[int]act{3: another(destroy)},
			want:      []string{look, "add R', add token'", "cas R", "gets R", "delete R', delete token'"}, wantErr: runtime.ErrEnded, then: gone},
		{name: "renew, renewed meanwhile", given: onlyToken, request: renew,
			meanwhile: map[int]act{3: another(renew)},
			want:      []string{look, "add R', add token'", "cas R", "gets R", "delete R', delete token'"}, wantErr: runtime.ErrEnded},
		{name: "renew, a variable lost meanwhile", given: onlyToken, request: renew,
			meanwhile: map[int]act{4: evicted("token")},
			want:      []string{look, "add R', add token'", "cas R", "cas token", "delete R', delete token'"}, wantErr: runtime.ErrEnded},
		{name: "renew, an evictable variable lost meanwhile", given: drafted, request: renew,
			meanwhile: map[int]act{4: evicted("draft")},
			want: []string{look, "add R', add draft', add token'", "cas R", "cas draft, cas token", "gets R draft", "add draft",
				"add R'', add token'', gets R'", "cas R', delete draft', delete token'"}, then: onlyToken},
		{name: "login", given: onlyToken, request: func(ctx context.Context, s *Session) error {
			s.SetVisits(1)
			return s.Renew(ctx)
		}, want: []string{look, "add R', add token', add visits'", "cas R", "cas token"},
			then: &SessionFields{Token: "t", Visits: 1}},

		{name: "login of a session", given: onlyToken, request: login,
			want: []string{look, "add R', add token', gets A", "cas R", "add A, cas token"}, then: onlyToken},
		{name: "login of a session, a variable set meanwhile", given: onlyToken, request: login,
			meanwhile: map[int]act{3: another(setToken)},
			want: []string{look, "add R', add token', gets A", "cas R", "add A, cas token", "gets R token", "cas token",
				"add R'', add token'', gets A, gets R'", "cas A, cas R', delete token'"}, then: &SessionFields{Token: "x"}},

		// With an account.
		{name: "load of an account's session", given: onlyToken, owned: true, request: nothing,
			want: []string{lookA}, then: onlyToken},
		{name: "set in an account's session", given: onlyToken, owned: true, request: setToken,
			want: []string{lookA, "cas token"}, then: &SessionFields{Token: "x"}},
		{name: "an hour later", given: onlyToken, owned: true, ago: 58 * time.Minute, request: nothing,
			want: []string{lookA, "cas R", "cas A"}, then: onlyToken},
		{name: "renew of an account's session", given: onlyToken, owned: true, request: renew,
			want: []string{lookA, "add R', add token'", "cas R", "cas A, cas token"}, then: onlyToken},
		{name: "renew of an account's session, all ended meanwhile", given: onlyToken, owned: true, request: renew,
			meanwhile: map[int]act{4: endAll},
			want:      []string{lookA, "add R', add token'", "cas R", "cas A, cas token", "gets A", "delete R', delete token'"},
			wantErr:   runtime.ErrEnded, then: gone},
		{name: "login of an account's session", given: onlyToken, owned: true, request: login,
			want: []string{lookA, "add R', add token'", "cas R", "cas A, cas token"}, then: onlyToken},
		{name: "login of an account's session to another account", given: onlyToken, owned: true,
			request: func(ctx context.Context, s *Session) error { return s.Login(ctx, "not "+alice(ctx)) },
			want:    []string{lookA, "add R', add token', gets A'", "cas R", "add A', cas token", "cas A"}, then: onlyToken},
		{name: "load while all are ended", given: onlyToken, owned: true, request: isNew,
			meanwhile: map[int]act{1: endAll}, want: []string{lookA}, then: gone},
		{name: "load when the account's item is lost", given: onlyToken, owned: true, request: isNew,
			meanwhile: map[int]act{1: evictedAccount}, want: []string{lookA, lookA}, then: gone},
		{name: "set when all were ended", given: onlyToken, owned: true, request: setToken,
			meanwhile: map[int]act{2: endAll}, want: []string{lookA, "cas token", "gets R token A"}, wantErr: runtime.ErrEnded, then: gone},
		{name: "end others", given: onlyToken, owned: true,
			request: func(ctx context.Context, s *Session) error { return s.EndOthers(ctx) },
			want:    []string{lookA, "cas A"}, then: onlyToken},
		{name: "destroy of an account's session", given: onlyToken, owned: true, request: destroy,
			want: []string{lookA, "cas R", "cas A, " + deletes}, then: gone},

		// Destroy.
		{name: "destroy", given: set, request: destroy, want: []string{look, "cas R", deletes}, then: gone},
		{name: "destroy beside what a crashed request left over", given: onlyToken, request: destroy,
			meanwhile: map[int]act{1: crashed(setVisits)},
			want:      []string{look, "cas R", deletes}, then: gone},
		{name: "destroy, destroyed meanwhile", given: set, request: destroy,
			meanwhile: map[int]act{2: another(destroy)},
			want:      []string{look, "cas R", "gets R", deletes}, then: gone},
		{name: "destroy, renewed meanwhile", given: onlyToken, request: destroy,
			meanwhile: map[int]act{2: another(renew)},
			want:      []string{look, "cas R", "gets R", "gets R'", "cas R'", primed(deletes)}, then: gone},
		{name: "set after destroy", given: onlyToken, request: func(ctx context.Context, s *Session) error {
			return errors.Join(destroy(ctx, s), setVisits(ctx, s))
		}, want: []string{look, "cas R", deletes, "add R', add visits'"}, then: &SessionFields{Visits: 7}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.check(t, addr, false)
		})
		if !c.batches() {
			continue // then the difference between the ways of the store does not show here
		}
		t.Run(c.name+", plain", func(t *testing.T) {
			t.Parallel()
			c.check(t, addr, true)
		})
	}
}

// batches tells whether a wave has several commands.
func (c conversation) batches() bool {
	return slices.ContainsFunc(c.want, func(wave string) bool { return strings.Contains(wave, ", ") })
}

// check holds the conversation on two ways to the same memcached: one that is
// tapped and one that is not.
func (c conversation) check(t *testing.T, addr string, plain bool) {
	ctx := context.WithValue(t.Context(), aliceKey{}, t.Name())
	store := runtime.NewMemcache(addr)
	t.Cleanup(func() { store.Close() })
	config := runtime.Config{Store: store, IdleTimeout: time.Hour, Keys: [][]byte{wavesKey}}
	direct := mustSessions(t, config)
	token := ""
	if c.given != nil {
		cookie, err := direct.Issue(ctx, *c.given)
		if err != nil {
			t.Fatal(err)
		}
		token = cookie.Value
	}
	if c.owned {
		s, err := direct.Open(ctx, token)
		if err == nil {
			err = s.Login(ctx, alice(ctx))
		}
		if err != nil {
			t.Fatal(err)
		}
		token = s.Cookie().Value
	}
	setClock(direct, c.othersAgo)

	tap := tapWaves(t, addr, c.want, func(n int) {
		if do := c.meanwhile[n]; do != nil {
			if err := do(ctx, store, direct, token); err != nil {
				t.Errorf("before wave %d: %v", n, err)
			}
		}
	})
	if token != "" {
		tap.know(token[:36])
		if c.owned {
			tap.know(token[:18])
		}
	}
	lost := ""
	config.OnEvent = func(_ context.Context, e runtime.Event) {
		if e.Kind == runtime.EventLost {
			lost = e.Field
		}
	}
	tappedStore := runtime.NewMemcache(tap.addr())
	tappedStore.Plain, tappedStore.Timeout = plain, 4*patience
	t.Cleanup(func() { tappedStore.Close() })
	config.Store = tappedStore
	tapped := mustSessions(t, config)
	setClock(tapped, c.ago)

	s, err := tapped.Open(ctx, token)
	if err != nil {
		t.Fatal(err)
	}
	if err = c.request(ctx, s); err == nil {
		err = s.Save(ctx)
	}
	if !errors.Is(err, c.wantErr) {
		t.Errorf("error %v, want %v", err, c.wantErr)
	}
	wantWaves(t, tap, c.want)
	if lost != c.lost {
		t.Errorf("told that %q was lost, want %q", lost, c.lost)
	}
	if cookie := s.Cookie(); cookie != nil {
		token = cookie.Value
	}
	if c.then != nil {
		wantValues(t, direct, token, *c.then)
	}
}

// setClock makes it that much later for sessions.
func setClock(sessions *Sessions, later time.Duration) {
	sessions.manager.SetClock(func() time.Time { return time.Now().Add(later) })
}

func wantWaves(t *testing.T, tap *waveTap, want []string) {
	t.Helper()
	if got := tap.seen(); !slices.Equal(got, want) {
		t.Errorf("took\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// wantValues checks what the session that token opens holds. Without a token
// the session holds nothing.
func wantValues(t *testing.T, sessions *Sessions, token string, want SessionFields) {
	t.Helper()
	s, err := sessions.Open(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.GetCart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := s.Values(); !reflect.DeepEqual(got, want) {
		t.Errorf("holds %+v afterwards, want %+v", got, want)
	}
}

func TestRoundTripsOfARequestThroughTheMiddleware(t *testing.T) {
	addr := memcachedtest.Start(t)
	const living = "living" // stands for a living session's cookie
	for _, c := range []struct {
		name   string
		cookie string
		serve  func(w http.ResponseWriter, r *http.Request, sessions *Sessions) error
		want   []string
	}{
		{"untouched", living, func(w http.ResponseWriter, _ *http.Request, _ *Sessions) error {
			_, err := w.Write([]byte("hello"))
			return err
		}, nil},
		{"without a cookie", "", func(_ http.ResponseWriter, r *http.Request, sessions *Sessions) error {
			_, err := sessions.From(r.Context())
			return err
		}, nil},
		{"with a malformed cookie", cookieLine("x"), func(_ http.ResponseWriter, r *http.Request, sessions *Sessions) error {
			_, err := sessions.From(r.Context())
			return err
		}, nil},
		{"asked for twice", living, func(_ http.ResponseWriter, r *http.Request, sessions *Sessions) error {
			_, err := sessions.From(r.Context())
			_, err2 := sessions.From(r.Context())
			return errors.Join(err, err2)
		}, []string{look}},
		{"set, then two writes", living, func(w http.ResponseWriter, r *http.Request, sessions *Sessions) error {
			s, err := sessions.From(r.Context())
			if err != nil {
				return err
			}
			s.SetToken("x")
			_, err = w.Write([]byte("hel"))
			_, err2 := w.Write([]byte("lo"))
			return errors.Join(err, err2)
		}, []string{look, "cas token"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cookie, err := sessionsOn(t, addr).Issue(t.Context(), SessionFields{Token: "t"})
			if err != nil {
				t.Fatal(err)
			}
			tap := tapWaves(t, addr, c.want, func(int) {})
			tap.know(cookie.Value[:36])
			sessions := sessionsOn(t, tap.addr())
			handler := sessions.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if err := c.serve(w, r, sessions); err != nil {
					t.Error(err)
				}
			}))
			if c.cookie == living {
				c.cookie = cookieLine(cookie.Value)
			}
			wantNoCookie(t, exchange(handler, c.cookie))
			wantWaves(t, tap, c.want)
		})
	}
}

func sessionsOn(t testing.TB, addr string) *Sessions {
	store := runtime.NewMemcache(addr)
	t.Cleanup(func() { store.Close() })
	return mustSessions(t, runtime.Config{Store: store, Lifetime: time.Hour})
}
