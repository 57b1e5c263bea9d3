package runtime_test

import (
	"context"
	"encoding/json"
	"expvar"
	"fmt"
	"log"

	"github.com/sessiongen/sessiongen/runtime"
)

// Package expvar shows the figures on /debug/vars.
func Example_expvar() {
	sessions, ctx := newExampleSessions(), context.Background()
	expvar.Publish("sessions", expvar.Func(func() any { return sessions.Stats() }))

	cookie, err := sessions.Issue(ctx, SessionFields{Visits: 40})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := sessions.Open(ctx, cookie.Value); err != nil {
		log.Fatal(err)
	}
	var shown runtime.Stats
	if err := json.Unmarshal([]byte(expvar.Get("sessions").String()), &shown); err != nil {
		log.Fatal(err)
	}
	fmt.Println(shown.New, "new,", shown.Loads, "load,", shown.Hits, "hit,", shown.RoundTrips, "round trips")
	// Output: 1 new, 1 load, 1 hit, 2 round trips
}
