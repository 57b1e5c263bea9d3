package runtime

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing/synctest"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// A schedule is a simulated cache that several requests use at once, and a
// scheduler that owns every step: each command of each request waits until the
// scheduler lets it go, and only one is under way at a time.
type schedule struct {
	items   map[string]Item
	version uint64
	elapsed time.Duration     // on the clock of the cache and the requests
	ids     map[string]string // what stands for a session's id in a trace

	mu       sync.Mutex
	clock    int // steps so far
	offered  []*step
	awaiting map[int][]*op // by request: what has not begun
	last     effect        // of the last move
	reads    bool          // whether the end of a read is an effect
	rows     []row

	lost     map[string]int // in which step the item of an account was evicted
	faults   []fault        // that may happen, one of them in a run
	faulted  bool           // one has happened
	evicted  bool           // it was an eviction
	markLost bool           // ... of the mark of a renewal
	crashed  int            // who crashed: a request, everyone or, for nobody, the observer
}

const (
	observer = -1 // the actor that looks from outside and is not scheduled
	cache    = -2 // stands for the cache itself
	everyone = -3
)

// A step is one command on one key.
type step struct {
	move  move
	key   string // as the cache knows it
	do    func()
	err   error         // for the request, if a fault hit the step
	grant chan struct{} // nil if nobody waits for it any more
}

var errTimeout = errors.New("simulated time-out")

func newSchedule(faults ...fault) *schedule {
	return &schedule{
		items:    map[string]Item{},
		ids:      map[string]string{},
		awaiting: map[int][]*op{},
		lost:     map[string]int{},
		faults:   faults,
		crashed:  observer,
	}
}

// client returns the store as the request named who sees it. The commands of
// the observer are carried out at once.
func (s *schedule) client(who int) Store { return simulated{s, who} }

// spell names a key by the request that made its session's id.
func (s *schedule) spell(who int, key string) string {
	session := kv.Session(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	id, ok := s.ids[session]
	if !ok {
		n := 0
		for _, other := range s.ids {
			if strings.HasPrefix(other, fmt.Sprint(who)) {
				n++
			}
		}
		id = fmt.Sprintf("%d.%d", who, n)
		s.ids[session] = id
	}
	return id + key[len(session):]
}

// begin notes that an operation of the request begins with its next step that
// concerns it.
func (s *schedule) begin(who int, o *op) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.awaiting[who] = append(s.awaiting[who], o)
}

// end notes that an operation of the request ended.
func (s *schedule) end(who int, o *op) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o.from == never {
		o.from = s.clock // the operation took no step
		s.awaiting[who] = slices.DeleteFunc(s.awaiting[who], func(other *op) bool { return other == o })
	}
	o.to = s.clock
	if s.reads || !o.isRead() {
		s.last.ends |= o.scope()
	}
}

// hit tells whether a fault has happened.
func (s *schedule) hit() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.faulted
}

// dead tells whether the request has crashed.
func (s *schedule) dead(who int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.crashed == who
}

// enabled waits until every request has ended or offers its next commands, and
// returns these in their order. Time passes only if some request is between two
// attempts.
func (s *schedule) enabled(live func() int) []*step {
	for {
		synctest.Wait()
		if s.abandon() {
			continue
		}
		steps := s.sorted()
		if live() <= requestsOf(steps) {
			return steps
		}
		time.Sleep(300 * time.Millisecond)
	}
}

// requestsOf returns how many requests wait for one of the steps.
func requestsOf(steps []*step) int {
	who := map[int]bool{}
	for _, st := range steps {
		if st.grant != nil {
			who[st.move.who] = true
		}
	}
	return len(who)
}

func (s *schedule) sorted() []*step {
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.SortFunc(s.offered, func(a, b *step) int { return a.move.compare(b.move) })
	return slices.Clone(s.offered)
}

// abandon answers what a crashed request still asks for.
func (s *schedule) abandon() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := false
	s.offered = slices.DeleteFunc(s.offered, func(st *step) bool {
		if s.crashed != everyone && (st.move.who != s.crashed || st.grant == nil) {
			return false
		}
		if st.err = errTimeout; st.grant != nil {
			close(st.grant)
		}
		found = true
		return true
	})
	return found
}

// moves returns what the scheduler can choose from: a step, or a fault.
func (s *schedule) moves(steps []*step) []move {
	var moves []move
	for _, st := range steps {
		moves = append(moves, st.move)
	}
	if s.faulted {
		return moves
	}
	for _, f := range s.faults {
		for _, st := range steps {
			if m, ok := f.at(st.move); ok && !slices.Contains(moves, m) {
				moves = append(moves, m)
			}
		}
	}
	return moves
}

// take carries out a move. It reports false if that is not possible.
func (s *schedule) take(m move, steps []*step) bool {
	for _, st := range steps {
		if st.move == m {
			s.run(st)
			return true
		}
		for _, f := range allFaults {
			if hit, ok := f.at(st.move); ok && hit == m && !s.faulted {
				s.strike(f, m, st)
				return true
			}
		}
	}
	return false
}

// run lets one of the offered steps go.
func (s *schedule) run(st *step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock++
	s.depart(st)
	before := s.items[st.key].Version
	st.do()
	s.rows = append(s.rows, row{step: s.clock, move: st.move, outcome: s.outcome(st, before)})
	if st.grant != nil {
		close(st.grant)
	}
}

// depart takes a step away from those that are offered. The operations that it
// concerns begin with it.
func (s *schedule) depart(st *step) {
	s.offered = slices.DeleteFunc(s.offered, func(o *step) bool { return o == st })
	s.last = effect{}
	if st.grant == nil {
		return
	}
	s.awaiting[st.move.who] = slices.DeleteFunc(s.awaiting[st.move.who], func(o *op) bool {
		if !o.concerns(st.move.key) {
			return false
		}
		o.from = s.clock
		s.last.begins |= o.scope()
		return true
	})
}

// outcome describes what a step did to its key.
func (s *schedule) outcome(st *step, before uint64) string {
	after, ok := s.find(st.key)
	switch {
	case st.move.isGet() && !ok, st.move.verb == "delete" && before == 0:
		return "absent"
	case st.move.isGet():
		return fmt.Sprint("v", after.Version)
	case st.move.verb == "delete":
		return fmt.Sprintf("v%d gone", before)
	case after.Version == before:
		return "refused"
	case before == 0:
		return fmt.Sprint("stored v", after.Version)
	}
	return fmt.Sprintf("v%d -> v%d", before, after.Version)
}

// strike lets a fault happen at one of the offered steps.
func (s *schedule) strike(f fault, m move, st *step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faulted = true
	lost := row{move: m, outcome: "fault"}
	switch f {
	case evict:
		s.last = effect{}
		s.evicted = true
		mark, _ := sealed.MarkOf(s.items[st.key].Value)
		s.markLost = mark == sealed.EndedMark
		delete(s.items, st.key)
		s.lost[st.move.key] = s.clock + 1
	case crash:
		s.last = effect{}
		s.crashed = st.move.who
	default:
		s.clock++
		lost.step = s.clock
		s.depart(st)
		st.err = errTimeout
		close(st.grant)
	}
	if f == late {
		landing := st.move
		landing.fate = lands
		s.offered = append(s.offered, &step{move: landing, key: st.key, do: st.do})
	}
	s.rows = append(s.rows, lost)
}
