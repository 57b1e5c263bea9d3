package memcached_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/runtime/internal/memcached"
)

// A site is some processes whose list changes, with all that can befall them.
type site struct {
	t         *testing.T
	random    *rand.Rand
	servers   []string
	boxes     map[string]*box
	processes []*resident
	lists     [][]string // the last one is right
	down      string     // a server that nobody reaches
	kept      []keepsake
	trace     []string
}

// A resident is a process of a site.
type resident struct {
	store
	wire   *wire
	listed []string // nil: it has no list
}

// A keepsake is an item that was stored, and the first version of the list with
// which its session was elsewhere.
type keepsake struct {
	session       int
	value         string
	seat, server  string
	stored, ended memcached.Version
}

func newSite(t *testing.T, seed uint64) *site {
	s := &site{t: t, random: rand.New(rand.NewPCG(seed, 0)), servers: []string{"a:11211", "b:11211", "c:11211", "d:11211", "e:11211"}}
	s.boxes, s.lists = newBoxes(s.servers...), [][]string{s.servers[:3]}
	for range 3 {
		r := &resident{wire: newWire(s.boxes)}
		s.processes = append(s.processes, r)
		s.restart(r)
		t.Cleanup(func() {
			r.Close()
			for _, name := range s.servers {
				r.wire.setCut(name, true)
			}
		})
	}
	return s
}

func (s *site) restart(r *resident) {
	if r.Client != nil {
		r.Close()
	}
	r.store = r.wire.newStore(func(context.Context) ([]string, error) {
		if r.listed == nil {
			return nil, errors.New("no list")
		}
		return r.listed, nil
	})
}

// step does what comes next.
func (s *site) step() {
	r := s.processes[s.random.IntN(len(s.processes))]
	switch s.random.IntN(16) {
	case 0: // a server comes, or one of four or more leaves
		last, name := s.lists[len(s.lists)-1], s.servers[s.random.IntN(len(s.servers))]
		if next := slices.DeleteFunc(slices.Clone(last), func(n string) bool { return n == name }); len(next) == len(last) {
			s.lists = append(s.lists, sorted(append(next, name)))
		} else if len(next) >= 3 {
			s.lists = append(s.lists, next)
		}
	case 1: // of one process, or of all, as with a deploy
		for _, each := range s.processes {
			if each == r || s.random.IntN(3) > 0 {
				s.restart(each)
			}
		}
	case 2:
		s.cut(false)
		if s.down = ""; s.random.IntN(2) == 0 {
			s.down = s.servers[s.random.IntN(len(s.servers))]
		}
		s.cut(true)
	case 3:
		name := s.servers[s.random.IntN(len(s.servers))]
		s.boxes[name].clear()
		s.kept = slices.DeleteFunc(s.kept, func(k keepsake) bool { return k.server == name })
	case 4, 5, 6, 7, 8:
		s.keep(r, s.random.IntN(12))
	default:
		r.listed = s.lists[max(0, len(s.lists)-1-s.random.IntN(3)*s.random.IntN(2))] // or what was right
		if s.random.IntN(6) == 0 {
			r.listed = nil
		}
		err := r.Attempt(s.t.Context())
		s.trace = append(s.trace, fmt.Sprintf("process %d has the list %v: %v", slices.Index(s.processes, r), r.listed, err))
		s.look(r)
	}
}

// cut cuts all processes off from the server that is down, or connects them again.
func (s *site) cut(cut bool) {
	for _, r := range s.processes {
		r.wire.setCut(s.down, cut)
	}
}

// keep stores an item of a session, if there is none yet.
func (s *site) keep(r *resident, session int) {
	items := sessionOf(session)[:1]
	items[0].Value = fmt.Append(nil, len(s.trace), len(s.kept))
	if r.HasServers() && r.call(s.t.Context(), "Add", items) == nil {
		key := items[0].Key
		s.kept = append(s.kept, keepsake{session: session, value: string(items[0].Value), seat: r.SeatOf(key), server: r.ServerOf(key), stored: r.Version()})
	}
}

// look looks for what must not be there any more.
func (s *site) look(r *resident) {
	if !r.HasServers() {
		return
	}
	now := r.Version()
	for i := range s.kept {
		k := &s.kept[i]
		items := sessionOf(k.session)[:1]
		switch elsewhere := r.SeatOf(items[0].Key) != k.seat; {
		case elsewhere && k.stored.Before(now) && (k.ended.IsZero() || now.Before(k.ended)):
			k.ended = now
		case !elsewhere && !k.ended.IsZero() && k.ended.Before(now):
			found, _ := r.get(s.t.Context(), keysOf(items)) // its server may be down
			if string(found[items[0].Key].Value) == k.value {
				s.t.Fatalf("session %d is back\n%s", k.session, strings.Join(s.trace, "\n"))
			}
		}
	}
}

// Whatever list a process has got, and whatever restarts: while no more than one
// server is down, what was stored for a session is never read again with a version of
// the list behind one with which the session was elsewhere. And when all have the same
// list, they soon agree.
func TestNothingThatHasMovedIsReadAgain(t *testing.T) {
	for seed := range uint64(40) {
		s := newSite(t, seed)
		for range 150 {
			s.step()
		}
		s.cut(false)
		for range 2 {
			for _, r := range s.processes {
				r.listed = s.lists[len(s.lists)-1]
				r.Differs(memcached.InsistAfter)
				_ = r.Attempt(t.Context()) // it may be told that others have another list
				s.look(r)
			}
		}
		for _, r := range s.processes {
			if !r.Agrees(s.processes[0].Client) {
				t.Fatalf("seed %d: servers are %q and %q\n%s", seed, r.Servers(), s.processes[0].Servers(), strings.Join(s.trace, "\n"))
			}
		}
	}
}
