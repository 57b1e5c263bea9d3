package runtime

import (
	"context"
	"net/http"
)

// Session is the untyped part of one request's session; a generated accessor
// type wraps it.
type Session struct {
	owner any // the *S that this is a part of
}

// IsNew tells whether nothing of the session is stored yet.
func (s *Session) IsNew() bool { return true }

// ID returns the session's id.
func (s *Session) ID() string { return "" }

// Renew moves the session to a new id and secret.
func (s *Session) Renew(ctx context.Context) error { return nil }

// Destroy ends the session.
func (s *Session) Destroy(ctx context.Context) error { return nil }

// Save commits now.
func (s *Session) Save(ctx context.Context) error { return nil }

// Cookie returns what to send.
func (s *Session) Cookie() *http.Cookie { return nil }
