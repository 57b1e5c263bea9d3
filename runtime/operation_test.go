package runtime

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestOperationEndsAtItsDeadlineWhetherSomebodyWaitsOrNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked, waited := operate(t.Context()), operate(t.Context())
		defer asked.end()
		defer waited.end()
		begun := time.Now()
		for _, op := range []*operation{asked, waited} {
			if d, ok := op.Deadline(); !ok || !d.Equal(begun.Add(longestOperation)) || op.Err() != nil {
				t.Errorf("deadline %v, %v and %v", d, ok, op.Err())
			}
		}
		<-waited.Done()
		if took := time.Since(begun); took != longestOperation {
			t.Errorf("waited %v", took)
		}
		for _, op := range []*operation{asked, waited} {
			if err := op.Err(); err != context.DeadlineExceeded {
				t.Errorf("after the deadline: %v", err)
			}
		}
	})
}

func TestDeadlineOfAnOperationCountsFromTheFirstLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		op := operate(t.Context())
		defer op.end()
		_ = op.String() // is none
		time.Sleep(longestOperation)
		looked := time.Now()
		if err := op.Err(); err != nil {
			t.Errorf("at the first look: %v", err)
		}
		if d, _ := op.Deadline(); !d.Equal(looked.Add(longestOperation)) {
			t.Errorf("deadline %v after the first look", d.Sub(looked))
		}
	})
}

func TestOperationKeepsItsCallersNearerDeadline(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	want, _ := ctx.Deadline()
	op := operate(ctx)
	defer op.end()
	if got, _ := op.Deadline(); !got.Equal(want) {
		t.Errorf("deadline %v; want %v", got, want)
	}
}

func TestOperationEndsWithItsCaller(t *testing.T) {
	for _, waits := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		op := operate(ctx)
		if waits {
			op.Done()
		}
		if cancel(); op.Err() != context.Canceled {
			t.Errorf("after the caller's end, waits %v: %v", waits, op.Err())
		}
		<-op.Done()
		op.end()
	}
}

func TestContextsDerivedFromAnOperationEndWithIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // which fails if a goroutine is left
		op := operate(t.Context())
		derived, cancel := context.WithCancel(op)
		defer cancel()
		called := make(chan struct{})
		context.AfterFunc(op, func() { close(called) })
		op.end()
		<-derived.Done()
		<-called
		if !errors.Is(derived.Err(), context.Canceled) || op.Err() != context.Canceled {
			t.Errorf("after the end: %v, and derived from it %v", op.Err(), derived.Err())
		}
		late := operate(t.Context())
		late.end()
		<-late.Done()
	})
}

func TestOperationHasItsCallersValues(t *testing.T) {
	type key struct{}
	op := operate(context.WithValue(t.Context(), key{}, "value"))
	defer op.end()
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
		op := operate(ctx)
		op.Deadline() // counts from here
		time.Sleep(longestOperation)
		for _, change := range []func(){func() {}, cancel, op.end, func() { <-op.Done() }} {
			if change(); op.Err() != context.DeadlineExceeded {
				t.Errorf("the error has become %v", op.Err())
			}
		}
		ended := operate(t.Context())
		ended.end()
		time.Sleep(longestOperation)
		if <-ended.Done(); ended.Err() != context.Canceled {
			t.Errorf("the error has become %v", ended.Err())
		}
	})
}

func TestContextsOfThisPackageArePrintedWithoutWhatIsInThem(t *testing.T) {
	r := &request{Context: t.Context(), inherited: http.Header{"Set-Cookie": {"SECRET"}}, session: &Session{vault: vault{key: "SECRET"}}}
	for _, ctx := range []context.Context{r, detached{r}, operate(r), operate(detached{r})} {
		for _, verb := range []string{"%v", "%+v", "%s"} {
			if text := fmt.Sprintf(verb, ctx); strings.Contains(text, "SECRET") || !strings.Contains(text, "WithSession") {
				t.Errorf("%T is printed as %s", ctx, text)
			}
		}
	}
}
