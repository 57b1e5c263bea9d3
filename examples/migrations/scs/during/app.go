// Package during is the app on sessiongen, while visitors still come with cookies
// of alexedwards/scs.
package during

import (
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/sessiongen/sessiongen/examples/migrations/after"
	"github.com/sessiongen/sessiongen/examples/migrations/handover"
	"github.com/sessiongen/sessiongen/runtime"
)

// Handler returns the app. The manager is configured as it was before, with the
// store that has the old sessions. The marks may be in the store of the new ones.
func Handler(sessions *after.Sessions, marks runtime.Store, manager *scs.SessionManager) http.Handler {
	h := handover.Handover[*after.Session]{
		Old:        old{manager},
		CookieName: manager.Cookie.Name,
		Sessions:   sessions,
		Marks:      marks,
		Remember:   manager.Lifetime, // no old session lives longer
	}
	return h.Middleware(after.Handler(sessions))
}

type old struct{ manager *scs.SessionManager }

// Fill implements [handover.Old].
func (old old) Fill(r *http.Request, value string, s *after.Session) (handover.Found, error) {
	ctx, err := old.manager.Load(r.Context(), value)
	if err != nil || old.manager.Token(ctx) == "" {
		return handover.Nothing, err
	}
	if old.manager.Exists(ctx, "user") {
		s.SetUser(old.manager.GetString(ctx, "user"))
	}
	s.SetVisits(old.manager.GetInt(ctx, "visits"))
	if old.manager.Exists(ctx, "notice") {
		s.SetNotice(old.manager.GetString(ctx, "notice"))
	}
	return handover.Visitor, nil
}

// End implements [handover.Old].
func (old old) End(w http.ResponseWriter, r *http.Request, value string) error {
	ctx, err := old.manager.Load(r.Context(), value)
	if err == nil && old.manager.Token(ctx) != "" {
		err = old.manager.Destroy(ctx)
	}
	if err == nil {
		old.manager.WriteSessionCookie(r.Context(), w, "", time.Time{}) // which removes it
	}
	return err
}
