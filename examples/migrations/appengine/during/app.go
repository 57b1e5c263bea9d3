// Package during is the app on sessiongen, while visitors still come with cookies
// of the classic recipe.
package during

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/bradfitz/gomemcache/memcache"
	"github.com/google/uuid"
	"github.com/sessiongen/sessiongen/examples/migrations/after"
	"github.com/sessiongen/sessiongen/examples/migrations/handover"
	"github.com/sessiongen/sessiongen/runtime"
)

// cookieName is the name of the old cookie.
const cookieName = "session_id"

// Handler returns the app. The cache has the old sessions. The marks may be in the
// store of the new ones.
func Handler(sessions *after.Sessions, marks runtime.Store, cache *memcache.Client) http.Handler {
	h := handover.Handover[*after.Session]{
		Old:        old{cache},
		CookieName: cookieName,
		Sessions:   sessions,
		Marks:      marks,
		Remember:   7 * 24 * time.Hour, // as long as the old app may still run, and 24 hours
	}
	return h.Middleware(after.Handler(sessions))
}

type old struct{ cache *memcache.Client }

// Fill implements [handover.Old].
func (old old) Fill(r *http.Request, id string, s *after.Session) (handover.Found, error) {
	if !isID(id) {
		return handover.Nothing, nil // anything else must not get into a key
	}
	items, err := old.cache.GetMulti([]string{id + "-user", id + "-visits", id + "-notice"})
	if err != nil || len(items) == 0 {
		return handover.Nothing, err
	}
	if user := items[id+"-user"]; user != nil {
		s.SetUser(string(user.Value))
	}
	if count := items[id+"-visits"]; count != nil {
		visits, _ := strconv.Atoi(string(count.Value))
		s.SetVisits(visits)
	}
	if notice := items[id+"-notice"]; notice != nil {
		s.SetNotice(string(notice.Value))
	}
	return handover.Visitor, nil
}

// End implements [handover.Old].
func (old old) End(w http.ResponseWriter, r *http.Request, id string) error {
	if isID(id) {
		for _, name := range []string{"user", "visits", "notice"} {
			if err := old.cache.Delete(id + "-" + name); err != nil && !errors.Is(err, memcache.ErrCacheMiss) {
				return err
			}
		}
	}
	http.SetCookie(w, &http.Cookie{Name: cookieName, Path: "/", MaxAge: -1})
	return nil
}

func isID(value string) bool { return len(value) == 36 && uuid.Validate(value) == nil }
