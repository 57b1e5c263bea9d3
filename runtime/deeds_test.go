package runtime

import (
	"context"
	"slices"
	"testing"
	"time"
)

// A visitor is the accessor that the interleavings are tried on. The variable t
// and the lazy variable c are set when the requests begin, v and n are not.
type visitor struct {
	session Session
	t, v, n Var[int]
	c       LazyVar[int]
}

func visitorSchema() Schema[visitor] {
	return Schema[visitor]{
		Name:    "visitor",
		Session: func(s *visitor) *Session { return &s.session },
		Variables: []Variable[visitor]{
			Eager("T", "t", Gob[int](), func(s *visitor) *Var[int] { return &s.t }),
			Eager("V", "v", Gob[int](), func(s *visitor) *Var[int] { return &s.v }),
			Eager("N", "n", Gob[int](), func(s *visitor) *Var[int] { return &s.n }),
			Lazy("C", "c", Gob[int](), func(s *visitor) *LazyVar[int] { return &s.c }),
		},
	}
}

// A deed is what one request does to the session, besides loading it.
type deed struct {
	name string
	do   func(ctx context.Context, a *actor, s *visitor) error
	long bool // too many commands to be tried with faults in the short form
	many bool // several writes, which other deeds make one by one

	alone bool // it does not load the session
}

// idleRefresh is the deed of a request whose load finds that the idle deadline
// is due to be written. The other requests have begun to load before it was
// due.
const idleRefresh = "idle refresh"

// lazyReadAndSet is the deed that reads the lazy variable.
const lazyReadAndSet = "lazy read and set"

func plusOne(n *int) error { *n++; return nil }

var deeds = []deed{
	{name: "load", do: func(context.Context, *actor, *visitor) error { return nil }},
	{name: "set", do: func(ctx context.Context, a *actor, s *visitor) error {
		return a.write("t", setTo(a.value), func() error { s.t.Set(&s.session, a.value); return s.session.Save(ctx) })
	}},
	{name: "first set", do: func(ctx context.Context, a *actor, s *visitor) error {
		return a.write("v", setTo(a.value), func() error { s.v.Set(&s.session, a.value); return s.session.Save(ctx) })
	}},
	{name: "first set and clear", long: true, many: true, do: func(ctx context.Context, a *actor, s *visitor) error {
		failed := a.write("v", setTo(a.value), func() error { s.v.Set(&s.session, a.value); return s.session.Save(ctx) })
		if err := a.write("v", cleared, func() error { s.v.Clear(&s.session); return s.session.Save(ctx) }); err != nil {
			return err
		}
		return failed
	}},
	{name: "clear", do: func(ctx context.Context, a *actor, s *visitor) error {
		if !s.t.Has() {
			return nil
		}
		return a.write("t", cleared, func() error { s.t.Clear(&s.session); return s.session.Save(ctx) })
	}},
	// Pop takes what the load read, and clears at commit: two requests may pop
	// one value, but once a commit is acknowledged nobody sees it any more.
	{name: "pop", do: func(ctx context.Context, a *actor, s *visitor) error {
		if !s.t.Has() {
			return nil
		}
		popped := value{true, s.t.Pop(&s.session)}
		a.s.note(a.who, "pop", "t="+popped.String())
		if a.loading.to != never {
			a.saw("t", popped, a.loading)
		}
		return a.write("t", cleared, func() error { return s.session.Save(ctx) })
	}},
	{name: "update", do: func(ctx context.Context, a *actor, s *visitor) error {
		return a.write("t", incremented, func() error { return s.t.Update(ctx, &s.session, 0, plusOne) })
	}},
	{name: "first update", do: func(ctx context.Context, a *actor, s *visitor) error {
		return a.write("v", incremented, func() error { return s.v.Update(ctx, &s.session, 1, plusOne) })
	}},
	{name: lazyReadAndSet, do: func(ctx context.Context, a *actor, s *visitor) error {
		if err := a.readLazy(ctx); err != nil {
			return err
		}
		return a.write("c", setTo(a.value), func() error { s.c.Set(&s.session, a.value); return s.session.Save(ctx) })
	}},
	{name: "set two", long: true, many: true, do: func(ctx context.Context, a *actor, s *visitor) error {
		return a.write("t", setTo(a.value), func() error {
			return a.write("v", setTo(a.value), func() error {
				s.t.Set(&s.session, a.value)
				s.v.Set(&s.session, a.value)
				return s.session.Save(ctx)
			})
		})
	}},
	{name: "renew", long: true, do: func(ctx context.Context, a *actor, s *visitor) error {
		if s.session.IsNew() {
			return nil
		}
		return a.end(func() error {
			return a.enter("renew", sessionToken, a.tokens[sessionToken].account, func() error { return s.session.Renew(ctx) })
		}, func() {})
	}},
	{name: "destroy", long: true, do: func(ctx context.Context, a *actor, s *visitor) error {
		if s.session.IsNew() {
			return nil
		}
		return a.endAct("destroy", true, func() error { return s.session.Destroy(ctx) }, a.endsLineage)
	}},
	{name: idleRefresh, do: func(context.Context, *actor, *visitor) error { return nil }},
}

func deedOf(name string) deed { return deeds[indexOf(name)] }

func indexOf(name string) int {
	return slices.IndexFunc(deeds, func(d deed) bool { return d.name == name })
}

// The idle deadline is due to be written idleSince after the session was made.
const (
	idleTimeout = 1000 * time.Second
	idleSince   = 200 * time.Second
)

// A scene is one visitor's session, and the requests that use it.
type scene struct {
	t         *testing.T
	deeds     []string
	idle      time.Duration // the timeout
	accounts  bool          // the session belongs to an account
	other     bool          // the account has another session
	lazy      bool          // the lazy variable is set when the requests begin
	maxLogins int           // of an account, if that matters
}

// newScene returns the scene of these deeds. There are accounts in it if one of the
// deeds is of accounts.
func newScene(t *testing.T, names []string) *scene {
	c := &scene{t: t, lazy: true}
	for _, name := range names {
		switch name {
		case noAccount:
			defer func() { c.accounts, c.lazy = false, true }()
			continue
		case withAccount:
			c.accounts = true
			continue
		}
		c.deeds = append(c.deeds, name)
		c.accounts = c.accounts || isOfAccounts(name)
		switch name {
		case idleRefresh:
			c.idle = idleTimeout
		case oneTooMany:
			c.maxLogins = 2
			c.other = true
		case "end others", "load of the other":
			c.other = true
		}
	}
	if c.accounts { // what is not needed would make many more schedules
		c.lazy = slices.Contains(names, lazyReadAndSet)
	}
	return c
}

// These stand for a scene whose session belongs to no account, or to one, whatever
// the deeds are. They are no requests.
const (
	noAccount   = "no account"
	withAccount = "account"
)

// manager returns the manager that the actor uses.
func (c *scene) manager(s *schedule, a *actor, idle time.Duration) *Manager[visitor] {
	config := Config{
		Store: s.client(a.who), Logger: silent, IdleTimeout: idle, OnEvent: a.met,
		Keys: [][]byte{[]byte("the key of the interleavings")}, MaxLogins: c.maxLogins,
	}
	m, err := NewManager(config, visitorSchema())
	if err != nil {
		c.t.Fatal(err)
	}
	m.engine.now = a.now
	a.manager = m
	return m
}

// begin issues the session and starts the requests.
func (c *scene) begin(s *schedule) (live func() int, check func() string) {
	h := &history{s: s, running: len(c.deeds)}
	outside := &actor{history: h, who: observer}
	m := c.manager(s, outside, 0)
	late := slices.Contains(c.deeds, withOldCookie)
	if !late { // otherwise the mark of the renewal would have expired
		c.issue(s, h, m)
	}
	s.elapsed += idleSince
	if late {
		c.issue(s, h, m)
	}
	token := h.tokens[sessionToken].value
	for who, name := range c.deeds {
		a := &actor{history: h, who: who, deed: name, alone: deedOf(name).alone, value: 1000 * (who + 1)}
		go c.perform(a, c.manager(s, a, c.idle), deedOf(name), token)
	}
	live = func() (running int) { h.change(func() { running = h.running }); return running }
	return live, func() string { return c.check(outside, m, token) }
}

// issue makes the sessions of the scene, and notes their tokens.
func (c *scene) issue(s *schedule, h *history, m *Manager[visitor]) {
	must := func(err error) {
		if err != nil {
			c.t.Fatal(err)
		}
	}
	first := m.New()
	first.t.Set(&first.session, 100)
	if c.lazy {
		first.c.Set(&first.session, 300)
	}
	cookie, err := m.Issue(c.t.Context(), first)
	must(err)
	tokens := []given{{name: "former", from: -1}, {name: "S", value: cookie.Value, from: -1}, {name: "other", from: -1}, {name: "bob's", from: -1}}
	s.ids[first.session.vault.Key] = "S"
	if !c.accounts && slices.Contains(c.deeds, withOldCookie) {
		s.ids[first.session.vault.Key] = "S0"
		tokens[formerToken].value = cookie.Value
		must(first.session.Renew(c.t.Context()))
		tokens[sessionToken].value = first.session.Cookie().Value
		s.ids[first.session.vault.Key] = "S"
	}
	for _, account := range []string{alice, bob} {
		places, err := m.engine.accounts(account)
		must(err)
		s.ids[places[0].key()] = account
	}
	if c.accounts {
		s.ids[first.session.vault.Key] = "S0"
		tokens[formerToken].value = cookie.Value
		for i, account := range []string{sessionToken: alice, otherToken: alice, bobsToken: bob} {
			if account == "" || i == otherToken && !c.other {
				continue
			}
			v := first
			if i != sessionToken {
				v = m.New()
				v.t.Set(&v.session, 200)
			}
			must(v.session.Login(c.t.Context(), account))
			tokens[i].value, tokens[i].account = v.session.Cookie().Value, account
			s.ids[v.session.vault.Key] = []string{"", "S", "T", "U"}[i]
		}
	}
	for _, g := range tokens {
		h.give(g)
	}
}

// perform is one request.
func (c *scene) perform(a *actor, m *Manager[visitor], d deed, token string) {
	defer a.change(func() { a.running-- })
	if d.alone || a.load(c.t.Context(), m, token) {
		a.returned(d.name, d.do(c.t.Context(), a, a.session))
	}
}
