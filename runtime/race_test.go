package runtime

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
)

// A past is the set of moves of a path that happened before a move, as bits:
// the moves that it depends on, and the moves that these depend on.
type past [4]uint64

func (p *past) add(i int)      { p[i/64] |= 1 << (i % 64) }
func (p *past) has(i int) bool { return p[i/64]>>(i%64)&1 == 1 }

func (p *past) addAll(other past) {
	for i := range p {
		p[i] |= other[i]
	}
}

// turnRaces looks for races on the path: two moves that depend on each other,
// with nothing between that orders them anyhow. It makes sure that the other
// order is tried, too.
func (x *explorer) turnRaces() {
	x.spread()
	pasts := make([]past, len(x.path))
	for i := range x.path {
		for j := i - 1; j >= 0; j-- {
			if pasts[i].has(j) || !x.depends(j, i) {
				continue
			}
			if !x.caused(j, i) {
				x.turn(j, i, pasts)
			}
			pasts[i].add(j)
			pasts[i].addAll(pasts[j])
		}
	}
}

// spread lets an operation end with each of the steps that the request offered
// side by side at the end of the operation: whichever step comes last ends it.
func (x *explorer) spread() {
	for i := range x.path {
		for j := range i {
			a, b := &x.path[j], &x.path[i]
			if a.taken.who == b.taken.who && !x.caused(j, i) {
				a.effect.ends |= b.effect.ends
			}
		}
	}
}

// depends tells whether the move at i and the earlier one at j do not commute.
func (x *explorer) depends(j, i int) bool {
	a, b := &x.path[j], &x.path[i]
	return x.caused(j, i) || !independent(a.taken, b.taken) || !commute(a.effect, b.effect)
}

// caused tells whether the move at i was not possible at j, because it is a
// later move of the same request. The landing of a late command belongs to no
// request.
func (x *explorer) caused(j, i int) bool {
	a, b := x.path[j].taken, x.path[i].taken
	switch {
	case a.fate == lands:
		return false
	case b.fate == lands:
		return a.fate == late
	}
	return a.who == b.who && (a == b || !slices.Contains(x.path[j].options, b))
}

// turn makes sure that at j a move is tried that leads to the move at i before
// the move at j. It is one of the moves that depend neither on the move at j
// nor on others in between.
func (x *explorer) turn(j, i int, pasts []past) {
	c := &x.path[j]
	var between []int
	var first []move
	for k := j + 1; k <= i; k++ {
		if pasts[k].has(j) {
			continue
		}
		if !slices.ContainsFunc(between, pasts[k].has) {
			first = append(first, x.path[k].taken)
		}
		between = append(between, k)
	}
	for _, m := range first {
		if slices.Contains(c.todo, m) {
			return
		}
	}
	for _, m := range first {
		if slices.Contains(c.options, m) {
			c.todo = append(c.todo, m)
			return
		}
	}
	c.todo = c.options
}

// TestRacesLeaveNoScheduleOut compares the search that goes by races with the
// search that tries everything at each point.
func TestRacesLeaveNoScheduleOut(t *testing.T) {
	t.Parallel()
	inShort(t, "the faults, and the deeds that take long")
	faults := [][]fault{nil}
	if *torture {
		faults = append(faults, []fault{late}, []fault{crash}, []fault{timeout}, []fault{cut}, []fault{evict})
	}
	for _, f := range faults {
		for _, names := range allOf(2) {
			if !*torture && (deedOf(names[0]).long || deedOf(names[1]).long) {
				continue
			}
			byRaces, all := gists(t, f, names, &explorer{reads: true}), gists(t, f, names, &explorer{reads: true, all: true})
			if !maps.Equal(byRaces, all) {
				t.Errorf("%s %q: %d of %d kinds of schedules", f, names, len(byRaces), len(all))
			}
		}
	}
}

// gists explores what the requests do, and returns the gist of each schedule.
func gists(t *testing.T, faults []fault, names []string, x *explorer) map[string]bool {
	found := map[string]bool{}
	synctest.Test(t, func(t *testing.T) {
		c := newScene(t, names)
		x.explore(faults, func(s *schedule) (func() int, func() string) {
			live, check := c.begin(s)
			return live, func() string {
				wrong := check()
				found[s.gist()] = true
				return wrong
			}
		})
	})
	return found
}

// gist is what happened to each key, and what each request saw. Schedules with
// the same gist differ only in the order of independent moves.
func (s *schedule) gist() string {
	order := map[string][]string{}
	for _, r := range s.rows {
		switch {
		case r.move.isGet(): // shows in what its request does with it
		case r.move.key != "" && (!r.move.isFault() || r.move.who == cache):
			order[r.move.key] = append(order[r.move.key], fmt.Sprint(r.move, r.outcome == "refused"))
		default:
			who := fmt.Sprint(r.move.who)
			order[who] = append(order[who], fmt.Sprint(r.move, r.outcome))
		}
	}
	return fmt.Sprint(order)
}
