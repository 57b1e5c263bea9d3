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

// OfFiveAnew is the same session with other values, of the same sizes.
func OfFiveAnew() Shape {
	f := five()
	f.Visits++
	f.Token = "JX2M7KQ4ZB5TDR6WNPE3HVAGSC"
	f.Profile.Name, f.Profile.Email = "Grace Hopper", "eve@example.com"
	f.Roles = []string{"author", "publisher"}
	f.LoggedIn = f.LoggedIn.Add(time.Hour)
	return of("5", f)
}

func five() FiveFields {
	return FiveFields{
		Visits:   firstVisits,
		Token:    "6FDNW3QXKJ5WLG2YPRAVCB7TSM",
		Profile:  Profile{ID: 1 << 40, Name: "Ada Lovelace", Email: "ada@example.com", Admin: true},
		Roles:    []string{"editor", "reviewer"},
		LoggedIn: time.Date(2026, 11, 23, 12, 34, 56, 789, time.UTC),
	}
}
