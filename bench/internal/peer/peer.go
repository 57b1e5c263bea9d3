// Package peer has sessiongen and the libraries that it is compared with, one
// a file, each doing the same work with the same variables.
package peer

import (
	"encoding/gob"
	"errors"
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
	Own    bool   // is sessiongen in another setting

	// Open opens a site on sessions of this shape: in a memcached at this
	// address or, if it is empty, in the memory of the process.
	Open func(s shape.Shape, memcached string) (Site, error)
}

// A Site is a web site with a library's sessions. A cookie is name=value, or
// empty for none.
type Site interface {
	// Session makes a session that has all the shape's values, and returns its
	// cookie.
	Session() (cookie string, err error)

	// Visitor returns a visitor who comes for the work and has this cookie.
	Visitor(w Work, cookie string) (Visitor, error)

	// Holds returns the variables that are set in the session that the cookie
	// opens, by their names; none if it opens nothing.
	Holds(cookie string) (map[string]any, error)

	Close()
}

// A Visitor sends requests, without a network: it calls the handler of the
// site. It serves one goroutine at a time.
type Visitor interface {
	// Do does the work n times. It fails if a request does not find what it
	// should, or does not get the cookie that it should.
	Do(n int) error

	// Bring gives the visitor sessions to use up, if the work is Once.
	Bring(cookies []string)

	// Cookie returns the cookie that the visitor has now.
	Cookie() (string, error)
}

// What every site answers.
var page = []byte("ok")

// patience is more than any call should take on a busy machine.
const patience = 20 * time.Second

// mostConns is a connection for each goroutine of the largest crowd. gomemcache keeps 2 of them by default, and would dial anew for
// most requests.
const mostConns = 4096

// newClient returns the gomemcache client that all peers have.
func newClient(memcached string) *memcache.Client {
	c := memcache.New(memcached)
	c.MaxIdleConns = mostConns
	c.Timeout = patience
	return c
}

// drop deletes an item, which may be gone.
func drop(c *memcache.Client, key string) error {
	err := c.Delete(key)
	if err == memcache.ErrCacheMiss {
		return nil
	}
	return err
}

// onMemcached opens sites on memcached alone.
func onMemcached(open func(s shape.Shape, memcached string) (Site, error)) func(shape.Shape, string) (Site, error) {
	return func(s shape.Shape, memcached string) (Site, error) {
		if memcached == "" {
			return nil, errors.New("it is measured on memcached alone")
		}
		return open(s, memcached)
	}
}

// lifetime is that of every session, in seconds.
const lifetime = 24 * 60 * 60

// Libraries that keep a session in a map need to be told the types in it.
func init() {
	gob.Register(shape.Profile{})
	gob.Register(shape.User{})
	gob.Register([]shape.CartItem{})
	gob.Register([]string{})
	gob.Register(time.Time{})
}
