package inspect_test

//go:generate go tool sessiongen

// SessionFields is what the sessions of these tests hold: one of each option.
type SessionFields struct {
	User   string
	Visits int
	Token  secret
	Notice string            `session:",flash"`
	Code   string            `session:",ttl=10m"`
	Hint   string            `session:",evictable"`
	Prefs  map[string]any    `session:",json"`
	Cart   []item            `session:",lazy"`
	Big    map[string]string `session:"large,lazy"`
}

// secret hides its text from whoever prints it.
type secret string

func (secret) String() string { return "(hidden)" }

type item struct {
	Tea      string
	Quantity int
	Note     *string
}

//go:generate go tool sessiongen -type otherFields

// otherFields is a declaration of another build.
type otherFields struct {
	Visits map[string]bool
	Late   string
}
