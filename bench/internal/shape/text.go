package shape

//go:generate go tool sessiongen

// TextFields is a session of five strings.
type TextFields struct {
	Token    string
	Name     string
	Email    string
	Language string
	Theme    string
}

// OfText is a session of five strings.
func OfText() Shape {
	return of("5 strings", TextFields{
		Token:    "6FDNW3QXKJ5WLG2YPRAVCB7TSM",
		Name:     "Ada Lovelace",
		Email:    "ada@example.com",
		Language: "en-GB",
		Theme:    "dark",
	})
}
