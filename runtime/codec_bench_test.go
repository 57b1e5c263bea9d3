package runtime

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
)

type benchItem struct {
	SKU   string
	Title string
	Count int
	Cents int64
}

func benchItems(n int) (items []benchItem) {
	for i := range n {
		items = append(items, benchItem{fmt.Sprintf("SKU-%04d", i), "A cup of green tea", i + 1, 1999})
	}
	return items
}

// BenchmarkCodec compares the codecs with an Encoder and a Decoder of
// encoding/gob for each value, side by side. "times" is how many times faster
// than these they are.
func BenchmarkCodec(b *testing.B) {
	compare(b, "bool", true, GobBool[bool]())
	compare(b, "int", 1234567, GobInt[int]())
	compare(b, "uint", uint(1234567), GobUint[uint]())
	compare(b, "float64", 3.14159, GobFloat[float64]())
	compare(b, "complex128", 1+2i, GobComplex[complex128]())
	compare(b, "string", "a token of 32 characters, or so.", GobString[string]())
	compare(b, "bytes", make([]byte, 100), GobBytes[[]byte]())
	compare(b, "time", time.Now().UTC(), GobTime())
	compare(b, "uuid", uuid.New(), GobBinary[uuid.UUID]())
	compare(b, "struct4", benchItems(1)[0], Gob[benchItem]())
	compare(b, "slice20", benchItems(20), Gob[[]benchItem]())
	m := map[string]int{}
	for i := range 10 {
		m[fmt.Sprintf("key-%d", i)] = i * 1000
	}
	compare(b, "map10", m, Gob[map[string]int]())
	compare(b, "strings10", slices.Repeat([]string{"some words"}, 10), Gob[[]string]())
	compare(b, "pointer", &benchItems(1)[0], Gob[*benchItem]())
}

func compare[T any](b *testing.B, name string, value T, codec Codec[T]) {
	dst := make([]byte, 0, 1<<12)
	data, err := codec.Append(nil, &value)
	if err != nil {
		b.Fatal(err)
	}
	var stream bytes.Buffer
	b.Run(name+"/encode", func(b *testing.B) {
		race(b, func() error {
			stream.Reset()
			return gob.NewEncoder(&stream).Encode(&value)
		}, func() error {
			_, err := codec.Append(dst, &value)
			return err
		})
	})
	b.Run(name+"/decode", func(b *testing.B) {
		var zero, got T
		race(b, func() error {
			got = zero
			return gob.NewDecoder(bytes.NewReader(data)).Decode(&got)
		}, func() error {
			got = zero
			return codec.Decode(string(data), &got)
		})
	})
}

// race runs both in batches, in random order, and reports their medians.
func race(b *testing.B, fresh, codec func() error) {
	const batch = 64
	run := func(f func() error) float64 {
		start := time.Now()
		for range batch {
			if err := f(); err != nil {
				b.Fatal(err)
			}
		}
		return float64(time.Since(start)) / batch
	}
	var freshes, codecs []float64
	for b.Loop() {
		if rand.IntN(2) == 0 {
			freshes = append(freshes, run(fresh))
			codecs = append(codecs, run(codec))
		} else {
			codecs = append(codecs, run(codec))
			freshes = append(freshes, run(fresh))
		}
	}
	slices.Sort(freshes)
	slices.Sort(codecs)
	was, is := freshes[len(freshes)/2], codecs[len(codecs)/2]
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(was, "ns/gob")
	b.ReportMetric(is, "ns/codec")
	b.ReportMetric(was/is, "times")
}
