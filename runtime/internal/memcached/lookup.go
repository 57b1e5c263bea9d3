package memcached

import (
	"bufio"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

// A lookup is a query, with what is found under its keys.
type lookup struct {
	query  kv.Query
	found  []kv.Found
	prefix string // of the keys on the server
}

func (u *lookup) carry(l *lane) error { return l.carry(u) }

func (u *lookup) ask(m *message) { m.get(u.prefix, u.query) }

func (u *lookup) read(r *bufio.Reader) error {
	if u.query.Meanwhile != nil {
		u.query.Meanwhile.Prepare()
	}
	clear(u.found) // an attempt that failed may have filled some elements
	room := u.query.Room
	if room == nil {
		room = new([]byte)
	}
	var err error
	*room, err = readItems(r, u.prefix, u.query, u.found, (*room)[:0])
	return err
}
