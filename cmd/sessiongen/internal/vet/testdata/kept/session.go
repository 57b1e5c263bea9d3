package kept

//go:generate go tool sessiongen

type SessionFields struct {
	User string
	Cart []string `session:",lazy"`
}
