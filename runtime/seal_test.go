package runtime

import (
	"bytes"
	"testing"
	"time"
)

func TestSealedValueOpensOnlyUnderItsKeyAndSecret(t *testing.T) {
	v, other := newVault("session", newToken()), newVault("session", newToken())
	item := v.variableItem("token", unsetBody, 0, time.Time{})
	if _, err := v.openVariable("token", item); err != nil {
		t.Fatalf("its own vault: %v", err)
	}
	sameSecret := other
	sameSecret.seals = v.seals
	otherSpace := newVault("shop", v.token)
	for name, open := range map[string]func() error{
		"another variable":  func() error { _, err := v.openVariable("user", item); return err },
		"the record":        func() error { _, err := v.openRecord(item); return err },
		"another session":   func() error { _, err := sameSecret.openVariable("token", item); return err },
		"another secret":    func() error { _, err := other.openVariable("token", item); return err },
		"another namespace": func() error { _, err := otherSpace.openVariable("token", item); return err },
	} {
		if open() == nil {
			t.Errorf("it opens for %s", name)
		}
	}
}

func TestEveryBitOfASealedValueCounts(t *testing.T) {
	s := newSealer(newToken().secret)
	sealed := s.seal("k", []byte("plaintext"))
	for i := range len(sealed) * 8 {
		flipped := bytes.Clone(sealed)
		flipped[i/8] ^= 1 << (i % 8)
		if _, err := s.open("k", flipped); err == nil {
			t.Errorf("it opens with bit %d flipped", i)
		}
	}
	for n := range len(sealed) {
		if _, err := s.open("k", sealed[:n]); err == nil {
			t.Errorf("it opens when cut to %d bytes", n)
		}
	}
}

func TestSealOverhead(t *testing.T) {
	sealed := newSealer(newToken().secret).seal("k", make([]byte, 100))
	if len(sealed) != 100+sealOverhead {
		t.Errorf("100 bytes seal to %d", len(sealed))
	}
}

func TestBodyRoundTrips(t *testing.T) {
	print := fingerprint{1, 2, 3, 4}
	at := time.UnixMilli(1_900_000_000_123)
	plain := append(body(appendBodyHead(nil, print, time.Time{})), "gob"...)
	timed := append(body(appendBodyHead(nil, print, at)), "gob"...)
	for _, b := range []body{plain, timed} {
		if b.check() != nil || b.print() != print || string(b.encoding()) != "gob" {
			t.Errorf("body %x", b)
		}
	}
	if !plain.deadline().IsZero() || !plain.valueAt(at) {
		t.Error("a value without ttl has a deadline")
	}
	if !timed.deadline().Equal(at) || !timed.valueAt(at.Add(-1)) || timed.valueAt(at) {
		t.Error("a ttl value does not end at its deadline")
	}
}

func FuzzBody(f *testing.F) {
	f.Add([]byte(unsetBody))
	f.Add([]byte(endedBody))
	f.Add(appendBodyHead(nil, fingerprint{}, time.UnixMilli(5)))
	f.Add(appendBodyHead(nil, fingerprint{}, time.Time{}))
	f.Fuzz(func(t *testing.T, data []byte) {
		b := body(data)
		if b.check() != nil || !b.hasValue() {
			return
		}
		again := append(appendBodyHead(nil, b.print(), b.deadline()), b.encoding()...)
		if b.kind() == kindValue && !bytes.Equal(again, data) {
			t.Errorf("%x reads as %x", data, again)
		}
		b.valueAt(time.UnixMilli(7))
	})
}
