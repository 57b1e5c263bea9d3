// Package gob writes and reads values as encoding/gob does, at a fraction of the
// cost.
//
// encoding/gob compiles an engine for every value that is stored on its own,
// because an Encoder or Decoder serves only one stream. This package compiles
// one engine for each type, and keeps it. What it writes for a value is a
// complete stream, which encoding/gob reads: descriptions of types, the same
// ones for all values of a type, and the message of the value. The stream
// depends on the value and the shape of its type alone, not on the process or
// on names of types.
//
// The package also reads what encoding/gob or another declaration has written,
// by the descriptions in the stream and the rules of encoding/gob. It trusts no
// stream: a stream that it refuses takes no more memory and no more time than
// the length of the stream bears out.
//
// A [Fingerprint], in fingerprint.go, tells whether stored bytes are of the type
// that is asked for, in whatever format they are.
//
// The package knows bytes and types, and nothing of what the values are for: no
// sessions, stores, keys, seals or deadlines. It imports the standard library
// and google/uuid, whose values it decodes in a faster way.
//
// Where to find what: codec.go, basic.go and marshaler.go are what others use;
// stream.go is what a codec does. type.go compiles a type, append.go writes
// values of it and take.go reads them; shape.go knows what gob makes of types,
// describe.go makes the descriptions of types for a stream. Begin with
// foreign.go for what another declaration has written: described.go has the
// types that its stream describes, translate.go pairs them with Go types,
// translated.go reads what was paired, and skip.go passes over what was not.
// wire.go has the numbers and lengths that all else is made of, and fresh.go is
// for types that are left to encoding/gob.
package gob
