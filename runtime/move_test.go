package runtime

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// The verbs that read: one key alone, or one of several keys in a call. A
// request may have one command of each verb under way on a key.
const (
	get  = "get"
	gets = "gets"
)

// A move is what the scheduler chooses: a step to go on, or a fault. It means
// the same step in every run, because a request offers a command on a key only
// once at a time.
type move struct {
	who  int
	verb string
	key  string // the same in every run
	fate fault  // of the step
}

// An effect is what a move does to the operations that are checked: which of
// them begin with it, and which end. The order of operations in time is a part
// of what must hold.
type effect struct{ begins, ends scope }

// A fault is what may happen to a command, or beside it.
type fault string

const (
	// crash: the request ends ahead of one of its commands.
	crash fault = "crash"

	// timeout: a command that writes is lost, and its outcome unknown to the
	// request.
	timeout fault = "timeout"

	// late: as timeout, but the command takes effect at some time.
	late fault = "late"

	// cut: the answers to a get-many break off: what it asked for from this
	// key on is not answered.
	cut fault = "cut"

	// evict: the cache drops a key just before some command on it.
	evict fault = "evict"

	// lands is no fault of its own: it is the moment when a command that was
	// late takes effect.
	lands fault = "lands"
)

var allFaults = []fault{crash, timeout, late, cut, evict}

// at returns the move by which the fault meets the step of another move. It
// reports false if the fault can't meet it.
func (f fault) at(m move) (move, bool) {
	switch {
	case f == crash:
		return move{who: m.who, verb: string(crash)}, true
	case f == evict:
		return move{who: cache, verb: string(evict), key: m.key}, true
	case (f == cut) == m.isGet():
		m.fate = f
		return m, true
	}
	return move{}, false
}

func (m move) isGet() bool { return m.verb == get || m.verb == gets }

func (m move) isFault() bool {
	return m.fate != "" && m.fate != lands || m.verb == string(crash) || m.verb == string(evict)
}

// independent tells whether two moves have the same effect on the cache and
// the requests in either order.
func independent(a, b move) bool {
	if b.isFault() {
		a, b = b, a
	}
	switch {
	case b.isFault():
		return false // only one can happen
	case a.verb == string(crash):
		return a.who != b.who
	case a.verb == string(evict):
		return a.key != b.key
	case a.isFault(): // the command is not carried out
		return a.who != b.who || a.key != b.key || a.verb != b.verb
	}
	return a.key != b.key || a.isGet() && b.isGet()
}

// commute tells whether the order of operations is the same whichever of two
// moves comes first. An operation that ends before another begins does not
// overlap it.
func commute(a, b effect) bool { return a.begins&b.ends == 0 && a.ends&b.begins == 0 }

func (m move) compare(other move) int {
	return cmp.Or(
		cmp.Compare(m.who, other.who),
		cmp.Compare(m.verb, other.verb),
		cmp.Compare(m.key, other.key),
		cmp.Compare(m.fate, other.fate))
}

// spellMoves writes a schedule as parseMoves reads it: the actor and the move,
// as in "0 get S, get S-t; 1 swap S-t timeout; cache evict S".
func spellMoves(moves []move) string {
	var b strings.Builder
	for i, m := range moves {
		switch {
		case i > 0 && m.who == moves[i-1].who:
			b.WriteString(", ")
		case i > 0:
			b.WriteString("; ")
			fallthrough
		default:
			b.WriteString(spellWho(m.who) + " ")
		}
		b.WriteString(strings.Join(strings.Fields(m.verb+" "+m.key+" "+string(m.fate)), " "))
	}
	return b.String()
}

func spellWho(who int) string {
	if who == cache {
		return "cache"
	}
	return strconv.Itoa(who)
}

func parseMoves(text string) ([]move, error) {
	var moves []move
	for group := range strings.SplitSeq(text, ";") {
		who, rest, _ := strings.Cut(strings.TrimSpace(group), " ")
		m := move{who: cache}
		if who != "cache" {
			n, err := strconv.Atoi(who)
			if err != nil {
				return nil, fmt.Errorf("whose moves are %q? %w", group, err)
			}
			m.who = n
		}
		for part := range strings.SplitSeq(rest, ",") {
			words := append(strings.Fields(part), "", "")
			if len(words) < 3 || len(words) > 5 {
				return nil, fmt.Errorf("no move: %q", part)
			}
			m.verb, m.key, m.fate = words[0], words[1], fault(words[2])
			moves = append(moves, m)
		}
	}
	return moves, nil
}
