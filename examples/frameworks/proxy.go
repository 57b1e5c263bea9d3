package main

import (
	"net/http"
	"net/http/httputil"
	"net/url"
)

// proxiedSite gives the pages of a server without sessions to visitors with one:
// it counts their visits, and tells the server who they are. Under /public/ it
// asks for no session, so those pages can be kept by shared caches as the server
// says.
//
// The server may be told the user, but never the cookie: that opens the session.
func proxiedSite(s *site, server *url.URL) http.Handler {
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(server)
			removeCookie(r.Out, s.sessions.CookieName())
		},
	}
	visit := func(w http.ResponseWriter, r *http.Request, session *Session) error {
		session.SetVisits(session.GetVisits() + 1)
		r.Header.Set("X-User", session.GetUser())
		proxy.ServeHTTP(w, r)
		return nil
	}
	mux := http.NewServeMux()
	mux.Handle("/", s.page(visit))
	mux.HandleFunc("/public/", func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("X-User")
		proxy.ServeHTTP(w, r)
	})
	return recovered(s.sessions.Middleware(mux))
}

// removeCookie takes the cookies of this name out of the request.
func removeCookie(r *http.Request, name string) {
	cookies := r.Cookies()
	r.Header.Del("Cookie")
	for _, c := range cookies {
		if c.Name != name {
			r.AddCookie(c)
		}
	}
}
