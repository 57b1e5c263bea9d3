package report

import (
	"fmt"
	"slices"
	"strings"
)

// What is measured as the work grows has a plot for all of it, and some has a
// table for a part of it.

// A Weight is what a session of so many variables takes in memcached.
type Weight struct {
	Library   string  `json:"library"`
	Variables int     `json:"variables"`
	Items     float64 `json:"items"`
	Bytes     float64 `json:"bytes"` // of the items, as memcached counts them
}

// A Queue is what requests take when so many goroutines send them side by side.
type Queue struct {
	Library     string  `json:"library"`
	Goroutines  int     `json:"goroutines"`
	PerSecond   float64 `json:"per_second"` // requests of all goroutines
	Median      float64 `json:"median"`     // nanoseconds of a request
	P99         float64 `json:"p99"`
	Connections float64 `json:"connections"` // that are open at once
}

// A Load is what requests take of the processors when they come at a rate.
type Load struct {
	Library     string  `json:"library"`
	Sessions    int     `json:"sessions"`
	Rate        int     `json:"rate"`        // in a second, as it was to be
	PerSecond   float64 `json:"per_second"`  // as it was
	CPU         float64 `json:"cpu"`         // nanoseconds of each request
	Collector   float64 `json:"collector"`   // the garbage collector's share of what the runtime does not count as idle
	Collections float64 `json:"collections"` // in a second
	Bytes       float64 `json:"bytes"`       // that a request allocates
}

var (
	tabledQueues = []int{128, 1024, 2048, 4096}
	tabledRate   = 20_000
)

func (r *Report) weights(b *strings.Builder) {
	if len(r.Weights) == 0 {
		return
	}
	fmt.Fprint(b, "\nWhat a session takes in memcached when so many variables are set:\n\n",
		"| variables | library | items | their bytes |\n|---:|---|---:|---:|\n")
	for _, w := range r.Weights {
		fmt.Fprintf(b, "| %d | %s | %s | %s |\n", w.Variables, w.Library, whole(w.Items), whole(w.Bytes))
	}
}

func (r *Report) queues(b *strings.Builder) {
	if len(r.Queues) == 0 {
		return
	}
	fmt.Fprint(b, "\nGoroutines that send requests side by side, each of them one after the other, which read 1 and write 1 of 5 variables on memcached. "+
		"sessiongen waits for one of its 128 connections, unless MaxConns says otherwise; the others make as many as they need:\n\n",
		"| goroutines | library | requests a second | median | 99th percentile | connections |\n|---:|---|---:|---:|---:|---:|\n")
	for _, q := range r.Queues {
		if slices.Contains(tabledQueues, q.Goroutines) {
			fmt.Fprintf(b, "| %d | %s | %s | %s | %s | %s |\n", q.Goroutines, q.Library, whole(q.PerSecond), Duration(q.Median), Duration(q.P99), whole(q.Connections))
		}
	}
}

func (r *Report) loads(b *strings.Builder) {
	if len(r.Loads) == 0 {
		return
	}
	fmt.Fprintf(b, "\nA server with %d sessions in its memory, to which %d requests a second come, however long the answers take, "+
		"which read 1 and write 1 of 5 variables. The collector's share is that of what the runtime does not count as idle:\n\n", r.Loads[0].Sessions, tabledRate)
	fmt.Fprint(b, "| library | requests a second | CPU time of a request | the collector's share | collections a second | bytes |\n|---|---:|---:|---:|---:|---:|\n")
	for _, l := range r.Loads {
		if l.Rate == tabledRate {
			fmt.Fprintf(b, "| %s | %s | %s | %s %% | %s | %s |\n", l.Library, l.reached(), Duration(l.CPU), digits(100*l.Collector), digits(l.Collections), whole(l.Bytes))
		}
	}
}

// reached returns the rate that was reached, and says so if it was not what it
// was to be.
func (l Load) reached() string {
	const nearly = 0.98
	if l.PerSecond < nearly*float64(l.Rate) {
		return "**" + whole(l.PerSecond) + "**, no more"
	}
	return whole(l.PerSecond)
}
