package runtime

import (
	"context"
	"sync/atomic"
)

// A variable that is loaded with the session is decoded by the first getter that
// asks for it: most requests read few of the variables. Until then its value is
// what its cell holds, which stays as it was loaded.
//
// Only values of this build's own declaration wait. They opened under the
// session's secret, so nobody else made them, and decoding does not fail. If it
// does after all, the session was lost, and that is found out in the middle of
// the request. The getter has no error to return: it returns the zero value, and
// the commit ends the session before the first byte leaves.

// decodeLate decodes the variable that has this state, if it waits.
func (s *Session) decodeLate(st *state) {
	s.decoding.Lock()
	defer s.decoding.Unlock()
	late := atomic.LoadUint32(&st.late)
	if late == 0 {
		return
	}
	i := late - 1
	if s.engine.variables[i].decodeLate(s.owner, s.cells[i].body.Encoding()) != nil {
		s.undecodable.CompareAndSwap(0, late)
	}
}

// decodeAll decodes what no getter has asked for yet, for a step after which the
// cells don't hold it any more.
func (s *Session) decodeAll(ctx context.Context) error {
	for i := range s.engine.eager.Places {
		s.decodeLate(s.engine.variables[i].state(s.owner))
	}
	return s.checkDecoded(ctx)
}

// checkDecoded ends the session if a value did not decode.
func (s *Session) checkDecoded(ctx context.Context) error {
	if i := s.undecodable.Swap(0); i != 0 {
		return s.loseNow(ctx, s.engine.field(int(i)-1), errUndecodable)
	}
	return nil
}
