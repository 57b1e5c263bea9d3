package shape

import (
	"fmt"
	"strings"
	"time"
)

// Sessions by what web apps store in them.

//go:generate go tool sessiongen

// OIDCFields is the session of a visitor who has logged in by OpenID Connect.
type OIDCFields struct {
	IDToken      string
	RefreshToken string
	Expiry       time.Time
	User         User
}

// User is what an app keeps of the claims about a visitor.
type User struct {
	Subject string
	Name    string
	Email   string
	Groups  []string
}

// OfOIDC is a session with an id token of 1.2 KB.
func OfOIDC() Shape { return of("an OIDC login", oidc("a")) }

// OfOIDCAnew is the same session with other tokens, a little longer, and another
// time, as when its tokens were refreshed.
func OfOIDCAnew() Shape {
	f := oidc("b")
	f.IDToken += "b"
	f.RefreshToken += "b"
	f.Expiry = f.Expiry.Add(time.Hour)
	return of("an OIDC login", f)
}

func oidc(letter string) OIDCFields {
	return OIDCFields{
		IDToken:      "eyJhbGciOiJSUzI1NiJ9." + strings.Repeat(letter, 1200),
		RefreshToken: "0.ARoA" + strings.Repeat(letter, 200),
		Expiry:       time.Date(2026, 11, 23, 13, 34, 56, 0, time.UTC),
		User: User{
			Subject: "248289761001",
			Name:    "Ada Lovelace",
			Email:   "ada@example.com",
			Groups:  []string{"editors", "reviewers"},
		},
	}
}

//go:generate go tool sessiongen

// CartFields is a session with a shopping cart.
type CartFields struct {
	Items []CartItem
}

// CartItem is one of a cart.
type CartItem struct {
	SKU   string
	Title string
	Count int
	Cents int64
}

// OfCart is a session with a cart of 20 items.
func OfCart() Shape {
	items := make([]CartItem, 20)
	for i := range items {
		items[i] = CartItem{fmt.Sprintf("SKU-%04d", i), "A cup of green tea", i + 1, 1999}
	}
	return of("a cart of 20 items", CartFields{items})
}

//go:generate go tool sessiongen

// MessageFields is a session for a message that the next page shows.
type MessageFields struct {
	Message string `session:",flash"`
}

// OfMessage is a session for a message that the next page shows.
func OfMessage() Shape { return of("a message", MessageFields{"Your changes have been saved."}) }
