package runtime

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// A lives is a set of tokens, as bits: those whose session lives.
type lives uint64

func (l lives) has(token int) bool { return l>>token&1 == 1 }

func (l lives) with(token int) lives { return l | 1<<token }

func (l lives) without(token int) lives { return l &^ (1 << token) }

// A given is a token that was handed out.
type given struct {
	name    string // in a report
	value   string // of the cookie
	account string // "" if its session belongs to none
	from    int    // the token that its session was renewed from, or -1
	by      *op    // that gave it; nil if the requests found it
}

// An act is an operation that ends sessions, or begins them.
type act struct {
	*op
	name string

	// effects are what it may do, one of them. It returns false if it can't be done
	// then. An act whose outcome is not known may do nothing, too.
	effects []func(lives) (lives, bool)
}

// takesOut tells whether the act takes a session out of its account, and may leave
// its record for a while.
func (a *act) takesOut() bool {
	return a.name != "load" && a.name != "renew" && a.name != "login to "+alice
}

// give notes a token.
func (h *history) give(g given) (token int) {
	h.change(func() { h.tokens, token = append(h.tokens, g), len(h.tokens) })
	return token
}

// lineage returns the token, and those that its session was renewed to.
func (h *history) lineage(token int) lives {
	line := lives(0).with(token)
	for i, g := range h.tokens { // a successor stands behind what it succeeds
		if g.from >= 0 && line.has(g.from) {
			line = line.with(i)
		}
	}
	return line
}

// of returns the tokens of an account's sessions.
func (h *history) of(account string) (all lives) {
	for i, g := range h.tokens {
		if g.account == account {
			all = all.with(i)
		}
	}
	return all
}

// act notes an operation that begins or ends sessions, and how it ended.
func (a *actor) act(name string, do func() error, effects ...func(lives) (lives, bool)) error {
	return a.actWith(name, func(*op) error { return do() }, effects...)
}

func (a *actor) actWith(name string, do func(*op) error, effects ...func(lives) (lives, bool)) error {
	o := a.begin(ending, nil)
	a.change(func() { a.acts = append(a.acts, &act{o, name, effects}) })
	err := do(o)
	if err == nil {
		a.s.end(a.who, o)
	}
	return err
}

// endAct is act for what ends sessions. own tells whether the one that the requests
// use is among them for sure.
func (a *actor) endAct(name string, own bool, do func() error, effect func(lives) (lives, bool)) error {
	return a.actWith(name, func(o *op) error {
		if own {
			a.change(func() { a.endings = append(a.endings, o) })
		}
		err := do()
		if err == nil {
			a.change(func() { a.destroyed = true })
		}
		return err
	}, effect)
}

// checkLives looks at which tokens open a session when all is over, and tells
// whether the acts can be put in an order that respects their times and explains
// that, and what each load saw.
func (a *actor) checkLives(c *scene, m *Manager[visitor]) {
	var seen lives
	for i, g := range a.tokens {
		if g.value != "" && a.open(c, m, g.name, g.value) {
			seen = seen.with(i)
		}
	}
	var start lives
	for i, g := range a.tokens {
		if g.by == nil && g.value != "" {
			start = start.with(i)
		}
	}
	start = start.without(formerToken) // it was renewed before
	if most := c.maxLogins; most > 0 {
		if n := bits.OnesCount64(uint64(seen & a.of(alice))); n > most {
			a.fail("%d sessions of an account live, more than %d", n, most)
		}
		return // which one is ended is not told
	}
	if !explains(start, a.acts, func(l lives) bool { return l == seen || a.s.evicted && l&seen == seen }) {
		a.fail("no order of what was done explains that these live: %s%s", a.spellLives(seen), a.spellActs())
	}
	a.checkLost(seen)
}

// checkLost checks that no session lives whose account's item was lost.
func (a *actor) checkLost(seen lives) {
	for i, g := range a.tokens {
		lost := a.s.lost[g.account]
		if g.account == "" || lost == 0 || !seen.has(i) {
			continue
		}
		if g.by == nil || g.by.to < lost {
			a.fail("%s lives although its account's item was lost in step %d", g.name, lost)
		}
	}
}

// checkLivesAfterwards checks that nothing has come back when the marks have
// expired.
func (a *actor) checkLivesAfterwards(c *scene, m *Manager[visitor]) {
	before := lives(0)
	for i, g := range a.tokens {
		if a.open(c, m, g.name+" before", g.value) {
			before = before.with(i)
		}
	}
	a.s.elapsed += 2 * endedFor
	for i, g := range a.tokens {
		if a.open(c, m, g.name+" in the end", g.value) && !before.has(i) {
			a.fail("%s works again when the marks have expired", g.name)
		}
	}
}

// explains tells whether some order of the acts, from the start, ends as wanted.
func explains(l lives, acts []*act, end func(lives) bool) bool {
	if !slices.ContainsFunc(acts, func(a *act) bool { return a.to != never }) && end(l) {
		return true
	}
	for i, a := range acts {
		if slices.ContainsFunc(acts, func(other *act) bool { return other.to < a.from }) {
			continue
		}
		rest := slices.Concat(acts[:i], acts[i+1:])
		for _, effect := range a.effects {
			if next, ok := effect(l); ok && explains(next, rest, end) {
				return true
			}
		}
	}
	return false
}

func (h *history) spellLives(l lives) string {
	var names []string
	for i, g := range h.tokens {
		if l.has(i) {
			names = append(names, g.name)
		}
	}
	return strings.Join(names, ", ")
}

func (h *history) spellActs() string {
	var b strings.Builder
	for _, a := range h.acts {
		to := fmt.Sprint(a.to)
		if a.to == never {
			to = "?"
		}
		fmt.Fprintf(&b, "\n  %s by %d in steps %d to %s", a.name, a.by, a.from, to)
	}
	return b.String()
}
