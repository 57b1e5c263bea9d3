package gob

import "reflect"

// What the tests need to make up streams, and to look into streams that are
// written.

const (
	IDBool    = idBool
	IDInt     = idInt
	IDUint    = idUint
	IDFloat   = idFloat
	IDBytes   = idBytes
	IDString  = idString
	IDComplex = idComplex

	MaxDepth  = maxDepth
	MaxShared = maxShared
	Reserve   = reserve
)

type (
	WireType      = wireType
	WireArray     = wireArray
	WireSlice     = wireSlice
	WireStruct    = wireStruct
	WireField     = wireField
	WireMap       = wireMap
	WireMarshaler = wireMarshaler
)

var (
	AppendUint    = appendUint
	AppendInt     = appendInt
	AppendFloat   = appendFloat
	AppendComplex = appendComplex
	BeginMessage  = beginMessage
	EndMessage    = endMessage

	// AppendFresh and DecodeFresh are what encoding/gob does.
	AppendFresh = appendFresh
	DecodeFresh = decodeFresh
)

// IsLeft tells whether values of type t are left to encoding/gob.
func IsLeft(t reflect.Type) bool { return newStream(t) == nil }

// Begin returns the beginning of a stream with a t, up to its value.
func Begin(t reflect.Type) (data []byte, at int) { return newStream(t).begin(nil) }

// AppendValue is Append for the value that at points to.
func AppendValue(dst []byte, at reflect.Value) ([]byte, error) {
	return newStream(at.Type().Elem()).append(dst, at.Elem())
}

// DecodeValue is Decode for the value that at points to.
func DecodeValue(data string, at reflect.Value) error {
	return newStream(at.Type().Elem()).decode(data, at)
}

// IsOwn tells whether data is read as what the declaration of t itself writes.
func IsOwn(data string, t reflect.Type) bool {
	s := newStream(t)
	body, ok := s.body(data)
	if !ok {
		return false
	}
	rest, ok := s.typ.take(body, reflect.New(t).Elem(), taking{})
	return ok && len(rest) == 0
}

// Description returns the message that describes a type.
func Description(id int64, w WireType) []byte {
	data, at := beginMessage(nil)
	data, err := wireTypeType().append(appendInt(data, -id), reflect.ValueOf(&w).Elem(), 0)
	if err != nil {
		panic(err)
	}
	return endMessage(data, at)
}

// Split returns the types that a stream describes, the type of its value, and
// that value.
func Split(data []byte) (types map[int64]WireType, id int64, value string, err error) {
	return takeDescriptions(string(data))
}

// IsSound tells whether data is one gob stream with one value, and no count in
// it exceeds the bytes behind it. encoding/gob does not look: it reserves for a
// map what its count says, which may be all memory, and ignores bytes that are
// left of a message. A value that holds interfaces is not sound here.
func IsSound(data string) bool {
	types, id, body, err := takeDescriptions(data)
	if err != nil || !(&translation{types: types, skipped: map[int64]bool{}}).skips(id) {
		return false
	}
	if types.shapeOf(id) != structure {
		zero, rest, ok := takeUint(body)
		if !ok || zero != 0 {
			return false
		}
		body = rest
	}
	rest, ok := types.skip(id, body, 0)
	return ok && len(rest) == 0
}
