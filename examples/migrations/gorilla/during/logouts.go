package during

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"time"

	"github.com/sessiongen/sessiongen/examples/migrations/after"
	"github.com/sessiongen/sessiongen/runtime"
)

// Logouts are of users who have logged out since the move began. A CookieStore
// makes a cookie anew at each Save, and all of them stay good until they are too
// old. The mark of the handover is for the one that was moved; for the others there
// is this. A user's other browsers, if they have not been moved by then, have to log
// in again.
type logouts struct{ store runtime.Store }

func (l logouts) key(user string) string {
	sum := sha256.Sum256([]byte(user))
	return "loggedout:" + base64.RawURLEncoding.EncodeToString(sum[:])
}

// has tells whether the old cookies of the user count no more.
func (l logouts) has(ctx context.Context, user string) (bool, error) {
	items, err := l.store.Get(ctx, []string{l.key(user)})
	return len(items) > 0, err
}

// note takes down whose logout next is.
func (l logouts) note(sessions *after.Sessions, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := sessions.From(r.Context())
		if err == nil && s.HasUser() {
			item := runtime.Item{Key: l.key(s.GetUser()), Value: []byte{1}, Expires: time.Now().Add(remember)}
			if err = l.store.Add(r.Context(), []runtime.Item{item})[0]; errors.Is(err, runtime.ErrExists) {
				err = nil
			}
		}
		if err != nil {
			sessions.Error(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}
