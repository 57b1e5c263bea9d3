package valkeysession_test

//go:generate go tool sessiongen

// SessionFields is what the tests remember of a visitor.
type SessionFields struct {
	Visits int
	User   string
}
