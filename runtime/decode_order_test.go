package runtime

import (
	"errors"
	goruntime "runtime"
	"sync/atomic"
	"testing"
)

// failing does not decode, although it says that it can.
type failing struct{ Codec[[]string] }

func (failing) Safe() bool                            { return true }
func (failing) Decode(data string, v *[]string) error { return errors.New("no") }

type packedAlone struct {
	session Session
	v       Var[[]string]
}

// A getter that sees the value as decoded must also see that it did not decode,
// or the commit of its goroutine lets the response go.
func TestValueThatDoesNotDecodeIsKnownBeforeItIsSeen(t *testing.T) {
	store := NewMemory()
	manager := func(c Codec[[]string]) *Manager[packedAlone] {
		m, err := NewManager(Config{Store: store}, Schema[packedAlone]{Name: "session",
			Session:   func(s *packedAlone) *Session { return &s.session },
			Variables: []Variable[packedAlone]{Packed("V", "v", c, func(s *packedAlone) *Var[[]string] { return &s.v })}})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	good := manager(Gob[[]string]())
	s := good.New()
	s.v.Set(&s.session, []string{"a"})
	c, err := good.Issue(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	bad := manager(failing{Gob[[]string]()})
	missed := 0
	const rounds = 5000
	for range rounds {
		s, err := bad.Open(t.Context(), c.Value)
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() { s.v.Unpack(&s.session); close(done) }()
		for atomic.LoadUint32(&s.v.state.packed) != 0 {
			goruntime.Gosched()
		}
		if s.session.undecodable.Load() == 0 { // what commit looks at
			missed++
		}
		<-done
	}
	if missed > 0 {
		t.Errorf("%d of %d commits would let half a session go", missed, rounds)
	}
}
