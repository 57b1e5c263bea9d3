package main

import (
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
)

// chiSite serves the site with chi, whose middleware is net/http's. The first of
// Use is the outermost, so the recovery comes before the sessions.
func chiSite(s *site) http.Handler {
	router := chi.NewRouter()
	router.Use(middleware.Recoverer, s.sessions.Middleware)
	chiRoutes(router, s)
	return router
}

func chiRoutes(router chi.Router, s *site) {
	router.Get("/", s.page(s.serveFront))
	router.Post("/login", s.page(s.serveLogin))
	router.Post("/logout", s.page(s.serveLogout))
	router.Get("/story", s.page(s.serveStory))
	router.Get("/news", s.page(s.serveNews))
	router.Get("/broken", s.page(s.serveBroken))
}
