// Package schemafile keeps what sessions store in a text file, and finds out what
// a change of the declaration does to sessions that live on.
//
// The file is made to be read in a review, merged by git, and committed like
// go.sum. It has the stored form of every variable, a leaf on each line; and of
// what has changed or is not declared any more the earlier form, because sessions
// that were stored with it may live:
//
//	name: session
//	cart json [] struct lazy
//	cart[].Name string
//	cart[].Price int64
//	keep removed string
//	visits int64
//	visits was int32
package schemafile

import (
	"slices"
	"time"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/stored"
)

// A Record is how a variable is stored.
type Record struct {
	JSON      bool // else gob
	Form      *stored.Form
	Lazy      bool
	Evictable bool // with a TTL, too
	TTL       time.Duration
}

// same tells whether sessions that were stored with r are as those with other.
func (r Record) same(other Record) bool {
	return r.JSON == other.JSON && r.Evictable == other.Evictable && r.Form.Equal(other.Form)
}

// A Past is how a variable was stored before.
type Past struct {
	Record
	Removed bool // the variable is not declared any more

	// Accepted tells that what was stored so may be lost, because somebody has
	// said so.
	Accepted bool
}

// A Variable is what the file has of one variable.
type Variable struct {
	Name string
	Now  *Record // nil if it is not declared any more
	Past []Past
}

// accepted tells whether the loss of what was stored as r is accepted.
func (v *Variable) accepted(r Record) bool {
	return v != nil && slices.ContainsFunc(v.Past, func(p Past) bool { return p.Accepted && p.same(r) })
}

// A File is what a file holds.
type File struct {
	// Name is the one that the names of the cookie and in the store follow, ""
	// if the file does not say.
	Name      string
	Variables []Variable // sorted by name
}

// variable returns the variable of that name, nil if there is none.
func (f File) variable(name string) *Variable {
	for i := range f.Variables {
		if f.Variables[i].Name == name {
			return &f.Variables[i]
		}
	}
	return nil
}

// now returns how the variable of that name is stored, nil if it is not.
func (f File) now(name string) *Record {
	if v := f.variable(name); v != nil {
		return v.Now
	}
	return nil
}

// A Declared is a variable that is declared.
type Declared struct {
	Name string
	Record
	Flash bool

	// Elsewhere tells that the place of a problem is not the field's own, which is
	// in another package.
	Elsewhere bool
}
