package main

//go:generate go tool sessiongen

// SessionFields is what the post office remembers of one visitor.
type SessionFields struct {
	// Parcel is the form as far as it is filled in. It is one variable, so that
	// a step that another window has taken is never half there, and forgotten
	// in an hour.
	Parcel Parcel `session:",ttl=1h"`

	// Notice is for the next page, which shows it once.
	Notice string `session:",flash"`
}

// Parcel is the customs form of a parcel.
type Parcel struct {
	From, To string
	Contents []Content
}

// Content is one line of the form.
type Content struct {
	What  string
	Grams int
}
