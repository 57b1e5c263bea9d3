package runtime

import (
	"fmt"
	"log/slog"
	"math"
	"strconv"
	"strings"
)

var silent = slog.New(slog.DiscardHandler)

// never is the end of an operation whose outcome is not known: it may take
// effect at any time or not at all.
const never = math.MaxInt

// value is the state of one variable.
type value struct {
	set bool
	n   int
}

func setTo(n int) func(value) value { return func(value) value { return value{true, n} } }

func cleared(value) value { return value{} }

func incremented(v value) value { return value{true, v.n + 1} }

func (v value) String() string {
	if !v.set {
		return "-"
	}
	return strconv.Itoa(v.n)
}

// An op is an operation: a read or a write of one variable, or one on the whole
// session. It is under way from its first step to its last, because nobody can
// see what it does before the first.
type op struct {
	variable string            // or loading or ending
	apply    func(value) value // of a write
	by       int               // of a write: whose it is
	read     *value            // of a read: what it saw
	from, to int
}

const (
	loading = "load"
	ending  = "end" // by Renew or Destroy
)

// A scope is the set of things that an operation is about. If the scopes of two
// operations have nothing in common, the order of the two does not matter.
type scope uint8

func (o *op) scope() scope {
	switch o.variable {
	case "t":
		return 1
	case "v":
		return 2
	case "c":
		return 4
	case ending:
		return 8
	}
	return 1 | 2 | 8 // a load
}

// concerns tells whether a command on the key can be the first of the
// operation.
func (o *op) concerns(key string) bool {
	return o.variable == loading || o.variable == ending || strings.HasSuffix(key, "-"+o.variable)
}

func (o *op) isRead() bool { return o.apply == nil && o.variable != ending }

func (o *op) String() string {
	span := fmt.Sprintf("in steps %d to %d", o.from, o.to)
	switch {
	case o.from == never:
		span = "not begun"
	case o.to == never:
		span = fmt.Sprintf("from step %d, outcome unknown", o.from)
	}
	if o.read != nil {
		return fmt.Sprintf("\n  read %v %s", *o.read, span)
	}
	return fmt.Sprintf("\n  write by %d, - becomes %v, %s", o.by, o.apply(value{}), span)
}

// linearizable tells whether the operations can be put in an order that
// respects their times and explains every read.
func linearizable(v value, ops []*op) bool {
	done := true
	for i, o := range ops {
		if o.to != never {
			done = false
		}
		if !mayBeNext(o, ops) {
			continue
		}
		rest := append(without(o.by, ops[:i]), ops[i+1:]...)
		switch {
		case o.read != nil:
			if *o.read == v && linearizable(v, rest) {
				return true
			}
		case linearizable(o.apply(v), rest):
			return true
		}
	}
	return done
}

// without returns the operations except the writes of by: when a later write of
// by has taken effect, an earlier one must not take effect any more.
func without(by int, ops []*op) []*op {
	var rest []*op
	for _, o := range ops {
		if by == observer || o.by != by {
			rest = append(rest, o)
		}
	}
	return rest
}

// mayBeNext tells whether no other operation ended before o began.
func mayBeNext(o *op, ops []*op) bool {
	for _, other := range ops {
		if other.to < o.from {
			return false
		}
	}
	return true
}
