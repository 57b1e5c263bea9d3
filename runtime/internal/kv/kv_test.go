package kv_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

const (
	record = "session:6ba7b810-9dad-41d1-80b4-00c04fd430c8"
	other  = "session:6ba7b810-9dad-41d1-80b4-00c04fd430c9"
)

func TestSessionIsNamespaceAndID(t *testing.T) {
	for key, want := range map[string]string{
		record:             record,
		record + "-cart":   record,
		record + "x":       record,
		"a:b":              "a:b",
		"no colon":         "no colon",
		"":                 "",
		record[:43]:        record[:43],
		":" + record[8:]:   ":" + record[8:],
		"a:" + record + "": ("a:" + record)[:2+kv.IDLength],
	} {
		if got := kv.Session(key); got != want {
			t.Errorf("%q: %q, want %q", key, got, want)
		}
	}
}

const (
	ofAccount = "session:6ba7b810-9dad-81d1-80b4-00c04fd430c8"
	account   = "session:6ba7b810-9dad-81d1"
)

func TestPlaceIsWhatIsStoredTogether(t *testing.T) {
	for key, want := range map[string]string{
		record:                record,
		record + "-cart":      record,
		ofAccount:             account,
		ofAccount + "-cart":   account,
		account:               account,
		ofAccount[:43]:        ofAccount[:43],
		"a:b":                 "a:b",
		"no colon":            "no colon",
		"":                    "",
		"a:" + record[8+8:]:   "a:" + record[8+8:],
		"s:x" + ofAccount[9:]: "s:x" + account[9:],
	} {
		if got := kv.Place(key); got != want {
			t.Errorf("%q: %q, want %q", key, got, want)
		}
	}
	for key, want := range map[string]bool{account: true, ofAccount: false, record: false, record[:26]: false, "a:b": false, "": false} {
		if got := kv.IsPlace(key); got != want {
			t.Errorf("%q is a place: %v", key, got)
		}
	}
}

func TestQueryAsksForTheAccountLast(t *testing.T) {
	q := kv.Query{Session: ofAccount, Suffixes: []string{"", "-b", "-a"}, Account: true}
	want := []string{ofAccount, ofAccount + "-b", ofAccount + "-a", account}
	if err := q.Check(); err != nil || q.Len() != 4 || !slices.Equal(q.Keys(), want) {
		t.Errorf("%d keys %q, %v", q.Len(), q.Keys(), err)
	}
	found := make([]kv.Found, q.Len())
	rest := found
	for _, c := range []struct {
		key  string
		want *kv.Found
	}{
		{ofAccount + "-b", &found[1]}, {ofAccount, nil}, {ofAccount + "-b", nil}, {record, nil}, {account, &found[3]},
		{account, nil}, {ofAccount + "-a", nil},
	} {
		if got := q.Take([]byte(c.key), &rest); got != c.want {
			t.Errorf("%q is taken: %v, want %v", c.key, got != nil, c.want != nil)
		}
	}
	again, err := kv.NewQuery(want)
	if err != nil || again.Session != account || !slices.Equal(again.Keys(), want) {
		t.Errorf("query %+v, %v", again, err)
	}
}

func TestQueryHasTheKeysInTheirOrder(t *testing.T) {
	keys := []string{record, record + "-b", record + "-a"}
	q, err := kv.NewQuery(keys)
	if err != nil || q.Session != record || !slices.Equal(q.Suffixes, []string{"", "-b", "-a"}) {
		t.Fatalf("query %+v, %v", q, err)
	}
	if err := q.Check(); err != nil || !slices.Equal(q.Keys(), keys) {
		t.Errorf("keys %q, %v", q.Keys(), err)
	}
}

func TestKeysThatCantBeSentAreRefused(t *testing.T) {
	long := record + strings.Repeat("x", kv.MaxKeyLength-len(record))
	for name, c := range map[string]struct {
		keys []string
		want error
	}{
		"as long as it may be":               {[]string{long}, nil},
		"too long":                           {[]string{long + "x"}, kv.ErrKey},
		"empty":                              {[]string{""}, kv.ErrKey},
		"a space":                            {[]string{record + " get"}, kv.ErrKey},
		"a line end":                         {[]string{record, record + "\r\nflush_all"}, kv.ErrKey},
		"a control character":                {[]string{record + "\x7f"}, kv.ErrKey},
		"another script":                     {[]string{record + "-é"}, kv.ErrKey},
		"a space in the part that all share": {[]string{"a b:" + record[8:]}, kv.ErrKey},
		"of two sessions":                    {[]string{record, other}, kv.ErrSessions},
		"one without an id":                  {[]string{record, "x"}, kv.ErrSessions},
	} {
		if _, err := kv.NewQuery(c.keys); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		var err error
		for checker := kv.NewChecker(c.keys[0]); err == nil && len(c.keys) > 0; c.keys = c.keys[1:] {
			err = checker.Check(c.keys[0])
		}
		if !errors.Is(err, c.want) {
			t.Errorf("%s, key by key: %v", name, err)
		}
	}
	for name, q := range map[string]kv.Query{
		"a space in the session": {Session: "a b", Suffixes: []string{""}},
		"a space in a suffix":    {Session: record, Suffixes: []string{"", "- "}},
		"too long":               {Session: long, Suffixes: []string{"x"}},
		"empty":                  {Suffixes: []string{""}},
	} {
		if err := q.Check(); !errors.Is(err, kv.ErrKey) {
			t.Errorf("a query with %s: %v", name, err)
		}
	}
}
