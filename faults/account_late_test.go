package faults

import (
	"context"
	"fmt"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

// swallow is faults in place of late requests: the requests arrive, and what the
// dam would hold of the replies is lost.
func (d *dam) swallow() faults {
	return faults{replies: func() fault {
		return func(w *wire, p []byte) error {
			if d.holds() {
				w.proxy.injected.Add(1)
				return nil
			}
			return w.sendAll(p)
		}
	}}
}

// A lateLogin is a login whose acknowledgement is missed.
type lateLogin struct {
	server *server
	direct *Sessions
	counts *tally

	visitor string // who logs in
	known   bool   // the account has an item before
	lost    bool   // replies are lost, and no requests are late
	again   bool   // the visitor has logged in again before the late part lands
	account string
}

func (c *lateLogin) String() string {
	return fmt.Sprintf("%s, account known: %v, replies lost: %v, logs in again: %v", c.visitor, c.known, c.lost, c.again)
}

// visitors are those who log in, each with the cookie that it has.
var visitors = map[string]func(t *testing.T, c *lateLogin) (token string){
	"new visitor": func(*testing.T, *lateLogin) string { return "" },
	"guest": func(t *testing.T, c *lateLogin) string {
		return mustIssue(t, c.direct, ofAccount(c.account))
	},
	"visitor of the account": func(t *testing.T, c *lateLogin) string {
		return mustLogIn(t, c.direct, c.account)
	},
	"visitor of another account": func(t *testing.T, c *lateLogin) string {
		return mustLogIn(t, c.direct, c.other())
	},
}

func (c *lateLogin) other() string { return c.account + " other" }

// run lets all messages pass but those after the first pass ones. It reports false
// if there are no more.
func (c *lateLogin) run(t *testing.T, pass int) bool {
	p := startProxy(t, c.server.addr)
	through := newAccounts(t, runtime.Config{Store: storeAt(t, limits{}, p.addr)})
	if c.known {
		mustLogIn(t, c.direct, c.account)
	}
	token := visitors[c.visitor](t, c)
	s := mustOpen(t, through, token)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	d := &dam{pass: pass, opened: make(chan struct{}), giveUp: cancel, server: c.server}
	if c.lost {
		p.set(d.swallow())
	} else {
		p.set(d.faults())
	}
	s.SetWord("in")
	err := s.Login(ctx, c.account)
	more := ctx.Err() != nil
	var gave []string
	switch cookie := s.Cookie(); {
	case err == nil && cookie != nil:
		gave = append(gave, cookie.Value)
		c.counts.add(c.visitor, "acknowledged")
	case !isUnavailable(err) || cookie != nil:
		t.Errorf("with %d messages passed, the login ends in %v and the cookie %v", pass, err, cookie)
	default:
		c.counts.add(c.visitor, "not acknowledged")
		if err := s.Save(t.Context()); !isUnavailable(err) {
			t.Errorf("with %d messages passed, after the login that failed Save ends in %v", pass, err)
		}
	}

	if err := c.direct.EndAll(t.Context(), c.account); err != nil {
		t.Errorf("EndAll: %v", err)
	}
	var again []string
	if c.again {
		again = append(again, mustLogIn(t, c.direct, c.account))
	}
	if !c.lost {
		d.open(t)
	}
	wantLogins(t, c.direct, c.account, again...)
	if !c.again {
		again = append(again, mustLogIn(t, c.direct, c.account))
		wantLogins(t, c.direct, c.account, again...)
	}
	// List leaves out what is not stored. The item itself lists nobody else, either.
	if got, want := c.itemSize(again[0]), oneLogin(t, c); got != want {
		t.Errorf("with %d messages passed, the account's item has %s, want %s", pass, got, want)
	}
	for _, token := range gave {
		if lives(t, c.direct, token) {
			t.Errorf("with %d messages passed, the login lives", pass)
		}
	}
	if token != "" {
		switch before := mustOpen(t, c.direct, token); {
		case before.IsNew():
		case err == nil || c.visitor == "visitor of the account":
			t.Errorf("with %d messages passed, the session from before lives", pass)
		case before.HasWord():
			t.Errorf("with %d messages passed, the session from before holds what was set for the login", pass)
		}
	}
	return more && !t.Failed()
}

// itemSize returns how long the account's item is.
func (c *lateLogin) itemSize(token string) string {
	size, _ := c.server.size(accountKey(token))
	return size
}

// oneLogin returns what the server says of the item of an account that has one
// login, and a name as long as that of this account.
func oneLogin(t *testing.T, c *lateLogin) string {
	return c.itemSize(mustLogIn(t, c.direct, "x"+c.account[1:]))
}

// Each login is cut off behind each of its messages.
func TestLoginThatWasNotAcknowledgedIsOverAfterEndAll(t *testing.T) {
	server := startServer(t)
	direct := newAccounts(t, runtime.Config{Store: storeAt(t, limits{}, server.addr), OnEvent: failOnLoss(t)})
	var cases []lateLogin
	var counts tally
	for visitor := range visitors {
		for n := range 8 {
			cases = append(cases, lateLogin{server, direct, &counts, visitor, n&1 != 0, n&2 != 0, n&4 != 0, ""})
		}
	}
	sideBySide(t, 8, len(cases)*times(1, 10), func(i int) {
		c := cases[i%len(cases)]
		t.Run(c.String(), func(t *testing.T) {
			for pass, more := 0, true; more; pass++ {
				c.account = fmt.Sprintf("a%05d %03d", i, pass)
				more = c.run(t, pass)
			}
		})
	})
	counts.log(t)
}
