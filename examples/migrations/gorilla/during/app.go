// Package during is the app on sessiongen, while visitors still come with cookies
// of gorilla/sessions.
package during

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"time"

	"github.com/gorilla/securecookie"
	"github.com/gorilla/sessions"
	"github.com/sessiongen/sessiongen/examples/migrations/after"
	"github.com/sessiongen/sessiongen/examples/migrations/handover"
	"github.com/sessiongen/sessiongen/runtime"
)

// name is the name of the old session, and of its cookie.
const name = "shop"

// remember is the MaxAge of the old store.
const remember = 30 * 24 * time.Hour

// Handler returns the app. The old store is configured as it was before. The marks
// may be in the store of the new sessions.
func Handler(newSessions *after.Sessions, marks runtime.Store, store sessions.Store) http.Handler {
	h := handover.Handover[*after.Session]{
		Old:        old{store, logouts{marks}},
		CookieName: name,
		Sessions:   newSessions,
		Marks:      marks,
		Remember:   remember,
	}
	app := after.Handler(newSessions)
	mux := http.NewServeMux()
	mux.Handle("/", app)
	mux.Handle("POST /logout", newSessions.Middleware(logouts{marks}.note(newSessions, app)))
	// The protection is around the note, too: no other site makes anybody's cookies end.
	return http.NewCrossOriginProtection().Handler(h.Middleware(mux))
}

type old struct {
	store   sessions.Store
	logouts logouts
}

// Fill implements [handover.Old].
func (old old) Fill(r *http.Request, _ string, s *after.Session) (handover.Found, error) {
	session, err := old.store.New(r, name)
	var bad securecookie.Error
	switch {
	case errors.As(err, &bad) && bad.IsDecode(), errors.Is(err, fs.ErrNotExist):
		return handover.Nothing, nil // made up, too old, or ended
	case err != nil || session.IsNew:
		return handover.Nothing, err
	}
	if visits, ok := session.Values["visits"].(int); ok {
		s.SetVisits(visits)
	}
	for _, flash := range session.Flashes() {
		if notice, ok := flash.(string); ok {
			s.SetNotice(notice) // the last one
		}
	}
	user, ok := session.Values["user"].(string)
	if !ok && session.ID == "" {
		return handover.Copy, nil // a guest's, in a CookieStore
	}
	if ok {
		if out, err := old.logouts.has(r.Context(), user); out || err != nil {
			return handover.Nothing, err
		}
		s.SetUser(user)
	}
	return handover.Visitor, nil
}

// End implements [handover.Old]. A store on servers deletes the session; of a
// CookieStore, this only removes the cookie.
func (old old) End(w http.ResponseWriter, r *http.Request, _ string) error {
	session, _ := old.store.New(r, name)
	session.Options.MaxAge = -1
	return session.Save(r, w)
}

// LoggedOut implements [handover.LogoutChecker].
func (old old) LoggedOut(ctx context.Context, s *after.Session) (bool, error) {
	if !s.HasUser() {
		return false, nil
	}
	return old.logouts.has(ctx, s.GetUser())
}
