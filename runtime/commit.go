package runtime

import (
	"context"
	"fmt"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/operation"
	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// commit stores what was set and cleared. If a getter met a value that does not
// decode, it ends the session instead. If there is neither, it does nothing.
func (s *Session) commit(ctx context.Context) error {
	if !s.changed && s.undecodable.Load() == 0 { // the Middleware commits whenever the handler writes
		return nil
	}
	return s.engine.noted(s.commitChanges(ctx))
}

func (s *Session) commitChanges(ctx context.Context) error {
	s.lock()
	defer s.unlock(ctx)
	if err := s.checkUnpacked(ctx); err != nil {
		return err
	}
	var room [8]write // on the stack, enough for most requests
	writes, err := s.pendingWrites(room[:0])
	if err != nil {
		return err
	}
	if len(writes) > 0 {
		op := operation.Begin(ctx)
		defer op.End()
		if err := s.perform(op, writes); err != nil {
			return err
		}
	}
	s.written(writes)
	return nil
}

// written notes that the writes, which were all that was pending, are stored.
func (s *Session) written(writes []write) {
	for i := range writes {
		writes[i].variable.state(s.owner).dirty = false
	}
	s.changed = false
}

// perform stores the writes in the session, or in a new one if it is new.
func (s *Session) perform(ctx context.Context, writes []write) error {
	if err := s.loginFailed(); err != nil {
		return err
	}
	switch s.phase() {
	case fresh:
		return s.create(ctx, writes, nil)
	case living:
		return s.store(ctx, writes)
	default:
		return ErrEnded
	}
}

// pendingWrites appends a write for each variable that was changed. All values
// are encoded before anything is sent. Clearing a variable that is not set is
// no change.
func (s *Session) pendingWrites(writes []write) ([]write, error) {
	for i, x := range s.engine.variables {
		st := x.state(s.owner)
		if st == nil || !st.dirty {
			continue
		}
		if !st.set && !s.mayHold(i) {
			st.dirty = false
			continue
		}
		b, err := s.body(i)
		if err != nil {
			return nil, err
		}
		writes = append(writes, write{index: i, variable: x, body: b})
	}
	return writes, nil
}

// mayHold tells whether the store may hold a value of the variable i, now or
// when a late packet of this request has arrived.
func (s *Session) mayHold(i int) bool {
	if s.phase() != living {
		return false
	}
	c := s.cell(i)
	if !s.record.Listed.Has(i) {
		return c.written
	}
	return !c.known || c.version != 0 && c.body.ValueAt(s.engine.now())
}

// body returns the plaintext of the variable i as the request sees it.
func (s *Session) body(i int) (sealed.Body, error) {
	x := s.engine.variables[i]
	if !x.state(s.owner).set {
		return sealed.Unset, nil
	}
	return s.engine.valueBody(x.def(), func(dst []byte) ([]byte, error) { return x.encode(s.owner, dst) })
}

// valueBody returns the plaintext of a value that is set now. encode appends
// the encoding of the value to dst.
func (e *engine) valueBody(d *definition, encode func(dst []byte) ([]byte, error)) (sealed.Body, error) {
	scratch := e.scratches.Get()
	defer e.scratches.Put(scratch)
	var deadline time.Time
	if d.ttl > 0 {
		deadline = e.now().Add(d.ttl)
	}
	text, err := encode(sealed.AppendHead(scratch.Text[:0], d.print, deadline))
	if err != nil {
		return "", &FieldError{d.field, &encodeError{err}}
	}
	if size := sealed.Overhead + len(text); size > e.config.MaxValueSize {
		return "", &FieldError{d.field, fmt.Errorf("%w: %d bytes stored, %d allowed", ErrTooLarge, size, e.config.MaxValueSize)}
	}
	if cap(text) > sealed.KeptScratch {
		return sealed.Body(sealed.Text(text)), nil
	}
	scratch.Text = text
	return sealed.Body(text), nil
}
