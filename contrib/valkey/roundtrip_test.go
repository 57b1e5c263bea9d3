package valkeysession_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/internal/valkeytest"
	"github.com/sessiongen/sessiongen/runtime"
)

// Also the first call after a start, before which the server knows no script.
func TestEachCallIsOneCommandHoweverManyItemsItHas(t *testing.T) {
	server := valkeytest.New(t)
	store := newStore(t, at(server))
	record := newRecord()
	if _, err := store.Get(t.Context(), []string{record}); err != nil { // connects
		t.Fatal(err)
	}
	server.Must(t, "SCRIPT", "FLUSH")
	server.Must(t, "CONFIG", "RESETSTAT")
	items := []runtime.Item{item(record, "x"), item(record+"-a", "y"), item(record+"-b", "z")}
	keys := []string{record, record + "-a", record + "-b"}
	if err := errors.Join(store.Add(t.Context(), items)...); err != nil {
		t.Fatal(err)
	}
	stored, err := store.Get(t.Context(), keys)
	if err != nil {
		t.Fatal(err)
	}
	for i, key := range keys {
		items[i] = stored[key]
	}
	if err := errors.Join(store.Swap(t.Context(), items)...); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(store.Delete(t.Context(), keys)...); err != nil {
		t.Fatal(err)
	}
	for command, want := range map[string]string{"eval": "3", "del": "1", "evalsha": ""} {
		stat, err := server.Info("cmdstat_" + command)
		if err != nil {
			t.Fatal(err)
		}
		calls, _, _ := strings.Cut(strings.TrimPrefix(stat, "calls="), ",")
		if calls != want {
			t.Errorf("the server had %q calls of %s, want %q", calls, command, want)
		}
	}
}
