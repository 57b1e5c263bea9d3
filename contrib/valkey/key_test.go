package valkeysession_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/internal/valkeytest"
	"github.com/sessiongen/sessiongen/runtime"
)

// A key that is refused was never sent, so the store is not unavailable.
func TestKeysThatCantBeSentAreRefused(t *testing.T) {
	t.Parallel()
	store := newStore(t, at(valkeytest.NewCluster(t, 2)...))
	record := newRecord()
	for name, keys := range map[string][2]string{
		"too long":         {record, record + strings.Repeat("x", 250)},
		"empty":            {"", ""},
		"a space":          {record, record + " x"},
		"a line end":       {record, record + "\r\nFLUSHALL"},
		"another script":   {record, record + "-é"},
		"of two sessions":  {record, newRecord()},
		"one without id":   {record, "x"},
		"an empty tag":     {"}" + record, "}" + record + "-a"},
		"an empty tag too": {"}", "}"},
	} {
		for call, errs := range everyCall(t.Context(), store, []runtime.Item{item(keys[0], "x"), item(keys[1], "y")}) {
			for _, err := range errs {
				if err == nil || errors.Is(err, runtime.ErrUnavailable) {
					t.Errorf("%s, %s: %v", name, call, err)
				}
			}
		}
	}
	for _, odd := range []string{"a{b}c", "a}b", "{a}", "{}", "a"} {
		mustAdd(t, store, item(odd, "x"))
	}
	braces := "a{b}c}:" + strings.TrimPrefix(record, "session:")
	mustAdd(t, store, item(braces, "x"), item(braces+"-a", "x"), item(braces+"-b}", "x"))
}

func TestItemLongerThanAServerTakesIsTooLarge(t *testing.T) {
	store := newStore(t, at(valkeytest.New(t)))
	record := newRecord()
	large := runtime.Item{Key: record, Value: make([]byte, 512<<20)}
	errs := store.Add(t.Context(), []runtime.Item{large, item(record+"-a", "x")})
	if !errors.Is(errs[0], runtime.ErrTooLarge) || errs[1] != nil {
		t.Errorf("the adds end in %v", errs)
	}
	if err := store.Swap(t.Context(), []runtime.Item{large})[0]; !errors.Is(err, runtime.ErrTooLarge) {
		t.Errorf("the swap ends in %v", err)
	}
}
