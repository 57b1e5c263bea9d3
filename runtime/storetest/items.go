package storetest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/sessiongen/sessiongen/runtime"
)

func absentIsLeftOut(p *probe) {
	s := newSession()
	p.wantKeys([]string{s, s + "-a", s + "-b"})
	p.add(item(s+"-a", "1"))
	p.wantKeys([]string{s, s + "-a", s + "-b"}, s+"-a")
	p.wantKeys(nil)
}

func addedIsRead(p *probe) {
	s := newSession()
	items := p.add(item(s, "record"), item(s+"-a", "1"), item(s+"-b", "2"))
	clear(items) // the map is the caller's
	p.wantValue(s, "record")
	p.wantValue(s+"-a", "1")
	p.wantValue(s+"-b", "2")
	p.wantAdd(nil)
}

func addKeepsWhatExists(p *probe) {
	s := newSession()
	before := p.add(item(s, "first"))[s]
	p.wantAdd([]runtime.Item{item(s, "second")}, runtime.ErrExists)
	p.wantValue(s, "first")
	if after := p.one(s); after.Version != before.Version {
		p.Errorf("a refused Add changed the version from %d to %d", before.Version, after.Version)
	}
}

func swapReplacesItsVersionOnly(p *probe) {
	s := newSession()
	first := p.add(item(s, "first"))[s]

	second := item(s, "second")
	second.Version = first.Version
	p.wantSwap([]runtime.Item{second}, nil)
	p.wantValue(s, "second")

	late := item(s, "late")
	for _, version := range []uint64{first.Version, 0, p.one(s).Version + 1} {
		late.Version = version
		p.wantSwap([]runtime.Item{late}, runtime.ErrExists)
	}
	p.wantValue(s, "second")
	p.wantSwap(nil)
}

func swapOfAbsentIsNotFound(p *probe) {
	s := newSession()
	was := p.add(item(s, "x"))[s]
	p.wantDelete([]string{s}, nil)
	p.wantSwap([]runtime.Item{was}, runtime.ErrNotFound)
	for _, version := range []uint64{0, 1} {
		never := item(s+"-a", "y")
		never.Version = version
		p.wantSwap([]runtime.Item{never}, runtime.ErrNotFound)
	}
	p.wantKeys([]string{s, s + "-a"})
}

func deleteRemovesItsKeysOnly(p *probe) {
	s := newSession()
	p.add(item(s, "record"), item(s+"-a", "1"), item(s+"-b", "2"))
	p.wantDelete([]string{s, s + "-absent", s + "-b"}, nil, nil, nil)
	p.wantKeys([]string{s, s + "-a", s + "-b"}, s+"-a")
	p.wantDelete([]string{s}, nil)
	p.wantDelete(nil)
}

// sessionsOfAnAccountAreTogether uses keys of several sessions, and of their
// account, in one call.
func sessionsOfAnAccountAreTogether(p *probe) {
	account, records := newAccount(3)
	items := []runtime.Item{item(account, "the account")}
	for i, record := range records {
		items = append(items, item(record, fmt.Sprint("record ", i)), item(record+"-a", fmt.Sprint("a of ", i)))
	}
	stored := p.add(items...)
	for _, item := range items {
		p.wantValue(item.Key, string(item.Value))
	}
	p.wantAdd([]runtime.Item{item(records[0], "x"), item(records[1]+"-b", "b of 1"), item(account, "x")}, runtime.ErrExists, nil, runtime.ErrExists)

	changed := stored[account]
	changed.Value = []byte("the account, changed")
	late := stored[records[2]]
	late.Value, late.Version = []byte("late"), late.Version+1000
	p.wantSwap([]runtime.Item{late, changed}, runtime.ErrExists, nil)
	p.wantValue(account, "the account, changed")

	gone := []string{records[0], records[0] + "-a", records[2], records[2] + "-a"}
	p.wantDelete(gone, nil, nil, nil, nil)
	p.wantKeys(append(gone, records[1], records[1]+"-a", records[1]+"-b", account), records[1], records[1]+"-a", records[1]+"-b", account)
}

// resultsAreInOrder also finds a store that lets one item's fate depend on
// another's.
func resultsAreInOrder(p *probe) {
	s := newSession()
	old := p.add(item(s+"-a", "a"))[s+"-a"]
	p.wantAdd([]runtime.Item{item(s+"-b", "b"), item(s+"-a", "lost"), item(s+"-c", "c")},
		nil, runtime.ErrExists, nil)
	p.wantKeys([]string{s + "-a", s + "-b", s + "-c"}, s+"-a", s+"-b", s+"-c")

	a, b := item(s+"-a", "a2"), item(s+"-b", "b2")
	a.Version, b.Version = old.Version, p.one(s+"-b").Version
	stale, absent := item(s+"-c", "lost"), item(s+"-d", "lost")
	stale.Version, absent.Version = old.Version, old.Version
	p.wantSwap([]runtime.Item{absent, b, stale, a},
		runtime.ErrNotFound, nil, runtime.ErrExists, nil)
	p.wantValue(s+"-a", "a2")
	p.wantValue(s+"-b", "b2")
	p.wantValue(s+"-c", "c")
	p.wantKeys([]string{s + "-d"})
}

func versionsNeverRepeat(p *probe) {
	s := newSession()
	seen := make(map[uint64]bool)
	see := func(stored runtime.Item) runtime.Item {
		if seen[stored.Version] {
			p.Errorf("version %d was used twice for one key", stored.Version)
		}
		seen[stored.Version] = true
		return stored
	}
	for range 3 {
		first := see(p.add(item(s, "same"))[s])
		p.wantSwap([]runtime.Item{first}, nil)
		see(p.one(s))
		p.wantDelete([]string{s}, nil)
		see(p.add(item(s, "same"))[s])
		p.wantSwap([]runtime.Item{first}, runtime.ErrExists)
		p.wantDelete([]string{s}, nil)
	}
}

func anyBytesAreKept(p *probe) {
	s := newSession()
	var all strings.Builder
	for b := range 256 {
		all.WriteByte(byte(b))
	}
	for i, value := range []string{
		"", "\x00", " ", "\r\n", "0", "END\r\n", "x\r\nVALUE y 0 1\r\nz\r\nEND\r\n", all.String(), "\xff\xfe",
	} {
		key := fmt.Sprintf("%s-%d", s, i)
		p.add(item(key, value))
		p.wantValue(key, value)
		stored := p.one(key)
		stored.Value = nil
		p.wantSwap([]runtime.Item{stored}, nil)
		p.wantValue(key, "")
	}
}

// largeValuesAreKept goes up to what memcached takes as it is installed.
func largeValuesAreKept(p *probe) {
	s := newSession()
	for _, size := range []int{1000, 1 << 13, 1 << 16, 1 << 18, 1<<20 - 1024} {
		key := fmt.Sprintf("%s-%d", s, size)
		value := string(bytes.Repeat([]byte("0123456789abcde\n"), size/16+1)[:size])
		stored := p.add(item(key, value))[key]
		p.wantValue(key, value)
		stored.Value = []byte(strings.ToUpper(value))
		p.wantSwap([]runtime.Item{stored}, nil)
		p.wantValue(key, string(stored.Value))
	}
}

func longKeysDiffer(p *probe) {
	s := newSession()
	long := s + "-" + strings.Repeat("x", 250-len(s)-3)
	keys := []string{long + "a", long + "ab", long + "b", long}
	for _, key := range keys {
		p.wantAdd([]runtime.Item{item(key, key)}, nil)
	}
	for _, key := range keys {
		p.wantValue(key, key)
	}
}

func manyItemsInOneCall(p *probe) {
	s := newSession()
	const n = 100
	items := make([]runtime.Item, n)
	keys := make([]string, n)
	for i := range items {
		keys[i] = fmt.Sprintf("%s-%d", s, i)
		items[i] = item(keys[i], keys[i])
	}
	stored := p.add(items...)
	for i, key := range keys {
		if got := string(stored[key].Value); got != key {
			p.Errorf("Get returned %q under %q", got, key)
		}
		items[i].Version = stored[key].Version
	}
	p.wantSwap(items, make([]error, n)...)
	p.wantSwap(items, slices.Repeat([]error{runtime.ErrExists}, n)...)
	p.wantDelete(keys, make([]error, n)...)
	p.wantKeys(keys)
}

func sessionsAreApart(p *probe) {
	const n = 200
	sessions := make([]string, n)
	for i := range sessions {
		sessions[i] = newSession()
		p.add(item(sessions[i], sessions[i]), item(sessions[i]+"-a", "a of "+sessions[i]))
	}
	// The same id in another namespace is another session.
	other := strings.Replace(sessions[1], "storetest:", "storetest.other:", 1)
	p.add(item(other, "other"))
	for i := 0; i < n; i += 2 {
		p.wantDelete([]string{sessions[i], sessions[i] + "-a"}, nil, nil)
	}
	for i, s := range sessions {
		if i%2 == 0 {
			p.wantKeys([]string{s, s + "-a"})
			continue
		}
		p.wantValue(s, s)
		p.wantValue(s+"-a", "a of "+s)
	}
	p.wantValue(other, "other")
}
