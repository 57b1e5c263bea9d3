package main

import (
	"net/http"

	"github.com/gorilla/mux"
)

// gorillaSite serves the site with gorilla/mux. The first of Use is the
// outermost. They are called for routes that match: put the middleware around the
// router instead if the page for those that don't needs the session, too.
func gorillaSite(s *site) http.Handler {
	router := mux.NewRouter()
	router.Use(recovered, s.sessions.Middleware)
	gorillaRoutes(router, s)
	return router
}

func gorillaRoutes(router *mux.Router, s *site) {
	router.HandleFunc("/", s.page(s.serveFront)).Methods(http.MethodGet)
	router.HandleFunc("/login", s.page(s.serveLogin)).Methods(http.MethodPost)
	router.HandleFunc("/logout", s.page(s.serveLogout)).Methods(http.MethodPost)
	router.HandleFunc("/story", s.page(s.serveStory)).Methods(http.MethodGet)
	router.HandleFunc("/news", s.page(s.serveNews)).Methods(http.MethodGet)
	router.HandleFunc("/broken", s.page(s.serveBroken)).Methods(http.MethodGet)
}
