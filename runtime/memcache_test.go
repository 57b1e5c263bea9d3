package runtime

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
	"github.com/sessiongen/sessiongen/runtime/internal/memcachedtest"
)

// patient is a time-out that a busy machine keeps too.
const patient = 20 * time.Second

// A way is how a Memcache makes its calls.
type way struct{ plain bool }

func (w way) String() string {
	if w.plain {
		return "plain"
	}
	return "carried"
}

// bothWays runs a test of what must hold whichever way the calls are made.
func bothWays(t *testing.T, test func(t *testing.T, w way)) {
	for _, w := range []way{{plain: false}, {plain: true}} {
		t.Run(w.String(), func(t *testing.T) { test(t, w) })
	}
}

func (w way) newMemcache(t *testing.T, servers ...string) *Memcache {
	t.Helper()
	m := NewMemcache(servers...)
	m.Plain = w.plain
	m.Timeout = patient
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

func TestMemcachedTakesTheLargestValueAndRefusesALargerOneUnharmed(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		m := w.newMemcache(t, memcachedtest.Start(t))
		key := sessionOf(0)[0].Key
		longest := strings.Repeat("n", 31) + key + "-" // namespace
		longest += strings.Repeat("v", kv.MaxKeyLength-len(longest))
		for _, key := range []string{key, longest} {
			largest := Item{Key: key, Value: bytes.Repeat([]byte("v"), defaultMaxValueSize)}
			mustAdd(t, m, []Item{largest})
			for range 3 {
				items, err := m.Get(t.Context(), []string{key})
				if err != nil || !bytes.Equal(items[key].Value, largest.Value) {
					t.Fatalf("Get gave %d bytes, %v", len(items[key].Value), err)
				}
				largest.Version = items[key].Version
				if err := m.Swap(t.Context(), []Item{largest})[0]; err != nil {
					t.Fatal(err)
				}
			}
			for _, size := range []int{1 << 20, 1<<20 + 1, 3 << 20} {
				larger := Item{Key: key, Value: make([]byte, size), Version: largest.Version + 1}
				absent := Item{Key: key[:len(key)-1] + "x", Value: larger.Value}
				for call, err := range map[string]error{
					"Add":  m.Add(t.Context(), []Item{absent})[0],
					"Swap": m.Swap(t.Context(), []Item{larger})[0],
				} {
					if !errors.Is(err, ErrTooLarge) || errors.Is(err, ErrUnavailable) {
						t.Errorf("%s of %d bytes gave %v, want ErrTooLarge", call, size, err)
					}
				}
			}
			items, err := m.Get(t.Context(), []string{key})
			if err != nil || !bytes.Equal(items[key].Value, largest.Value) {
				t.Errorf("after a refusal, Get gave %d bytes, %v", len(items[key].Value), err)
			}
		}
	})
}

func TestExpiryPastTheClockIsAnErrorOfItsItemAlone(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		m := w.newMemcache(t, memcachedtest.Start(t))
		items := sessionOf(0)
		items[0].Expires = time.Unix(math.MaxInt32+1, 0)
		errs := m.Add(t.Context(), items)
		if errs[0] == nil || errors.Is(errs[0], ErrUnavailable) || errs[1] != nil {
			t.Errorf("Add gave %v, want an error for the first item", errs)
		}
		if got := mustCount(t, m, items); got != 1 {
			t.Errorf("%d items are there, want 1", got)
		}
	})
}

func TestMemcacheRefusesWrongKeysAndSendsNoneOfThem(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		f := startFake(t, empty)
		refusesWrongKeys(t, w.newMemcache(t, f.address))
		good := sessionOf(0)[0].Key
		for _, command := range f.seen("") {
			if words := strings.Fields(command); words[0] == "gets" || words[1] != good {
				t.Errorf("%q was sent", command)
			}
		}
	})
}

func TestMemcachedWithoutVersionsIsRefused(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		m := w.newMemcache(t, memcachedtest.Start(t, "-C"))
		mustAdd(t, m, sessionOf(0))
		if _, err := m.Get(t.Context(), itemKeys(sessionOf(0))); !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "-C") {
			t.Errorf("Get gave %v", err)
		}
	})
}

func TestWrongOrMissingServersAreUnavailable(t *testing.T) {
	for _, m := range []*Memcache{NewMemcache(), NewMemcache("a b"), NewMemcache("127.0.0.1:11211", "")} {
		for call, f := range callsOf(t, m, sessionOf(0)) {
			if err := f(); !errors.Is(err, ErrUnavailable) {
				t.Errorf("%s gave %v, want ErrUnavailable", call, err)
			}
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestServerThatIsDownIsUnavailableAndTheOthersServe(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		up := startFake(t, empty)
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		down := l.Addr().String()
		l.Close()
		m := w.newMemcache(t, up.address, down)
		served, refused := 0, 0
		for n := range 50 {
			items := sessionOf(n)
			found, err := m.Get(t.Context(), itemKeys(items))
			if m.servers.pick(items[0].Key).address == up.address {
				if served++; err != nil || len(found) != 0 {
					t.Errorf("Get of a session of the living server gave %v, %v", found, err)
				}
				continue
			}
			if refused++; !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), down) || found != nil {
				t.Errorf("Get of a session of the dead server gave %v, %v", found, err)
			}
			for call, f := range callsOf(t, m, items) {
				if err := f(); !errors.Is(err, ErrUnavailable) {
					t.Errorf("%s gave %v, want ErrUnavailable", call, err)
				}
			}
		}
		if served == 0 || refused == 0 {
			t.Errorf("%d sessions served and %d refused", served, refused)
		}
	})
}

func TestOneCallOfASessionGoesToOneServerInTheOrderOfTheKeys(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		a, b := startFake(t, empty), startFake(t, empty)
		m := w.newMemcache(t, a.address, b.address)
		for n := range 20 {
			keys := itemKeys(sessionOf(n))
			if _, err := m.Get(t.Context(), keys); err != nil {
				t.Fatal(err)
			}
			want := "gets " + strings.Join(keys, " ")
			if got := len(a.seen(want)) + len(b.seen(want)); got != 1 {
				t.Errorf("%q was sent %d times, want once", want, got)
			}
		}
		if len(a.seen("gets")) == 0 || len(b.seen("gets")) == 0 {
			t.Error("a server has no session")
		}
	})
}

func TestUnixSocket(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		dir, err := os.MkdirTemp("", "mc") // t.TempDir can be too long for a socket
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		path := filepath.Join(dir, "s")
		l, err := net.Listen("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		go func() {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
			if _, err := conn.Read(make([]byte, 1000)); err == nil {
				fmt.Fprintf(conn, "VALUE %s 0 1 7\r\nx\r\nEND\r\n", sessionOf(0)[0].Key)
			}
		}()
		m := w.newMemcache(t, path)
		if got := mustCount(t, m, sessionOf(0)[:1]); got != 1 {
			t.Errorf("%d items, want 1", got)
		}
	})
}

func TestItemsOfOneCallAreWrittenSideBySide(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		const n = 12
		items := make([]Item, n)
		for i := range items {
			items[i] = Item{Key: fmt.Sprintf("%s-%d", sessionOf(0)[0].Key, i), Value: []byte("x")}
		}
		for _, verb := range []string{"Add", "Delete"} {
			var arrived sync.WaitGroup
			arrived.Add(n)
			f := startFake(t, func(c *fakeConn) {
				for words := c.command(); words != nil; words = c.command() {
					arrived.Done()
					go func() {
						arrived.Wait() // no answer before all are here
						c.answer(map[string]string{"add": "STORED\r\n", "delete": "DELETED\r\n"}[words[0]])
					}()
				}
			})
			if err := callsOf(t, w.newMemcache(t, f.address), items)[verb](); err != nil {
				t.Error(err)
			}
			want := 1
			if w.plain {
				want = n
			}
			if _, _, accepted := f.counts(); accepted != want {
				t.Errorf("%s was on %d connections, want %d", verb, accepted, want)
			}
		}
	})
}

func TestConnectionsAreUsedAgain(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		f := startFake(t, empty)
		m := w.newMemcache(t, f.address)
		for range 20 {
			mustAdd(t, m, sessionOf(0)[:1])
			mustCount(t, m, sessionOf(0))
			if err := m.Swap(t.Context(), sessionOf(0)[:1])[0]; err != ErrNotFound {
				t.Fatal(err)
			}
			if err := m.Delete(t.Context(), itemKeys(sessionOf(0)[:1]))[0]; err != nil {
				t.Fatal(err)
			}
		}
		if _, _, accepted := f.counts(); accepted != 1 {
			t.Errorf("%d connections were made, want 1", accepted)
		}
	})
}

func TestConnectionsAreBoundedThoughTheServerHangs(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		const bound = 4
		f := startFake(t, (*fakeConn).hang)
		m := w.newMemcache(t, f.address)
		m.MaxConns = bound
		m.Timeout = 200 * time.Millisecond
		var calls sync.WaitGroup
		for n := range 200 {
			calls.Go(func() {
				if _, err := m.Get(t.Context(), itemKeys(sessionOf(n))); !errors.Is(err, ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("Get gave %v, want ErrUnavailable", err)
				}
				for _, err := range m.Add(t.Context(), sessionOf(n)) {
					if !errors.Is(err, ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("Add gave %v, want ErrUnavailable", err)
					}
				}
			})
		}
		calls.Wait()
		s := m.servers[0]
		if len(s.slots) != 0 || len(s.idle) != 0 {
			t.Errorf("%d slots are taken and %d connections idle, want none", len(s.slots), len(s.idle))
		}
	})
}

func TestConnectionsAreBoundedWhenTheServerAnswers(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		const bound = 4
		f := startFake(t, empty)
		m := w.newMemcache(t, f.address)
		m.MaxConns = bound
		var calls sync.WaitGroup
		for n := range 100 {
			calls.Go(func() {
				for range 5 {
					mustAddBoth(t, m, sessionOf(n))
				}
			})
		}
		calls.Wait()
		if open, peak, accepted := f.counts(); peak > bound || accepted > bound || open == 0 {
			t.Errorf("connections: %d open, %d at once, %d made; want %d at most", open, peak, accepted, bound)
		}
	})
}

func mustAddBoth(t *testing.T, m *Memcache, items []Item) {
	if err := errors.Join(m.Add(t.Context(), items)...); err != nil {
		t.Error(err)
	}
}

// drip sends an answer that never ends, a bit of it every now and then. For
// gomemcache the bits are whole items, at each of which its time-out starts
// again.
func (w way) drip(c *fakeConn) {
	words := c.command()
	bit := "x"
	if words != nil && words[0] == "gets" {
		if w.plain {
			bit = "VALUE " + words[1] + " 0 1 1\r\nx\r\n"
		} else {
			c.answer("VALUE " + words[1] + " 0 1000000 1\r\n")
		}
	}
	for {
		if _, err := io.WriteString(c, bit); err != nil {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestTimeoutIsOverTheWholeCall(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		m := w.newMemcache(t, startFake(t, w.drip).address)
		m.Timeout = 100 * time.Millisecond
		_, err := m.Get(t.Context(), itemKeys(sessionOf(0)))
		if !errors.Is(err, ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Get gave %v, want ErrUnavailable", err)
		}
	})
}

func TestEndOfTheContextInterruptsEveryCall(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		for name, serve := range map[string]func(*fakeConn){"hangs": (*fakeConn).hang, "drips": w.drip} {
			for _, call := range []string{"Get", "Add", "Swap", "Delete"} {
				f := startFake(t, serve)
				m := w.newMemcache(t, f.address)

				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
				defer cancel()
				err := callWith(ctx, m, call, sessionOf(0))
				if !errors.Is(err, ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%s, server %s: %v, want ErrUnavailable and DeadlineExceeded", call, name, err)
				}

				_, _, before := f.counts()
				ctx, cancel = context.WithCancel(t.Context())
				go func() {
					waitFor(t, func() bool { _, _, accepted := f.counts(); return accepted >= before+2 })
					cancel()
				}()
				errs := make(chan error, 2)
				for range 2 {
					go func() { errs <- callWith(ctx, m, call, sessionOf(0)) }()
				}
				for range 2 {
					if err := <-errs; !errors.Is(err, ErrUnavailable) || !errors.Is(err, context.Canceled) {
						t.Errorf("%s, server %s: %v, want ErrUnavailable and Canceled", call, name, err)
					}
				}
			}
		}
	})
}

func callWith(ctx context.Context, m *Memcache, call string, items []Item) error {
	switch call {
	case "Get":
		_, err := m.Get(ctx, itemKeys(items))
		return err
	case "Add":
		return errors.Join(m.Add(ctx, items)...)
	case "Swap":
		return errors.Join(m.Swap(ctx, items)...)
	default:
		return errors.Join(m.Delete(ctx, itemKeys(items))...)
	}
}

func waitFor(t *testing.T, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patient); !condition(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Error("waited in vain")
			return
		}
	}
}

func TestAnswerThatComesTooLateIsNotTakenForTheNextOne(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		asked, late := make(chan bool, 1), make(chan bool)
		f := startFake(t, func(c *fakeConn) {
			for words := c.command(); words != nil; words = c.command() {
				if words[1] == sessionOf(0)[0].Key {
					asked <- true
					<-late
				}
				c.answer("VALUE " + words[1] + " 0 1 1\r\n" + words[1][len(words[1])-1:] + "\r\nEND\r\n")
			}
		})
		m := w.newMemcache(t, f.address)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-asked; cancel() }()
		if _, err := m.Get(ctx, itemKeys(sessionOf(0)[:1])); !errors.Is(err, context.Canceled) {
			t.Errorf("Get gave %v, want Canceled", err)
		}
		close(late)
		for n := 1; n < 10; n++ {
			key := sessionOf(n)[0].Key
			items, err := m.Get(t.Context(), []string{key})
			if got := string(items[key].Value); err != nil || got != fmt.Sprint(n) {
				t.Errorf("Get gave %q, %v; want %d", got, err, n)
			}
		}
	})
}

func TestInterruptionIsNotUndoneByALaterDeadline(t *testing.T) {
	interrupted := make(chan bool)
	f := startFake(t, func(c *fakeConn) {
		<-interrupted
		c.answer("END\r\n")
		c.hang()
	})
	ctx, cancel := context.WithCancel(t.Context())
	end := limit{ctx, time.Now().Add(patient)}
	l, err := (&server{network: "tcp", address: f.address}).dial(end)
	if err != nil {
		t.Fatal(err)
	}
	err = l.use(end, func(*lane) error {
		cancel()
		_, first := l.Read(make([]byte, 1))
		close(interrupted)
		if err := l.SetDeadline(time.Now().Add(patient)); err != nil { // as gomemcache does
			t.Error(err)
		}
		_, second := l.Read(make([]byte, 1))
		if !errors.Is(first, os.ErrDeadlineExceeded) || !errors.Is(second, os.ErrDeadlineExceeded) {
			t.Errorf("reads gave %v and %v, want interruptions", first, second)
		}
		return nil
	})
	if err != nil || !l.closed {
		t.Errorf("error %v, closed: %t", err, l.closed)
	}
}

func TestConnectionOfACallThatEndsWithItsContextIsNotUsedAgain(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		f := startFake(t, empty)
		m := w.newMemcache(t, f.address)
		mustCount(t, m, sessionOf(0))
		ctx, cancel := context.WithCancel(t.Context())
		err := m.servers[0].read(m.limit(ctx), func(l *lane) error {
			defer cancel()
			return lookupOf(t, itemKeys(sessionOf(0))).plain(l)
		})
		if err != nil {
			t.Errorf("a call that was answered gave %v", err)
		}
		waitFor(t, func() bool { open, _, _ := f.counts(); return open == 0 })
		mustCount(t, m, sessionOf(0))
	})
}

func TestReadsAndWritesSurviveARestartOfTheServer(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		server := memcachedtest.New(t)
		m := w.newMemcache(t, server.Addr)
		for _, call := range []string{"Get", "Add", "Delete"} {
			var calls sync.WaitGroup
			for n := range 8 {
				calls.Go(func() { mustAddBoth(t, m, sessionOf(n)) })
			}
			calls.Wait()
			server.Restart()
			if err := callWith(t.Context(), m, call, sessionOf(0)); err != nil {
				t.Errorf("%s after a restart: %v", call, err)
			}
			server.Restart()
		}
	})
}

// breaking serves one command on each connection, and breaks it at the next.
func breaking(c *fakeConn) {
	if words := c.command(); words != nil {
		c.answer(map[string]string{"gets": "END\r\n", "add": "STORED\r\n"}[words[0]])
		c.command()
	}
}

func TestReadOnAConnectionThatBreaksIsRepeatedOnceOnANewOne(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		f := startFake(t, breaking)
		m := w.newMemcache(t, f.address)
		for range 3 {
			mustCount(t, m, sessionOf(0))
		}
		if got := len(f.seen("gets")); got != 5 {
			t.Errorf("%d reads were sent, want 5: the second and third twice", got)
		}
	})
}

func TestReadIsNotRepeatedOnANewConnection(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		for served, want := range []int{1, 3} {
			f := startFake(t, func(c *fakeConn) {
				if c.command() != nil && len(c.server.seen("gets")) <= served {
					c.answer("END\r\n")
					c.command()
				}
			})
			m := w.newMemcache(t, f.address)
			for range served {
				mustCount(t, m, sessionOf(0))
			}
			if _, err := m.Get(t.Context(), itemKeys(sessionOf(0))); !errors.Is(err, ErrUnavailable) {
				t.Errorf("Get gave %v, want ErrUnavailable", err)
			}
			if got := len(f.seen("gets")); got != want {
				t.Errorf("%d reads were sent, want %d", got, want)
			}
		}
	})
}

func TestWriteIsNeverRepeated(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		for _, call := range []string{"Add", "Swap", "Delete"} {
			f := startFake(t, breaking)
			m := w.newMemcache(t, f.address)
			mustCount(t, m, sessionOf(0)) // leaves a connection that breaks
			item := Item{Key: sessionOf(0)[0].Key, Value: []byte("only")}
			if err := callWith(t.Context(), m, call, []Item{item}); !errors.Is(err, ErrUnavailable) {
				t.Errorf("%s gave %v, want ErrUnavailable", call, err)
			}
			if got := f.seen(""); len(got) != 2 {
				t.Errorf("%s sent %q, want one write", call, got)
			}
		}
	})
}

func TestBrokenConnectionSparesLaterWritesTheOtherIdleOnes(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		var first sync.WaitGroup
		first.Add(4)
		f := startFake(t, func(c *fakeConn) {
			_, _, accepted := c.server.counts()
			if c.command(); accepted <= 4 {
				first.Done()
				first.Wait() // so that there are four connections
			}
			c.answer("STORED\r\n")
			if accepted > 4 {
				empty(c)
			}
			c.command()
		})
		m := w.newMemcache(t, f.address)
		items := sessionOf(0)[:1]
		var calls sync.WaitGroup
		for range 4 {
			calls.Go(func() { mustAddBoth(t, m, items) })
		}
		calls.Wait()
		if err := m.Add(t.Context(), items)[0]; !errors.Is(err, ErrUnavailable) {
			t.Errorf("Add gave %v, want ErrUnavailable", err)
		}
		for range 4 {
			mustAdd(t, m, items)
		}
	})
}

func TestAnswersAgainstTheProtocolAreUnavailableAndNotQuoted(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		const words = "WORDS-OF-THE-SERVER"
		key := sessionOf(0)[0].Key
		item := Item{Key: key, Value: []byte("x"), Version: 1}
		for call, answers := range map[string][]string{
			"Get": {
				words + "\r\n",
				"SERVER_ERROR " + words + "\r\n",
				"CLIENT_ERROR " + words + "\r\n",
				"ERROR\r\n",
				"VALUE " + key + words + " 0 1 1\r\nx\r\nEND\r\n",
				"VALUE " + sessionOf(1)[0].Key + " 0 1 1\r\nx\r\nEND\r\n",
				"VALUE " + key + " 0 1 1\r\nx\r\nVALUE " + words + " 0 1 1\r\nx\r\nEND\r\n",
				"VALUE " + key + " 0 1\r\nx\r\nEND\r\n", // no version
				"VALUE " + key + " 0 1 0\r\nx\r\nEND\r\n",
				"VALUE " + key + " 0 2 1\r\nx\r\nEND\r\n",
				"VALUE " + key + " 0 99999999999999999999 1\r\nx\r\nEND\r\n",
				"VALUE " + key + " 0 -1 1\r\nx\r\nEND\r\n",
				"VALUE " + key + " 0 1 1\r\nx\r\n" + words + "\r\n",
				strings.Repeat("x", 10000) + "\r\n",
				"STORED\r\n",
				"\r\n",
			},
			"Add": {
				words + "\r\n", "SERVER_ERROR out of memory storing object " + words + "\r\n", "CLIENT_ERROR " + words + "\r\n",
				"ERROR\r\n", "EXISTS\r\n", "NOT_FOUND\r\n", "END\r\n", "OK\r\n", strings.Repeat("x", 10000) + "\r\n",
			},
			"Swap":   {words + "\r\n", "SERVER_ERROR " + words + "\r\n", "ERROR\r\n", "END\r\n", "DELETED\r\n"},
			"Delete": {words + "\r\n", "SERVER_ERROR " + words + "\r\n", "ERROR\r\n", "END\r\n", "STORED\r\n", "EXISTS\r\n"},
		} {
			for _, answer := range answers {
				m := w.newMemcache(t, startFake(t, func(c *fakeConn) {
					c.command()
					c.answer(answer)
				}).address)
				err := callWith(t.Context(), m, call, []Item{item})
				if !errors.Is(err, ErrUnavailable) || errors.Is(err, ErrExists) || errors.Is(err, ErrNotFound) {
					t.Errorf("%s answered with %q gave %v, want ErrUnavailable", call, answer, err)
				} else if strings.Contains(err.Error(), words) {
					t.Errorf("%s quotes the server: %v", call, err)
				}
			}
		}
	})
}

func TestCloseLeavesNeitherConnectionsNorGoroutines(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		f := startFake(t, empty)
		before := runtime.NumGoroutine()
		m := w.newMemcache(t, f.address)
		var calls sync.WaitGroup
		for n := range 50 {
			calls.Go(func() { mustAddBoth(t, m, sessionOf(n)) })
		}
		calls.Wait()
		if err := m.Close(); err != nil {
			t.Error(err)
		}
		waitFor(t, func() bool { open, _, _ := f.counts(); return open == 0 })
		waitFor(t, func() bool { return runtime.NumGoroutine() <= before })
		for call, do := range callsOf(t, m, sessionOf(0)) {
			if err := do(); !errors.Is(err, ErrUnavailable) || !errors.Is(err, errClosed) {
				t.Errorf("%s after Close gave %v, want ErrUnavailable", call, err)
			}
		}
		if err := m.Close(); err != nil {
			t.Errorf("a second Close: %v", err)
		}
	})
}

func TestCloseLetsACallInProgressEnd(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		asked, closed := make(chan bool), make(chan bool)
		f := startFake(t, func(c *fakeConn) {
			c.command()
			asked <- true
			<-closed
			c.answer("END\r\n")
			c.hang()
		})
		m := w.newMemcache(t, f.address)
		go func() {
			<-asked
			m.Close()
			close(closed)
		}()
		mustCount(t, m, sessionOf(0))
		waitFor(t, func() bool { open, _, _ := f.counts(); return open == 0 })
	})
}

func TestUnaskedBytesOnAnIdleConnectionAreNotTakenForAnAnswer(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		sent := make(chan bool)
		f := startFake(t, func(c *fakeConn) {
			if _, _, accepted := c.server.counts(); accepted > 1 {
				empty(c)
				return
			}
			c.command()
			c.answer("END\r\n")
			<-sent
			c.answer("VALUE " + sessionOf(0)[0].Key + " 0 1 1\r\nx\r\nEND\r\n")
			sent <- true
			c.hang()
		})
		m := w.newMemcache(t, f.address)
		mustCount(t, m, sessionOf(0))
		sent <- true
		<-sent
		// The bytes are on their way; loopback gives no notice of their arrival.
		waitFor(t, func() bool { return !m.servers[0].idle[0].alive() })
		if got := mustCount(t, m, sessionOf(0)); got != 0 {
			t.Errorf("%d items, want none", got)
		}
	})
}
