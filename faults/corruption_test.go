package faults

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// flipAt flips a bit of the byte at the offset, which counts in all replies from
// now on. done tells whether there was such a byte.
func flipAt(offset int, bit byte) (f fault, done *atomic.Bool) {
	done = new(atomic.Bool)
	var mu sync.Mutex
	return func(w *wire, p []byte) error {
		mu.Lock()
		if 0 <= offset && offset < len(p) {
			p[offset] ^= bit
			w.proxy.injected.Add(1)
			done.Store(true)
		}
		offset -= len(p)
		mu.Unlock()
		return w.sendAll(p)
	}, done
}

// flipSometimes flips a bit of about one in so many bytes.
func flipSometimes(bytes int) func() fault {
	return func() fault {
		left := rand.N(2 * bytes)
		return func(w *wire, p []byte) error {
			for ; left < len(p); left += 1 + rand.N(2*bytes) {
				p[left] ^= 1 << rand.N(8)
				w.proxy.injected.Add(1)
			}
			left -= len(p)
			return w.sendAll(p)
		}
	}
}

// A switchboard gives replies to the wrong connections.
type switchboard struct {
	offers chan *offer
}

type offer struct {
	mine  []byte
	other chan []byte
}

// swapSometimes exchanges a reply for one of another connection, if that has
// one within a moment, about once in so many replies.
func (s *switchboard) swapSometimes(replies int) func() fault {
	return func() fault {
		return func(w *wire, p []byte) error {
			if rand.N(replies) != 0 {
				select {
				case o := <-s.offers:
					w.proxy.injected.Add(1)
					theirs := o.mine
					o.other <- append([]byte(nil), p...)
					return w.sendAll(theirs)
				default:
					return w.sendAll(p)
				}
			}
			o := &offer{append([]byte(nil), p...), make(chan []byte, 1)}
			select {
			case s.offers <- o:
				return w.sendAll(<-o.other)
			case <-time.After(20 * time.Millisecond):
				return w.sendAll(p)
			}
		}
	}
}

// eachFlip calls do with each byte of the replies that it waits for flipped, in
// one bit or in each. do returns after it has had its replies.
func eachFlip(t *testing.T, p *proxy, prepare func() (do func())) {
	t.Helper()
	for offset, more := 0, true; more && !t.Failed(); offset++ {
		bits := []int{rand.N(8)}
		if *torture {
			bits = []int{0, 1, 2, 3, 4, 5, 6, 7}
		}
		for _, bit := range bits {
			p.mend()
			do := prepare()
			f, done := flipAt(offset, 1<<bit)
			p.set(faults{replies: func() fault { return f }})
			do()
			more = done.Load()
		}
	}
	p.mend()
}

// corruptible returns sessions behind a proxy, and the same sessions without.
func corruptible(t *testing.T) (p *proxy, through, direct *Sessions) {
	server := startMemcached(t)
	p = startProxy(t, server.addr)
	store := newStore(t, p.addr)
	// A flipped length or line end makes the runtime wait for what never comes.
	store.Timeout = 100 * time.Millisecond
	through = newSessions(t, runtime.Config{Store: store})
	direct = newSessions(t, runtime.Config{Store: newStore(t, server.addr), OnEvent: failOnLoss(t)})
	return p, through, direct
}

var corruptibleFields = SessionFields{Owner: "me", Count: 7, Word: "word", Draft: "draft", Code: "code"}

func TestFlippedBitInALoadYieldsTheTrueValuesOrNone(t *testing.T) {
	p, through, direct := corruptible(t)
	var right, anew, failed int
	eachFlip(t, p, func() func() {
		token := mustIssue(t, direct, corruptibleFields)
		return func() {
			s, err := through.Open(t.Context(), token)
			switch {
			case isUnavailable(err):
				failed++
				return
			case err != nil:
				t.Errorf("open: %v", err)
				return
			case s.IsNew():
				anew++
				return
			case !reflect.DeepEqual(s.Values(), corruptibleFields):
				t.Errorf("the session holds %+v", s.Values())
			}
			right++
			// A flipped version must not keep the next write from its place.
			p.mend()
			s.SetCount(8)
			if err := s.Save(t.Context()); err != nil {
				t.Errorf("save: %v", err)
			}
			if n := mustOpen(t, direct, token).GetCount(); n != 8 {
				t.Errorf("what was saved is %d", n)
			}
		}
	})
	t.Logf("%d flips: %d times right, %d times as if unknown, %d times unavailable", p.injected.Load(), right, anew, failed)
}

// No flip of one bit makes one of memcached's answers to a write another one.
func TestFlippedBitInTheAnswerToAWriteIsNoAcknowledgement(t *testing.T) {
	for name, call := range everyCall {
		t.Run(name, func(t *testing.T) {
			p, through, direct := corruptible(t)
			var acknowledged, failed int
			eachFlip(t, p, func() func() {
				token := mustIssue(t, direct, fullSession)
				var s *Session
				eventually(t, "a busy machine opens the session in time", func() (opened bool) {
					var err error
					s, err = through.Open(t.Context(), token)
					return err == nil
				})
				return func() {
					err := call(t.Context(), through, s, token)
					if err != nil {
						failed++
						return
					}
					acknowledged++
					if c := s.Cookie(); c != nil && c.MaxAge >= 0 {
						if !mustOpen(t, direct, token).IsNew() {
							t.Error("the old cookie still works")
						}
						token = c.Value
					}
					after := mustOpen(t, direct, token)
					cart, err := after.GetCart(t.Context())
					if err != nil {
						t.Error(err)
					}
					want, wantCart := fullSession, fullSession.Cart
					want.Cart = cart
					switch name {
					case "set", "update":
						want.Count = 2
					case "first set":
						want.Draft = "draft"
					case "destroy":
						want, wantCart = SessionFields{}, nil
					}
					if !reflect.DeepEqual(after.Values(), want) || !reflect.DeepEqual(cart, wantCart) {
						t.Errorf("after a %s the session holds %+v", name, after.Values())
					}
				}
			})
			t.Logf("%d flips: %d times acknowledged, %d times an error", p.injected.Load(), acknowledged, failed)
		})
	}
}

// Replies that come to another connection may say stored of what was not, and
// absent of what is there: nothing in them tells. Whatever is read as a value
// is true all the same.
func TestNobodyReadsWhatIsNotHisFromCorruptedConnections(t *testing.T) {
	board := &switchboard{make(chan *offer)}
	for name, corruption := range map[string]func() fault{
		"flipped": flipSometimes(400),
		"swapped": board.swapSometimes(4),
	} {
		t.Run(name, func(t *testing.T) {
			p, through, direct := corruptible(t)
			p.set(faults{replies: corruption})
			var reads, anew, failed atomic.Int64
			const visitors = 16
			sideBySide(t, visitors, visitors, func(i int) {
				me := fmt.Sprint("visitor", i)
				token := mustIssue(t, direct, SessionFields{Owner: me, Word: me, Cart: []string{me}})
				words, counts := belief{me}, belief{"0"}
				for n := range times(80, 20_000) {
					if t.Failed() {
						return
					}
					s, err := through.Open(t.Context(), token)
					if err != nil {
						failed.Add(1)
						continue
					}
					if s.IsNew() {
						anew.Add(1)
						continue
					}
					reads.Add(1)
					if s.GetOwner() != me || !words.allows(s.GetWord()) || !counts.allows(fmt.Sprint(s.GetCount())) {
						t.Errorf("%s reads %+v", me, s.Values())
					}
					if cart, err := s.GetCart(t.Context()); err == nil && (len(cart) != 1 || cart[0] != me) {
						t.Errorf("%s reads the cart %q", me, cart)
					}
					switch n % 3 {
					case 0:
						word := fmt.Sprint(me, "/", n)
						s.SetWord(word)
						words = append(words, word)
						s.Save(t.Context())
					case 1:
						counts = append(counts, fmt.Sprint(n))
						s.UpdateCount(t.Context(), func(count *int) error { *count = n; return nil })
					}
				}
			})
			t.Logf("%d replies corrupted: %d sessions read, %d times as if unknown, %d times unavailable", p.injected.Load(), reads.Load(), anew.Load(), failed.Load())
		})
	}
}
