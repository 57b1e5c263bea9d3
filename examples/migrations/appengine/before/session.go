package before

import (
	"errors"
	"net/http"

	"github.com/bradfitz/gomemcache/memcache"
	"github.com/google/uuid"
)

// CookieName is the name of the cookie that holds the session's id.
const CookieName = "session_id"

// lifetime is that of each variable, in seconds.
const lifetime = 24 * 60 * 60

// variables are the names of all that is ever set.
var variables = []string{"user", "visits", "notice"}

// initSession returns the id of the visitor's session, and begins one if there is
// none.
func initSession(w http.ResponseWriter, r *http.Request) string {
	if id, ok := sessionID(r); ok {
		return id
	}
	return beginSession(w)
}

// sessionID returns the id that the visitor's cookie holds.
func sessionID(r *http.Request) (id string, ok bool) {
	cookie, err := r.Cookie(CookieName)
	if err != nil || len(cookie.Value) != 36 || uuid.Validate(cookie.Value) != nil {
		return "", false
	}
	return cookie.Value, true
}

// beginSession gives the visitor a new id.
func beginSession(w http.ResponseWriter) string {
	id := uuid.NewString()
	http.SetCookie(w, &http.Cookie{Name: CookieName, Value: id, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	return id
}

func setSessionVar(cache *memcache.Client, id, name, value string) error {
	return cache.Set(&memcache.Item{Key: id + "-" + name, Value: []byte(value), Expiration: lifetime})
}

// getSessionVar returns the empty string if the variable is not set.
func getSessionVar(cache *memcache.Client, id, name string) (string, error) {
	item, err := cache.Get(id + "-" + name)
	switch {
	case errors.Is(err, memcache.ErrCacheMiss):
		return "", nil
	case err != nil:
		return "", err
	}
	return string(item.Value), nil
}

// endSession deletes what is set.
func endSession(cache *memcache.Client, id string) error {
	for _, name := range variables {
		if err := cache.Delete(id + "-" + name); err != nil && !errors.Is(err, memcache.ErrCacheMiss) {
			return err
		}
	}
	return nil
}
