package operation_test

import (
	"testing"

	"github.com/sessiongen/sessiongen/runtime/internal/operation"
)

// A store may be made of several, each with servers of its own.
func TestWhatEachOwnerPinsFirstStays(t *testing.T) {
	op := operation.Begin(t.Context())
	defer op.End()
	a, b, c := new(int), new(int), new(int)
	for _, value := range []string{"first", "second"} {
		for _, owner := range []any{a, b, c} {
			if got := op.Pin(owner, value); got != "first" {
				t.Errorf("pinned is %v", got)
			}
			if got := op.Pinned(owner); got != "first" {
				t.Errorf("pinned is %v", got)
			}
		}
	}
	if got := op.Pinned(new(int)); got != nil {
		t.Errorf("pinned by nobody is %v", got)
	}
	if got := operation.Of(t.Context()).Pin(a, "value"); got != "value" {
		t.Errorf("outside of an operation pinned is %v", got)
	}
}
