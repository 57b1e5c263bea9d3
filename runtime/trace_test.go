package runtime

import (
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
)

// A row is one line of a trace: a move, or what a request did beside its
// commands.
type row struct {
	step    int // 0 if the row is no step
	move    move
	outcome string
}

// note adds a row that is no step.
func (s *schedule) note(who int, what, outcome string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rows = append(s.rows, row{move: move{who: who, verb: what}, outcome: outcome})
}

// table shows the trace of v. deeds are those of its requests.
func (v *violation) table(deeds []string) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "step\trequest\tcommand\tkey\toutcome")
	for _, r := range v.rows {
		step := ""
		if r.step > 0 {
			step = strconv.Itoa(r.step)
		}
		command, outcome := r.move.verb, r.outcome
		if r.move.fate != "" {
			outcome = strings.TrimSpace(string(r.move.fate) + " " + outcome)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", step, nameOf(r.move.who, deeds), command, r.move.key, outcome)
	}
	w.Flush()
	return b.String()
}

func nameOf(who int, deeds []string) string {
	switch who {
	case observer:
		return "observer"
	case cache:
		return "cache"
	}
	return fmt.Sprintf("%d %s", who, deeds[who])
}

// report shows v as a table, and as a line of Go that runs it again.
func (v *violation) report(deeds []string) string {
	which := "the shortest of all schedules"
	if !v.minimal {
		which = fmt.Sprintf("the shortest of %d schedules", v.tried)
	}
	return fmt.Sprintf("%s\n\n%s\n%d moves, %s. To replay it:\n\n\treplay(t, %q, %q)\n",
		v.what, v.table(deeds), len(v.moves), which, strings.Join(deeds, ", "), spellMoves(v.moves))
}
