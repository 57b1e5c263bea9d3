package faults

import (
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

// A history is what the requests of one session saw and did, and when.
type history struct {
	start time.Time
	last  atomic.Int64

	mu         sync.Mutex
	operations map[string][]porcupine.Operation // by variable
}

// A value is what a variable holds: the zero value if it is not set.
type value struct {
	set bool
	n   int
}

// An operation of a history that is under way.
type operation struct {
	h        *history
	variable string
	call     int64
}

type (
	write  value
	update struct {
		saw, n       int
		acknowledged bool
	}
	read struct{}
)

func newHistory() *history {
	return &history{start: time.Now(), operations: map[string][]porcupine.Operation{}}
}

// unique returns a value that no other operation of the history writes.
func (h *history) unique() int { return int(h.last.Add(1)) }

func (h *history) now() int64 { return int64(time.Since(h.start)) }

func (h *history) begin(variable string) operation { return operation{h, variable, h.now()} }

func (o operation) end(input, output any, err error) {
	op := porcupine.Operation{Input: input, Output: output, Call: o.call, Return: o.h.now()}
	if err != nil {
		op.Return = math.MaxInt64 // at any time, or never
	}
	o.h.mu.Lock()
	defer o.h.mu.Unlock()
	o.h.operations[o.variable] = append(o.h.operations[o.variable], op)
}

func (o operation) saw(v value) { o.end(read{}, v, nil) }

func (o operation) wrote(v value, err error) { o.end(write(v), nil, err) }

// updated notes an update whose function saw one value and left another.
func (o operation) updated(saw, n int, err error) {
	o.end(update{saw, n, err == nil}, nil, err)
}

// register is the model of one variable.
var register = porcupine.Model{
	Init: func() any { return value{} },
	Step: func(state, input, output any) (bool, any) {
		v := state.(value)
		switch input := input.(type) {
		case write:
			return true, value(input)
		case update:
			if v.n != input.saw {
				// One whose outcome is not known never took place then.
				return !input.acknowledged, v
			}
			return true, value{true, input.n}
		default:
			return output == any(v), v
		}
	},
	DescribeOperation: func(input, output any) string {
		return fmt.Sprintf("%T%v -> %v", input, input, output)
	},
}

// check fails the test unless the operations of each variable can be put in an
// order that respects their times and explains all that was seen.
func (h *history) check(t testing.TB) {
	t.Helper()
	for variable, operations := range h.operations {
		switch porcupine.CheckOperationsTimeout(register, operations, time.Minute) {
		case porcupine.Ok:
		case porcupine.Unknown:
			t.Errorf("%s: a history of %d operations is too long to check", variable, len(operations))
		default:
			for _, op := range operations {
				t.Logf("%s: [%d, %d] %s", variable, op.Call, op.Return, register.DescribeOperation(op.Input, op.Output))
			}
			t.Errorf("the history of %s is not linearizable", variable)
		}
	}
}
