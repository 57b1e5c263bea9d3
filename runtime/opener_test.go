package runtime

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/sessiongen/sessiongen/runtime/internal/gob"
)

// A page that keeps a token must not keep the visitor's document with it.
func TestStringOfASmallVariableKeepsNoLargeOneInMemory(t *testing.T) {
	v := newVault("session", newToken())
	texts := []string{"small", strings.Repeat("l", maxShared+1), "small, too", strings.Repeat("l", 100_000), ""}
	var found []stored
	for _, text := range texts {
		b := body(appendBodyHead(nil, gob.Fingerprint{}, time.Time{})) + body(text)
		found = append(found, stored{v.variableItem("name", b, 0, time.Time{}).Value, 1})
	}
	o := newOpener(&v, new(scratch), found)
	room := cap(o.shared)
	shared := 0
	for i, f := range found {
		b, err := o.variable("-name", f.value)
		if err != nil || b.encoding() != texts[i] {
			t.Fatalf("%.20q opens as %.20q, %v", texts[i], b.encoding(), err)
		}
		if within(unsafe.StringData(string(b)), unsafe.SliceData(o.shared), len(o.shared)) {
			shared++
		}
	}
	if shared != 3 || len(o.shared) != room || room > 3*maxShared {
		t.Errorf("%d of the values share %d bytes, in room for %d", shared, len(o.shared), room)
	}
}

// Values that do not open must leave those alone that did: their strings are
// parts of the same memory.
func TestValueThatDoesNotOpenLeavesTheOthersAsTheyAre(t *testing.T) {
	v, stranger := newVault("session", newToken()), newVault("session", newToken())
	plain := func(text string) body { return body(appendBodyHead(nil, gob.Fingerprint{}, time.Time{})) + body(text) }
	good := func(text string) []byte { return v.variableItem("name", plain(text), 0, time.Time{}).Value }
	flipped := good("flipped")
	flipped[len(flipped)-1] ^= 1
	want := []string{"first", "", "second", "", "third", "", "fourth", "", ""}
	var found []stored
	for _, value := range [][]byte{
		good("first"), stranger.variableItem("name", plain("strange"), 0, time.Time{}).Value, good("second"), flipped, good("third"),
		flipped[:sealOverhead-1], good("fourth"), nil, v.item(v.variableKey("name"), "malformed", 0, time.Time{}).Value,
	} {
		found = append(found, stored{value, 1})
	}
	o := newOpener(&v, new(scratch), found)
	start := unsafe.SliceData(o.shared)
	opened := make([]body, len(found))
	for i, f := range found {
		var err error
		if opened[i], err = o.variable("-name", f.value); (err == nil) != (want[i] != "") {
			t.Errorf("value %d: %v", i, err)
		}
	}
	for i, b := range opened {
		if b != "" && b.encoding() != want[i] {
			t.Errorf("%q has become %q", want[i], b.encoding())
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
	var pool scratches
	s := pool.get()
	s.text = append(s.text[:0], "a long secret"...)
	text := s.text
	s.text = append(s.text[:0], "short"...)
	copy(s.room(3), []stored{{[]byte("sealed"), 1}})
	found := s.found
	pool.put(s)
	if slices.ContainsFunc(text, func(b byte) bool { return b != 0 }) {
		t.Errorf("a plaintext stays: %q", text)
	}
	if found[0].value != nil || found[0].version != 0 {
		t.Error("an answer of the store stays")
	}

	s.text = make([]byte, keptScratch+1)
	s.room(keptFound + 1)
	pool.put(s)
	if cap(s.text) > keptScratch || cap(s.found) > keptFound {
		t.Errorf("%d bytes and %d answers are kept", cap(s.text), cap(s.found))
	}
}

// Neither the secret nor the other cookies of the header may stay in memory for
// an id that the app keeps.
func TestIDKeepsNothingOfTheCookieHeader(t *testing.T) {
	header := "session=" + newToken().String()
	id, _ := parseToken(header[len("session="):])
	v := newVault("session", id)
	if within(unsafe.StringData(v.id()), unsafe.StringData(header), len(header)) {
		t.Error("the id is a part of the header")
	}
}
