// Package schema describes what is to be generated for one declared struct
// type. A [Session] is plain data: it holds no syntax and no types, and all
// that the output depends on.
package schema

import (
	"go/token"
	"time"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/diagnostic"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/stored"
)

// A Session describes one accessor type.
type Session struct {
	Package    string // name of the package
	Constraint string // build constraint of the declaring file, empty if none
	Declared   string // name of the declared struct type
	Names      Names
	Reserved   []string // names that the package declares

	Variables []Variable
	Guards    []Guard // first the one of the declared type

	// Notes are for the author of the declaration. The output does not depend
	// on them.
	Notes diagnostic.List
}

// Names are the names that the output declares.
type Names struct {
	Accessor    string // such as Session
	Snake       string // the same in snake_case
	Manager     string // such as Sessions
	Constructor string // such as NewSessions
}

// A Variable is a field that is stored.
type Variable struct {
	Field   string // name in Go
	Path    string // selector in a value of the declared type, such as Base.Field
	Name    string // name in the store
	Type    Type
	Pointer bool // setting nil clears
	Doc     string

	Codec     string // constructor in the runtime, such as GobInt
	Lazy      bool
	Flash     bool
	Evictable bool
	TTL       time.Duration

	JSON    bool
	Stored  *stored.Form
	At      token.Position // of the field, or of the embedded one that it is in
	Foreign bool           // it is the latter, because the field is in another package
}

// A Guard is a struct type whose change makes the output stale.
type Guard struct {
	Type   Type
	Label  string // the type's name as a part of an identifier
	Fields []Field
}

// A Field is one field of a [Guard].
type Field struct {
	Name string // empty if embedded
	Type Type
	Tag  string
}

// A Type is the spelling of a type, word by word.
type Type []Word

// A Word is a piece of a type's spelling. If it has an import, the word is
// qualified by its name.
type Word struct {
	Text   string
	Import Import
}

// An Import is a package that a type belongs to.
type Import struct {
	Path    string
	Package string // the package's own name
	Name    string // what the declaring file calls it
}
