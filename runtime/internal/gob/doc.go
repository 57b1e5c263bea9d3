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
// It reads what encoding/gob or another declaration has written, too, by what the
// stream describes, and by the rules of encoding/gob. It trusts no stream: what
// it refuses costs no more memory than the bytes bear out, and no more time.
//
// Beside that the package knows how to tell by a [Fingerprint] whether stored
// bytes are of the type that is asked for.
//
// It knows bytes and types, and nothing of what the values are for: no sessions,
// stores, keys, seals or deadlines. It imports the standard library and
// google/uuid, for which it has a shorter way.
//
// To find one's way: codec.go, basic.go and marshaler.go are what others use;
// stream.go is what a codec does. type.go compiles a type, append.go writes values
// of it and take.go reads them; shape.go knows what gob makes of types, describe.go
// what a stream tells of them. For what another declaration has written, foreign.go
// is where to begin: described.go has what that stream tells, translate.go pairs
// its types with ours, translated.go and skip.go read what was paired and pass over
// what was not. wire.go has the numbers and lengths that all else is made of, and
// fresh.go is for what is left to encoding/gob.
package gob
