package runtime

import (
	"fmt"
	"log/slog"
	"math"
)

var silent = slog.New(slog.DiscardHandler)

// never is when an operation ends whose outcome is not known: it may take
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

// An op is a read or a write of one variable, and the steps between which it
// was under way.
type op struct {
	variable string
	apply    func(value) value // of a write
	by       *visitor          // of a write: whose it is
	read     *value            // of a read: what it saw
	from, to int
}

// end notes the outcome of a write.
func (o *op) end(h *history, err error) {
	if err == nil {
		o.to = h.s.now()
	}
}

func (o *op) String() string {
	if o.read != nil {
		return fmt.Sprintf("  read %v in [%d, %d]", *o.read, o.from, o.to)
	}
	return fmt.Sprintf("  write %v -> %v in [%d, %d]", value{}, o.apply(value{}), o.from, o.to)
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

// without returns the operations but the writes of by: when a later one of
// its writes has taken effect, an earlier one may not any more.
func without(by *visitor, ops []*op) []*op {
	var rest []*op
	for _, o := range ops {
		if by == nil || o.by != by {
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
