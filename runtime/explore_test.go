package runtime

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing/synctest"
	"time"
)

// A schedule is a simulated cache that several requests use at once, and a
// scheduler that owns every step: each command of each request waits until the
// scheduler lets it go, and only one is under way at a time.
type schedule struct {
	items   map[string]Item
	version uint64
	clock   int               // steps so far
	ids     map[string]string // what stands for a session's id in a trace
	trace   []string

	faults  []fault // that may happen, one of them in a run
	faulted bool    // one has happened
	evicted bool    // it was an eviction
	crashed int     // the request that crashed, or -1

	mu      sync.Mutex
	offered []*step
}

// A step is one command on one key.
type step struct {
	who   int
	verb  string
	key   string
	name  string // of the key, the same in every run
	do    func()
	err   error         // for the request, if a fault hit the step
	grant chan struct{} // nil if nobody waits for it any more
}

// A fault is what may happen to a command, or beside it.
type fault string

const (
	crash   fault = "crash"   // the request ends ahead of the command
	timeout fault = "timeout" // the command is lost, and its outcome unknown
	late    fault = "late"    // as timeout, but the command takes effect at some time
	evict   fault = "evict"   // the cache drops the command's key just before it
)

var errTimeout = errors.New("simulated time-out")

// id names a step across runs: a request offers a command on a key once at a
// time.
func (s *step) id() string { return fmt.Sprintf("%d %s %s", s.who, s.verb, s.name) }

func newSchedule() *schedule {
	return &schedule{items: map[string]Item{}, ids: map[string]string{}, crashed: -1}
}

// client returns the store as the request who sees it. Without a scheduler,
// who is -1, commands are carried out at once.
func (s *schedule) client(who int) Store { return simulated{s, who} }

type simulated struct {
	*schedule
	who int
}

// step carries out a command when its turn has come.
func (s simulated) step(verb, key string, do func()) error {
	if s.who < 0 {
		s.mu.Lock()
		defer s.mu.Unlock()
		do()
		return nil
	}
	st := &step{who: s.who, verb: verb, key: key, name: s.spell(s.who, key), do: do, grant: make(chan struct{})}
	s.mu.Lock()
	s.offered = append(s.offered, st)
	s.mu.Unlock()
	<-st.grant
	return st.err
}

// spell names a key by the request that made its session's id.
func (s *schedule) spell(who int, key string) string {
	session := SessionKey(key)
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

func (s simulated) Get(_ context.Context, keys []string) (map[string]Item, error) {
	found := map[string]Item{}
	for _, key := range keys {
		err := s.step("get", key, func() {
			if item, ok := s.items[key]; ok {
				found[key] = item
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

func (s simulated) Add(_ context.Context, items []Item) []error {
	return s.each(len(items), func(i int) (err error) {
		if lost := s.step("add", items[i].Key, func() {
			if _, ok := s.items[items[i].Key]; ok {
				err = ErrExists
				return
			}
			s.put(items[i])
		}); lost != nil {
			return lost
		}
		return err
	})
}

func (s simulated) Swap(_ context.Context, items []Item) []error {
	return s.each(len(items), func(i int) (err error) {
		if lost := s.step("swap", items[i].Key, func() {
			switch old, ok := s.items[items[i].Key]; {
			case !ok:
				err = ErrNotFound
			case old.Version != items[i].Version:
				err = ErrExists
			default:
				s.put(items[i])
			}
		}); lost != nil {
			return lost
		}
		return err
	})
}

func (s simulated) Delete(_ context.Context, keys []string) []error {
	return s.each(len(keys), func(i int) error {
		return s.step("delete", keys[i], func() { delete(s.items, keys[i]) })
	})
}

func (s *schedule) put(item Item) {
	s.version++
	item.Version = s.version
	s.items[item.Key] = item
}

// each carries out the commands of one call, which are under way side by side.
func (s simulated) each(n int, do func(i int) error) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = do(i) })
	}
	wg.Wait()
	return errs
}

// enabled waits until every request has ended or offers its next commands, and
// returns these. Time passes only if some request is between two attempts.
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
			who[st.who] = true
		}
	}
	return len(who)
}

func (s *schedule) sorted() []*step {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(slices.Values(s.offered), func(a, b *step) int { return strings.Compare(a.id(), b.id()) })
}

// hit tells whether a fault has happened.
func (s *schedule) hit() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.faulted
}

// now returns the number of steps so far.
func (s *schedule) now() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clock
}

// strike lets a fault hit one of the offered steps.
func (s *schedule) strike(f fault, st *step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faulted = true
	s.trace = append(s.trace, fmt.Sprintf("     request %d  %-6s %-12s %s", st.who, st.verb, st.name, f))
	if f == evict {
		s.evicted = true
		delete(s.items, st.key)
		return
	}
	s.offered = slices.DeleteFunc(s.offered, func(o *step) bool { return o == st })
	st.err = errTimeout
	close(st.grant)
	switch f {
	case crash:
		s.crashed = st.who
	case late:
		s.offered = append(s.offered, &step{who: st.who, verb: st.verb, key: st.key, name: st.name + " late", do: st.do})
	}
}

// abandon answers what a crashed request still asks for.
func (s *schedule) abandon() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := false
	s.offered = slices.DeleteFunc(s.offered, func(st *step) bool {
		if st.who != s.crashed || st.grant == nil {
			return false
		}
		st.err = errTimeout
		close(st.grant)
		found = true
		return true
	})
	return found
}

// run lets one of the offered steps go.
func (s *schedule) run(st *step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.offered = slices.DeleteFunc(s.offered, func(o *step) bool { return o == st })
	s.clock++
	before := s.items[st.key].Version
	st.do()
	outcome := ""
	switch after, ok := s.items[st.key]; {
	case st.verb == "get" && !ok:
		outcome = "absent"
	case st.verb == "get":
		outcome = fmt.Sprint("v", after.Version)
	case after.Version != before:
		outcome = fmt.Sprintf("v%d -> v%d", before, after.Version)
	default:
		outcome = "refused"
	}
	s.trace = append(s.trace, fmt.Sprintf("%3d  request %d  %-6s %-12s %s", s.clock, st.who, st.verb, st.name, outcome))
	if st.grant != nil {
		close(st.grant)
	}
}

// independent tells whether two steps have the same effect in either order.
func independent(a, b string) bool {
	wa, wb := strings.Fields(a), strings.Fields(b)
	if len(wa) > 3 || len(wb) > 3 {
		return false // one is a fault, or late
	}
	return wa[2] != wb[2] || wa[1] == "get" && wb[1] == "get"
}

// An explorer runs all schedules that differ in the order of two dependent
// steps, by depth-first search with sleep sets (Godefroid, 1996): what was tried
// first at a point is not tried again behind a step that is independent of it.
type explorer struct {
	path []choice
	runs int
}

// A choice is a point at which the scheduler chose.
type choice struct {
	options []string
	taken   string
	sleep   map[string]bool // what need not be tried here
}

// open returns an option that is still to be tried, empty if none is.
func (c *choice) open() string {
	for _, id := range c.options {
		if !c.sleep[id] {
			return id
		}
	}
	return ""
}

// explore calls world once for each schedule. world starts the requests and
// tells how many are still running; check is called when none is.
func (x *explorer) explore(world func(*schedule) (live func() int, check func())) {
	for more := true; more; more = x.next() {
		s := newSchedule()
		live, check := world(s)
		x.runs++
		if x.follow(s, live) {
			check()
		}
	}
}

// follow takes the choices of the path again and then the first open one at
// each point. It reports false if none is open, as another run has covered
// what would come; then the requests are run to their end anyhow.
func (x *explorer) follow(s *schedule, live func() int) bool {
	covered := false
	for depth := 0; ; depth++ {
		steps := s.enabled(live)
		if len(steps) == 0 {
			return !covered
		}
		if !covered && depth == len(x.path) {
			covered = !x.extend(s.options(steps))
		}
		if covered {
			s.run(steps[0])
			continue
		}
		s.take(x.path[depth].taken, steps)
	}
}

// options returns what the scheduler can choose from: a step, or a fault that
// hits it.
func (s *schedule) options(steps []*step) []string {
	var options []string
	for _, st := range steps {
		options = append(options, st.id())
	}
	if s.faulted {
		return options
	}
	for _, f := range s.faults {
		for _, st := range steps {
			options = append(options, st.id()+" "+string(f))
		}
	}
	return options
}

// take carries out a choice.
func (s *schedule) take(id string, steps []*step) {
	for _, st := range steps {
		if st.id() == id {
			s.run(st)
			return
		}
		if f, ok := strings.CutPrefix(id, st.id()+" "); ok && slices.Contains(s.faults, fault(f)) {
			s.strike(fault(f), st)
			return
		}
	}
	panic("a schedule can't be repeated: " + id + "\n" + strings.Join(s.trace, "\n"))
}

// extend adds a choice to the path; false if all its options sleep.
func (x *explorer) extend(options []string) bool {
	c := choice{options: options, sleep: map[string]bool{}}
	if n := len(x.path); n > 0 {
		last := x.path[n-1]
		for id := range last.sleep {
			if independent(id, last.taken) {
				c.sleep[id] = true
			}
		}
	}
	if c.taken = c.open(); c.taken == "" {
		return false
	}
	x.path = append(x.path, c)
	return true
}

// next moves the path to the next schedule; false if there is none.
func (x *explorer) next() bool {
	for len(x.path) > 0 {
		c := &x.path[len(x.path)-1]
		c.sleep[c.taken] = true
		if c.taken = c.open(); c.taken != "" {
			return true
		}
		x.path = x.path[:len(x.path)-1]
	}
	return false
}
