package memcached_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
	"github.com/sessiongen/sessiongen/runtime/internal/memcached"
)

// patient is a time-out that a busy machine keeps too.
const patient = 20 * time.Second

// A way is a way in which a client makes its calls.
type way struct{ plain bool }

func (w way) String() string {
	if w.plain {
		return "plain"
	}
	return "carried"
}

// bothWays runs a test that must pass in both ways of making calls.
func bothWays(t *testing.T, test func(t *testing.T, w way)) {
	for _, w := range []way{{plain: false}, {plain: true}} {
		t.Run(w.String(), func(t *testing.T) { test(t, w) })
	}
}

// A store is a client with calls that are handy in tests: an outcome other than
// Done is an error.
type store struct{ *memcached.Client }

var (
	errUnknown  = errors.New("unknown")
	errExists   = errors.New("exists")
	errNotFound = errors.New("not found")
	errTooLarge = errors.New("too large")
	errRefused  = errors.New("refused")
)

func (w way) newStore(t testing.TB, servers ...string) store {
	t.Helper()
	return w.storeWith(t, memcached.Options{}, servers...)
}

func (w way) storeWith(t testing.TB, o memcached.Options, servers ...string) store {
	t.Helper()
	if o.Plain = w.plain; o.Timeout == 0 {
		o.Timeout = patient
	}
	m := store{memcached.NewClient(addressesOf(t, servers...), o)}
	t.Cleanup(m.Close)
	return m
}

func addressesOf(t testing.TB, servers ...string) []memcached.Address {
	t.Helper()
	addresses, err := memcached.ParseAddresses(servers)
	if err != nil {
		t.Fatal(err)
	}
	return addresses
}

func (m store) get(ctx context.Context, keys []string) (map[string]memcached.Command, error) {
	q, err := kv.NewQuery(keys)
	if err != nil {
		return nil, err
	}
	u := &lookup{q, make([]kv.Found, len(keys))}
	if err := m.Get(ctx, u.query, u.found); err != nil {
		return nil, fmt.Errorf("%w: %w", errUnknown, err)
	}
	return u.items(), nil
}

func (m store) do(ctx context.Context, v memcached.Verb, items []memcached.Command) []error {
	items = slices.Clone(items) // which several goroutines may share
	m.Do(ctx, v, items)
	errs := make([]error, len(items))
	for i, c := range items {
		if c.Outcome == memcached.Done {
			continue
		}
		errs[i] = map[memcached.Outcome]error{
			memcached.Unknown: errUnknown, memcached.Exists: errExists, memcached.NotFound: errNotFound,
			memcached.TooLarge: errTooLarge, memcached.Refused: errRefused,
		}[c.Outcome]
		if c.Err != nil {
			errs[i] = fmt.Errorf("%w: %w", errs[i], c.Err)
		}
	}
	return errs
}

var everyCall = []string{"Get", "Add", "Swap", "Delete"}

func (m store) call(ctx context.Context, call string, items []memcached.Command) error {
	if call == "Get" {
		_, err := m.get(ctx, keysOf(items))
		return err
	}
	verb := map[string]memcached.Verb{"Add": memcached.Add, "Swap": memcached.Swap, "Delete": memcached.Delete}[call]
	return errors.Join(m.do(ctx, verb, items)...)
}

// mustAdd may run on any goroutine.
func (m store) mustAdd(t *testing.T, items []memcached.Command) {
	t.Helper()
	if err := m.call(t.Context(), "Add", items); err != nil {
		t.Error(err)
	}
}

// mustCount returns how many of the items are there.
func (m store) mustCount(t *testing.T, items []memcached.Command) int {
	t.Helper()
	found, err := m.get(t.Context(), keysOf(items))
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}

// sessionOf returns the record and a variable of the session with number n.
func sessionOf(n int) []memcached.Command {
	key := fmt.Sprintf("s:00000000-0000-4000-8000-%012d", n)
	return []memcached.Command{{Key: key, Value: make([]byte, 500)}, {Key: key + "-a", Value: make([]byte, 500)}}
}

// variablesOf returns n items of one session.
func variablesOf(n int, value []byte) []memcached.Command {
	items := make([]memcached.Command, n)
	for i := range items {
		items[i] = memcached.Command{Key: fmt.Sprintf("%s-%d", sessionOf(0)[0].Key, i), Value: value, Version: uint64(1 + i)}
	}
	return items
}

func keysOf(items []memcached.Command) []string {
	keys := make([]string, len(items))
	for i := range items {
		keys[i] = items[i].Key
	}
	return keys
}

// valueLines is a server's answer to a get of the items.
func valueLines(items []memcached.Command) string {
	var b strings.Builder
	for _, item := range items {
		fmt.Fprintf(&b, "VALUE %s 0 %d %d\r\n%s\r\n", item.Key, len(item.Value), item.Version, item.Value)
	}
	return b.String() + "END\r\n"
}

// A lookup is a query and what was found.
type lookup struct {
	query kv.Query
	found []kv.Found
}

func lookupOf(t testing.TB, keys []string) *lookup {
	t.Helper()
	q, err := kv.NewQuery(keys)
	if err != nil {
		t.Fatal(err)
	}
	return &lookup{q, make([]kv.Found, len(keys))}
}

// on carries the lookup.
func (u *lookup) on(l *memcached.Lane) error { return l.Get(u.query, u.found) }

func (u *lookup) items() map[string]memcached.Command {
	items := make(map[string]memcached.Command)
	for i, key := range u.query.Keys() {
		if f := u.found[i]; f.Version != 0 {
			items[key] = memcached.Command{Key: key, Value: f.Value, Version: f.Version}
		}
	}
	return items
}
