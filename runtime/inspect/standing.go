package inspect

import (
	"fmt"
	"net/http"

	"github.com/sessiongen/sessiongen/runtime"
	"github.com/sessiongen/sessiongen/runtime/internal/inspection"
)

// standing tells why there is no session to show, and what to do.
func (s *source) standing(r *http.Request, p inspection.Session) (title, hint string) {
	name := s.what.Cookie.Name
	switch p.Standing {
	case inspection.NoCookie:
		return "No cookie came with this request", s.noCookie(r)
	case inspection.Malformed:
		return "The cookie " + name + " is malformed", "Its value can't be one of ours: it was cut or changed, or another app sets a cookie of this name. The app takes it for a new visitor's."
	case inspection.Absent:
		return "A cookie came, and the store has no such session", "It was destroyed, or has expired, or the store has lost it, as memcached does when it restarts. The next page of the app that sets something begins a new one."
	case inspection.Renewed:
		return "The session has moved to another cookie", "A login or a renewal has replaced the cookie that came. The browser should have the new one: reload."
	case inspection.Standing(runtime.EventExpired):
		return "The session has expired", "Its lifetime or its idle time-out is over. The next page of the app that sets something begins a new one."
	case inspection.Standing(runtime.EventEnded):
		return "The session was ended", "Its account does not list it any more: a login more than the account may have, or all its sessions were ended."
	case inspection.Standing(runtime.EventRefused):
		return "The cookie does not open its session", "There is a session of this id, and it is sealed with another secret: the cookie is forged, a key of the configuration is missing, or the store was written to."
	case inspection.Standing(runtime.EventAmbiguous):
		return "Several cookies " + name + " came that differ", "None is believed. Another host or path sets a cookie of this name, or the cookie's Path, Domain or Partitioned has changed. Remove them in the browser."
	case inspection.Standing(runtime.EventLost):
		if p.Lost != "" {
			return "The session has lost " + p.Lost, "The variable was set, and it is gone from the store, or can't be read. A session is whole or gone, so the visitor starts anew. If " + p.Lost + " may be lost, give it the option evictable."
		}
		return "The session is broken", "Its record can't be read, or the store has lost its account. The visitor starts anew."
	}
	return "There is no session", ""
}

// noCookie tells why that may be.
func (s *source) noCookie(r *http.Request) string {
	c := &s.what.Cookie
	hint := fmt.Sprintf("Open a page of the app that sets something, and come back. The browser sends the cookie %s only to the host that has set it: localhost is not 127.0.0.1, but the port does not matter.", c.Name)
	if c.Secure && r.TLS == nil {
		hint += " It is Secure, so over plain http browsers keep it for localhost at most; for development, there is Config.InsecureHTTP."
	}
	if c.Path != "/" {
		hint += fmt.Sprintf(" Its Path is %s, and the browser sends it nowhere else: mount this page below it.", c.Path)
	}
	return hint
}
