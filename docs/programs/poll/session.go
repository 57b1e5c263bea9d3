package main

//go:generate go tool sessiongen

// SessionFields is what the poll remembers of one visitor.
type SessionFields struct {
	// Choice is what the visitor has voted for. Not set: nothing yet.
	Choice string

	// Seen is how many votes there were when the visitor last looked.
	Seen int
}
