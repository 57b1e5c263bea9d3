package faults

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	stdruntime "runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// jitter lets each request wait at random, so that those of different
// connections arrive in any order.
func jitter(most time.Duration) func() fault {
	return func() fault {
		return func(w *wire, p []byte) error {
			if err := w.wait(rand.N(most)); err != nil {
				return err
			}
			return w.sendAll(p)
		}
	}
}

// dither waits for a moment, mostly shorter than a timer could.
func dither() {
	for range rand.N(3000) {
		stdruntime.Gosched()
	}
}

// everyWrite is every way to write to a session in which the owner is set.
var everyWrite = []func(ctx context.Context, s *Session, n int) error{
	func(ctx context.Context, s *Session, n int) error { // listed
		s.SetOwner(fmt.Sprint(n))
		return s.Save(ctx)
	},
	func(ctx context.Context, s *Session, n int) error { // not listed
		s.SetWord(fmt.Sprint(n))
		return s.Save(ctx)
	},
	func(ctx context.Context, s *Session, n int) error { // listed, lazy
		s.SetCart([]string{fmt.Sprint(n)})
		return s.Save(ctx)
	},
	func(ctx context.Context, s *Session, n int) error { // not listed, evictable
		s.SetDraft(fmt.Sprint(n))
		return s.Save(ctx)
	},
	func(ctx context.Context, s *Session, _ int) error {
		s.ClearOwner()
		return s.Save(ctx)
	},
	func(ctx context.Context, s *Session, n int) error {
		return s.UpdateCount(ctx, func(count *int) error { *count = n; return nil })
	},
	func(ctx context.Context, s *Session, n int) error {
		return s.UpdateNotice(ctx, func(notice *string) error { *notice = fmt.Sprint(n); return nil })
	},
	func(ctx context.Context, s *Session, n int) error { // of both kinds at once
		s.SetOwner(fmt.Sprint(n))
		s.SetCode(fmt.Sprint(n))
		return s.Save(ctx)
	},
}

// The writer loads the session before or while the other request ends it.
func TestLogoutStandsAgainstEveryWrite(t *testing.T) { testLogout(t, startServer(t).addr) }

func testLogout(t *testing.T, addr string) {
	direct := newSessions(t, runtime.Config{Store: storeAt(t, limits{}, addr), OnEvent: failOnLoss(t)})
	p := startProxy(t, addr)
	p.set(faults{requests: jitter(time.Millisecond)})
	delayed := newSessions(t, runtime.Config{Store: storeAt(t, limits{}, p.addr), OnEvent: failOnLoss(t)})
	var acknowledged, ended, late atomic.Int64
	sideBySide(t, 16, times(1000, 100_000), func(n int) {
		ctx := t.Context()
		sessions := direct
		if n%4 == 0 {
			sessions = delayed
		}
		token := mustIssue(t, direct, SessionFields{Owner: "me", Count: 1, Cart: []string{"tea"}})
		var both sync.WaitGroup
		leaver := mustOpen(t, sessions, token)
		both.Go(func() {
			dither()
			if err := leaver.Destroy(ctx); err != nil {
				t.Errorf("destroy: %v", err)
			}
		})
		both.Go(func() {
			if n%16 < len(everyWrite) {
				dither()
			}
			s := mustOpen(t, sessions, token)
			if s.IsNew() {
				late.Add(1)
				return
			}
			if s.GetOwner() != "me" || s.GetCount() != 1 {
				t.Errorf("half a session: %+v", s.Values())
			}
			dither()
			switch err := everyWrite[n%len(everyWrite)](ctx, s, n); {
			case err == nil:
				acknowledged.Add(1)
			case errors.Is(err, runtime.ErrEnded):
				ended.Add(1)
			default:
				t.Errorf("write %d: %v", n%len(everyWrite), err)
			}
			if s.Cookie() != nil {
				t.Error("the writer gave the visitor a cookie")
			}
		})
		both.Wait()
		if s := mustOpen(t, direct, token); !s.IsNew() {
			t.Errorf("write %d brought the session back: %+v", n%len(everyWrite), s.Values())
		}
	})
	t.Logf("%d writes were acknowledged before, %d ended, %d came late", acknowledged.Load(), ended.Load(), late.Load())
}

func TestRenewCarriesOrEndsWhatManyRequestsSet(t *testing.T) {
	const requests = 32
	server := startServer(t)
	sessions := newSessions(t, runtime.Config{Store: storeAt(t, limits{}, server.addr), OnEvent: failOnLoss(t)})
	var acknowledged, ended, late atomic.Int64
	for range times(40, 5000) {
		if t.Failed() {
			return
		}
		ctx := t.Context()
		token := mustIssue(t, sessions, SessionFields{Owner: "me", Count: 1, Cart: []string{"tea"}})
		var renewed string
		var dead atomic.Bool
		var counted, worded, drafted atomic.Int64
		var all sync.WaitGroup
		all.Go(func() {
			s := mustOpen(t, sessions, token)
			dither()
			if err := s.Renew(ctx); err != nil {
				t.Errorf("renew: %v", err)
				return
			}
			dead.Store(true)
			renewed = s.Cookie().Value
		})
		for i := range requests {
			all.Go(func() {
				dither()
				wasDead := dead.Load()
				s := mustOpen(t, sessions, token)
				switch {
				case s.IsNew():
					late.Add(1)
					return
				case wasDead:
					t.Error("the old cookie works after the renewal")
				}
				var err error
				counter := &counted
				switch i % 4 {
				case 0:
					s.SetWord("word")
					err, counter = s.Save(ctx), &worded
				case 1:
					s.SetDraft("draft")
					err, counter = s.Save(ctx), &drafted
				default:
					err = s.UpdateCount(ctx, func(n *int) error { *n++; return nil })
				}
				switch {
				case err == nil:
					counter.Add(1)
					acknowledged.Add(1)
				case errors.Is(err, runtime.ErrEnded):
					ended.Add(1)
				default:
					t.Errorf("request %d: %v", i, err)
				}
			})
		}
		all.Wait()
		if t.Failed() {
			return
		}
		if s := mustOpen(t, sessions, token); !s.IsNew() {
			t.Error("the old cookie still works")
		}
		s := mustOpen(t, sessions, renewed)
		cart, err := s.GetCart(ctx)
		if err != nil || len(cart) != 1 || s.GetOwner() != "me" {
			t.Errorf("half a session: %+v, cart %q, %v", s.Values(), cart, err)
		}
		// What ended may have been carried over all the same.
		if s.GetCount() < 1+int(counted.Load()) || s.GetCount() > 1+requests/2 {
			t.Errorf("%d updates were acknowledged, the count is %d", counted.Load(), s.GetCount())
		}
		if worded.Load() > 0 && s.GetWord() != "word" || drafted.Load() > 0 && s.GetDraft() != "draft" {
			t.Errorf("an acknowledged first set is gone: %+v", s.Values())
		}
	}
	t.Logf("%d writes were acknowledged, %d ended, %d requests came late", acknowledged.Load(), ended.Load(), late.Load())
}
