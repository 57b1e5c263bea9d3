package runtime

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// headerSent tells whether the header is out of reach, so that no cookie can be
// sent.
func (r *request) headerSent() bool { return r.headerLeft }

// setCookie puts c into the response's header, in place of the one that it put
// there before.
func (r *request) setCookie(c *http.Cookie) {
	if r.failure != nil {
		return // the header is the ErrorHandler's
	}
	h := r.header()
	r.dropCookie(h)
	r.cookie = c
	h.Add("Set-Cookie", c.String())
	r.protect(h, false)
}

func (r *request) dropCookie(h http.Header) {
	if r.cookie == nil {
		return
	}
	ours := r.cookie.String()
	lines := slices.DeleteFunc(h["Set-Cookie"], func(line string) bool { return line == ours })
	if h["Set-Cookie"] = lines; len(lines) == 0 {
		delete(h, "Set-Cookie")
	}
}

// header returns the response's header, to be changed. What it held before is
// kept for [request.fail]: not earlier, so that a request that comes by
// untouched costs nothing.
func (r *request) header() http.Header {
	h := r.writer.Header()
	if !r.exposed {
		r.exposed = true
		if len(h) > 0 {
			r.inherited = h.Clone()
		}
	}
	return h
}

// beforeHeader stores the session and completes the header. It does so once,
// at the latest moment: when the header is about to leave.
func (r *request) beforeHeader() error {
	if r.headerLeft {
		return r.failure
	}
	s, touched := r.loaded()
	if s != nil {
		err := r.commit(s)
		if c := s.Cookie(); c != nil && c != r.cookie {
			r.setCookie(c)
		}
		if err != nil {
			r.fail(err)
			return err
		}
	}
	if touched {
		r.completeHeader(s != nil && s.lived)
	}
	r.headerLeft = true
	return nil
}

// afterHandler stores what is not stored yet when the handler has returned.
func (r *request) afterHandler() {
	if !r.headerLeft {
		r.beforeHeader() // fail has answered its error
		return
	}
	s, _ := r.loaded()
	if s == nil || r.failure != nil {
		return
	}
	if err := r.commit(s); err != nil {
		r.engine.event(Event{Kind: EventFailed, ID: s.ID(), Err: err})
	}
}

// commit stores what is pending even if the client has gone: it may have
// clicked twice, and wants the outcome.
func (r *request) commit(s *Session) error {
	return s.commit(detached{r})
}

// completeHeader makes the header what the session needs.
func (r *request) completeHeader(living bool) {
	if r.cookie != nil {
		// Another manager's failure may have taken it away.
		r.setCookie(r.cookie)
	}
	r.protect(r.header(), living)
}

// protect keeps caches from giving one visitor's response to another. A
// Cache-Control that no middleware of ours has set stays.
func (r *request) protect(h http.Header, living bool) {
	if vary := h["Vary"]; !variesByCookie(vary) {
		if line := &r.lines.vary; len(vary) == 0 && line[0] == "" {
			line[0] = "Cookie"
			h["Vary"] = line[:]
		} else {
			h["Vary"] = append(vary, "Cookie")
		}
	}
	set := h["Cache-Control"]
	if len(set) > 0 && !slices.Equal(set, []string{r.cacheControl}) {
		return
	}
	switch {
	case r.cookie != nil:
		r.setCacheControl(h, "no-store")
	case living && r.cacheControl != "no-store":
		r.setCacheControl(h, "private")
	}
}

func (r *request) setCacheControl(h http.Header, value string) {
	r.lines.cacheControl[0] = value
	h["Cache-Control"] = r.lines.cacheControl[:]
	for o := r; o != nil; o = o.outer {
		o.cacheControl = value
	}
}

func variesByCookie(vary []string) bool {
	for _, line := range vary {
		for name := range strings.SplitSeq(line, ",") {
			if name = strings.TrimSpace(name); name == "*" || strings.EqualFold(name, "Cookie") {
				return true
			}
		}
	}
	return false
}

// fail answers in the handler's place, because its response would tell of
// something that is not stored.
func (r *request) fail(err error) {
	h := r.writer.Header()
	if r.exposed {
		clear(h)
		maps.Copy(h, r.inherited)
	}
	r.keepInner(h)
	if r.cookie != nil && r.cookie.MaxAge >= 0 && errors.Is(err, ErrEnded) {
		// Whoever ended the session may have given the visitor a newer one.
		r.cookie = nil
	}
	r.setCacheControl(h, "no-store")
	r.completeHeader(false)
	r.headerLeft, r.failure = true, err
	r.engine.config.ErrorHandler(r.writer, r.http, err)
}

// keepInner puts the cookies of the managers within this one back: what they
// stored is stored, and without its cookie a renewed session would be lost.
func (r *request) keepInner(h http.Header) {
	for _, inner := range r.inner {
		if inner.cookie != nil {
			h.Add("Set-Cookie", inner.cookie.String())
		}
		inner.keepInner(h)
	}
}
