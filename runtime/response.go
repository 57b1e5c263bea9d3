package runtime

import (
	"errors"
	"net/http"
	"slices"
)

// blocked returns the reason why no cookie can be sent any more, or nil if one
// can be sent.
func (r *request) blocked() error {
	switch {
	case r.over.Load() && r.Context.Err() != nil: // the server sends the header then
		return ErrHeadersSent
	case r.response.WentAround(): // perhaps through another manager's response
		return errAround
	case r.response.HeaderLeft(), r.outerLeft():
		return ErrHeadersSent
	}
	return nil
}

// setCookie puts c into the response's header, in place of the cookie that an
// earlier call has put there.
func (r *request) setCookie(c *http.Cookie) {
	if r.response.Refused() != nil {
		return // the header is the ErrorHandler's
	}
	h := r.response.Header()
	r.join()
	r.engine.warnOfPlainHTTP(&r.http, c)
	if r.cookie != nil {
		dropLine(h, r.cookie.String())
	}
	r.cookie = c
	h.Add("Set-Cookie", c.String())
	r.protect(h, false)
}

// expireOthers makes the browser drop all cookies of our name, because several
// came and none was believed. It leaves out the cookie that the header sets.
func (r *request) expireOthers(h http.Header) {
	for _, c := range r.engine.removals() {
		dropLine(h, c.String()) // put there for an earlier header, which did not leave
		if r.cookie == nil || !sameCookie(c, r.cookie) {
			h.Add("Set-Cookie", c.String())
		}
	}
}

// dropLine removes one of our lines from the Set-Cookie lines of the header,
// wherever it stands.
func dropLine(h http.Header, ours string) {
	lines := slices.DeleteFunc(h["Set-Cookie"], func(line string) bool { return line == ours })
	if h["Set-Cookie"] = lines; len(lines) == 0 {
		delete(h, "Set-Cookie")
	}
}

// A gate is a request as the [firstbyte.Gate] of its response. It is a type of
// its own because handlers have the request as their context, and could call
// what it exports.
type gate request

// BeforeHeader implements [firstbyte.Gate].
func (g *gate) BeforeHeader() { (*request)(g).beforeHeader() }

// beforeHeader stores the session and completes the header.
func (r *request) beforeHeader() {
	r.join()
	s, touched, loading := r.loaded()
	if r.over.Load() {
		r.answeredOutside(s, touched)
		return
	}
	if s != nil {
		err := r.commit(s)
		if err != nil && (r.response.WentAround() || r.outerLeft()) {
			r.bypassed = true
			r.response.Leave()
			r.failedBehind(s, err)
			return
		}
		if c := s.Cookie(); c != nil && c != r.cookie {
			r.setCookie(c)
		}
		if err != nil {
			r.fail(&r.http, err)
			return
		}
	}
	if touched {
		r.completeHeader(loading || s != nil && s.lived) // what is loading may live
	}
}

// answeredOutside completes the header of an answer that comes from outside of
// the middleware after the handler has ended: after a handler that panicked, or
// that returned an error to its framework. It commits nothing; what the handler
// has stored by itself stays stored.
func (r *request) answeredOutside(s *Session, touched bool) {
	r.response.Leave()
	if touched {
		r.completeHeader(s != nil && s.lived)
	}
	if r.returned && s != nil && s.changed {
		r.failedBehind(s, errSetOutside)
	}
}

// afterHandler stores what is not stored yet when the handler has returned.
func (r *request) afterHandler() {
	if !r.response.HeaderLeft() {
		r.beforeHeader() // the header does not leave yet: a handler outside may still answer
		return
	}
	s, _, _ := r.loaded()
	if s == nil || r.response.Refused() != nil || r.bypassed {
		return
	}
	if err := r.commit(s); err != nil {
		r.failedBehind(s, err)
	}
}

// failedBehind tells of a commit that failed too late for an error response.
func (r *request) failedBehind(s *Session, err error) {
	if !errors.Is(err, errAround) { // of which Session.blocked has told
		r.engine.tell(r, r, Event{Kind: EventFailed, ID: s.ID(), Err: err})
	}
}

// commit stores what is pending even if the client has gone. A visitor who
// clicks twice cancels the first request, and still wants its outcome.
func (r *request) commit(s *Session) error {
	return s.commit(detached{r})
}

// completeHeader puts into the header what the session needs: cookies and the
// fields for caches. living tells whether the session may be living.
func (r *request) completeHeader(living bool) {
	h := r.response.Header()
	if r.isAmbiguous() {
		r.expireOthers(h)
	}
	if r.cookie != nil {
		// The failure of another manager may have removed the cookie from the
		// header. It must also follow the lines that expire cookies: a browser
		// that knows no partitions takes the cookie for one that they expire.
		r.setCookie(r.cookie)
	}
	r.protect(h, living)
}

// fail answers in the handler's place, because the handler's response would
// tell of something that is not stored. hr is the request as the handler has it.
func (r *request) fail(hr *http.Request, err error) {
	h := r.response.Restore()
	r.keepInner(h)
	if r.cookie != nil && r.cookie.MaxAge >= 0 && errors.Is(err, ErrEnded) {
		// The request that ended the session may have given the visitor a newer
		// cookie.
		r.cookie = nil
	}
	r.setCacheControl(h, noStore)
	r.completeHeader(false)
	r.response.Refuse(err)
	r.engine.config.ErrorHandler(r.response.Below(), hr, err)
}
