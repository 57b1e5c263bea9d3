// Package codec measures the codecs that generated code uses against an Encoder
// or a Decoder of encoding/gob for each value, side by side.
package codec

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/sessiongen/sessiongen/bench/internal/measure"
	"github.com/sessiongen/sessiongen/bench/internal/report"
	"github.com/sessiongen/sessiongen/runtime"
)

// An item is a struct of four fields.
type item struct {
	SKU   string
	Title string
	Count int
	Cents int64
}

func items(n int) []item {
	list := make([]item, n)
	for i := range list {
		list[i] = item{fmt.Sprintf("SKU-%04d", i), "A cup of green tea", i + 1, 1999}
	}
	return list
}

func counts(n int) map[string]int {
	m := make(map[string]int, n)
	for i := range n {
		m[fmt.Sprintf("key-%d", i)] = i * 1000
	}
	return m
}

// A contest is one value, and how many times faster than encoding/gob its codec
// is to be.
type contest struct {
	value          string
	encode, decode float64
	starts         func() ([]measure.Start, error)
}

func contests() []contest {
	return []contest{
		{"bool", 12, 20, of(true, runtime.GobBool[bool]())},
		{"int", 12, 20, of(1234567, runtime.GobInt[int]())},
		{"uint", 12, 20, of(uint(1234567), runtime.GobUint[uint]())},
		{"float64", 12, 20, of(3.14159, runtime.GobFloat[float64]())},
		{"complex128", 12, 20, of(1+2i, runtime.GobComplex[complex128]())},
		{"string of 32 bytes", 12, 20, of("a token of 32 characters, or so.", runtime.GobString[string]())},
		{"[]byte of 100", 12, 20, of(make([]byte, 100), runtime.GobBytes[[]byte]())},
		{"time.Time", 12, 100, of(time.Now().UTC(), runtime.GobTime())},
		{"uuid.UUID", 12, 100, of(uuid.New(), runtime.GobBinary[uuid.UUID]())},
		{"struct of 4 fields", 5, 18, of(items(1)[0], runtime.Gob[item]())},
		{"slice of 20 such structs", 2, 6, of(items(20), runtime.Gob[[]item]())},
		{"map of 10", 1.8, 6, of(counts(10), runtime.Gob[map[string]int]())},
	}
}

// Measure runs the contests.
func Measure(o measure.Options) ([]report.Codec, error) {
	var all []report.Codec
	for _, c := range contests() {
		starts, err := c.starts()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.value, err)
		}
		samples, err := measure.Compare(starts, o, nil)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.value, err)
		}
		all = append(all, report.Codec{
			Value:  c.value,
			Encode: outcome(samples[0], samples[1], c.encode),
			Decode: outcome(samples[2], samples[3], c.decode),
		})
	}
	return all, nil
}

func outcome(gob, ours []measure.Sample, times float64) report.Contest {
	nanoseconds := func(s measure.Sample) float64 { return s.Nanoseconds }
	return report.Contest{
		Gob:         measure.Of(gob, nanoseconds),
		Ours:        measure.Of(ours, nanoseconds),
		Allocations: measure.Of(ours, func(s measure.Sample) float64 { return s.Allocations }).Median,
		Target:      report.Target{AtLeast: true, Limit: times, Reached: measure.Ratios(gob, ours).Median, Unit: "×"},
	}
}

// of returns what is measured of a value: to encode it by encoding/gob and by the
// codec, then to decode it by either.
func of[T any](value T, codec runtime.Codec[T]) func() ([]measure.Start, error) {
	return func() ([]measure.Start, error) {
		data, err := codec.Append(nil, &value)
		if err != nil {
			return nil, err
		}
		text, room := string(data), make([]byte, 0, 2*len(data))
		var stream bytes.Buffer
		var zero, got T
		return []measure.Start{
			each(func() error {
				stream.Reset()
				return gob.NewEncoder(&stream).Encode(&value)
			}),
			each(func() error {
				_, err := codec.Append(room, &value)
				return err
			}),
			each(func() error {
				got = zero
				return gob.NewDecoder(bytes.NewReader(data)).Decode(&got)
			}),
			each(func() error {
				got = zero
				return codec.Decode(text, &got)
			}),
		}, nil
	}
}

func each(do func() error) measure.Start {
	run := func(n int) error {
		for range n {
			if err := do(); err != nil {
				return err
			}
		}
		return nil
	}
	return func() (measure.Trial, error) { return measure.Trial{Run: run, Stop: func() {}}, nil }
}
