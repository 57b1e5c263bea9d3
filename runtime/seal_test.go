package runtime

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/gob"
)

func TestSealedValueOpensOnlyUnderItsKeyAndSecret(t *testing.T) {
	own := newToken()
	v, other := newVault("session", own), newVault("session", newToken())
	item := v.variableItem("token", unsetBody, 0, time.Time{})
	open := func(v vault, key string) error {
		v.key = key
		o := newOpener(&v, new(scratch), nil)
		_, err := o.variable("", item.Value)
		return err
	}
	if err := open(v, v.variableKey("token")); err != nil {
		t.Fatalf("its own vault: %v", err)
	}
	sameSecret := other
	sameSecret.seals = v.seals
	otherSpace := newVault("shop", own)
	for name, opens := range map[string]func() error{
		"another variable":  func() error { return open(v, v.variableKey("user")) },
		"the record":        func() error { return open(v, v.key) },
		"another session":   func() error { return open(sameSecret, sameSecret.variableKey("token")) },
		"another secret":    func() error { return open(other, v.variableKey("token")) },
		"another namespace": func() error { return open(otherSpace, otherSpace.variableKey("token")) },
	} {
		if opens() == nil {
			t.Errorf("it opens for %s", name)
		}
	}
}

func TestEveryBitOfASealedValueCounts(t *testing.T) {
	s := newSealer(newToken().secret)
	sealed := s.seal("k", "plaintext")
	for i := range len(sealed) * 8 {
		flipped := bytes.Clone(sealed)
		flipped[i/8] ^= 1 << (i % 8)
		if _, err := s.open(nil, []byte("k"), flipped); err == nil {
			t.Errorf("it opens with bit %d flipped", i)
		}
	}
	for n := range len(sealed) {
		if _, err := s.open(nil, []byte("k"), sealed[:n]); err == nil {
			t.Errorf("it opens when cut to %d bytes", n)
		}
	}
}

func TestSealOverhead(t *testing.T) {
	sealed := newSealer(newToken().secret).seal("k", strings.Repeat("p", 100))
	if len(sealed) != 100+sealOverhead {
		t.Errorf("100 bytes seal to %d", len(sealed))
	}
}

func TestBodyRoundTrips(t *testing.T) {
	print := gob.Fingerprint{1, 2, 3, 4}
	at := time.UnixMilli(1_900_000_000_123)
	plain := body(appendBodyHead(nil, print, time.Time{})) + "gob"
	timed := body(appendBodyHead(nil, print, at)) + "gob"
	for _, b := range []body{plain, timed} {
		if b.check() != nil || b.print() != print || b.encoding() != "gob" {
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
	f.Add(appendBodyHead(nil, gob.Fingerprint{}, time.UnixMilli(5)))
	f.Add(appendBodyHead(nil, gob.Fingerprint{}, time.Time{}))
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

// FuzzOpenSealed checks that nothing opens but what was sealed, byte for byte.
func FuzzOpenSealed(f *testing.F) {
	s, stranger := newSealer([secretLength]byte{1}), newSealer([secretLength]byte{2})
	f.Add([]byte(nil), []byte("plaintext"), uint(0), byte(0))
	f.Add(stranger.seal("k", "plaintext"), []byte("plaintext"), uint(3), byte(1))
	f.Add(bytes.Repeat([]byte{sealVersion}, sealOverhead), []byte(nil), uint(sealOverhead), byte(255))
	f.Fuzz(func(t *testing.T, foreign, plaintext []byte, at uint, change byte) {
		if got, err := s.open(nil, []byte("k"), foreign); err == nil {
			t.Fatalf("%x opens as %x", foreign, got)
		}
		sealed := s.seal("k", string(plaintext))
		if got, err := s.open(nil, []byte("k"), sealed); err != nil || !bytes.Equal(got, plaintext) {
			t.Fatalf("%x comes back as %x, %v", plaintext, got, err)
		}
		at %= uint(len(sealed))
		for name, spoilt := range map[string][]byte{
			"cut":      sealed[:at],
			"beheaded": sealed[at+1:],
			"longer":   append(bytes.Clone(sealed), change),
			"joined":   append(bytes.Clone(sealed[:at]), foreign...),
		} {
			if got, err := s.open(nil, []byte("k"), spoilt); err == nil && !bytes.Equal(spoilt, sealed) {
				t.Fatalf("%s: %x opens as %x", name, spoilt, got)
			}
		}
		if sealed[at] ^= change; change != 0 {
			if got, err := s.open(nil, []byte("k"), sealed); err == nil {
				t.Fatalf("changed at %d: opens as %x", at, got)
			}
		}
	})
}
