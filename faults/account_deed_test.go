package faults

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// An end is a call that ends sessions, and how far it is.
type end struct{ began, returned atomic.Bool }

func (e *end) run(what func() error) error {
	linger()
	e.began.Store(true)
	defer e.returned.Store(true)
	return what()
}

// linger waits for a moment, or for as long as a few round trips may take.
func linger() {
	dither()
	if rand.N(2) == 0 {
		time.Sleep(rand.N(5 * time.Millisecond))
	}
}

// A rival is a request that does a deed beside an end.
type rival struct {
	deed
	n         int
	account   string // that the deed's login is to
	elsewhere string // another account
	sessions  *Sessions
	token     string // its cookie; empty if it has none
	owner     string // of what the session holds
	safe      bool   // its session is not ended, whatever the deed says

	company  *Session // of another request that has the same cookie; may be nil
	s        *Session // loaded before, or else when the rival runs
	late     bool     // it found its session over
	gave     []string // the tokens that the visitor has got
	answered bool     // before the end began
	after    bool     // the deed was begun when the end had returned
	err      error
}

// A deed is what a rival does.
type deed struct {
	name string
	from origin
	to   target
	do   func(*rival, context.Context) error
}

// An origin is the session that a rival has.
type origin int

const (
	doomed  origin = iota // one that is being ended
	none                  // a new one
	guest                 // one that belongs to no account
	foreign               // one that belongs to another account
)

// A target is what the session is to be afterwards.
type target int

const (
	same    target = iota // the same, be it under another id
	within                // one that has logged in to the account
	outside               // one that has logged in to another account
)

var everyDeed = []deed{
	{"load", doomed, same, (*rival).load},
	{"set", doomed, same, (*rival).set},
	{"first set", doomed, same, (*rival).firstSet},
	{"renew", doomed, same, (*rival).renew},
	{"renew thrice", doomed, same, (*rival).renewThrice},
	{"login again", doomed, within, (*rival).login},
	{"login elsewhere", doomed, outside, (*rival).login},
	{"login", none, within, (*rival).login},
	{"login of guest", guest, within, (*rival).login},
	{"login from elsewhere", foreign, within, (*rival).login},
}

func (r *rival) load(ctx context.Context) error {
	cart, err := r.s.GetCart(ctx)
	if err == nil && (len(cart) != 1 || r.s.GetOwner() != r.owner || r.s.GetCount() != 1) {
		err = fmt.Errorf("half a session: %+v", r.s.Values())
	}
	return err
}

// set sets or clears a variable that the session has.
func (r *rival) set(ctx context.Context) error {
	return everyWrite[[]int{0, 2, 4, 5, 7}[rand.N(5)]](ctx, r.s, r.n)
}

// firstSet sets a variable that the session has not.
func (r *rival) firstSet(ctx context.Context) error {
	return everyWrite[[]int{1, 3, 6}[rand.N(3)]](ctx, r.s, r.n)
}

func (r *rival) renew(ctx context.Context) error {
	err := r.s.Renew(ctx)
	if err == nil {
		r.gave = append(r.gave, r.s.Cookie().Value)
	}
	return err
}

func (r *rival) renewThrice(ctx context.Context) (err error) {
	for n := 0; n < 3 && err == nil; n++ {
		err = r.renew(ctx)
	}
	return err
}

func (r *rival) login(ctx context.Context) error {
	account := r.account
	if r.to == outside {
		account = r.elsewhere
	}
	r.s.SetWord("in")
	err := r.s.Login(ctx, account)
	if err == nil {
		r.gave = append(r.gave, r.s.Cookie().Value)
	}
	return err
}

// run does the deed.
func (r *rival) run(t *testing.T, e *end) {
	linger()
	if r.s == nil {
		over := r.from == doomed && !r.safe && e.returned.Load()
		r.s = mustOpen(t, r.sessions, r.token)
		if over && !r.s.IsNew() {
			t.Errorf("%s: the session opens after its end", r.name)
		}
		linger()
	}
	switch r.late = r.token != "" && r.s.IsNew(); {
	case r.late && (r.from != doomed || r.safe):
		t.Errorf("%s: the session is over", r.name)
	case r.late && r.to == same:
		return
	}
	r.after = e.returned.Load()
	r.err = r.do(r, t.Context())
	r.answered = r.err == nil && !e.began.Load()
	if r.err != nil && (r.to != same || r.safe || !errors.Is(r.err, runtime.ErrEnded)) {
		t.Errorf("%s: %v", r.name, r.err)
	}
}

// setAnything sets one or the other variable that the session has or has not. It
// clears none: that is nothing to do in a session that is known to be over.
func (r *rival) setAnything(ctx context.Context) error {
	return everyWrite[[]int{0, 1, 2, 3, 5, 6, 7}[rand.N(7)]](ctx, r.s, r.n)
}

// isWholeLogin tells whether the session holds what was set for the login, and all
// that it held before, or nothing of that: a session whose login is ended while it
// is under way is a new one.
func (r *rival) isWholeLogin(t *testing.T, s *Session) bool {
	t.Helper()
	switch {
	case s.GetWord() != "in":
		return false
	case s.HasOwner():
		return isWhole(t, s, r.owner)
	}
	hasCart, err := s.HasCart(t.Context())
	mustCarry := r.after && (r.from == guest || r.from == foreign)
	return err == nil && !hasCart && !s.HasCount() && !mustCarry
}

// judge fails the test unless all of the rival's sessions have ended, except for
// one that has logged in when the end had not returned yet, or afterwards. free
// tells whether the end does not concern sessions of other accounts. judge returns
// the token of the session that lives, or none.
func (r *rival) judge(t *testing.T, sessions *Sessions, free bool, c *tally) (token string) {
	t.Helper()
	if r.token != "" && r.to != same && lives(t, sessions, r.token) {
		t.Errorf("%s: the cookie from before the login opens", r.name)
	}
	for i, gave := range r.gave {
		s := mustOpen(t, sessions, gave)
		if s.IsNew() {
			continue
		}
		token = gave
		if r.to == same || i+1 < len(r.gave) {
			t.Errorf("%s: renewed session %d lives", r.name, i)
		} else if !r.isWholeLogin(t, s) {
			t.Errorf("%s: half a session: %+v", r.name, s.Values())
		}
	}
	must, mustNot := r.after || free && r.to == outside, r.answered && !(free && r.to == outside)
	switch {
	case r.to == same && r.late:
		c.add(r.name, "late")
	case r.to == same && r.err != nil:
		c.add(r.name, "ended")
	case r.to == same:
		c.add(r.name, "acknowledged")
	case must && token == "":
		t.Errorf("%s: the login does not live", r.name)
	case mustNot && token != "":
		t.Errorf("%s: the login was ended and lives", r.name)
	case r.after:
		c.add(r.name, "lives, begun afterwards")
	case r.answered:
		c.add(r.name, "acknowledged before")
	case token != "":
		c.add(r.name, "lives")
	default:
		c.add(r.name, "ended")
	}
	if r.to == same && !r.late {
		if err := r.setAnything(t.Context()); !errors.Is(err, runtime.ErrEnded) {
			t.Errorf("%s: a set after the end: %v", r.name, err)
		}
	}
	return token
}
