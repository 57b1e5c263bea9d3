package runtime

import (
	"sync"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

const (
	// keptScratch bounds what a scratch keeps of the memory that a large value
	// needed, in bytes, and keptFound of that for many keys.
	keptScratch = 16 << 10
	keptFound   = 256
)

// A scratch is memory for what is needed for a moment, while one session is
// read or written.
type scratch struct {
	key   []byte     // of the item at hand, which is no secret
	text  []byte     // the plaintext at hand
	found []kv.Found // what the store holds
}

// scratches is a pool of them.
type scratches struct{ pool sync.Pool }

func (p *scratches) get() *scratch {
	if s, ok := p.pool.Get().(*scratch); ok {
		return s
	}
	return new(scratch)
}

// put gives s back. Plaintexts and answers in it are wiped, because the next
// session is another visitor's.
func (p *scratches) put(s *scratch) {
	if cap(s.text) > keptScratch {
		s.text = nil
	}
	if cap(s.found) > keptFound {
		s.found = nil
	}
	clear(s.text[:cap(s.text)])
	clear(s.found)
	p.pool.Put(s)
}

// room returns room for what the store holds under n keys.
func (s *scratch) room(n int) []kv.Found {
	if cap(s.found) < n {
		s.found = make([]kv.Found, n)
	}
	s.found = s.found[:n]
	return s.found
}
