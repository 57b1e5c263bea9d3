package faults

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// A dam holds requests back until it opens.
type dam struct {
	opened chan struct{}
	giveUp func() // called a moment after the first request is held
	server *server

	mu     sync.Mutex
	pass   int // requests that it lets pass first
	held   int
	landed int // held requests that were answered, or have reached a server that says when it has dealt with them
}

// faults returns those of each connection: whatever is answered after the dam
// has opened was held.
func (d *dam) faults() faults {
	return faults{
		requests: func() fault {
			return func(w *wire, p []byte) error {
				if d.holds() {
					w.proxy.injected.Add(1)
					<-d.opened
					defer d.reached()
				}
				return w.sendAll(p)
			}
		},
		replies: func() fault {
			return func(w *wire, p []byte) error {
				d.answered()
				return w.sendAll(p)
			}
		},
	}
}

func (d *dam) holds() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.pass > 0 {
		d.pass--
		return false
	}
	if d.held++; d.held == 1 {
		// Others of the same wave are on their way.
		time.AfterFunc(10*time.Millisecond, d.giveUp)
	}
	return true
}

func (d *dam) answered() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if isClosed(d.opened) && d.server.settle == nil {
		d.landed++
	}
}

// reached counts what a server has that answers several requests at once, so that
// answers don't count.
func (d *dam) reached() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.server.settle != nil {
		d.landed++
	}
}

// open lets go what is held and waits until the server has dealt with it.
func (d *dam) open(t *testing.T) {
	t.Helper()
	close(d.opened)
	eventually(t, "late requests are answered", func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return d.landed >= d.held
	})
	if d.server.settle != nil {
		d.server.settle(t)
	}
}

// lateWrites are writes of the word "late" whose acknowledgement is missed.
var lateWrites = map[string]func(ctx context.Context, s *Session) error{
	"set": func(ctx context.Context, s *Session) error {
		s.SetWord("late")
		return s.Save(ctx)
	},
	"clear": func(ctx context.Context, s *Session) error {
		s.SetWord("late")
		s.ClearWord()
		return s.Save(ctx)
	},
	"update": func(ctx context.Context, s *Session) error {
		return s.UpdateWord(ctx, func(word *string) error { *word = "late"; return nil })
	},
	"set with others": func(ctx context.Context, s *Session) error {
		s.SetWord("late")
		s.SetDraft("late")
		s.SetCount(99)
		return s.Save(ctx)
	},
	"renew":   func(ctx context.Context, s *Session) error { return s.Renew(ctx) },
	"destroy": func(ctx context.Context, s *Session) error { return s.Destroy(ctx) },
}

// newerWrites are acknowledged before the late one lands. Each returns what the
// word must be afterwards.
var newerWrites = map[string]func(ctx context.Context, s *Session) (want string, err error){
	"set": func(ctx context.Context, s *Session) (string, error) {
		s.SetWord("newer")
		return "newer", s.Save(ctx)
	},
	"clear": func(ctx context.Context, s *Session) (string, error) {
		s.ClearWord()
		return "", s.Save(ctx)
	},
	"update": func(ctx context.Context, s *Session) (string, error) {
		return "newer", s.UpdateWord(ctx, func(word *string) error { *word = "newer"; return nil })
	},
	"set again": func(ctx context.Context, s *Session) (string, error) {
		s.SetWord("new")
		if err := s.Save(ctx); err != nil {
			return "", err
		}
		s.SetWord("newer")
		return "newer", s.Save(ctx)
	},
	"renew":   func(ctx context.Context, s *Session) (string, error) { return s.GetWord(), s.Renew(ctx) },
	"destroy": func(ctx context.Context, s *Session) (string, error) { return "", s.Destroy(ctx) },
}

// Each write is held at each of its commands, or at each message of several, so
// that the rest of it lands after a newer write was acknowledged.
func TestLateWriteOverwritesNothingNewer(t *testing.T) {
	server := startServer(t)
	direct := newSessions(t, runtime.Config{Store: storeAt(t, limits{}, server.addr), OnEvent: failOnLoss(t)})
	for from, fields := range map[string]SessionFields{
		"set":     {Owner: "me", Word: "old", Count: 1},
		"not set": {Owner: "me", Count: 1},
	} {
		for late := range lateWrites {
			for newer := range newerWrites {
				for _, plain := range ways() {
					t.Run(fmt.Sprintf("%s after %s of what is %s, plain %t", late, newer, from, plain), func(t *testing.T) {
						t.Parallel()
						c := lateCase{server, direct, plain, fields, late, newer}
						for pass := 0; c.run(t, pass); pass++ {
						}
					})
				}
			}
		}
	}
}

type lateCase struct {
	server      *server
	direct      *Sessions
	plain       bool // the late write's way
	fields      SessionFields
	late, newer string
}

// run holds all messages of the late write but the first pass ones. It reports
// false if there are no more.
func (c lateCase) run(t *testing.T, pass int) bool {
	t.Helper()
	p := startProxy(t, c.server.addr)
	store := storeAt(t, limits{plain: c.plain}, p.addr)
	through := newSessions(t, runtime.Config{Store: store})
	token := mustIssue(t, c.direct, c.fields)
	slow := mustOpen(t, through, token)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	d := &dam{pass: pass, opened: make(chan struct{}), giveUp: cancel, server: c.server}
	p.set(d.faults())
	err := lateWrites[c.late](ctx, slow)
	if err != nil && !isUnavailable(err) {
		t.Errorf("with %d commands passed, the late write ends in %v", pass, err)
	}
	more := ctx.Err() != nil

	s := mustOpen(t, c.direct, token)
	var want string
	gone := s.IsNew() // what was not held has ended the session
	if !gone {
		if want, err = newerWrites[c.newer](t.Context(), s); err != nil {
			t.Errorf("with %d commands passed, the newer write ends in %v", pass, err)
		}
		gone = c.newer == "destroy"
	}
	d.open(t)

	if cookie := s.Cookie(); cookie != nil {
		if !mustOpen(t, c.direct, token).IsNew() {
			t.Errorf("with %d commands passed, the old cookie works again", pass)
		}
		token = cookie.Value
	}
	after := mustOpen(t, c.direct, token)
	switch {
	case after.IsNew() && (gone || c.late == "renew" || c.late == "destroy"):
	case c.newer == "clear" && c.fields.Word == "" && after.GetWord() == "late":
		// Clearing what is not set writes nothing, so the first set is newest.
	case after.IsNew() != gone || after.GetWord() != want || after.GetOwner() != "me":
		t.Errorf("with %d commands passed, the session is gone: %v, the word is %q and not %q", pass, after.IsNew(), after.GetWord(), want)
	}
	return more && !t.Failed()
}
