package storetest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"testing"

	"github.com/google/uuid"

	"github.com/sessiongen/sessiongen/runtime"
)

// probe asks a store on behalf of one check, which ends when the store fails
// or answers out of form.
type probe struct {
	testing.TB
	store runtime.Store
}

// newSession returns the key of a record, which begins all keys of a session.
func newSession() string { return "storetest:" + uuid.NewString() }

// newAccount returns the key of an account, and those of records of some of its
// sessions.
func newAccount(sessions int) (account string, records []string) {
	place := uuid.NewString()[:18]
	account = "storetest:" + place[:14] + "8" + place[15:]
	for range sessions {
		records = append(records, account+uuid.NewString()[18:])
	}
	return account, records
}

func item(key, value string) runtime.Item { return runtime.Item{Key: key, Value: []byte(value)} }

func keysOf(items []runtime.Item) []string {
	keys := make([]string, len(items))
	for i, item := range items {
		keys[i] = item.Key
	}
	return keys
}

// get returns the items under the keys that are there.
func (p *probe) get(keys ...string) map[string]runtime.Item {
	p.Helper()
	items, err := p.store.Get(p.Context(), keys)
	if err != nil {
		p.Fatalf("Get: %v", err)
	}
	for key, item := range items {
		switch {
		case !slices.Contains(keys, key):
			p.Fatalf("Get returned %q, which was not asked for", key)
		case item.Key != key:
			p.Fatalf("Get returned an item with key %q under %q", item.Key, key)
		case item.Version == 0:
			p.Fatalf("Get returned an item with version 0")
		}
	}
	return items
}

// one returns the item under key, which must be there.
func (p *probe) one(key string) runtime.Item {
	p.Helper()
	item, ok := p.get(key)[key]
	if !ok {
		p.Fatalf("Get found nothing under %q, which was stored", key)
	}
	return item
}

// wantKeys checks which of the keys are there.
func (p *probe) wantKeys(keys []string, want ...string) {
	p.Helper()
	got := slices.Sorted(maps.Keys(p.get(keys...)))
	slices.Sort(want)
	if !slices.Equal(got, want) {
		p.Errorf("Get found %q, want %q", got, want)
	}
}

// wantValue checks what is under key.
func (p *probe) wantValue(key, want string) {
	p.Helper()
	if got := string(p.one(key).Value); got != want {
		p.Errorf("Get returned the value %s, want %s", quote(got), quote(want))
	}
}

// add stores items whose keys are absent, and returns them as they are read
// back.
func (p *probe) add(items ...runtime.Item) map[string]runtime.Item {
	p.Helper()
	p.want("Add", p.store.Add(p.Context(), items), make([]error, len(items))...)
	stored := p.get(keysOf(items)...)
	if len(stored) != len(items) {
		p.Fatalf("Get found %d of the %d items that were added", len(stored), len(items))
	}
	return stored
}

// want checks the results of a call.
func (p *probe) want(call string, got []error, want ...error) {
	p.Helper()
	if len(got) != len(want) {
		p.Fatalf("%s gave %d results for %d", call, len(got), len(want))
	}
	for i := range want {
		if !errors.Is(got[i], want[i]) {
			p.Errorf("%s gave for number %d of %d: %v, want %v", call, i+1, len(want), got[i], want[i])
		}
	}
}

func (p *probe) wantSwap(items []runtime.Item, want ...error) {
	p.Helper()
	p.want("Swap", p.store.Swap(p.Context(), items), want...)
}

func (p *probe) wantAdd(items []runtime.Item, want ...error) {
	p.Helper()
	p.want("Add", p.store.Add(p.Context(), items), want...)
}

func (p *probe) wantDelete(keys []string, want ...error) {
	p.Helper()
	p.want("Delete", p.store.Delete(p.Context(), keys), want...)
}

// quote spares the log long values.
func quote(value string) string {
	const enough = 40
	if len(value) <= enough {
		return strconv.Quote(value)
	}
	return fmt.Sprintf("%q... (%d bytes)", value[:enough], len(value))
}
