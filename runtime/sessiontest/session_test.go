package sessiontest_test

//go:generate go tool sessiongen

// SessionFields is what a visitor's session holds in these tests.
type SessionFields struct {
	User   string
	Visits int
	Cart   []string `session:",lazy"`
}
