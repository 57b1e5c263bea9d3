package faults

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

// cutSomewhere cuts a connection after a random number of bytes, up to most.
func cutSomewhere(most int) func() fault {
	return func() fault {
		left := rand.N(most)
		return func(w *wire, p []byte) error {
			if len(p) < left {
				left -= len(p)
				return w.sendAll(p)
			}
			if err := w.sendAll(p[:left]); err != nil {
				return err
			}
			return w.cut()
		}
	}
}

// A connection that is cut loses a request or its reply, anywhere in it, so that
// a writer can't know whether it wrote.
func TestAcknowledgedWriteIsThereThoughConnectionsAreCut(t *testing.T) {
	const (
		clients = 4 // of one session
		steps   = 16
	)
	server := startServer(t)
	p := startProxy(t, server.addr)
	sessions := newSessions(t, runtime.Config{Store: storeAt(t, limits{}, p.addr), OnEvent: failOnLossAmongFaults(t)})
	most := 4000
	if *onValkey { // whose messages have scripts in them, and share connections
		most = 40_000
	}
	p.set(faults{cutSomewhere(most), cutSomewhere(most)})

	var writes, unknown atomic.Int64
	sideBySide(t, 8, times(4000, 1_000_000)/(clients*steps), func(int) {
		token, ok := issueThroughFaults(t, sessions, SessionFields{Owner: "me"})
		if !ok {
			return
		}
		h := newHistory()
		sideBySide(t, clients, clients, func(int) {
			for range steps {
				w := visit(t, sessions, token, h)
				writes.Add(int64(w.writes))
				unknown.Add(int64(w.unknown))
			}
		})
		h.check(t)
	})
	t.Logf("%d writes, of which %d were not acknowledged, %d connections cut", writes.Load(), unknown.Load(), p.injected.Load())
}

// issueThroughFaults tries until the session is acknowledged.
func issueThroughFaults(t *testing.T, sessions *Sessions, fields SessionFields) (token string, ok bool) {
	for !t.Failed() {
		cookie, err := sessions.Issue(t.Context(), fields)
		if err == nil {
			return cookie.Value, true
		}
		if !isUnavailable(err) {
			t.Errorf("issue: %v", err)
		}
	}
	return "", false
}

type outcome struct{ writes, unknown int }

// visit opens the session once, reads it and writes it once, all of which may
// fail, and notes that in the history.
func visit(t *testing.T, sessions *Sessions, token string, h *history) (o outcome) {
	ctx := t.Context()
	readCount, readWord := h.begin("count"), h.begin("word")
	s, err := sessions.Open(ctx, token)
	for err != nil {
		if !isUnavailable(err) {
			t.Errorf("open: %v", err)
			return
		}
		readCount, readWord = h.begin("count"), h.begin("word")
		s, err = sessions.Open(ctx, token)
	}
	if s.IsNew() || s.GetOwner() != "me" {
		t.Errorf("the session is new: %v, its owner is %q", s.IsNew(), s.GetOwner())
		return
	}
	readCount.saw(value{s.HasCount(), s.GetCount()})
	readWord.saw(value{s.HasWord(), len(s.GetWord())})

	err = change(ctx, s, h)
	o.writes++
	switch {
	case isUnavailable(err):
		o.unknown++
	case err != nil:
		t.Errorf("write: %v", err)
	}
	return o
}

// change does one of the things that change a variable.
func change(ctx context.Context, s *Session, h *history) error {
	n := h.unique()
	switch rand.N(6) {
	case 0, 1:
		w := h.begin("count")
		s.SetCount(n)
		err := s.Save(ctx)
		w.wrote(value{true, n}, err)
		return err
	case 2:
		if !s.HasCount() {
			return nil // clearing it is no write
		}
		w := h.begin("count")
		s.ClearCount()
		err := s.Save(ctx)
		w.wrote(value{}, err)
		return err
	case 3:
		w := h.begin("word")
		s.SetWord(string(make([]byte, n)))
		err := s.Save(ctx)
		w.wrote(value{true, n}, err)
		return err
	default:
		w := h.begin("count")
		var saw int
		ran := false
		err := s.UpdateCount(ctx, func(count *int) error {
			saw, ran = *count, true
			*count = n
			return nil
		})
		if ran {
			w.updated(saw, n, err)
		}
		return err
	}
}
