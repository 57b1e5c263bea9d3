package peer

import "github.com/sessiongen/sessiongen/bench/internal/shape"

// visits is a session that counts its visits.
type visits interface {
	accessor
	GetVisits() int
	SetVisits(int)
}

// Works on any shape that counts visits.
var (
	Untouched = Work{Name: "untouched", Requests: []Request{{}}}

	Read = Work{Name: "read", Requests: []Request{{
		Reads: []string{"Visits"},
		Typed: with(func(s visits) int { return s.GetVisits() }),
	}}}

	ReadWrite = Work{Name: "read and write", Requests: []Request{{
		Changes: []Change{oneVisitMore},
		Typed: with(func(s visits) int {
			n := s.GetVisits()
			s.SetVisits(n + 1)
			return n
		}),
	}}}
)

var oneVisitMore = Change{"Visits", func(n any) any { return n.(int) + 1 }}

// Works on five variables.
var (
	SetAll = Work{Name: "set all", Requests: []Request{{
		Changes: []Change{oneVisitMore},
		Sets:    shape.OfFiveAnew().Pick("Token", "Profile", "Roles", "LoggedIn"),
		Typed: with(func(s *shape.Five) int {
			n := s.GetVisits()
			s.SetVisits(n + 1)
			s.SetToken(fiveAnew.Token)
			s.SetProfile(fiveAnew.Profile)
			s.SetRoles(fiveAnew.Roles)
			s.SetLoggedIn(fiveAnew.LoggedIn)
			return n
		}),
	}}}

	FirstVisit = Work{Name: "first visit", Fresh: true, Requests: []Request{{
		Sets: shape.OfFive().Variables,
		Typed: with(func(s *shape.Five) int {
			s.SetVisits(five.Visits)
			s.SetToken(five.Token)
			s.SetProfile(five.Profile)
			s.SetRoles(five.Roles)
			s.SetLoggedIn(five.LoggedIn)
			return 0
		}),
	}}}

	Getter = Work{Name: "getter", Again: true, Requests: []Request{{
		Reads: []string{"Visits"},
		Typed: again(func(s *shape.Five, n int) int {
			sum := 0
			for range n {
				sum += s.GetVisits()
			}
			return sum / n
		}),
	}}}

	Setter = Work{Name: "setter", Again: true, Requests: []Request{{
		Changes: []Change{oneVisitMore},
		Typed: again(func(s *shape.Five, n int) int {
			for i := range n {
				s.SetVisits(i + 1)
			}
			return s.GetVisits()
		}),
	}}}
)

var (
	five     = shape.OfFive().Fields.(shape.FiveFields)
	fiveAnew = shape.OfFiveAnew().Fields.(shape.FiveFields)
)

// Works on five strings.
var (
	ReadText = Work{Name: "read a text", Requests: []Request{{
		Reads: []string{"Name"},
		Typed: with(func(s *shape.Text) int { return len(s.GetName()) }),
	}}}

	ReadWriteText = Work{Name: "read and write a text", Requests: []Request{{
		Reads: []string{"Name"},
		Sets:  []shape.Variable{{Name: "Name", Value: anotherName}},
		Typed: with(func(s *shape.Text) int {
			name := s.GetName()
			s.SetName(anotherName)
			return len(name)
		}),
	}}}
)

const anotherName = "Grace Hopper, RADM"

// ReadDocument is on a document of any size.
var ReadDocument = Work{Name: "read the document", Requests: []Request{{
	Reads: []string{"Document"},
	Typed: with(func(s *shape.Document) int { return len(s.GetDocument()) }),
}}}
