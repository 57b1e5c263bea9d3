package peer

import (
	"context"

	"github.com/sessiongen/sessiongen/bench/internal/shape"
)

// Works on what web apps store.
var (
	// ReadOIDC is what a page of a visitor with tokens reads.
	ReadOIDC = Work{Name: "read an OIDC login", Requests: []Request{{
		Reads: []string{"Expiry", "User"},
		Typed: with(func(s *shape.OIDC) int { return int(s.GetExpiry().Unix()) + weighUser(s.GetUser()) }),
	}}}

	// RefreshOIDC is what a page does whose visitor's tokens have expired.
	RefreshOIDC = Work{Name: "refresh an OIDC login", Requests: []Request{{
		Reads: []string{"Expiry", "User", "RefreshToken"},
		Sets:  shape.OfOIDCAnew().Pick("IDToken", "RefreshToken", "Expiry"),
		Typed: with(func(s *shape.OIDC) int {
			found := int(s.GetExpiry().Unix()) + weighUser(s.GetUser()) + len(s.GetRefreshToken())
			s.SetIDToken(oidcAnew.IDToken)
			s.SetRefreshToken(oidcAnew.RefreshToken)
			s.SetExpiry(oidcAnew.Expiry)
			return found
		}),
	}}}

	ReadCart = Work{Name: "read a cart", Requests: []Request{{
		Reads: []string{"Items"},
		Typed: with(func(s *shape.Cart) int { return weighCart(s.GetItems()) }),
	}}}

	// ChangeCart makes one item one more.
	ChangeCart = Work{Name: "change a cart", Requests: []Request{{
		Changes: []Change{{"Items", func(items any) any {
			items.([]shape.CartItem)[changed].Count++
			return items
		}}},
		Typed: asking(func(ctx context.Context, s *shape.Cart) (found int, err error) {
			err = s.UpdateItems(ctx, func(items *[]shape.CartItem) error {
				found = weighCart(*items)
				(*items)[changed].Count++
				return nil
			})
			return found, err
		}),
	}}}

	// Flash is the first visit, which leaves a message, and the next, which shows
	// it.
	Flash = Work{Name: "flash", Fresh: true, Requests: []Request{
		{
			Leaves: shape.OfMessage().Variables,
			Typed: with(func(s *shape.Message) int {
				s.SetMessage(message.Message)
				return 0
			}),
		},
		{
			Takes: []string{"Message"},
			Typed: with(func(s *shape.Message) int { return len(s.PopMessage()) }),
		},
	}}
)

// changed is the index of the item that is.
const changed = 7

var (
	oidcAnew = shape.OfOIDCAnew().Fields.(shape.OIDCFields)
	message  = shape.OfMessage().Fields.(shape.MessageFields)
)
