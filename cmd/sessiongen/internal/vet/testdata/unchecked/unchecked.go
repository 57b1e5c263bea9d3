package unchecked

import (
	"context"
	"net/http"
)

func wrong(ctx context.Context, sessions *Sessions, s *Session) {
	s, _ = sessions.From(ctx)                                    // want `the error of From is ignored, and the session is nil when the store is down; answer with the error, or return it`
	var other, _ = sessions.Open(ctx, "")                        // want `the error of Open is ignored`
	cookie, _ := sessions.Issue(ctx, SessionFields{})            // want `the error of Issue is ignored, and the cookie is nil`
	logins, _ := sessions.List(ctx, "ada")                       // want `the error of List is ignored`
	cart, _ := s.GetCart(ctx)                                    // want `the error of GetCart is ignored, and Cart looks as if it were not set when the store is down`
	has, _ := s.HasCart(ctx)                                     // want `the error of HasCart is ignored`
	sessions.From(ctx)                                           // want `the error of From is ignored`
	sessions.End(ctx, "id")                                      // want `the error of End is ignored, and the sessions may live on`
	sessions.EndAll(ctx, "ada")                                  // want `the error of EndAll is ignored`
	s.EndOthers(ctx)                                             // want `the error of EndOthers is ignored`
	s.Login(ctx, "ada")                                          // want `the error of Login is ignored, and the visitor may not be logged in`
	s.Renew(ctx)                                                 // want `the error of Renew is ignored, and the session may still have its old id`
	(s.Destroy(ctx))                                             // want `the error of Destroy is ignored, and the visitor may still be logged in`
	s.UpdateVisits(ctx, func(n *int) error { *n++; return nil }) // want `the error of UpdateVisits is ignored, and Visits may not have changed`
	defer s.Save(ctx)                                            // want `the error of Save is ignored, and what was set may not be stored; call it before the end of the function, where its error can be returned`
	go s.Save(ctx)                                               // want `the error of Save is ignored`
	defer func() {
		s.Save(ctx) // want `the error of Save is ignored, and what was set may not be stored; answer with the error, or return it`
	}()
	_, _, _, _, _ = other, cookie, logins, cart, has
}

type embedding struct{ *Session }

func embedded(ctx context.Context, e embedding) {
	e.Save(ctx) // want `the error of Save is ignored`
}

// The blank identifier alone says that somebody has thought of it.
func meant(ctx context.Context, sessions *Sessions, s *Session) {
	_ = s.Save(ctx)
	_, _ = sessions.From(ctx)
	_, _ = s.GetCart(ctx)
}

func right(w http.ResponseWriter, r *http.Request, sessions *Sessions) error {
	s, err := sessions.From(r.Context())
	if err != nil {
		return err
	}
	if cart, err := s.GetCart(r.Context()); err == nil && len(cart) > 0 {
		s.SetVisits(s.GetVisits() + 1)
	}
	defer func() {
		if err := s.Save(r.Context()); err != nil {
			panic(err)
		}
	}()
	s.ClearCart()
	s.IsNew()
	return s.Login(r.Context(), "ada")
}

// Types with methods of the same names.
type database struct{}

func (*database) Save(context.Context) error                { return nil }
func (*database) From(context.Context) (*database, error)   { return nil, nil }
func (*database) GetCart(context.Context) ([]string, error) { return nil, nil }

func otherLibrary(ctx context.Context, d *database) {
	d.Save(ctx)
	other, _ := d.From(ctx)
	cart, _ := other.GetCart(ctx)
	_ = cart
}

// A method that the app has added.
func (s *Session) GetAll(ctx context.Context) error { return nil }

func own(ctx context.Context, s *Session) { s.GetAll(ctx) }

func compared(ctx context.Context, sessions *Sessions) bool {
	s, _ := sessions.From(ctx)
	if s == nil {
		return false
	}
	other, _ := sessions.Open(ctx, "")
	return other != nil && s.IsNew()
}
