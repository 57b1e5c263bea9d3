// Package gob writes and reads values as encoding/gob does, at a fraction of the
// cost.
//
// encoding/gob compiles an engine for every value that is stored on its own: an
// Encoder or Decoder serves one stream. This package compiles one for each type,
// and keeps it. What it writes for a value is a complete stream, which
// encoding/gob reads: descriptions of types, the same ones for all values of a
// type, and the message of the value. It depends on the value and the shape of
// its type alone, not on the process or on names of types.
//
// Beside that the package knows how to tell by a [Fingerprint] whether stored
// bytes are of the type that is asked for.
//
// It knows bytes and types, and nothing of what the values are for: no sessions,
// stores, keys, seals or deadlines. It imports the standard library and
// google/uuid, for which it has a shorter way.
//
// To find one's way: codec.go, basic.go and marshaler.go are what others use;
// stream.go is what a codec does; type.go compiles a type, append.go writes
// values of it and take.go reads them; describe.go has the descriptions, wire.go
// the numbers and lengths that all else is made of.
package gob
