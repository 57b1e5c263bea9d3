package sealed

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestSealedValueOpensOnlyUnderItsKeyAndSecret(t *testing.T) {
	own := NewToken()
	v, other := NewVault("session", own), NewVault("session", NewToken())
	_, sealed := v.SealVariable("token", Unset)
	open := func(v Vault, key string) error {
		v.Key = key
		o := NewOpener(&v, new(scratch), nil)
		_, err := o.Variable("", sealed)
		return err
	}
	if err := open(v, v.VariableKey("token")); err != nil {
		t.Fatalf("its own vault: %v", err)
	}
	sameSecret := other
	sameSecret.seals = v.seals
	otherSpace := NewVault("shop", own)
	for name, opens := range map[string]func() error{
		"another variable":  func() error { return open(v, v.VariableKey("user")) },
		"the record":        func() error { return open(v, v.Key) },
		"another session":   func() error { return open(sameSecret, sameSecret.VariableKey("token")) },
		"another secret":    func() error { return open(other, v.VariableKey("token")) },
		"another namespace": func() error { return open(otherSpace, otherSpace.VariableKey("token")) },
	} {
		if opens() == nil {
			t.Errorf("it opens for %s", name)
		}
	}
}

func TestEveryBitOfASealedValueCounts(t *testing.T) {
	s := newSealer(NewToken().secret)
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
	sealed := newSealer(NewToken().secret).seal("k", strings.Repeat("p", 100))
	if len(sealed) != 100+Overhead {
		t.Errorf("100 bytes seal to %d", len(sealed))
	}
}

func TestBodyRoundTrips(t *testing.T) {
	print := [PrintLength]byte{1, 2, 3, 4}
	at := time.UnixMilli(1_900_000_000_123)
	plain := Body(AppendHead(nil, print, time.Time{})) + "gob"
	timed := Body(AppendHead(nil, print, at)) + "gob"
	for _, b := range []Body{plain, timed} {
		if b.check() != nil || b.Print() != print || b.Encoding() != "gob" {
			t.Errorf("body %x", b)
		}
	}
	if !plain.Deadline().IsZero() || !plain.ValueAt(at) {
		t.Error("a value without ttl has a deadline")
	}
	if !timed.Deadline().Equal(at) || !timed.ValueAt(at.Add(-1)) || timed.ValueAt(at) {
		t.Error("a ttl value does not end at its deadline")
	}
}

func FuzzBody(f *testing.F) {
	f.Add([]byte(Unset))
	f.Add([]byte(Ended))
	f.Add(AppendHead(nil, [PrintLength]byte{}, time.UnixMilli(5)))
	f.Add(AppendHead(nil, [PrintLength]byte{}, time.Time{}))
	f.Fuzz(func(t *testing.T, data []byte) {
		b := Body(data)
		if b.check() != nil || !b.HasValue() {
			return
		}
		again := append(AppendHead(nil, b.Print(), b.Deadline()), b.Encoding()...)
		if b.kind() == kindValue && !bytes.Equal(again, data) {
			t.Errorf("%x reads as %x", data, again)
		}
		b.ValueAt(time.UnixMilli(7))
	})
}

// FuzzOpenSealed checks that nothing opens but what was sealed, byte for byte.
func FuzzOpenSealed(f *testing.F) {
	s, stranger := newSealer([secretLength]byte{1}), newSealer([secretLength]byte{2})
	f.Add([]byte(nil), []byte("plaintext"), uint(0), byte(0))
	f.Add(stranger.seal("k", "plaintext"), []byte("plaintext"), uint(3), byte(1))
	f.Add(bytes.Repeat([]byte{sealVersion}, Overhead), []byte(nil), uint(Overhead), byte(255))
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
