package faults

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

// A belief is what a variable may hold: what was acknowledged last, or what was
// written since with an unknown outcome.
type belief []string

func (b *belief) wrote(v string, err error) {
	if err == nil {
		*b = nil
	}
	*b = append(*b, v)
}

func (b belief) allows(v string) bool {
	for _, w := range b {
		if v == w {
			return true
		}
	}
	return false
}

// digest names a large value without printing it.
func digest(v string) string { return fmt.Sprintf("%.12q of %d bytes", v, len(v)) }

// A small cache evicts what it likes, of the sessions' variables one by one, and
// at times has no memory of the right size at all.
func TestSessionIsWholeOrGoneWhenTheCacheIsFull(t *testing.T) {
	server := startMemcached(t, "-m", "8")
	var lost atomic.Int64
	sessions := newSessions(t, runtime.Config{Store: newStore(t, server.addr), OnEvent: func(_ context.Context, e runtime.Event) {
		if e.Kind == runtime.EventLost {
			lost.Add(1)
		}
	}})
	value := func(owner, step int) string {
		// Mixed sizes, so that the cache's classes compete.
		size := []int{10, 100, 1000, 10_000, 60_000}[rand.N(5)]
		v := fmt.Sprintf("%d/%d/", owner, step)
		return v + strings.Repeat("x", rand.N(size))
	}
	var whole, gone, refused atomic.Int64
	const perWorker = 40 // sessions that a worker keeps in turn
	sideBySide(t, 8, 8, func(worker int) {
		ctx := t.Context()
		type kept struct {
			token             string
			word, cart, draft belief
		}
		all := make([]kept, perWorker)
		for step := range times(500, 100_000) {
			if t.Failed() {
				return
			}
			i := rand.N(perWorker)
			k, id := &all[i], worker*perWorker+i
			s := mustOpen(t, sessions, k.token)
			if s.IsNew() {
				gone.Add(1)
				*k = kept{}
				word, cart := value(id, step), value(id, step)
				s.SetOwner(fmt.Sprint(id))
				s.SetWord(word)
				s.SetCart([]string{cart})
				switch err := s.Save(ctx); {
				case err == nil:
					*k = kept{token: s.Cookie().Value, word: belief{word}, cart: belief{cart}}
				case isUnavailable(err):
					refused.Add(1)
				default:
					t.Errorf("first set: %v", err)
				}
				continue
			}
			whole.Add(1)
			if s.GetOwner() != fmt.Sprint(id) || !k.word.allows(s.GetWord()) {
				t.Errorf("session %d holds owner %q and the word %s", id, s.GetOwner(), digest(s.GetWord()))
			}
			if s.HasDraft() && !k.draft.allows(s.GetDraft()) {
				t.Errorf("session %d holds the draft %s", id, digest(s.GetDraft()))
			}
			v := value(id, step)
			var err error
			switch rand.N(4) {
			case 0:
				s.SetWord(v)
				err = s.Save(ctx)
				k.word.wrote(v, err)
			case 1:
				s.SetDraft(v)
				err = s.Save(ctx)
				k.draft.wrote(v, err)
			case 2:
				s.SetCart([]string{v})
				err = s.Save(ctx)
				k.cart.wrote(v, err)
			default:
				var cart []string
				cart, err = s.GetCart(ctx)
				if err == nil && (len(cart) != 1 || !k.cart.allows(cart[0])) {
					t.Errorf("session %d holds the cart %.50q", id, cart)
				}
			}
			switch {
			case isUnavailable(err):
				refused.Add(1)
			case err != nil && !errors.Is(err, runtime.ErrEnded):
				t.Errorf("write: %v", err)
			}
		}
	})
	evictions := server.stat("evictions")
	t.Logf("sessions found whole %d times, gone %d times; %d times a variable was lost, %d writes were refused, %s evictions", whole.Load(), gone.Load(), lost.Load(), refused.Load(), evictions)
	if lost.Load() == 0 || evictions == "0" {
		t.Errorf("%d sessions lost a variable in %s evictions: there was no pressure", lost.Load(), evictions)
	}
}
