// Package handover moves visitors from the sessions of another library to those of
// sessiongen, without logging them out. Copy it into your app: it needs nothing but
// package runtime.
//
// Each old session is moved once. What decides is a mark, which is added to a store
// under a name made of the old cookie, and names the session that took its place.
// Of several requests that come at once with one old cookie, one adds the mark, and
// the others go on with the session that it names. The old session is ended when the
// mark is there, and never before; no request goes on before that, and from then on
// the mark leads there for a minute. So a crash or an outage at any place loses
// nothing, and nothing is honoured twice.
package handover

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// grace is for requests that were under way when the old session ended, and for a
// visitor who never got the answer. Afterwards the old cookie opens nothing.
const grace = time.Minute

// Sessions are the new ones: a manager that sessiongen has generated.
type Sessions[S Session] interface {
	Open(ctx context.Context, token string) (S, error)
	CookieName() string
	Error(w http.ResponseWriter, r *http.Request, err error)
}

// A Session is a new one: an accessor that sessiongen has generated.
type Session interface {
	IsNew() bool
	Save(ctx context.Context) error
	Destroy(ctx context.Context) error
	Cookie() *http.Cookie
}

// Found is what an old cookie opens.
type Found int

const (
	Nothing Found = iota
	Visitor       // the session of one visitor
	Copy          // no more than what is in the cookie, and others may have an equal one
)

// Old is what is there to know of the old sessions. The value is that of the old
// cookie, which anybody can make up.
type Old[S Session] interface {
	// Fill sets in s what the old session holds. It may log s in to an account, and
	// stores nothing else. It is not called if there is a mark, but requests that
	// come at once may all call it before there is one. Of a Copy, each request gets
	// a session of its own, and no mark is made. An error means that it can't be
	// known now.
	Fill(r *http.Request, value string, s S) (Found, error)

	// End ends the old session, for whoever has a copy of its cookie, and makes the
	// browser drop the cookie. A session that is not there is no error. After an
	// error nothing that it has put into the header is sent.
	End(w http.ResponseWriter, r *http.Request, value string) error
}

// A LogoutChecker is an Old that can't end a session for whoever has a copy of its
// cookie, and knows who has logged out instead. Fill may have looked just before
// that.
type LogoutChecker[S Session] interface {
	// LoggedOut tells whether the old session that s was made of counts no more,
	// because its visitor has logged out. It is asked when the mark is there, and
	// before s is used. If so, s ends, too.
	LoggedOut(ctx context.Context, s S) (bool, error)
}

// A Handover moves the sessions of visitors who come with an old cookie.
type Handover[S Session] struct {
	Old        Old[S]
	CookieName string // of the old cookie; not that of the new one
	Sessions   Sessions[S]

	// Marks keeps the marks. If it loses one, the old cookie counts again, unless
	// Old has ended its session for good.
	Marks runtime.Store

	// Remember is how long the marks are kept: as long as an old cookie may be
	// good for something. Zero means 30 days.
	Remember time.Duration
}

// Middleware moves the session of a request that brings an old cookie before next
// sees it. It goes around the Middleware of the new sessions. A request without an
// old cookie costs nothing.
func (h Handover[S]) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cookie, err := r.Cookie(h.CookieName)
		if err != nil {
			next.ServeHTTP(w, r)
			return
		}
		mark, before := h.markOf(cookie.Value), slices.Clone(w.Header()["Set-Cookie"])
		moved, err := h.move(r, cookie.Value, mark)
		if err == nil {
			err = h.Old.End(w, r, cookie.Value)
		}
		if err == nil {
			err = h.settle(r.Context(), mark)
		}
		w.Header().Add("Vary", "Cookie")
		if err != nil { // the visitor keeps the old cookie, and the next request tries again
			w.Header()["Set-Cookie"] = before
			w.Header().Set("Cache-Control", "no-store")
			h.Sessions.Error(w, r, fmt.Errorf("session not moved: %w: %w", runtime.ErrUnavailable, err))
			return
		}
		send := sync.OnceFunc(func() { h.send(r.Context(), w.Header(), moved) })
		defer send() // next may write nothing, or panic, and something around this answers
		next.ServeHTTP(&writer{w, send}, h.replaceCookies(r, moved))
	})
}

// send puts the cookie of the moved session into the header, as late as can be: a
// login or logout that was answered meanwhile has given the visitor another cookie,
// or removed it, and this one would take its place. Then the session that it names
// does not live any more, unless the store can't tell.
func (h Handover[S]) send(ctx context.Context, header http.Header, moved *http.Cookie) {
	header.Set("Cache-Control", "no-store")
	if moved == nil || slices.ContainsFunc(header["Set-Cookie"], func(line string) bool {
		return strings.HasPrefix(line, moved.Name+"=")
	}) {
		return
	}
	if living, err := h.living(ctx, moved); living || err != nil { // the old cookie is being removed
		header.Add("Set-Cookie", moved.String())
	}
}

// move returns the cookie of the session that the request goes on with: nil if the
// visitor has one already, or starts anew.
func (h Handover[S]) move(r *http.Request, value string, mark mark) (*http.Cookie, error) {
	if cookie, err := r.Cookie(h.Sessions.CookieName()); err == nil {
		// Whoever was moved, or has logged in here, keeps that session: another host,
		// or plain http, can plant an old cookie, but not a __Host- one.
		keeps, err := h.living(r.Context(), cookie)
		if err == nil && keeps {
			err = h.add(r.Context(), mark, nil)
		}
		if errors.Is(err, runtime.ErrExists) {
			err = nil
		}
		if keeps || err != nil {
			return nil, err
		}
	}
	was, err := h.find(r.Context(), mark)
	if err != nil || was.version != 0 {
		return was.moved, err
	}
	s, err := h.Sessions.Open(r.Context(), "") // a new id and secret, which nobody can have planted
	if err != nil {
		return nil, err
	}
	found, err := h.Old.Fill(r, value, s)
	if err != nil {
		return nil, err
	}
	if found != Nothing {
		if err = s.Save(r.Context()); err == nil && found == Visitor {
			err = h.add(r.Context(), mark, s.Cookie())
		}
		if !errors.Is(err, runtime.ErrExists) {
			return s.Cookie(), err
		}
		if err := s.Destroy(r.Context()); err != nil {
			return nil, err
		}
	}
	// Another request has been faster, and may have ended the old session just before
	// Fill looked. Or there is nothing to move, and no mark.
	was, err = h.find(r.Context(), mark)
	return was.moved, err
}

// living tells whether a cookie opens a new session.
func (h Handover[S]) living(ctx context.Context, cookie *http.Cookie) (bool, error) {
	s, err := h.Sessions.Open(ctx, cookie.Value)
	return err == nil && !s.IsNew(), err
}

// replaceCookies returns the request without its old cookie and, if its session
// was moved, with the cookie of the new one, as if the browser had sent that. The
// other cookies stay as they are.
func (h Handover[S]) replaceCookies(r *http.Request, moved *http.Cookie) *http.Request {
	var pairs []string
	for _, line := range r.Header["Cookie"] {
		for pair := range strings.SplitSeq(line, ";") {
			pair = strings.TrimSpace(pair)
			name, _, _ := strings.Cut(pair, "=")
			if name = strings.TrimSpace(name); name != h.CookieName && (moved == nil || name != moved.Name) {
				pairs = append(pairs, pair)
			}
		}
	}
	if moved != nil {
		pairs = append(pairs, moved.Name+"="+moved.Value)
	}
	r = r.Clone(r.Context())
	if r.Header.Del("Cookie"); len(pairs) > 0 {
		r.Header.Set("Cookie", strings.Join(pairs, "; "))
	}
	return r
}
