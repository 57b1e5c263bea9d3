// Package peer has sessiongen and the libraries that it is compared with, one
// a file, each doing the same work with the same variables.
package peer

import (
	"encoding/gob"
	"fmt"
	"time"

	"github.com/bradfitz/gomemcache/memcache"

	"github.com/sessiongen/sessiongen/bench/internal/shape"
)

// A Library keeps sessions.
type Library struct {
	Name   string
	Module string // whose version the table names
	Notes  string // what it does less or more than the others
	Bare   bool   // is no library, but what one stands on

	// Open opens a site on sessions of this shape: in a memcached at this
	// address or, if it is empty, in the memory of the process.
	Open func(s shape.Shape, memcached string) (Site, error)
}

// A Site is a web site with a library's sessions.
type Site interface {
	// Visitor returns a visitor with a session that has all the shape's
	// values, or without one if the work is FirstVisit.
	Visitor(Work) (Visitor, error)

	Close()
}

// A Visitor sends requests, without a network: it calls the handler of the
// site. It serves one goroutine at a time.
type Visitor interface {
	// Do sends n requests, one after the other. It fails if one does not find
	// what the last one set, or does not get what it should.
	Do(n int) error
}

// Work is what one request does with its session.
type Work int

const (
	Untouched    Work = iota // nothing
	Read                     // reads Visits
	ReadWrite                // reads Visits and sets it to one more
	SetAll                   // reads Visits and sets all variables, Visits to one more
	FirstVisit               // sets all variables of a new session
	ReadDocument             // reads Document

	// FirstSets is two requests on a session of twelve: the first visit sets two
	// variables, and the next three others, which nobody has set before.
	FirstSets

	// One request reads or sets Visits n times, so what is measured is the
	// getter or the setter of a session at hand.
	Getter
	Setter
)

// What every site answers.
var page = []byte("ok")

// patience is more than any call should take on a busy machine.
const patience = 20 * time.Second

// mostConns is enough for each goroutine of the benchmark to have connections
// of its own. gomemcache keeps 2 of them by default, and would dial anew for
// most requests.
const mostConns = 1024

// newClient returns the gomemcache client that all peers have.
func newClient(memcached string) *memcache.Client {
	c := memcache.New(memcached)
	c.MaxIdleConns = mostConns
	c.Timeout = patience
	return c
}

// lifetime is that of every session, in seconds.
const lifetime = 24 * 60 * 60

// Libraries that keep a session in a map need to be told the types in it.
func init() {
	gob.Register(shape.Profile{})
	gob.Register([]string{})
	gob.Register(time.Time{})
}

// An expectation is what a visitor knows about the next request.
type expectation struct {
	work   Work
	visits int
	size   int // of the document
}

func expect(work Work, s shape.Shape) expectation {
	e := expectation{work: work, visits: s.Visits()}
	if work == ReadDocument {
		e.size = s.DocumentSize()
	}
	return e
}

// check compares with what n requests found in the end, and whether the last
// one sent a cookie.
func (e *expectation) check(found, n int, cookie bool) error {
	want := 0
	switch e.work {
	case Read, Getter:
		want = e.visits
	case ReadWrite, SetAll:
		want = e.visits
		e.visits++
	case Setter:
		want = n
	case ReadDocument:
		want = e.size
	case FirstVisit:
		if !cookie {
			return fmt.Errorf("the first visit got no cookie")
		}
	case FirstSets:
		want = e.visits
	}
	if found != want {
		return fmt.Errorf("a request found %d, want %d", found, want)
	}
	return nil
}

// loops tells how many getters or setters are called in one request.
func (e *expectation) loops(n int) (requests, loops int) {
	if e.work == Getter || e.work == Setter {
		return 1, n
	}
	return n, 0
}
