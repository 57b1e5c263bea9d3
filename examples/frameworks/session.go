package main

//go:generate go tool sessiongen

// SessionFields is what the site remembers of one visitor.
type SessionFields struct {
	// Visits counts how often the front page was opened, and the streams.
	Visits int

	// User is the name given at login. Not set: nobody is logged in.
	User string

	// Notice is for the front page, which shows it once.
	Notice string `session:",flash"`
}
