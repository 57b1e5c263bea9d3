package runtime

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"
)

// A page that keeps a token must not keep the visitor's document with it.
func TestStringOfASmallVariableKeepsNoLargeOneInMemory(t *testing.T) {
	v := newTestVault("session", newToken())
	texts := []string{"small", strings.Repeat("l", sharedText+1), "small, too", strings.Repeat("l", 100_000), ""}
	var found []stored
	for _, text := range texts {
		b := body(appendBodyHead(nil, fingerprint{}, time.Time{})) + body(text)
		found = append(found, stored{v.variableItem("name", b, 0, time.Time{}).Value, 1})
	}
	o := opener{vault: &v, scratch: new(scratch)}
	o.reserve(found)
	shared := 0
	for i, f := range found {
		b, err := o.variable("-name", f.value)
		if err != nil || b.encoding() != texts[i] {
			t.Fatalf("%.20q opens as %.20q, %v", texts[i], b.encoding(), err)
		}
		if start := unsafe.StringData(o.texts.String()); within(unsafe.StringData(string(b)), start, o.texts.Len()) {
			shared++
		}
	}
	if shared != 3 || o.texts.Len() > 3*sharedText {
		t.Errorf("%d of the values share %d bytes", shared, o.texts.Len())
	}
}

func within(p, start *byte, n int) bool {
	at := uintptr(unsafe.Pointer(p)) - uintptr(unsafe.Pointer(start))
	return at < uintptr(n)
}

func TestScratchGoesBackWiped(t *testing.T) {
	var pool scratches
	s := pool.get()
	s.keep(append(s.text[:0], "a long secret"...))
	text := s.text
	s.keep(append(s.text[:0], "short"...))
	copy(s.room(3), []stored{{[]byte("sealed"), 1}})
	found := s.found
	pool.put(s)
	if slices.ContainsFunc(text, func(b byte) bool { return b != 0 }) {
		t.Errorf("a plaintext stays: %q", text)
	}
	if found[0].value != nil || found[0].version != 0 {
		t.Error("an answer of the store stays")
	}

	s.keep(make([]byte, keptScratch+1))
	pool.put(s)
	if cap(s.text) > keptScratch {
		t.Errorf("%d bytes are kept", cap(s.text))
	}
}
