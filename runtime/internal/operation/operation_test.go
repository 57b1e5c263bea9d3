package operation_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/operation"
)

func TestOperationEndsAtItsDeadlineWhetherSomebodyWaitsOrNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked, waited := operation.Begin(t.Context()), operation.Begin(t.Context())
		defer asked.End()
		defer waited.End()
		begun := time.Now()
		for _, op := range []*operation.Operation{asked, waited} {
			if d, ok := op.Deadline(); !ok || !d.Equal(begun.Add(operation.Longest)) || op.Err() != nil {
				t.Errorf("deadline %v, %v and %v", d, ok, op.Err())
			}
		}
		<-waited.Done()
		if took := time.Since(begun); took != operation.Longest {
			t.Errorf("waited %v", took)
		}
		for _, op := range []*operation.Operation{asked, waited} {
			if err := op.Err(); err != context.DeadlineExceeded {
				t.Errorf("after the deadline: %v", err)
			}
		}
	})
}

func TestDeadlineOfAnOperationCountsFromTheFirstLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		op := operation.Begin(t.Context())
		defer op.End()
		_ = op.String() // String does not count as asking
		time.Sleep(operation.Longest)
		looked := time.Now()
		if err := op.Err(); err != nil {
			t.Errorf("at the first look: %v", err)
		}
		if d, _ := op.Deadline(); !d.Equal(looked.Add(operation.Longest)) {
			t.Errorf("deadline %v after the first look", d.Sub(looked))
		}
	})
}

func TestOperationKeepsItsCallersNearerDeadline(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	want, _ := ctx.Deadline()
	op := operation.Begin(ctx)
	defer op.End()
	if got, _ := op.Deadline(); !got.Equal(want) {
		t.Errorf("deadline %v; want %v", got, want)
	}
}

func TestOperationEndsWithItsCaller(t *testing.T) {
	for _, waits := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		op := operation.Begin(ctx)
		if waits {
			op.Done()
		}
		if cancel(); op.Err() != context.Canceled {
			t.Errorf("after the caller's end, waits %v: %v", waits, op.Err())
		}
		<-op.Done()
		op.End()
	}
}

func TestContextsDerivedFromAnOperationEndWithIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // it fails if a goroutine is left
		op := operation.Begin(t.Context())
		derived, cancel := context.WithCancel(op)
		defer cancel()
		called := make(chan struct{})
		context.AfterFunc(op, func() { close(called) })
		op.End()
		<-derived.Done()
		<-called
		if !errors.Is(derived.Err(), context.Canceled) || op.Err() != context.Canceled {
			t.Errorf("after the end: %v, and derived from it %v", op.Err(), derived.Err())
		}
		late := operation.Begin(t.Context())
		late.End()
		<-late.Done()
	})
}

func TestOperationHasItsCallersValues(t *testing.T) {
	type key struct{}
	op := operation.Begin(context.WithValue(t.Context(), key{}, "value"))
	defer op.End()
	for range 2 {
		if got := op.Value(key{}); got != "value" {
			t.Errorf("value %v", got)
		}
		op.Done()
	}
}

func TestOperationKeepsTheErrorThatItHadFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		op := operation.Begin(ctx)
		op.Deadline() // the deadline counts from here
		time.Sleep(operation.Longest)
		for _, change := range []func(){func() {}, cancel, op.End, func() { <-op.Done() }} {
			if change(); op.Err() != context.DeadlineExceeded {
				t.Errorf("the error has become %v", op.Err())
			}
		}
		ended := operation.Begin(t.Context())
		ended.End()
		time.Sleep(operation.Longest)
		if <-ended.Done(); ended.Err() != context.Canceled {
			t.Errorf("the error has become %v", ended.Err())
		}
	})
}
