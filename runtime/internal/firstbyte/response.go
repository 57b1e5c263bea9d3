// Package firstbyte has a ResponseWriter that asks before the first byte of the
// response. That is the last moment at which the header can still change. It
// comes at a different place in every handler, and once it has passed no cookie
// can be sent any more.
//
// A [Response] is put between a handler and the ResponseWriter below it. It
// offers what the writer below offers, and asks its [Gate] before it lets
// anything pass that sends the header. It also finds out, as far as possible,
// whether the header has left by another way, because frameworks have writers
// of their own.
//
// The package knows neither sessions nor cookies, nor why the gate refuses a
// response.
package firstbyte

import (
	"maps"
	"net/http"
	"sync/atomic"
)

// A Gate is asked before the header leaves.
type Gate interface {
	// BeforeHeader is called when the header is about to leave, and can still
	// be changed. When it returns, the header leaves, unless the gate has
	// called [Response.Refuse].
	BeforeHeader()
}

// A Response is one response and its state. Like a ResponseWriter, it belongs
// to one goroutine. But the responses within it look at its state, and a handler
// may serve these side by side, while it answers.
type Response struct {
	below     http.ResponseWriter
	gate      Gate
	refused   error         // if set, why nothing of the handler passes; not set any more once left is
	header    http.Header   // the header of below, once somebody may change it
	inherited http.Header   // what header held before
	state     atomic.Uint32 // bits
}

// Bits of a state.
const (
	exposed  uint32 = 1 << iota // header is set; see Carries
	informed                    // an informational response was let pass
	left                        // the header was sent, or given away by Hijack
)

// is tells whether the bit of the state is set.
func (r *Response) is(bit uint32) bool { return r.state.Load()&bit != 0 }

// Init makes r a response that is sent through below. gate is asked before the
// header leaves.
func (r *Response) Init(below http.ResponseWriter, gate Gate) { r.below, r.gate = below, gate }

// Below returns the writer below, which does not ask the gate.
func (r *Response) Below() http.ResponseWriter { return r.below }

// Header returns the header, to be changed. The first call keeps a copy of what
// the header holds, for [Response.Restore]. The copy is not made earlier, so
// that a response whose header nobody changes costs nothing.
func (r *Response) Header() http.Header {
	h := r.below.Header()
	if !r.is(exposed) {
		if len(h) > 0 {
			r.inherited = h.Clone()
		}
		r.header = h
		r.state.Or(exposed)
	}
	return h
}

// Restore makes the header what it was before anybody changed it through this
// response, and returns it.
func (r *Response) Restore() http.Header {
	h := r.below.Header()
	if r.is(exposed) {
		clear(h)
		maps.Copy(h, r.inherited)
	}
	return h
}

// Refuse makes r let nothing of the handler pass from now on: the handler's
// writes return err, and the header that it gets is not the true one. Code that
// answers in the handler's place uses the writer below.
func (r *Response) Refuse(err error) {
	r.refused = err
	r.Leave() // last: Refused may be called beside it
}

// Refused returns what [Response.Refuse] was called with, or nil.
func (r *Response) Refused() error {
	if !r.is(left) {
		return nil
	}
	return r.refused
}

// HeaderLeft tells whether the header has left through this response, or through
// one that this response is sent through, or counts as sent.
func (r *Response) HeaderLeft() bool { return r.is(left) || r.leftOutside() }

// Leave makes the header count as sent. A gate calls it before it tells others
// of the response, so that the others don't try to change the header any more.
func (r *Response) Leave() { r.state.Or(left) }

// stay takes Leave back: nothing was sent.
func (r *Response) stay() { r.state.And(^left) }

// ask asks the gate unless the header has left. It returns an error if nothing
// may pass.
func (r *Response) ask() error {
	if !r.is(left) {
		if !r.leftOutside() {
			r.gate.BeforeHeader()
		}
		r.Leave()
	}
	return r.refused
}
