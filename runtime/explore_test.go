package runtime

import "slices"

// An explorer runs all schedules that differ in the order of two dependent
// moves, by depth-first search. What was tried first at a point is not tried
// again behind a move that is independent of it (sleep sets; Godefroid, 1996).
// At each point only one step is tried at first. Another step is tried only if
// a run shows a race whose order it would reverse (source sets; Abdulla and
// others, 2014). Every fault is tried at every point, and every step where a
// crash may come.
type explorer struct {
	path     []choice
	reads    bool // whether it counts as a difference which operations a read ended ahead of
	all      bool // whether everything is tried at each point, races or not
	runs     int  // that were checked
	shortest *violation
	after    int // runs since a violation was found, those that were cut off included
}

// A choice is a point at which the scheduler chose.
type choice struct {
	options []move
	taken   move
	effect  effect          // of taken
	todo    []move          // what is to be tried here
	sleep   map[move]effect // moves of todo that need not be tried after all
}

// A violation is a run that broke what must hold.
type violation struct {
	what    string
	moves   []move
	rows    []row
	tried   int  // how many runs the search for a shorter one took
	minimal bool // the search was not given up
}

// patience is how many runs the search for a shorter violation may take.
const patience = 20000

// explore calls world once for each schedule. world starts the requests and
// tells how many are still running; check is called when none is, and returns
// what is wrong. After a violation, only runs with no more moves are of
// interest.
func (x *explorer) explore(faults []fault, world func(*schedule) (live func() int, check func() string)) {
	for more := true; more; more = x.next() {
		if x.shortest != nil {
			if x.after++; x.after > patience {
				return
			}
			x.shortest.tried = x.after
		}
		s := newSchedule(faults...)
		s.reads = x.reads
		live, check := world(s)
		done := x.follow(s, live)
		x.turnRaces()
		if !done {
			continue
		}
		x.runs++
		if what := check(); what != "" {
			x.found(&violation{what: what, moves: x.taken(), rows: s.rows, tried: x.after})
		}
	}
	if x.shortest != nil {
		x.shortest.minimal = true
	}
}

// found keeps the shortest violation: the one of the fewest moves, and of
// these the one that changes from one request to another least often.
func (x *explorer) found(v *violation) {
	old := x.shortest
	if old == nil || len(v.moves) < len(old.moves) || len(v.moves) == len(old.moves) && switches(v.moves) < switches(old.moves) {
		x.shortest = v
	}
	x.all = true // in runs that are cut off races would be missed
	for i := range x.path {
		x.path[i].todo = x.path[i].options
	}
}

func switches(moves []move) (n int) {
	for i, m := range moves {
		if i > 0 && m.who != moves[i-1].who {
			n++
		}
	}
	return n
}

func (x *explorer) taken() []move {
	moves := make([]move, len(x.path))
	for i, c := range x.path {
		moves[i] = c.taken
	}
	return moves
}

// follow takes the choices of the path again and then the first open one at
// each point. It reports false if there is no open choice, because another run
// has covered what would come, or because nothing shorter can come. Then the
// requests crash.
func (x *explorer) follow(s *schedule, live func() int) bool {
	for depth := 0; ; depth++ {
		steps := s.enabled(live)
		if depth > 0 {
			x.path[depth-1].effect = s.last
		}
		if len(steps) == 0 {
			return true
		}
		if depth == len(x.path) && (x.tooLong(depth) || !x.extend(s.moves(steps))) {
			s.crashed = everyone
			s.enabled(live)
			return false
		}
		if !s.take(x.path[depth].taken, steps) {
			panic("a schedule can't be repeated: " + spellMoves(x.taken()))
		}
	}
}

// tooLong tells whether one more move would make the run longer than the
// shortest violation.
func (x *explorer) tooLong(depth int) bool {
	return x.shortest != nil && depth >= len(x.shortest.moves)
}

// extend adds a choice to the path. It reports false if all options of the
// choice sleep.
func (x *explorer) extend(options []move) bool {
	c := choice{options: options, sleep: map[move]effect{}}
	if n := len(x.path); n > 0 {
		last := x.path[n-1]
		for m, e := range last.sleep {
			if independent(m, last.taken) && commute(e, last.effect) {
				c.sleep[m] = e
			}
		}
	}
	// What is not done because of a crash does not show in a race.
	all := x.all || slices.ContainsFunc(options, func(m move) bool { return m.verb == string(crash) })
	for _, m := range options {
		if _, asleep := c.sleep[m]; all || m.isFault() || !asleep && len(c.todo) == 0 {
			c.todo = append(c.todo, m)
		}
	}
	if !c.choose() {
		return false
	}
	x.path = append(x.path, c)
	return true
}

// choose takes a move that is still to be tried. It reports false if there is
// none.
func (c *choice) choose() bool {
	for _, m := range c.todo {
		if _, asleep := c.sleep[m]; !asleep {
			c.taken = m
			return true
		}
	}
	return false
}

// next moves the path to the next schedule. It reports false if there is none.
func (x *explorer) next() bool {
	for len(x.path) > 0 {
		c := &x.path[len(x.path)-1]
		c.sleep[c.taken] = c.effect
		if c.choose() {
			return true
		}
		x.path = x.path[:len(x.path)-1]
	}
	return false
}
