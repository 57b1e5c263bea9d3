package runtime

import "sync"

// keptScratch bounds what a scratch keeps of the memory that a large value
// needed.
const keptScratch = 16 << 10

// A scratch is memory for what is needed for a moment, while one session is
// read or written.
type scratch struct {
	key   []byte   // of the item at hand
	text  []byte   // the longest plaintext since it was got
	found []stored // what the store holds
}

// scratches is a pool of them.
type scratches struct{ pool sync.Pool }

func (p *scratches) get() *scratch {
	if s, ok := p.pool.Get().(*scratch); ok {
		return s
	}
	return new(scratch)
}

// put gives s back. What was in it is wiped, because the next session is
// another visitor's.
func (p *scratches) put(s *scratch) {
	clear(s.text)
	if s.text = s.text[:0]; cap(s.text) > keptScratch {
		s.text = nil
	}
	clear(s.found)
	p.pool.Put(s)
}

// keep keeps the memory of a plaintext that was appended to text[:0].
func (s *scratch) keep(plaintext []byte) {
	if len(plaintext) > len(s.text) {
		s.text = plaintext
	}
}

// room returns room for what the store holds under n keys.
func (s *scratch) room(n int) []stored {
	if cap(s.found) < n {
		s.found = make([]stored, n)
	}
	s.found = s.found[:n]
	return s.found
}
