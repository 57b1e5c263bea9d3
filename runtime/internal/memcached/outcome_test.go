package memcached_test

import (
	"context"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime/internal/memcached"
)

// The outcomes that were answered before something goes wrong hold, and the
// other outcomes are not known.
func TestOutcomesThatWereAnsweredHoldWhenTheRestFails(t *testing.T) {
	for name, rest := range map[string]struct {
		answer string
		hangs  bool
		want   error
	}{
		"is nonsense":               {"nonsense\r\n", true, memcached.ErrProtocol},
		"is for another verb":       {"DELETED\r\n", true, memcached.ErrProtocol},
		"is an error of the server": {"SERVER_ERROR out of luck\r\n", true, memcached.ErrServer},
		"is an error of the client": {"CLIENT_ERROR bad data chunk\r\n", true, memcached.ErrClient},
		"is cut":                    {"", false, io.EOF},
		"is cut within":             {"STOR", false, io.EOF},
		"does not come":             {"", true, context.DeadlineExceeded},
		"does not come to its end":  {"STORED", true, context.DeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			f := memcachedtest.StartFake(t, func(c *memcachedtest.Conn) {
				if c.Command() == nil {
					return
				}
				c.Answer("STORED\r\nNOT_STORED\r\n" + rest.answer)
				if rest.hangs {
					c.Hang()
				}
			})
			var o memcached.Options
			if rest.want == context.DeadlineExceeded {
				o.Timeout = 50 * time.Millisecond
			}
			m := way{}.storeWith(t, o, f.Addr)
			errs := m.do(t.Context(), memcached.Add, variablesOf(4, []byte("x")))
			if errs[0] != nil || errs[1] != errExists {
				t.Errorf("what was answered: %v, %v", errs[0], errs[1])
			}
			for _, err := range errs[2:] {
				if !errors.Is(err, rest.want) || !errors.Is(err, errUnknown) {
					t.Errorf("the rest: %v, want %v", err, rest.want)
				}
			}
			if m.Idle() != 0 {
				t.Error("the connection is kept")
			}
		})
	}
}

// Nobody can tell which of the answers is the one too many. If it is the first,
// each of the others is for the command before.
func TestNoOutcomeIsKnownWhenThereIsOneAnswerTooMany(t *testing.T) {
	const outOfMemory = "SERVER_ERROR out of memory storing object\r\n"
	for name, answers := range map[string]string{
		"the first":       "STORED\r\n" + "NOT_STORED\r\nNOT_STORED\r\n",
		"the last":        "NOT_STORED\r\nNOT_STORED\r\n" + "STORED\r\n",
		"cut":             "NOT_STORED\r\nNOT_STORED\r\n" + "STO",
		"after a failure": outOfMemory + "NOT_STORED\r\n" + "STORED\r\n",
	} {
		f := memcachedtest.StartFake(t, func(c *memcachedtest.Conn) {
			c.Command()
			c.Command()
			c.Answer(answers)
			c.Hang()
		})
		m := way{}.newStore(t, f.Addr)
		items := append(sessionOf(0), memcached.Command{Key: "a b"})
		errs := m.do(t.Context(), memcached.Add, items)
		for i, err := range errs[:2] {
			if !errors.Is(err, errUnknown) || !errors.Is(err, memcached.ErrUnasked) {
				t.Errorf("%s is one too many: command %d: %v, want %v", name, i, err, memcached.ErrUnasked)
			}
		}
		if !errors.Is(errs[2], errRefused) || m.Idle() != 0 {
			t.Errorf("%s is one too many: what was not sent: %v; %d connections are idle", name, errs[2], m.Idle())
		}
	}
}

// memcached takes in the bytes of a value that it refuses, so the commands
// behind it are served.
func TestItemThatMemcachedRefusesLeavesTheOthersAndTheConnectionUnharmed(t *testing.T) {
	for name, server := range map[string]struct {
		args []string
		size int
		want error
	}{
		"too large":     {nil, 3 << 20, errTooLarge},
		"out of memory": {[]string{"-M", "-m", "2"}, 400_000, errUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			m := way{}.newStore(t, memcachedtest.Start(t, server.args...))
			items := variablesOf(100, []byte("small"))
			m.mustAdd(t, items[:1])
			l := m.IdleLane()
			refused := 0
			for i := range items {
				if i%2 == 1 {
					items[i].Value = make([]byte, server.size)
				}
			}
			for i, err := range m.do(t.Context(), memcached.Add, items) {
				switch {
				case i == 0 && !errors.Is(err, errExists), i > 0 && i%2 == 0 && err != nil:
					t.Errorf("small item %d: %v", i, err)
				case i%2 == 1 && errors.Is(err, server.want):
					refused++
				case i%2 == 1 && err != nil:
					t.Errorf("large item %d: %v, want %v", i, err, server.want)
				}
			}
			if refused == 0 {
				t.Error("no item was refused")
			}
			if m.Idle() != 1 || !m.IdleLane().Same(l) {
				t.Error("the connection was not kept")
			}
			if got := m.mustCount(t, items); got != len(items)-refused {
				t.Errorf("%d items are there, want %d", got, len(items)-refused)
			}
		})
	}
}

func TestExpiryPastTheClockIsAnErrorOfItsItemAlone(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		m := w.newStore(t, memcachedtest.Start(t))
		items := sessionOf(0)
		items[0].Expires = time.Unix(math.MaxInt32+1, 0)
		errs := m.do(t.Context(), memcached.Add, items)
		if errs[0] == nil || errors.Is(errs[0], errUnknown) || errs[1] != nil {
			t.Errorf("Add gave %v, want an error for the first item", errs)
		}
		if got := m.mustCount(t, items); got != 1 {
			t.Errorf("%d items are there, want 1", got)
		}
	})
}

func TestWrongKeysAreRefusedAndNotSent(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		f := memcachedtest.StartFake(t, memcachedtest.Empty)
		m := w.newStore(t, f.Addr)
		good := sessionOf(0)[0]
		for _, key := range []string{"", good.Key + "-a b", good.Key + "-a\r\nflush_all", sessionOf(1)[0].Key} {
			for _, v := range []memcached.Verb{memcached.Add, memcached.Swap, memcached.Delete} {
				errs := m.do(t.Context(), v, []memcached.Command{good, {Key: key}})
				if errors.Is(errs[0], errRefused) || !errors.Is(errs[1], errRefused) {
					t.Errorf("%s of %q gave %v, want a refusal of that key alone", v, key, errs)
				}
			}
		}
		m.Do(t.Context(), memcached.Add, nil)
		if errs := m.do(t.Context(), memcached.Delete, []memcached.Command{{Key: "a b"}}); !errors.Is(errs[0], errRefused) {
			t.Errorf("a wrong key alone gave %v", errs)
		}
		for _, command := range f.Seen("") {
			if strings.Fields(command)[1] != good.Key {
				t.Errorf("%q was sent", command)
			}
		}
		if got := len(f.Seen("")); got != 4*3 {
			t.Errorf("%d commands were sent, want 12", got)
		}
	})
}
