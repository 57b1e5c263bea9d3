package rulestest

//go:generate go tool sessiongen

// SessionFields is what the shop remembers of a visitor.
type SessionFields struct {
	Token  string
	Visits int
}

//go:generate go tool sessiongen

// NextFields is what the next build of the shop remembers.
type NextFields struct {
	Token  string
	Visits []string
}
