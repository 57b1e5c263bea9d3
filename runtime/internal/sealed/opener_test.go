package sealed

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

// A page that keeps a token must not keep the visitor's document with it.
func TestStringOfASmallVariableKeepsNoLargeOneInMemory(t *testing.T) {
	v := NewVault(NewKeyring(nil), "session", NewToken())
	texts := []string{"small", strings.Repeat("l", maxShared+1), "small, too", strings.Repeat("l", 100_000), ""}
	var found []kv.Found
	for _, text := range texts {
		b := Body(AppendHead(nil, [PrintLength]byte{}, time.Time{})) + Body(text)
		found = append(found, kv.Found{Value: v.Seal(v.VariableKey("name"), string(b)), Version: 1})
	}
	o := NewOpener(&v, new(Scratch), found)
	room := cap(o.shared)
	shared := 0
	for i, f := range found {
		b, err := o.Variable("-name", f.Value)
		if err != nil || b.Encoding() != texts[i] {
			t.Fatalf("%.20q opens as %.20q, %v", texts[i], b.Encoding(), err)
		}
		if within(unsafe.StringData(string(b)), unsafe.SliceData(o.shared), len(o.shared)) {
			shared++
		}
	}
	if shared != 3 || len(o.shared) != room || room > 3*maxShared {
		t.Errorf("%d of the values share %d bytes, in room for %d", shared, len(o.shared), room)
	}
}

// Values that do not open must not change the values that did: their strings
// are parts of the same memory.
func TestValueThatDoesNotOpenLeavesTheOthersAsTheyAre(t *testing.T) {
	v, stranger := NewVault(NewKeyring(nil), "session", NewToken()), NewVault(NewKeyring(nil), "session", NewToken())
	plain := func(text string) Body { return Body(AppendHead(nil, [PrintLength]byte{}, time.Time{})) + Body(text) }
	good := func(text string) []byte { return v.Seal(v.VariableKey("name"), string(plain(text))) }
	flipped := good("flipped")
	flipped[len(flipped)-1] ^= 1
	want := []string{"first", "", "second", "", "third", "", "fourth", "", ""}
	var found []kv.Found
	for _, value := range [][]byte{
		good("first"), stranger.Seal(stranger.VariableKey("name"), string(plain("strange"))), good("second"), flipped, good("third"),
		flipped[:Overhead-1], good("fourth"), nil, v.Seal(v.VariableKey("name"), "malformed"),
	} {
		found = append(found, kv.Found{Value: value, Version: 1})
	}
	o := NewOpener(&v, new(Scratch), found)
	start := unsafe.SliceData(o.shared)
	opened := make([]Body, len(found))
	for i, f := range found {
		var err error
		if opened[i], err = o.Variable("-name", f.Value); (err == nil) != (want[i] != "") {
			t.Errorf("value %d: %v", i, err)
		}
	}
	for i, b := range opened {
		if b != "" && b.Encoding() != want[i] {
			t.Errorf("%q has become %q", want[i], b.Encoding())
		}
	}
	if unsafe.SliceData(o.shared) != start {
		t.Error("the plaintexts have moved")
	}
}

func within(p, start *byte, n int) bool {
	at := uintptr(unsafe.Pointer(p)) - uintptr(unsafe.Pointer(start))
	return at < uintptr(n)
}

func TestScratchGoesBackWiped(t *testing.T) {
	var pool Scratches
	s := pool.Get()
	s.Text = append(s.Text[:0], "a long secret"...)
	text := s.Text
	s.Text = append(s.Text[:0], "short"...)
	copy(s.Room(&kv.Query{Suffixes: make([]string, 3)}), []kv.Found{{Value: []byte("sealed"), Version: 1}})
	found := s.found
	pool.Put(s)
	if slices.ContainsFunc(text, func(b byte) bool { return b != 0 }) {
		t.Errorf("a plaintext stays: %q", text)
	}
	if found[0].Value != nil || found[0].Version != 0 {
		t.Error("an answer of the store stays")
	}

	s.Text = make([]byte, KeptScratch+1)
	q := kv.Query{Suffixes: make([]string, keptFound+1)}
	s.Room(&q)
	*q.Room = make([]byte, KeptScratch+1)
	pool.Put(s)
	if cap(s.Text) > KeptScratch || cap(s.values) > KeptScratch || cap(s.found) > keptFound {
		t.Errorf("%d bytes of plaintext, %d of values and %d answers are kept", cap(s.Text), cap(s.values), cap(s.found))
	}
}

// Neither the secret nor the other cookies of the header may stay in memory
// because the app keeps an id.
func TestIDKeepsNothingOfTheCookieHeader(t *testing.T) {
	header := "session=" + NewToken().String()
	id, _ := ParseToken(header[len("session="):])
	v := NewVault(NewKeyring(nil), "session", id)
	if within(unsafe.StringData(v.ID()), unsafe.StringData(header), len(header)) {
		t.Error("the id is a part of the header")
	}
}
