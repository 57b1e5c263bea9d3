// Package model has the name of another package beside it.
package model

import (
	"errors"
	"math/rand/v2"
)

type (
	Kind   string
	Point  struct{ X, Y int32 }
	Flags  map[Kind]bool
	Orders []Order
	Stamp  = Point
	Order  struct {
		Kind  Kind
		At    []Point
		Inner *Order
		notes string
	}
	Both[A, B any] struct {
		First  A
		Second B
	}
)

// Audit is for embedding. Its output is spelled in other packages.
type Audit struct {
	// AuditKind is what was done.
	AuditKind Kind `session:",evictable"`
	AuditLog  []Order
	AuditBoth Both[Point, map[Point]Kind]
}

// Sealed is stored by its methods alone.
type Sealed struct{ code byte }

func (s *Sealed) Randomize(r *rand.Rand) { s.code = byte(r.Uint32()) }

func (s Sealed) Equal(other Sealed) bool { return s == other }

func (s Sealed) MarshalBinary() ([]byte, error) { return []byte{s.code}, nil }

func (s *Sealed) UnmarshalBinary(data []byte) error {
	if len(data) != 1 {
		return errors.New("not sealed")
	}
	s.code = data[0]
	return nil
}

func (o Order) Notes() string { return o.notes }
