package runtime

import (
	"flag"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/sessiongen/sessiongen/internal/leftout"
)

// torture asks for the long form of the tests, of which each takes minutes.
var torture = flag.Bool("torture", false, "run the long form of the tests")

// inShort says what the short form of a test leaves to the long one.
func inShort(t *testing.T, left string) {
	t.Helper()
	if !*torture {
		leftout.Say(leftout.Short)
		t.Logf("short form of %s; -torture also runs %s", t.Name(), left)
	}
}

// exploreDeeds runs the deeds of the given names, each in a request of its own,
// in all orders, with each of the faults at each place, and returns how many
// schedules that took.
//
// With three requests there would be too many schedules if it made a difference
// for each read which operations the read ended ahead of. What a read sees
// can't be the effect of an operation that had not begun. So with three
// requests that makes a difference only for acknowledged writes and endings.
func exploreDeeds(t *testing.T, faults []fault, names ...string) int {
	t.Helper()
	x := &explorer{reads: len(names) < 3}
	synctest.Test(t, func(t *testing.T) {
		x.explore(faults, newScene(t, names).begin)
	})
	if x.shortest != nil {
		t.Error(x.shortest.report(names))
	}
	if *torture {
		t.Logf("%s: %d schedules", strings.Join(names, ", "), x.runs)
	}
	return x.runs
}

// allOf returns all ways to choose n deeds.
func allOf(n int) [][]string {
	if n == 0 {
		return [][]string{nil}
	}
	var all [][]string
	for i, d := range deeds {
		for _, rest := range allOf(n - 1) {
			if len(rest) == 0 || indexOf(rest[0]) >= i {
				all = append(all, append([]string{d.name}, rest...))
			}
		}
	}
	return all
}

// pairs returns all ways to choose two deeds; those of a login beside another deed
// where the session belongs to no account yet; and those of a renewal beside another
// deed where it belongs to one.
func pairs() [][]string {
	all := allOf(2)
	for _, d := range deeds {
		all = append(all, []string{"login", d.name, noAccount})
		if !isOfAccounts(d.name) {
			all = append(all, []string{"renew", d.name, withAccount})
		}
	}
	return all
}

func TestEveryInterleavingOfTwoRequests(t *testing.T) {
	t.Parallel()
	inShort(t, "the two pairs that take as long as all others")
	total := 0
	for _, names := range pairs() {
		if !*torture && names[0] == "end all" && (names[1] == "end others" || names[1] == "load of the other") {
			continue
		}
		total += exploreDeeds(t, nil, names...)
	}
	t.Logf("%d schedules", total)
}

func TestEveryInterleavingOfThreeRequests(t *testing.T) {
	t.Parallel()
	inShort(t, "all other deeds, three at a time")
	accounts := [][]string{
		{"login anew", "login anew", "end all"},
		{oneTooMany, oneTooMany, oneTooMany},
	}
	if *torture {
		accounts = append(accounts, [][]string{
			{"login anew", "end others", "end all"},
			{"load of the other", "end others", "login anew"},
			{"renew", "end all", "load"},
			{"renew", "end", "load"},
			{"renew", "destroy", "load", withAccount},
			{"set", "renew", "end", withAccount},
			{"set", "renew", withOldCookie, withAccount},
			{"login", "login", "end all"},
			{"login", "login", "load", noAccount},
			{"login", withOldCookie, "set", noAccount},
			{"login to another account", "end all", "load"},
			{oneTooMany, "end others", "load of the other"},
		}...)
	}
	triples := [][]string{
		{"set", "update", "clear"},
		{"pop", "pop", "set"},
		{"update", "update", "update"},
		{"first update", "first update", "clear"},
		{"first set", "first update", "first update"},
		{"set", "update", "renew"},
		{"lazy read and set", "set", "renew"},
		{idleRefresh, "first set", "set"},
		{idleRefresh, idleRefresh, "first update"},
	}
	if *torture {
		triples = slices.DeleteFunc(allOf(3), func(names []string) bool {
			return slices.ContainsFunc(names, func(name string) bool { return deedOf(name).many || isOfAccounts(name) })
		})
	}
	total := 0
	for _, names := range append(triples, accounts...) {
		total += exploreDeeds(t, nil, names...)
	}
	t.Logf("%d schedules", total)
}

// alwaysWithFaults are the pairs with a long deed that the short form tries, too.
var alwaysWithFaults = [][]string{
	{"load", "end"},
	{"load", "end others"},
	{"load", withOldCookie},
	{"login anew", "end"},
}

func TestEveryInterleavingOfTwoRequestsWithAFault(t *testing.T) {
	for _, f := range allFaults {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			inShort(t, "the deeds that take long")
			total := 0
			for _, names := range pairs() {
				if *torture || !deedOf(names[0]).long && !deedOf(names[1]).long || slices.ContainsFunc(alwaysWithFaults, func(pair []string) bool { return slices.Equal(pair, names) }) {
					total += exploreDeeds(t, []fault{f}, names...)
				}
			}
			t.Logf("%d schedules", total)
		})
	}
}

func TestEveryInterleavingOfChosenTriplesWithAFault(t *testing.T) {
	t.Parallel()
	inShort(t, "all faults, and triples besides logins that are one too many")
	triples, faults := [][]string{{"login anew", oneTooMany, oneTooMany}}, []fault{timeout, late}
	if *torture {
		triples = append(triples, [][]string{
			{"login anew", "login anew", "end all"},
			{"login anew", "end others", "load"},
			{"renew", "end all", "load"},
			{"renew", "end", "load"},
			{"renew", withOldCookie, "load", withAccount},
		}...)
		faults = allFaults
	}
	for _, f := range faults {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			total := 0
			for _, names := range triples {
				total += exploreDeeds(t, []fault{f}, names...)
			}
			t.Logf("%d schedules", total)
		})
	}
}

// A request goes on after a write that failed. What it does next must hold
// against every effect that the write may still have.
func TestEveryInterleavingOfARequestThatWritesOnAfterAFault(t *testing.T) {
	t.Parallel()
	inShort(t, "first sets and updates beside it")
	total := 0
	others := []string{"load", "set"}
	if *torture {
		others = append(others, "first set", "first update")
	}
	for _, f := range []fault{timeout, late} {
		for _, other := range others {
			total += exploreDeeds(t, []fault{f}, "first set and clear", other)
		}
	}
	t.Logf("%d schedules", total)
}

// A get-many of which only the first answers came has read nothing: the load
// fails at whichever key the answers break off, and what the session holds is
// as it was.
func TestEveryGetManyThatIsCutShortReadsNothing(t *testing.T) {
	runs := exploreDeeds(t, []fault{cut}, "load")
	if keys := len([]string{"S", "S-t", "S-v", "S-n"}); runs != 1+keys {
		t.Errorf("%d schedules, want one without a fault and one for each of %d keys", runs, keys)
	}
}
