package runtime

import (
	"flag"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
)

// A verdict is the result of a schedule that is run again.
type verdict string

const (
	violates verdict = "violates"

	// holds: the requests took all its moves, perhaps more, and nothing was
	// wrong.
	holds verdict = "holds"

	// impossible: at some move the requests offered another move, because this
	// runtime goes another way. It went that way to the end, and nothing was
	// wrong.
	impossible verdict = "is not possible"
)

// replay runs one schedule, as a violation's report spells it, and fails the
// test if something is wrong.
func replay(t *testing.T, deeds, schedule string) verdict {
	t.Helper()
	moves, err := parseMoves(schedule)
	if err != nil {
		t.Fatal(err)
	}
	c := newScene(t, strings.Split(deeds, ", "))
	result := holds
	synctest.Test(t, func(t *testing.T) {
		c.t = t
		s := newSchedule()
		live, check := c.begin(s)
		for steps := s.enabled(live); len(steps) > 0; steps = s.enabled(live) {
			if len(moves) > 0 && s.take(moves[0], steps) {
				moves = moves[1:]
				continue
			}
			if len(moves) > 0 {
				s.note(cache, "replay", fmt.Sprintf("not possible: %s", spellMoves(moves[:1])))
				result, moves = impossible, nil
			}
			s.run(steps[0])
		}
		v := &violation{what: check(), rows: s.rows}
		if v.what != "" {
			result = violates
			t.Errorf("%s\n\n%s", v.what, v.table(c.deeds))
		}
	})
	return result
}

var (
	givenDeeds    = flag.String("deeds", "set, update", "what TestGivenInterleaving explores")
	givenFault    = flag.String("fault", "", "a fault that TestGivenInterleaving lets happen at each place")
	givenSchedule = flag.String("schedule", "", "the one schedule that TestGivenInterleaving replays")
)

// TestGivenInterleaving is for looking into one case:
//
//	go test -run TestGivenInterleaving -v . -deeds 'clear, renew' -fault evict
func TestGivenInterleaving(t *testing.T) {
	if *givenSchedule != "" {
		t.Log("this schedule", replay(t, *givenDeeds, *givenSchedule))
		return
	}
	var faults []fault
	if *givenFault != "" {
		faults = append(faults, fault(*givenFault))
	}
	t.Log(exploreDeeds(t, faults, strings.Split(*givenDeeds, ", ")...), "schedules")
}
