package main

import (
	"maps"
	"sync"
)

// votes are counted in memory, for all visitors.
type votes struct {
	mu      sync.Mutex
	counts  map[string]int
	changed chan struct{} // closed with the next vote
}

func newVotes() *votes {
	return &votes{counts: map[string]int{}, changed: make(chan struct{})}
}

func (v *votes) add(choice string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.counts[choice]++
	close(v.changed)
	v.changed = make(chan struct{})
}

// now returns how often each choice was voted for, how many votes there are, and
// what is closed with the next one.
func (v *votes) now() (counts map[string]int, total int, changed <-chan struct{}) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, n := range v.counts {
		total += n
	}
	return maps.Clone(v.counts), total, v.changed
}
