package sealed

import (
	"sync"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

const (
	// KeptScratch bounds the memory for a plaintext, in bytes, that a Scratch
	// keeps for the next session, and that for answers.
	KeptScratch = 16 << 10

	// keptFound bounds the number of keys for which a Scratch keeps memory.
	keptFound = 512
)

// A Scratch is memory that is needed only while one session is read or written.
type Scratch struct {
	key    []byte     // the key of the item at hand, which is no secret
	Text   []byte     // the plaintext at hand
	found  []kv.Found // what the store holds
	values []byte     // room for the values in found, which are sealed
}

// Scratches is a pool of [Scratch].
type Scratches struct{ pool sync.Pool }

// Get returns a Scratch for one goroutine, until Put.
func (p *Scratches) Get() *Scratch {
	if s, ok := p.pool.Get().(*Scratch); ok {
		return s
	}
	return new(Scratch)
}

// Put gives s back. Plaintexts in it are wiped, because the next session is another
// visitor's. Values stay: they are sealed. But nothing refers to them any more.
func (p *Scratches) Put(s *Scratch) {
	if cap(s.Text) > KeptScratch {
		s.Text = nil
	}
	if cap(s.values) > KeptScratch {
		s.values = nil
	}
	if cap(s.found) > keptFound {
		s.found = nil
	}
	clear(s.Text[:cap(s.Text)])
	clear(s.found)
	p.pool.Put(s)
}

// Room returns room for what the store holds under the keys of q, and lets q
// have room for the values.
func (s *Scratch) Room(q *kv.Query) []kv.Found {
	if n := q.Len(); cap(s.found) < n {
		s.found = make([]kv.Found, n)
	} else {
		s.found = s.found[:n]
	}
	q.Room = &s.values
	return s.found
}
