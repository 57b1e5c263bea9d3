package runtime

import (
	"strings"
	"testing"
	"unsafe"

	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

func TestStringOfALargeValueKeepsLittleMoreThanItselfInMemory(t *testing.T) {
	type document struct{ Title, Body string }
	data := string(mustAppend(t, Gob[document](), document{"title", strings.Repeat("b", 2*sealed.MaxShared)}))
	var got document
	if err := Gob[document]().Decode(data, &got); err != nil || got.Title != "title" {
		t.Fatal(got, err)
	}
	if start := unsafe.StringData(data); inside(unsafe.StringData(got.Title), start, len(data)) || !inside(unsafe.StringData(got.Body), start, len(data)) {
		t.Error("the title is a part of the whole, or the body a copy")
	}
}

// inside tells whether p points into the n bytes from start on.
func inside(p, start *byte, n int) bool {
	at, from := uintptr(unsafe.Pointer(p)), uintptr(unsafe.Pointer(start))
	return at >= from && at < from+uintptr(n)
}
