package storetest

import (
	"fmt"
	goruntime "runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/sessiongen/sessiongen/runtime"
)

func TestMemoryPasses(t *testing.T) {
	Run(t, func(*testing.T) runtime.Store { return runtime.NewMemory() })
}

func TestEachFaultIsFoundByItsCheck(t *testing.T) {
	for _, fault := range faults {
		t.Run(fault.check+": "+fault.name, func(t *testing.T) {
			i := slices.IndexFunc(checks, func(c check) bool { return c.name == fault.check })
			if i < 0 {
				t.Fatal("there is no such check")
			}
			if failures := try(t, checks[i], fault.broken(runtime.NewMemory())); len(failures) == 0 {
				t.Error("not found")
			} else {
				t.Log(failures[0])
			}
		})
	}
}

func TestEachCheckFindsAFault(t *testing.T) {
	for _, c := range checks {
		if !slices.ContainsFunc(faults, func(f fault) bool { return f.check == c.name }) {
			t.Errorf("no fault is known that %s finds", c.name)
		}
	}
}

func TestFaultlessStorePassesAllChecksOnAFakeClock(t *testing.T) {
	for _, c := range checks {
		for _, failure := range try(t, c, faulty{Store: runtime.NewMemory()}) {
			t.Errorf("%s: %s", c.name, failure)
		}
	}
}

// try runs a check and returns what it found.
func try(t *testing.T, c check, store runtime.Store) []string {
	t.Helper()
	r := new(recorder)
	synctest.Test(t, func(t *testing.T) {
		r.TB = t
		done := make(chan struct{})
		go func() { // recorder.Fatalf ends the goroutine
			defer close(done)
			c.run(&probe{r, store})
		}()
		<-done
	})
	return r.failures
}

// recorder is a test that records its failures.
type recorder struct {
	testing.TB
	mu       sync.Mutex
	failures []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	goruntime.Goexit()
}
