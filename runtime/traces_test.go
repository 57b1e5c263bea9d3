package runtime

import "testing"

// traces are schedules on which the runtime once broke a rule. Each is written
// as the report of the violation printed it, without the moves behind the one
// at which the runtime now goes another way.
var traces = []struct{ name, deeds, schedule string }{
	// Renew copied t, met the mark of the clear when it was about to bury t,
	// and took the mark for no change: t had its old value in the renewed
	// session.
	{"Renew met a clear half-way", "clear, renew", "1 gets S, gets S-t, gets S-v, gets S-n; 0 gets S, gets S-t, gets S-v, gets S-n, swap S-t; 1 gets S, gets S-c, add 1.0, add 1.0-c, add 1.0-t, swap S, swap S-c, swap S-t, gets S, gets S-t, swap S-t"},

	// As before, but what was set meanwhile was evicted before Renew read it
	// again: the value that it had replaced came back.
	{"Renew met an eviction half-way", "set, renew", "1 gets S, gets S-t, gets S-v, gets S-n; 0 gets S, gets S-t, gets S-v, gets S-n, swap S-t; 1 gets S, gets S-c, add 1.0, add 1.0-c, add 1.0-t, swap S, swap S-c, swap S-t, gets S; cache evict S-t; 1 gets S-t"},
}

func TestTraceThatOnceBrokeTheRuntime(t *testing.T) {
	for _, trace := range traces {
		t.Run(trace.name, func(t *testing.T) {
			if v := replay(t, trace.deeds, trace.schedule); v == impossible {
				t.Error("the runtime goes another way now: look for a trace that shows the same")
			}
		})
	}
}
