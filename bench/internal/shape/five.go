package shape

import "time"

//go:generate go tool sessiongen

// FiveFields is a session of five variables, of the kinds that web apps keep.
type FiveFields struct {
	Visits   int
	Token    string
	Profile  Profile
	Roles    []string
	LoggedIn time.Time
}

// Profile is a small struct.
type Profile struct {
	ID    int64
	Name  string
	Email string
	Admin bool
}

// OfFive is a session of five variables.
func OfFive() Shape { return of("5", five()) }

func five() FiveFields {
	return FiveFields{
		Visits:   firstVisits,
		Token:    "6FDNW3QXKJ5WLG2YPRAVCB7TSM",
		Profile:  Profile{ID: 1 << 40, Name: "Ada Lovelace", Email: "ada@example.com", Admin: true},
		Roles:    []string{"editor", "reviewer"},
		LoggedIn: time.Date(2026, 11, 23, 12, 34, 56, 789, time.UTC),
	}
}
