package unchecked

//go:generate go tool sessiongen

type SessionFields struct {
	Visits int
	Cart   []string `session:",lazy"`
}
