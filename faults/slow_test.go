package faults

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// margin is by how much a call may miss its deadline. It is less than any call
// would take that knows no deadline.
const margin = 5 * time.Second

// late lets each part of the replies wait.
func late(by time.Duration) func() fault {
	return func() fault {
		return func(w *wire, p []byte) error {
			w.proxy.injected.Add(1)
			if err := w.wait(by); err != nil {
				return err
			}
			return w.sendAll(p)
		}
	}
}

// drip sends one byte at a time.
func drip(every time.Duration) func() fault {
	return func() fault {
		return func(w *wire, p []byte) error {
			w.proxy.injected.Add(1)
			for i := range p {
				if err := w.wait(every); err != nil {
					return err
				}
				if err := w.sendAll(p[i : i+1]); err != nil {
					return err
				}
			}
			return nil
		}
	}
}

// everyCall is everything that asks the store, given an open session.
var everyCall = map[string]func(ctx context.Context, sessions *Sessions, s *Session, token string) error{
	"open": func(ctx context.Context, sessions *Sessions, _ *Session, token string) error {
		_, err := sessions.Open(ctx, token)
		return err
	},
	"issue": func(ctx context.Context, sessions *Sessions, _ *Session, _ string) error {
		_, err := sessions.Issue(ctx, SessionFields{Owner: "me", Count: 1})
		return err
	},
	"set": func(ctx context.Context, _ *Sessions, s *Session, _ string) error {
		s.SetCount(2)
		return s.Save(ctx)
	},
	"first set": func(ctx context.Context, _ *Sessions, s *Session, _ string) error {
		s.SetDraft("draft")
		return s.Save(ctx)
	},
	"update": func(ctx context.Context, _ *Sessions, s *Session, _ string) error {
		return s.UpdateCount(ctx, func(n *int) error { *n++; return nil })
	},
	"lazy": func(ctx context.Context, _ *Sessions, s *Session, _ string) error {
		_, err := s.GetCart(ctx)
		return err
	},
	"renew": func(ctx context.Context, _ *Sessions, s *Session, _ string) error {
		return s.Renew(ctx)
	},
	"destroy": func(ctx context.Context, _ *Sessions, s *Session, _ string) error {
		return s.Destroy(ctx)
	},
}

// fullSession has several variables, so that a reply has several parts.
var fullSession = SessionFields{
	Owner: "me", Count: 1, Word: strings.Repeat("word", 100), Cart: []string{strings.Repeat("tea", 100)},
}

// A readyCall is a call that only has to be made.
type readyCall struct {
	name string
	do   func(ctx context.Context) error
}

// readyCalls opens a session for each call.
func readyCalls(t *testing.T, sessions *Sessions) []readyCall {
	t.Helper()
	var calls []readyCall
	for name, call := range everyCall {
		token := mustIssue(t, sessions, fullSession)
		s := mustOpen(t, sessions, token)
		calls = append(calls, readyCall{name, func(ctx context.Context) error { return call(ctx, sessions, s, token) }})
	}
	return calls
}

// Each call has a deadline of its own: that of the context, or else that of the
// store, as a whole and not for each part of a reply.
func TestCallsToASlowServerEndByTheirDeadlines(t *testing.T) {
	server := startServer(t)
	limit := 300 * time.Millisecond
	if *torture {
		limit = 2 * time.Second
	}
	for name, slow := range map[string]func() fault{
		"drip":        drip(limit / 4),
		"a bit late":  late(limit + 700*time.Millisecond),
		"ten seconds": late(10 * time.Second),
	} {
		for _, bound := range []string{"context", "store"} {
			for _, plain := range ways() {
				t.Run(fmt.Sprintf("%s, %s, plain %t", name, bound, plain), func(t *testing.T) {
					t.Parallel()
					p := startProxy(t, server.addr)
					l := limits{timeout: time.Minute, plain: plain}
					if bound == "store" {
						l.timeout = limit
					}
					store := storeAt(t, l, p.addr)
					sessions := newSessions(t, runtime.Config{Store: store})
					calls := readyCalls(t, sessions)
					p.set(faults{replies: slow})
					var running sync.WaitGroup
					for _, call := range calls {
						running.Go(func() {
							ctx := t.Context()
							if bound == "context" {
								var cancel context.CancelFunc
								ctx, cancel = context.WithTimeout(ctx, limit)
								defer cancel()
							}
							start := time.Now()
							err := call.do(ctx)
							switch took := time.Since(start); {
							case !isUnavailable(err) || !errors.Is(err, context.DeadlineExceeded):
								t.Errorf("%s ends in %v", call.name, err)
							case took > limit+margin:
								t.Errorf("%s takes %v", call.name, took)
							}
						})
					}
					running.Wait()
					// The replies of these calls are not taken for those of others.
					p.mend()
					for _, call := range readyCalls(t, sessions) {
						if err := call.do(t.Context()); err != nil {
							t.Errorf("%s fails after the delay: %v", call.name, err)
						}
					}
				})
			}
		}
	}
}

func TestSlowServerIsNotTakenForOneThatIsDown(t *testing.T) {
	p := startProxy(t, startServer(t).addr)
	store := storeAt(t, limits{timeout: patience}, p.addr)
	sessions := newSessions(t, runtime.Config{Store: store, OnEvent: failOnLoss(t)})
	calls := readyCalls(t, sessions)
	p.set(faults{late(10 * time.Millisecond), late(50 * time.Millisecond)})
	sideBySide(t, len(calls), len(calls), func(i int) {
		if err := calls[i].do(t.Context()); err != nil {
			t.Errorf("%s: %v", calls[i].name, err)
		}
	})
}
