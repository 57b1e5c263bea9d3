package runtime

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

// patient is a time-out that a busy machine keeps too.
const patient = 20 * time.Second

// A way is a way in which a Memcache makes its calls.
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

func TestMemcacheRefusesWrongKeysAndSendsNoneOfThem(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		f := memcachedtest.StartFake(t, memcachedtest.Empty)
		refusesWrongKeys(t, w.newMemcache(t, f.Addr))
		good := sessionOf(0)[0].Key
		for _, command := range f.Seen("") {
			if words := strings.Fields(command); words[0] == "gets" || words[1] != good {
				t.Errorf("%q was sent", command)
			}
		}
	})
}

func TestMemcacheThatIsPrintedTellsNoPassword(t *testing.T) {
	m := NewMemcache("cache1", "10.0.0.1:11212")
	m.Username, m.Password = "shop", "s3cret"
	for _, form := range []string{"%v", "%+v", "%#v", "%s"} {
		got := fmt.Sprintf(form, m)
		if strings.Contains(got, "s3cret") || form != "%#v" && !strings.Contains(got, "cache1:11211 10.0.0.1:11212") && !strings.Contains(got, "10.0.0.1:11212 cache1:11211") {
			t.Errorf("%s: %s", form, got)
		}
	}
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

func TestEveryWrongAddressIsReported(t *testing.T) {
	for _, m := range []*Memcache{
		NewMemcache(), new(Memcache), NewMemcache("cache1", ""), NewMemcache("a b", "cache1", "c d"),
		{addresses: NewMemcache("cache1").addresses, Timeout: -1}, {addresses: NewMemcache("cache1").addresses, MaxConns: -1},
	} {
		if err := m.validate(); err == nil {
			t.Errorf("no error for %v", m.addresses)
		} else {
			t.Log(err)
		}
	}
	if err := NewMemcache("cache1", "cache2").validate(); err != nil {
		t.Error(err)
	}
}

// callsOf returns the calls of a store with the items, as functions that
// return their first error.
func callsOf(t *testing.T, store Store, items []Item) map[string]func() error {
	t.Helper()
	ctx := t.Context()
	return map[string]func() error{
		"Get":    func() error { _, err := store.Get(ctx, itemKeys(items)); return err },
		"Add":    func() error { return errors.Join(store.Add(ctx, items)...) },
		"Swap":   func() error { return errors.Join(store.Swap(ctx, items)...) },
		"Delete": func() error { return errors.Join(store.Delete(ctx, itemKeys(items))...) },
	}
}

// The outcome of an item at memcached is the error that the contract of Store
// prescribes.
func TestOutcomesAtMemcachedAreTheErrorsOfAStore(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		item := Item{Key: sessionOf(0)[0].Key, Version: 1}
		late := item
		late.Expires = time.Unix(math.MaxInt32+1, 0)
		key := item
		key.Key += " "
		for _, test := range []struct {
			call, answer string
			item         Item
			want         error // nil: an error without a name
			text         string
		}{
			{"Add", "STORED", item, nil, ""},
			{"Add", "NOT_STORED", item, ErrExists, "sessiongen: item exists"},
			{"Swap", "STORED", item, nil, ""},
			{"Swap", "EXISTS", item, ErrExists, "sessiongen: item exists"},
			{"Swap", "NOT_FOUND", item, ErrNotFound, "sessiongen: item not found"},
			{"Delete", "DELETED", item, nil, ""},
			{"Delete", "NOT_FOUND", item, nil, ""},
			{"Get", "END", item, nil, ""},
			{"Add", "SERVER_ERROR object too large for cache", item, ErrTooLarge,
				"sessiongen: value too large: memcached at %s takes only smaller ones: raise its option -I, or lower Config.MaxValueSize"},
			{"Swap", "SERVER_ERROR out of memory storing object", item, ErrUnavailable,
				"sessiongen: session store unavailable: memcached at %s: is out of memory: raise its option -m; with its option -M it evicts nothing to make room"},
			{"Delete", "CLIENT_ERROR x", item, ErrUnavailable,
				"sessiongen: session store unavailable: memcached at %s: answered CLIENT_ERROR: see its log, with its option -v"},
			{"Get", "x", item, ErrUnavailable,
				"sessiongen: session store unavailable: memcached at %s: answered what is not memcached's protocol: check the address"},
			{"Add", "STORED", late, nil,
				"sessiongen: expiry in 2038 is past the range of memcached's clock, which ends in January 2038"},
			{"Swap", "STORED", key, nil, "sessiongen: " + kv.ErrKey.Error()},
		} {
			f := memcachedtest.StartFake(t, func(c *memcachedtest.Conn) {
				if c.Command() != nil {
					c.Answer(test.answer + "\r\n")
				}
			})
			m := w.newMemcache(t, f.Addr)
			err := callsOf(t, m, []Item{test.item})[test.call]()
			text := strings.ReplaceAll(test.text, "%s", f.Addr)
			if text == "" {
				if err != nil {
					t.Errorf("%s answered with %q gave %v", test.call, test.answer, err)
				}
				continue
			}
			if err == nil || err.Error() != text {
				t.Errorf("%s answered with %q gave %v, want %s", test.call, test.answer, err, text)
			}
			for _, named := range []error{ErrExists, ErrNotFound, ErrTooLarge, ErrUnavailable} {
				if errors.Is(err, named) != (named == test.want) {
					t.Errorf("%s answered with %q gave %v, which is %v: %t", test.call, test.answer, err, named, errors.Is(err, named))
				}
			}
		}
	})
}

func TestUnavailableMemcacheTellsTheContextsError(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	bothWays(t, func(t *testing.T, w way) {
		m := w.newMemcache(t, memcachedtest.StartFake(t, memcachedtest.Empty).Addr)
		items := sessionOf(0)
		_, err := m.Get(ended, itemKeys(items))
		errs := append(m.Add(ended, items), err)
		errs = append(errs, m.Swap(ended, items)...)
		for _, err := range append(errs, m.Delete(ended, itemKeys(items))...) {
			if !errors.Is(err, ErrUnavailable) || !errors.Is(err, context.Canceled) {
				t.Errorf("%v, want ErrUnavailable and Canceled", err)
			}
		}
	})
}
