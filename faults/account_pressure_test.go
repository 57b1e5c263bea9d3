package faults

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

// neighbours are other users of the same cache. They store items of the sizes that
// sessions and accounts have, so that these are evicted.
type neighbours struct {
	conn net.Conn
	w    *bufio.Writer
}

func startNeighbours(t *testing.T, m *memcached) *neighbours {
	t.Helper()
	conn, err := net.Dial("tcp", m.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &neighbours{conn, bufio.NewWriter(conn)}
}

// store stores n items, each of a length from least on and less than end.
func (x *neighbours) store(t *testing.T, n, least, end int) {
	for range n {
		value := strings.Repeat("x", least+rand.N(end-least))
		fmt.Fprintf(x.w, "set neighbour%d 0 0 %d noreply\r\n%s\r\n", rand.Uint32(), len(value), value)
	}
	if err := x.w.Flush(); err != nil {
		t.Error(err)
	}
}

// A crowded account is one whose sessions the cache may have evicted.
type crowded struct {
	name   string
	tokens []string // of sessions that were living when they were last seen
	over   []string // of sessions that were found over, or were ended

	inFlight *Session // of a request that takes long; nil if there is none
	its      string   // token
}

// A pressed worker keeps some accounts in a cache that is always full.
type pressed struct {
	t        *testing.T
	sessions *Sessions
	lost     error // what the last load has told of the account's item
	c        *tally
}

// open opens a session of the account. If it is over, it is so for good, and if the
// account's item is lost, so are all others of the account.
func (p *pressed) open(a *crowded, i int) *Session {
	token := a.tokens[i]
	p.lost = nil
	s := mustOpen(p.t, p.sessions, token)
	switch {
	case !s.IsNew() && s.GetOwner() == a.name && s.GetCount() == 1:
		p.c.add("load", "whole")
	case !s.IsNew():
		p.t.Errorf("half a session of %s: %+v", a.name, s.Values())
	case p.lost != nil:
		p.c.add("load", "gone with its account")
		p.end(a, a.tokens...)
		// Another login makes the item anew.
		if p.logIn(a) {
			p.checkOver(a)
		}
	default:
		p.c.add("load", "gone alone")
		p.end(a, token)
	}
	return s
}

// end notes that sessions are over.
func (p *pressed) end(a *crowded, tokens ...string) {
	for _, token := range tokens {
		a.over = append(a.over, token)
		a.tokens = slices.DeleteFunc(a.tokens, func(other string) bool { return other == token })
	}
}

// checkOver fails the test if a session opens that is over, or is renewed by a
// request that had loaded it before.
func (p *pressed) checkOver(a *crowded) {
	for _, token := range a.over {
		if lives(p.t, p.sessions, token) {
			p.t.Errorf("a session of %s that was over opens again", a.name)
		}
		p.c.add("look back", "over")
	}
	if a.inFlight == nil || !slices.Contains(a.over, a.its) {
		return
	}
	if p.done("late renew", a.inFlight.Renew(p.t.Context())) {
		p.t.Errorf("a session of %s that was over is renewed", a.name)
	}
	a.inFlight = nil
}

func (p *pressed) logIn(a *crowded) bool {
	s := mustOpen(p.t, p.sessions, "")
	s.SetOwner(a.name)
	s.SetCount(1)
	if !p.done("login", s.Login(p.t.Context(), a.name)) {
		return false
	}
	a.tokens = append(a.tokens, s.Cookie().Value)
	return true
}

// done tells whether something is acknowledged. The cache may refuse it.
func (p *pressed) done(name string, err error) bool {
	switch {
	case err == nil:
		p.c.add(name, "acknowledged")
	case isUnavailable(err):
		p.c.add(name, "refused")
	case errors.Is(err, runtime.ErrEnded):
		p.c.add(name, "ended")
	default:
		p.t.Errorf("%s: %v", name, err)
	}
	return err == nil
}

// step does one of the things that the visitors of an account do.
func (p *pressed) step(a *crowded) {
	ctx := p.t.Context()
	what := rand.N(20)
	if len(a.tokens) == 0 || what < 3 && len(a.tokens) < 6 {
		p.logIn(a)
		return
	}
	i := rand.N(len(a.tokens))
	token := a.tokens[i]
	s := p.open(a, i)
	if s.IsNew() {
		return
	}
	if a.inFlight == nil {
		if slow := mustOpen(p.t, p.sessions, token); !slow.IsNew() {
			a.inFlight, a.its = slow, token
		}
	}
	switch what {
	case 4, 5, 6:
		if p.done("renew", s.Renew(ctx)) {
			p.end(a, token)
			a.tokens = append(a.tokens, s.Cookie().Value)
		}
	case 7, 8:
		s.SetWord(strings.Repeat("x", rand.N(10_000)))
		p.done("set", s.Save(ctx))
	case 9:
		if p.done("EndOthers", s.EndOthers(ctx)) {
			p.end(a, slices.DeleteFunc(slices.Clone(a.tokens), func(other string) bool { return other == token })...)
		}
	case 10:
		if p.done("EndAll", p.sessions.EndAll(ctx, a.name)) {
			p.end(a, slices.Clone(a.tokens)...)
		}
	case 11:
		if p.done("Destroy", s.Destroy(ctx)) {
			p.end(a, token)
		}
	}
}

// The cache evicts records, variables and accounts' items, one by one.
func TestSessionThatIsFoundOverStaysOverWhenTheCacheIsFull(t *testing.T) {
	server := startMemcached(t, "-m", "8")
	store := newStore(t, server.addr)
	store.Timeout = patience // the server and the machine are busy
	startNeighbours(t, server).store(t, 1000, 0, 60_000)
	var c tally
	sideBySide(t, 8, 8, func(worker int) {
		p := &pressed{t: t, c: &c}
		p.sessions = newAccounts(t, runtime.Config{Store: store, OnEvent: func(_ context.Context, e runtime.Event) {
			if e.Kind == runtime.EventLost && e.Field == "" {
				p.lost = e.Err
			}
		}})
		accounts := make([]crowded, 100)
		for i := range accounts {
			accounts[i].name = fmt.Sprint(worker, " ", i)
		}
		others := startNeighbours(t, server)
		for step := range times(500, 20_000) {
			if t.Failed() {
				return
			}
			// Of one size for a while, so that now records are evicted, and now
			// variables, or accounts' items.
			size := step / 40 % 12 * 32
			others.store(t, 40, size, size+32)
			a := &accounts[rand.N(len(accounts))]
			p.step(a)
			if a.over = a.over[max(0, len(a.over)-20):]; rand.N(10) == 0 {
				p.checkOver(a)
			}
		}
	})
	c.log(t)
	t.Logf("%s evictions", server.stat("evictions"))
	for _, outcome := range []string{"whole", "gone alone", "gone with its account"} {
		if c.counts["load"][outcome] == 0 {
			t.Errorf("no load was %s", outcome)
		}
	}
}
