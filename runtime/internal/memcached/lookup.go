package memcached

import (
	"bufio"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

// A lookup fills what a query asks for.
type lookup struct {
	query kv.Query
	found []kv.Found
}

func (u *lookup) carry(l *lane) error { return l.carry(u) }

func (u *lookup) ask(m *message) { m.get(u.query) }

func (u *lookup) read(r *bufio.Reader) error {
	clear(u.found) // an attempt that failed may have filled some
	return readItems(r, u.query, u.found)
}
