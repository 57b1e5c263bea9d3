package sealed

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func accountOf(name string, labels ...string) *Account {
	a := &Account{Name: name}
	for i, label := range labels {
		at := MomentOf(time.UnixMilli(1_900_000_000_123 + int64(i)))
		a.Logins = append(a.Logins, Login{Handle{0x80, byte(i)}, at, at + 1000, HourOf(at.Time()), label})
	}
	return a
}

func TestAccountRoundTrips(t *testing.T) {
	seal := NewKeyring([][]byte{newKey}).AccountSeals("session", "alice")[0]
	for _, want := range []*Account{
		accountOf("alice"),
		accountOf("a", "", "Firefox", "Räuber", strings.Repeat("x", MaxLabelLength)),
		accountOf(strings.Repeat("\xff", MaxAccountLength), slices.Repeat([]string{"phone"}, MaxLogins)...),
	} {
		text, err := seal.Open(seal.Seal(want))
		if err != nil {
			t.Errorf("%q: %v", want.Name, err)
			continue
		}
		if text.Name() != want.Name || !slices.Equal(text.Logins(), want.Logins) {
			t.Errorf("%q has the logins %v, want those of %q: %v", text.Name(), text.Logins(), want.Name, want.Logins)
		}
		for _, l := range want.Logins {
			if got, ok := text.Find(l.Handle); !ok || got.Handle != l.Handle {
				t.Errorf("%x is not found", l.Handle)
				break
			}
		}
		if _, ok := text.Find(Handle{0x81}); ok {
			t.Error("a login is found that is not there")
		}
	}
}

func TestAccountOpensInItsPlaceAlone(t *testing.T) {
	ring, other := NewKeyring([][]byte{newKey, oldKey}), NewKeyring([][]byte{oldKey})
	alice, bob := ring.AccountSeals("session", "alice"), ring.AccountSeals("session", "bob")
	value := alice[0].Seal(accountOf("alice", "phone"))
	for name, seal := range map[string]*AccountSeal{
		"another account": bob[0], "another key's place": alice[1],
		"another namespace": ring.AccountSeals("shop", "alice")[0],
		"another key":       other.SealsAt("session", alice[0].Place())[0],
	} {
		if _, err := seal.Open(value); err == nil {
			t.Errorf("it opens for %s", name)
		}
	}
	for i := range value {
		changed := bytes.Clone(value)
		changed[i] ^= 1
		if _, err := alice[0].Open(changed); err == nil {
			t.Errorf("it opens with byte %d changed", i)
		}
	}
}

func TestMalformedAccountsAreRefused(t *testing.T) {
	good := accountOf("alice", "phone", "").encode()
	head := accountOf("alice").encode()
	for name, data := range map[string][]byte{
		"empty":              nil,
		"a record":           append([]byte{byte(kindRecord)}, good[1:]...),
		"no name":            {byte(kindAccount), 0, 0},
		"cut head":           head[:2],
		"cut name":           head[:len(head)-1],
		"long name":          accountOf(strings.Repeat("x", MaxAccountLength+1)).encode(),
		"cut login":          good[:len(good)-1],
		"cut label":          good[:len(head)+loginHead+2],
		"long label":         accountOf("alice", strings.Repeat("x", MaxLabelLength+1)).encode(),
		"label not in UTF-8": accountOf("alice", "\xff").encode(),
		"too many logins":    accountOf("alice", make([]string, MaxLogins+1)...).encode(),
	} {
		if AccountText(data).check() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := AccountText(good).check(); err != nil {
		t.Error(err)
	}
}

func FuzzAccount(f *testing.F) {
	f.Add(accountOf("alice").encode())
	f.Add(accountOf("b", "", "phone", "Räuber").encode())
	f.Add([]byte{byte(kindAccount), 0, 1, 'x', 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		text := AccountText(data)
		if text.check() != nil {
			return
		}
		again := (&Account{text.Name(), text.Logins()}).encode()
		if !bytes.Equal(again, data) {
			t.Errorf("%x is written again as %x", data, again)
		}
		for _, l := range text.Logins() {
			if first, ok := text.Find(l.Handle); !ok || first.Handle != l.Handle {
				t.Errorf("%x is not found in %x", l.Handle, data)
			}
		}
	})
}

func TestMarkTellsTheSuccessorInTheClearAndItsSealBindsIt(t *testing.T) {
	token, of := NewToken(), NewDeclared([]string{"token"})
	v := NewVault(NewKeyring(nil), "session", token)
	for _, successor := range []string{NewToken().ID, NewTokenAt("6ba7b810-9dad-81d1").ID} {
		at := MomentOf(time.UnixMilli(1_900_000_000_123))
		want := Record{Created: at, Seen: at, Life: Life{time.Hour, true}, Listed: of.None().With(0)}.End(at.Time(), successor)
		value := v.SealRecord(want)
		if mark, id := MarkOf(value); mark != EndedMark || id != successor {
			t.Fatalf("mark %d of %q, want %q", mark, id, successor)
		}
		open := func(value []byte) (Record, error) {
			o := NewOpener(&v, new(Scratch), nil)
			return o.Record(value, of)
		}
		if got, err := open(value); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("opens as %+v, %v", got, err)
		}
		for i := range value {
			changed := bytes.Clone(value)
			changed[i] ^= 1
			if got, err := open(changed); err == nil {
				t.Errorf("with byte %d changed it opens as %+v", i, got)
			}
		}
		// A mark is no record, and a record no mark.
		if _, err := open(v.Seal(v.Key, string(want.encode()))); err != ErrRecord {
			t.Errorf("without its successor: %v", err)
		}
	}
	for name, value := range map[string][]byte{
		"nothing": nil, "a record": v.SealRecord(NewRecord(of, time.Now(), Life{})), "a long mark": append(Destroyed[:1:1], 0),
		"a short mark": {endedVersion, 1, 2}, "a mark of no id": make([]byte, 100), "nil UUID": append([]byte{endedVersion}, make([]byte, 99)...),
	} {
		if mark, id := MarkOf(value); mark != NoMark || id != "" {
			t.Errorf("%s: mark %d of %q", name, mark, id)
		}
	}
	if mark, id := MarkOf(Destroyed); mark != DestroyedMark || id != "" {
		t.Errorf("destroyed: mark %d of %q", mark, id)
	}
}
