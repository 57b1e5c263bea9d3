package runtime

import (
	"context"
	"slices"
)

// The accounts of the interleavings. In a scene with accounts the session that the
// requests use is alice's, who has another one, and there is one of bob's.
const (
	alice = "alice"
	bob   = "bob"
)

// The tokens that every scene has. Without accounts all but the session's are empty.
const (
	formerToken = iota // the session was renewed from it before
	sessionToken
	otherToken
	bobsToken
)

// oneTooMany is the deed of a login in a scene where the account has as many
// sessions as it may have.
const oneTooMany = "login of one too many"

// withOldCookie is the deed of a logout with the cookie from before a renewal.
const withOldCookie = "destroy with an old cookie"

// accountDeeds are those of accounts.
var accountDeeds = []deed{
	{name: "login", long: true, do: func(ctx context.Context, a *actor, s *visitor) error { return a.login(ctx, alice) }},
	{name: "set and login", long: true, do: func(ctx context.Context, a *actor, s *visitor) error {
		if s.session.IsNew() {
			return nil
		}
		return a.write("t", setTo(a.value), func() error {
			s.t.Set(&s.session, a.value)
			return a.login(ctx, alice)
		})
	}},
	{name: "login to another account", long: true, do: func(ctx context.Context, a *actor, s *visitor) error { return a.login(ctx, bob) }},
	{name: "login anew", alone: true, do: loginAnew},
	{name: oneTooMany, alone: true, long: true, do: func(ctx context.Context, a *actor, s *visitor) error {
		a.change(func() { a.endings, a.destroyed = append(a.endings, &op{variable: ending, to: never}), true }) // the session is the oldest
		return loginAnew(ctx, a, s)
	}},
	{name: "end all", alone: true, long: true, do: func(ctx context.Context, a *actor, _ *visitor) error {
		ending := a.tokens[sessionToken].account == alice
		return a.endAct("end all", ending, func() error { return a.manager.EndAll(ctx, alice) },
			func(l lives) (lives, bool) { return l &^ a.of(alice), true })
	}},
	{name: "end others", long: true, do: func(ctx context.Context, a *actor, s *visitor) error {
		if s.session.IsNew() || a.tokens[sessionToken].account != alice {
			return nil
		}
		return a.act("end others", func() error { return s.session.EndOthers(ctx) }, func(l lives) (lives, bool) {
			// An End whose last step failed leaves a dead session in the list.
			return l&^a.of(alice) | l&lives(0).with(sessionToken), l.has(sessionToken) || a.s.hit()
		})
	}},
	{name: "end", alone: true, long: true, do: func(ctx context.Context, a *actor, _ *visitor) error {
		id := a.tokens[sessionToken].value[:36]
		return a.endAct("end", true, func() error { return a.manager.End(ctx, id) }, a.endsLineage)
	}},
	{name: withOldCookie, alone: true, long: true, do: func(ctx context.Context, a *actor, _ *visitor) error {
		s, err := a.manager.Open(ctx, a.tokens[formerToken].value)
		if err != nil {
			return err
		}
		if !s.session.IsNew() {
			a.fail("the cookie from before a renewal opens the session")
		}
		if a.s.markLost {
			return nil // nothing tells of the session any more
		}
		return a.endAct(withOldCookie, true, func() error { return s.session.Destroy(ctx) }, a.endsLineage)
	}},
	{name: "load of the other", alone: true, do: func(ctx context.Context, a *actor, _ *visitor) error {
		alive := false
		return a.act("load of the other", func() error {
			s, err := a.manager.Open(ctx, a.tokens[otherToken].value)
			alive = err == nil && !s.session.IsNew()
			return err
		}, func(l lives) (lives, bool) { return l, l.has(otherToken) == alive || a.s.evicted && !alive })
	}},
}

func init() { deeds = append(deeds, accountDeeds...) }

func isOfAccounts(name string) bool {
	return slices.ContainsFunc(accountDeeds, func(d deed) bool { return d.name == name })
}

func loginAnew(ctx context.Context, a *actor, _ *visitor) error {
	a.session = a.manager.New()
	a.session.v.Set(&a.session.session, 7)
	return a.enter("login anew", -1, alice, func() error { return a.session.session.Login(ctx, alice) })
}

// login lets the session log in.
func (a *actor) login(ctx context.Context, account string) error {
	s := &a.session.session
	if s.IsNew() {
		return nil
	}
	return a.end(func() error {
		return a.enter("login to "+account, sessionToken, account, func() error { return s.Login(ctx, account) })
	}, func() {})
}

// enter notes an operation that gives a token, for a session that it renews if from
// is not -1. If another request has renewed that, Login makes a new one.
func (a *actor) enter(name string, from int, account string, do func() error) error {
	token, carried := -1, from >= 0
	return a.actWith(name, func(o *op) error {
		a.created = false
		if err := do(); err != nil {
			return err
		}
		carried = carried && !a.created
		g := given{name: name, value: a.session.session.Cookie().Value, account: account, from: -1, by: o}
		if carried {
			g.from = from
			a.change(func() { a.cookies = append(a.cookies, g.value) })
		}
		token = a.give(g)
		if from >= 0 && !carried { // the old session may have ended some time before the new one began
			a.change(func() {
				a.acts = append(a.acts, &act{&op{by: a.who, from: o.from, to: never}, "end of the old one", []func(lives) (lives, bool){
					func(l lives) (lives, bool) { return l.without(from), true },
				}})
			})
		}
		return nil
	}, func(l lives) (lives, bool) {
		switch {
		case token < 0: // the outcome is not known, and nobody has the token
			return l &^ lives(0).with(max(from, 0)), from >= 0
		case carried:
			return l.without(from).with(token), l.has(from)
		case from >= 0:
			return l.without(from).with(token), true
		}
		return l.with(token), true
	})
}

// endsLineage is the effect of ending the session, and what it was renewed to.
func (a *actor) endsLineage(l lives) (lives, bool) {
	if a.s.markLost {
		return l.without(sessionToken), true // then nothing leads from one to the other
	}
	return l &^ a.lineage(sessionToken), true
}
