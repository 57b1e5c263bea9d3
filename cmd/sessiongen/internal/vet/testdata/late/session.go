package late

//go:generate go tool sessiongen

type SessionFields struct {
	Visits int
	User   string
	Cart   []string `session:",lazy"`
	Notice string   `session:",flash"`
}
