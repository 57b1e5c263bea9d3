package valkeysession_test

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/sessiongen/sessiongen/internal/valkeytest"
	"github.com/sessiongen/sessiongen/runtime"
	"github.com/sessiongen/sessiongen/runtime/storetest"
)

// What is stored while slots move goes to the server that they move to, by way of the
// one that they come from.
func TestStoreKeepsTheContractWhileSlotsMove(t *testing.T) {
	t.Parallel()
	nodes := valkeytest.NewCluster(t, 2)
	store := newStore(t, at(nodes...))
	beginToMove(t, nodes[0], nodes[1])
	storetest.Run(t, func(*testing.T) runtime.Store { return store })
}

// beginToMove marks the lower half of all slots as moving from one server to the
// other.
func beginToMove(t *testing.T, from, to *valkeytest.Server) {
	t.Helper()
	fromID, toID := fmt.Sprint(from.Must(t, "CLUSTER", "MYID")), fmt.Sprint(to.Must(t, "CLUSTER", "MYID"))
	var leave, enter [][]string
	for slot := range 1 << 13 {
		leave = append(leave, []string{"CLUSTER", "SETSLOT", strconv.Itoa(slot), "MIGRATING", toID})
		enter = append(enter, []string{"CLUSTER", "SETSLOT", strconv.Itoa(slot), "IMPORTING", fromID})
	}
	mustAll(t, to, enter)
	mustAll(t, from, leave)
}

func mustAll(t *testing.T, server *valkeytest.Server, commands [][]string) {
	t.Helper()
	replies, err := server.DoAll(commands)
	if err != nil {
		t.Fatal(err)
	}
	for i, reply := range replies {
		if refused, ok := reply.(valkeytest.ReplyError); ok {
			t.Fatalf("%q: %v", commands[i], refused)
		}
	}
}

// Of a session whose keys are on the way, some are on one server and some on the
// other.
func TestSessionsAreUsedWhileTheirKeysMove(t *testing.T) {
	t.Parallel()
	const sessions, steps = 40, 20
	nodes := valkeytest.NewCluster(t, 2)
	store := newStore(t, at(nodes...))
	records := make([]string, sessions)
	for i := range records {
		records[i] = newRecord()
		mustAdd(t, store, item(records[i], ""), item(records[i]+"-a", ""), item(records[i]+"-b", ""))
	}
	beginToMove(t, nodes[0], nodes[1])
	keys, err := nodes[0].Do("KEYS", "*")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() { moveAll(t, keys.([]any), nodes[0], nodes[1]) })
	for _, record := range records {
		all.Go(func() {
			for step := range steps {
				useWhileMoving(t, store, record, step)
			}
		})
	}
	all.Wait()
	for _, record := range records {
		items, err := store.Get(t.Context(), []string{record, record + "-a", record + "-b", record + "-c"})
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{record, record + "-b"} {
			if got := string(items[key].Value); got != strings.Repeat("x", steps) {
				t.Errorf("%q and not %d updates are there", got, steps)
			}
		}
		if len(items) != 3 {
			t.Errorf("%d items are there", len(items))
		}
	}
}

// useWhileMoving changes a session in one step, of which each call asks for something
// that is not there.
func useWhileMoving(t *testing.T, store runtime.Store, record string, step int) {
	ctx, added := t.Context(), fmt.Sprint(record, "-", step)
	items, err := store.Get(ctx, []string{record, record + "-absent", record + "-b", added})
	if err != nil || len(items) != 2 {
		t.Errorf("%d items are read: %v", len(items), err)
		return
	}
	one, other := items[record], items[record+"-b"]
	one.Value, other.Value = append(one.Value, 'x'), append(other.Value, 'x')
	absent := item(added, "")
	errs := store.Swap(ctx, []runtime.Item{one, absent, other})
	if errs[0] != nil || !errors.Is(errs[1], runtime.ErrNotFound) || errs[2] != nil {
		t.Errorf("the swaps end in %v", errs)
	}
	errs = store.Add(ctx, []runtime.Item{absent, one})
	if errs[0] != nil || !errors.Is(errs[1], runtime.ErrExists) {
		t.Errorf("the adds end in %v", errs)
	}
	if err := errors.Join(store.Delete(ctx, []string{added, record + "-absent"})...); err != nil {
		t.Errorf("the deletes end in %v", err)
	}
}

// moveAll moves the keys one by one.
func moveAll(t *testing.T, keys []any, from, to *valkeytest.Server) {
	if len(keys) == 0 {
		t.Error("no key is there to be moved")
	}
	host, port, _ := net.SplitHostPort(to.Addr)
	for _, key := range keys {
		if _, err := from.Do("MIGRATE", host, port, key.(string), "0", "5000"); err != nil {
			t.Error(err)
		}
	}
	if left, err := from.Do("DBSIZE"); err != nil || left != int64(0) {
		t.Errorf("%v keys are left: %v", left, err)
	}
}
