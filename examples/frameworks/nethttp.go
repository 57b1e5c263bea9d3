package main

import (
	"log/slog"
	"net/http"
)

// netHTTPSite serves the site with the standard library's router. The session
// middleware goes around the mux, and the recovery around both.
func netHTTPSite(s *site) http.Handler {
	return recovered(s.sessions.Middleware(netHTTPRoutes(s)))
}

func netHTTPRoutes(s *site) *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.page(s.serveFront))
	mux.HandleFunc("POST /login", s.page(s.serveLogin))
	mux.HandleFunc("POST /logout", s.page(s.serveLogout))
	mux.HandleFunc("GET /story", s.page(s.serveStory))
	mux.HandleFunc("GET /news", s.page(s.serveNews))
	mux.HandleFunc("GET /broken", s.page(s.serveBroken))
	return mux
}

// socketSite serves the site with a WebSocket at /socket.
func socketSite(s *site, socket pageFunc) http.Handler {
	mux := netHTTPRoutes(s)
	mux.HandleFunc("GET /socket", s.page(socket))
	return recovered(s.sessions.Middleware(mux))
}

// recovered answers with status 500 when next panics. Around the session
// middleware it sees to it that nothing is stored then. Within it, its answer
// would be one like any other, and what the handler had set would be stored.
func recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			switch v := recover(); v {
			case nil:
			case http.ErrAbortHandler:
				panic(v) // the handler wants the connection closed
			default:
				slog.ErrorContext(r.Context(), "a handler panicked", "path", r.URL.Path, "panic", v)
				http.Error(w, "Something went wrong.", http.StatusInternalServerError)
			}
		}()
		next.ServeHTTP(w, r)
	})
}
