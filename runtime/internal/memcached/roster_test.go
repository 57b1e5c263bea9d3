package memcached_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime/internal/memcached"
	"github.com/sessiongen/sessiongen/runtime/internal/operation"
)

// A directory is a list of servers that a test changes.
type directory struct {
	mu    sync.Mutex
	names []string
	err   error
	asked int
}

func (d *directory) set(names ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.names = names
}

func (d *directory) list(context.Context) ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked++
	return slices.Clone(d.names), d.err
}

// A process is a client whose servers a directory lists, and which asks for them
// when the test wants it to.
type process struct {
	store
	listed directory
}

func (w way) newProcess(t *testing.T, names ...string) *process {
	p := &process{}
	p.listed.set(names...)
	o := memcached.Options{Timeout: patient, Plain: w.plain, List: p.listed.list}
	p.store = store{memcached.NewClient(nil, o)}
	t.Cleanup(p.Close)
	return p
}

// adopt lets the process adopt the servers with these names.
func (p *process) adopt(t *testing.T, names ...string) {
	t.Helper()
	p.listed.set(names...)
	if err := p.Attempt(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := p.Servers(); !slices.Equal(got, sorted(names)) {
		t.Fatalf("servers are %q, want %q", got, names)
	}
}

func sorted(names []string) []string {
	names = slices.Clone(names)
	slices.Sort(names)
	return names
}

func threeServers(t *testing.T) (a, b, c string) {
	return memcachedtest.Start(t), memcachedtest.Start(t), memcachedtest.Start(t)
}

// onServer returns the items of a session that is on the server.
func (p *process) onServer(t *testing.T, name string) []memcached.Command {
	t.Helper()
	for n := range 10_000 {
		if items := sessionOf(n); p.ServerOf(items[0].Key) == name {
			return items
		}
	}
	t.Fatalf("no session is on %s", name)
	return nil
}

func TestListIsAdoptedByTheFirstCall(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		a, b, c := threeServers(t)
		p, q := w.newProcess(t, a, b, c), w.newProcess(t, c, b, a)
		for n := range 20 {
			p.mustAdd(t, sessionOf(n))
			if got := q.mustCount(t, sessionOf(n)); got != len(sessionOf(n)) {
				t.Errorf("another process finds %d items of session %d", got, n)
			}
		}
	})
}

func TestKeysAreAsWithFixedServersUntilTheListChanges(t *testing.T) {
	a, b, _ := threeServers(t)
	fixed := way{}.newStore(t, a, b)
	fixed.mustAdd(t, sessionOf(0))
	if got := (way{}).newProcess(t, a, b).mustCount(t, sessionOf(0)); got != len(sessionOf(0)) {
		t.Errorf("%d items are found", got)
	}
}

func TestOtherSessionsStayWhenAServerLeavesOrComes(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		a, b, c := threeServers(t)
		p := w.newProcess(t, a, b, c)
		if err := p.Attempt(t.Context()); err != nil {
			t.Fatal(err)
		}
		at := make(map[int]string)
		for n := range 60 {
			p.mustAdd(t, sessionOf(n))
			at[n] = p.ServerOf(sessionOf(n)[0].Key)
		}
		p.adopt(t, a, b)
		for n, server := range at {
			if got := p.mustCount(t, sessionOf(n)); (got > 0) != (server != c) {
				t.Errorf("session %d of %s: %d items are found without %s", n, server, got, c)
			}
		}
		p.adopt(t, a, b, c)
		for n, server := range at {
			if got := p.mustCount(t, sessionOf(n)); (got > 0) != (server != c) {
				t.Errorf("session %d of %s: %d items are found when %s is back", n, server, got, c)
			}
		}
	})
}

// A session that has moved to a new server, and back when that left again, is not
// what it was before. Those that have not moved stay.
func TestServerThatGetsAShareBackServesNothingOfWhatItHasKept(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		a, b, c := threeServers(t)
		p := w.newProcess(t, a, b)
		if err := p.Attempt(t.Context()); err != nil {
			t.Fatal(err)
		}
		moved := make(map[int]bool)
		for n := range 60 {
			p.mustAdd(t, sessionOf(n))
		}
		p.adopt(t, a, b, c)
		for n := range 60 {
			moved[n] = p.ServerOf(sessionOf(n)[0].Key) == c
		}
		p.adopt(t, a, b)
		for _, process := range []*process{p, w.newProcess(t, a, b)} {
			for n := range 60 {
				if got := process.mustCount(t, sessionOf(n)); (got > 0) == moved[n] {
					t.Errorf("session %d, moved %v: %d items are found", n, moved[n], got)
				}
			}
		}
	})
}

// Whatever becomes of the list: what was stored for a session is found as long as
// the session stays on its server, and never again when it has been on another.
func TestNothingOfBeforeIsFoundAfterManyChanges(t *testing.T) {
	var servers []string
	for range 4 {
		servers = append(servers, memcachedtest.Start(t))
	}
	const sessions, changes = 40, 120
	p := way{}.newProcess(t, servers...)
	p.adopt(t, servers...)
	random := rand.New(rand.NewPCG(1, 2))
	at := make([]string, sessions)   // the server where it was stored last
	stored := make([]bool, sessions) // and it has not moved since
	for range changes {
		listed := slices.Clone(servers)
		random.Shuffle(len(listed), func(i, j int) { listed[i], listed[j] = listed[j], listed[i] })
		p.adopt(t, listed[:1+random.IntN(len(listed))]...)
		if random.IntN(4) == 0 { // as a process that begins
			p = way{}.newProcess(t, p.Servers()...)
			if err := p.Attempt(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for n := range sessions {
			items := sessionOf(n)
			server := p.ServerOf(items[0].Key)
			stored[n] = stored[n] && server == at[n]
			if got := p.mustCount(t, items); (got > 0) != stored[n] {
				t.Fatalf("session %d on %s, stored there: %v; %d items are found", n, server, stored[n], got)
			}
			if !stored[n] && random.IntN(2) == 0 {
				p.mustAdd(t, items)
				at[n], stored[n] = server, true
			}
			if !stored[n] {
				at[n] = server
			}
		}
	}
}

func TestRosterForgetsTheServersThatLeftFirst(t *testing.T) {
	const maxFormers = memcached.MaxFormers
	r := memcached.NewRoster()
	for n := range maxFormers + 10 {
		r = r.With(fmt.Sprintf("cache%d", n), "stays")
		if text := r.String(); n <= maxFormers != strings.Contains(text, "since 0 tcp stays") {
			t.Fatalf("after %d servers have left:\n%s", n, text)
		}
	}
	if got := strings.Count(r.String(), "left "); got != maxFormers {
		t.Errorf("%d servers are remembered", got)
	}
}

// What was stored on a server before it left is not found when it is back, in no
// process: not in one that has seen it leave, not in one that has not, and not in
// one that begins then.
func TestServerThatComesBackServesNothingOfWhatItHasKept(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		a, b, c := threeServers(t)
		p, late := w.newProcess(t, a, b, c), w.newProcess(t, a, b, c)
		for _, process := range []*process{p, late} {
			if err := process.Attempt(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		items := p.onServer(t, a)
		p.mustAdd(t, items)
		p.adopt(t, b, c)
		// late has not heard of it and is still right about what it has stored.
		if got := late.mustCount(t, items); got != len(items) {
			t.Errorf("a process that has not adopted the list yet finds %d items", got)
		}
		p.adopt(t, a, b, c)
		late.adopt(t, a, b, c)
		beginning := w.newProcess(t, a, b, c)
		for name, process := range map[string]*process{"one that saw it": p, "one that did not": late, "a new one": beginning} {
			if got := process.mustCount(t, items); got != 0 {
				t.Errorf("%s finds %d items of before", name, got)
			}
		}
		p.mustAdd(t, items)
		for _, process := range []*process{late, beginning} {
			if got := process.mustCount(t, items); got != len(items) {
				t.Errorf("%d items are found, want the new ones", got)
			}
		}
	})
}

// A process that begins learns from the other servers that one of its list was
// away, though no process that has seen it runs any more.
func TestServerThatWasAwayIsKnownToAProcessThatBeginsAfterwards(t *testing.T) {
	a, b, c := threeServers(t)
	before := way{}.newProcess(t, a, b, c)
	if err := before.Attempt(t.Context()); err != nil {
		t.Fatal(err)
	}
	items := before.onServer(t, a)
	before.mustAdd(t, items)
	before.Close()
	during := way{}.newProcess(t, b, c)
	during.mustCount(t, items)
	during.Close()
	if got := (way{}).newProcess(t, a, b, c).mustCount(t, items); got != 0 {
		t.Errorf("%d items are back", got)
	}
}

func TestProcessWithoutAListFollowsTheOthers(t *testing.T) {
	a, b, c := threeServers(t)
	p, blind := way{}.newProcess(t, a, b, c), way{}.newProcess(t, a, b, c)
	blind.mustCount(t, sessionOf(0))
	blind.listed.mu.Lock()
	blind.listed.err = errors.New("no list")
	blind.listed.mu.Unlock()
	p.adopt(t, b, c)
	if err := blind.Attempt(t.Context()); err == nil {
		t.Error("no error tells that there is no list")
	}
	if got := blind.Servers(); !slices.Equal(got, sorted([]string{b, c})) {
		t.Errorf("servers are %q", got)
	}
}

// Two lists that differ for a while, as in a deploy, do not take turns; but a list
// that stays another one is adopted in the end.
func TestProcessWhoseListIsNoNewsFollowsTheOthersForAWhile(t *testing.T) {
	a, b, c := threeServers(t)
	p, q := way{}.newProcess(t, a, b, c), way{}.newProcess(t, a, b, c)
	p.adopt(t, a, b, c)
	q.adopt(t, a, b, c)
	p.adopt(t, b, c)
	for range 3 {
		if err := q.Attempt(t.Context()); err != nil || !slices.Equal(q.Servers(), sorted([]string{b, c})) {
			t.Errorf("servers are %q, %v", q.Servers(), err)
		}
		p.adopt(t, b, c)
	}
	q.Differs(memcached.PatientFor)
	if err := q.Attempt(t.Context()); !errors.Is(err, memcached.ErrOthers) {
		t.Errorf("after a minute: %v", err)
	}
	q.Differs(memcached.InsistAfter)
	q.adopt(t, a, b, c)
	if err := p.Attempt(t.Context()); err != nil || !p.Agrees(q.Client) {
		t.Errorf("servers are %q, %v", p.Servers(), err)
	}
	p.adopt(t, a, c)
	q.adopt(t, a, c)
}

func TestProcessKeepsItsListWhileMostServersDoNotAnswer(t *testing.T) {
	a, b, c := memcachedtest.New(t), memcachedtest.New(t), memcachedtest.New(t)
	p := way{}.newProcess(t, a.Addr, b.Addr, c.Addr)
	if err := p.Attempt(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.Stop()
	c.Stop()
	p.listed.set(a.Addr, b.Addr)
	if err := p.Attempt(t.Context()); err == nil {
		t.Error("half of the servers are enough")
	}
	if got := p.Servers(); len(got) != 3 {
		t.Errorf("servers are %q", got)
	}
	if _, err := (way{}).newProcess(t, a.Addr, b.Addr).get(t.Context(), keysOf(sessionOf(0))); err == nil {
		t.Error("half of the servers are enough to begin with")
	}
	b.Restart()
	p.adopt(t, a.Addr, b.Addr)
}

// All calls of an operation go to the servers that its first call went to.
func TestListIsNotAdoptedInTheMiddleOfAnOperation(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		a, b, c := threeServers(t)
		p := w.newProcess(t, a, b, c)
		if err := p.Attempt(t.Context()); err != nil {
			t.Fatal(err)
		}
		items := p.onServer(t, a)
		op := operation.Begin(t.Context())
		defer op.End()
		within, cancel := context.WithCancel(op)
		defer cancel()
		if err := p.call(within, "Add", items); err != nil {
			t.Fatal(err)
		}
		p.adopt(t, b, c)
		found, err := p.get(op, keysOf(items))
		if err != nil || len(found) != len(items) {
			t.Errorf("%d items are found, %v", len(found), err)
		}
		if got := p.mustCount(t, items); got != 0 {
			t.Errorf("another operation finds %d items", got)
		}
	})
}

func TestProcessesWithDifferentListsAtOnceAgreeInTheEnd(t *testing.T) {
	a, b, c := threeServers(t)
	lists := [][]string{{a, b, c}, {a, b}, {b, c}, {a, c}, {b}}
	processes := make([]*process, 8)
	for i := range processes {
		processes[i] = way{}.newProcess(t, lists[0]...)
	}
	for round := range 10 {
		var all sync.WaitGroup
		for i, p := range processes {
			p.listed.set(lists[(i+round)%len(lists)]...)
			all.Go(func() { _ = p.Attempt(t.Context()) }) // it may be told that others have another list
		}
		all.Wait()
		want := lists[round%len(lists)]
		for range 2 { // one for which it is news writes it, the others read
			for _, p := range processes {
				p.listed.set(want...)
				_ = p.Attempt(t.Context())
			}
		}
		for _, p := range processes {
			if !p.Agrees(processes[0].Client) || !slices.Equal(p.Servers(), sorted(want)) {
				t.Fatalf("round %d: servers are %q, want %q", round, p.Servers(), want)
			}
		}
	}
}

func TestServerThatHasLeftIsClosedAfterTheLongestOperation(t *testing.T) {
	a, b, c := threeServers(t)
	p := way{}.newProcess(t, a, b, c)
	p.adopt(t, a, b, c)
	p.adopt(t, a, b)
	if got := p.Leaving(); !slices.Equal(got, []string{c}) {
		t.Errorf("%q are leaving", got)
	}
	p.adopt(t, a, b, c)
	if got := p.Leaving(); len(got) != 0 {
		t.Errorf("%q are leaving though they are back", got)
	}
	p.adopt(t, a, b)
	p.listed.set(c, "127.0.0.1:1", "127.0.0.1:2") // which is not adopted
	if err := p.Attempt(t.Context()); err == nil || !slices.Equal(p.Leaving(), []string{c}) {
		t.Errorf("%q are leaving, %v", p.Leaving(), err)
	}
	p.listed.set(a, b)
	p.Retire(c)
	if got := p.Leaving(); len(got) != 0 {
		t.Errorf("%q are leaving though they are closed", got)
	}
	p.adopt(t, a, b, c)
	p.mustAdd(t, p.onServer(t, c))
}

func TestListThatCantBeUsedIsUnavailable(t *testing.T) {
	for name, d := range map[string]*directory{
		"an error": {err: errors.New("no list")}, "empty": {}, "no address": {names: []string{"a b"}}, "not there": {names: []string{"cache.invalid"}},
	} {
		m := store{memcached.NewClient(nil, memcached.Options{Timeout: patient, List: d.list})}
		defer m.Close()
		start := time.Now()
		for _, call := range everyCall {
			if err := m.call(t.Context(), call, sessionOf(0)); !errors.Is(err, errUnknown) {
				t.Errorf("%s: %s gave %v", name, call, err)
			} else if call == "Get" {
				t.Log(err)
			}
		}
		if time.Since(start) > patient/2 {
			t.Errorf("%s: calls waited for a time-out", name)
		}
	}
}

func TestCallsAfterCloseFail(t *testing.T) {
	addr := memcachedtest.Start(t)
	for name, use := range map[string]bool{"used": true, "unused": false} {
		p := way{}.newProcess(t, addr)
		if use {
			p.mustAdd(t, sessionOf(0))
		}
		p.Close()
		if _, err := p.get(t.Context(), keysOf(sessionOf(0))); !errors.Is(err, memcached.ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A process that can't follow the others yet, to a server that its list has not named,
// leaves their version alone.
func TestProcessThatIsBehindDoesNotTakeTheOthersBack(t *testing.T) {
	a, b, c := threeServers(t)
	d := memcachedtest.Start(t)
	p, behind := way{}.newProcess(t, a, b, c), way{}.newProcess(t, a, b, c)
	p.adopt(t, a, b, c)
	behind.adopt(t, a, b, c)
	p.adopt(t, a, b, c, d)
	items := p.onServer(t, d)
	p.mustAdd(t, items)
	reader := way{}.newStore(t, a)
	kept := must(reader.get(t.Context(), []string{"sessiongen:servers"}))["sessiongen:servers"]
	for range 3 {
		if err := behind.Attempt(t.Context()); err != nil || !slices.Equal(behind.Servers(), sorted([]string{a, b, c})) {
			t.Errorf("servers are %q, %v", behind.Servers(), err)
		}
	}
	if now := must(reader.get(t.Context(), []string{"sessiongen:servers"}))["sessiongen:servers"]; !bytes.Equal(now.Value, kept.Value) {
		t.Errorf("a server has %q, and had %q", now.Value, kept.Value)
	}
	began := way{}.newProcess(t, a, b, c, d)
	if got := began.mustCount(t, items); got != len(items) || !began.Agrees(p.Client) {
		t.Errorf("a process that begins finds %d items", got)
	}
	behind.adopt(t, a, b, c, d)
	if got := behind.mustCount(t, items); got != len(items) {
		t.Errorf("the process that was behind finds %d items", got)
	}
}

func TestListsThatNameDifferentServersAreToldInTheEnd(t *testing.T) {
	a, b, c := threeServers(t)
	d := memcachedtest.Start(t)
	p, q := way{}.newProcess(t, a, b, c), way{}.newProcess(t, a, b, c)
	p.adopt(t, a, b, c)
	q.adopt(t, a, b, c)
	q.adopt(t, a, b, d)
	for _, step := range []struct {
		after time.Duration
		want  error
	}{{0, nil}, {memcached.PatientFor, memcached.ErrOthers}, {memcached.InsistAfter, nil}} {
		p.Differs(step.after)
		if err := p.Attempt(t.Context()); !errors.Is(err, step.want) {
			t.Errorf("after %v: %v", step.after, err)
		}
	}
	if err := q.Attempt(t.Context()); err != nil || !q.Agrees(p.Client) {
		t.Errorf("servers are %q, %v", q.Servers(), err)
	}
}

// What a server has and nobody can believe may have been a roster before, so that what
// is there is not asked for again.
func TestServerWithWhatIsNoRosterBeginsAnew(t *testing.T) {
	for name, text := range map[string]string{
		"far ahead": fmt.Sprintf("sessiongen servers 1\n%d\nsince 0 tcp 127.0.0.1:1\n", time.Now().Add(100*time.Hour).UnixMilli()),
		"garbage":   "x",
	} {
		a := memcachedtest.Start(t)
		writer := way{}.newStore(t, a)
		writer.mustAdd(t, sessionOf(0))
		writer.mustAdd(t, []memcached.Command{{Key: "sessiongen:servers", Value: []byte(text)}})
		if got := (way{}).newProcess(t, a).mustCount(t, sessionOf(0)); got != 0 {
			t.Errorf("%s: %d items of before are found", name, got)
		}
	}
}

// A roster that can't be followed does not hide one that can.
func TestProcessFollowsTheOthersBesideAMadeUpRoster(t *testing.T) {
	a, b, c := threeServers(t)
	p, q := way{}.newProcess(t, a, b, c), way{}.newProcess(t, a, b, c)
	p.adopt(t, a, b, c)
	q.adopt(t, a, b, c)
	p.adopt(t, b, c)
	made := []byte(fmt.Sprintf("sessiongen servers 1\n%d\nsince 0 tcp 192.0.2.1:1\n", time.Now().Add(time.Hour).UnixMilli()))
	key := []memcached.Command{{Key: "sessiongen:servers", Value: made}}
	writer := way{}.newStore(t, a)
	if err := errors.Join(writer.call(t.Context(), "Delete", key), writer.call(t.Context(), "Add", key)); err != nil {
		t.Fatal(err)
	}
	if err := q.Attempt(t.Context()); err != nil || !q.Agrees(p.Client) {
		t.Errorf("servers are %q, %v", q.Servers(), err)
	}
}

// Who can write to a server may make up a roster. It leads nobody to a server that the
// process's own list has not named, and stands in nobody's way.
func TestMadeUpRosterLeadsNowhere(t *testing.T) {
	foreign := memcachedtest.StartFake(t, memcachedtest.Empty)
	soon := time.Now().Add(time.Hour).UnixMilli()
	for name, text := range map[string]string{
		"a foreign server": fmt.Sprintf("sessiongen servers 1\n%d\nsince 0 tcp %s\n", soon, foreign.Addr),
		"the last version": fmt.Sprintf("sessiongen servers 1\n18446744073709551615\nsince 0 tcp %s\n", foreign.Addr),
		"no servers":       fmt.Sprintf("sessiongen servers 1\n%d\n", soon),
		"another network":  fmt.Sprintf("sessiongen servers 1\n%d\nsince 0 udp %s\n", soon, foreign.Addr),
	} {
		a, b, c := threeServers(t)
		p := way{}.newProcess(t, a, b, c)
		p.adopt(t, a, b, c)
		writer := way{plain: true}.newStore(t, a)
		if err := writer.call(t.Context(), "Delete", []memcached.Command{{Key: "sessiongen:servers"}}); err != nil {
			t.Fatal(err)
		}
		if err := writer.call(t.Context(), "Add", []memcached.Command{{Key: "sessiongen:servers", Value: []byte(text)}}); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			_ = p.Attempt(t.Context())
			if !slices.Equal(p.Servers(), sorted([]string{a, b, c})) {
				t.Fatalf("%s: servers are %q", name, p.Servers())
			}
		}
		p.adopt(t, a, b)
		way{}.newProcess(t, a, b).adopt(t, a, b)
		for _, command := range foreign.Seen("") {
			if !strings.Contains(command, " sessiongen:servers") {
				t.Errorf("%s: the foreign server was told %q", name, command)
			}
		}
	}
}

func TestPasswordIsForServersThatTheListNames(t *testing.T) {
	foreign := memcachedtest.StartFake(t, memcachedtest.Empty)
	users := memcachedtest.ReadableFile(t, "shop:secret\n")
	var d directory
	d.set(memcachedtest.Start(t, "-Y", users))
	o := memcached.Options{Timeout: patient, List: d.list, Dialer: memcached.Dialer{Username: "shop", Password: "secret"}}
	p := store{memcached.NewClient(nil, o)}
	defer p.Close()
	p.mustAdd(t, sessionOf(0))
	o.List = nil
	writer := store{memcached.NewClient(addressesOf(t, d.names...), o)}
	defer writer.Close()
	made := fmt.Sprintf("sessiongen servers 1\n%d\nsince 0 tcp %s\n", time.Now().Add(time.Hour).UnixMilli(), foreign.Addr)
	key := []memcached.Command{{Key: "sessiongen:servers", Value: []byte(made)}}
	if err := errors.Join(writer.call(t.Context(), "Delete", key), writer.call(t.Context(), "Add", key)); err != nil {
		t.Fatal(err)
	}
	o.List = d.list
	q := store{memcached.NewClient(nil, o)} // it begins with what it finds
	defer q.Close()
	q.mustAdd(t, sessionOf(1))
	if _, _, accepted := foreign.Counts(); accepted > 0 {
		t.Error("a server that no list names was given the password")
	}
}

func TestListThatPanicsIsAnError(t *testing.T) {
	m := store{memcached.NewClient(nil, memcached.Options{Timeout: patient, List: func(context.Context) ([]string, error) { panic("x") }})}
	defer m.Close()
	if _, err := m.get(t.Context(), keysOf(sessionOf(0))); err == nil || !strings.Contains(err.Error(), "panicked: x") {
		t.Errorf("%v", err)
	}
}

func FuzzRoster(f *testing.F) {
	f.Add("sessiongen servers 1\n7\nsince 0 tcp a:11211\nsince 7 unix /run/b\nleft 3 tcp c:11211\n")
	f.Add("sessiongen servers 1\n7\nsince 7 tcp b:11211\nsince 0 tcp a:11211\n")
	f.Add("sessiongen servers 2\n")
	f.Add("sessiongen servers 1\n0\n")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		again, version, err := memcached.Reread(text)
		if err == nil && version != 0 && (again != text || version > uint64(time.Now().Add(25*time.Hour).UnixMilli()) || strings.Contains(text, "udp")) {
			t.Errorf("%q is read as %q", text, again)
		}
	})
}
