package gob

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A stream is what all gob streams with a value of one type have in common. The
// streams differ in the message with the value, in what follows its head.
type stream struct {
	typ          *gobType
	descriptions string
	head         string
	safe         bool // see Safe
}

// newStream returns the stream of type t, or nil if t is left to encoding/gob.
func newStream(t reflect.Type) *stream {
	b := newTypeBuilder()
	g, ok := b.build(t, true)
	if !ok {
		return nil
	}
	head := appendInt(nil, int64(g.wireID()))
	if g.pointee().shape != structure {
		head = append(head, 0)
	}
	safe := !slices.ContainsFunc(b.described, func(g *gobType) bool { return g.marshalsItself() && g.typ != reflect.TypeFor[time.Time]() })
	if strconv.IntSize == 32 {
		for at := range b.types {
			kind := at.typ.Kind()
			safe = safe && kind != reflect.Int && kind != reflect.Uint && kind != reflect.Uintptr
		}
	}
	return &stream{g, string(b.descriptions()), string(head), safe}
}

// Safe tells whether Decode takes all that Append has made, in whatever process.
// It does not where a type but time.Time has methods to decode itself, which may
// fail; where an int has 32 bits, because a 64-bit process may have stored a
// larger one; and where the type is left to encoding/gob.
func (s *stream) Safe() bool { return s != nil && s.safe }

func (s *stream) append(dst []byte, v reflect.Value) ([]byte, error) {
	dst, at := s.begin(dst)
	dst, err := s.typ.append(dst, v, 0)
	if err != nil {
		return nil, err
	}
	return endMessage(dst, at), nil
}

// decode sets what at points to.
func (s *stream) decode(data string, at reflect.Value) error {
	if body, ok := s.body(data); ok {
		if rest, ok := s.typ.take(body, at.Elem(), takingOf(body)); ok && len(rest) == 0 {
			return nil
		}
	}
	return decodeForeign(data, at)
}

// begin appends what comes before the value. After the value, endMessage must
// be called with at.
func (s *stream) begin(dst []byte) (_ []byte, at int) {
	dst, at = beginMessage(append(dst, s.descriptions...))
	return append(dst, s.head...), at
}

// body returns the part of data that encodes the value, if data begins with
// what begin appends, and ends with the message.
func (s *stream) body(data string) (body string, ok bool) {
	data, ok = strings.CutPrefix(data, s.descriptions)
	if !ok {
		return "", false
	}
	message, rest, ok := takeBytes(data)
	if !ok || len(rest) != 0 {
		return "", false
	}
	return strings.CutPrefix(message, s.head)
}
