package sealed_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

func TestBodyRoundTrips(t *testing.T) {
	print := [sealed.PrintLength]byte{1, 2, 3, 4}
	at := time.UnixMilli(1_900_000_000_123)
	plain := sealed.Body(sealed.AppendHead(nil, print, time.Time{})) + "gob"
	timed := sealed.Body(sealed.AppendHead(nil, print, at)) + "gob"
	for _, b := range []sealed.Body{plain, timed} {
		if b.Check() != nil || b.Print() != print || b.Encoding() != "gob" {
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
	f.Add([]byte(sealed.Unset))
	f.Add([]byte(sealed.Ended))
	f.Add(sealed.AppendHead(nil, [sealed.PrintLength]byte{}, time.UnixMilli(5)))
	f.Add(sealed.AppendHead(nil, [sealed.PrintLength]byte{}, time.Time{}))
	f.Fuzz(func(t *testing.T, data []byte) {
		b := sealed.Body(data)
		if b.Check() != nil || !b.HasValue() {
			return
		}
		again := append(sealed.AppendHead(nil, b.Print(), b.Deadline()), b.Encoding()...)
		if data[0] == valueKind && !bytes.Equal(again, data) {
			t.Errorf("%x reads as %x", data, again)
		}
		b.ValueAt(time.UnixMilli(7))
	})
}
