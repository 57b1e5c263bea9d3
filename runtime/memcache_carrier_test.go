package runtime

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
	"github.com/sessiongen/sessiongen/runtime/internal/memcachedtest"
)

// A scriptedConn is a connection on which the answers have come already. It
// counts the system calls that it would have cost.
type scriptedConn struct {
	net.Conn      // nil
	answers       io.Reader
	sent          bytes.Buffer
	writes, reads int
}

func (c *scriptedConn) Write(p []byte) (int, error) {
	c.writes++
	return c.sent.Write(p)
}

func (c *scriptedConn) Read(p []byte) (int, error) {
	c.reads++
	return c.answers.Read(p)
}

func (c *scriptedConn) Close() error { return nil }

// scriptedLane returns a lane on a connection with these answers.
func scriptedLane(answers string) (*lane, *scriptedConn) {
	conn := &scriptedConn{answers: strings.NewReader(answers)}
	return newLane(&server{network: "tcp", address: "scripted:11211"}, conn), conn
}

// commandsOf returns the changes that do v with the items.
func commandsOf(t testing.TB, v verb, items []Item) *changes {
	t.Helper()
	c, errs := newChanges(v, items)
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	return c
}

// variablesOf returns n items of one session.
func variablesOf(n int, value []byte) []Item {
	items := make([]Item, n)
	for i := range items {
		items[i] = Item{Key: fmt.Sprintf("%s-%d", sessionOf(0)[0].Key, i), Value: value, Version: uint64(1 + i)}
	}
	return items
}

// valueLines is a server's answer to a get of the items.
func valueLines(items []Item) string {
	var b strings.Builder
	for _, item := range items {
		fmt.Fprintf(&b, "VALUE %s 0 %d %d\r\n%s\r\n", item.Key, len(item.Value), item.Version, item.Value)
	}
	return b.String() + "END\r\n"
}

func lookupOf(t testing.TB, keys []string) *lookup {
	t.Helper()
	q, err := kv.NewQuery(keys)
	if err != nil {
		t.Fatal(err)
	}
	return &lookup{q, make([]kv.Found, len(keys))}
}

func (u *lookup) items() map[string]Item { return collect(u.query.Keys(), u.found) }

func TestCarriedCallIsOneWriteAndOneRead(t *testing.T) {
	items := variablesOf(33, bytes.Repeat([]byte("v"), 60))
	keys := itemKeys(items)
	u := lookupOf(t, keys)
	for name, call := range map[string]struct {
		exchange
		answers, sent string
	}{
		"get":    {u, valueLines(items), "gets " + strings.Join(keys, " ") + "\r\n"},
		"add":    {commandsOf(t, verbAdd, items[:1]), "STORED\r\n", "add " + keys[0] + " 0 0 60\r\n" + string(items[0].Value) + "\r\n"},
		"cas":    {commandsOf(t, verbSwap, items[1:2]), "STORED\r\n", "cas " + keys[1] + " 0 0 60 2\r\n" + string(items[0].Value) + "\r\n"},
		"delete": {commandsOf(t, verbDelete, items), strings.Repeat("DELETED\r\n", 33), "delete " + strings.Join(keys, "\r\ndelete ") + "\r\n"},
	} {
		l, conn := scriptedLane(call.answers)
		if err := l.carry(call.exchange); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if conn.writes != 1 || conn.reads != 1 || conn.sent.String() != call.sent {
			t.Errorf("%s: %d writes and %d reads, sent %q", name, conn.writes, conn.reads, conn.sent.String())
		}
	}
	if len(u.items()) != len(items) {
		t.Errorf("got %d of %d items", len(u.items()), len(items))
	}
}

func TestCarriedCallAllocatesForItsResultAndLittleElse(t *testing.T) {
	items := variablesOf(6, bytes.Repeat([]byte("v"), 60))
	l, conn := scriptedLane("")
	allocations := func(answers string, x exchange) float64 {
		r := strings.NewReader("")
		conn.answers = r
		least := math.Inf(1)
		for range 10 { // the race detector makes some more at random
			least = min(least, testing.AllocsPerRun(100, func() {
				conn.sent.Reset()
				r.Reset(answers)
				if err := l.carry(x); err != nil {
					t.Fatal(err)
				}
			}))
		}
		return least
	}
	// The values are one, and gomemcache's Get is one.
	if got := allocations(valueLines(items), lookupOf(t, itemKeys(items))); got > 2 {
		t.Errorf("a get allocates %v times", got)
	}
	if got := allocations(strings.Repeat("STORED\r\n", 6), commandsOf(t, verbAdd, items)); got > 1 {
		t.Errorf("an add allocates %v times", got)
	}
}

func TestValuesOfAnAnswerDoNotShareMemoryThatCanBeAppendedTo(t *testing.T) {
	items := variablesOf(3, []byte("value"))
	l, _ := scriptedLane(valueLines(items))
	u := lookupOf(t, itemKeys(items))
	if err := l.carry(u); err != nil {
		t.Fatal(err)
	}
	for _, item := range u.items() {
		_ = append(item.Value, "overwritten"...)
	}
	for key, item := range u.items() {
		if string(item.Value) != "value" {
			t.Errorf("%s holds %q", key, item.Value)
		}
	}
}

// Values end before, at and behind every place where a read may end.
func TestValuesOfAnySizeArriveHoweverTheAnswerIsSplit(t *testing.T) {
	for _, size := range []int{0, 1, 100, answersBuffer - 3, answersBuffer - 2, answersBuffer - 1, answersBuffer, answersBuffer + 1,
		3 * answersBuffer, trustedSize, trustedSize + 1, 3*trustedSize + 7} {
		items := variablesOf(3, bytes.Repeat([]byte("0123456789\r\n"), size/12+1)[:size])
		items[0].Value = items[0].Value[:size/2]
		answer := valueLines(items)
		for _, piece := range []int{1, 1000, answersBuffer - 1, answersBuffer, len(answer)} {
			if size/piece > 200 {
				continue // takes its time
			}
			l, conn := scriptedLane("")
			conn.answers = &pieces{answer, piece}
			u := lookupOf(t, itemKeys(items))
			if err := l.carry(u); err != nil {
				t.Fatalf("size %d in pieces of %d: %v", size, piece, err)
			}
			for _, item := range items {
				if got := u.items()[item.Key]; !bytes.Equal(got.Value, item.Value) || got.Version != item.Version || got.Key != item.Key {
					t.Errorf("size %d in pieces of %d: %q, version %d, has %d bytes", size, piece, got.Key, got.Version, len(got.Value))
				}
			}
		}
	}
}

// pieces reads a text in pieces of some size.
type pieces struct {
	text string
	size int
}

func (p *pieces) Read(b []byte) (int, error) {
	if p.text == "" {
		return 0, io.EOF
	}
	n := copy(b, p.text[:min(p.size, len(p.text))])
	p.text = p.text[n:]
	return n, nil
}

func TestAnnouncedSizeIsWorthNoMemoryBeyondWhatArrives(t *testing.T) {
	key := sessionOf(0)[0].Key
	for size, want := range map[string]error{
		"1073741824":           io.ErrUnexpectedEOF, // what -I can be at most
		"1073741825":           errProtocol,
		"18446744073709551615": errProtocol,
	} {
		answer := fmt.Sprintf("VALUE %s 0 %s 1\r\n%s", key, size, strings.Repeat("x", 100_000))
		l, _ := scriptedLane(answer)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := l.carry(lookupOf(t, []string{key}))
		runtime.ReadMemStats(&after)
		if !errors.Is(err, want) || !l.closed {
			t.Errorf("size %s: %v, closed: %t; want %v", size, err, l.closed, want)
		}
		if got := after.TotalAlloc - before.TotalAlloc; got > 2*trustedSize {
			t.Errorf("size %s cost %d bytes", size, got)
		}
	}
}

func TestAnswersThatAreNotAsAskedAreRefused(t *testing.T) {
	items := variablesOf(3, []byte("value"))
	keys := itemKeys(items)
	a, b, c := items[0], items[1], items[2]
	whole := func(items ...Item) string { return valueLines(items) }
	value := func(header string) string { return header + "\r\nvalue\r\nEND\r\n" }
	for answer, want := range map[string]error{
		whole(b, a):                                   errUnasked, // another order
		whole(a, a):                                   errUnasked,
		whole(a, c, b):                                errUnasked,
		whole(a, Item{Key: "other", Version: 1}):      errUnasked,
		whole(a, b, c) + "END\r\n":                    errUnasked,
		whole(a, b, c) + "x":                          errUnasked,
		value("VALUE " + a.Key + " 0 5"):              errUnversioned,
		value("VALUE " + a.Key + " 0 5 0"):            errUnversioned,
		value("VALUE " + a.Key + " 0 5 "):             errProtocol,
		value("VALUE " + a.Key + " 0 5 1 2"):          errProtocol,
		value("VALUE " + a.Key + " 0 5 -1"):           errProtocol,
		value("VALUE " + a.Key + " 0 +5 1"):           errProtocol,
		value("VALUE " + a.Key + " 0  5 1"):           errProtocol,
		value("VALUE " + a.Key + " x 5 1"):            errProtocol,
		value("VALUE " + a.Key + " 4294967296 5 1"):   errProtocol,
		value("VALUE " + a.Key + " 0 4 1"):            errProtocol,
		value("VALUE " + a.Key + " 0 6 1"):            errProtocol,
		value("VALUE  " + a.Key + " 0 5 1"):           errProtocol,
		value("value " + a.Key + " 0 5 1"):            errProtocol,
		"VALUE " + a.Key + " 0 5 1\nvalue\r\nEND\r\n": errProtocol,
		"END\n":                         errProtocol,
		"ERROR\r\n":                     errProtocol,
		"CLIENT_ERROR too long\r\n":     errClient,
		"SERVER_ERROR out of it\r\n":    errServer,
		strings.Repeat("x", 1<<20):      errProtocol,
		"VALUE " + a.Key + " 0 5 1\r\n": io.EOF,
		"EN":                            io.EOF,
		"":                              io.EOF,
	} {
		l, _ := scriptedLane(answer)
		if err := l.carry(lookupOf(t, keys)); !errors.Is(err, want) || !l.closed {
			t.Errorf("%.100q: %v, closed: %t; want %v", answer, err, l.closed, want)
		}
	}
	for _, found := range [][]Item{{}, {a}, {b}, {c}, {a, b}, {a, c}, {b, c}, {a, b, c}} {
		l, _ := scriptedLane(whole(found...))
		u := lookupOf(t, keys)
		if err := l.carry(u); err != nil || l.closed || len(u.items()) != len(found) {
			t.Errorf("%d of the items: %v, closed: %t, got %d", len(found), err, l.closed, len(u.items()))
		}
	}
}

// What was answered before things go wrong holds, and of the rest nothing is
// known.
func TestOutcomesThatWereAnsweredHoldWhenTheRestFails(t *testing.T) {
	for name, rest := range map[string]struct {
		answer string
		hangs  bool
		want   error
	}{
		"is nonsense":                  {"nonsense\r\n", true, errProtocol},
		"is for another verb":          {"DELETED\r\n", true, errProtocol},
		"is an error of the server":    {"SERVER_ERROR out of luck\r\n", true, errServer},
		"is an error of the client":    {"CLIENT_ERROR bad data chunk\r\n", true, errClient},
		"is cut":                       {"", false, io.EOF},
		"is cut within":                {"STOR", false, io.EOF},
		"does not come":                {"", true, context.DeadlineExceeded},
		"does not come to its end":     {"STORED", true, context.DeadlineExceeded},
		"is one more than was to come": {"STORED\r\nSTORED\r\nSTORED\r\n", true, nil},
	} {
		t.Run(name, func(t *testing.T) {
			f := startFake(t, func(c *fakeConn) {
				if c.command() == nil {
					return
				}
				c.answer("STORED\r\nNOT_STORED\r\n" + rest.answer)
				if rest.hangs {
					c.hang()
				}
			})
			m := way{}.newMemcache(t, f.address)
			if rest.want == context.DeadlineExceeded {
				m.Timeout = 50 * time.Millisecond
			}
			errs := m.Add(t.Context(), variablesOf(4, []byte("x")))
			if errs[0] != nil || errs[1] != ErrExists {
				t.Errorf("what was answered: %v, %v", errs[0], errs[1])
			}
			for _, err := range errs[2:] {
				if !errors.Is(err, rest.want) || rest.want != nil && !errors.Is(err, ErrUnavailable) {
					t.Errorf("the rest: %v, want %v", err, rest.want)
				}
			}
			if idle := m.servers[0].idle; len(idle) != 0 {
				t.Error("the connection is kept")
			}
		})
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
		"too large":     {nil, 3 << 20, ErrTooLarge},
		"out of memory": {[]string{"-M", "-m", "2"}, 400_000, ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			m := way{}.newMemcache(t, memcachedtest.Start(t, server.args...))
			items := variablesOf(100, []byte("small"))
			mustAdd(t, m, items[:1])
			l := m.servers[0].idle[0]
			refused := 0
			for i := range items {
				if i%2 == 1 {
					items[i].Value = make([]byte, server.size)
				}
			}
			for i, err := range m.Add(t.Context(), items) {
				switch {
				case i == 0 && !errors.Is(err, ErrExists), i > 0 && i%2 == 0 && err != nil:
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
			if idle := m.servers[0].idle; len(idle) != 1 || idle[0] != l {
				t.Error("the connection was not kept")
			}
			if got := mustCount(t, m, items); got != len(items)-refused {
				t.Errorf("%d items are there, want %d", got, len(items)-refused)
			}
		})
	}
}

// Neither side waits for the other: what memcached answers to writes is little,
// and it answers to a get when it has all of it.
func TestLargestBatchesEnd(t *testing.T) {
	m := way{}.newMemcache(t, memcachedtest.Start(t, "-m", "256"))
	items := variablesOf(32, bytes.Repeat([]byte("v"), defaultMaxValueSize))
	mustAdd(t, m, items)
	items = append(items, variablesOf(2000, []byte("x"))[32:]...)
	for _, call := range []string{"Delete", "Add", "Delete"} {
		if err := callWith(t.Context(), m, call, items); err != nil {
			t.Fatalf("%s: %v", call, err)
		}
		found, err := m.Get(t.Context(), itemKeys(items))
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range items {
			if got := found[item.Key].Value; call == "Add" && !bytes.Equal(got, item.Value) || call == "Delete" && got != nil {
				t.Fatalf("after %s there are %d bytes of %s", call, len(got), item.Key)
			}
		}
	}
	if kept := cap(m.servers[0].idle[0].message.text); kept > keptMessage {
		t.Errorf("%d bytes of a message are kept", kept)
	}
}

func TestIdleConnectionOutlivesTheDeadlineOfItsLastCall(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		f := startFake(t, empty)
		m := w.newMemcache(t, f.address)
		mustCount(t, m, sessionOf(0))
		if err := m.servers[0].idle[0].Conn.SetDeadline(time.Unix(1, 0)); err != nil { // as if it were over
			t.Fatal(err)
		}
		mustCount(t, m, sessionOf(0))
		if _, _, accepted := f.counts(); accepted != 1 {
			t.Errorf("%d connections were made, want 1", accepted)
		}
	})
}

// The connection breaks in the middle of an answer, and the call is made again.
func TestRepeatedReadForgetsWhatTheFirstAttemptRead(t *testing.T) {
	key := sessionOf(0)[0].Key
	var commands atomic.Int32
	f := startFake(t, func(c *fakeConn) {
		for c.command() != nil {
			if commands.Add(1) == 2 {
				c.answer("VALUE " + key + " 0 1 7\r\nx\r\n")
				return
			}
			c.answer("END\r\n")
		}
	})
	bothWays(t, func(t *testing.T, w way) {
		commands.Store(0)
		m := w.newMemcache(t, f.address)
		for range 2 {
			if found, err := m.Get(t.Context(), []string{key}); err != nil || len(found) != 0 {
				t.Errorf("found %v, %v", found, err)
			}
		}
		if n := commands.Load(); n != 3 {
			t.Errorf("%d commands", n)
		}
	})
}

// If a later gomemcache spoke otherwise, nothing wrong would be sent.
func TestCarrierSendsItsMessageInPlaceOfItsGetAlone(t *testing.T) {
	l, conn := scriptedLane("END\r\n")
	l.exchange = lookupOf(t, itemKeys(sessionOf(0)))
	l.exchange.ask(&l.message)
	for _, command := range []string{"get batch\r\n", "gets batch", "gets batch\r\n\r\n", ""} {
		if _, err := l.Write([]byte(command)); !errors.Is(err, errCarrier) {
			t.Errorf("%q: %v", command, err)
		}
	}
	if conn.writes != 0 {
		t.Errorf("sent %q", conn.sent.String())
	}
}

// FuzzMemcacheAnswers compares the carrier with gomemcache's own calls: what
// it takes for an answer they take for the same one. It is the stricter one.
func FuzzMemcacheAnswers(f *testing.F) {
	items := variablesOf(3, []byte("value"))
	for _, answers := range []string{
		valueLines(items), valueLines(items[1:]), valueLines(nil), valueLines([]Item{items[1], items[0]}), valueLines(items)[:50],
		"STORED\r\nSTORED\r\nSTORED\r\n", "NOT_STORED\r\nSTORED\r\nSTORED\r\n", "STORED\r\nSERVER_ERROR object too large for cache\r\nSTORED\r\n",
		"EXISTS\r\nNOT_FOUND\r\nSTORED\r\n", "SERVER_ERROR out of memory storing object\r\nNOT_STORED\r\n",
		"DELETED\r\nNOT_FOUND\r\nDELETED\r\n", "DELETED\r\nERROR\r\n", "CLIENT_ERROR bad data chunk\r\nERROR\r\n",
		"VALUE " + items[0].Key + " 0 1073741824 1\r\nx\r\nEND\r\n",
	} {
		f.Add(answers, 7)
	}
	keys := itemKeys(items)
	f.Fuzz(func(t *testing.T, answers string, piece int) {
		l, conn := scriptedLane("")
		conn.answers = &pieces{answers, max(piece, 1)}
		carried := lookupOf(t, keys)
		if err := l.carry(carried); err != nil {
			if !l.closed {
				t.Errorf("get: %v, and the connection is kept", err)
			}
		} else {
			plainLane, _ := scriptedLane(answers)
			plain := lookupOf(t, keys)
			if err := plain.plain(plainLane); err != nil || !sameItems(carried.items(), plain.items()) {
				t.Errorf("get: carried %v, plain %v, %v", carried.found, plain.found, err)
			}
		}
		lines := strings.SplitAfter(answers, "\n")
		for _, v := range []verb{verbAdd, verbSwap, verbDelete} {
			l, conn := scriptedLane("")
			conn.answers = &pieces{answers, max(piece, 1)}
			c := commandsOf(t, v, items)
			if err := l.carry(c); (err == nil) == l.closed || err == nil && c.answered != len(items) {
				t.Errorf("%s: %v, closed: %t, %d answers", v, err, l.closed, c.answered)
			}
			for i := range c.answered {
				plainLane, _ := scriptedLane(lines[i])
				if got, want := c.commands[i].err, v.plain(plainLane.client, &c.commands[i]); got != want {
					t.Errorf("%s answered with %q: carried %v, plain %v", v, lines[i], got, want)
				}
			}
		}
	})
}

func sameItems(a, b map[string]Item) bool {
	for key, item := range a {
		if other, ok := b[key]; !ok || !bytes.Equal(item.Value, other.Value) || item.Version != other.Version || item.Key != other.Key {
			return false
		}
	}
	return len(a) == len(b)
}
