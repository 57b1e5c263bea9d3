package peer

import (
	"context"

	"github.com/sessiongen/sessiongen/bench/internal/shape"
)

// Works on the twelve variables of a shop.
var (
	ReadThree = Work{Name: "read three", Requests: []Request{{
		Reads: []string{"Visits", "Profile", "Language"},
		Typed: with(func(s *shape.Twelve) int {
			return s.GetVisits() + weighProfile(s.GetProfile()) + len(s.GetLanguage())
		}),
	}}}

	// FirstSets is the first visit, which sets two variables, and the next, which
	// sets three others that nobody has set before.
	FirstSets = Work{Name: "first sets", Fresh: true, Requests: []Request{
		{
			Sets: shape.OfTwelve().Pick("Visits", "Language"),
			Typed: with(func(s *shape.Twelve) int {
				s.SetVisits(twelve.Visits)
				s.SetLanguage(twelve.Language)
				return 0
			}),
		},
		firstSet,
	}}

	// FirstSet is the second of these alone.
	FirstSet = Work{Name: "first set", Once: true, Requests: []Request{firstSet}}

	// Login makes a visitor with a session one who is known.
	Login = Work{Name: "login", Once: true, Requests: []Request{{
		Renews: true,
		Sets:   shape.OfTwelve().Pick("Token", "Profile"),
		Typed: asking(func(ctx context.Context, s *shape.Twelve) (int, error) {
			s.SetToken(twelve.Token) // stored together with the renewal
			s.SetProfile(twelve.Profile)
			return 0, s.Renew(ctx)
		}),
	}}}

	Logout = Work{Name: "logout", Once: true, Requests: []Request{{
		Destroys: true,
		Typed:    asking(func(ctx context.Context, s *shape.Twelve) (int, error) { return 0, s.Destroy(ctx) }),
	}}}

	// Count is for visitors side by side who have one session. sessiongen counts
	// by Update, which loses nothing.
	Count = Work{Name: "count", Together: true, Requests: []Request{{
		Changes: []Change{oneVisitMore},
		Typed: asking(func(ctx context.Context, s *shape.Five) (found int, err error) {
			err = s.UpdateVisits(ctx, func(n *int) error {
				found = *n
				*n++
				return nil
			})
			return found, err
		}),
	}}}
)

var firstSet = Request{
	Reads: []string{"Visits"},
	Sets:  shape.OfTwelve().Pick("Token", "Profile", "LoggedIn"),
	Typed: with(func(s *shape.Twelve) int {
		s.SetToken(twelve.Token)
		s.SetProfile(twelve.Profile)
		s.SetLoggedIn(twelve.LoggedIn)
		return s.GetVisits()
	}),
}

var twelve = shape.OfTwelve().Fields.(shape.TwelveFields)
