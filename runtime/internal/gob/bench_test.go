package gob_test

import (
	"bytes"
	stdgob "encoding/gob"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/sessiongen/sessiongen/runtime/internal/gob"
)

// An item is a struct of four fields, as its declaration is now.
type item struct {
	SKU   string
	Title string
	Count int
	Cents int64
}

// A formerItem is an item as it was declared before.
type formerItem struct {
	Title string
	SKU   string
	Count int32
	Gone  []string
}

func items(n int) (now []item, former []formerItem) {
	for i := range n {
		sku := fmt.Sprintf("SKU-%04d", i)
		now = append(now, item{sku, "A cup of green tea", i + 1, 1999})
		former = append(former, formerItem{"A cup of green tea", sku, int32(i + 1), []string{"green", "tea"}})
	}
	return now, former
}

func counts(n int) map[string]int {
	m := make(map[string]int, n)
	for i := range n {
		m[fmt.Sprintf("key-%d", i)] = i * 1000
	}
	return m
}

// BenchmarkCodec encodes and decodes what the same declaration has written.
func BenchmarkCodec(b *testing.B) {
	now, _ := items(20)
	run(b, "int", gob.Int[int](), 1234567)
	run(b, "string", gob.String[string](), "a token of 32 characters, or so.")
	run(b, "time", gob.Time(), time.Unix(1_900_000_000, 5).UTC())
	run(b, "uuid", gob.Binary[uuid.UUID](), uuid.UUID{1, 2})
	run(b, "struct", gob.Of[item](), now[0])
	run(b, "structs", gob.Of[[]item](), now)
	run(b, "map", gob.Of[map[string]int](), counts(10))
	run(b, "texts", gob.Of[[]string](), []string{"a", "few", "short", "texts"})
}

func run[T any](b *testing.B, name string, codec gob.Codec[T], value T) {
	data, err := codec.Append(nil, &value)
	if err != nil {
		b.Fatal(err)
	}
	text, room := string(data), make([]byte, 0, 2*len(data))
	b.Run(name+"/append", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := codec.Append(room, &value); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run(name+"/decode", func(b *testing.B) {
		b.ReportAllocs()
		var zero, got T
		for b.Loop() {
			got = zero
			if err := codec.Decode(text, &got); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkForeign decodes what another declaration has written, beside what
// encoding/gob takes for it.
func BenchmarkForeign(b *testing.B) {
	now, former := items(20)
	foreign(b, "struct", former[0], now[0])
	foreign(b, "structs", former, now)
	foreign(b, "int", int8(7), 7)
}

func foreign[From, To any](b *testing.B, name string, from From, _ To) {
	var stream bytes.Buffer
	if err := stdgob.NewEncoder(&stream).Encode(&from); err != nil {
		b.Fatal(err)
	}
	text, codec := stream.String(), gob.Of[To]()
	var zero, got To
	b.Run(name+"/codec", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			got = zero
			if err := codec.Decode(text, &got); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run(name+"/encoding-gob", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			got = zero
			if err := stdgob.NewDecoder(bytes.NewReader(stream.Bytes())).Decode(&got); err != nil {
				b.Fatal(err)
			}
		}
	})
}
