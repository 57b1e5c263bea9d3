package sealed

import (
	"sync"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

const (
	// keptScratch bounds what a scratch keeps of the memory that a large value
	// needed, in bytes, and keptFound of that for many keys.
	KeptScratch = 16 << 10
	keptFound   = 256
)

// A scratch is memory for what is needed for a moment, while one session is
// read or written.
type scratch struct {
	key   []byte     // of the item at hand, which is no secret
	Text  []byte     // the plaintext at hand
	found []kv.Found // what the store holds
}

// Scratches is a pool of them.
type Scratches struct{ pool sync.Pool }

func (p *Scratches) Get() *scratch {
	if s, ok := p.pool.Get().(*scratch); ok {
		return s
	}
	return new(scratch)
}

// Put gives s back. Plaintexts and answers in it are wiped, because the next
// session is another visitor's.
func (p *Scratches) Put(s *scratch) {
	if cap(s.Text) > KeptScratch {
		s.Text = nil
	}
	if cap(s.found) > keptFound {
		s.found = nil
	}
	clear(s.Text[:cap(s.Text)])
	clear(s.found)
	p.pool.Put(s)
}

// Room returns room for what the store holds under n keys.
func (s *scratch) Room(n int) []kv.Found {
	if cap(s.found) < n {
		s.found = make([]kv.Found, n)
	}
	s.found = s.found[:n]
	return s.found
}
