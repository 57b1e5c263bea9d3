package shape

import "bytes"

//go:generate go tool sessiongen

// DocumentFields is a session with a variable of any size.
type DocumentFields struct {
	Visits   int
	Document []byte
}

//go:generate go tool sessiongen

// AsideFields is a session of five variables beside a lazy one of any size.
type AsideFields struct {
	FiveFields
	Document []byte `session:",lazy"`
}

// OfDocument is a session with a variable of this many bytes.
func OfDocument(size int) Shape {
	return of("document", DocumentFields{Visits: firstVisits, Document: document(size)})
}

// OfAside is a session of five variables beside a lazy one of this many bytes.
func OfAside(size int) Shape {
	return of("5 and a lazy document", AsideFields{FiveFields: five(), Document: document(size)})
}

func document(size int) []byte { return bytes.Repeat([]byte("document "), size/9+1)[:size] }
