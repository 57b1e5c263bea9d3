package gob

import (
	"errors"
	"reflect"
)

var (
	errMalformed = errors.New("malformed gob")
	errTrailing  = errors.New("trailing bytes")
	errValue     = errors.New("malformed gob, or a number that its type can't hold")
)

// decodeForeign sets what at points to to what another declaration, or
// encoding/gob itself, has written. It goes by the descriptions in the stream,
// and its error says what is wrong with the stream.
func decodeForeign(data string, at reflect.Value) error {
	at.Elem().SetZero()
	types, id, body, err := takeDescriptions(data)
	if err != nil {
		return err
	}
	g, from, err := types.translate(id, at.Type().Elem(), len(data))
	if err != nil {
		return err
	}
	if g.pointee().shape != translated {
		zero, rest, ok := takeUint(body)
		if !ok || zero != 0 {
			return errMalformed
		}
		body = rest
	}
	rest, ok := g.take(body, at.Elem(), takingOf(body))
	switch {
	case from.failure != nil:
		return from.failure
	case !ok:
		return errValue
	case len(rest) != 0:
		return errTrailing
	}
	return nil
}
