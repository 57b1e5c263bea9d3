package main

//go:generate go tool sessiongen

// SessionFields is what the guestbook remembers of one visitor.
type SessionFields struct {
	// Token guards the form against cross-site requests.
	Token string

	// Name is the one that the visitor signed with the last time.
	Name string

	// Notice is for the next page, which shows it once.
	Notice string `session:",flash"`
}
