package runtime

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// A variable that is packed is decoded by the first getter that asks for it: most
// requests read few of the variables. Until then its value is what its cell holds,
// which stays as it was loaded.
//
// That is so only where decoding can't fail: for values of this build's own
// declaration, which opened under the session's secret, so that nobody else made
// them, and with codecs that are Safe. All others are decoded with the load,
// because whether the session is whole must be known before the handler sees any
// of it.
//
// Should decoding fail after all, the getter has no error to return. It returns
// the zero value, and the next commit, Update or Renew ends the session: before
// the first byte leaves, unless the getter came after that. Whoever opens a
// session without a response, and only reads, is not told. Visitors can bring that
// about for themselves alone, if they can write to the store, too: with the secret
// they can seal what they like.

// decode sets the variable i to what its cell holds. A value that another
// declaration of the field has stored is decoded if possible; otherwise the
// variable reads as not set. An error means that a value of this declaration is
// broken.
func (s *Session) decode(ctx context.Context, i int, now time.Time) error {
	if !s.holds(i, now) {
		return nil
	}
	x, c := s.engine.variables[i], s.cell(i)
	d := x.def()
	err := x.decode(s.owner, c.body.Encoding())
	if err != nil && c.body.Print() != d.print {
		s.tellChanged(ctx, i)
		return nil
	}
	if err != nil {
		return errUndecodable
	}
	return nil
}

// tellChanged tells that the cell of the variable i holds what another declaration
// of the field has stored, and this one can't read. It tells that once of each
// value, however often it is asked for.
func (s *Session) tellChanged(ctx context.Context, i int) {
	if c := s.cell(i); !c.told {
		c.told = true
		s.tell(ctx, Event{Kind: EventChanged, ID: s.vault.ID(), Field: s.engine.field(i)})
	}
}

// holds tells whether the cell of the variable i holds a value at now.
func (s *Session) holds(i int, now time.Time) bool {
	c := s.cell(i)
	return c.version != 0 && s.record.Listed.Has(i) && c.body.ValueAt(now)
}

// errUndecodable stands for the decoder's own error, which might quote the
// value.
var errUndecodable = errors.New("value does not decode")

// unpack decodes the variable that has this state, unless another getter has done
// so.
func (s *Session) unpack(st *state) {
	s.unpacking.Lock()
	defer s.unpacking.Unlock()
	packed := atomic.LoadUint32(&st.packed)
	if packed == 0 {
		return
	}
	i := packed - 1
	if s.engine.variables[i].unpack(s.owner, s.cells[i].body.Encoding()) != nil {
		s.undecodable.CompareAndSwap(0, packed)
	}
	// Last: whoever sees it goes on with the value.
	atomic.StoreUint32(&st.packed, 0)
}

// unpackAll decodes what no getter has asked for yet, for a step after which the
// cells don't hold it any more.
func (s *Session) unpackAll(ctx context.Context) error {
	for i := range s.engine.eager.Places {
		s.unpack(s.engine.variables[i].state(s.owner))
	}
	return s.checkUnpacked(ctx)
}

// checkUnpacked ends the session if a value did not decode.
func (s *Session) checkUnpacked(ctx context.Context) error {
	if i := s.undecodable.Swap(0); i != 0 {
		return s.loseNow(ctx, s.engine.field(int(i)-1), errUndecodable)
	}
	return nil
}
