package after

//go:generate go tool sessiongen

// SessionFields is what the app remembers of one visitor.
type SessionFields struct {
	User   string // not set: nobody is logged in
	Visits int
	Notice string `session:",flash"`
}
