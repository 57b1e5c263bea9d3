package schema

import (
	"go/types"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/storable"
)

// codecOf returns the name of the runtime's constructor of the codec for a
// variable of type t. A basic type that marshals itself is not stored as one.
func codecOf(t types.Type, json bool) string {
	t = types.Unalias(t)
	switch method := storable.GobMethod(t); {
	case json:
		return "JSON"
	case types.TypeString(t, nil) == "time.Time":
		return "GobTime"
	case method == "MarshalBinary":
		return "GobBinary"
	case method != "":
		return "Gob"
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return basicCodec(u.Info())
	case *types.Slice:
		if types.Identical(u.Elem(), types.Typ[types.Byte]) {
			return "GobBytes"
		}
	}
	return "Gob"
}

func basicCodec(info types.BasicInfo) string {
	switch {
	case info&types.IsBoolean != 0:
		return "GobBool"
	case info&types.IsUnsigned != 0:
		return "GobUint"
	case info&types.IsInteger != 0:
		return "GobInt"
	case info&types.IsFloat != 0:
		return "GobFloat"
	case info&types.IsComplex != 0:
		return "GobComplex"
	}
	return "GobString"
}
