package main

//go:generate go tool sessiongen

// SessionFields is what the shop remembers of one visitor.
type SessionFields struct {
	// Token guards the forms against cross-site requests.
	Token string

	// Visitor is the name given at login. Not set: nobody is logged in.
	Visitor string

	// Visits counts how often the front page was opened.
	Visits int

	// Notice is for the next page, which shows it once.
	Notice string `session:",flash"`

	// Cart is what the visitor chose. Most pages do without it, so it is
	// fetched only where it is asked for.
	Cart []Item `session:",lazy"`
}

// Item is one line of a cart.
type Item struct {
	Tea      string // its ID in the catalogue
	Quantity int
}
