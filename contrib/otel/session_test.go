package otelsession_test

//go:generate go tool sessiongen

// SessionFields is what the pages of the tests remember of a visitor.
type SessionFields struct {
	Token  string
	Visits int
}
